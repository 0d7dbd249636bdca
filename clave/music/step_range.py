"""Between which offsets a stroke is read on its own step.

A stroke that is written on one step may sound nearer to another place of the musical grid: what lies more than 0.63
steps after the 16th on step 4 is nearer to the triplet on step 5. A MIDI file holds moments and no steps, so that its
reader would put the stroke there. `step_ranges` says how far each stroke may lie off its step, so that bars come back
from a file on the steps they were written on; `Pattern.from_strokes` is the same rule the other way round.
"""

from typing import NamedTuple

import numpy as np

from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float32, Int
from clave.music.units import STEPS_PER_QUARTER, STEPS_PER_SIXTEENTH, TICKS_PER_STEP

Hits = Bool[np.ndarray, "row voice step"]  # of bars of one length

_EARLY, _LATE = TICKS_PER_STEP // 2, TICKS_PER_STEP // 2 - 1  # ticks before and after a step that are nearest to it
_ALWAYS = 99  # ticks, beyond all offsets

# One row for each step of a quarter. `first` and `last`: the ticks off the step that count as this step: those that are
# nearest to a place of the musical grid (steps 0, 4, 5, 8, 11, 12), or nearest to one of the steps between them.
# Between its places, a stroke keeps its step only where the place that is nearest to it is taken by another stroke:
# the one `left` steps before, or from `middle` ticks on the one `right` steps after. 0: there is none to be nearest.
_RULES = np.array([
    (-60, 59, 0, 0, 0),
    (-15, 14, 1, 0, _ALWAYS), (-15, 14, 2, 2, 0), (-15, 14, 0, 1, -_ALWAYS),
    (-60, 19, 0, 0, 0), (-10, 49, 0, 0, 0),
    (-15, 14, 1, 0, _ALWAYS), (-15, 14, 2, 1, -10),
    (-40, 39, 0, 0, 0),
    (-15, 14, 1, 2, 10), (-15, 14, 0, 1, -_ALWAYS),
    (-50, 9, 0, 0, 0), (-20, 59, 0, 0, 0),
    (-15, 14, 1, 0, _ALWAYS), (-15, 14, 2, 2, 0), (-15, 14, 0, 1, -_ALWAYS),
], np.int16).T.copy()  # fmt: skip
_BETWEEN = (_RULES[2] + _RULES[3]) > 0

# By the distance of two strokes in steps: the ticks beside its own step that each of them has, so that both keep a
# nearest step of their own. From FAR steps on, there is room for every offset.
_FAR = 7
_ROOM = np.array([0, *((steps - 1) // 2 * TICKS_PER_STEP for steps in range(1, _FAR + 1))], np.int16)


class StepRanges(NamedTuple):
    """The offsets of the strokes of bars, in the order of `np.nonzero(hits)`."""

    low: Float32[np.ndarray, " stroke"]  # steps
    high: Float32[np.ndarray, " stroke"]
    displaced: Bool[np.ndarray, " stroke"]  # no offset has it read on this step


def step_ranges(hits: Hits) -> StepRanges:
    """The offsets, both ends included, at which each stroke of these bars is read on its own step.

    A stroke between the places of the musical grid is displaced where none of its voice is struck on the place that is
    nearest to it, in the same bar: it may lie half a step off its step, but not where the bar line is nearest.
    """
    row, step, before, after = _neighbours(hits)
    of_quarter = step % STEPS_PER_QUARTER
    first, last, left, right, middle = _RULES[:, of_quarter]
    if rest := hits.shape[2] % STEPS_PER_QUARTER:  # the bar line is nearest to as much as the place it falls on
        first = np.where(step == 0, _RULES[0, rest], first)
    first, last = np.maximum(first, -_EARLY - _ROOM[before]), np.minimum(last, _LATE + _ROOM[after])
    between = _BETWEEN[of_quarter]
    if not between.any():
        return _in_steps(first, last, np.zeros(len(step), bool))

    steps = hits.shape[2]
    stroke = np.full((len(hits) * hits.shape[1], steps + STEPS_PER_SIXTEENTH), -1)  # its number; silence after the bar
    stroke[row, step] = np.arange(len(step))
    on_left, on_right = stroke[row, step - left], stroke[row, step + right]
    taken_left, taken_right = between & (left > 0) & (on_left >= 0), between & (right > 0) & (on_right >= 0)
    nearest = np.concatenate([on_left[taken_left], on_right[taken_right]])  # have to stay nearest to their place
    first[nearest], last[nearest] = np.maximum(first[nearest], -_EARLY), np.minimum(last[nearest], _LATE)

    low = np.where(between & ~taken_left, np.maximum(first, middle), first)
    high = np.where(between & ~taken_right, np.minimum(last, middle - 1), last)
    displaced = low > high
    at_line = (right > 0) & (step + right == steps) & (middle > first)
    before_line = np.where(at_line, np.minimum(last, middle - 1), last)
    return _in_steps(np.where(displaced, first, low), np.where(displaced, before_line, high), displaced)


def _in_steps(
    low: Int[np.ndarray, " stroke"], high: Int[np.ndarray, " stroke"], displaced: Bool[np.ndarray, " stroke"]
) -> StepRanges:
    tick = np.float32(TICKS_PER_STEP)
    return StepRanges(low.astype(np.float32) / tick, high.astype(np.float32) / tick, displaced)


def _neighbours(hits: Hits) -> tuple[Int[np.ndarray, " stroke"], ...]:
    """Row and step of each stroke, and the steps to the strokes of its voice before and after it, at most _FAR.

    The bars beside it are taken to end, and to begin, with a stroke on their last and on their first 16th.
    """
    steps = hits.shape[2]
    row, step = np.divmod(np.flatnonzero(hits), steps)
    apart = np.full(len(step) + 1, _FAR)
    apart[1:-1] = np.minimum(np.diff(row * (steps + _FAR) + step), _FAR)
    return row, step, np.minimum(apart[:-1], step + STEPS_PER_SIXTEENTH), np.minimum(apart[1:], steps - step)


def clear_of_bar_line(hits: Hits) -> Hits:
    """The same with strokes on the last step one step earlier, and those in the way as well, where there is room.

    By itself such a stroke would be read as the first one of a bar that comes after.
    """
    if not hits[:, :, -1].any():
        return hits
    moved = hits.copy()
    end = moved[:, :, -STEPS_PER_SIXTEENTH:]
    three, two = end[..., 3] & ~end[..., 2], end[..., 3] & end[..., 2] & ~end[..., 1]
    end[three, 2:] = True, False
    end[two, 1:] = True, True, False
    return moved


def on_read_steps(bar: Pattern) -> Pattern:
    """The same strokes at the same moments, on the steps that a reader puts them on, if any of them is displaced."""
    _, step = np.nonzero(bar.velocity)
    if _BETWEEN[step % STEPS_PER_QUARTER].any() and step_ranges(bar.hits[None]).displaced.any():
        return Pattern.from_strokes(bar.strokes(), bar.meter)
    return bar
