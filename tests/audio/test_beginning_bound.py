import numpy as np
import pytest

from clave.audio.beginning_bound import BeginningBound
from clave.audio.log_spectrogram import BOUND_SAMPLES
from clave.audio.stft import STFT

WHOLE = STFT(length=20_000)
TIMES = np.arange(WHOLE.length) / 44_100
RISE = np.clip(TIMES / 0.01, 0, 1)
KICK = (0.8 * RISE * np.sin(2 * np.pi * 60 * TIMES)).astype(np.float32)
HAZE = (0.05 * RISE * np.sin(2 * np.pi * 900 * TIMES)).astype(np.float32)


def bound(samples: np.ndarray) -> BeginningBound:
    return BeginningBound.of(np.abs(WHOLE.forward(samples)), WHOLE, BOUND_SAMPLES)


def level_db(samples: np.ndarray) -> float:
    return 20 * np.log10(np.sqrt(np.square(samples).mean()))


def test_what_the_magnitudes_do_not_have_is_taken_off():
    left = bound(KICK).applied(KICK + HAZE) - KICK
    middle = slice(512, BOUND_SAMPLES - 512)
    assert level_db(left[middle]) < level_db(HAZE[middle]) - 25


def test_the_rest_of_the_sound_is_left_as_it_is():
    hazy = KICK + HAZE
    changed = bound(KICK).applied(hazy)
    np.testing.assert_array_equal(changed[BOUND_SAMPLES:], hazy[BOUND_SAMPLES:])
    assert np.abs(changed - hazy)[:BOUND_SAMPLES].max() > 0.02
    np.testing.assert_allclose(bound(KICK + HAZE).applied(hazy), hazy, atol=0.02)


@pytest.mark.parametrize("hz", [3000, 9000])
def test_nothing_above_two_kilohertz_is_touched(hz):
    click = (0.05 * RISE * np.sin(2 * np.pi * hz * TIMES)).astype(np.float32)
    changed = bound(KICK).applied(KICK + click) - KICK - click
    assert level_db(changed[512:]) < level_db(click) - 50


def test_frames_that_are_missing_are_silent():
    magnitude = np.abs(WHOLE.forward(KICK))
    short = BeginningBound.of(magnitude[:, :6], WHOLE, BOUND_SAMPLES)
    changed = short.applied(KICK)
    late = slice(6 * WHOLE.hop + 512, BOUND_SAMPLES - 512)
    assert level_db(changed[late]) < level_db(KICK[late]) - 60
    assert level_db(BeginningBound.of(magnitude[:, :0], WHOLE, BOUND_SAMPLES).applied(KICK)[:1000]) < -70
