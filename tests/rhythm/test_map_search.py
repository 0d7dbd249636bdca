import numpy as np
import pytest

from clave.rhythm.map_search import LATTICE_STEP, MAP_LIMIT, MapSearch

RNG = np.random.default_rng(0)
VOICES, STEPS = 3, 6
PULL, TURN, BASE = RNG.normal(size=(2, VOICES * STEPS)), RNG.normal(size=(2, VOICES * STEPS)), RNG.normal(size=18) - 1


def decode_map(points):
    """Waves and slopes: a posterior with several modes."""
    logit = BASE + points @ PULL + 2 * np.sin(1.7 * points @ TURN)
    return logit.reshape(-1, VOICES, STEPS).astype(np.float32)


def log_posterior(points, hits):
    logit = decode_map(points)
    return (logit * hits - np.logaddexp(0, logit)).sum(axis=(1, 2)) - 0.5 * np.square(points).sum(axis=1)


@pytest.fixture(scope="module")
def search() -> MapSearch:
    return MapSearch.over(decode_map)


def fine_grid(step: float = 0.02):
    axis = np.arange(-MAP_LIMIT, MAP_LIMIT, step)
    return np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)


def test_the_lattice_covers_the_map_with_a_point_in_each_cell(search):
    axis = np.arange(-MAP_LIMIT, MAP_LIMIT, LATTICE_STEP)
    within = search.points.reshape(len(axis), len(axis), 2) - np.stack(np.meshgrid(axis, axis), axis=-1)
    assert within.min() > -1e-5
    assert within.max() < LATTICE_STEP + 1e-5
    assert within.std() > 0.2 * LATTICE_STEP  # anywhere in them
    np.testing.assert_allclose(search.logit, decode_map(search.points))


def test_the_likeliest_point_is_no_worse_than_the_best_of_a_fine_grid(search):
    hits = RNG.random((40, VOICES, STEPS)) < 0.4
    found = search.posterior_mode(hits, np.zeros((40, 2), np.float32))
    reached = log_posterior(found, hits)
    for bar, score in zip(hits, reached, strict=True):
        assert score > log_posterior(fine_grid(), bar).max() - 0.02


def test_a_guess_that_is_better_is_kept(search):
    far = np.array([[MAP_LIMIT + 4, -MAP_LIMIT - 4]], np.float32)  # where the lattice does not reach

    def cliff(points):
        away = np.linalg.norm(points - far, axis=1)
        return np.where(away < 0.5, 99.0, -99.0)[:, None, None].astype(np.float32)

    found = MapSearch.over(cliff).posterior_mode(np.ones((1, 1, 1), bool), far)
    np.testing.assert_array_equal(found, far)


def test_no_bars_have_no_points(search):
    assert search.posterior_mode(np.zeros((0, VOICES, STEPS), bool), np.zeros((0, 2), np.float32)).shape == (0, 2)


@pytest.mark.parametrize("known", [0, 7, 18])
def test_points_are_drawn_from_the_posterior_of_the_cells_that_are_known(search, known):
    hits, mask = RNG.random((VOICES, STEPS)) < 0.4, np.zeros(VOICES * STEPS, bool)
    mask[:known] = True
    mask = mask.reshape(VOICES, STEPS)
    drawn = search.sample_posterior(hits, mask, 4000, np.random.default_rng(1))
    points = fine_grid(0.05)
    logit = decode_map(points)[:, mask]
    score = (logit * hits[mask] - np.logaddexp(0, logit)).sum(axis=1) - 0.5 * np.square(points).sum(axis=1)
    share = np.exp(score - score.max())
    share /= share.sum()
    mean = share @ points
    std = np.sqrt(share @ np.square(points - mean))
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=5 * std.max() / np.sqrt(4000) + 0.03)
    np.testing.assert_allclose(drawn.std(axis=0), std, rtol=0.15, atol=0.03)


def test_mean_and_covariance_of_the_posterior_are_those_of_a_fine_grid(search):
    points = fine_grid(0.05)
    for hits in np.random.default_rng(5).random((3, VOICES, STEPS)) < 0.4:
        score = log_posterior(points, hits)
        weights = np.exp(score - score.max())
        weights /= weights.sum()
        expected = weights @ points
        mean, covariance = search.posterior_moments(hits)
        np.testing.assert_allclose(mean, expected, atol=0.02)
        np.testing.assert_allclose(covariance, np.cov(points.T, aweights=weights), atol=0.03)
