from dataclasses import replace

import numpy as np
import pytest

from clave import factory, load_sound
from clave.audio.phase import GriffinLim, ImpulsePhase
from clave.errors import SpaceError
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.sound.explanation import as_bytes, difference_db, explain, nsgt, nsgt_levels, phase_in_words
from clave.sound.space import SoundSpace

SNARE = VOICES[1]


@pytest.fixture(scope="module")
def space() -> SoundSpace:
    return load_sound()


@pytest.fixture(scope="module")
def clip() -> Clip:
    return factory.kit("analogue")["snare"]


def test_a_sound_goes_its_way_as_the_space_has_it(space: SoundSpace, clip: Clip) -> None:
    found, code = explain(space, clip, SNARE), space.encode([clip], SNARE)
    np.testing.assert_array_equal(found.code.map, code.map)
    np.testing.assert_array_equal(found.sound.samples, space.decode(code, SNARE)[0].samples)
    assert found.nsgt.shape == found.nsgt_of_sound.shape == (len(nsgt().centres_hz), 130)
    assert found.log_spectrogram.shape == found.decoded.shape == found.heard.shape == (140, 64)
    assert difference_db(found.decoded, found.heard) < 6  # a phase was found that nearly has these magnitudes
    scrambled = space.spectrogram.forward(found.random_phase)
    assert difference_db(found.decoded, scrambled) > difference_db(found.decoded, found.heard)


def test_without_its_detail_less_of_it_comes_back(space: SoundSpace, clip: Clip) -> None:
    whole, point = (explain(space, clip, SNARE, with_detail=each) for each in (True, False))
    assert difference_db(whole.log_spectrogram, whole.decoded) < difference_db(point.log_spectrogram, point.decoded) / 2


def test_silence_is_refused(space: SoundSpace) -> None:
    with pytest.raises(SpaceError, match="silence"):
        explain(space, Clip(np.zeros(1000, np.float32)), SNARE)


def test_how_the_phase_is_found_is_said_of_the_space_s_own_estimator(space: SoundSpace) -> None:
    spectrogram = space.spectrogram
    assert phase_in_words(spectrogram).endswith(f"{spectrogram.phase.iterations} rounds of fast Griffin-Lim")
    other = replace(spectrogram, phase=GriffinLim(3, 0, ImpulsePhase()))
    assert phase_in_words(other) == "by taking that of an impulse at the onset, then by 3 rounds of Griffin-Lim"


def test_a_tone_lies_in_its_band_and_its_moment() -> None:
    seconds = np.arange(8820) / 44_100
    levels = nsgt_levels(Clip(np.sin(2 * np.pi * 880 * seconds).astype(np.float32)))
    band, column = np.unravel_index(levels.argmax(), levels.shape)
    assert nsgt().centres_hz[band] == pytest.approx(880, rel=0.03)
    assert 10 < column < 50  # 0.05 s of lead-in, then 0.2 s of tone: of 130 columns in 0.65 s
    assert levels[band, 75:].max() < levels[band, column] - 3


def test_a_long_sound_fades_where_the_picture_ends() -> None:
    levels = nsgt_levels(Clip(np.sin(2 * np.pi * 200 * np.arange(44_100) / 44_100).astype(np.float32)))
    high = levels[nsgt().centres_hz > 5000]
    assert high[:, 100:].max() < high[:, :20].max() - 3  # it begins with a click, and ends without


def test_levels_are_bytes_over_80_db() -> None:
    of = np.log(np.array([[1.0, 0.01], [1e-4, 1e-5]], np.float32))
    assert list(as_bytes(of, 0.0)) == [255, 128, 0, 0]
    assert list(as_bytes(of, float(np.log(10)))) == [191, 64, 0, 0]


def test_the_difference_is_in_decibels_and_ignores_what_is_silent() -> None:
    levels = np.zeros((2, 2), np.float32)
    assert difference_db(levels, levels - np.float32(np.log(2))) == pytest.approx(6.02, abs=0.01)
    quiet = np.array([[0, -20], [0, -30]], np.float32)
    assert difference_db(quiet, np.array([[0, -15], [0, -12]], np.float32)) == pytest.approx(0)
