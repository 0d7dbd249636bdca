"""How the sound space works, stage by stage: a sound goes into the encoder, and a sound comes out of the decoder.

Nothing is played from here. The page shows it in "How it works"; docs/teaching.md has a lesson about it.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from clave.audio.log_spectrogram import DrumSpectrogram, Spectrogram
from clave.audio.paper_log_spectrogram import PaperSpectrogram
from clave.audio.phase import GradientIntegration, GriffinLim, ImpulsePhase, PhaseEstimator, RandomPhase
from clave.errors import SpaceError
from clave.latent.code import Code
from clave.music.clip import Clip
from clave.music.kit import Voice
from clave.music.shapes import Float32
from clave.sound.space import SoundSpace

DECIBELS = float(20 / np.log(10))  # of a natural logarithm of magnitudes
RANGE_DB = 80.0  # below the loudest cell: quieter ones count as silent
STARTS: dict[type[PhaseEstimator], str] = {
    RandomPhase: "random phase",
    ImpulsePhase: "the phase of an impulse at the onset",
    GradientIntegration: "integrating the slopes of the phase, which follow from the magnitudes",
}

Levels = Float32[np.ndarray, "band frame"]
"""A log spectrogram, natural logarithms of magnitudes."""
PaperLevels = Float32[np.ndarray, "paper_band paper_frame"]
"""The same of the 2019 paper's kind, beside another."""


@dataclass(frozen=True, eq=False)
class ExplainedSound:
    """A sound on its way through a sound space."""

    nsgt: PaperLevels  # the sound as the 2019 paper analyses it, 410 bands x 157 frames
    log_spectrogram: Levels  # as the space does
    code: Code  # one row: point on the voice's map, and detail
    decoded: Levels  # what the space decodes, before any phase
    sound: Clip  # this, with its phase estimated
    heard: Levels  # the log spectrogram of that sound
    nsgt_of_sound: PaperLevels
    random_phase: Clip  # the same decoded levels with random phase in all that is no noise


def explain(space: SoundSpace, clip: Clip, voice: Voice, *, with_detail: bool = True) -> ExplainedSound:
    """The sound on its way; without its detail, as the detail that is expected at its point has it.

    Raises SpaceError for silence, and for a voice that the space has not learned.
    """
    code = space.encode([clip], voice)
    taken = code if with_detail else space.expected(code.map, voice)
    decoded = space.log_spectrograms(taken, voice)[0]
    spectrogram, paper = space.spectrogram, paper_spectrogram()
    sound = spectrogram.estimate(decoded, voice.index)
    return ExplainedSound(
        paper.forward(clip), spectrogram.forward(clip), code, decoded, sound, spectrogram.forward(sound),
        paper.forward(sound), with_random_phase(spectrogram).estimate(decoded, voice.index),
    )  # fmt: skip


@cache
def paper_spectrogram() -> PaperSpectrogram:
    """That of the 2019 paper, whose windows are computed once."""
    return PaperSpectrogram()


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
    start = STARTS.get(type(phase.start), "an estimate")
    name = "fast Griffin-Lim" if phase.momentum else "Griffin-Lim"
    return f"beginning with {start}, then {phase.iterations} rounds of {name}"


def difference_db(levels: Levels, others: Levels) -> float:
    """Root mean square difference of two log spectrograms over their cells, in dB, down to 80 dB below the first."""
    floor = levels.max() - RANGE_DB / DECIBELS
    apart = np.maximum(levels, floor) - np.maximum(others, floor)
    return DECIBELS * float(np.sqrt(np.mean(np.square(apart, dtype=np.float64))))


def as_bytes(levels: Levels, loudest: float) -> bytes:
    """A log spectrogram as a byte a cell, row by row from the lowest band: 255 is `loudest`, 0 is 80 dB below it."""
    share = 1 + DECIBELS * (levels - loudest) / RANGE_DB
    return np.rint(255 * np.clip(share, 0, 1)).astype(np.uint8).tobytes()
