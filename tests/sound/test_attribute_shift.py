import numpy as np
import pytest

from clave import sounds
from clave.audio.descriptor_gradients import DescriptorGradients
from clave.audio.descriptors import NAMES
from clave.audio.log_spectrogram import DrumSpectrogram
from clave.errors import SpaceError
from clave.latent.shift import shift_amounts
from clave.music.kit import VOICES
from clave.sound.attribute_shift import MIN_ROOM_STD, TOLERANCE_STD, DetailShift, Scale

RNG = np.random.default_rng(0)
NAN = np.nan
PRIOR_STD = np.linspace(0.5, 2, 24, dtype=np.float32)


@pytest.fixture(scope="module", params=[1, 2, 3])
def shifts(request):
    """A detail that mixes six snares, linear as that of a space; at 0 it is the one in the middle by noisiness.

    The mean of their log spectrograms is smoother than any of them, so that it would be as noisy as a snare can be.
    """
    gradients = DescriptorGradients(DrumSpectrogram())
    clips = [sounds.made_clip(VOICES[1], number, request.param) for number in range(6)]
    snares = np.stack([gradients.spectrogram.forward(clip) for clip in clips])
    middle = snares[np.argsort([gradients.evaluate(snare).value[3] for snare in snares])[2]]
    beside = [np.roll(middle, by, axis=axis) for axis in (0, 1) for by in range(-6, 7)]
    residual = np.concatenate([snares, beside]) - middle
    axes = np.linalg.svd(residual.reshape(len(residual), -1), full_matrices=False)[2][:24]
    return DetailShift(gradients, middle, (8 * axes).reshape(24, *middle.shape).astype(np.float32))


@pytest.fixture
def scale():
    std = np.array([0.5, 0.5, 0.3, 0.1])
    start = np.array([11.0, -2.5, 7.5, 0.85])
    return Scale(std, start - 4 * std, np.append(start[:3] + 4 * std[:3], 1.0))  # noise alone has a noisiness of 1


def value(shifts, detail):
    """The descriptors, pitch as that of the partial that shifts follow: in snares others may be as strong."""
    start = shifts.gradients.evaluate(shifts.mean).value
    return shifts.gradients.evaluate(shifts.log_spectrograms(detail[None])[0], near_pitch=float(start[2])).value


@pytest.mark.parametrize("amount", [-0.5, 0.5])
@pytest.mark.parametrize("index", [0, 1, 3])
def test_one_moves_as_far_as_its_goal_and_the_others_stay(shifts, scale, index, amount):
    wanted = amount * np.eye(4)[index]
    start = value(shifts, np.zeros(24, np.float32))
    moved = value(shifts, shifts.shifted(np.zeros(24, np.float32), wanted, scale, PRIOR_STD))
    np.testing.assert_array_less(np.abs(moved - scale.target(start, wanted)) / scale.std, 1.5 * TOLERANCE_STD)


def test_several_move_at_once(shifts, scale):
    wanted = np.array([0.5, -0.5, 0, 0])
    start = value(shifts, np.zeros(24, np.float32))
    moved = value(shifts, shifts.shifted(np.zeros(24, np.float32), wanted, scale, PRIOR_STD))
    np.testing.assert_array_less(np.abs(moved - scale.target(start, wanted)) / scale.std, 1.5 * TOLERANCE_STD)


def test_a_small_step_is_the_least_that_does_so(shifts, scale):
    detail, wanted = np.zeros(24, np.float32), np.array([0.06, 0, 0, 0])
    at = shifts.gradients.evaluate(shifts.log_spectrograms(detail[None])[0])
    jacobian = np.einsum("dbf,kbf->dk", at.gradient, shifts.basis) * PRIOR_STD / scale.std[:, None]
    least = np.linalg.pinv(jacobian) @ ((scale.target(at.value, wanted) - at.value) / scale.std)
    step = shifts.shifted(detail, wanted, scale, PRIOR_STD) / PRIOR_STD
    assert least @ step / np.linalg.norm(least) / np.linalg.norm(step) > 0.97
    assert np.linalg.norm(step) == pytest.approx(np.linalg.norm(least), rel=0.3)


def test_a_descriptor_that_a_voice_does_not_have_is_neither_shifted_nor_held(shifts, scale):
    std = np.where(np.arange(4) == 2, NAN, scale.std)
    pitchless = Scale(std, scale.low, scale.high)
    assert pitchless.is_movable.tolist() == [True, True, False, True]
    start, wanted = value(shifts, np.zeros(24, np.float32)), np.array([0.5, 0, 0, 0])
    moved = value(shifts, shifts.shifted(np.zeros(24, np.float32), wanted, pitchless, PRIOR_STD))
    apart = (moved - pitchless.target(start, wanted)) / std
    np.testing.assert_array_less(np.abs(apart[[0, 1, 3]]), 1.5 * TOLERANCE_STD)


def test_a_shift_slows_down_towards_the_last_sounds_and_never_stops(scale):
    start = (scale.low + scale.high) / 2
    goals = np.array([scale.target(start, np.full(4, float(amount))) for amount in (-3, -2, -1, 0, 1, 2, 3)])
    assert (np.diff(goals, axis=0) > 0).all()
    assert (goals < scale.high).all()
    assert (goals > scale.low).all()
    np.testing.assert_allclose(goals[4] - start, scale.std, rtol=0.1)
    np.testing.assert_array_equal(goals[3], start)
    beyond = scale.target(scale.high, np.full(4, 2.0)) - scale.high
    assert ((beyond > 0.5 * MIN_ROOM_STD * scale.std) & (beyond < MIN_ROOM_STD * scale.std)).all()


def test_units_are_deviations_of_the_sounds_that_were_heard():
    descriptors = RNG.standard_normal((400, 4)).astype(np.float32) * np.array([1, 2, 0.5, 0], np.float32)
    descriptors[100:, 2] = NAN
    scale = Scale.of(descriptors)
    assert scale.is_movable.tolist() == [True, True, False, False]  # few have a pitch, and all are as noisy
    np.testing.assert_allclose(scale.std[:2], descriptors[:, :2].std(axis=0), rtol=1e-5)
    assert (np.mean(descriptors[:, :2] < scale.low[:2], axis=0) == 0.01).all()
    assert (np.mean(descriptors[:, :2] > scale.high[:2], axis=0) == 0.01).all()


def test_a_voice_of_one_sound_has_no_directions():
    assert not Scale.of(np.ones((1, 4), np.float32)).is_movable.any()
    assert not Scale.of(np.ones((0, 4), np.float32)).is_movable.any()


def test_shifts_are_given_by_name():
    np.testing.assert_array_equal(shift_amounts({"pitch": 2, "decay": -1}, NAMES, "sound"), [0, -1, 2, 0])
    with pytest.raises(SpaceError, match=", ".join(NAMES)):
        shift_amounts({"loudness": 1}, NAMES, "sound")
    with pytest.raises(SpaceError, match="finite number of standard deviations, got decay nan"):
        shift_amounts({"decay": np.nan}, NAMES, "sound")
