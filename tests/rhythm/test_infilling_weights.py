"""The weights of particles, by examples that can be counted by hand."""

from dataclasses import dataclass

import numpy as np
import pytest

from clave.errors import PatternError
from clave.rhythm.infilling import _draw_each, _effective_share, as_keep, infill, keep_potential, systematic_resampling


@dataclass(frozen=True)
class Rows:
    """A state that knows at which point each particle was begun."""

    tilt: np.ndarray

    def __getitem__(self, rows):
        return Rows(self.tilt[rows])


class CoinPrior:
    """Two tokens a 16th, whatever was before; a point (p, .) gives the second one the probability p."""

    def __init__(self):
        self.resampled = 0
        self._last = None

    def begin(self, points):
        return Rows(points[:, 0].copy())

    def step(self, state, sixteenth, before):
        self.resampled += self._last is not None and state is not self._last
        self._last = state
        assert (before == -1).all() == (sixteenth == 0), "there is no token before the first 16th"
        log_prob = np.log(np.stack([1 - state.tilt, state.tilt], axis=1))
        return log_prob.astype(np.float32), state


def only_the_second(sixteenths):
    potential = np.zeros((sixteenths, 2))
    potential[:, 0] = -np.inf
    return potential


@pytest.mark.parametrize(
    ("weights", "share"),
    [((1, 1, 1, 1), 1.0), ((1, 0, 0, 0), 0.25), ((1, 1, 0, 0), 0.5), ((3, 1), 0.8), ((2, 1, 1), 8 / 9), ((7,), 1.0)],
)
def test_the_effective_share_is_one_over_the_sum_of_squared_weights_per_particle(weights, share):
    with np.errstate(divide="ignore"):
        log_weight = np.log(np.array(weights, np.float64))
    assert _effective_share(log_weight) == pytest.approx(share)
    assert _effective_share(log_weight - 2000) == pytest.approx(share)  # whatever the scale, without underflow


@pytest.mark.parametrize(
    ("chances", "resampled"),
    [((0.4, 0.4, 0.4, 0.4), 0), ((0.9, 0.9, 0.001, 0.9), 0), ((0.9, 0.001, 0.001, 0.001), 1)],
)
def test_particles_are_resampled_where_fewer_than_half_are_effective(chances, resampled):
    prior, points = CoinPrior(), np.array([(chance, 0) for chance in chances], np.float32)
    particles = infill(prior, points, only_the_second(2), np.random.default_rng(0))
    assert prior.resampled == resampled
    assert (particles.tokens == 1).all()
    assert (particles.ancestor.tolist() == [0, 1, 2, 3]) == (resampled == 0)
    if resampled:
        assert np.ptp(particles.log_weight) == pytest.approx(0, abs=1e-6)  # copies of one


def test_each_particle_weighs_what_its_bar_is_worth_where_none_is_resampled():
    points = np.array([(0.5, 0), (0.4, 0), (0.45, 0)], np.float32)
    particles = infill(CoinPrior(), points, only_the_second(2) + 3.0, np.random.default_rng(0))
    np.testing.assert_allclose(particles.log_weight, 2 * (np.log([0.5, 0.4, 0.45]) + 3), atol=1e-6)


def test_the_mean_weight_is_the_evidence_after_resampling_too():
    chances = (0.9, 0.001, 0.001, 0.001)
    points = np.array([(chance, 0) for chance in chances], np.float32)
    particles = infill(CoinPrior(), points, only_the_second(1), np.random.default_rng(0))
    assert np.exp(particles.log_weight).mean() == pytest.approx(np.mean(chances), rel=1e-6)


def test_systematic_resampling_takes_whole_shares_exactly():
    share = np.array([0.5, 0.0, 0.25, 0.25])
    for seed in range(20):
        rows = systematic_resampling(share, np.random.default_rng(seed))
        assert np.bincount(rows, minlength=4).tolist() == [2, 0, 1, 1]


def test_shares_that_sum_to_less_than_1_name_no_row_that_is_not_there():
    for seed in range(20):
        assert systematic_resampling(np.full(10, 0.09), np.random.default_rng(seed)).max() == 9


def test_a_token_is_drawn_by_its_share_of_a_row_whatever_the_row_sums_to():
    rows = np.tile([[1.0, 0.0, 3.0]], (4000, 1))
    drawn = np.bincount(_draw_each(rows, np.random.default_rng(0)), minlength=3) / 4000
    np.testing.assert_allclose(drawn, [0.25, 0, 0.75], atol=0.03)


def test_a_mask_says_1_or_0_of_each_cell_and_one_that_is_neither_is_refused():
    assert as_keep(np.eye(8, 64), (4, 4)).sum() == 8
    assert not as_keep(np.zeros((8, 64)), (4, 4)).any()
    keep = np.ones((8, 64))
    keep[0, 1] = 0.5
    with pytest.raises(PatternError, match="true or false"):
        as_keep(keep, (4, 4))


def test_tokens_that_agree_weigh_the_same_and_change_nothing_else():
    grids = np.array([np.zeros((8, 4)), np.ones((8, 4))], bool)
    hits, keep = np.zeros((8, 8), bool), np.zeros((8, 8), bool)
    keep[3, 5] = True  # a kept silence in the second 16th
    np.testing.assert_array_equal(keep_potential(hits, keep, grids), [[0, 0], [0, -np.inf]])
