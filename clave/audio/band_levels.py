"""Levels of a sound in bands over time: what onsets are found in, and what strokes are recognised by.

samples -> STFT -> power in 48 bands, every 5.8 ms or finer -> dB below the loudest cell
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from clave.audio.stft import STFT, Hann
from clave.music.clip import SAMPLE_RATE
from clave.music.shapes import Float32, Int64

BANDS, LINEAR_BANDS = 48, 12  # the lowest are as wide as the bands of the STFT; above they widen by a constant ratio
RANGE_DB = 70.0  # below the loudest cell; quieter ones count as silent


@dataclass(frozen=True, eq=False)
class BandLevels:
    """Levels in dB, at most 0; frames are `frame_seconds` apart, the first one centred on `first_s`."""

    decibels: Float32[np.ndarray, "band frame"]
    first_s: float
    frame_seconds: float

    def frame_at(self, seconds: float) -> float:
        """The frame, with its fraction, whose centre lies at this time."""
        return (seconds - self.first_s) / self.frame_seconds


def band_levels(samples: Float32[np.ndarray, " sample"], *, window: int = 1024, hop: int = 256) -> BandLevels:
    """The levels of a sound at 44.1 kHz, in dB below its loudest cell, down to -70 dB; silence is -70 everywhere."""
    transform = STFT(length=len(samples), window=window, hop=hop, shape=Hann())
    edges = _edges(window)
    power = np.square(np.abs(transform.forward(samples.astype(np.float32))))
    cells = np.add.reduceat(power[: edges[-1]], edges[:-1], axis=0) / np.diff(edges)[:, None]
    loudest = float(cells.max())
    floor = 10 ** (-RANGE_DB / 10)
    shares = np.maximum(cells / loudest, floor) if loudest > 0 else np.full_like(cells, floor)
    decibels = (10 * np.log10(shares)).astype(np.float32)
    return BandLevels(decibels, transform.first_frame_s, transform.frame_seconds)


@cache
def _edges(window: int) -> Int64[np.ndarray, " edge"]:
    """Where the bands begin and end among those of the STFT; narrow windows have fewer bands."""
    last = round(16_000 * window / SAMPLE_RATE)
    linear = LINEAR_BANDS * window // 1024
    high = np.rint(np.geomspace(linear, last, BANDS * window // 1024 - linear + 1))
    return np.unique(np.concatenate([np.arange(linear), high])).astype(np.int64)
