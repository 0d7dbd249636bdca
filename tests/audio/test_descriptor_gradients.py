import numpy as np
import pytest

from clave import sounds
from clave.audio.descriptor_gradients import Eye
from clave.audio.descriptors import NAMES
from clave.audio.log_spectrogram import DrumSpectrum
from clave.music.clip import Clip

EYE = Eye(DrumSpectrum())
TIME = np.arange(44_100) / 44_100
RNG = np.random.default_rng(0)


def seen(samples):
    return dict(zip(NAMES, EYE.seen(EYE.spectrum.forward(Clip(samples.astype(np.float32)))).value, strict=True))


def ringing(hz, seconds=0.4):
    """A tone whose T30 is that."""
    return np.sin(2 * np.pi * hz * TIME) * 10 ** (-1.5 * TIME / seconds)


@pytest.mark.parametrize("hz", [60, 90, 205, 440, 1000, 1500])
def test_the_pitch_of_a_tone_is_its_frequency(hz):
    assert seen(ringing(hz))["pitch"] == pytest.approx(np.log2(hz), abs=0.08 if hz < 100 else 0.01)


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.5])
def test_the_decay_of_a_tone_is_its_t30(seconds):
    assert seen(ringing(500, seconds))["decay"] == pytest.approx(np.log2(seconds), abs=0.1)


def test_noise_is_noisy_and_a_tone_is_none():
    assert seen(RNG.standard_normal(44_100) * 10 ** (-4 * TIME))["noisiness"] > 0.95
    assert seen(ringing(2000))["noisiness"] < 0.3


def test_the_nearest_partial_is_followed_though_another_is_stronger():
    picture = EYE.spectrum.forward(Clip((ringing(200) + 0.3 * ringing(800)).astype(np.float32)))
    assert EYE.seen(picture).value[2] == pytest.approx(np.log2(200), abs=0.02)
    assert EYE.seen(picture, near_pitch=np.log2(780)).value[2] == pytest.approx(np.log2(800), abs=0.02)


@pytest.fixture(scope="module")
def drums():
    made = sounds.made(4)
    return made.picture, made.heard


def test_what_is_seen_of_drums_is_near_to_what_is_heard(drums):
    picture, heard = drums
    value = np.array([EYE.seen(each).value for each in picture])
    for index, (name, least) in enumerate(zip(NAMES, (0.98, 0.98, 0.9, 0.9), strict=True)):
        known = np.isfinite(heard[:, index])
        assert np.corrcoef(value[known, index], heard[known, index])[0, 1] > least, name


def test_slopes_are_those_of_small_differences(drums):
    for picture in drums[0][:8]:
        at = EYE.seen(picture)
        for _ in range(3):
            change = (2e-3 * np.kron(RNG.standard_normal((35, 16)), np.ones((4, 4)))).astype(np.float32)
            ends = [EYE.seen(picture + sign * change, float(at.value[2])).value for sign in (1, -1)]
            told = (at.slope * change).sum(axis=(1, 2))
            np.testing.assert_allclose(told, (ends[0] - ends[1]) / 2, rtol=0.03, atol=3e-5)


def test_a_picture_of_nothing_is_seen_all_the_same():
    at = EYE.seen(np.full((EYE.spectrum.bands, EYE.spectrum.frames), -20, np.float32))
    assert np.isfinite(at.value).all()
    assert not at.slope.any()


def test_the_four_are_those_of_the_descriptors():
    picture = np.zeros((EYE.spectrum.bands, EYE.spectrum.frames), np.float32)
    assert len(EYE.seen(picture).value) == len(NAMES)
