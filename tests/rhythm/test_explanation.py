import numpy as np
import pytest

from clave import Pattern, load_rhythm
from clave.errors import SpaceError
from clave.rhythm import explanation
from clave.rhythm.explanation import DecodeSettings, compare, decode_point, encode_bar
from clave.rhythm.space import RhythmSpace


@pytest.fixture(scope="module")
def space() -> RhythmSpace:
    return load_rhythm()


def bar_of(*cells: tuple[int, int], meter=(4, 4)) -> Pattern:
    hits = np.zeros((8, 64), bool)
    for voice, step in cells:
        hits[voice, step] = True
    return Pattern.from_hits(hits, meter=meter)


def test_a_comparison_counts_what_is_kept_gained_and_lost() -> None:
    found = compare(bar_of((0, 0), (1, 16), (2, 8)), bar_of((0, 0), (1, 16), (1, 48), (4, 60)))
    assert np.argwhere(found.kept).tolist() == [[0, 0], [1, 16]]
    assert np.argwhere(found.gained).tolist() == [[2, 8]]
    assert np.argwhere(found.lost).tolist() == [[1, 48], [4, 60]]
    assert found.f1 == pytest.approx(2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4))  # of precision and recall


def test_two_silent_bars_are_the_same() -> None:
    assert compare(bar_of(), bar_of()).f1 == 1
    assert compare(bar_of((0, 0)), bar_of()).f1 == 0


@pytest.mark.parametrize(
    ("covariance", "radii", "angle"),
    [
        (np.diag([4.0, 1.0]), (2, 1), 0),
        (np.diag([1.0, 9.0]), (3, 1), np.pi / 2),
        (np.array([[2.5, 1.5], [1.5, 2.5]]), (2, 1), np.pi / 4),
        (np.array([[2.5, -1.5], [-1.5, 2.5]]), (2, 1), -np.pi / 4),
    ],
)
def test_the_ellipse_has_the_axes_of_the_covariance(covariance, radii, angle) -> None:
    found = explanation._ellipse(np.array([0.5, -1]), covariance)
    assert found.centre == (0.5, -1)
    assert found.radii == pytest.approx(radii)
    assert np.tan(found.angle - angle) == pytest.approx(0, abs=1e-6)  # either end of the axis
    assert -np.pi / 2 <= found.angle <= np.pi / 2


def test_a_bar_goes_in_as_the_space_encodes_it_and_comes_back(space: RhythmSpace) -> None:
    [bar] = space.at([[0.5, -1.0]])
    found, code = encode_bar(space, bar), space.encode([bar])
    np.testing.assert_array_equal(found.code.map, code.map)
    np.testing.assert_array_equal(found.code.detail, code.detail)
    np.testing.assert_array_equal(found.guess, space.guess([bar]).map[0])
    assert compare(found.again, bar).f1 == 1
    away = np.hypot(*(np.subtract(found.posterior.centre, code.map[0])))
    assert away < 3 * found.posterior.radii[0]


def test_a_point_comes_out_as_the_space_plays_it(space: RhythmSpace) -> None:
    found = decode_point(space, (0.5, -1.0), DecodeSettings((3, 4), "jazz", "beat", 0.7, 0.5, 3))
    assert found.probability.shape == (8, 48)
    [likely] = space.at([[0.5, -1.0]], "jazz", density=0.7, meter=(3, 4))
    [drawn] = space.at([[0.5, -1.0]], "jazz", variation=0.5, density=0.7, seed=3, meter=(3, 4))
    np.testing.assert_array_equal(found.likely.hits, likely.hits)
    np.testing.assert_array_equal(found.drawn.hits, drawn.hits)
    assert np.log(found.threshold / (1 - found.threshold)) == pytest.approx(space.threshold)
    sure = found.probability > found.threshold
    assert likely.hits[sure].mean() > 0.9  # what passes by itself sounds, but for a third hand


def test_what_the_space_has_not_learned_is_refused(space: RhythmSpace) -> None:
    with pytest.raises(SpaceError, match="7/4"):
        decode_point(space, (0, 0), DecodeSettings((7, 4)))
    with pytest.raises(SpaceError, match="polka"):
        decode_point(space, (0, 0), DecodeSettings(style="polka"))
