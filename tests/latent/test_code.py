import numpy as np
import pytest

from clave.errors import SpaceError
from clave.latent.code import MAX_COORDINATE, Code, check_share, generator, map_points


def test_a_code_has_a_row_for_each_bar():
    code = Code(np.zeros((2, 2), np.float32), np.zeros((2, 3), np.float32), ((4, 4), (3, 4)))
    assert (len(code), code.map.dtype, code.detail.dtype) == (2, np.float32, np.float32)


def test_far_points_are_moved_to_where_networks_stay_finite():
    assert map_points([[1e300, -1e300], [2, 3]]).tolist() == [[MAX_COORDINATE, -MAX_COORDINATE], [2, 3]]


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ([["a", "b"]], "map points are numbers"),
        ([1.0, 2.0], r"array \[n, 2\], got shape \[2\]"),
        ([[0, 0], [0, np.nan]], r"two finite numbers, got \[0.0, nan\] at row 1"),
    ],
)
def test_what_are_no_map_points_is_refused(points, reason):
    with pytest.raises(SpaceError, match=reason):
        map_points(points)


def test_seeds_and_shares_are_checked():
    assert generator(3).random() == np.random.default_rng(3).random()
    with pytest.raises(SpaceError, match="whole number of at least 0, got -1"):
        generator(-1)
    assert check_share("amount", 0.4) == 0.4
    with pytest.raises(SpaceError, match=r"amount lies in \[0, 1\], got nan"):
        check_share("amount", float("nan"))
