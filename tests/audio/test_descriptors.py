import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from clave import factory
from clave.audio import descriptors
from clave.errors import TransformError
from clave.music.clip import SAMPLE_RATE, Clip

T = np.arange(SAMPLE_RATE) / SAMPLE_RATE
NOISE = np.random.default_rng(0).standard_normal(SAMPLE_RATE)


def decaying(sound, t30_s):
    return Clip((sound * 10 ** (-30 / 20 * T / t30_s)).astype(np.float32))


def band(low_hz, high_hz):
    """Noise that is flat from one frequency to the other: its centroid is in the middle."""
    spectrum = np.fft.rfft(NOISE)
    hz = np.fft.rfftfreq(SAMPLE_RATE, 1 / SAMPLE_RATE)
    return np.fft.irfft(np.where((hz >= low_hz) & (hz <= high_hz), spectrum, 0))


@pytest.mark.parametrize("hz", [45.0, 180.0, 555.5, 3000.0])
@pytest.mark.parametrize("t30_s", [0.1, 0.4])
def test_a_decaying_sine_has_its_pitch_its_decay_and_its_brightness(hz, t30_s):
    sound = descriptors.describe(decaying(np.sin(2 * np.pi * hz * T), t30_s))
    assert sound.pitch_hz == pytest.approx(hz, rel=0.01)  # the lower and the shorter, the less certain
    assert sound.decay_s == pytest.approx(t30_s, rel=0.05)
    assert sound.brightness_hz == pytest.approx(hz, abs=20, rel=0.1)
    assert sound.noisiness < 0.25


@pytest.mark.parametrize(("low_hz", "high_hz"), [(1000, 3000), (2000, 12_000), (8000, 10_000)])
def test_the_brightness_of_a_band_of_noise_is_its_middle(low_hz, high_hz):
    sound = descriptors.describe(decaying(band(low_hz, high_hz), 0.5))
    assert sound.brightness_hz == pytest.approx((low_hz + high_hz) / 2, rel=0.03)
    assert sound.decay_s == pytest.approx(0.5, rel=0.05)
    assert sound.pitch_hz is None


def test_noisiness_grows_from_sine_over_narrow_noise_to_white_noise():
    sine = np.sin(2 * np.pi * 1000 * T)
    narrow = sosfilt(butter(4, (900, 1100), "band", fs=SAMPLE_RATE, output="sos"), NOISE)
    mixtures = [sine + 10 ** (db / 20) * NOISE for db in (-60, -40, -20, -10)]
    rows = [[sine, narrow, NOISE], [sine, *mixtures, NOISE]]
    for row in rows:
        noisy = [descriptors.describe(decaying(sound, 0.3)).noisiness for sound in row]
        assert noisy == sorted(noisy)
        assert noisy[0] < 0.1
        assert noisy[-1] > 0.95


def test_a_tom_in_noise_has_a_pitch_until_the_noise_hides_it():
    tom = np.sin(2 * np.pi * 120 * T)
    assert descriptors.describe(decaying(tom + 0.3 * NOISE, 0.3)).pitch_hz == pytest.approx(120, rel=0.02)
    assert descriptors.describe(decaying(tom + 30 * NOISE, 0.3)).pitch_hz is None


def test_a_falling_pitch_is_the_one_it_falls_to():
    hz = 55 + 300 * np.exp(-T / 0.01)
    kick = np.sin(2 * np.pi * np.cumsum(hz) / SAMPLE_RATE)
    assert descriptors.describe(decaying(kick, 0.4)).pitch_hz == pytest.approx(55, rel=0.03)


def test_a_rumble_below_thirty_hertz_is_no_pitch():
    assert descriptors.describe(decaying(np.sin(2 * np.pi * 12 * T), 0.5)).pitch_hz is None


def test_level_rate_and_lead_in_change_nothing():
    clip = factory.kit()["tom"]
    plain = descriptors.describe(clip)
    late = descriptors.describe(Clip(np.concatenate([np.zeros(3000, np.float32), 0.02 * clip.samples])))
    assert late.scaled == pytest.approx(plain.scaled, abs=0.02)


def test_silence_is_not_described():
    with pytest.raises(TransformError, match="silence"):
        descriptors.describe(Clip(np.zeros(1000, np.float32)))


def test_a_click_and_every_drum_of_the_factory_have_finite_descriptors():
    click = np.zeros(500, np.float32)
    click[0] = 1
    clips = [Clip(click), *(clip for recipe in factory.KITS for clip in factory.kit(recipe.name).clips)]
    table = descriptors.describe_all(clips)
    assert table.shape == (len(clips), len(descriptors.NAMES))
    assert np.isfinite(table[:, [0, 1, 3]]).all()
    assert ((table[:, 3] >= 0) & (table[:, 3] <= 1)).all()


def test_many_is_one_by_one_on_the_scales_of_the_ear():
    kit = factory.kit()
    row = descriptors.describe_all([kit["kick"]])[0]
    kick = descriptors.describe(kit["kick"])
    assert kick.pitch_hz is not None
    assert 2 ** row[:3] == pytest.approx([kick.brightness_hz, kick.decay_s, kick.pitch_hz], rel=1e-4)
    assert np.isnan(descriptors.describe_all([kit["clap"]])[0, 2])
    assert descriptors.describe_all([]).shape == (0, 4)


def test_ranks_run_from_none_to_all():
    column = np.array([5.0, np.nan, 1.0, 3.0, 3.0])
    np.testing.assert_allclose(descriptors.ranks(column), [1, 0.5, 0, 0.5, 0.5])
    np.testing.assert_allclose(descriptors.ranks(np.array([np.nan, 2.0])), [0.5, 0.5])
    np.testing.assert_allclose(descriptors.ranks(np.array([2.0, 2.0])), [0.5, 0.5])
    assert len(descriptors.ranks(np.zeros(0))) == 0


@pytest.mark.parametrize(
    ("sound", "words"),
    [
        (descriptors.Descriptors(9000, 0.42, None, 0.95), "bright, noisy, 0.42 s"),
        (descriptors.Descriptors(80, 1.0, 55.0, 0.1), "dark, tonal, A1, 1.00 s"),
        (descriptors.Descriptors(2000, 0.1, 277.2, 0.5), "C♯4, 0.10 s"),
    ],
)
def test_what_is_heard_in_words(sound, words):
    assert str(sound) == words
