import numpy as np
import pytest
from toy_sounds import toy_corpus

from clave.audio.cell_grid import FLOOR
from clave.audio.descriptor_gradients import DescriptorGradients
from clave.audio.descriptors import NAMES
from clave.audio.log_spectrogram import DrumSpectrogram
from clave.music.clip import Clip

GRADIENTS = DescriptorGradients(DrumSpectrogram())
TIME = np.arange(44_100) / 44_100
RNG = np.random.default_rng(0)


def evaluate(samples):
    return dict(
        zip(
            NAMES,
            GRADIENTS.evaluate(GRADIENTS.spectrogram.forward(Clip(samples.astype(np.float32)))).value,
            strict=True,
        )
    )


def ringing(hz, seconds=0.4):
    """A tone whose T30 is that."""
    return np.sin(2 * np.pi * hz * TIME) * 10 ** (-1.5 * TIME / seconds)


@pytest.mark.parametrize("hz", [60, 90, 205, 440, 1000, 1500])
def test_the_pitch_of_a_tone_is_its_frequency(hz):
    assert evaluate(ringing(hz))["pitch"] == pytest.approx(np.log2(hz), abs=0.08 if hz < 100 else 0.01)


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.5])
def test_the_decay_of_a_tone_is_its_t30(seconds):
    assert evaluate(ringing(500, seconds))["decay"] == pytest.approx(np.log2(seconds), abs=0.1)


def test_noise_is_noisy_and_a_tone_is_none():
    assert evaluate(RNG.standard_normal(44_100) * 10 ** (-4 * TIME))["noisiness"] > 0.95
    assert evaluate(ringing(2000))["noisiness"] < 0.3


def test_the_nearest_partial_is_followed_though_another_is_stronger():
    log_spectrogram = GRADIENTS.spectrogram.forward(Clip((ringing(200) + 0.3 * ringing(800)).astype(np.float32)))
    assert GRADIENTS.evaluate(log_spectrogram).value[2] == pytest.approx(np.log2(200), abs=0.02)
    assert GRADIENTS.evaluate(log_spectrogram, near_pitch=np.log2(780)).value[2] == pytest.approx(
        np.log2(800), abs=0.02
    )


@pytest.fixture(scope="module")
def drums():
    made = toy_corpus()
    return made.log_spectrogram[:32], made.descriptors[:32]


def test_descriptors_of_log_spectrograms_are_near_those_of_the_sounds(drums):
    log_spectrogram, measured = drums
    value = np.array([GRADIENTS.evaluate(each).value for each in log_spectrogram])
    for index, (name, least) in enumerate(zip(NAMES, (0.98, 0.98, 0.9, 0.9), strict=True)):
        known = np.isfinite(measured[:, index])
        assert np.corrcoef(value[known, index], measured[known, index])[0, 1] > least, name


def test_gradients_are_those_of_small_differences(drums):
    """But at the floor, where a cell gets no quieter: a difference across that bend has no slope."""
    for log_spectrogram in drums[0][:8]:
        at = GRADIENTS.evaluate(log_spectrogram)
        above_floor = log_spectrogram > np.log(FLOOR) + 0.02
        for _ in range(3):
            change = 2e-3 * np.kron(RNG.standard_normal((35, 16)), np.ones((4, 4))) * above_floor
            change = change.astype(np.float32)
            ends = [GRADIENTS.evaluate(log_spectrogram + sign * change, float(at.value[2])).value for sign in (1, -1)]
            change_of_value = (at.gradient * change).sum(axis=(1, 2))
            np.testing.assert_allclose(change_of_value, (ends[0] - ends[1]) / 2, rtol=0.03, atol=2e-6)


def test_an_empty_log_spectrogram_has_finite_descriptors():
    at = GRADIENTS.evaluate(np.full((GRADIENTS.spectrogram.bands, GRADIENTS.spectrogram.frames), -20, np.float32))
    assert np.isfinite(at.value).all()
    assert not at.gradient.any()


def test_the_four_are_those_of_the_descriptors():
    log_spectrogram = np.zeros((GRADIENTS.spectrogram.bands, GRADIENTS.spectrogram.frames), np.float32)
    assert len(GRADIENTS.evaluate(log_spectrogram).value) == len(NAMES)
