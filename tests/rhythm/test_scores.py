import numpy as np
import pytest

from clave import Pattern, load_rhythm
from clave.rhythm.scores import THRESHOLDS, best_threshold, cross_entropy, hit_f1, measure, stacked_hits, tune

HITS = np.random.default_rng(0).random((6, 8, 64)) < 0.1


def test_f1_of_perfect_and_of_blind_guesses():
    assert hit_f1(np.where(HITS, 1.0, -1.0), HITS, 0.0) == 1.0
    share = HITS.mean()
    assert hit_f1(np.ones(HITS.shape), HITS, 0.0) == pytest.approx(2 * share / (1 + share))
    assert hit_f1(-np.ones(HITS.shape), HITS, 0.0) == 0.0


def test_f1_counts_as_the_definition_says():
    hits = np.array([[True, True, True, False, False]])
    logit = np.array([[1.0, 1.0, -1.0, 1.0, -1.0]])  # two right, one missed, one too many
    assert hit_f1(logit, hits, 0.0) == pytest.approx(2 / 3)


def test_the_best_threshold_separates():
    logit = np.where(HITS, -1.3, -1.7)
    assert -1.7 <= best_threshold(logit, HITS) < -1.3


def test_cross_entropy_of_a_fair_coin_is_log_two_a_cell():
    assert cross_entropy(np.zeros(HITS.shape), HITS) == pytest.approx(512 * np.log(2))
    certain = np.where(HITS, 50.0, -50.0)
    assert cross_entropy(certain, HITS) == pytest.approx(0, abs=1e-9)


@pytest.fixture(scope="module")
def mixed():
    """A space, and bars of two meters."""
    space = load_rhythm()
    return space, [*space.sample(6, seed=1), *space.sample(3, seed=2, meter=(3, 4))]


def test_bars_are_stacked_as_wide_as_the_longest():
    waltz, bar = Pattern.from_hits(np.ones((8, 48)), meter=(3, 4)), Pattern.from_hits(HITS[0])
    hits = stacked_hits([waltz, bar])
    assert hits.shape == (2, 8, 64)
    assert hits[0].sum() == 8 * 48
    np.testing.assert_array_equal(hits[1], HITS[0])


def test_the_threshold_is_the_best_on_these_bars(mixed):
    space, bars = mixed
    logit = space.map_logits(space.encode(bars))
    chosen = hit_f1(logit, stacked_hits(bars), tune(space, bars))
    assert chosen == max(hit_f1(logit, stacked_hits(bars), float(each)) for each in THRESHOLDS)


def test_measures_are_those_of_the_bars_one_by_one(mixed):
    space, bars = mixed
    scores = measure(space, bars)
    assert scores["bars"] == len(bars)
    code = space.encode(bars)
    decoded = space.decode(code)
    both = sum((bar.hits & other.hits).sum() for bar, other in zip(bars, decoded, strict=True))
    strokes = sum(bar.hits.sum() + other.hits.sum() for bar, other in zip(bars, decoded, strict=True))
    assert scores["f1_detail"] == pytest.approx(2 * both / strokes)
    assert 0 < scores["f1_map"] < scores["f1_detail"]
    logit = space.map_logits(code)
    nats = [
        np.logaddexp(0, logit[row, :, : bar.steps]).sum() - logit[row, :, : bar.steps][bar.hits].sum()
        for row, bar in enumerate(bars)
    ]
    assert scores["cross_entropy_map"] == pytest.approx(np.mean(nats), rel=1e-4)
    assert scores["nll"] == pytest.approx(-space.log_likelihood(bars).mean())
    assert 0 < scores["velocity_error"] < 0.2
    assert 0 < scores["offset_error_steps"] < 1
