"""How the sound space works, stage by stage: a sound goes into the encoder, and a sound comes out of the decoder.

Nothing is played from here. The page shows it in "How it works"; docs/teaching.md has a lesson about it.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from clave.audio.log_spectrogram import DrumSpectrogram, Spectrogram
from clave.audio.nsgt import NSGT, Octave
from clave.audio.paper_log_spectrogram import PaperSpectrogram
from clave.audio.phase import GradientIntegration, GriffinLim, ImpulsePhase, PhaseEstimator, RandomPhase
from clave.errors import SpaceError
from clave.files.audio_file import one_shot, resampled
from clave.latent.code import Code
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import Voice
from clave.music.shapes import Float32
from clave.sound.space import SoundSpace

DECIBELS = float(20 / np.log(10))  # of a natural logarithm of magnitudes
RANGE_DB = 80.0  # below the loudest cell: quieter ones count as silent
LEAD_SECONDS, SHOWN_SECONDS = 0.05, 0.6  # of what the NSGT shows, before the onset and from it on
PAD_SECONDS = 0.35  # of silence after that: the transform is circular
FADE_SAMPLES = 900  # at the end of what is shown
COLUMNS = 130  # of the NSGT's frames together
FLOOR = np.float32(1e-4)  # keeps silence finite
STARTS: dict[type[PhaseEstimator], str] = {
    RandomPhase: "by drawing it at random",
    ImpulsePhase: "by taking that of an impulse at the onset",
    GradientIntegration: "by integrating its slopes, which follow from the magnitudes",
}

Levels = Float32[np.ndarray, "band frame"]
"""A log spectrogram, natural logarithms of magnitudes."""
NsgtLevels = Float32[np.ndarray, "pitch column"]
"""The same of an NSGT, beside another."""


@dataclass(frozen=True, eq=False)
class ExplainedSound:
    """A sound on its way through a sound space."""

    nsgt: NsgtLevels  # by a non-stationary Gabor transform, which the 2019 paper began with
    log_spectrogram: Levels  # as the space does
    code: Code  # one row: point on the voice's map, and detail
    decoded: Levels  # what the space decodes, before any phase
    sound: Clip  # this, with its phase estimated
    heard: Levels  # the log spectrogram of that sound
    nsgt_of_sound: NsgtLevels
    random_phase: Clip  # the same decoded levels with random phase in all that is no noise


def explain(space: SoundSpace, clip: Clip, voice: Voice, *, with_detail: bool = True) -> ExplainedSound:
    """The sound on its way; without its detail, as the detail that is expected at its point has it.

    Raises SpaceError for silence, and for a voice that the space has not learned.
    """
    code = space.encode([clip], voice)
    taken = code if with_detail else space.expected(code.map, voice)
    decoded = space.log_spectrograms(taken, voice)[0]
    spectrogram = space.spectrogram
    sound = spectrogram.estimate(decoded, voice.index)
    return ExplainedSound(
        nsgt_levels(clip), spectrogram.forward(clip), code, decoded, sound, spectrogram.forward(sound),
        nsgt_levels(sound), with_random_phase(spectrogram).estimate(decoded, voice.index),
    )  # fmt: skip


@cache
def nsgt() -> NSGT:
    """Twelve bands an octave: one a semitone. Its windows are computed once."""
    length = round((LEAD_SECONDS + SHOWN_SECONDS + PAD_SECONDS) * SAMPLE_RATE)
    return NSGT(SAMPLE_RATE, length, Octave(40.0, 18_000.0, 12), edges=False)


def nsgt_levels(clip: Clip) -> NsgtLevels:
    """The levels of a sound's first 0.6 seconds by `nsgt`, from 50 ms before its onset on; the loudest in a column."""
    transform, lead, shown = nsgt(), round(LEAD_SECONDS * SAMPLE_RATE), round(SHOWN_SECONDS * SAMPLE_RATE)
    samples = np.zeros(transform.length, np.float32)
    part = one_shot(resampled(clip)).samples[:shown].copy()
    fade = min(FADE_SAMPLES, len(part))
    part[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    samples[lead : lead + len(part)] = part / max(clip.peak, float(FLOOR))
    frames = round((LEAD_SECONDS + SHOWN_SECONDS) / transform.frame_seconds)
    magnitude = np.abs(transform.forward(samples))[:, :frames]
    first = np.arange(COLUMNS) * frames // COLUMNS
    return np.log(np.maximum.reduceat(magnitude, first, axis=1) + FLOOR)


def with_random_phase(spectrogram: Spectrogram) -> Spectrogram:
    """The same log spectrogram, whose way back to a sound makes no effort with the phase."""
    match spectrogram:
        case DrumSpectrogram():
            return replace(spectrogram, phase=GriffinLim(iterations=0))
        case PaperSpectrogram():
            return replace(spectrogram, phase=RandomPhase())
        case _:
            raise SpaceError(f"how log spectrograms of the kind {spectrogram.name!r} become sound is not known here")


def phase_in_words(spectrogram: Spectrogram) -> str:
    """How the phase of a decoded sound is found: the end of a sentence."""
    phase = spectrogram.phase if isinstance(spectrogram, DrumSpectrogram | PaperSpectrogram) else None
    if not isinstance(phase, GriffinLim):
        return "by an estimate"
    start = STARTS.get(type(phase.start), "by an estimate")
    name = "fast Griffin-Lim" if phase.momentum else "Griffin-Lim"
    return f"{start}, then by {phase.iterations} rounds of {name}"


def difference_db(levels: Levels, others: Levels) -> float:
    """Root mean square difference of two log spectrograms over their cells, in dB, down to 80 dB below the first."""
    floor = levels.max() - RANGE_DB / DECIBELS
    apart = np.maximum(levels, floor) - np.maximum(others, floor)
    return DECIBELS * float(np.sqrt(np.mean(np.square(apart, dtype=np.float64))))


def as_bytes(levels: Levels, loudest: float) -> bytes:
    """A log spectrogram as a byte a cell, row by row from the lowest band: 255 is `loudest`, 0 is 80 dB below it."""
    share = 1 + DECIBELS * (levels - loudest) / RANGE_DB
    return np.rint(255 * np.clip(share, 0, 1)).astype(np.uint8).tobytes()
