"""Playback settings of a sound: tune, decay and gain. The page has its twin, `web/src/rules/playbackSettings.ts`.

`apply` does three steps, in this order; each leaves the sound unchanged at its neutral setting. Both twins compute them
in double precision and are held to `tests/fixtures/playback_settings.json`.

**Decay** by the ratio d. The attack stays: everything up to the sample p with the largest |x|, the first if there are
several. What follows is modelled as an exponential with the time constant

    T = 2 * sum over n >= p of (n - p) x[n]^2 / sum over n >= p of x[n]^2        (in samples)

which for x[n] = exp(-(n - p) / T) is T itself. From there on it is multiplied by exp(-(n - p) (1/d - 1) / T), so that
it becomes exp(-(n - p) / (d T)): it rings d times as long. The factor grows to GROWTH at most, and to no more than
|x[p]| over the largest |x| from n on, so that nothing exceeds the attack. Where d > 1, the last FADE_SECONDS, or the
time since p if that is less, fade out with cos^2(pi/2 * (k + 1) / count) for k = 0 ... count - 1.

**Tune** by s semitones: resampling by the ratio r = 2^(s / 12), as faster tape does, with a windowed sinc,

    y[m] = sum over n of x[n] h(m r - n),    h(t) = sinc(t / w) / w * cos^2(pi/2 * t / (w L))  for |t| < w L,

with w = max(1, r), so that nothing aliases from above half the sample rate, and L = LOBES. y has
ceil(length / r) samples.

**Gain** is linear.
"""

import math

import numpy as np

from clave.errors import RenderError
from clave.music.clip import Clip
from clave.music.shapes import Float64

MIN_TUNE, MAX_TUNE = -24.0, 24.0  # semitones
MIN_DECAY, MAX_DECAY = 0.05, 4.0  # ratio
MIN_GAIN, MAX_GAIN = 0.0, 2.0  # linear
GROWTH = 100.0  # 40 dB: the most by which the decay is amplified
FADE_SECONDS = 0.05
LOBES = 16  # zero crossings of the sinc on either side
BLOCK = 4096  # output samples computed at once


def apply(clip: Clip, *, tune_semitones: float = 0.0, decay_ratio: float = 1.0, gain: float = 1.0) -> Clip:
    """The sound with these playback settings.

    Tune lies in [-24, 24] semitones, decay in [0.05, 4] times the decay time, gain in [0, 2]; RenderError for others.
    """
    for what, value, low, high in (
        ("tune", tune_semitones, MIN_TUNE, MAX_TUNE),
        ("decay", decay_ratio, MIN_DECAY, MAX_DECAY),
        ("gain", gain, MIN_GAIN, MAX_GAIN),
    ):
        if not low <= value <= high:
            raise RenderError(f"{what} lies in [{low:g}, {high:g}], got {value}")
    if (tune_semitones, decay_ratio, gain) == (0, 1, 1):
        return clip
    samples = clip.samples.astype(np.float64)
    if decay_ratio != 1:
        samples = _with_decay(samples, decay_ratio, round(FADE_SECONDS * clip.sample_rate))
    if tune_semitones != 0:
        samples = _resampled(samples, 2 ** (tune_semitones / 12))
    return Clip((gain * samples).astype(np.float32), clip.sample_rate)


def _with_decay(samples: Float64[np.ndarray, " sample"], ratio: float, fade: int) -> Float64[np.ndarray, " sample"]:
    peak_at = int(np.argmax(np.abs(samples)))
    peak, tail = abs(samples[peak_at]), samples[peak_at:]
    since = np.arange(len(tail))
    energy = tail**2
    if not (since * energy).sum() > 0:  # silence, or nothing after the peak
        return samples
    time_constant = 2 * (since * energy).sum() / energy.sum()
    largest_to_come = np.maximum.accumulate(np.abs(tail[::-1]))[::-1]
    max_growth = peak / np.maximum(largest_to_come, peak / GROWTH)
    growth = np.exp(np.minimum(since * (1 - 1 / ratio) / time_constant, np.log(max_growth)))
    result = np.concatenate([samples[:peak_at], tail * growth])
    if ratio > 1:
        fade = min(fade, len(tail) - 1)
        result[len(result) - fade :] *= np.cos(np.pi / 2 * np.arange(1, fade + 1) / fade) ** 2
    return result


def _resampled(samples: Float64[np.ndarray, " sample"], ratio: float) -> Float64[np.ndarray, " read"]:
    width = max(1.0, ratio)
    reach = math.ceil(width * LOBES)
    padded = np.pad(samples, reach)
    result = np.empty(math.ceil(len(samples) / ratio))
    for start in range(0, len(result), BLOCK):
        places = np.arange(start, min(start + BLOCK, len(result))) * ratio
        first = np.floor(places).astype(np.int64) - reach + 1
        taps = first[:, None] + np.arange(2 * reach)
        distance = (places[:, None] - taps) / width
        kernel = (
            np.where(np.abs(distance) < LOBES, np.sinc(distance) * np.cos(np.pi / 2 * distance / LOBES) ** 2, 0) / width
        )
        result[start : start + BLOCK] = (padded[np.minimum(taps + reach, len(padded) - 1)] * kernel).sum(axis=1)
    return result
