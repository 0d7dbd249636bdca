import numpy as np
import pytest
from toy_bars import toy_bars, toy_pca

from clave.errors import SpaceError
from clave.music.units import METERS
from clave.rhythm.logistic_pca import LogisticPCA, fit

SIZE = 24


@pytest.fixture(scope="module")
def pca() -> LogisticPCA:
    return toy_pca(SIZE)


def some(count: int = 20, seed: int = 5, meters=METERS):
    """Bars, and which steps are part of each."""
    bars = toy_bars(count, seed, meters)
    return (bars.velocity > 0).numpy(), bars.inside.numpy()[:, None]


def test_numbers_hold_the_strokes_as_nearly_as_so_few_can(pca):
    hits, inside = some()
    numbers = pca.encode(hits, inside)
    assert numbers.shape == (20, pca.size) == (20, SIZE)
    again = pca.logits(numbers, inside) > 0
    np.testing.assert_array_equal(again.sum(axis=(1, 2)), hits.sum(axis=(1, 2)))  # how many is told apart
    few = toy_pca(4)
    worse = few.logits(few.encode(hits, inside), inside) > 0
    assert (again != hits).sum() < 0.6 * (worse != hits).sum()
    assert not (again & ~inside).any()


def test_more_strokes_are_the_same_ones_and_others(pca):
    hits, inside = some()
    numbers = pca.encode(hits, inside)
    few, plain, many = (pca.logits(numbers, inside, more) > 0 for more in (0.5, 1, 2))
    assert (few <= plain).all()
    assert (plain <= many).all()
    np.testing.assert_allclose(few.sum(axis=(1, 2)), 0.5 * hits.sum(axis=(1, 2)), atol=1)
    assert many.sum() > 1.2 * plain.sum()  # no more than are ever struck: those all lie alike


def test_the_number_of_strokes_goes_straight_from_one_bar_to_the_other(pca):
    hits, inside = some(2, meters=[(4, 4)])
    numbers = pca.encode(hits, inside)
    share = np.linspace(0, 1, 21)[:, None].astype(np.float32)
    way = pca.logits((1 - share) * numbers[0] + share * numbers[1], inside[[0] * 21]) > 0
    begin, end = hits.sum(axis=(1, 2))
    np.testing.assert_allclose(way.sum(axis=(1, 2)), begin + share[:, 0] * (end - begin), atol=0.51)


def test_the_components_found_are_the_likeliest(pca):
    hits, inside = some(6)
    found = pca.encode(hits, inside)[:, 1:]
    cells, weight = hits.reshape(6, -1).astype(np.float32), np.broadcast_to(inside, hits.shape).reshape(6, -1)
    weight = weight.astype(np.float32)
    best = pca._cost(found, cells, weight)
    rng = np.random.default_rng(0)
    for reach in (0.01, 0.1, 1.0):
        for _ in range(20):
            near = (found + reach * rng.standard_normal(found.shape)).astype(np.float32)
            assert (pca._cost(near, cells, weight) >= best - 2e-3).all()


def test_what_lies_after_the_end_of_a_bar_does_not_count(pca):
    hits, inside = some(8)
    noisy = hits | ~inside
    found, other = (pca.encode(each, inside)[:, 1:] for each in (hits, noisy))
    np.testing.assert_allclose(found, other, atol=1e-3)


def test_silence_and_no_bars_have_numbers_too(pca):
    silent = np.zeros((1, 8, 64), bool)
    inside = np.ones((1, 1, 64), bool)
    assert not (pca.logits(pca.encode(silent, inside), inside) > 0).any()
    assert pca.encode(silent[:0], inside[:0]).shape == (0, SIZE)


def test_what_is_saved_is_loaded(pca, tmp_path):
    pca.save(tmp_path / "logistic_pca.npz")
    again = LogisticPCA.load(tmp_path / "logistic_pca.npz")
    hits, inside = some()
    np.testing.assert_allclose(again.encode(hits, inside), pca.encode(hits, inside), atol=0.05)


def test_few_bars_have_components_too():
    hits, inside = some(3)
    few = fit(hits, inside, SIZE)
    assert np.isfinite(few.weights).all()
    assert np.isfinite(few.encode(hits, inside)).all()


def test_what_holds_no_components_is_refused_with_the_reason(pca, tmp_path):
    path = tmp_path / "logistic_pca.npz"
    with pytest.raises(SpaceError, match="holds no components"):
        LogisticPCA.load(path)
    for data in (b"", b"\x80\x04 a pickle, perhaps"):
        path.write_bytes(data)
        with pytest.raises(SpaceError, match=r"holds no components: .+"):
            LogisticPCA.load(path)
    np.savez(path, weights=np.zeros((3, 5)), bias=np.zeros(4), penalty=np.zeros(3), strokes=np.zeros(2))
    with pytest.raises(SpaceError, match=r"weights \(3, 5\), bias \(4,\)"):
        LogisticPCA.load(path)
