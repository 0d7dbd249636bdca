"""How bars vary from what is expected at their map points, and which bar they answer."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from clave.latent.code import check_share
from clave.music.pattern import Pattern
from clave.rhythm.condition import Condition
from clave.rhythm.dynamics import Hits
from clave.rhythm.measured_space import check_before

DrawHits = Callable[[slice, Hits | None, Generator], Hits]
"""Draws the strokes of some of the bars; given those of the bar before each, where these are known."""


@dataclass(frozen=True, eq=False)
class Variation:
    """How far bars vary, and what they hear: `rhythm.at(points, variation=Variation(0.4, after=bar))`.

    `amount` lies in [0, 1]: 0 is the expected bar, which hears nothing, and 1 a sample from the prior. `after` is the
    bar before all of them, or a bar before each, in the same meter. In a `chain` each bar hears the one that is drawn
    before it, and only the first hears `after`.
    """

    amount: float
    after: Pattern | Sequence[Pattern] | None = None
    chain: bool = False

    def __post_init__(self) -> None:
        check_share("variation", self.amount)

    @classmethod
    def of(cls, variation: "float | Variation") -> "Variation":
        """A plain number is how far bars vary; they hear nothing."""
        return variation if isinstance(variation, Variation) else cls(variation)

    def hits(self, draw: DrawHits, condition: Condition, rng: Generator) -> Hits:
        """The strokes of the bars, drawn together or one after the other, with the same noise for each of them.

        Raises SpaceError for bars before them in another meter, or too few or too many of them.
        """
        if not self.chain or len(condition) == 0:
            return draw(slice(None), bars_before(self.after, condition), rng)
        found: list[Hits] = []
        before = bars_before(self.after, condition[:1])
        for bar in range(len(condition)):
            own = rng if bar == len(condition) - 1 else deepcopy(rng)
            before = draw(slice(bar, bar + 1), before, own)
            found.append(before)
        return np.concatenate(found)


def bars_before(after: Pattern | Sequence[Pattern] | None, condition: Condition) -> Hits | None:
    """The hits of the bar before each row, or of the one before all of them; None where it is not known.

    Raises SpaceError unless each row has one, in its meter.
    """
    if after is None:
        return None
    each = [after] * len(condition) if isinstance(after, Pattern) else list(after)
    check_before([bar.meter for bar in each], condition.meters)
    return np.stack([bar.hits for bar in each]) if each else None
