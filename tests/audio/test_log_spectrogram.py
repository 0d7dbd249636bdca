import numpy as np
import pytest

from clave import factory
from clave.audio import log_spectrogram
from clave.audio.log_spectrogram import (
    BANDS,
    FLOOR,
    FRAMES,
    KNEE,
    LENGTH,
    LONG_BANDS,
    MOST_LIMITED,
    ONSET_SAMPLE,
    PEAK,
    SHORT_LENGTH,
    DrumSpectrogram,
    ended,
    limited,
    placed,
)
from clave.errors import TransformError
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.sound.comparison import (
    aligned,
    attack_s,
    band_level_error_db,
    log_spectral_distance_db,
    multi_resolution_db,
    scatter_db,
)

SPECTRUM = DrumSpectrogram()
DRUMS = factory.kit("analogue")


def test_cells_cover_the_whole_of_both_transforms_and_never_shrink():
    for grid, transform in ((SPECTRUM.whole_grid, SPECTRUM.transform), (SPECTRUM.stroke_grid, SPECTRUM.stroke)):
        for edges, whole in ((grid.bands, transform.bands), (grid.frames, transform.frames)):
            widths = np.diff(edges)
            assert edges[0] == 0
            assert edges[-1] == whole
            assert widths[0] == 1
            assert (np.diff(widths) >= -1).all()  # rounding
    assert (SPECTRUM.bands, SPECTRUM.frames) == (BANDS, FRAMES) == (140, 64)
    assert SPECTRUM.transform.centres_hz[40] == pytest.approx(1723, abs=1)  # the comments say 1.7 kHz
    assert SPECTRUM.transform.frame_seconds == pytest.approx(0.0029, abs=1e-4)  # and 2.9 ms
    assert pytest.approx(0.022, abs=1e-3) == SHORT_LENGTH / 44_100  # and 22 ms


@pytest.mark.parametrize("hz", [200.0, 1000.0, 5000.0])
def test_a_sine_is_loudest_in_the_rows_of_its_own_height(hz):
    sine = np.sin(2 * np.pi * hz * np.arange(44_100) / 44_100).astype(np.float32)
    picture = SPECTRUM.forward(Clip(sine))
    whole = int(picture[:LONG_BANDS, 40].argmax())
    assert SPECTRUM.hz[whole] == pytest.approx(hz, rel=0.08)
    stroke = LONG_BANDS + int(picture[LONG_BANDS:, 40].argmax())
    assert abs(np.log2(max(SPECTRUM.hz[stroke], 350) / max(hz, 350))) < 0.6  # rows lie 690 Hz apart


def test_a_click_is_loudest_when_it_sounds():
    for late_s in (0.005, 0.012):
        samples = np.zeros(44_100, np.float32)
        samples[0], samples[round(late_s * 44_100)] = 0.05, 1
        picture, seconds = SPECTRUM.forward(Clip(samples)), SPECTRUM.seconds
        stroke = picture[LONG_BANDS:].mean(0).argmax()
        assert seconds[LONG_BANDS, stroke] == pytest.approx(late_s, abs=2e-4)
        whole = picture[:LONG_BANDS].mean(0).argmax()
        assert seconds[0, whole] == pytest.approx(late_s, abs=2e-3)


def test_the_stroke_comes_back_as_sharp_as_it_was_and_nothing_sounds_before_it():
    """By the power of eight noises: in one alone, chance may put the loudest sample of a hi-hat 2 ms later."""
    for voice in ("snare", "closed hi-hat", "clap"):
        log_magnitudes = SPECTRUM.forward(DRUMS[voice])
        samples = np.stack([SPECTRUM.waveform(log_magnitudes, seed) for seed in range(8)])
        assert not samples[:, :ONSET_SAMPLE].any()
        assert attack_s(np.sqrt(np.square(samples).mean(axis=0))) <= attack_s(placed(DRUMS[voice]))


@pytest.mark.parametrize("voice", VOICES, ids=lambda voice: voice.name)
def test_a_drum_comes_back_from_its_picture(voice):
    again = SPECTRUM.estimate(SPECTRUM.forward(DRUMS[voice]))
    x, y = aligned(DRUMS[voice], again)
    assert multi_resolution_db(x, y) < -2.5  # noise comes back as another noise


def test_log_spectra_come_back_within_some_decibels():
    distances = [
        log_spectral_distance_db(*aligned(clip, SPECTRUM.estimate(SPECTRUM.forward(clip)))) for clip in DRUMS.clips
    ]
    assert np.mean(distances) < 7


def test_level_rate_and_lead_in_change_nothing():
    snare = DRUMS["snare"]
    picture = SPECTRUM.forward(snare)
    late = Clip(np.concatenate([np.zeros(5000, np.float32), 0.1 * snare.samples]))
    apart = np.abs(SPECTRUM.forward(late) - picture)
    assert apart.mean() < 0.001
    assert apart.max() < 0.3  # in the lowest band, where the sound dies away


def test_the_onset_lies_after_two_milliseconds():
    assert ONSET_SAMPLE == 88
    samples = placed(Clip(np.pad(np.ones(1, np.float32), (777, 500))))
    assert len(samples) == LENGTH
    assert np.flatnonzero(samples).tolist() == [ONSET_SAMPLE]
    assert samples.max() == pytest.approx(PEAK)


def test_a_sound_that_lies_beside_zero_is_brought_back():
    shifted = Clip(DRUMS["kick"].samples * np.float32(0.3) + np.float32(0.2))
    assert abs(placed(shifted)[-100:]).max() < 0.01


