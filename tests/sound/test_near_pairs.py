"""Pairs found with NumPy alone beside those of SciPy's tree."""

import sys

import numpy as np
import pytest

from clave.errors import MissingExtraError
from clave.sound.dataset import near_pairs
from clave.sound.dataset.near_pairs import pairs_within


@pytest.mark.parametrize(("norm", "radius"), [(2, 1.2), (np.inf, 0.6)])
def test_the_tree_finds_the_same_pairs(norm: float, radius: float, monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.random.default_rng(0).normal(size=(300, 5)).astype(np.float32)
    compared = pairs_within(points, radius, norm=norm)
    apart = np.linalg.norm(points[:, None].astype(np.float64) - points, norm, axis=2)
    np.testing.assert_array_equal(compared, np.argwhere(np.triu(apart <= radius, 1)))
    assert len(compared) > 50
    monkeypatch.setattr(near_pairs, "MAX_COMPARED", 10)
    np.testing.assert_array_equal(pairs_within(points, radius, norm=norm), compared)


def test_equal_points_and_none() -> None:
    assert pairs_within(np.zeros((3, 2)), 0.0).tolist() == [[0, 1], [0, 2], [1, 2]]
    assert pairs_within(np.zeros((0, 2)), 1.0).shape == (0, 2)


def test_too_many_without_scipy_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_pairs, "MAX_COMPARED", 2)
    monkeypatch.setitem(sys.modules, "scipy.spatial", None)
    with pytest.raises(MissingExtraError, match=r"among 3 sounds, more than 2, .* 'clave\[corpus\]'"):
        pairs_within(np.zeros((3, 2)), 1.0)
