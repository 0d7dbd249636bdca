import numpy as np
import pytest

from clave import factory
from clave.audio.paper_log_spectrogram import END_SECONDS, LOUDEST, PAPER_FLOOR, PaperSpectrogram
from clave.errors import TransformError
from clave.files.audio_file import resampled
from clave.music.clip import Clip
from clave.sound.comparison import aligned, multi_resolution_db

SPECTRUM = PaperSpectrogram()
DRUMS = factory.kit("analogue")


def test_a_picture_has_the_size_of_the_paper_s():
    assert (SPECTRUM.bands, SPECTRUM.frames) == (410, 157)
    picture = SPECTRUM.forward(DRUMS["kick"])
    assert picture.shape == (410, 157)
    assert picture.min() >= np.log(PAPER_FLOOR) - 1e-5


@pytest.mark.parametrize("hz", [60.0, 1000.0, 10_000.0])
def test_a_sine_is_loudest_in_its_own_band_and_as_loud_as_the_comments_say(hz):
    sine = np.sin(2 * np.pi * hz * np.arange(44_100) / 44_100).astype(np.float32)
    picture = SPECTRUM.forward(Clip(sine))
    band = int(picture[:, 80].argmax())
    assert SPECTRUM.transform.centres_hz[band] == pytest.approx(hz, rel=0.02)
    if hz == 1000:
        loudest = np.exp(picture.max()) / 0.9
        assert 2 * loudest == pytest.approx(LOUDEST, rel=0.15)
        assert 20 * np.log10(loudest / PAPER_FLOOR) == pytest.approx(90, abs=2)


def test_the_picture_s_magnitudes_are_the_transform_s():
    rng = np.random.default_rng(0)
    noise = np.exp(-np.arange(11_025) / 900) * rng.standard_normal(11_025)
    clip = resampled(Clip(noise.astype(np.float32), 22_050))  # nothing above 11 kHz
    magnitude = np.exp(SPECTRUM.forward(clip)) - PAPER_FLOOR
    lead_in = np.zeros(44, np.float32)  # 2 ms
    first = int(np.argmax(np.abs(clip.samples) > 0.01 * clip.peak))
    heard = np.concatenate([lead_in, resampled(Clip(clip.samples[first:]), 22_050).samples])[:11_025]
    expected = np.abs(SPECTRUM.transform.forward(heard * np.float32(0.9 / clip.peak)))
    apart = np.linalg.norm(magnitude - expected[:, :]) / np.linalg.norm(expected)
    assert apart < 0.05  # an onset falls between samples


@pytest.mark.parametrize("voice", ["kick", "snare", "tom"])
def test_a_drum_comes_back_from_its_picture(voice):
    again = SPECTRUM.estimate(SPECTRUM.forward(DRUMS[voice]))
    assert again.peak == pytest.approx(0.9)
    assert again.seconds <= 0.5
    assert multi_resolution_db(*aligned(DRUMS[voice], again)) < -3


def test_a_sound_that_goes_on_fades_at_half_a_second():
    sine = np.sin(2 * np.pi * 8000 * np.arange(66_150) / 44_100).astype(np.float32)
    magnitude = np.exp(SPECTRUM.forward(Clip(sine))) - PAPER_FLOOR
    band = int(magnitude[:, 80].argmax())
    assert END_SECONDS == 0.02
    assert magnitude[band, 156] < 0.3 * magnitude[band, 80]


def test_what_is_no_picture_of_a_sound_is_refused():
    with pytest.raises(TransformError, match="silence"):
        SPECTRUM.forward(Clip(np.zeros(100, np.float32)))
    with pytest.raises(TransformError, match="410 x 157"):
        SPECTRUM.estimate(np.zeros((410, 100), np.float32))
    with pytest.raises(TransformError, match="finite"):
        SPECTRUM.estimate(np.full((410, 157), np.nan, np.float32))
    with pytest.raises(TransformError, match="no sound"):
        SPECTRUM.estimate(np.full((410, 157), np.log(PAPER_FLOOR) - 1, np.float32))


def test_no_picture_is_too_loud_for_a_sound():
    again = SPECTRUM.estimate(np.full((410, 157), 1e4, np.float32))
    assert again.peak == pytest.approx(0.9)
