"""Musical time and its units: steps, quarters, ticks, seconds, and swing.

A bar is cut into steps, 64 to a whole note. Positions are measured in steps from the start of a bar and may be
fractional. Tempo is always in quarter notes a minute.
"""

import math
import operator
from fractions import Fraction
from typing import Any

import numpy as np

from clave.errors import PatternError, RenderError

STEPS_PER_WHOLE = 64
STEPS_PER_QUARTER = STEPS_PER_WHOLE // 4
STEPS_PER_SIXTEENTH = STEPS_PER_WHOLE // 16
TICKS_PER_QUARTER = 480  # the resolution of the MIDI files we write, and of Roland's
TICKS_PER_STEP = TICKS_PER_QUARTER // STEPS_PER_QUARTER
MIN_TEMPO_BPM, MAX_TEMPO_BPM = 20.0, 400.0
MIN_SWING, MAX_SWING = 0.25, 0.75

Meter = tuple[int, int]
"""Time signature: (4, 4), (6, 8)."""

COMMON_TIME: Meter = (4, 4)
METERS: tuple[Meter, ...] = (COMMON_TIME, (3, 4), (6, 8), (5, 4), (12, 8), (9, 8), (7, 8), (5, 8))
"""The meters that a rhythm space can learn. New ones come last: files and networks count them from the first."""


def steps_per_bar(meter: Meter) -> int:
    """How many steps a bar of this meter has: 64 in 4/4, 48 in 3/4 and 6/8.

    Raises PatternError unless it is two positive whole numbers and the bar a whole number of steps, at most 512.
    """
    try:
        beats, unit = map(operator.index, meter)
    except (TypeError, ValueError) as error:
        raise PatternError(f"a meter is two whole numbers such as (4, 4), got {meter!r}") from error
    if beats < 1 or unit < 1:
        raise PatternError(f"a meter is two positive numbers, got {beats}/{unit}")
    steps, rest = divmod(beats * STEPS_PER_WHOLE, unit)
    if rest or steps > 8 * STEPS_PER_WHOLE:
        exact = Fraction(beats * STEPS_PER_WHOLE, unit)
        raise PatternError(
            f"a bar is 1 to {8 * STEPS_PER_WHOLE} steps of a 64th note, got {beats}/{unit}: {exact} steps"
        )
    return steps


def meter_name(meter: Meter) -> str:
    """As musicians write it: "4/4"."""
    return f"{meter[0]}/{meter[1]}"


def seconds_per_step(tempo_bpm: float) -> float:
    """Duration of one step; raises RenderError for a tempo outside [20, 400] bpm."""
    if not MIN_TEMPO_BPM <= tempo_bpm <= MAX_TEMPO_BPM:  # False for NaN too
        raise RenderError(f"tempo lies in [{MIN_TEMPO_BPM:g}, {MAX_TEMPO_BPM:g}] bpm, got {tempo_bpm}")
    return 60.0 / tempo_bpm / STEPS_PER_QUARTER


def check_swing(swing: float) -> float:
    """The swing itself, or RenderError if it lies outside [0.25, 0.75]."""
    if not MIN_SWING <= swing <= MAX_SWING:
        raise RenderError(f"swing lies in [{MIN_SWING}, {MAX_SWING}] (0.5 is straight, 2/3 triplet), got {swing}")
    return swing


def swing_steps(steps: Any, swing: float) -> Any:
    """Where straight grid positions come to lie under swing, both in steps; arrays and numbers alike.

    Of two 16ths (8 steps), the second begins at `8 * swing`: 0.5 is straight, 2/3 is triplet feel. Positions in
    between move along, so that order is kept. Offsets are no part of this: they are added afterwards.
    """
    check_swing(swing)
    pair = 2 * STEPS_PER_SIXTEENTH
    start = np.floor_divide(steps, pair) * pair
    within = steps - start
    stretched = np.where(
        within < STEPS_PER_SIXTEENTH,
        within * 2 * swing,
        pair * swing + (within - STEPS_PER_SIXTEENTH) * 2 * (1 - swing),
    )
    return start + (stretched if np.ndim(steps) else float(stretched))


def velocity_to_midi(velocity: float) -> int:
    """A velocity in (0, 1] as a MIDI number in 1..127: what sounds is never written as 0."""
    return max(1, math.floor(velocity * 127 + 0.5))
