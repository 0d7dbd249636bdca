"""Moves a bar along its `attributes` and leaves the rest of it where it is.

Nothing is learned for this: the four are solved for one after the other.

**Density**: strokes are added or removed one by one, each time the one of least cost. The least plausible stroke goes
first, a ghost note before an accent; the most plausible one comes first, unless it changes the syncopation.

**Syncopation**: strokes are moved one by one; one goes and another comes, so that the density holds. Each time it is
the move with the best ratio of gain to cost.

The order in which strokes come, go and move does not depend on the amount: a larger shift adds to what a smaller one
did. **Swing**: all second strokes of the pairs are delayed or advanced by the same time. **Loudness**: all velocities
are multiplied by the same factor, and clipped at 1.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from clave.music.kit import VOICES
from clave.music.pattern import MAX_OFFSET, Pattern, musical_steps
from clave.music.shapes import Bool, Float, Float64, Int
from clave.music.units import MAX_SWING, MIN_SWING, STEPS_PER_QUARTER, TICKS_PER_STEP, Meter
from clave.rhythm import attributes
from clave.rhythm.attributes import EIGHTHS, LAST_OF_TRIPLET, SIXTEENTHS, STREAM
from clave.rhythm.dynamics import LATEST_OFFSET, MIN_VELOCITY, clip_offset

MIN_STROKES = 2  # that are left, however little is asked for
MIN_LOGIT = -6.0  # of a cell to which a stroke may be added
ACCENT_COST = 3.0  # nats: how much more it costs to remove a stroke of velocity 1 than a ghost note
SYNCOPATION_COST = 3.0  # nats, for a change of the syncopation by one standard deviation while strokes come and go
MOVE_COST = 3.0  # nats, beside the loss of plausibility, so that few and large moves are made
MAX_GAIN = 0.5  # standard deviations: what a move gains beyond this does not count
CANDIDATES = 64  # moves of which the effect is measured in each round
MAX_MOVES = 24
TOLERANCE = 0.15  # standard deviations: an attribute that is to be held is corrected only if it is farther off
SWING_TOLERANCE, LOUDNESS_TOLERANCE = 1e-3, 1e-4
BISECTIONS = 24
FIRST_OF_TRIPLET = 5  # of a quarter's 16 steps, where a swung 16th may come to lie
MIN_SCALE = 1e-6  # of a corpus whose bars are all alike
HATS = [voice.index for voice in VOICES if voice.choke_group is not None]


class Cells(NamedTuple):
    """What the space expects of each cell of the bar, whether it is struck or not."""

    logit: Float[np.ndarray, "voice step"]  # of a hit: how plausible a stroke is there
    velocity: Float[np.ndarray, "voice step"]  # of a stroke that is added
    offset: Float[np.ndarray, "voice step"]  # steps


def shift_pattern(
    pattern: Pattern,
    cells: Cells,
    shift: Float64[np.ndarray, " attribute"],
    scale: Float64[np.ndarray, " attribute"],
) -> Pattern:
    """The bar, moved by so many standard deviations of each attribute, in the order of NAMES; 0 holds an attribute.

    `scale` is the standard deviation of each attribute over the corpus. The bar is moved as far as it can be: it keeps
    two strokes, velocities in [1/127, 1] and offsets in [-2, 2), and without second 16ths or 8ths it cannot swing. A
    shift of 0 gives the very same bar.
    """
    if not shift.any() or not pattern.hits.any():
        return pattern
    scale = np.maximum(scale, MIN_SCALE)
    goal = attributes.measure([pattern])[0] + shift * scale
    hits = _shifted_hits(pattern, cells, shift, goal, scale)
    added = hits & ~pattern.hits
    velocity = np.where(added, np.clip(cells.velocity, MIN_VELOCITY, 1), pattern.velocity)
    offset = np.where(added, clip_offset(cells.offset), pattern.offset)
    shifted = Pattern.from_hits(hits, velocity, offset, pattern.meter)
    off = np.abs(goal - attributes.measure([shifted])[0]) > TOLERANCE * scale
    if shift[2] or off[2]:
        shifted = _with_swing(shifted, float(np.clip(goal[2], MIN_SWING, MAX_SWING)))
    if shift[3] or off[3]:
        shifted = _with_loudness(shifted, float(goal[3]))
    return shifted


def _shifted_hits(
    pattern: Pattern,
    cells: Cells,
    shift: Float64[np.ndarray, " attribute"],
    goal: Float64[np.ndarray, " attribute"],
    scale: Float64[np.ndarray, " attribute"],
) -> Bool[np.ndarray, "voice step"]:
    """The strokes of the bar, moved in density and syncopation."""
    hits, meter, unit = pattern.hits, pattern.meter, float(scale[1])
    plausibility = cells.logit + ACCENT_COST * pattern.velocity
    if shift[0]:
        strokes = goal[0] * pattern.steps / STEPS_PER_QUARTER
        path = (_adding if shift[0] > 0 else _removing)(hits, plausibility, meter, unit)
        hits = _nearest(hits, path, float(hits.sum()), strokes)
    here = _syncopation(hits, meter)
    if shift[1] or abs(goal[1] - here) > TOLERANCE * unit:
        path = _moving(hits, plausibility, meter, unit, more=bool(goal[1] > here))
        hits = _nearest(hits, path, here, goal[1])
    return hits


_Hits = Bool[np.ndarray, "voice step"]
_Path = Iterator[tuple[float, _Hits]]
"""Bars, each with the value that has been reached, which goes in one direction only."""


def _nearest(hits: _Hits, path: _Path, here: float, goal: float) -> _Hits:
    """The bar on this path whose value is nearest to the goal."""
    for there, farther in path:
        if abs(goal - there) >= abs(goal - here):
            break
        here, hits = there, farther
    return hits


def _adding(hits: _Hits, plausibility: Float[np.ndarray, "voice step"], meter: Meter, unit: float) -> _Path:
    """One stroke more each time, with the number of strokes."""
    home = _syncopation(hits, meter)
    while (free := _free(hits) & (plausibility > MIN_LOGIT)).any():
        cost = SYNCOPATION_COST * np.abs(_syncopation_with(hits, 1, meter) - home) / unit - plausibility
        hits = _with(hits, int(np.where(free, cost, np.inf).argmin()), struck=True)
        yield float(hits.sum()), hits


def _removing(hits: _Hits, plausibility: Float[np.ndarray, "voice step"], meter: Meter, unit: float) -> _Path:
    """One stroke less each time, with the number of strokes."""
    home = _syncopation(hits, meter)
    while hits.sum() > MIN_STROKES:
        cost = SYNCOPATION_COST * np.abs(_syncopation_with(hits, -1, meter) - home) / unit + plausibility
        hits = _with(hits, int(np.where(hits, cost, np.inf).argmin()), struck=False)
        yield float(hits.sum()), hits


def _moving(
    hits: _Hits, plausibility: Float[np.ndarray, "voice step"], meter: Meter, unit: float, *, more: bool
) -> _Path:
    """One stroke moved each time, with the syncopation that is reached."""
    sign = 1 if more else -1
    for _ in range(MAX_MOVES):
        here = _syncopation(hits, meter)
        struck, free = np.flatnonzero(hits), np.flatnonzero(_free(hits) & (plausibility > MIN_LOGIT))
        if not (struck.size and free.size):
            return
        cost = MOVE_COST + np.maximum(plausibility.flat[struck][:, None] - plausibility.flat[free], 0)
        gain_without, gain_with = (sign * (_syncopation_with(hits, by, meter) - here).ravel() for by in (-1, 1))
        estimate = np.minimum(gain_without[struck][:, None] + gain_with[free], MAX_GAIN * unit) / cost
        candidates = np.argsort(-estimate, axis=None, kind="stable")[:CANDIDATES]
        source, target = struck[candidates // free.size], free[candidates % free.size]
        reached = attributes.syncopation(_moved(hits, source, target, meter), meter)
        ratio = np.minimum(sign * (reached - here), MAX_GAIN * unit) / cost.flat[candidates]
        best = int(ratio.argmax())
        if ratio[best] <= 0:
            return
        hits = _with(_with(hits, int(source[best]), struck=False), int(target[best]), struck=True)
        yield float(reached[best]), hits


def _with(hits: _Hits, cell: int, *, struck: bool) -> _Hits:
    """The same with one cell struck or silent."""
    changed = hits.copy()
    changed.flat[cell] = struck
    return changed


def _free(hits: _Hits) -> _Hits:
    """Cells to which a stroke may be added: none of its voice is right beside, and no other hi-hat on the step."""
    taken = hits.copy()
    taken[:, 1:] |= hits[:, :-1]
    taken[:, :-1] |= hits[:, 1:]
    taken[HATS] |= hits[HATS].any(axis=0)
    return ~taken


def _syncopation(hits: _Hits, meter: Meter) -> float:
    return float(attributes.syncopation(attributes.onsets(hits[None], meter), meter)[0])


def _syncopation_with(hits: _Hits, strokes: int, meter: Meter) -> Float64[np.ndarray, "voice step"]:
    """The syncopation with one stroke more, or less for -1, in each cell."""
    now = attributes.onsets(hits[None], meter)[0]
    each = now + strokes * np.eye(now.size, dtype=np.int64).reshape(-1, *now.shape)
    after = attributes.syncopation(each, meter).reshape(now.shape)
    return after[STREAM[:, None], attributes.places(meter)]


def _moved(
    hits: _Hits, source: Int[np.ndarray, " move"], target: Int[np.ndarray, " move"], meter: Meter
) -> Int[np.ndarray, "move stream place"]:
    """The strokes on each 16th after each of these moves of a stroke, from cell to cell."""
    strokes = attributes.onsets(hits[None], meter).repeat(len(source), axis=0)
    for cells, by in ((source, -1), (target, 1)):
        voice, step = np.divmod(cells, hits.shape[1])
        strokes[np.arange(len(cells)), STREAM[voice], attributes.places(meter)[step]] += by
    return strokes


def _with_swing(pattern: Pattern, goal: float) -> Pattern:
    """All second strokes delayed or advanced by the same time.

    Each is written on the step of the musical grid where it now lies, if that is free. It stays on its own step, with
    another offset, where it is not, or where the bar would then swing in 8ths instead of 16ths, or the other way round.
    """
    hits, meter = pattern.hits, pattern.meter
    eighths = attributes.swings_in_eighths(hits[None], meter)[0]
    pair = EIGHTHS if eighths else SIXTEENTHS
    first, second = attributes.seconds(meter, pair)
    voice, step = np.nonzero(hits & second)
    if not step.size or abs(attributes.swing(hits[None], pattern.offset[None], meter)[0] - goal) < SWING_TOLERANCE:
        return pattern
    begin = step - step % pair
    within = step - begin + pattern.offset[voice, step].astype(np.float64)
    late = float(pattern.offset[hits & first].mean()) if (hits & first).any() else 0.0

    def delayed(delay: float) -> Float64[np.ndarray, " stroke"]:
        return np.clip(within + delay, MIN_SWING * pair + late, MAX_SWING * pair + late)

    delay = _solve(lambda steps: float(delayed(steps).mean()), goal * pair + late, (-pair, pair))
    position = begin + delayed(delay)
    tick = np.rint(position * TICKS_PER_STEP).astype(np.int64)
    last = np.where(begin % STEPS_PER_QUARTER, pair // 2, LAST_OF_TRIPLET if eighths else FIRST_OF_TRIPLET)
    on_grid = np.clip(musical_steps(tick, np.array([0, pattern.steps])), begin + pair // 2, begin + last)
    velocity, offset = pattern.velocity.copy(), pattern.offset.copy()
    for row, own, other, where in zip(voice, step, on_grid, position, strict=True):
        if velocity[row, other] == 0 and -MAX_OFFSET <= where - other <= LATEST_OFFSET:
            moved = velocity.copy()
            moved[row, [own, other]] = 0, velocity[row, own]
            if attributes.swings_in_eighths(moved[None] > 0, meter)[0] == eighths:
                velocity, own = moved, other
        offset[row, own] = np.clip(where - own, -MAX_OFFSET, LATEST_OFFSET)
    return Pattern(velocity, offset, meter)


def _with_loudness(pattern: Pattern, goal: float) -> Pattern:
    """All velocities multiplied by the same factor, so that their mean is the goal, and clipped at 1."""
    struck = pattern.velocity[pattern.hits].astype(np.float64)
    goal = float(np.clip(goal, MIN_VELOCITY, 1))
    if abs(struck.mean() - goal) < LOUDNESS_TOLERANCE:
        return pattern

    def scaled(log2_factor: float) -> Float64[np.ndarray, " stroke"]:
        return np.clip(struck * 2**log2_factor, MIN_VELOCITY, 1)

    velocity = pattern.velocity.copy()
    velocity[pattern.hits] = scaled(_solve(lambda log2_factor: float(scaled(log2_factor).mean()), goal, (-8, 8)))
    return Pattern(velocity, pattern.offset, pattern.meter)


def _solve(increasing: Callable[[float], float], goal: float, bracket: tuple[float, float]) -> float:
    """The argument at which an increasing function reaches the goal, by bisection."""
    low, high = bracket
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if increasing(middle) < goal else (low, middle)
    return (low + high) / 2
