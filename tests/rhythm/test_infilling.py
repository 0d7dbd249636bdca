import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from toy_tokens import HAT, KICK, TOKEN_GRIDS

from clave.errors import PatternError
from clave.music.pattern import Pattern
from clave.rhythm.infilling import as_keep, infill, keep_potential, merge_kept, systematic_resampling

PARTICLES = 20_000


@dataclass(frozen=True)
class ToyState:
    first: np.ndarray
    tilt: np.ndarray

    def __getitem__(self, rows):
        return ToyState(self.first[rows], self.tilt[rows])


class ToyPrior:
    """Three 16ths of four tokens: each depends on the one before, on the first one, and on the point."""

    def __init__(self, seed=0):
        rng = np.random.default_rng(seed)
        self.first = 2 * rng.normal(size=4)
        self.after = 2 * rng.normal(size=(3, 4, 4, 4))  # sixteenth, first, before, token

    def begin(self, points):
        return ToyState(np.full(len(points), -1), points[:, 0].copy())

    def step(self, state, sixteenth, before):
        first, tilt = before if sixteenth == 1 else state.first, state.tilt
        logit = self.after[sixteenth, first, before] if sixteenth else np.tile(self.first, (len(before), 1))
        logit = logit + tilt[:, None] * np.arange(4)
        return (logit - np.log(np.exp(logit).sum(axis=1, keepdims=True))).astype(np.float32), ToyState(first, tilt)

    def log_prob(self, tokens, tilt):
        """Of one whole bar."""
        state, total = self.begin(np.array([[tilt, 0]], np.float32)), 0.0
        for sixteenth, (before, token) in enumerate(itertools.pairwise([-1, *tokens])):
            log_prob, state = self.step(state, sixteenth, np.array([before]))
            total += float(log_prob[0, token])
        return total


@pytest.mark.parametrize("tilts", [(0.0,), (-1.0, 0.5)])
@pytest.mark.parametrize("seed", range(3))
def test_bars_come_as_often_as_counting_all_of_them_says(seed, tilts):
    rng, prior = np.random.default_rng(seed), ToyPrior(seed)
    potential = 2 * rng.normal(size=(3, 4))
    potential[1, 2], potential[2, 0] = -np.inf, -np.inf
    bars = list(itertools.product(range(4), repeat=3))
    given = np.array([sum(potential[s, c] for s, c in enumerate(bar)) for bar in bars])
    exact = np.mean([np.exp([prior.log_prob(bar, t) for bar in bars] + given) for t in tilts], axis=0)

    points = np.zeros((PARTICLES, 2), np.float32)
    points[:, 0] = np.resize(tilts, PARTICLES)
    particles = infill(prior, points, potential, rng)
    weight = np.exp(particles.log_weight)
    index = particles.tokens @ [16, 4, 1]
    found = np.bincount(index, weight, minlength=64) / weight.sum()
    assert np.abs(found - exact / exact.sum()).sum() / 2 < 0.02  # total variation
    assert weight.mean() == pytest.approx(exact.sum(), rel=0.03)
    assert particles.log_weight.min() > -np.inf
    at = [weight[points[particles.ancestor, 0] == np.float32(t)].sum() / weight.sum() for t in tilts]
    by_tilt = np.array([np.exp([prior.log_prob(bar, t) for bar in bars] + given).sum() for t in tilts])
    np.testing.assert_allclose(at, by_tilt / by_tilt.sum(), atol=0.03)


def test_a_particle_is_drawn_by_weight():
    rng = np.random.default_rng(0)
    particles = infill(ToyPrior(), np.zeros((3, 2), np.float32), np.zeros((3, 4)), rng)
    object.__setattr__(particles, "log_weight", np.log([0.5, 0.2, 0.3]) + 700)
    drawn = np.bincount([particles.draw(rng) for _ in range(4000)], minlength=3) / 4000
    np.testing.assert_allclose(drawn, [0.5, 0.2, 0.3], atol=0.03)


def test_the_same_seed_samples_the_same_and_nothing_allowed_is_refused():
    once, again = (
        infill(ToyPrior(), np.zeros((50, 2), np.float32), np.zeros((3, 4)), np.random.default_rng(4)) for _ in range(2)
    )
    np.testing.assert_array_equal(once.tokens, again.tokens)
    potential = np.zeros((3, 4))
    potential[2] = -np.inf
    with pytest.raises(PatternError, match="16th 2"):
        infill(ToyPrior(), np.zeros((5, 2), np.float32), potential, np.random.default_rng(0))


def test_resampling_is_unbiased_and_as_even_as_it_can_be():
    rng = np.random.default_rng(0)
    share = rng.dirichlet(np.full(7, 0.5))
    counts = np.array([np.bincount(systematic_resampling(share, rng), minlength=7) for _ in range(4000)])
    np.testing.assert_allclose(counts.mean(axis=0), 7 * share, atol=0.03)
    assert (np.abs(counts - 7 * share) < 1).all()
    assert (counts.sum(axis=1) == 7).all()


def test_kept_cells_allow_the_tokens_that_agree_with_them():
    hits, keep = np.zeros((8, 64), bool), np.zeros((8, 64), bool)
    hits[KICK, 0] = keep[KICK, :8] = True
    potential = keep_potential(hits, keep, TOKEN_GRIDS)
    assert potential.shape == (16, 6)
    assert np.flatnonzero(potential[0] == 0).tolist() == [1, 4]  # a kick stays
    assert np.flatnonzero(potential[1] == 0).tolist() == [0, 2, 3, 5]  # a silence stays
    assert (potential[2:] == 0).all()
    assert np.isneginf(potential[0, [0, 2, 3, 5]]).all()


def test_where_no_token_agrees_the_best_ones_are_allowed():
    hits, keep = np.zeros((8, 48), bool), np.ones((8, 48), bool)
    hits[HAT, [0, 1, 2]] = True
    assert np.flatnonzero(keep_potential(hits, keep, TOKEN_GRIDS)[0] == 0).tolist() == [5]


def test_kept_cells_come_back_exactly():
    rng = np.random.default_rng(1)
    hits = rng.random((8, 64)) < 0.2
    pattern = Pattern.from_hits(hits, rng.uniform(0.2, 1, hits.shape), rng.uniform(-1, 1, hits.shape))
    keep = rng.random((8, 64)) < 0.5
    new = rng.random((8, 64)) < 0.2
    whole = merge_kept(pattern, keep, new, np.full(hits.shape, 0.5), np.full(hits.shape, 0.25))
    np.testing.assert_array_equal(whole.velocity[keep], pattern.velocity[keep])
    np.testing.assert_array_equal(whole.offset[keep], pattern.offset[keep])
    np.testing.assert_array_equal(whole.hits[~keep], new[~keep])
    assert (whole.velocity[new & ~keep] == 0.5).all()
    assert merge_kept(pattern, np.ones_like(keep), new, whole.velocity, whole.offset) == pattern


def test_a_mask_of_another_shape_is_refused():
    assert as_keep(np.ones((8, 48), int), (6, 8)).dtype == bool
    with pytest.raises(PatternError, match=r"4/4 its shape is \[8, 64\], got \[8, 48\]"):
        as_keep(np.ones((8, 48)), (4, 4))
    with pytest.raises(PatternError, match="true or false"):
        as_keep(np.full((8, 64), 0.5), (4, 4))
