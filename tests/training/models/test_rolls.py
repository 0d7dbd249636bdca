import numpy as np

from clave.rhythm import logistic_pca
from clave.training.models.rolls import EIGHTH, ROLLING, with_rolls


def plain_bars(count: int = 60) -> np.ndarray:
    hits = np.zeros((count, 8, 64), bool)
    hits[:, 0, ::16] = hits[:, 2, ::8] = True
    hits[::2, 1, [16, 48]] = True
    return hits


def test_a_roll_is_added_to_one_voice_and_takes_nothing_away():
    hits = plain_bars()
    steps = np.where(np.arange(60) % 3, 64, 48)
    hits[steps == 48, :, 48:] = False
    made, rows = with_rolls(hits, steps, 200, np.random.default_rng(0))
    assert made.shape == (200, 8, 64)
    assert (made & hits[rows] == hits[rows]).all()
    added = made & ~hits[rows]
    voices = added.any(axis=2)
    assert (voices.sum(axis=1) <= 1).all()
    assert set(np.flatnonzero(voices.any(axis=0))) == set(ROLLING)
    for bar, length in zip(added, steps[rows], strict=True):
        assert not bar[:, length:].any()
        where = np.flatnonzero(bar.any(axis=0))
        assert len(where) == 0 or np.diff(where).max() <= EIGHTH


def test_components_that_know_rolls_give_them_back():
    hits = plain_bars(300)
    steps, inside = np.full(300, 64), np.ones((300, 1, 64), bool)
    rolls, rows = with_rolls(hits, steps, 200, np.random.default_rng(0))
    unseen, _ = with_rolls(hits, steps, 40, np.random.default_rng(1))

    def f1(bars: np.ndarray) -> float:
        pca = logistic_pca.fit(bars, np.ones((len(bars), 1, 64), bool), 32)
        back = pca.logits(pca.encode(unseen, inside[:40]), inside[:40]) > 0
        return 2 * (back & unseen).sum() / (back.sum() + unseen.sum())

    assert f1(hits) < 0.8
    assert f1(np.concatenate([hits, rolls])) > 0.97
    assert len(rows) == 200
