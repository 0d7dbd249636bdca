"""Onset candidates: where something new may begin to sound.

The onset strength is the rise of the level in each band over 9 ms, against the loudest of the neighbouring bands
before it, so that vibrato does not count: SuperFlux (Böck and Widmer, "Maximum filter vibrato suppression for onset
detection", 2013). It is taken for low, middle and high bands apart, so that a soft hi-hat is found over a kick that
rings. Its peaks above an adaptive threshold are candidates; they are many, and what recognises strokes decides.
"""

from dataclasses import dataclass

import numpy as np

from clave.audio import windows
from clave.audio.band_levels import BandLevels, band_levels
from clave.music.shapes import Float32, Float64, Int

WINDOW, HOP = 512, 64  # samples: frames 1.5 ms apart
LAG_FRAMES = 6  # over which a level rises
PARTS = (slice(0, 4), slice(4, 12), slice(12, None))  # of the 24 bands: up to 0.3 kHz, up to 1.9 kHz, above
THRESHOLD_DB = 1.0  # mean rise of the bands of a part over the mean around it
APART_SECONDS = 0.02  # two candidates lie further apart
AROUND_SECONDS = 0.1  # the threshold follows the mean strength for so long before and after
FLOOR_DB = -69.0  # levels below count as silent


@dataclass(frozen=True, eq=False)
class Onsets:
    """Times of candidates in order, and how far the strength of each exceeds the mean around it, in dB."""

    seconds: Float64[np.ndarray, " onset"]
    strength_db: Float64[np.ndarray, " onset"]

    def __len__(self) -> int:
        return len(self.seconds)


def find_onsets(samples: Float32[np.ndarray, " sample"], *, threshold_db: float = THRESHOLD_DB) -> Onsets:
    """The candidates of a sound at 44.1 kHz; of those within 20 ms of each other, the strongest."""
    levels = band_levels(samples, window=WINDOW, hop=HOP)
    rise = rises(levels.decibels)
    found = [_peaks(rise[part].mean(axis=0), levels, threshold_db) for part in PARTS]
    seconds, strength = (np.concatenate([each[column] for each in found]) for column in (0, 1))
    kept = _apart(seconds, strength)
    return Onsets(seconds[kept], strength[kept])


def rises(decibels: Float32[np.ndarray, "band frame"]) -> Float32[np.ndarray, "band frame"]:
    """How far each band has risen at each frame, in dB; a fall is 0, and before the sound there is silence."""
    audible = np.pad(np.maximum(decibels, FLOOR_DB), ((0, 0), (LAG_FRAMES, 0)), constant_values=FLOOR_DB)
    around = np.pad(audible[:, :-LAG_FRAMES], ((1, 1), (0, 0)), mode="edge")
    before = windows.maxima(around.T, 3).T
    return np.maximum(audible[:, LAG_FRAMES:] - before, 0)


def _peaks(
    strength: Float32[np.ndarray, " frame"], levels: BandLevels, threshold_db: float
) -> tuple[Float64[np.ndarray, " peak"], Float64[np.ndarray, " peak"]]:
    """Times and heights of the peaks of a strength."""
    near, around = (2 * round(each / levels.frame_seconds) + 1 for each in (APART_SECONDS, AROUND_SECONDS))
    above = strength - windows.means(np.pad(strength, around // 2), around).astype(np.float32)
    highest = windows.maxima(np.pad(strength, near // 2), near)
    at = np.flatnonzero((strength == highest) & (above >= threshold_db))
    at = at[np.diff(at, prepend=-near) > near // 2]  # of a plateau, the first
    frames = np.array([_half_before(strength, int(peak)) for peak in at], np.float64)
    return np.maximum(levels.first_s + levels.frame_seconds * frames, 0.0), above[at].astype(np.float64)


def _half_before(strength: Float32[np.ndarray, " frame"], peak: int) -> float:
    """The frame, with its fraction, in which the strength has reached half of a peak."""
    level, frame = strength[peak] / 2, peak
    while frame > 0 and strength[frame - 1] > level:
        frame -= 1
    if frame == 0:
        return 0.0
    low, high = float(strength[frame - 1]), float(strength[frame])
    return frame - 1 + (float(level) - low) / max(high - low, 1e-9)


def _apart(seconds: Float64[np.ndarray, " peak"], strength: Float64[np.ndarray, " peak"]) -> Int[np.ndarray, " kept"]:
    """The strongest first, each kept that is not within APART_SECONDS of one kept before; in order of time."""
    kept = list[int]()
    for peak in np.argsort(-strength, kind="stable").tolist():
        if all(abs(seconds[peak] - seconds[other]) > APART_SECONDS for other in kept):
            kept.append(peak)
    return np.array(sorted(kept, key=lambda peak: float(seconds[peak])), np.int64)
