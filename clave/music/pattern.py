"""A pattern: one bar of drums on a grid, eight voices by 64 steps in 4/4."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from clave.errors import PatternError
from clave.music import pattern_svg
from clave.music.arguments import checked
from clave.music.kit import VOICES
from clave.music.shapes import Bool, Float32, Int
from clave.music.units import COMMON_TIME, STEPS_PER_QUARTER, TICKS_PER_QUARTER, TICKS_PER_STEP, Meter, steps_per_bar

DEFAULT_VELOCITY = 0.8
LEAST_VELOCITY = 2.0**-126  # of a stroke: what is less may become silence in single precision
MAX_OFFSET = 2.0  # steps: half a 16th, so that every moment of the bar has a 16th to belong to


_set = object.__setattr__  # a frozen type allows no other way


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


@dataclass(frozen=True, eq=False, slots=True)
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
        object.__setattr__(self, "meter", tuple(map(int, self.meter)))
        for name in ("velocity", "offset"):
            array = _numbers(name, getattr(self, name))
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
        ones = _numbers("hits", hits)
        if not np.isin(ones, (0, 1)).all():
            raise PatternError("hits are true or false, 1 or 0; numbers between belong into `velocity`")
        struck = ones == 1
        velocities = _numbers("velocity", np.full_like(ones, DEFAULT_VELOCITY) if velocity is None else velocity)
        offsets = _numbers("offset", np.zeros_like(ones) if offset is None else offset)
        for name, array in (("velocity", velocities), ("offset", offsets)):
            if array.shape != struck.shape:
                raise PatternError(f"{name} has the shape of hits, {struck.shape}, got {array.shape}")
        if (struck & (velocities == 0)).any():
            row, step = (int(index[0]) for index in np.nonzero(struck & (velocities == 0)))
            raise PatternError(f"a hit has a velocity above 0, got 0 at voice {row} ({VOICES[row].name}), step {step}")
        return cls(np.where(struck, velocities, 0), np.where(struck, offsets, 0), meter)

    @classmethod
    @checked(PatternError)
    def from_strokes(cls, strokes: Iterable[Stroke], meter: Meter = COMMON_TIME) -> "Pattern":
        """Snap strokes to the musical grid and keep the remainder as offset: the inverse of `strokes`.

        Only the position of a stroke counts, brought to the nearest 480th of a quarter; `musical_steps`, `merge` and
        `settle` tell the rule. A stroke closer to the next bar line than to any grid place of this bar keeps its own
        nearest step. Raises PatternError for a voice or a position that is not in the bar.
        """
        given = sorted(strokes, key=lambda stroke: stroke.position)
        steps = steps_per_bar(meter)
        for stroke in given:
            if not (0 <= stroke.voice < len(VOICES) and -MAX_OFFSET <= stroke.position < steps):
                raise PatternError(f"{stroke} falls outside a bar of {len(VOICES)} voices x {steps} steps")
            if not LEAST_VELOCITY <= stroke.velocity <= 1:
                raise PatternError(f"a stroke has a velocity in (0, 1], at least {LEAST_VELOCITY:.2g}, got {stroke}")
        voice = np.array([stroke.voice for stroke in given], np.int64)
        velocity = np.array([stroke.velocity for stroke in given], np.float32)
        tick = np.floor(np.array([stroke.position for stroke in given], np.float64) * TICKS_PER_STEP + 0.5).astype(int)
        own = np.clip(nearest_steps(tick), 0, steps - 1)
        kept = merge(voice, own, (velocity * MAX_LOUDNESS).astype(int))
        voice, velocity, tick, own = voice[kept], velocity[kept], tick[kept], own[kept]
        cell = musical_steps(tick, np.array([-steps, 0, steps, 2 * steps]))  # the end of the bar is a nearest tick too
        cell = settle(voice, tick, np.where(cell < steps, np.maximum(cell, 0), own), own)

        bar = np.zeros((2, len(VOICES), steps), np.float32)
        bar[0, voice, cell] = velocity
        bar[1, voice, cell] = (tick - cell * TICKS_PER_STEP) / TICKS_PER_STEP
        return cls(bar[0], bar[1], meter)

    @classmethod
    def trusted(
        cls, velocity: Float32[np.ndarray, "voice step"], offset: Float32[np.ndarray, "voice step"], meter: Meter
    ) -> "Pattern":
        """A pattern from read-only arrays that keep the rules already: nothing is copied or checked."""
        pattern = object.__new__(cls)
        _set(pattern, "velocity", velocity)
        _set(pattern, "offset", offset)
        _set(pattern, "meter", meter)
        return pattern

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
        """The grid as SVG, for notebooks."""
        return pattern_svg.svg([self])

    def __repr__(self) -> str:
        return f"Pattern({self.meter[0]}/{self.meter[1]}, {int(self.hits.sum())} strokes)"


def _numbers(name: str, rows: ArrayLike) -> Float32[np.ndarray, "*shape"]:
    """A copy, whatever kind of numbers these are."""
    try:
        return np.array(rows, np.float32)
    except (TypeError, ValueError) as error:
        raise PatternError(f"{name} is rows of numbers, one row a voice: {error}") from error


def _check(rule: str, array: Float32[np.ndarray, "voice step"], good: Bool[np.ndarray, "voice step"]) -> None:
    if not good.all():
        row, step = (int(index[0]) for index in np.nonzero(~good))
        raise PatternError(f"{rule}, got {array[row, step]} at voice {row} ({VOICES[row].name}), step {step}")


# Snapping, for one bar or a whole file at once. Ticks are 480ths of a quarter, steps 64ths of a whole note; both are
# integers counted from the same zero.

_QUARTER_TICK = np.arange(TICKS_PER_QUARTER)
_MUSICAL_TICKS = np.array([0, 120, 160, 240, 320, 360, 480])  # 16ths and eighth-note triplets of a quarter ...
_MUSICAL_STEPS = np.array([0, 4, 5, 8, 11, 12, 16])  # ... and the steps they are written on
_PLACE = np.searchsorted((_MUSICAL_TICKS[1:] + _MUSICAL_TICKS[:-1]) / 2, _QUARTER_TICK, side="right")
_STEP_IN_QUARTER = _MUSICAL_STEPS[_PLACE]  # by tick in the quarter; halfway belongs to the later
_TICKS_OFF = np.abs(_QUARTER_TICK - _MUSICAL_TICKS[_PLACE])


MAX_LOUDNESS = 2**24  # as fine as float32 velocities


def nearest_steps(tick: Int[np.ndarray, " stroke"]) -> Int[np.ndarray, " stroke"]:
    """The nearest of the 64 steps; halfway belongs to the later."""
    return (tick + TICKS_PER_STEP // 2) // TICKS_PER_STEP


def musical_steps(tick: Int[np.ndarray, " stroke"], bar_steps: Int[np.ndarray, " line"]) -> Int[np.ndarray, " stroke"]:
    """The step of the nearest place on the musical grid: 16ths, and the eighth-note triplets of every quarter.

    `bar_steps` are the bar lines, from the one at or before the first stroke to one after the last; quarters are
    counted from each. A bar line is a place too, whatever the length of the bar: a stroke just before it belongs to
    the step that it announces. Triplets are written on steps 5 and 11 of the quarter's 16.
    """
    lines = bar_steps * TICKS_PER_STEP
    bar = lines.searchsorted(tick, side="right") - 1
    since = tick - lines[bar]
    quarter = since // TICKS_PER_QUARTER
    within = since - quarter * TICKS_PER_QUARTER
    step = bar_steps[bar] + quarter * STEPS_PER_QUARTER + _STEP_IN_QUARTER[within]
    return np.where(lines[bar + 1] - tick <= _TICKS_OFF[within], bar_steps[bar + 1], step)


def merge(
    voice: Int[np.ndarray, " stroke"], step: Int[np.ndarray, " stroke"], loudness: Int[np.ndarray, " stroke"]
) -> Int[np.ndarray, " kept"]:
    """Which strokes are kept when those of a voice on the same step merge: the loudest, of equals the first.

    `loudness` lies in [0, MAX_LOUDNESS]. Any order will do; strokes sorted by voice and time merge fastest.
    """
    crowded = _crowded(voice, step, MAX_LOUDNESS - loudness, MAX_LOUDNESS)
    kept = np.ones(voice.size, bool)
    kept[crowded] = False
    return kept.nonzero()[0]


def settle(
    voice: Int[np.ndarray, " stroke"],
    tick: Int[np.ndarray, " stroke"],
    cell: Int[np.ndarray, " stroke"],
    own: Int[np.ndarray, " stroke"],
) -> Int[np.ndarray, " stroke"]:
    """The step of each stroke where several of a voice snap to the same cell: one keeps it, the rest go to their own.

    `own` is the nearest of the 64 steps, a different one for each stroke of a voice. A stroke whose own step
    it is stays; otherwise the nearest stays, of equals the first. A stroke that moves to its own step may displace one
    that stood there, which then moves too. So no stroke is lost here.
    """
    step = cell.copy()
    while True:
        distance = np.where(step == own, 0, np.abs(tick - step * TICKS_PER_STEP))  # 0 on a stroke's own step alone
        crowded = _crowded(voice, step, distance, _MAX_DISTANCE)
        if crowded.size == 0:
            return step
        step[crowded] = own[crowded]


_MAX_DISTANCE = 4 * TICKS_PER_STEP


def _crowded(
    voice: Int[np.ndarray, " stroke"], step: Int[np.ndarray, " stroke"], rank: Int[np.ndarray, " stroke"], last: int
) -> Int[np.ndarray, " crowded"]:
    """The strokes that share a step with one of the same voice and a lower rank (in [0, last]), or the same and first.

    A stable sort of whole numbers, which is quick where they come in order.
    """
    cell = voice * (step.max(initial=0) + 1) + step
    order = (cell * (last + 1) + rank).argsort(kind="stable")
    cell = cell[order]
    return order[1:][cell[1:] == cell[:-1]]
