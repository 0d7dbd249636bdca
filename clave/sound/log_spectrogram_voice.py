"""The voice of a sound that is still a log spectrogram: a thousandth of the time that a phase estimate takes.

The network of `voice_classifier` looks at power in cells of its own. Those are computed here from the cells of a
DrumSpectrogram, by the share of each that lies in each of the others, instead of from samples.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from clave.audio.cell_grid import FLOOR, LOUDEST_LOG
from clave.audio.log_spectrogram import LONG_BANDS, DrumSpectrogram
from clave.music.clip import SAMPLE_RATE
from clave.music.shapes import Float32, Float64
from clave.sound import voice_classifier


@dataclass(frozen=True, eq=False)
class LogSpectrogramVoice:
    """Which voice log spectrograms of this kind sound like."""

    spectrogram: DrumSpectrogram

    def probabilities(
        self, log_spectrograms: Float32[np.ndarray, "sound band frame"]
    ) -> Float32[np.ndarray, "sound voice"]:
        """The probability of each voice, in the order of VOICES."""
        if not len(log_spectrograms):
            return np.zeros((0, len(voice_classifier.VOICES)), np.float32)
        return voice_classifier.probabilities(self.inputs(log_spectrograms))

    def inputs(
        self, log_spectrograms: Float32[np.ndarray, "sound band frame"]
    ) -> Float32[np.ndarray, "sound voice_band voice_frame"]:
        """Nearly what `voice_classifier.log_spectrogram` gives for the sounds of these."""
        log = np.minimum(log_spectrograms[:, :LONG_BANDS], LOUDEST_LOG)
        power = np.square(np.maximum(np.exp(log) - np.float32(FLOOR), 0))
        across, along = self._shares
        return voice_classifier.scaled_decibels(across @ power @ along.T)

    @cached_property
    def _shares(self) -> tuple[Float32[np.ndarray, "voice_band band"], Float32[np.ndarray, "voice_frame frame"]]:
        bands, seconds = voice_classifier.band_edges_hz(), voice_classifier.edge_seconds()
        bin_hz = SAMPLE_RATE / self.spectrogram.transform.window
        across = shares(bands, (self.spectrogram.band_edges - 0.5) * bin_hz)
        return across, shares(seconds, self.spectrogram.edge_seconds)


def shares(
    edges: Float64[np.ndarray, " edge"], of_edges: Float64[np.ndarray, " of_edge"]
) -> Float32[np.ndarray, "cell of_cell"]:
    """How much of each cell between `edges` lies in each cell between `of_edges`; rows sum to 1, or 0 if outside."""
    low = np.maximum(edges[:-1, None], of_edges[:-1])
    high = np.minimum(edges[1:, None], of_edges[1:])
    overlap = np.maximum(high - low, 0)
    return (overlap / np.maximum(overlap.sum(axis=1, keepdims=True), 1e-12)).astype(np.float32)
