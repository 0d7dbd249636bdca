import numpy as np
import pytest

from clave.audio import noise
from clave.audio.log_spectrogram import LONG_BANDS, DrumSpectrogram
from clave.audio.noise import RAYLEIGH, SEEDS, noise_bands, tonality
from clave.audio.stft import STFT
from clave.music.clip import Clip

SPECTRUM = DrumSpectrogram()
HZ = SPECTRUM.hz[:LONG_BANDS]


def of(samples: np.ndarray) -> np.ndarray:
    return SPECTRUM.forward(Clip(samples.astype(np.float32)))[:LONG_BANDS]


def test_noise_is_the_same_again_and_another_by_another_seed():
    transform = STFT(length=20_000)
    first = noise_bands(transform, 3)
    assert first.shape == (transform.bands, transform.frames)
    assert first.dtype == np.complex64
    noise._long_noise.cache_clear()
    np.testing.assert_array_equal(noise_bands(transform, 3), first)
    for seed in range(SEEDS):
        sounds = transform.inverse(first), transform.inverse(noise_bands(transform, seed))
        alike = np.corrcoef(*sounds)[0, 1]
        assert abs(alike) < 0.03 or seed == 3


def test_noise_is_as_loud_in_every_band_and_frame():
    power = np.square(np.abs(noise_bands(STFT(length=66_000), 0)))[8:-8, 8:-8]
    for axis in (0, 1):
        means = power.mean(axis=axis)
        assert means.mean() == pytest.approx(1, abs=0.05)
        assert 10 * np.log10(means.max() / means.min()) < 8


@pytest.mark.parametrize(("low_hz", "most_db"), [(600, 1.6), (3000, 1.0), (10_000, 0.6)])
def test_chance_does_not_change_the_levels_of_thirds_of_an_octave(low_hz, most_db):
    transform = STFT(length=66_000)
    rng = np.random.default_rng(0)
    chance = transform.forward(rng.standard_normal(66_000).astype(np.float32))
    inside = (transform.centres_hz >= low_hz) & (transform.centres_hz < low_hz * 2 ** (1 / 3))
    spread_db = []
    for bands in (noise_bands(transform, 0), chance):
        power = np.square(np.abs(bands[inside, 8:-8])).sum(axis=0)
        cells = np.lib.stride_tricks.sliding_window_view(power, 4)[::4].mean(axis=1)
        spread_db.append(np.std(10 * np.log10(cells)))
    assert spread_db[0] < most_db
    assert spread_db[0] < 0.75 * spread_db[1]


def test_the_mean_logarithm_of_noise_lies_below_its_power():
    rng = np.random.default_rng(0)
    magnitude = np.abs(rng.standard_normal((2, 200_000)).T @ [1, 1j])
    root_mean_square = np.sqrt(np.square(magnitude).mean())
    assert root_mean_square / np.exp(np.log(magnitude).mean()) == pytest.approx(RAYLEIGH, rel=0.01)


def test_tones_are_told_from_noise():
    rng, times = np.random.default_rng(1), np.arange(44_100) / 44_100
    hiss = tonality(of(0.1 * rng.standard_normal(44_100)), HZ)
    bell = tonality(of(np.sin(2 * np.pi * 1200 * times) + 1e-3 * rng.standard_normal(44_100)), HZ)
    for shares in (hiss, bell):
        assert shares.shape == (LONG_BANDS, SPECTRUM.frames)
        assert shares.min() >= 0
        assert shares.max() <= 1
    above, bell_row = noise.LOW_HZ[1] < HZ, int(np.abs(HZ - 1200).argmin())
    assert hiss[above, 8:].mean() < 0.03
    assert (bell[bell_row, 8:48] > 0.9).all()
    assert hiss[3, 4:40].mean() > 0.9  # what is low counts as a tone, whatever it is


def test_what_is_faint_needs_no_phase():
    hum = np.full((LONG_BANDS, 64), -6.0, np.float32)
    hum[2, :30] = 3.0
    shares = tonality(hum, HZ)
    assert shares[2, :26].min() == 1
    assert not shares[:, 34:].any()  # 78 dB under the loudest


def test_what_louder_cells_of_its_frame_hide_needs_no_phase_either():
    hat = np.full((LONG_BANDS, 64), -1.0, np.float32)
    hat[:12] = -6.0
    assert not tonality(hat, HZ)[:6].any()  # 43 dB
    hat[:12] = -3.0
    assert tonality(hat, HZ)[2].min() == 1  # 17 dB
