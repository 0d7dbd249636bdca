"""A sound as a drum of a kit: resampled, from its onset, as long as a one-shot may be."""

import math

import numpy as np
import soxr

from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.shapes import Float32

ONE_SHOT_SECONDS = 1.5
END_FADE_SECONDS = 0.05  # of a one-shot that was longer
ONSET_FLOOR = 0.01  # of the peak, -40 dB: where a sound begins
RISE_SAMPLES = 8  # kept before the onset, fading in


def resampled(clip: Clip, sample_rate: int = SAMPLE_RATE) -> Clip:
    """The same sound at another rate, in soxr's highest quality."""
    if sample_rate == clip.sample_rate:
        return clip
    made = soxr.resample(clip.samples, clip.sample_rate, sample_rate, quality="VHQ")
    return Clip(made if made.size else np.zeros(1, np.float32), sample_rate)


def one_shot(clip: Clip) -> Clip:
    """The sound as a drum of a kit: from its onset, 1.5 s at most, the end of a longer one faded; silence stays.

    The onset is where the sound first exceeds a hundredth of its peak, so that a stroke sounds when it is struck.
    """
    loud = np.flatnonzero(np.abs(clip.samples) > ONSET_FLOOR * clip.peak)
    if loud.size == 0:
        return clip
    start = max(0, int(loud[0]) - RISE_SAMPLES)
    length = min(len(clip) - start, round(ONE_SHOT_SECONDS * clip.sample_rate))
    samples = clip.samples[start : start + length].copy()
    if start > 0:
        rise = min(RISE_SAMPLES, length)
        samples[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    if start + length < len(clip):
        samples *= _fade_out(length, round(END_FADE_SECONDS * clip.sample_rate))
    return Clip(samples, clip.sample_rate)


def _fade_out(length: int, over: int) -> Float32[np.ndarray, " sample"]:
    fade = np.ones(length, np.float32)
    over = min(length, over)
    fade[length - over :] = np.cos(np.linspace(0, math.pi / 2, over)) ** 2
    return fade
