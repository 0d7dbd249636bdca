"""The loudness of a sound that is still a log spectrogram: `loudness.loudest` from cells instead of samples."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from clave.audio.cell_grid import FLOOR, LOUDEST_LOG
from clave.audio.log_spectrogram import LONG_BANDS, DrumSpectrogram
from clave.audio.loudness import OFFSET_LU, k_filters
from clave.music.clip import SAMPLE_RATE
from clave.music.shapes import Float32, Float64

LEAST_POWER = 1e-20


@dataclass(frozen=True, eq=False)
class CellLoudness:
    """K-weighted loudness of log spectrograms of this kind, at the level that they state: a peak of 0.9.

    Cells hold means of logarithms, so that noise comes out 2 dB low; what it says is within 3 dB of the sound.
    """

    spectrogram: DrumSpectrogram

    def loudest(
        self, log_spectrograms: Float32[np.ndarray, "sound band frame"], seconds: float
    ) -> Float64[np.ndarray, " sound"]:
        """In LUFS, over the stretch of this length where each is loudest."""
        log = np.minimum(log_spectrograms[:, :LONG_BANDS].astype(np.float64), LOUDEST_LOG)
        power = self._weight @ np.square(np.maximum(np.exp(log) - FLOOR, 0))
        edges = self.spectrogram.edge_seconds
        energy = np.pad(np.cumsum(power * np.diff(edges), axis=1), ((0, 0), (1, 0)))
        ends = np.stack([np.interp(edges + seconds, edges, each) for each in energy]) if len(energy) else energy
        found = (ends - energy).max(axis=1) / seconds
        return OFFSET_LU + 10 * np.log10(np.maximum(found, LEAST_POWER))

    @cached_property
    def _weight(self) -> Float64[np.ndarray, " band"]:
        """How much power one unit of squared magnitude in a row is, K-weighted.

        A frame's squared magnitudes sum up to the squared samples under its window times its length (Parseval).
        """
        transform = self.spectrogram.transform
        z = np.exp(2j * np.pi * self.spectrogram.hz[:LONG_BANDS] / SAMPLE_RATE)
        weighting = np.ones(len(z))
        for each in k_filters(SAMPLE_RATE):
            response = (each.b0 + each.b1 / z + each.b2 / z**2) / (1 + each.a1 / z + each.a2 / z**2)
            weighting *= np.abs(response) ** 2
        window = transform.shape.samples(transform.window)
        return weighting * np.diff(self.spectrogram.band_edges) * 2 / (transform.window * np.square(window).sum())
