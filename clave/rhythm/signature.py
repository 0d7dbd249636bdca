"""What a signature is: strokes that a bar of a style has, or has not, and how many bars of a phrase keep to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from clave.errors import PatternError
from clave.music.pattern import Pattern
from clave.music.units import COMMON_TIME, Meter

ACCENT = 0.4  # velocity
ENOUGH = 0.75  # of the bars of a phrase: one in four may answer or fill


@dataclass(frozen=True)
class Strokes:
    """So many of these steps, `low` to `high` of them, are struck by any of these voices."""

    voices: tuple[int, ...]
    steps: tuple[int, ...]
    low: int
    high: int
    accented: bool = False  # softer strokes do not count

    def hold(self, pattern: Pattern) -> bool:
        """Whether it is so in this bar."""
        velocity = pattern.velocity[list(self.voices)][:, list(self.steps)].max(axis=0)
        struck = velocity >= ACCENT if self.accented else velocity > 0
        return self.low <= int(struck.sum()) <= self.high


Way = tuple[Strokes, ...]


@dataclass(frozen=True)
class Signature:
    """What a style is known by. A bar keeps the rule if it is in the meter and all strokes of one of the ways hold."""

    rule: str
    source: str
    ways: tuple[Way, ...]
    meter: Meter = COMMON_TIME

    def heard_in(self, pattern: Pattern) -> bool:
        """Whether this bar keeps the rule."""
        return pattern.meter == self.meter and any(all(each.hold(pattern) for each in way) for way in self.ways)

    def share(self, patterns: Sequence[Pattern]) -> float:
        """The share of these bars that keep the rule, in [0, 1]. Raises PatternError for no bars."""
        if not patterns:
            raise PatternError("a signature is looked for in 1 bar or more, got none")
        return sum(map(self.heard_in, patterns)) / len(patterns)

    def is_heard(self, patterns: Sequence[Pattern]) -> bool:
        """Whether three in four of these bars keep the rule."""
        return self.share(patterns) >= ENOUGH
