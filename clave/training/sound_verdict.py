"""Measures a sound space beside another, for the verdict that ends each run."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from clave.audio.log_spectrogram import DrumSpectrogram
from clave.latent.verdict import Verdict
from clave.music.kit import VOICES
from clave.music.kit import voice as voice_of
from clave.music.shapes import Float32
from clave.sound import comparison, map_coverage, voice_classifier
from clave.sound.comparison import DB_PER_NEPER
from clave.sound.dataset import SoundCorpus
from clave.sound.log_spectrogram_voice import LogSpectrogramVoice
from clave.sound.space import SoundSpace, load_sound
from clave.training import verdict

DRAWS = 40  # of each voice
HEARD_DRAWS = 10  # of each voice, where each has to become sound before it can be recognised
MAP_LIMIT = 2.85  # map units: a sound that lies farther out has its place here, where the page shows it
MOST_PLACES = 200  # of each map, where it is compared with what it was


def sound_verdict(
    space: SoundSpace,
    own: SoundCorpus,
    *,
    beside: SoundSpace | None = None,
    fine_tuned: bool = False,
    learned: int | None = None,
) -> tuple[Verdict, dict[str, float]]:
    """The verdict on a space, beside another, else the shipped one; and what was measured for it.

    `own` are the sounds that a space was fine-tuned with, and held-out ones of one that has `learned` so many others.
    """
    other = load_sound() if beside is None else beside
    theirs = _recognised_of_shipped() if beside is None else recognised(other)
    measured = {"recognised": recognised(space), verdict.SHIPPED + "recognised": theirs}
    measured |= _errors(space, own, "")
    if other.spectrogram.name == space.spectrogram.name:
        known = np.isin(own.voice, [voice_of(name).index for name in other.voices])
        measured |= _errors(other, own.subset(known), verdict.SHIPPED) if known.any() else {}
    if fine_tuned:
        measured["changed_db"] = changed_db(space, other)
    measured["holes"] = max(map_coverage.hole_share(space.corpus(name).map) for name in space.voices)
    return verdict.of_sound(measured, sounds=learned or len(own), fine_tuned=fine_tuned), measured


def places(space: SoundSpace, own: SoundCorpus) -> Float32[np.ndarray, "sound map"]:
    """Where these sounds lie, each on the map of its voice; those far out are drawn in towards its centre."""
    points = np.zeros((len(own), 2), np.float32)
    for index in np.unique(own.voice):
        rows = own.voice == index
        points[rows] = space.encode_log_spectrograms(own.log_spectrogram[rows], VOICES[index]).map
    farthest = np.abs(points).max(axis=1, keepdims=True)
    return points * np.minimum(1, MAP_LIMIT / np.maximum(farthest, MAP_LIMIT)).astype(np.float32)


def recognised(space: SoundSpace) -> float:
    """The share of draws that the voice classifier takes for their voice; voices count alike.

    They are draws of the prior as it is: `sample` would refuse those that sound like another voice.
    """
    shares = list[float]()
    for name in space.voices:
        index = voice_of(name).index
        if isinstance(space.spectrogram, DrumSpectrogram):
            drawn = space.log_spectrograms(space.sample_codes(DRAWS, name), name)
            heard = LogSpectrogramVoice(space.spectrogram).probabilities(drawn).argmax(axis=1)
        else:
            clips = space.decode(space.sample_codes(HEARD_DRAWS, name), name)
            heard = np.array([guess.voice.index for guess in voice_classifier.guess(clips)])
        shares.append(float((heard == index).mean()))
    return float(np.mean(shares))


@cache
def _recognised_of_shipped() -> float:
    return recognised(load_sound())


def changed_db(space: SoundSpace, before: SoundSpace) -> float:
    """How far what is expected at the sounds of the space before is from what was expected: RMS over cells, in dB.

    A mean over places and maps.
    """
    changes = list[float]()
    for name in before.voices:
        there = before.corpus(name).map
        points = there[:: max(1, len(there) // MOST_PLACES)]
        if len(points):
            change = _expected(space, points, name) - _expected(before, points, name)
            changes.append(_rms_db(change))
    return float(np.mean(changes))


def _expected(
    space: SoundSpace, points: Float32[np.ndarray, "sound map"], name: str
) -> Float32[np.ndarray, "sound band frame"]:
    return space.log_spectrograms(space.expected(points, name), name)


def _errors(space: SoundSpace, own: SoundCorpus, prefix: str) -> Mapping[str, float]:
    """How close these sounds come back, all their numbers kept, and from their places on the maps alone."""
    points, of_map = places(space, own), list[float]()
    for index in np.unique(own.voice):
        rows = own.voice == index
        error = _expected(space, points[rows], VOICES[index].name) - own.log_spectrogram[rows]
        of_map.append(_rms_db(error))
    return {
        f"{prefix}error_db": comparison.measure_log_spectrograms(space, own)["error_db_detail"],
        f"{prefix}map_error_db": float(np.mean(of_map)),
    }


def _rms_db(difference: Float32[np.ndarray, "sound band frame"]) -> float:
    """The mean over sounds of the root mean square over cells."""
    return float(DB_PER_NEPER * np.sqrt(np.square(difference).mean(axis=(1, 2))).mean())
