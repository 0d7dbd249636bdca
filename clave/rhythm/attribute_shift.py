"""Moves a bar along what one hears in it, `attributes`, and leaves the rest of it where it is.

Nothing is learned for this: the four are solved for one after the other.

**Density**: strokes are added or taken away one by one. Each time it is the one that costs least: the least plausible
stroke goes, a ghost before an accent, the most plausible one comes, unless it would change the syncopation.

**Syncopation**: strokes are moved one by one; one goes and another comes, so that the density holds. Each time it is
the move that costs least for what it brings.

The order in which strokes come, go and move does not depend on how far one asks to go: a larger shift adds to what a
smaller one did. **Swing**: all second strokes of the pairs come later or earlier by the same time. **Loudness**: all
velocities grow or shrink by the same factor; what would exceed 1 stays there.
"""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from jaxtyping import Bool, Float, Float64, Int

from clave.errors import SpaceError
from clave.music.kit import VOICES
from clave.music.pattern import MAX_OFFSET, Pattern, musical_steps
from clave.music.units import MAX_SWING, MIN_SWING, STEPS_PER_QUARTER, TICKS_PER_STEP, Meter
from clave.rhythm import attributes
from clave.rhythm.attributes import EIGHTHS, LAST_OF_TRIPLET, NAMES, SIXTEENTHS, STREAM

FEWEST = 2  # strokes that are left, however little is asked for
LEAST_PLAUSIBLE = -6.0  # logit: no stroke comes where it would be rarer than this
ACCENTED = 3.0  # nats: what it costs more to lose a stroke of velocity 1 than a ghost
HOLDING = 3.0  # nats: what it costs to change the syncopation by a deviation while strokes come and go
MOVING = 3.0  # nats: what a move costs beside what it does to plausibility, so that few and large ones are made
LARGEST = 0.5  # deviations: what a move brings beyond this does not count for it
TRIED = 64  # moves that are measured in each round, of all that there are
MOST_MOVES = 24
AT_REST = 0.15  # deviations: what nobody asked for is left alone when it strays no farther
NEAR_SWING, NEAR_LOUDNESS = 1e-3, 1e-4  # there
HALVINGS = 24
FIRST_OF_TRIPLET = 5  # of a quarter's 16 steps, where a swung 16th may come to lie
LEAST_SCALE = 1e-6  # of a corpus whose bars are all alike
HATS = [voice.index for voice in VOICES if voice.choke_group is not None]
QUIETEST = 1 / 127
LATEST = float(np.nextafter(np.float32(MAX_OFFSET), np.float32(0)))


def amounts(shift: Mapping[str, float]) -> Float64[np.ndarray, " attribute"]:
    """Deviations by name, in the order of NAMES; SpaceError for other names and for what is no finite number."""
    for name, amount in shift.items():
        if name not in NAMES:
            raise SpaceError(f"no bar is shifted in {name!r}, but in {', '.join(NAMES)}")
        if not np.isfinite(amount):
            raise SpaceError(f"a shift is a finite number of standard deviations, got {name} {amount}")
    return np.array([shift.get(name, 0.0) for name in NAMES], np.float64)


