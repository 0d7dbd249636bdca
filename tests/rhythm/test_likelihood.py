import numpy as np
import pytest

from clave.rhythm.likelihood import importance_sampled

MEANS = np.array([[0.0, 0.0], [1.5, -0.5], [-2.0, 1.0]])
PRECISION = 20.0


def log_likelihood_at(points):
    return -0.5 * PRECISION * np.square(points - MEANS).sum(axis=1).astype(np.float64)


def test_the_estimate_is_the_integral_over_a_standard_normal_map():
    exact = -np.log(1 + PRECISION) - 0.5 * PRECISION / (1 + PRECISION) * np.square(MEANS).sum(axis=1)
    modes = (MEANS * PRECISION / (1 + PRECISION)).astype(np.float32)
    estimate = importance_sampled(log_likelihood_at, modes, 4000, np.random.default_rng(0))
    np.testing.assert_allclose(estimate, exact, atol=0.05)


def test_few_draws_estimate_from_below_on_average():
    exact = -np.log(1 + PRECISION) - 0.5 * PRECISION / (1 + PRECISION) * np.square(MEANS).sum(axis=1)
    modes = MEANS.astype(np.float32)
    estimates = [importance_sampled(log_likelihood_at, modes, 2, np.random.default_rng(seed)) for seed in range(300)]
    assert (np.mean(estimates, axis=0) < exact).all()


def test_no_bars_have_no_likelihood():
    empty = np.zeros((0, 2), np.float32)
    assert importance_sampled(lambda points: np.zeros(len(points)), empty, 3, np.random.default_rng(0)).shape == (0,)


@pytest.mark.parametrize("draws", [1, 7])
def test_the_same_seed_gives_the_same_estimate(draws):
    modes = MEANS.astype(np.float32)
    one, other = (importance_sampled(log_likelihood_at, modes, draws, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
