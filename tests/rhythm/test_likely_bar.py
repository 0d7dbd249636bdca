import numpy as np
import pytest

from clave.music.kit import voice
from clave.rhythm.hands import SURE, extra_hands
from clave.rhythm.likely_bar import LEAST_SHARE, likely_hits, pool, probability

INSIDE = np.ones((1, 1, 64), bool)
NEVER = -9.0
SNARE, CLAP, TOM, OPEN, RIDE = (voice(name).index for name in ("snare", "clap", "tom", "open hi-hat", "cymbal"))


def logits(*cells: tuple[int, int, float]) -> np.ndarray:
    """Of one bar in which these cells have these probabilities, and no other is ever struck."""
    logit = np.full((1, 8, 64), NEVER, np.float32)
    for row, step, share in cells:
        logit[0, row, step] = np.log(share / (1 - share))
    return logit


def struck(hits: np.ndarray) -> list[tuple[int, int]]:
    return [(int(row), int(step)) for row, step in np.argwhere(hits[0])]


def test_probabilities_are_those_of_logits():
    logit = np.linspace(-20, 20, 80, dtype=np.float32).reshape(1, 8, 10)
    np.testing.assert_allclose(probability(logit), 1 / (1 + np.exp(-logit.astype(float))), atol=1e-6)
    assert np.isfinite(probability(np.array([[[-1e4, 1e4]]], np.float32))).all()


def test_sure_cells_sound_and_no_others():
    rng = np.random.default_rng(0)
    logit = np.where(rng.random((30, 8, 64)) < 0.05, 4.0, NEVER).astype(np.float32)
    logit[:, [TOM, RIDE]] = NEVER  # two hands can play the rest
    np.testing.assert_array_equal(likely_hits(logit, INSIDE, -0.6), logit > -0.6)


def test_one_of_two_voices_sounds_where_one_of_them_is_likely():
    sure = [(0, step, 0.9) for step in range(0, 64, 4)]
    found = likely_hits(logits(*sure, (SNARE, 32, 0.25), (CLAP, 32, 0.3)), INSIDE, -0.6)
    assert found[0, CLAP, 32]
    assert not found[0, SNARE].any()
    unlikely = likely_hits(logits(*sure, (SNARE, 32, 0.2), (CLAP, 32, 0.25)), INSIDE, -0.6)
    assert not unlikely[0, CLAP].any()
    strangers = likely_hits(logits(*sure, (SNARE, 32, 0.25), (OPEN, 32, 0.3)), INSIDE, -0.6)
    assert not strangers[0, [SNARE, OPEN]].any()
    taken = likely_hits(logits(*sure, (SNARE, 32, 0.5), (CLAP, 32, 0.3)), INSIDE, -0.6)
    assert taken[0, SNARE, 32]
    assert not taken[0, CLAP].any()


def test_pooling_adds_what_stands_for_each_other():
    cells = np.random.default_rng(1).random((5, 8, 64)).astype(np.float32)
    pooled = pool(cells)
    back = [SNARE, CLAP]
    np.testing.assert_allclose(pooled[:, back].max(axis=1), cells[:, back].sum(axis=1), rtol=1e-6)
    np.testing.assert_array_equal(pooled[:, back].argmax(axis=1), cells[:, back].argmax(axis=1))
    np.testing.assert_array_equal(pooled[:, [0, TOM, 7]], cells[:, [0, TOM, 7]])
    assert ((pooled != cells).sum(axis=1) == 2).all()


def test_where_nothing_is_sure_the_likeliest_strokes_make_a_bar():
    rng = np.random.default_rng(2)
    share = rng.uniform(0.01, 0.05, (1, 8, 64))
    share[0, 0, ::8] = np.linspace(0.2, 0.3, 8)
    logit = np.log(share / (1 - share)).astype(np.float32)
    found = likely_hits(logit, INSIDE, -0.6)
    assert found.sum() == np.ceil(LEAST_SHARE * share.sum())
    assert found[0, 0, ::8].all()


def test_a_bar_that_is_full_enough_is_left_alone():
    logit = logits(*((0, step, 0.8) for step in range(0, 64, 8)), *((TOM, step, 0.2) for step in range(0, 64, 8)))
    assert struck(likely_hits(logit, INSIDE, -0.6)) == [(0, step) for step in range(0, 64, 8)]


def test_nothing_sounds_after_the_end_of_a_bar():
    logit = np.full((2, 8, 64), -2.0, np.float32)
    logit[:, :, 48:] = 5
    inside = np.stack([np.arange(64) < 48, np.arange(64) < 64])[:, None]
    found = likely_hits(logit, inside, -0.6)
    assert not found[0, :, 48:].any()
    assert found[1, 0, 48:].all()
    assert found[0].sum() == np.ceil(LEAST_SHARE * 8 * 48 / (1 + np.exp(2)))  # of an unsure bar


def test_a_third_hand_is_no_surer_in_a_dense_bar():
    cells = ((SNARE, 0, 0.9), (OPEN, 0, 0.9), (TOM, 0, SURE - 0.02))
    for shift in (0.0, 2.5):
        assert struck(likely_hits(logits(*cells), INSIDE, -0.6, shift)) == [(SNARE, 0), (OPEN, 0)]
    surer = ((SNARE, 0, 0.9), (OPEN, 0, 0.9), (TOM, 0, SURE + 0.02))
    assert len(struck(likely_hits(logits(*surer), INSIDE, -0.6))) == 3


@pytest.mark.parametrize("seed", range(3))
def test_strokes_grow_with_the_shift(seed):
    logit = np.random.default_rng(seed).normal(-3, 2, (20, 8, 64)).astype(np.float32)
    logit[:, [TOM, RIDE]] = NEVER
    counts = [likely_hits(logit, INSIDE, -0.6, shift).sum(axis=(1, 2)) for shift in np.linspace(-2.5, 2.5, 21)]
    assert (np.diff(counts, axis=0) >= 0).all()
    assert extra_hands(likely_hits(logit, INSIDE, -0.6, 2.5)).sum() == 0
