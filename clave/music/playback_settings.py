"""How a sound is played: tuned, ringing longer or shorter, louder or softer.

Three steps, in this order; each leaves the sound as it is at its neutral setting. The page computes the same in
`web/src/rules/playbackSettings.ts`, in double precision too; `tests/fixtures/shaping.json` holds both to it.

**Decay** by the ratio d. The attack stays: everything up to the sample p with the largest |x|, the first if there are
several. What follows is held for an exponential of the time constant

    T = 2 * sum over n >= p of (n - p) x[n]^2 / sum over n >= p of x[n]^2        (in samples)

which for x[n] = exp(-(n - p) / T) is T itself. From there on it is multiplied by exp(-(n - p) (1/d - 1) / T), so that
it becomes exp(-(n - p) / (d T)): it rings d times as long. The factor grows to GROWTH at most, and to no more than
|x[p]| over the largest |x| from n on, so that nothing exceeds the attack. Where d > 1, the last FADE_SECONDS, or the
time since p if that is less, fade out with cos^2(pi/2 * (k + 1) / count) for k = 0 ... count - 1.

**Tune** by s semitones: read faster by the ratio r = 2^(s / 12), as tape is, between the samples by a windowed sinc,

    y[m] = sum over n of x[n] h(m r - n),    h(t) = sinc(t / w) / w * cos^2(pi/2 * t / (w L))  for |t| < w L,

with w = max(1, r), so that nothing folds back from above half the sample rate, and L = LOBES. y has
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
GROWTH = 100.0  # 40 dB: what is quieter yet is not brought up
FADE_SECONDS = 0.05
LOBES = 16  # zero crossings of the sinc on either side
BLOCK = 4096  # samples read at once


def shaped(clip: Clip, *, tune_semitones: float = 0.0, decay_ratio: float = 1.0, gain: float = 1.0) -> Clip:
    """The sound as it is played with these settings.

    Tune lies in [-24, 24] semitones, decay in [0.05, 4] of the time it rings, gain in [0, 2]; RenderError for others.
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
        samples = _decayed(samples, decay_ratio, round(FADE_SECONDS * clip.sample_rate))
    if tune_semitones != 0:
        samples = _read_at(samples, 2 ** (tune_semitones / 12))
    return Clip((gain * samples).astype(np.float32), clip.sample_rate)


def _decayed(samples: Float64[np.ndarray, " sample"], ratio: float, fade: int) -> Float64[np.ndarray, " sample"]:
    peak_at = int(np.argmax(np.abs(samples)))
    peak, tail = abs(samples[peak_at]), samples[peak_at:]
    since = np.arange(len(tail))
    energy = tail**2
    if not (since * energy).sum() > 0:  # silence, or nothing after the peak
        return samples
    time_constant = 2 * (since * energy).sum() / energy.sum()
    largest_yet_to_come = np.maximum.accumulate(np.abs(tail[::-1]))[::-1]
    most = peak / np.maximum(largest_yet_to_come, peak / GROWTH)
    growth = np.exp(np.minimum(since * (1 - 1 / ratio) / time_constant, np.log(most)))
    made = np.concatenate([samples[:peak_at], tail * growth])
    if ratio > 1:
        fade = min(fade, len(tail) - 1)
        made[len(made) - fade :] *= np.cos(np.pi / 2 * np.arange(1, fade + 1) / fade) ** 2
    return made


def _read_at(samples: Float64[np.ndarray, " sample"], ratio: float) -> Float64[np.ndarray, " read"]:
    width = max(1.0, ratio)
    reach = math.ceil(width * LOBES)
    padded = np.pad(samples, reach)
    made = np.empty(math.ceil(len(samples) / ratio))
    for start in range(0, len(made), BLOCK):
        places = np.arange(start, min(start + BLOCK, len(made))) * ratio
        first = np.floor(places).astype(np.int64) - reach + 1
        taps = first[:, None] + np.arange(2 * reach)
        away = (places[:, None] - taps) / width
        kernel = np.where(np.abs(away) < LOBES, np.sinc(away) * np.cos(np.pi / 2 * away / LOBES) ** 2, 0) / width
        made[start : start + BLOCK] = (padded[np.minimum(taps + reach, len(padded) - 1)] * kernel).sum(axis=1)
    return made