def steer(
    pattern: Pattern,
    plausible: Float[np.ndarray, "voice step"],
    velocity: Float[np.ndarray, "voice step"],
    offset: Float[np.ndarray, "voice step"],
    shift: Float64[np.ndarray, " attribute"],
    scale: Float64[np.ndarray, " attribute"],
) -> Pattern:
    """The bar, moved by so many deviations of each attribute, in the order of NAMES; what is to move by 0 is held.

    `plausible` is the logit of a stroke in each cell; `velocity` and `offset` say how a new one there is played.
    `scale` is the deviation of each attribute over the corpus. It goes as far as it can: a bar keeps two strokes, its
    velocities stay in [1/127, 1], its offsets in [-2, 2), and one without second 16ths or 8ths cannot swing. A shift
    of 0 gives the very same bar.
    """
    if not shift.any() or not pattern.hits.any():
        return pattern
    scale = np.maximum(scale, LEAST_SCALE)
    goal = attributes.measure([pattern])[0] + shift * scale
    hits, meter, unit = pattern.hits, pattern.meter, float(scale[1])
    plausible = plausible + ACCENTED * pattern.velocity
    if shift[0]:
        strokes = goal[0] * pattern.steps / STEPS_PER_QUARTER
        path = (_filled if shift[0] > 0 else _thinned)(hits, plausible, meter, unit)
        hits = _nearest(hits, path, float(hits.sum()), strokes)
    here = _syncopation(hits, meter)
    if shift[1] or abs(goal[1] - here) > AT_REST * unit:
        path = _syncopated(hits, plausible, meter, unit, more=bool(goal[1] > here))
        hits = _nearest(hits, path, here, goal[1])

    new = hits & ~pattern.hits
    velocities = np.where(new, np.clip(velocity, QUIETEST, 1), pattern.velocity)
    offsets = np.where(new, np.clip(offset, -MAX_OFFSET, LATEST), pattern.offset)
    steered = Pattern.from_hits(hits, velocities, offsets, meter)
    strays = np.abs(goal - attributes.measure([steered])[0]) > AT_REST * scale
    if shift[2] or strays[2]:
        steered = _swung(steered, float(np.clip(goal[2], MIN_SWING, MAX_SWING)))
    if shift[3] or strays[3]:
        steered = _as_loud(steered, float(goal[3]))
    return steered


_Hits = Bool[np.ndarray, "voice step"]
_Path = Iterator[tuple[float, _Hits]]
"""Bars on the way, each with how far it has come: ever farther in the same direction."""


def _nearest(hits: _Hits, path: _Path, here: float, goal: float) -> _Hits:
    """Where on this way it is nearest to the goal."""
    for there, farther in path:
        if abs(goal - there) >= abs(goal - here):
            break
        here, hits = there, farther
    return hits


def _filled(hits: _Hits, plausible: Float[np.ndarray, "voice step"], meter: Meter, unit: float) -> _Path:
    """One stroke more, and another; with how many there are."""
    home = _syncopation(hits, meter)
    while (free := _free(hits) & (plausible > LEAST_PLAUSIBLE)).any():
        cost = HOLDING * np.abs(_syncopation_with(hits, 1, meter) - home) / unit - plausible
        hits = _with(hits, int(np.where(free, cost, np.inf).argmin()), struck=True)
        yield float(hits.sum()), hits


def _thinned(hits: _Hits, plausible: Float[np.ndarray, "voice step"], meter: Meter, unit: float) -> _Path:
    """One stroke less, and another; with how many there are."""
    home = _syncopation(hits, meter)
    while hits.sum() > FEWEST:
        cost = HOLDING * np.abs(_syncopation_with(hits, -1, meter) - home) / unit + plausible
        hits = _with(hits, int(np.where(hits, cost, np.inf).argmin()), struck=False)
        yield float(hits.sum()), hits


def _syncopated(
    hits: _Hits, plausible: Float[np.ndarray, "voice step"], meter: Meter, unit: float, *, more: bool
) -> _Path:
    """One stroke moved, and another; with the syncopation that is reached."""
    sign = 1 if more else -1
    for _ in range(MOST_MOVES):
        here = _syncopation(hits, meter)
        gone, come = np.flatnonzero(hits), np.flatnonzero(_free(hits) & (plausible > LEAST_PLAUSIBLE))
        if not (gone.size and come.size):
            return
        cost = MOVING + np.maximum(plausible.flat[gone][:, None] - plausible.flat[come], 0)
        without, along = (sign * (_syncopation_with(hits, by, meter) - here).ravel() for by in (-1, 1))
        bet = np.minimum(without[gone][:, None] + along[come], LARGEST * unit) / cost
        tried = np.argsort(-bet, axis=None, kind="stable")[:TRIED]
        out, into = gone[tried // come.size], come[tried % come.size]
        reached = attributes.syncopation(_moved(hits, out, into, meter), meter)
        worth = np.minimum(sign * (reached - here), LARGEST * unit) / cost.flat[tried]
        best = int(worth.argmax())
        if worth[best] <= 0:
            return
        hits = _with(_with(hits, int(out[best]), struck=False), int(into[best]), struck=True)
        yield float(reached[best]), hits


def _with(hits: _Hits, cell: int, *, struck: bool) -> _Hits:
    """The same with one cell struck or silent."""
    changed = hits.copy()
    changed.flat[cell] = struck
    return changed


def _free(hits: _Hits) -> _Hits:
    """Where a stroke may come: none of its voice right beside it, and hi-hats are either open or closed."""
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
    hits: _Hits, out: Int[np.ndarray, " move"], into: Int[np.ndarray, " move"], meter: Meter
) -> Int[np.ndarray, "move stream place"]:
    """The strokes on each 16th after each of these moves, from cell to cell."""
    strokes = attributes.onsets(hits[None], meter).repeat(len(out), axis=0)
    for cells, by in ((out, -1), (into, 1)):
        voice, step = np.divmod(cells, hits.shape[1])
        strokes[np.arange(len(cells)), STREAM[voice], attributes.places(meter)[step]] += by
    return strokes


