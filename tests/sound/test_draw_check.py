"""Which draws are refused, on drums of the synthesizer, whose voices are known."""

from dataclasses import replace

import numpy as np
import pytest

from clave import factory, sounds
from clave.audio.cell_loudness import CellLoudness
from clave.audio.descriptors import NAMES, describe
from clave.audio.log_spectrogram import DrumSpectrogram, placed
from clave.audio.loudness import loudest
from clave.latent.code import Code
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.sound import draw_check, voice_classifier
from clave.sound.corpus_map import SoundMap
from clave.sound.draw_check import ATTEMPTS, DrawCheck, accepted, longest_decays
from clave.sound.log_spectrogram_voice import LogSpectrogramVoice, shares

SPECTROGRAM = DrumSpectrogram()
DECAY = NAMES.index("decay")


@pytest.fixture(scope="module")
def clips():
    return [sounds.made_clip(voice, number, 5) for number in range(4) for voice in VOICES]


@pytest.fixture(scope="module")
def log_spectrograms(clips):
    return np.stack([SPECTROGRAM.forward(clip) for clip in clips])


def test_shares_are_the_parts_of_a_cell_that_lie_in_others():
    np.testing.assert_allclose(shares(np.array([0.0, 1, 3]), np.array([0, 0.5, 2, 4])), [[0.5, 0.5, 0], [0, 0.5, 0.5]])
    np.testing.assert_array_equal(shares(np.array([5.0, 6]), np.array([0.0, 1])), [[0]])


def test_the_voice_of_a_log_spectrogram_is_nearly_that_of_its_sound(clips, log_spectrograms):
    voices = LogSpectrogramVoice(SPECTROGRAM)
    before = np.stack([voice_classifier.log_spectrogram(clip) for clip in clips])
    inputs = voices.inputs(log_spectrograms)
    assert np.abs(inputs - before).mean() < 0.1  # of a range of 2
    assert inputs.max() == pytest.approx(1)
    found, expected = voices.probabilities(log_spectrograms), voice_classifier.probabilities(before)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    assert (found.argmax(axis=1) == expected.argmax(axis=1)).mean() > 0.85
    assert voices.probabilities(log_spectrograms[:0]).shape == (0, len(VOICES))


def test_a_drum_is_accepted_as_its_own_voice_and_refused_as_another():
    check = DrawCheck(SPECTROGRAM, {})
    kit = factory.kit("analogue")
    heard = np.stack([SPECTROGRAM.forward(kit[name]) for name in ("snare", "clap")])
    assert check.faults(heard, VOICES[1])[0] == 0 < check.faults(heard, VOICES[1])[1]
    assert check.faults(heard, VOICES[6])[1] == 0 < check.faults(heard, VOICES[6])[0]
    odds = check.log_odds(heard, VOICES[1])
    np.testing.assert_allclose(check.faults(heard, VOICES[1]), np.maximum(0, np.log(draw_check.MIN_ODDS) - odds))


def test_what_is_far_louder_than_its_voice_is_refused(clips, log_spectrograms):
    """Noise that fills 0.4 s, at the peak that a snare has."""
    loudness = CellLoudness(SPECTROGRAM)
    real = [loudest(placed(clip), 44_100, 0.4) for clip in clips]
    assert np.abs(loudness.loudest(log_spectrograms, 0.4) - real).mean() < 2.5
    assert loudness.loudest(log_spectrograms[:0], 0.4).shape == (0,)
    hiss = np.random.default_rng(0).uniform(-1, 1, 40_000).astype(np.float32)
    washed = SPECTROGRAM.forward(Clip(hiss))[None]
    check = DrawCheck(SPECTROGRAM, {})
    louder = check.loudness.loudest(washed, 0.4)[0] - draw_check.USUAL_LUFS[1] - draw_check.MOST_LOUDER_LU
    assert louder > 3
    by_voice = np.maximum(0, np.log(draw_check.MIN_ODDS) - check.log_odds(washed, VOICES[1]))
    assert (check.faults(washed, VOICES[1]) - by_voice)[0] == pytest.approx(louder / draw_check.LU_PER_FAULT)


def test_what_rings_longer_than_its_voice_is_refused_by_how_much_longer(log_spectrograms):
    check = DrawCheck(SPECTROGRAM, {0: -2.0})
    kick = log_spectrograms[:1]
    decay = check.descriptors(kick)[0, DECAY]
    plain = DrawCheck(SPECTROGRAM, {}).faults(kick, VOICES[0])  # of voice and loudness
    assert check.faults(kick, VOICES[0])[0] - plain[0] == pytest.approx(max(0, decay + 2))
    assert DrawCheck(SPECTROGRAM, {0: decay - 0.5}).faults(kick, VOICES[0])[0] - plain[0] == pytest.approx(0.5)
    described = check.descriptors(kick)
    both = check.quick_faults(kick, VOICES[0]) + check.decay_faults(described, VOICES[0])
    np.testing.assert_array_equal(both, check.faults(kick, VOICES[0]))


def test_descriptors_are_those_that_are_heard(clips, log_spectrograms):
    found = DrawCheck(SPECTROGRAM, {}).descriptors(log_spectrograms)
    heard = np.array([describe(clip).scaled for clip in clips])
    assert np.median(np.abs(found - heard)[:, DECAY]) < 0.1


def test_the_longest_decay_is_a_quantile_and_unknown_without_descriptors():
    """Of different sounds: one that a hundred kits share is no more of the voice's range than another."""
    descriptors = np.zeros((201, len(NAMES)), np.float32)
    descriptors[:, DECAY] = [*range(101), *[100] * 100]
    sounds = SoundMap(np.zeros((201, 2), np.float32), [""] * 201, descriptors)
    bare, none = replace(sounds, descriptors=None), SoundMap(sounds.map[:0], [], descriptors[:0])
    assert longest_decays({0: sounds, 1: bare, 2: none}) == {0: 100 * draw_check.LONGEST_SHARE}


def draws(values):
    """A draw whose details are these numbers, one after another, and the counts that it was asked for."""
    left, counts = iter(values), list[int]()

    def draw(count):
        counts.append(count)
        detail = np.array([[next(left)] for _ in range(count)], np.float32).reshape(-1, 1)
        return Code(np.repeat(detail, 2, axis=1), detail)

    return draw, counts


def test_only_what_is_refused_is_drawn_again_and_the_least_fault_stays():
    def faults(code):
        return np.maximum(0, code.detail[:, 0].astype(np.float64))

    draw, counts = draws([0, 5, 9, -1, 7, 3, 2, 1, *[4] * ATTEMPTS])
    code = accepted(draw, faults, 3)
    assert counts == [3, 2, *[1] * (ATTEMPTS - 2)]
    np.testing.assert_array_equal(code.detail[:, 0], [0, -1, 1])
    np.testing.assert_array_equal(code.map[:, 1], [0, -1, 1])

    draw, counts = draws([5, 4, *range(6, 6 + ATTEMPTS)])
    assert accepted(draw, faults, 1).detail[0, 0] == 4
    assert counts == [1] * ATTEMPTS
    draw, counts = draws([])
    assert len(accepted(draw, faults, 0)) == 0
