import numpy as np
import pytest

from clave.descriptors import NAMES
from clave.directions import EDGE, LONGEST_STEP, TERMS, Directions, amounts, quadratic
from clave.errors import SpaceError
from clave.kit import VOICES

RNG = np.random.default_rng(0)


@pytest.fixture
def directions():
    effect = RNG.standard_normal((8, 4, TERMS, 12)).astype(np.float32)
    effect[:, :, 1:] *= 0.2
    effect[2, 2] = 0  # closed hats have no pitch
    return Directions(effect, np.ones((8, effect.shape[-1]), np.float32))


def test_a_step_moves_its_descriptor_by_one_and_no_other(directions):
    points = RNG.standard_normal((5, 2)).astype(np.float32)
    steps = directions.steps(points, VOICES[0])
    effect = np.einsum("st,dtf->sdf", quadratic(points), directions.effect[0])
    moved = np.einsum("sdf,sef->sde", steps, effect)  # by step, of descriptor
    np.testing.assert_allclose(moved, np.broadcast_to(np.eye(4), moved.shape), atol=0.02)


def test_it_is_the_least_of_such_steps(directions):
    points = np.zeros((1, 2), np.float32)
    effect = np.einsum("st,dtf->sdf", quadratic(points), directions.effect[1])[0]
    np.testing.assert_allclose(directions.steps(points, VOICES[1])[0], np.linalg.pinv(effect).T, atol=0.02)


def test_what_cannot_be_moved_stays_and_hinders_nothing(directions):
    steps = directions.steps(np.zeros((1, 2), np.float32), VOICES[2])[0]
    assert directions.moves(VOICES[2]).tolist() == [True, True, False, True]
    assert not steps[2].any()
    assert steps[[0, 1, 3]].any(axis=1).all()


def test_steps_of_what_hardly_moves_stay_where_drums_are(directions):
    faint = Directions(np.float32(1e-3) * directions.effect, directions.deviation)
    near = Directions(np.float32(0.1) * directions.effect, directions.deviation)
    for each in (faint, near):
        lengths = np.linalg.norm(each.steps(np.zeros((1, 2), np.float32), VOICES[0]), axis=2)
        assert lengths.max() <= LONGEST_STEP * 1.0001


def test_terms_are_uncorrelated_on_the_map_and_end_at_its_edge():
    points = RNG.standard_normal((200_000, 2)).astype(np.float32)
    inner = points[np.linalg.norm(points, axis=1) < EDGE]
    x, y = inner.T.astype(np.float64)
    np.testing.assert_allclose(quadratic(inner), np.stack([x**0, x, y, x * x - 1, y * y - 1, x * y], 1), atol=1e-6)
    far = np.array([[30, 40], [3e5, 4e5]], np.float32)
    np.testing.assert_allclose(quadratic(far), quadratic(np.array([[1.2, 1.6]] * 2, np.float32)), atol=1e-6)


def test_what_is_saved_is_loaded_and_what_is_none_is_refused(directions, tmp_path):
    assert Directions.load(tmp_path, 12) is None
    directions.save(tmp_path)
    again = Directions.load(tmp_path, 12)
    assert again is not None
    np.testing.assert_allclose(again.effect, directions.effect, rtol=1e-3, atol=1e-4)
    with pytest.raises(SpaceError, match=r"\(8, 4, 6, 11\)"):
        Directions.load(tmp_path, 11)
    (tmp_path / "directions.npz").write_bytes(b"PK")
    with pytest.raises(SpaceError, match="holds no directions"):
        Directions.load(tmp_path, 12)


def test_shifts_are_told_by_name():
    np.testing.assert_array_equal(amounts({"pitch": 2, "decay": -1}), [0, -1, 2, 0])
    with pytest.raises(SpaceError, match=", ".join(NAMES)):
        amounts({"loudness": 1})
    with pytest.raises(SpaceError, match="finite number of standard deviations, got decay nan"):
        amounts({"decay": np.nan})
