"""Infilling: bars sampled from the prior, given some cells of them, or some onsets.

The prior writes a bar from left to right, one 16th at a time, while what is given concerns the whole bar. Sequential
Monte Carlo combines the two (Doucet and Johansen, "A tutorial on particle filtering and smoothing", 2011). Many bars,
the particles, are written side by side. A *potential* says, for each 16th, how well every token agrees with what is
given; each token is sampled from the prior times the potential, and each particle is weighted by the normalising
constant. Where few particles carry most of the weight, all are resampled. With many particles, one that is drawn by
weight is a sample from the prior given the potentials.
"""

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from clave.errors import PatternError
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float, Float32, Float64, Int
from clave.music.units import STEPS_PER_SIXTEENTH, Meter, steps_per_bar

MIN_EFFECTIVE_SHARE = 0.5  # effective sample size per particle, below which particles are resampled


@runtime_checkable
class ParticleState(Protocol):
    """What a prior keeps of each particle, a row each."""

    def __getitem__(self, rows: Int[np.ndarray, " chosen"], /) -> Any:
        """Some of the rows; an index may come more than once."""
        ...


State = TypeVar("State", bound=ParticleState)


@runtime_checkable
class Prior(Protocol[State]):
    """An autoregressive prior over the tokens of a bar; `detail_decoder.ParticlePrior` is the learned one."""

    def begin(self, points: Float32[np.ndarray, "particle map"]) -> State:
        """The state before the first 16th, for one particle at each of these map points."""
        ...

    def step(
        self, state: State, sixteenth: int, before: Int[np.ndarray, " particle"]
    ) -> tuple[Float32[np.ndarray, "particle token"], State]:
        """The log probability of each token in this 16th, given the token before it (-1 at the start)."""
        ...


@dataclass(frozen=True, eq=False)
class Particles:
    """Weighted bars, each as its tokens."""

    tokens: Int[np.ndarray, "particle sixteenth"]
    ancestor: Int[np.ndarray, " particle"]  # index of the map point at which each was begun
    log_weight: Float64[np.ndarray, " particle"]  # the mean of the weights estimates the evidence of what is given

    def draw(self, rng: np.random.Generator) -> int:
        """The index of one particle, drawn by weight."""
        return int(rng.choice(len(self.log_weight), p=_normalised(self.log_weight)))


def infill(
    prior: Prior[State],
    points: Float32[np.ndarray, "particle map"],
    potential: Float[np.ndarray, "sixteenth token"],
    rng: np.random.Generator,
) -> Particles:
    """Bars sampled from the prior under these log potentials (-inf forbids a token), one begun at each map point.

    Raises PatternError where every token of a 16th is forbidden.
    """
    forbidden = np.flatnonzero(np.isneginf(potential).all(axis=1))
    if forbidden.size:
        raise PatternError(f"no token of the vocabulary is allowed in 16th {forbidden[0]} of the bar")
    particles = len(points)
    tokens = np.full((particles, len(potential)), -1, np.int64)
    ancestor, log_weight = np.arange(particles), np.zeros(particles)
    state, before = prior.begin(points), np.full(particles, -1)
    for sixteenth, log_potential in enumerate(potential):
        log_prob, state = prior.step(state, sixteenth, before)
        joint = log_prob.astype(np.float64) + log_potential
        evidence = _log_sum_exp(joint)
        log_weight = log_weight + evidence
        proposal = np.exp(joint - evidence[:, None])
        if _effective_share(log_weight) < MIN_EFFECTIVE_SHARE:  # before drawing, so that copies may differ
            rows = systematic_resampling(_normalised(log_weight), rng)
            tokens, ancestor, proposal, state = tokens[rows], ancestor[rows], proposal[rows], state[rows]
            log_weight = np.full(particles, _log_sum_exp(log_weight[None])[0] - np.log(particles))
        before = _draw_each(proposal, rng)
        tokens[:, sixteenth] = before
    return Particles(tokens, ancestor, log_weight)


def systematic_resampling(
    probability: Float64[np.ndarray, " particle"], rng: np.random.Generator
) -> Int[np.ndarray, " particle"]:
    """As many indices, each as often as its probability says, rounded up or down."""
    edges = np.cumsum(probability)
    edges[-1] = 1.0
    return np.searchsorted(edges, (np.arange(len(probability)) + rng.random()) / len(probability), side="right")


def _draw_each(
    probability: Float64[np.ndarray, "particle token"], rng: np.random.Generator
) -> Int[np.ndarray, " particle"]:
    """A token for each particle."""
    edges = np.cumsum(probability, axis=1)
    return (edges <= rng.random(len(probability))[:, None] * edges[:, -1:]).sum(axis=1)


def _log_sum_exp(rows: Float64[np.ndarray, "row column"]) -> Float64[np.ndarray, " row"]:
    top = rows.max(axis=1)
    return top + np.log(np.exp(rows - top[:, None]).sum(axis=1))


def _normalised(log_weight: Float64[np.ndarray, " particle"]) -> Float64[np.ndarray, " particle"]:
    weight = np.exp(log_weight - log_weight.max())
    return weight / weight.sum()


def _effective_share(log_weight: Float64[np.ndarray, " particle"]) -> float:
    """The effective sample size per particle: 1 when all weigh the same."""
    return float(1 / np.square(_normalised(log_weight)).sum() / len(log_weight))


# Cells that are kept.


def as_keep(keep: ArrayLike, meter: Meter) -> Bool[np.ndarray, "voice step"]:
    """The argument as a mask of kept cells; PatternError for another shape or anything but true and false."""
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


def keep_potential(
    hits: Bool[np.ndarray, "voice step"],
    keep: Bool[np.ndarray, "voice step"],
    token_grids: Bool[np.ndarray, "token voice within"],
) -> Float64[np.ndarray, "sixteenth token"]:
    """0 for tokens that agree with every kept cell of a 16th, struck or silent; -inf for the others.

    Where no token agrees with all of them, those that agree with the most are allowed: `merge_kept` puts the kept cells
    back in the end.
    """
    conflicts = np.stack(
        [
            ((token_grids != struck) & kept).sum(axis=(1, 2))
            for struck, kept in zip(_by_sixteenth(hits), _by_sixteenth(keep), strict=True)
        ]
    )
    return np.where(conflicts == conflicts.min(axis=1, keepdims=True), 0.0, -np.inf)


def merge_kept(
    pattern: Pattern,
    keep: Bool[np.ndarray, "voice step"],
    hits: Bool[np.ndarray, "voice step"],
    velocity: Float[np.ndarray, "voice step"],
    offset: Float[np.ndarray, "voice step"],
) -> Pattern:
    """The pattern in the kept cells, exactly as it is; elsewhere these strokes with these velocities and offsets."""
    return Pattern.from_hits(
        np.where(keep, pattern.hits, hits),
        np.where(keep, pattern.velocity, velocity),
        np.where(keep, pattern.offset, offset),
        pattern.meter,
    )


def _by_sixteenth(cells: Bool[np.ndarray, "voice step"]) -> Bool[np.ndarray, "sixteenth voice within"]:
    return cells.reshape(len(cells), -1, STEPS_PER_SIXTEENTH).transpose(1, 0, 2)
