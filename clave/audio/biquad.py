"""Second-order filters (biquads), computed block by block so that NumPy does the work.

Coefficients follow R. Bristow-Johnson's "Audio EQ Cookbook" in the form the Web Audio API has it, where the resonance
of a low-pass and a high-pass is given in dB: 0 dB is Q = 1, -3 dB is Butterworth's.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np

from clave.music.shapes import Float64

FilterKind = Literal["lowpass", "highpass", "bandpass"]

FORGOTTEN = 1e-18  # of a state
BLOCK = 128  # samples computed by one matrix product; the state goes from block to block


@dataclass(frozen=True)
class Biquad:
    """y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2]."""

    b0: float
    b1: float = 0.0
    b2: float = 0.0
    a1: float = 0.0
    a2: float = 0.0

    def filtered(self, samples: Float64[np.ndarray, " sample"]) -> Float64[np.ndarray, " sample"]:
        """The samples through the filter, from rest; as many as were given.

        The filter is a state-space system (transposed direct form II). Within a block its output is a matrix product
        of input and impulse response; from block to block go only the two numbers of its state, by doubling.
        """
        kernels = _kernels(self)
        count = -(-len(samples) // BLOCK)
        blocks = np.zeros((count, BLOCK))
        blocks.reshape(-1)[: len(samples)] = samples
        states = np.zeros((count, 2))
        states[1:] = (blocks @ kernels.left)[:-1]
        apart, power = 1, kernels.power
        while apart < count and np.abs(power).max() > FORGOTTEN:  # sums over 2, 4, 8 ... blocks
            states[apart:] += states[:-apart] @ power.T
            apart, power = 2 * apart, power @ power
        return (blocks @ kernels.within + states @ kernels.shown.T).reshape(-1)[: len(samples)]

    @property
    def ring_samples(self) -> int:
        """How long it rings until 100 dB are gone."""
        poles = np.abs(np.roots([1.0, self.a1, self.a2]))
        slowest = float(poles.max(initial=0.0))
        return 2 if slowest < 1e-3 else math.ceil(math.log(1e-5) / math.log(min(slowest, 1 - 1e-7)))


class RunningBiquad:
    """The same filter over samples that come block by block, `BLOCK` of them or a multiple of that."""

    def __init__(self, of: Biquad) -> None:
        self._kernels, self._state = _kernels(of), np.zeros(2)

    def filtered(self, samples: Float64[np.ndarray, " sample"]) -> Float64[np.ndarray, " sample"]:
        """The next samples through the filter."""
        out = np.empty_like(samples)
        for start in range(0, len(samples), BLOCK):
            block = samples[start : start + BLOCK]
            out[start : start + BLOCK] = block @ self._kernels.within + self._kernels.shown @ self._state
            self._state = self._kernels.power @ self._state + block @ self._kernels.left
        return out


class _Kernels(NamedTuple):
    """What a filter does to a block of samples."""

    within: Float64[np.ndarray, "sample output"]  # input to output
    shown: Float64[np.ndarray, "output state"]  # what the state adds to each output
    left: Float64[np.ndarray, "sample state"]  # what each input leaves in the state at the end
    power: Float64[np.ndarray, "state state"]  # the state after a block without input


@lru_cache(maxsize=64)  # loudness is measured by the same two filters again and again
def _kernels(of: Biquad) -> _Kernels:
    step = np.array([[-of.a1, 1.0], [-of.a2, 0.0]])
    enters = np.array([of.b1 - of.a1 * of.b0, of.b2 - of.a2 * of.b0])
    powers = [np.eye(2)]
    for _ in range(BLOCK):
        powers.append(step @ powers[-1])
    shown = np.array([power[0] for power in powers[:BLOCK]])
    response = np.concatenate(([of.b0], shown[:-1] @ enters))
    lag = np.arange(BLOCK) - np.arange(BLOCK)[:, None]
    within = np.where(lag >= 0, response[np.maximum(lag, 0)], 0.0)
    left = np.array([power @ enters for power in powers[BLOCK - 1 :: -1]])
    return _Kernels(within, shown, left, powers[BLOCK])


def one_pole(cutoff_hz: float, sample_rate: int) -> Biquad:
    """A low-pass of 6 dB an octave: y[n] = y[n-1] + k (x[n] - y[n-1]) with k = 1 - exp(-2 pi cutoff / rate)."""
    k = 1 - math.exp(-2 * math.pi * cutoff_hz / sample_rate)
    return Biquad(k, a1=k - 1)


def smoother(seconds: float, sample_rate: int) -> Biquad:
    """Two one-pole low-passes of this time constant, one after the other: no overshoot, and 1 at rest."""
    k = 1 - math.exp(-1 / (seconds * sample_rate))
    return Biquad(k * k, a1=2 * (k - 1), a2=(k - 1) ** 2)


def biquad(kind: FilterKind, cutoff_hz: float, resonance_db: float, sample_rate: int) -> Biquad:
    """The filter of a voice; a cutoff above half the sample rate is as if it stood there."""
    w = 2 * math.pi * min(cutoff_hz, sample_rate / 2) / sample_rate
    cos, alpha = math.cos(w), math.sin(w) / (2 * 10 ** (resonance_db / 20))
    a0 = 1 + alpha
    if kind == "bandpass":
        b0, b1, b2 = alpha, 0.0, -alpha
    elif kind == "lowpass":
        b0, b1, b2 = (1 - cos) / 2, 1 - cos, (1 - cos) / 2
    else:
        b0, b1, b2 = (1 + cos) / 2, -1 - cos, (1 + cos) / 2
    return Biquad(b0 / a0, b1 / a0, b2 / a0, -2 * cos / a0, (1 - alpha) / a0)
