"""A sound as a drum of a kit: resampled, from its onset, as long as a one-shot may be."""

import math

import numpy as np
import soxr

from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.shapes import Float32

ONE_SHOT_SECONDS = 1.5
END_FADE_SECONDS = 0.05  # of a one-shot that was longer
ONSET_FLOOR = 0.01  # of the peak, -40 dB: where a sound begins
LEAD_IN_SECONDS = 0.02  # at the beginning of a file, looked at for a level and a noise that do not change
LEAD_IN_PEAK = 0.1  # of the sound's peak, the most that such a noise has
LEAD_IN_NOISE = 2.0  # times its peak: where a sound begins after it
STROKE_SECONDS, STROKE_SHARE = (
    0.03,
    0.3,
)  # after a noise a stroke comes so soon to this share of the peak; a swell does not
LEAST_OFFSET = 0.001  # of the peak: a level that is taken off
RISE_SAMPLES = 8  # kept before the onset, fading in


def resampled(clip: Clip, sample_rate: int = SAMPLE_RATE) -> Clip:
    """The same sound at another rate, in soxr's highest quality."""
    if sample_rate == clip.sample_rate:
        return clip
    made = soxr.resample(clip.samples, clip.sample_rate, sample_rate, quality="VHQ")
    return Clip(made if made.size else np.zeros(1, np.float32), sample_rate)


def one_shot(clip: Clip) -> Clip:
    """The sound as a drum of a kit: from its onset, 1.5 s at most, the end of a longer one faded; silence stays.

    The onset is where the sound first exceeds a hundredth of its peak, so that a stroke sounds when it is struck. Of a
    level or a steady noise that a file begins with, the level is taken off, and a stroke begins at twice the noise;
    what swells out of it begins with it.
    """
    offset, noise = _lead_in(clip)
    whole = clip.samples - np.float32(offset) if offset else clip.samples
    level = np.abs(whole)
    loud = np.flatnonzero(level > ONSET_FLOOR * level.max())
    if loud.size == 0:
        return clip
    struck = np.flatnonzero(level > LEAD_IN_NOISE * noise)
    if noise and level[struck[0] :][: round(STROKE_SECONDS * clip.sample_rate)].max() > STROKE_SHARE * level.max():
        loud = loud[loud >= struck[0]]
    start = max(0, int(loud[0]) - RISE_SAMPLES)
    length = min(len(clip) - start, round(ONE_SHOT_SECONDS * clip.sample_rate))
    samples = whole[start : start + length].copy()
    if start > 0:
        rise = min(RISE_SAMPLES, length)
        samples[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    if start + length < len(clip):
        samples *= _fade_out(length, round(END_FADE_SECONDS * clip.sample_rate))
    return Clip(samples, clip.sample_rate)


def _lead_in(clip: Clip) -> tuple[float, float]:
    """The level and the peak of the noise that a file begins with; 0 and 0 where it begins with its stroke."""
    size = round(LEAD_IN_SECONDS * clip.sample_rate) // 4
    if size < 2 or len(clip) < 8 * size:
        return 0.0, 0.0
    lead = clip.samples[: 4 * size].astype(np.float64)
    offset = float(np.median(lead))
    peaks = np.abs(lead - offset).reshape(4, size).max(axis=1)
    is_steady = peaks.max() < LEAD_IN_PEAK * clip.peak and peaks.max() <= 2 * peaks.min() + 1e-4 * clip.peak
    if not is_steady:
        return 0.0, 0.0
    return (offset if abs(offset) > LEAST_OFFSET * clip.peak else 0.0), float(peaks.max())


def _fade_out(length: int, over: int) -> Float32[np.ndarray, " sample"]:
    fade = np.ones(length, np.float32)
    over = min(length, over)
    fade[length - over :] = np.cos(np.linspace(0, math.pi / 2, over)) ** 2
    return fade
