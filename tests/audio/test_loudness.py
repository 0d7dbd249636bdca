"""Loudness against the reference values of ITU-R BS.1770 and against filters computed one sample at a time."""

import math

import numpy as np
import pytest
from scipy.signal import freqz, lfilter

from clave.audio.biquad import Biquad, biquad, one_pole, smoother
from clave.audio.loudness import integrated, k_filters, k_weighted_energy, loudest, true_peak_db

RATES = (44_100, 48_000, 96_000)


def sine(hz: float, rate: int, seconds: float = 5.0, peak: float = 1.0) -> np.ndarray:
    return peak * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


@pytest.mark.parametrize("rate", RATES)
def test_a_full_scale_sine_of_997_hz_is_0_lufs_in_stereo_and_3_lu_less_in_one_channel(rate: int) -> None:
    tone = sine(997, rate)
    assert integrated(np.stack([tone, tone]), rate) == pytest.approx(0.0, abs=0.02)
    assert integrated(tone, rate) == pytest.approx(-3.01, abs=0.02)
    assert integrated(0.1 * tone, rate) == pytest.approx(-23.01, abs=0.02)


def test_k_weighting_has_the_coefficients_of_the_standard_at_48_khz() -> None:
    shelf, highpass = k_filters(48_000)
    found = [shelf.b0, shelf.b1, shelf.b2, shelf.a1, shelf.a2, highpass.a1, highpass.a2]
    wanted = [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585,
              -1.99004745483398, 0.99007225036621]  # fmt: skip
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_silence_and_what_is_20_lu_below_are_gated() -> None:
    tone = sine(997, 48_000, 10)
    quiet = sine(997, 48_000, 30, 0.01)
    whole = np.concatenate([tone, quiet, np.zeros(48_000 * 10)])
    assert integrated(whole, 48_000) == pytest.approx(-3.01, abs=0.1)
    assert integrated(np.zeros(48_000), 48_000) == -math.inf


def test_a_peak_between_samples_is_found() -> None:
    tone = sine(11_025, 44_100, 0.5)
    shifted = np.sin(2 * np.pi * 11_025 * np.arange(20_000) / 44_100 + np.pi / 4)  # its samples reach 0.707
    assert true_peak_db(tone) == pytest.approx(0, abs=0.2)
    assert np.abs(shifted).max() < 0.71
    assert true_peak_db(shifted) == pytest.approx(0, abs=0.3)


def test_energy_and_loudest_stretch_of_a_sound() -> None:
    tone = sine(997, 44_100, 0.4)
    assert -0.691 + 10 * math.log10(k_weighted_energy(tone, 44_100) / 0.4) == pytest.approx(-3.01, abs=0.02)
    assert loudest(tone, 44_100, 0.1) == pytest.approx(-3.01, abs=0.05)


@pytest.mark.parametrize(
    "made",
    [
        Biquad(0.5, 0.3, -0.2, -1.2, 0.5),
        one_pole(300, 44_100),
        smoother(0.02, 44_100),
        biquad("lowpass", 40, 20, 44_100),
    ],
)
@pytest.mark.parametrize("count", [1, 127, 128, 1000])
def test_a_biquad_in_blocks_is_the_same_filter_sample_by_sample(made: Biquad, count: int) -> None:
    noise = np.random.default_rng(0).standard_normal(count)
    wanted = lfilter([made.b0, made.b1, made.b2], [1, made.a1, made.a2], noise)
    np.testing.assert_allclose(made.filtered(noise), wanted, atol=1e-9)


@pytest.mark.parametrize(("kind", "here", "gone"), [("lowpass", 20, 15_000), ("highpass", 15_000, 20)])
def test_a_filter_lets_through_what_it_should_and_rings_at_its_cutoff(kind, here: float, gone: float) -> None:
    made = biquad(kind, 1000, 12, 44_100)
    _, found = freqz([made.b0, made.b1, made.b2], [1, made.a1, made.a2], [here, 1000, gone], fs=44_100)
    passed, peak, stopped = 20 * np.log10(np.abs(found))
    assert passed == pytest.approx(0, abs=0.5)
    assert peak == pytest.approx(12, abs=0.02)
    assert stopped < -35
