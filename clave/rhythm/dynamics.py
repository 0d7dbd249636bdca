"""How strokes are played: their velocities and offsets, brought into the ranges that a pattern allows."""

import numpy as np

from clave.music.pattern import DEFAULT_VELOCITY, MAX_OFFSET, Pattern
from clave.music.shapes import Bool, Float, Float32
from clave.music.units import Meter, steps_per_bar
from clave.rhythm.condition import Condition

MIN_VELOCITY = 1 / 127  # of a stroke: the softest that MIDI knows
LATEST_OFFSET = float(np.nextafter(np.float32(MAX_OFFSET), np.float32(0)))  # steps: the largest below MAX_OFFSET

Hits = Bool[np.ndarray, "row voice step"]
Dynamics = tuple[Float32[np.ndarray, "row voice step"], Float32[np.ndarray, "row voice step"]]
"""The velocity and the offset (steps) of each cell, if it is struck."""


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
