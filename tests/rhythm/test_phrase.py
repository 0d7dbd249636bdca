import numpy as np
import pytest

from clave.errors import SpaceError
from clave.rhythm.phrase import phrase_path


def test_a_single_point_is_that_of_every_bar():
    assert phrase_path((0.5, -1), 3).tolist() == [[0.5, -1]] * 3
    assert phrase_path(np.array([[0.5, -1]]), 2).tolist() == [[0.5, -1]] * 2


def test_bars_are_evenly_spaced_along_the_corners_of_a_path():
    path = phrase_path([[0, 0], [1, 0], [1, 2]], 5)
    np.testing.assert_allclose(path, [[0, 0], [0.5, 0], [1, 0], [1, 1], [1, 2]], atol=1e-6)
    assert phrase_path([[0, 0], [4, 2]], 1).tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("point", "bars", "reason"),
    [
        ((0, 0), 0, "1 to 64 bars, got 0"),
        ((0, 0), 65, "1 to 64 bars, got 65"),
        (np.zeros((0, 2)), 4, "one point or more, got none"),
        (np.zeros(3), 4, r"array \[n, 2\], got shape \[1, 3\]"),
        ((0, float("nan")), 4, "two finite numbers"),
    ],
)
def test_what_is_no_path_is_refused(point, bars, reason):
    with pytest.raises(SpaceError, match=reason):
        phrase_path(point, bars)
