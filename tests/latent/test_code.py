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


def code(points, detail, meters=()):
    return Code(np.array(points, np.float32), np.array(detail, np.float32), meters)


CODE = code([[0, 0], [1, 2], [2, 4]], [[3, 0, 0], [0, 4, 0], [0, 0, 5]], ((4, 4), (3, 4), (4, 4)))


def rows(code):
    return code.map.tolist(), code.detail.tolist(), code.meters


def test_rows_are_taken_by_number_slice_list_and_mask():
    assert rows(CODE[1]) == ([[1, 2]], [[0, 4, 0]], ((3, 4),))
    assert rows(CODE[-1]) == rows(CODE[2:]) == rows(CODE[[2]]) == rows(CODE[np.array([False, False, True])])
    assert [each.meters for each in CODE] == [((4, 4),), ((3, 4),), ((4, 4),)]
    assert len(CODE[[]]) == 0
    assert repr(CODE) == "Code(3 rows: map of 2, detail of 3 numbers)"


def test_codes_join_and_a_code_without_meters_is_in_common_time():
    plain = Code(CODE.map, CODE.detail)
    assert rows(CODE[:1] + CODE[1:]) == rows(CODE)
    assert (plain[:1] + CODE[1:]).meters == CODE.meters
    assert (plain + plain).meters == ()


@pytest.mark.parametrize("detail", ["linear", "spherical"])
def test_an_interpolation_begins_and_ends_with_its_ends(detail):
    way = CODE[0].interpolate(CODE[2], 5, detail)
    np.testing.assert_allclose(way.map, [[0, 0], [0.5, 1], [1, 2], [1.5, 3], [2, 4]])
    np.testing.assert_allclose(way.detail[[0, -1]], [[3, 0, 0], [0, 0, 5]], atol=1e-6)
    assert way.meters == ((4, 4),) * 5


def test_a_spherical_interpolation_turns_evenly_and_its_length_changes_evenly():
    way = CODE[0].interpolate(CODE[2], 4).detail
    np.testing.assert_allclose(np.linalg.norm(way, axis=1), [3, 11 / 3, 13 / 3, 5], rtol=1e-5)
    np.testing.assert_allclose(np.degrees(np.arctan2(way[:, 2], way[:, 0])), [0, 30, 60, 90], atol=1e-3)
    straight = CODE[0].interpolate(CODE[2], 3, "linear").detail
    np.testing.assert_allclose(straight[1], [1.5, 0, 2.5])


def test_without_an_angle_to_turn_by_it_is_linear():
    one, double, none = (code([[0, 0]], [[x, 0, 0]]) for x in (1, 2, 0))
    for other in (double, none):
        assert one.interpolate(other, 3).detail.tolist() == one.interpolate(other, 3, "linear").detail.tolist()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (lambda: CODE[3], r"from -3 to 2, a slice, a list or a mask of 3; got 3"),
        (lambda: CODE["a"], "got 'a'"),
        (lambda: CODE[[True, False]], r"got \[True, False\]"),
        (lambda: CODE + CODE.map, "Code.__add__: other is a Code, got an array of shape"),
        (lambda: CODE + code([[0, 0]], [[1]]), r"maps and details of \(2, 3\) and \(2, 1\)"),
        (lambda: CODE[0].interpolate(CODE[2], 1), "2 steps or more"),
        (lambda: CODE.interpolate(CODE[2], 3), r"codes of one row are interpolated, as code\[0\] is; got 3 and 1"),
        (lambda: CODE[0].interpolate(CODE[1], 3), "bars of one meter"),
        (lambda: CODE[0].interpolate(CODE[2], 3, "cubic"), "detail is one of 'spherical', 'linear', got 'cubic'"),
    ],
)
def test_what_is_no_row_and_what_does_not_fit_is_refused(wrong, reason):
    with pytest.raises(SpaceError, match=reason):
        wrong()