def _swung(pattern: Pattern, goal: float) -> Pattern:
    """All second strokes later or earlier by the same time.

    Each is written on the step of the musical grid that it comes to, if that is free; on its own where that, or what
    swings, 16ths or 8ths, would become another.
    """
    hits, meter = pattern.hits, pattern.meter
    eighths = attributes.swings_in_eighths(hits[None], meter)[0]
    pair = EIGHTHS if eighths else SIXTEENTHS
    first, second = attributes.seconds(meter, pair)
    voice, step = np.nonzero(hits & second)
    if not step.size or abs(attributes.swing(hits[None], pattern.offset[None], meter)[0] - goal) < NEAR_SWING:
        return pattern
    begin = step - step % pair
    within = step - begin + pattern.offset[voice, step].astype(np.float64)
    late = float(pattern.offset[hits & first].mean()) if (hits & first).any() else 0.0

    def swung(later: float) -> Float64[np.ndarray, " stroke"]:
        return np.clip(within + later, MIN_SWING * pair + late, MAX_SWING * pair + late)

    later = _solved(lambda by: float(swung(by).mean()), goal * pair + late, (-pair, pair))
    position = begin + swung(later)
    tick = np.rint(position * TICKS_PER_STEP).astype(np.int64)
    last = np.where(begin % STEPS_PER_QUARTER, pair // 2, LAST_OF_TRIPLET if eighths else FIRST_OF_TRIPLET)
    on_grid = np.clip(musical_steps(tick, np.array([0, pattern.steps])), begin + pair // 2, begin + last)
    velocity, offset = pattern.velocity.copy(), pattern.offset.copy()
    for row, own, other, where in zip(voice, step, on_grid, position, strict=True):
        if velocity[row, other] == 0 and -MAX_OFFSET <= where - other <= LATEST:
            moved = velocity.copy()
            moved[row, [own, other]] = 0, velocity[row, own]
            if attributes.swings_in_eighths(moved[None] > 0, meter)[0] == eighths:
                velocity, own = moved, other
        offset[row, own] = np.clip(where - own, -MAX_OFFSET, LATEST)
    return Pattern(velocity, offset, meter)


def _as_loud(pattern: Pattern, goal: float) -> Pattern:
    """All velocities by the same factor, so that their mean is as asked; what would exceed 1 stays there."""
    struck = pattern.velocity[pattern.hits].astype(np.float64)
    goal = float(np.clip(goal, QUIETEST, 1))
    if abs(struck.mean() - goal) < NEAR_LOUDNESS:
        return pattern

    def played(octaves: float) -> Float64[np.ndarray, " stroke"]:
        return np.clip(struck * 2**octaves, QUIETEST, 1)

    velocity = pattern.velocity.copy()
    velocity[pattern.hits] = played(_solved(lambda by: float(played(by).mean()), goal, (-8, 8)))
    return Pattern(velocity, pattern.offset, pattern.meter)


def _solved(rising: Callable[[float], float], goal: float, between: tuple[float, float]) -> float:
    """Where a function that never falls comes to the goal, by halving."""
    low, high = between
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < goal else (low, middle)
    return (low + high) / 2
