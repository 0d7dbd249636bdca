import numpy as np
import pytest

from clave import sounds
from clave.audio.descriptor_gradients import Eye
from clave.audio.descriptors import NAMES
from clave.audio.log_spectrogram import DrumSpectrum
from clave.errors import SpaceError
from clave.sound.attribute_shift import LEAST_ROOM, NEAR, Directions, Scale, amounts

RNG = np.random.default_rng(0)
NAN = np.nan
DEVIATION = np.linspace(0.5, 2, 24, dtype=np.float32)


@pytest.fixture(scope="module")
def directions():
    """A detail that mixes the factory's drums: as straight a line as that of a space."""
    picture = sounds.made(6).picture[1::8]  # snares
    beside = [np.roll(picture[0], by, axis=axis) for axis in (0, 1) for by in range(-6, 7)]
    told = np.concatenate([picture, beside]) - picture.mean(axis=0)
    axes = np.linalg.svd(told.reshape(len(told), -1), full_matrices=False)[2][:24]
    effect = (8 * axes).reshape(24, *picture.shape[1:]).astype(np.float32)
    return Directions(Eye(DrumSpectrum()), picture.mean(axis=0), effect)


@pytest.fixture
def scale():
    unit = np.array([0.5, 0.5, 0.3, 0.1])
    start = np.array([11.0, -2.5, 7.5, 0.85])
    return Scale(unit, start - 4 * unit, start + 4 * unit)


def value(directions, detail):
    return directions.eye.seen(directions.pictures(detail[None])[0]).value


@pytest.mark.parametrize("amount", [-0.5, 0.5])
@pytest.mark.parametrize("index", [0, 1, 3])
def test_one_moves_as_far_as_its_goal_and_the_others_stay(directions, scale, index, amount):
    wanted = amount * np.eye(4)[index]
    start = value(directions, np.zeros(24, np.float32))
    moved = value(directions, directions.shifted(np.zeros(24, np.float32), wanted, scale, DEVIATION))
    np.testing.assert_array_less(np.abs(moved - scale.goal(start, wanted)) / scale.unit, 1.5 * NEAR)


def test_several_move_at_once(directions, scale):
    wanted = np.array([0.5, -0.5, 0, 0])
    start = value(directions, np.zeros(24, np.float32))
    moved = value(directions, directions.shifted(np.zeros(24, np.float32), wanted, scale, DEVIATION))
    np.testing.assert_array_less(np.abs(moved - scale.goal(start, wanted)) / scale.unit, 1.5 * NEAR)


def test_a_small_step_is_the_least_that_does_so(directions, scale):
    detail, wanted = np.zeros(24, np.float32), np.array([0.06, 0, 0, 0])
    seen = directions.eye.seen(directions.pictures(detail[None])[0])
    slope = np.einsum("dbf,kbf->dk", seen.slope, directions.effect) * DEVIATION / scale.unit[:, None]
    least = np.linalg.pinv(slope) @ ((scale.goal(seen.value, wanted) - seen.value) / scale.unit)
    step = directions.shifted(detail, wanted, scale, DEVIATION) / DEVIATION
    assert least @ step / np.linalg.norm(least) / np.linalg.norm(step) > 0.97
    assert np.linalg.norm(step) == pytest.approx(np.linalg.norm(least), rel=0.3)


def test_what_a_voice_has_not_is_neither_moved_nor_held(directions, scale):
    unit = np.where(np.arange(4) == 2, NAN, scale.unit)
    pitchless = Scale(unit, scale.low, scale.high)
    assert pitchless.moves.tolist() == [True, True, False, True]
    start = value(directions, np.zeros(24, np.float32))
    moved = value(
        directions, directions.shifted(np.zeros(24, np.float32), np.array([0.5, 0, 0, 0]), pitchless, DEVIATION)
    )
    assert moved[0] > start[0] + 0.2
    np.testing.assert_allclose(moved[[1, 3]], start[[1, 3]], atol=NEAR * 1.5)


def test_a_shift_slows_down_towards_the_last_sounds_and_never_stops(scale):
    start = (scale.low + scale.high) / 2
    goals = np.array([scale.goal(start, np.full(4, float(amount))) for amount in (-3, -2, -1, 0, 1, 2, 3)])
    assert (np.diff(goals, axis=0) > 0).all()
    assert (goals < scale.high).all()
    assert (goals > scale.low).all()
    np.testing.assert_allclose(goals[4] - start, scale.unit, rtol=0.1)
    np.testing.assert_array_equal(goals[3], start)
    beyond = scale.goal(scale.high, np.full(4, 2.0)) - scale.high
    assert ((beyond > 0.5 * LEAST_ROOM * scale.unit) & (beyond < LEAST_ROOM * scale.unit)).all()


def test_units_are_deviations_of_the_sounds_that_were_heard():
    heard = RNG.standard_normal((400, 4)).astype(np.float32) * np.array([1, 2, 0.5, 0], np.float32)
    heard[100:, 2] = NAN
    scale = Scale.of(heard)
    assert scale.moves.tolist() == [True, True, False, False]  # few have a pitch, and all are as noisy
    np.testing.assert_allclose(scale.unit[:2], heard[:, :2].std(axis=0), rtol=1e-5)
    assert (np.mean(heard[:, :2] < scale.low[:2], axis=0) == 0.01).all()
    assert (np.mean(heard[:, :2] > scale.high[:2], axis=0) == 0.01).all()


def test_a_voice_of_one_sound_has_no_directions():
    assert not Scale.of(np.ones((1, 4), np.float32)).moves.any()
    assert not Scale.of(np.ones((0, 4), np.float32)).moves.any()


def test_shifts_are_told_by_name():
    np.testing.assert_array_equal(amounts({"pitch": 2, "decay": -1}), [0, -1, 2, 0])
    with pytest.raises(SpaceError, match=", ".join(NAMES)):
        amounts({"loudness": 1})
    with pytest.raises(SpaceError, match="finite number of standard deviations, got decay nan"):
        amounts({"decay": np.nan})
