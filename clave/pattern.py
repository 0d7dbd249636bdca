"""A pattern: one bar of drums on a grid, eight voices by 64 steps in 4/4."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float32
from numpy.typing import ArrayLike

from clave import picture
from clave.errors import PatternError
from clave.kit import VOICES
from clave.units import COMMON_TIME, Meter, steps_per_bar

DEFAULT_VELOCITY = 0.8
MAX_OFFSET = 2.0  # steps: half a 16th, so that every moment of the bar has a 16th to belong to


class Stroke(NamedTuple):
    """One drum stroke of a bar."""

    voice: int  # row
    step: int
    velocity: float  # in (0, 1]
    offset: float  # steps, in [-2, 2)

    @property
    def position(self) -> float:
        """When it sounds, in steps from the start of the bar."""
        return self.step + self.offset


@dataclass(frozen=True, eq=False)
class Pattern:
    """One bar: row = drum voice, column = step.

    A velocity of 0 is silence. `offset` moves a stroke off its step: -0.25 is a quarter of a step early. Where there
    is no stroke, the offset is 0. Arrays are read-only; two patterns are equal when meter and arrays are.

    Raises PatternError for a shape other than [8, steps of the meter], a velocity outside [0, 1], an offset outside
    [-2, 2) or anything that is not a number.
    """

    velocity: Float32[np.ndarray, "voice step"]
    offset: Float32[np.ndarray, "voice step"]
    meter: Meter = COMMON_TIME

    def __post_init__(self) -> None:
        shape = (len(VOICES), steps_per_bar(self.meter))
        for name in ("velocity", "offset"):
            array = np.array(getattr(self, name), dtype=np.float32)
            if array.shape != shape:
                raise PatternError(
                    f"a bar of {self.meter[0]}/{self.meter[1]} is {shape[0]} voices x {shape[1]} steps, "
                    f"got {name} of shape {array.shape}"
                )
            object.__setattr__(self, name, array)
        _check("velocities lie in [0, 1]", self.velocity, (self.velocity >= 0) & (self.velocity <= 1))
        _check("offsets lie in [-2, 2)", self.offset, (self.offset >= -MAX_OFFSET) & (self.offset < MAX_OFFSET))
        self.offset[self.velocity == 0] = 0
        self.velocity.setflags(write=False)
        self.offset.setflags(write=False)

    @classmethod
    def from_hits(
        cls,
        hits: ArrayLike,
        velocity: ArrayLike | None = None,
        offset: ArrayLike | None = None,
        meter: Meter = COMMON_TIME,
    ) -> "Pattern":
        """A pattern from its activation matrix, bool [8, steps].

        `hits` says where strokes are: velocity (0.8 unless given) and offset (0 unless given) are read there and
        nowhere else. A hit whose velocity is 0 is refused.
        """
        struck = np.asarray(hits)
        if struck.dtype != np.bool_:
            if not np.isin(struck, (0, 1)).all():
                raise PatternError("hits are true or false, 1 or 0; numbers between belong into `velocity`")
            struck = struck.astype(bool)
        velocities = (
            np.full(struck.shape, DEFAULT_VELOCITY, np.float32)
            if velocity is None
            else np.asarray(velocity, np.float32)
        )
        offsets = np.zeros(struck.shape, np.float32) if offset is None else np.asarray(offset, np.float32)
        for name, array in (("velocity", velocities), ("offset", offsets)):
            if array.shape != struck.shape:
                raise PatternError(f"{name} has the shape of hits, {struck.shape}, got {array.shape}")
        if (struck & (velocities == 0)).any():
            row, step = (int(index[0]) for index in np.nonzero(struck & (velocities == 0)))
            raise PatternError(f"a hit has a velocity above 0, got 0 at voice {row} ({VOICES[row].name}), step {step}")
        return cls(np.where(struck, velocities, 0), np.where(struck, offsets, 0), meter)

    @classmethod
    def empty(cls, meter: Meter = COMMON_TIME) -> "Pattern":
        """A bar of silence."""
        silence = np.zeros((len(VOICES), steps_per_bar(meter)), np.float32)
        return cls(silence, silence, meter)

    @property
    def hits(self) -> Bool[np.ndarray, "voice step"]:
        """The activation matrix: where a stroke is."""
        return self.velocity > 0

    @property
    def steps(self) -> int:
        """How many steps the bar has."""
        return self.velocity.shape[1]

    def strokes(self) -> Iterator[Stroke]:
        """The strokes in the order they sound."""
        found = [
            Stroke(int(row), int(step), float(self.velocity[row, step]), float(self.offset[row, step]))
            for row, step in zip(*np.nonzero(self.velocity), strict=True)
        ]
        return iter(sorted(found, key=lambda stroke: (stroke.position, stroke.voice)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Pattern)
            and self.meter == other.meter
            and np.array_equal(self.velocity, other.velocity)
            and np.array_equal(self.offset, other.offset)
        )

    def __hash__(self) -> int:
        return hash((self.meter, self.velocity.tobytes(), self.offset.tobytes()))

    def _repr_html_(self) -> str:
        """A picture of the grid, for notebooks."""
        return picture.svg([self])

    def __repr__(self) -> str:
        return f"Pattern({self.meter[0]}/{self.meter[1]}, {int(self.hits.sum())} strokes)"


def _check(rule: str, array: Float32[np.ndarray, "voice step"], good: Bool[np.ndarray, "voice step"]) -> None:
    if not good.all():
        row, step = (int(index[0]) for index in np.nonzero(~good))
        raise PatternError(f"{rule}, got {array[row, step]} at voice {row} ({VOICES[row].name}), step {step}")
