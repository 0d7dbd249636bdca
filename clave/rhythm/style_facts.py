"""What is known of each style, as data: tempo, meter, what it is known by, its fills, and how many bars it has.

>>> from clave import styles
>>> styles["reggae"].tempo_bpm, styles["reggae"].meter
((128.0, 160.0), (4, 4))
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from clave.errors import GrooveError
from clave.music.units import METERS, Meter
from clave.rhythm import grooves
from clave.rhythm.signature import Signature
from clave.rhythm.signatures import SIGNATURES

DRAWS, SEED = 1000, 0  # among which different bars are counted


@dataclass(frozen=True)
class StyleFacts:
    """A style that has a template of ours."""

    name: str
    about: str
    sources: tuple[str, ...]
    tempo_bpm: tuple[float, float]  # quarters a minute: from and to
    meter: Meter
    signature: Signature
    fills: tuple[str, ...]  # in words, one for each way to fill

    @property
    def usual_tempo_bpm(self) -> float:
        """The middle of its tempos, in whole quarters a minute."""
        return float(round(sum(self.tempo_bpm) / 2))

    @property
    def rule(self) -> str:
        """What the style is known by, in words: what `signature` checks."""
        return self.signature.rule

    @property
    def can_be_learned(self) -> bool:
        """Whether rhythm spaces know its meter; bars of other meters are drawn and played, but not learned."""
        return self.meter in METERS

    def bar_count(self, section: str = "beat") -> int:
        """How many different bars, by hits alone, are among 1000 draws of the template; a second or less."""
        return _bar_count(self.name, section)


@cache
def _bar_count(name: str, section: str) -> int:
    return len({bar.hits.tobytes() for bar in grooves.bars(name, DRAWS, SEED, section)})


@cache
def _facts(name: str) -> StyleFacts:
    style = grooves.style(name)
    fills = tuple(fill.what for fill in style.fill)
    return StyleFacts(
        name, style.about, style.sources, style.tempo_bpm, style.meter, SIGNATURES[name], fills
    )  # fmt: skip


class StyleTable(Mapping[str, StyleFacts]):
    """The styles of our templates by name; each is read when it is first looked up.

    These are the styles that bars can be drawn from. What a learned space knows is `space.styles`.
    """

    def __getitem__(self, name: str) -> StyleFacts:
        """The facts of a style; GrooveError lists the names for any other."""
        if name not in grooves.STYLES:
            raise GrooveError(f"no style {name!r} among the templates; there are {', '.join(grooves.STYLES)}")
        return _facts(name)

    def __contains__(self, name: object) -> bool:
        return name in grooves.STYLES

    def __iter__(self) -> Iterator[str]:
        return iter(grooves.STYLES)

    def __len__(self) -> int:
        return len(grooves.STYLES)


styles = StyleTable()
"""The facts of each style: `styles["trap"].tempo_bpm`."""
