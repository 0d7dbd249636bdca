"""The input of the stroke network: levels in bands around an onset candidate."""

import numpy as np

from clave.audio.band_levels import BANDS, RANGE_DB, BandLevels
from clave.music.shapes import Float32, Float64

BEFORE_FRAMES = 6  # of 5.8 ms: what still rings
FRAME_WIDTHS = (1,) * (BEFORE_FRAMES + 14) + (3,) * 8 + (8,) * 4  # up to 0.4 s after the onset
FRAMES = len(FRAME_WIDTHS)
CHANNELS = 2  # below the loudest cell of the loop, and below the loudest of the band


def stroke_cells(
    levels: BandLevels, seconds: Float64[np.ndarray, " onset"]
) -> Float32[np.ndarray, "onset channel band frame"]:
    """The cells around each candidate, in [-1, 1]: 1 is the loudest of the loop, or of the band in it; -1 is silent."""
    decibels = cells_db(levels, seconds)
    return scaled(decibels, levels.decibels.max(axis=1))


def cells_db(levels: BandLevels, seconds: Float64[np.ndarray, " onset"]) -> Float32[np.ndarray, "onset band frame"]:
    """The mean level of each cell in dB; what lies outside the sound is silent."""
    total = sum(FRAME_WIDTHS)
    padded = np.pad(levels.decibels, ((0, 0), (total, total)), constant_values=-RANGE_DB)
    starts = np.array([round(levels.frame_at(each)) for each in seconds], np.int64) - BEFORE_FRAMES + total
    starts = np.clip(starts, 0, padded.shape[1] - total)
    around = padded[:, starts[:, None] + np.arange(total)].transpose(1, 0, 2)
    edges = np.concatenate([[0], np.cumsum(FRAME_WIDTHS)[:-1]])
    return (np.add.reduceat(around, edges, axis=2) / np.array(FRAME_WIDTHS)).astype(np.float32)


def scaled(
    decibels: Float32[np.ndarray, "onset band frame"], loudest_db: Float32[np.ndarray, " band"]
) -> Float32[np.ndarray, "onset channel band frame"]:
    """The two channels of the input, from levels of cells and the loudest level of each band."""
    below = np.stack([decibels, decibels - loudest_db[:, None]], axis=1)
    return (1 + 2 * np.maximum(below, -RANGE_DB) / RANGE_DB).astype(np.float32)


SHAPE = (CHANNELS, BANDS, FRAMES)
