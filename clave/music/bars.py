"""A list of bars that a notebook shows as a strip."""

from collections.abc import Iterable
from typing import Any

from clave.errors import PatternError
from clave.music import pattern_svg
from clave.music.arguments import checked
from clave.music.pattern import Pattern

SHOWN = 16  # bars of a strip; a drawing of all 27,480 that a space has learned would stop the browser


@checked(PatternError)
class Bars(list[Pattern]):
    """Bars in order: a list like any other, whose slices are `Bars` too, and which a notebook draws.

    >>> clave.Bars(clave.grooves.bars("house", 2, seed=0))
    [Pattern(4/4, 11 strokes), Pattern(4/4, 12 strokes)]
    """

    def __init__(self, patterns: Iterable[Pattern] = ()) -> None:
        super().__init__(patterns)

    def __getitem__(self, place: Any) -> Any:
        """A bar, or some of them."""
        found = super().__getitem__(place)
        return Bars(found) if isinstance(place, slice) else found

    def _repr_html_(self) -> str:
        return self.strip()

    def strip(self) -> str:
        """The first 16 as one drawing, and how many there are."""
        rest = f"<p>the first {SHOWN} of {len(self)} bars</p>" if len(self) > SHOWN else ""
        return pattern_svg.svg(list(self)[:SHOWN]) + rest
