"""Which draws of a prior are accepted as sounds of their voice, before the costly estimate of their phase.

A draw is refused that sounds like another voice, rings longer than nearly all sounds of its voice, or is far louder
than they are at the same peak, as a wash is. All of this is seen in its log spectrogram, in half a millisecond;
docs/experiments/kits.md has the shares and what each limit does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from clave.audio.cell_loudness import CellLoudness
from clave.audio.descriptor_gradients import DescriptorGradients
from clave.audio.descriptors import NAMES
from clave.audio.log_spectrogram import DrumSpectrogram
from clave.latent.code import Code
from clave.music.kit import Voice
from clave.music.shapes import Bool, Float32, Float64
from clave.sound.corpus_map import SoundMap
from clave.sound.log_spectrogram_voice import LogSpectrogramVoice

MIN_ODDS = 4.0  # its own voice is at least so many times as probable as any other
LONGEST_SHARE = 0.97  # of the voice's sounds, shared ones counted once: draws that ring longer are refused
USUAL_LUFS = (-20.5, -20.0, -17.5, -16.5, -18.0, -16.5, -20.0, -19.5)
"""Loudness of each voice's recorded sounds over LOUDNESS_SECONDS at a peak of 0.9, medians."""
MOST_LOUDER_LU, LOUDNESS_SECONDS = 7.0, 0.4
LU_PER_FAULT = 6.0  # what is too loud by so much is as bad as what rings twice too long
ATTEMPTS = 16  # at each sound; after the last, the one with the least fault is kept


@dataclass(frozen=True, eq=False)
class DrawCheck:
    """The check of log spectrograms of one kind."""

    spectrogram: DrumSpectrogram
    longest: Mapping[int, float]  # by the index of a voice: the longest decay, in octaves above 1 s
    voices: LogSpectrogramVoice = field(init=False)
    gradients: DescriptorGradients = field(init=False)
    loudness: CellLoudness = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "voices", LogSpectrogramVoice(self.spectrogram))
        object.__setattr__(self, "gradients", DescriptorGradients(self.spectrogram))
        object.__setattr__(self, "loudness", CellLoudness(self.spectrogram))

    def faults(
        self, log_spectrograms: Float32[np.ndarray, "sound band frame"], voice: Voice
    ) -> Float64[np.ndarray, " sound"]:
        """How far each is from being accepted: 0 is accepted, and less is better."""
        return self.quick_faults(log_spectrograms, voice) + self.decay_faults(self.descriptors(log_spectrograms), voice)

    def quick_faults(
        self, log_spectrograms: Float32[np.ndarray, "sound band frame"], voice: Voice
    ) -> Float64[np.ndarray, " sound"]:
        """The part that is seen without descriptors, which take most of the time: of voice and loudness."""
        unlike = np.maximum(0, np.log(MIN_ODDS) - self.log_odds(log_spectrograms, voice))
        louder = self.loudness.loudest(log_spectrograms, LOUDNESS_SECONDS) - USUAL_LUFS[voice.index]
        return unlike + np.maximum(0, louder - MOST_LOUDER_LU) / LU_PER_FAULT

    def decay_faults(
        self, described: Float64[np.ndarray, "sound descriptor"], voice: Voice
    ) -> Float64[np.ndarray, " sound"]:
        """The part of the decay, in octaves, from the `descriptors`."""
        return np.maximum(0, described[:, NAMES.index("decay")] - self.longest.get(voice.index, np.inf))

    def log_odds(
        self, log_spectrograms: Float32[np.ndarray, "sound band frame"], voice: Voice
    ) -> Float64[np.ndarray, " sound"]:
        """The logarithm of how many times as probable the voice is as the most probable of the others."""
        log = np.log(np.maximum(self.voices.probabilities(log_spectrograms), 1e-12).astype(np.float64))
        others = np.delete(log, voice.index, axis=1)
        return log[:, voice.index] - others.max(axis=1)

    def descriptors(
        self, log_spectrograms: Float32[np.ndarray, "sound band frame"]
    ) -> Float64[np.ndarray, "sound descriptor"]:
        """The descriptors, scaled as Descriptors.scaled."""
        rows = [self.gradients.evaluate(each).value for each in log_spectrograms]
        return np.array(rows, np.float64).reshape(len(rows), len(NAMES))


def longest_decays(corpora: Mapping[int, SoundMap]) -> dict[int, float]:
    """The longest decay that is accepted of each voice, from the descriptors of its sounds, where there are any."""
    found: dict[int, float] = {}
    for index, sounds in corpora.items():
        if sounds.descriptors is not None and len(sounds):
            decays = sounds.descriptors[:, NAMES.index("decay")]
            order = decays.argsort()
            counted = sounds.shares[order].cumsum()
            found[index] = float(decays[order[np.searchsorted(counted, LONGEST_SHARE * counted[-1])]])
    return found


def accepted(draw: Callable[[int], Code], faults: Callable[[Code], Float64[np.ndarray, " sound"]], count: int) -> Code:
    """So many codes of `draw`; one with a fault is drawn again, ATTEMPTS times in all, and the least fault is kept."""
    best = draw(count)
    fault = faults(best) if count else np.zeros(0)
    points, detail = best.map.copy(), best.detail.copy()
    for _ in range(ATTEMPTS - 1):
        refused = np.flatnonzero(fault > 0)
        if not len(refused):
            break
        again = draw(len(refused))
        found = faults(again)
        better: Bool[np.ndarray, " sound"] = found < fault[refused]
        rows = refused[better]
        points[rows], detail[rows], fault[rows] = again.map[better], again.detail[better], found[better]
    return Code(points, detail)
