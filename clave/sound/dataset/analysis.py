"""One sound of a data set: its log spectrogram and those of its variants, its descriptors, and a sketch to find copies.

Every file is analysed by itself, here or in other processes.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from clave.audio import descriptors
from clave.audio.log_spectrogram import Spectrogram, placed
from clave.errors import AudioFileError, TransformError, printable
from clave.files import audio_file
from clave.music.clip import Clip
from clave.music.shapes import Float32
from clave.sound import voice_classifier
from clave.sound.dataset.listing import Listed

SHORTEST_SECONDS = 0.005  # what is shorter is a click of a broken file, no drum
CLIPPED_SAMPLES = 8  # in a row at the very peak
SKETCH_SIZE = 32  # numbers by which a copy is recognised, whatever its format and level
MOST_SEMITONES = 2.0  # a variant of a sound is played faster or slower by up to so much


class AnalysedSound(NamedTuple):
    """What is kept of one sound and its variants."""

    log_spectrogram: Float32[np.ndarray, "variant band frame"]
    gain: float
    descriptors: tuple[float, ...]  # Descriptors.scaled
    sketch: Float32[np.ndarray, " number"]
    remarks: tuple[str, ...]
    hash: str = ""  # of the file
    guess: voice_classifier.Guess | None = None  # where nothing else states its voice


def analyse_file(root: Path, each: Listed, variants: int, spectrogram: Spectrogram) -> AnalysedSound | str:
    """A pure function of the file: this is what executors map. A string is the reason for refusing it."""
    path = each.path or root / each.name
    try:
        clip, remarks = audio_file.read_and_remark(path)
        sound = analyse_one_shot(clip, variants, spectrogram)
        guess = None if each.voice else voice_classifier.guess([clip])[0]
        if guess is not None and not guess.sure:
            return unsure(str(guess))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return sound._replace(remarks=(*remarks, *sound.remarks), hash=digest, guess=guess)
    except OSError as error:  # gone since it was read
        return f"cannot be opened ({error.strerror})"
    except (AudioFileError, TransformError) as error:
        return str(error).removeprefix(printable(f"{path}: "))


def unsure(guess: str) -> str:
    """Why a sound is refused that nothing names and whose voice is not surely heard."""
    return f"nothing names its voice, and it sounds like {guess}: too unsure"


def analyse_one_shot(clip: Clip, variants: int, spectrogram: Spectrogram) -> AnalysedSound:
    """`analyse` for what may be no drum: AudioFileError for a click, TransformError for silence."""
    if clip.seconds < SHORTEST_SECONDS:
        raise AudioFileError(
            f"{1000 * clip.seconds:.2f} ms long: no drum is shorter than {1000 * SHORTEST_SECONDS:g} ms"
        )
    return analyse(clip, variants, spectrogram)


def analyse(clip: Clip, variants: int, spectrogram: Spectrogram) -> AnalysedSound:
    """A sound and so many variants of it, played faster or slower; the same samples have the same variants."""
    samples = placed(clip)
    digest = hashlib.sha256(np.rint(samples * 32767).astype(np.int16).tobytes()).hexdigest()
    rng = np.random.default_rng(int(digest[:8], 16))
    log_spectrograms = [spectrogram.forward(clip)]
    for semitones in rng.uniform(-MOST_SEMITONES, MOST_SEMITONES, variants):
        rate = round(clip.sample_rate * 2 ** (semitones / 12))
        log_spectrograms.append(spectrogram.forward(Clip(clip.samples, rate)))
    remarks = []
    if clip.seconds > audio_file.ONE_SHOT_SECONDS:
        remarks.append(f"longer than {audio_file.ONE_SHOT_SECONDS:g} s: its end is faded")
    if _is_clipped(clip):
        remarks.append("clipped: its peaks are cut off")
    return AnalysedSound(
        np.stack(log_spectrograms), clip.peak, descriptors.describe(clip).scaled, _sketch(samples), tuple(remarks)
    )


def _sketch(samples: Float32[np.ndarray, " sample"]) -> Float32[np.ndarray, " number"]:
    """A sound as a few numbers, close to those of another only if the samples are: projections on random directions.

    Johnson and Lindenstrauss (1984). Each number has a standard deviation of 1 over all sounds.
    """
    heard = samples[: np.flatnonzero(samples)[-1] + 1]
    return (_random_directions(len(samples))[:, : len(heard)] @ heard / np.linalg.norm(heard)).astype(np.float32)


@cache
def _random_directions(length: int) -> Float32[np.ndarray, "number sample"]:
    return np.random.default_rng(0).choice(np.array([-1, 1], np.float32), (SKETCH_SIZE, length))


def _is_clipped(clip: Clip) -> bool:
    at_peak = np.abs(clip.samples) >= 0.9999 * clip.peak
    run = np.lib.stride_tricks.sliding_window_view(at_peak, min(CLIPPED_SAMPLES, len(clip)))
    return bool(run.all(axis=1).any())
