"""Loudness and true peak as ITU-R BS.1770-4 measures them: LUFS, K-weighted and gated; dBTP, four times oversampled.

The page computes `k_weighted_energy` too, in `web/src/rules/loudness.ts`.
"""

import math
from functools import cache

import numpy as np

from clave.audio.biquad import Biquad
from clave.music.shapes import Float64

OFFSET_LU = -0.691  # so that 997 Hz at full scale in one channel measures -3.01 LUFS
BLOCK_SECONDS = 0.4
HOP_SECONDS = 0.1
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
OVERSAMPLING = 4
LOBES, KAISER_BETA = 10, 5.0  # of the sinc that oversamples: lobes to each side, and its window
FLOOR = 1e-20  # power of what is called silence


def k_filters(sample_rate: int) -> tuple[Biquad, Biquad]:
    """The shelf (a head's) and the high-pass of K-weighting; at 48 kHz they have the coefficients of the standard.

    Bilinear transforms of the analogue filters behind these, as libebur128 has them.
    """
    k, q = math.tan(math.pi * 1681.974450955533 / sample_rate), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    mid = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    a1, a2 = 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0
    shelf = Biquad(
        (high + mid * k / q + k * k) / a0, 2 * (k * k - high) / a0, (high - mid * k / q + k * k) / a0, a1, a2
    )
    k, q = math.tan(math.pi * 38.13547087602444 / sample_rate), 0.5003270373238773
    a0 = 1 + k / q + k * k
    return shelf, Biquad(1.0, -2.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0)


def k_weighted(samples: Float64[np.ndarray, " sample"], sample_rate: int) -> Float64[np.ndarray, " sample"]:
    """The samples as the standard weights them before it takes their power."""
    shelf, highpass = k_filters(sample_rate)
    return highpass.filtered(shelf.filtered(samples))


def k_weighted_energy(samples: np.ndarray, sample_rate: int) -> float:
    """Of one sound: the integral of its squared, K-weighted samples, in seconds of full scale."""
    return float((k_weighted(samples.astype(np.float64), sample_rate) ** 2).sum()) / sample_rate


def loudest(samples: np.ndarray, sample_rate: int, seconds: float) -> float:
    """Of one sound: its loudness in LUFS over the stretch of this length where it is loudest."""
    return _lufs(loudest_power(samples, sample_rate, seconds))


def loudest_power(samples: np.ndarray, sample_rate: int, seconds: float) -> float:
    """The same as K-weighted power."""
    width = max(1, round(seconds * sample_rate))
    power = k_weighted(np.pad(samples.astype(np.float64), (0, width)), sample_rate) ** 2
    summed = np.cumsum(np.pad(power, (width, 0)))
    return float((summed[width:] - summed[:-width]).max()) / width


def integrated(channels: np.ndarray, sample_rate: int) -> float:
    """Of a programme: gated loudness in LUFS; -inf for silence. `channels` is [channel sample], or one row."""
    rows = np.atleast_2d(channels).astype(np.float64)
    power = np.sum([k_weighted(row, sample_rate) ** 2 for row in rows], axis=0)
    block, hop = round(BLOCK_SECONDS * sample_rate), round(HOP_SECONDS * sample_rate)
    summed = np.concatenate(([0.0], np.cumsum(power)))
    starts = np.arange(0, max(1, len(power) - block + 1), hop)
    ends = np.minimum(starts + block, len(power))
    blocks = (summed[ends] - summed[starts]) / block
    blocks = blocks[blocks > 10 ** ((ABSOLUTE_GATE_LUFS - OFFSET_LU) / 10)]
    if blocks.size == 0:
        return -math.inf
    return _lufs(float(blocks[blocks > blocks.mean() * 10 ** (RELATIVE_GATE_LU / 10)].mean()))


def true_peak_db(channels: np.ndarray) -> float:
    """The largest value between samples too, in dB above full scale: dBTP."""
    rows = np.atleast_2d(channels).astype(np.float64)
    phases = _oversampling_phases()
    lead = LOBES  # taps of a phase before its centre
    peak = max(float(np.abs(np.convolve(row, taps)[lead : lead + len(row)]).max()) for row in rows for taps in phases)
    return 20 * math.log10(max(peak, math.sqrt(FLOOR)))


@cache
def _oversampling_phases() -> tuple[Float64[np.ndarray, " tap"], ...]:
    """A windowed sinc, taken apart: the taps that make each of the samples between two."""
    reach = LOBES * OVERSAMPLING
    taps = np.sinc(np.arange(-reach, reach + 1) / OVERSAMPLING) * np.kaiser(2 * reach + 1, KAISER_BETA)
    taps *= OVERSAMPLING / taps.sum()
    return tuple(taps[phase::OVERSAMPLING] for phase in range(OVERSAMPLING))


def _lufs(power: float) -> float:
    return OFFSET_LU + 10 * math.log10(max(power, FLOOR))
