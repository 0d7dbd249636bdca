import numpy as np
import pytest

from clave.evaluate import best_threshold, cross_entropy, hit_f1

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