@pytest.mark.parametrize("samples", [np.zeros(500, np.float32), np.full(500, 0.4, np.float32)], ids=["silence", "DC"])
def test_silence_has_no_picture(samples):
    with pytest.raises(TransformError, match="silence"):
        SPECTRUM.forward(Clip(samples))


def test_what_comes_back_is_silent_before_its_onset_and_ends_at_zero():
    noise = np.random.default_rng(0).standard_normal(LENGTH).astype(np.float32)
    noise[20_000:] = 0
    clip = ended(noise)
    assert clip.peak == pytest.approx(PEAK)
    assert not clip.samples[: ONSET_SAMPLE - 8].any()
    assert len(clip) < 20_400
    assert clip.samples[-1] == 0


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_what_is_no_sound_never_leaves(value):
    with pytest.raises(TransformError, match="no sound"):
        ended(np.full(LENGTH, value, np.float32))


def test_a_picture_has_its_shape_and_finite_numbers():
    with pytest.raises(TransformError, match="140 x 64"):
        SPECTRUM.estimate(np.zeros((3, 4), np.float32))
    with pytest.raises(TransformError, match="finite"):
        SPECTRUM.estimate(np.full((BANDS, FRAMES), np.inf, np.float32))


def test_a_picture_beyond_all_levels_still_is_a_clip():
    assert SPECTRUM.estimate(np.full((BANDS, FRAMES), 1000.0, np.float32)).peak == pytest.approx(PEAK)
    with pytest.raises(TransformError, match="no sound"):
        SPECTRUM.estimate(np.full((BANDS, FRAMES), np.log(FLOOR) - 1, np.float32))


@pytest.mark.parametrize("voice", ["kick", "closed hi-hat", "cymbal"])
def test_frames_that_are_left_out_are_silent(voice, monkeypatch):
    picture = SPECTRUM.forward(DRUMS[voice])
    some = SPECTRUM.waveform(picture)
    monkeypatch.setattr(log_spectrogram, "LEAST_LOG", np.float32(-np.inf))
    np.testing.assert_allclose(some, SPECTRUM.waveform(picture), atol=1e-5)


def test_a_low_tone_needs_no_higher_bands(monkeypatch):
    picture = SPECTRUM.forward(DRUMS["kick"])
    some = SPECTRUM.waveform(picture)
    monkeypatch.setattr(log_spectrogram, "FEW_BANDS", 0.0)
    whole = SPECTRUM.waveform(picture)
    assert not np.array_equal(some, whole)
    assert np.linalg.norm(some - whole) < 0.002 * np.linalg.norm(whole)


def hiss(seconds: float, seed: int = 5) -> Clip:
    """A burst of noise that dies away."""
    samples = np.random.default_rng(seed).standard_normal(44_100) * np.exp(-np.arange(44_100) / 44_100 / seconds)
    return Clip((0.2 * samples).astype(np.float32))


def test_noise_comes_back_as_noise_at_its_level():
    picture = SPECTRUM.forward(hiss(0.15))
    x, y = aligned(hiss(0.15), SPECTRUM.estimate(picture))
    # What metal has and this hiss has not, the grain, adds 0.34 dB; without it, 0.11 +- 0.07 are left over six hisses.
    assert scatter_db(y) - scatter_db(x) == pytest.approx(0.45, abs=0.2)
    assert band_level_error_db(x, y) < 3.2  # two draws of it are 2.6 dB apart
    loud = picture[:LONG_BANDS] > picture.max() - 4
    assert abs((SPECTRUM.forward(Clip(y)) - picture)[:LONG_BANDS][loud].mean()) < 0.12  # 1 dB


def test_the_same_seed_is_the_same_sound_and_another_seed_another_noise():
    picture = SPECTRUM.forward(hiss(0.1))
    once, again, other = (SPECTRUM.estimate(picture, seed).samples for seed in (0, 0, 1))
    np.testing.assert_array_equal(once, again)
    late = slice(2000, 8000)
    assert abs(np.corrcoef(once[late], other[late])[0, 1]) < 0.1


def test_a_tone_comes_back_without_noise():
    times = np.arange(30_000) / 44_100
    for hz in (60.0, 900.0):
        tone = Clip((np.sin(2 * np.pi * hz * times) * np.exp(-times / 0.1)).astype(np.float32))
        assert multi_resolution_db(*aligned(tone, SPECTRUM.estimate(SPECTRUM.forward(tone)))) < -12


def test_peaks_are_limited_softly_and_the_rest_is_left():
    ramp = np.linspace(-1.8, 1.8, 1001).astype(np.float32)
    lower = limited(ramp)
    assert np.abs(lower).max() == pytest.approx(PEAK, rel=1e-5)
    assert (np.diff(lower) > 0).all()
    quiet = np.abs(ramp) < KNEE * PEAK
    np.testing.assert_array_equal(lower[quiet], ramp[quiet])
    np.testing.assert_array_equal(limited(ramp / 2), ramp / 2)
    assert np.abs(limited(100 * ramp)).max() == pytest.approx(180 / MOST_LIMITED, rel=1e-4)


def test_noise_ends_where_the_picture_does():
    picture = SPECTRUM.forward(hiss(0.02))
    picture += np.float32(0.3) * np.random.default_rng(2).standard_normal(picture.shape).astype(np.float32)
    assert len(SPECTRUM.estimate(picture)) < 15_000  # at -80 dB; errors around the floor are no sound
