"""Fills in a bar around what is given: strokes that stay, or taps of one hand.

A prior writes bars from left to right, a 16th at a time; what is given speaks of the whole bar at once. Sequential
Monte Carlo brings both together (Doucet and Johansen, A Tutorial on Particle Filtering and Smoothing, 2011): many bars,
the particles, are written side by side. Each 16th is drawn from the prior times a *potential* that says how well every
content goes with what is given there, and each particle is weighted by how much the prior had to give for it. Where a
few particles have most of the weight, they are copied and others end. With many particles, one that is drawn by weight
is a bar from the prior given the potentials.

A *content* is what can be struck in one 16th, Bool [8, 4]; a *vocabulary* lists all that a prior knows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Float32, Float64, Int
from numpy.typing import ArrayLike

from clave.errors import PatternError
from clave.music.kit import VOICES
from clave.music.pattern import DEFAULT_VELOCITY, MAX_OFFSET, Pattern, musical_steps
from clave.music.units import COMMON_TIME, STEPS_PER_SIXTEENTH, TICKS_PER_STEP, Meter, steps_per_bar

State = tuple[np.ndarray, ...]
"""What a prior remembers of each particle: arrays whose first axis is the particle."""

RESAMPLED_BELOW = 0.5  # effective share of the particles
LATEST = float(np.nextafter(np.float32(MAX_OFFSET), np.float32(0)))  # steps
MOST_TAPS = 32  # a bar: two a 16th is as fast as hands go
MOST_LOOPS = 8  # that moments may be tapped over, one bar after another

LEADING = [voice.index for voice in VOICES if voice.name in ("kick", "snare", "tom", "clap")]  # what a tap stands for
TAP_LED = 6.0  # log potential of such a stroke on a tap
TAP_FOLLOWED = 2.0  # of a tap on which only others are struck
UNTAPPED_LED = -3.0  # of such a stroke where nobody tapped
# Kicks, snares and toms of 60 bars of Groove MIDI as taps: 99 % have such a stroke, 96 % of these lie on a tap, and the
# bars are as dense as real ones. With 4, 1, -2 it is 94 and 91 %, with 8, 2, -4 100 and 98 %, with none 44 and 46 %.


@runtime_checkable
class Prior(Protocol):
    """Writes bars a 16th at a time; `clave.rhythm.space` has the one that is learned."""

    def begin(self, points: Float32[np.ndarray, "particle map"]) -> State:
        """What it remembers before the first 16th, for one bar at each of these points of the map."""
        ...

    def step(
        self, state: State, sixteenth: int, before: Int[np.ndarray, " particle"]
    ) -> tuple[Float32[np.ndarray, "particle content"], State]:
        """The log share of each content in this 16th, after what the 16th before holds (-1 at the start)."""
        ...


@dataclass(frozen=True, eq=False)
class Filled:
    """Weighted bars, each a content of the vocabulary for each 16th."""

    contents: Int[np.ndarray, "particle sixteenth"]
    origin: Int[np.ndarray, " particle"]  # which of the points each was written at
    log_weight: Float64[np.ndarray, " particle"]  # their mean, as a weight, is the evidence of what was given

    def drawn(self, rng: np.random.Generator) -> int:
        """One of the particles, by weight."""
        return int(rng.choice(len(self.log_weight), p=_shares(self.log_weight)))


def fill(
    prior: Prior,
    points: Float32[np.ndarray, "particle map"],
    potential: Float[np.ndarray, "sixteenth content"],
    rng: np.random.Generator,
) -> Filled:
    """Bars written by the prior under these log potentials (-inf forbids), one for each point to begin with.

    Raises PatternError where every content of a 16th is forbidden.
    """
    forbidden = np.flatnonzero(np.isneginf(potential).all(axis=1))
    if forbidden.size:
        raise PatternError(f"no content of the vocabulary is allowed in 16th {forbidden[0]} of the bar")
    particles = len(points)
    contents = np.full((particles, len(potential)), -1, np.int64)
    origin, log_weight = np.arange(particles), np.zeros(particles)
    state, before = prior.begin(points), np.full(particles, -1)
    for sixteenth, wanted in enumerate(potential):
        log_share, state = prior.step(state, sixteenth, before)
        joint = log_share.astype(np.float64) + wanted
        evidence = _log_sum(joint)
        log_weight = log_weight + evidence
        share = np.exp(joint - evidence[:, None])
        if _effective_share(log_weight) < RESAMPLED_BELOW:  # before drawing, so that copies go different ways
            rows = resampled(_shares(log_weight), rng)
            contents, origin, share = contents[rows], origin[rows], share[rows]
            state = tuple(array[rows] for array in state)
            log_weight = np.full(particles, _log_sum(log_weight[None])[0] - np.log(particles))
        before = _drawn(share, rng)
        contents[:, sixteenth] = before
    return Filled(contents, origin, log_weight)


def resampled(share: Float64[np.ndarray, " particle"], rng: np.random.Generator) -> Int[np.ndarray, " particle"]:
    """As many particles, each as often as its share says, to the next whole number up or down (systematic)."""
    edges = np.cumsum(share)
    edges[-1] = 1.0
    return np.searchsorted(edges, (np.arange(len(share)) + rng.random()) / len(share), side="right")


def _drawn(share: Float64[np.ndarray, "particle content"], rng: np.random.Generator) -> Int[np.ndarray, " particle"]:
    """A content for each particle."""
    edges = np.cumsum(share, axis=1)
    return (edges <= rng.random(len(share))[:, None] * edges[:, -1:]).sum(axis=1)


def _log_sum(rows: Float64[np.ndarray, "row column"]) -> Float64[np.ndarray, " row"]:
    """The log of the sum of exp of each row."""
    top = rows.max(axis=1)
    return top + np.log(np.exp(rows - top[:, None]).sum(axis=1))


def _shares(log_weight: Float64[np.ndarray, " particle"]) -> Float64[np.ndarray, " particle"]:
    weight = np.exp(log_weight - log_weight.max())
    return weight / weight.sum()


def _effective_share(log_weight: Float64[np.ndarray, " particle"]) -> float:
    """What part of the particles counts: 1 when all weigh the same."""
    return float(1 / np.square(_shares(log_weight)).sum() / len(log_weight))


# What is given: strokes that stay.


def as_keep(keep: ArrayLike, meter: Meter) -> Bool[np.ndarray, "voice step"]:
    """A mask of the cells that stay; PatternError for another shape or anything but true and false."""
    shape = (len(VOICES), steps_per_bar(meter))
    mask = np.asarray(keep)
    if mask.shape != shape:
        raise PatternError(
            f"keep says of each cell of the bar whether it stays: in {meter[0]}/{meter[1]} its shape is {list(shape)}, "
            f"got {list(mask.shape)}"
        )
    if not np.isin(mask, (0, 1)).all():
        raise PatternError("keep is true or false for each cell, 1 or 0")
    return mask.astype(bool)


def kept(
    hits: Bool[np.ndarray, "voice step"],
    keep: Bool[np.ndarray, "voice step"],
    vocabulary: Bool[np.ndarray, "content voice within"],
) -> Float64[np.ndarray, "sixteenth content"]:
    """0 for contents that agree with every kept cell of a 16th, struck or silent; -inf for the others.

    Where none agrees with all, those that agree with the most are allowed: the kept cells are put back in the end.
    """
    wrong = np.stack(
        [
            ((vocabulary != there) & stays).sum(axis=(1, 2))
            for there, stays in zip(_by_sixteenth(hits), _by_sixteenth(keep), strict=True)
        ]
    )
    return np.where(wrong == wrong.min(axis=1, keepdims=True), 0.0, -np.inf)


def strokes(
    contents: Int[np.ndarray, " sixteenth"], vocabulary: Bool[np.ndarray, "content voice within"]
) -> Bool[np.ndarray, "voice step"]:
    """The cells that are struck in a bar of these contents."""
    return vocabulary[contents].transpose(1, 0, 2).reshape(vocabulary.shape[1], -1)


def completed(
    pattern: Pattern,
    keep: Bool[np.ndarray, "voice step"],
    hits: Bool[np.ndarray, "voice step"],
    velocity: Float[np.ndarray, "voice step"],
    offset: Float[np.ndarray, "voice step"],
) -> Pattern:
    """The pattern in the kept cells, exactly as it is there; elsewhere these strokes, played like this."""
    struck = np.where(keep, pattern.hits, hits)
    return Pattern.from_hits(
        struck, np.where(keep, pattern.velocity, velocity), np.where(keep, pattern.offset, offset), pattern.meter
    )


def _by_sixteenth(cells: Bool[np.ndarray, "voice step"]) -> Bool[np.ndarray, "sixteenth voice within"]:
    return cells.reshape(len(cells), -1, STEPS_PER_SIXTEENTH).transpose(1, 0, 2)


# What is given: taps.


class Taps(NamedTuple):
    """One row of onsets."""

    velocity: Float32[np.ndarray, " step"]  # 0 where nobody tapped
    offset: Float32[np.ndarray, " step"]  # steps
    meter: Meter


def as_taps(taps: Pattern | ArrayLike | Iterable[tuple[float, float]], meter: Meter = COMMON_TIME) -> Taps:
    """What was tapped, on the grid.

    It is a row of the bar's steps, true or false or velocities in [0, 1]; or a list of (position in steps, velocity);
    or a pattern, whichever voices it has. Moments and strokes snap to 16ths and triplets, and the rest is their offset;
    of those on the same place the loudest stays, so several loops may be folded into one bar. One just before the bar
    line comes early on the first step. Raises PatternError for no tap, more than 32 in a row or 256 moments, a row of
    another length, a velocity outside [0, 1] or a position outside the bar.
    """
    if isinstance(taps, Pattern):
        moments = np.array([(stroke.position, stroke.velocity) for stroke in taps.strokes()]).reshape(-1, 2)
        _check_count(len(moments), len(moments))
        return _snapped(moments, taps.meter)
    try:
        given = np.asarray(taps if isinstance(taps, np.ndarray) else list(taps))  # pyright: ignore[reportArgumentType]
        rows = given.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise PatternError(f"taps are a row of steps, or rows of (position, velocity): {error}") from error
    if rows.ndim == 2 and rows.shape[1] == 2:
        _check_count(len(rows), MOST_TAPS * MOST_LOOPS)
        return _snapped(rows, meter)
    _check_count(int((rows != 0).sum()), MOST_TAPS)
    return _on_grid(rows * DEFAULT_VELOCITY if given.dtype == bool else rows, meter)


def tapped(
    taps: Float[np.ndarray, " step"], vocabulary: Bool[np.ndarray, "content voice within"]
) -> Float64[np.ndarray, "sixteenth content"]:
    """How well each content goes with the taps (velocities; 0 where nobody tapped) in each 16th.

    A tap wants a kick, a snare, a tom or a clap; where nobody tapped there should be none of them. What keeps time is
    free to go on.
    """
    led, struck = vocabulary[:, LEADING].any(axis=1), vocabulary.any(axis=1)
    on_tap = np.where(led, TAP_LED, np.where(struck, TAP_FOLLOWED, 0.0))
    at = (taps > 0).reshape(-1, 1, STEPS_PER_SIXTEENTH)
    return np.where(at, on_tap, np.where(led, UNTAPPED_LED, 0.0)).sum(axis=2)


def followed(
    taps: Taps,
    hits: Bool[np.ndarray, "voice step"],
    velocity: Float[np.ndarray, "voice step"],
    offset: Float[np.ndarray, "voice step"],
) -> Pattern:
    """These strokes, played like this; but those on a tap come when it came, and the leading ones as loud as it was.

    Taps that are all exactly on the grid say nothing about time, taps that are all alike nothing about loudness.
    """
    at = taps.velocity > 0
    if taps.offset[at].any():
        offset = np.where(at, taps.offset, offset)
    if np.ptp(taps.velocity[at]) > 0:
        leading = np.isin(np.arange(len(VOICES)), LEADING)[:, None]
        velocity = np.where(at & leading, taps.velocity, velocity)
    return Pattern.from_hits(hits, velocity, offset, taps.meter)


def _check_count(taps: int, most: int) -> None:
    if taps == 0:
        raise PatternError("there is nothing to play to: taps need at least one onset")
    if taps > most:
        raise PatternError(f"there is room for {most} taps, got {taps}: give them a bar at a time")


def _on_grid(row: Float64[np.ndarray, "*shape"], meter: Meter) -> Taps:
    """Taps that were given step by step."""
    steps = steps_per_bar(meter)
    if row.shape != (steps,):
        raise PatternError(
            f"taps are one row of the {steps} steps of a bar of {meter[0]}/{meter[1]}, or rows of (position, "
            f"velocity), got shape {list(row.shape)}"
        )
    bad = ~((row >= 0) & (row <= 1))  # True for NaN too
    if bad.any():
        raise PatternError(f"velocities of taps lie in [0, 1], got {row[bad][0]} at step {np.flatnonzero(bad)[0]}")
    return Taps(row.astype(np.float32), np.zeros(steps, np.float32), meter)


def _snapped(rows: Float64[np.ndarray, "tap 2"], meter: Meter) -> Taps:
    """Taps that were given as moments."""
    steps = steps_per_bar(meter)
    for position, velocity in rows.tolist():
        if not (-MAX_OFFSET <= position < steps + MAX_OFFSET and 0 < velocity <= 1):  # NaN too
            raise PatternError(
                f"a tap has a position in [-2, {steps + 2}) steps and a velocity in (0, 1], "
                f"got ({position}, {velocity})"
            )
    rows = rows[rows[:, 1].argsort(kind="stable")]  # the loudest last: it stays
    tick = np.floor(rows[:, 0] * TICKS_PER_STEP + 0.5).astype(np.int64)
    step = musical_steps(tick, np.array([-steps, 0, steps, 2 * steps]))
    taps = Taps(np.zeros(steps, np.float32), np.zeros(steps, np.float32), meter)
    taps.velocity[step % steps] = rows[:, 1]
    taps.offset[step % steps] = np.clip(tick / TICKS_PER_STEP - step, -MAX_OFFSET, LATEST)
    return taps
