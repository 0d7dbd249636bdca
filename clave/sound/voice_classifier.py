"""The voice of a sound, by a small classifier network: for files whose names state no voice.

    clip -> log spectrogram of 48 bands x 32 frames -> network -> probability of each voice

`guess` gives the most probable voice and its probability; a guess is sure if that reaches the threshold in the model's
folder, which is chosen so that 85 of 100 sure guesses are right for sources that were not trained on
(docs/voice-classifier.md has the measurements).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from clave.audio.stft import STFT, Hann
from clave.files.audio_file import ONE_SHOT_SECONDS, RISE_SAMPLES, one_shot, resampled
from clave.latent.onnx_runner import run, session
from clave.latent.space_folder import SpaceFormat, open_space
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES, Voice
from clave.music.shapes import Float, Float32, Float64, Int64

SHIPPED_VOICES = Path(__file__).parents[1] / "weights" / "voices"
BANDS, LINEAR_BANDS = 48, 16  # the lowest are those of the STFT, 43 Hz apart; above 0.7 kHz they widen by ratio
FRAME_WIDTHS = (1,) * 16 + (3,) * 8  # of 5.8 ms: fine right after the onset
LAST_FRAMES = 8  # share the rest of the time evenly
FRAMES = len(FRAME_WIDTHS) + LAST_FRAMES
RANGE_DB = 70.0  # below the loudest cell; quieter ones count as silent
BATCH = 256  # sounds at a time, so that a large folder needs little memory


@dataclass(frozen=True)
class Guess:
    """The most probable voice of a sound."""

    voice: Voice
    confidence: float  # in [0, 1]: its probability, calibrated: how often such guesses are right
    sure: bool  # the confidence reaches the model's threshold

    def __str__(self) -> str:
        return f"{self.voice.name} at {self.confidence:.0%}"


def guess(clips: Sequence[Clip], folder: str | Path = SHIPPED_VOICES) -> list[Guess]:
    """The voice of each sound, by the network in this folder; a guess for silence is never sure.

    Raises SpaceError for a folder that holds no such network.

    >>> from clave import factory
    >>> guess([factory.kit()["snare"]])[0].voice.name
    'snare'
    """
    threshold = _loaded(Path(folder))[1]
    guesses = list[Guess]()
    for at in range(0, len(clips), BATCH):
        some = clips[at : at + BATCH]
        probability = probabilities(np.stack([log_spectrogram(clip) for clip in some]), folder)
        for clip, row in zip(some, probability, strict=True):
            best = int(row.argmax())
            sound = clip.peak > 0
            confidence = float(row[best]) if sound else 1 / len(VOICES)
            guesses.append(Guess(VOICES[best], confidence, sound and confidence >= threshold))
    return guesses


def probabilities(
    log_spectrograms: Float32[np.ndarray, "clip band frame"], folder: str | Path = SHIPPED_VOICES
) -> Float32[np.ndarray, "clip voice"]:
    """The probability of each voice for inputs of the network: what `guess` chooses from."""
    return run(_loaded(Path(folder))[0], picture=log_spectrograms)[0]


def sure(clip: Clip) -> Voice | None:
    """The voice of a sound, or None where the guess is not sure: for audio_file.read_kit."""
    best = guess([clip])[0]
    return best.voice if best.sure else None


def log_spectrogram(clip: Clip) -> Float32[np.ndarray, "band frame"]:
    """The input of the network: power in cells of band and time, in dB below the loudest, scaled to [-1, 1].

    Level, rate and lead-in do not matter; silence is -1 everywhere.
    """
    transform, band_edges, frame_edges = _grid()
    sound = one_shot(resampled(clip))
    samples = np.zeros(transform.length, np.float32)
    kept = sound.samples[: transform.length]
    samples[: len(kept)] = kept / max(float(np.abs(kept).max()), 1e-30)
    power = np.abs(transform.forward(samples)) ** 2
    bands = np.add.reduceat(power, band_edges[:-1], axis=0) / np.diff(band_edges)[:, None]
    cells = np.add.reduceat(bands, frame_edges[:-1], axis=1) / np.diff(frame_edges)
    return scaled_decibels(cells) if sound.peak > 0 else np.full(cells.shape, -1, np.float32)


def scaled_decibels(power: Float[np.ndarray, "*clip band frame"]) -> Float32[np.ndarray, "*clip band frame"]:
    """Decibels below the loudest cell of each sound, from -RANGE_DB to 0, scaled to [-1, 1]."""
    decibels = 10 * np.log10(power + 1e-20)
    below = np.maximum(decibels - decibels.max(axis=(-2, -1), keepdims=True), -RANGE_DB)
    return (1 + 2 * below / RANGE_DB).astype(np.float32)


def band_edges_hz() -> Float64[np.ndarray, " edge"]:
    """Where the bands of the input meet."""
    transform, band_edges, _ = _grid()
    return (band_edges - 0.5) * (SAMPLE_RATE / transform.window)


def edge_seconds() -> Float64[np.ndarray, " edge"]:
    """Where the frames of the input meet, from the onset of a sound on."""
    transform, _, frame_edges = _grid()
    return transform.first_frame_s + (frame_edges - 0.5) * transform.frame_seconds - RISE_SAMPLES / SAMPLE_RATE


@cache
def _grid() -> tuple[STFT, Int64[np.ndarray, " band"], Int64[np.ndarray, " frame"]]:
    """The transform, and where the cells begin and end in its bands and frames."""
    transform = STFT(length=round(ONE_SHOT_SECONDS * SAMPLE_RATE), window=1024, hop=256, shape=Hann())
    high = np.rint(np.geomspace(LINEAR_BANDS, transform.bands, BANDS - LINEAR_BANDS + 1))
    early = np.concatenate([[0], np.cumsum(FRAME_WIDTHS)])
    late = np.rint(np.linspace(early[-1], transform.frames, LAST_FRAMES + 1))
    edges = np.concatenate([np.arange(LINEAR_BANDS), high]), np.concatenate([early, late[1:]])
    return transform, edges[0].astype(np.int64), edges[1].astype(np.int64)


@cache
def _loaded(folder: Path) -> tuple[Any, float]:
    settings = open_space(folder, VOICE_FORMAT).settings
    return session(folder / "voices.onnx", [(len(VOICES),)], picture=(BANDS, FRAMES)), float(settings["threshold"])


VOICE_FORMAT = SpaceFormat(
    "voice",
    {
        "threshold": ("a number in [0, 1]", lambda value: isinstance(value, float) and 0 <= value <= 1),
        "voices": ("the eight voices in order", lambda value: value == [voice.name for voice in VOICES]),
    },
)
