"""How strokes are played: their velocities and offsets, brought into the ranges that a pattern allows."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from clave.music.kit import VOICES
from clave.music.pattern import DEFAULT_VELOCITY, MAX_OFFSET, Pattern
from clave.music.shapes import Bool, Float, Float32, Float64
from clave.music.units import Meter, steps_per_bar
from clave.rhythm.condition import Condition

MIN_VELOCITY = 1 / 127  # of a stroke: the softest that MIDI knows
LATEST_OFFSET = float(np.nextafter(np.float32(MAX_OFFSET), np.float32(0)))  # steps: the largest below MAX_OFFSET

Hits = Bool[np.ndarray, "row voice step"]
Noise = Float32[np.ndarray, "3 #row voice step"]
"""Standard normal numbers for each cell: for the kind of its stroke, for its velocity, and for its offset."""

Dynamics = tuple[Float32[np.ndarray, "row voice step"], Float32[np.ndarray, "row voice step"]]
"""The velocity and the offset (steps) of each cell, if it is struck."""

CellNoise = Float32[np.ndarray, "3 #row *cell"]
Offsets = float | Float32[np.ndarray, "#row *cell"]
Drawn = tuple[Float32[np.ndarray, "row *cell"], Float32[np.ndarray, "row *cell"]]


@dataclass(frozen=True, eq=False)
class PlayedCells:
    """The distribution of velocity and offset in each cell, if it is struck; `cell` is any number of axes.

    A velocity is a mixture of normal distributions, one for each kind of stroke, such as ghost note, stroke and accent;
    an offset is normal.
    """

    kind_logit: Float32[np.ndarray, "row kind *cell"]
    level: Float32[np.ndarray, "row kind *cell"]  # mean velocity of each kind
    level_std: Float32[np.ndarray, "row kind *cell"]
    offset: Float32[np.ndarray, "row *cell"]  # steps: the mean
    offset_std: Float32[np.ndarray, "row *cell"]

    def struck(self, hits: Hits) -> "PlayedCells":
        """The cells that are struck, each as a row."""
        logit, level, std = (np.moveaxis(each, 1, -1)[hits] for each in (self.kind_logit, self.level, self.level_std))
        return PlayedCells(logit, level, std, self.offset[hits], self.offset_std[hits])

    def draw(self, noise: CellNoise, low: Offsets = -MAX_OFFSET, high: Offsets = LATEST_OFFSET) -> Drawn:
        """A velocity and an offset for each cell; the same noise plays similar bars alike.

        Offsets are drawn from the part of their distribution that lies between `low` and `high`.
        """
        of_kind, of_level, of_offset = noise
        share = np.exp(self.kind_logit - np.logaddexp.reduce(self.kind_logit, axis=1, keepdims=True))
        quantile = normal_cdf(of_kind)[:, None]  # softer kinds first, so that more noise is more velocity
        order = self.level.argsort(axis=1)
        passed = np.take_along_axis(share, order, axis=1).cumsum(axis=1) < quantile
        place = np.minimum(passed.sum(axis=1, keepdims=True), share.shape[1] - 1)
        kind = np.take_along_axis(order, place, axis=1)
        level, level_std = (np.take_along_axis(each, kind, axis=1)[:, 0] for each in (self.level, self.level_std))

        from_low, to_high = (normal_cdf((end - self.offset) / self.offset_std) for end in (low, high))
        deviation = normal_quantile(from_low + normal_cdf(of_offset) * (to_high - from_low))
        offset = np.clip(self.offset + self.offset_std * deviation, low, high)
        return (level + level_std * of_level).astype(np.float32), offset.astype(np.float32)


def dynamics_noise(rng: np.random.Generator, steps: int, rows: int = 1) -> Noise:
    """Noise for `PlayedCells.draw`, for each row or the same for all."""
    return rng.standard_normal((3, rows, len(VOICES), steps)).astype(np.float32)


@cache
def _normal_table() -> tuple[Float64[np.ndarray, " value"], Float64[np.ndarray, " value"]]:
    """Values, and the share of a standard normal distribution below each: between them, a line is wrong by < 1e-6."""
    value = np.linspace(-6, 6, 2401)
    return value, np.array([0.5 * math.erfc(-each / math.sqrt(2)) for each in value.tolist()])


def normal_cdf(value: Float[np.ndarray, "*shape"]) -> Float64[np.ndarray, "*shape"]:
    """The share of a standard normal distribution below each value."""
    return np.interp(value, *_normal_table())


def normal_quantile(share: Float[np.ndarray, "*shape"]) -> Float64[np.ndarray, "*shape"]:
    """The inverse of `normal_cdf`, within [-6, 6]."""
    value, below = _normal_table()
    return np.interp(share, below, value)


def clip_offset(offset: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """Offsets in steps, brought into [-2, 2)."""
    return np.clip(offset, -MAX_OFFSET, LATEST_OFFSET)


def default_dynamics(hits: Hits) -> Dynamics:
    """The default velocity, on the grid."""
    return np.full(hits.shape, DEFAULT_VELOCITY, np.float32), np.zeros(hits.shape, np.float32)


def to_pattern(
    hits: Bool[np.ndarray, "voice step"],
    velocity: Float32[np.ndarray, "voice step"],
    offset: Float32[np.ndarray, "voice step"],
    meter: Meter,
) -> Pattern:
    """A bar of these strokes, with velocities and offsets brought into their ranges."""
    audible = np.where(hits, np.clip(velocity, MIN_VELOCITY, 1), 0).astype(np.float32)
    return Pattern(audible, clip_offset(offset), meter)


def blend_dynamics(pattern: Pattern, dynamics: Dynamics, amount: float) -> Pattern:
    """The same strokes; an amount in [0, 1] interpolates from the pattern's own dynamics to these, of one row."""
    share = np.float32(amount)
    velocity, offset = dynamics
    return to_pattern(
        pattern.hits,
        (1 - share) * pattern.velocity + share * velocity[0],
        (1 - share) * pattern.offset + share * offset[0],
        pattern.meter,
    )


def to_patterns(hits: Hits, dynamics: Dynamics, condition: Condition) -> list[Pattern]:
    """Bars of these strokes, each as long as its meter."""
    rows = zip(hits, *dynamics, condition.meters, strict=True)
    return [
        to_pattern(struck[:, :steps], velocity[:, :steps], offset[:, :steps], meter)
        for struck, velocity, offset, meter in rows
        for steps in [steps_per_bar(meter)]
    ]
