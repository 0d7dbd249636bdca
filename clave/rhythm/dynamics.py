"""How strokes are played: their velocities and offsets, brought into the ranges that a pattern allows."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from clave.music.kit import VOICES
from clave.music.pattern import DEFAULT_VELOCITY, MAX_OFFSET, Pattern
from clave.music.shapes import Bool, Float, Float32, Float64, Int
from clave.music.units import Meter, steps_per_bar
from clave.rhythm.condition import Condition

MIN_VELOCITY = 1 / 127  # of a stroke: the softest that MIDI knows
LATEST_OFFSET = float(np.nextafter(np.float32(MAX_OFFSET), np.float32(0)))  # steps: the largest below MAX_OFFSET

Hits = Bool[np.ndarray, "row voice step"]
Noise = Float32[np.ndarray, "3 #row voice step"]
"""Standard normal numbers for each cell: for the kind of its stroke, for its velocity, and for its offset."""

Dynamics = tuple[Float32[np.ndarray, "row voice step"], Float32[np.ndarray, "row voice step"]]
"""The velocity and the offset (steps) of each cell, if it is struck."""

Cells = tuple[Int[np.ndarray, " stroke"], ...]
"""Row, voice and step of each stroke, as `np.nonzero` of hits gives them."""

Offsets = float | Float32[np.ndarray, " stroke"]
Drawn = tuple[Float32[np.ndarray, " stroke"], Float32[np.ndarray, " stroke"]]


@dataclass(frozen=True, eq=False)
class PlayedStrokes:
    """The distribution of the velocity and the offset of each stroke.

    A velocity is a mixture of normal distributions, one for each kind of stroke, such as ghost note, stroke and accent;
    an offset is normal.
    """

    kind_logit: Float32[np.ndarray, "stroke kind"]
    level: Float32[np.ndarray, "stroke kind"]  # mean velocity of each kind
    level_std: Float32[np.ndarray, "stroke kind"]
    offset: Float32[np.ndarray, " stroke"]  # steps: the mean
    offset_std: Float32[np.ndarray, " stroke"]

    def draw(
        self, noise: Float32[np.ndarray, "3 stroke"], low: Offsets = -MAX_OFFSET, high: Offsets = LATEST_OFFSET
    ) -> Drawn:
        """A velocity and an offset for each stroke; the same noise plays similar bars alike.

        Offsets are drawn from the part of their distribution that lies between `low` and `high`.
        """
        of_kind, of_level, of_offset = noise
        weight = np.exp(self.kind_logit - self.kind_logit.max(axis=1, keepdims=True))
        stroke = np.arange(len(weight))
        order = self.level.argsort(axis=1)  # softer kinds first, so that more noise is more velocity
        passed = weight[stroke[:, None], order].cumsum(axis=1)
        place = (passed < (normal_cdf(of_kind) * passed[:, -1])[:, None]).sum(axis=1)
        kind = order[stroke, np.minimum(place, weight.shape[1] - 1)]
        velocity = self.level[stroke, kind] + self.level_std[stroke, kind] * of_level

        from_low = normal_cdf((low - self.offset) / self.offset_std)
        to_high = normal_cdf((high - self.offset) / self.offset_std)
        deviation = normal_quantile(from_low + normal_cdf(of_offset) * (to_high - from_low))
        offset = np.minimum(np.maximum(self.offset + self.offset_std * deviation, low), high)
        return velocity, offset.astype(np.float32)


@dataclass(frozen=True, eq=False)
class PlayedCells:
    """The same of every cell, if it is struck."""

    kind_logit: Float32[np.ndarray, "row kind voice step"]
    level: Float32[np.ndarray, "row kind voice step"]
    level_std: Float32[np.ndarray, "row kind voice step"]
    offset: Float32[np.ndarray, "row voice step"]
    offset_std: Float32[np.ndarray, "row voice step"]

    def struck(self, cells: Cells) -> PlayedStrokes:
        """These cells, in their order."""
        row, voice, step = cells
        return PlayedStrokes(
            self.kind_logit[row, :, voice, step],
            self.level[row, :, voice, step],
            self.level_std[row, :, voice, step],
            self.offset[cells],
            self.offset_std[cells],
        )


def dynamics_noise(rng: np.random.Generator, steps: int, rows: int = 1) -> Noise:
    """Noise for `draw_dynamics`, for each row or the same for all."""
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
