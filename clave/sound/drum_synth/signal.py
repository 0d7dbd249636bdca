"""What drum machines are made of: partials, noise, envelopes, filters, drive and a room. NumPy only.

Everything is band-limited. Partials are placed below half the sample rate one by one, drive works at four times the
rate, and filters are exact responses of causal two-pole filters, multiplied in the frequency domain.
"""

import math
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.random import Generator

from clave.music.clip import SAMPLE_RATE
from clave.music.shapes import Complex128, Float64

Signal = Float64[np.ndarray, " sample"]
Spectrum = Complex128[np.ndarray, " band"]

NYQUIST_HZ = SAMPLE_RATE / 2
TOP_HZ = 20_000.0  # partials above are not made
NEPERS_PER_60_DB = 3 * math.log(10)
OVERSAMPLING = 4
BUTTERWORTH_Q = math.sqrt(0.5)


def times(seconds: float) -> Signal:
    """The time of each sample of a sound this long."""
    return np.arange(max(1, round(seconds * SAMPLE_RATE))) / SAMPLE_RATE


def decay(t: Signal, seconds: float, *, hold_s: float = 0.0) -> Signal:
    """An envelope that stays at 1 for `hold_s` and then falls by 60 dB in `seconds`."""
    return np.exp(-NEPERS_PER_60_DB * np.maximum(t - hold_s, 0) / seconds)


def attack(t: Signal, ms: float) -> Signal:
    """An envelope that rises from 0 to 1 in so many milliseconds, without a corner; 1 everywhere for 0 ms."""
    if ms <= 0:
        return np.ones_like(t)
    return np.sin(np.minimum(t / (ms / 1000), 1) * math.pi / 2) ** 2


def swept_sine(t: Signal, pitch_hz: float, octaves: float, sweep_ms: float, *, phase: float = 0.0) -> Signal:
    """A sine that starts so many octaves above its pitch and glides down, 63 % of the way in `sweep_ms`."""
    hz = pitch_hz * 2 ** (octaves * np.exp(-t / (sweep_ms / 1000)))
    turns = (np.cumsum(hz) - hz) / SAMPLE_RATE
    return np.sin(2 * math.pi * turns + phase)


def partials(
    t: Signal,
    frequency_hz: Float64[np.ndarray, " partial"],
    amplitude: Float64[np.ndarray, " partial"],
    phase: Float64[np.ndarray, " partial"],
) -> Signal:
    """A steady sum of any number of sines, in one inverse transform.

    Each frequency goes to the nearest of the transform's own, at most 0.35 Hz away in a sound of 1.5 s; what lies
    above 20 kHz is left out.
    """
    size = _transform_size(max(len(t), SAMPLE_RATE))
    line = np.round(frequency_hz * size / SAMPLE_RATE).astype(int)
    audible = (line > 0) & (frequency_hz < TOP_HZ)
    spectrum = np.zeros(size // 2 + 1, np.complex128)
    np.add.at(spectrum, line[audible], (amplitude * np.exp(1j * (phase - math.pi / 2)))[audible])
    return np.fft.irfft(spectrum * (size / 2), size)[: len(t)]


def squares(t: Signal, frequency_hz: Float64[np.ndarray, " oscillator"], rng: Generator) -> Signal:
    """Square waves of these frequencies, each with all its odd harmonics below 20 kHz, starting anywhere."""
    rows = [np.arange(1, max(2, TOP_HZ / hz), 2) for hz in frequency_hz]
    start = rng.uniform(0, 2 * math.pi, len(rows))
    return partials(
        t,
        np.concatenate([hz * harmonic for hz, harmonic in zip(frequency_hz, rows, strict=True)]),
        np.concatenate([4 / math.pi / harmonic for harmonic in rows]),
        np.concatenate([turn * harmonic for turn, harmonic in zip(start, rows, strict=True)]),
    )


def noise(t: Signal, rng: Generator) -> Signal:
    """White noise of unit power."""
    return rng.standard_normal(len(t))


class Filter(NamedTuple):
    """A two-pole filter; q is its resonance, sqrt(1/2) the flattest."""

    kind: Literal["lowpass", "highpass", "bandpass"]
    hz: float
    q: float

    def response(self, size: int) -> Spectrum:
        """What it does to each frequency of a real transform of `size` samples.

        The bilinear filters of R. Bristow-Johnson's "Audio EQ Cookbook"; the bandpass has 0 dB at its centre.
        """
        turn = 2 * math.pi * min(self.hz, 0.98 * NYQUIST_HZ) / SAMPLE_RATE
        cosine, alpha = math.cos(turn), math.sin(turn) / (2 * self.q)
        b0, b1, b2 = {
            "lowpass": ((1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2),
            "highpass": ((1 + cosine) / 2, -1 - cosine, (1 + cosine) / 2),
            "bandpass": (alpha, 0.0, -alpha),
        }[self.kind]
        z = _one_sample_late(size)
        return (b0 + (b1 + b2 * z) * z) / (1 + alpha + (-2 * cosine + (1 - alpha) * z) * z)


@lru_cache(maxsize=8)
def _one_sample_late(size: int) -> Spectrum:
    """What a delay of one sample does to each frequency."""
    late = np.exp(-2j * math.pi * np.arange(size // 2 + 1) / size)
    late.setflags(write=False)
    return late


def lowpass(hz: float, q: float = BUTTERWORTH_Q) -> Filter:
    """Keeps what lies below."""
    return Filter("lowpass", hz, q)


def highpass(hz: float, q: float = BUTTERWORTH_Q) -> Filter:
    """Keeps what lies above."""
    return Filter("highpass", hz, q)


def bandpass(hz: float, q: float = BUTTERWORTH_Q) -> Filter:
    """Keeps what lies around, within about hz / q."""
    return Filter("bandpass", hz, q)


def filtered(x: Signal, *filters: Filter) -> Signal:
    """The sound after these filters."""
    size = _transform_size(len(x) + SAMPLE_RATE // 20)  # room for the filters to ring
    spectrum = np.fft.rfft(x, size)
    for each in filters:
        spectrum *= each.response(size)
    return np.fft.irfft(spectrum, size)[: len(x)]


def driven(x: Signal, amount: float) -> Signal:
    """Soft saturation: 0 leaves the sound as it is, 1 squares it; the peak goes to 1.

    The curve bends at four times the sample rate and comes back through a steep filter, so that no alias is audible.
    """
    x = normalised(x)
    if amount <= 0:
        return x
    gain = 10 ** (1.3 * amount) - 0.9
    size = _transform_size(len(x) + 256)
    fine = np.fft.irfft(np.fft.rfft(x, size), size * OVERSAMPLING) * OVERSAMPLING
    bent = np.fft.rfft(np.tanh(gain * fine))[: size // 2 + 1] / OVERSAMPLING
    return normalised(np.fft.irfft(bent, size)[: len(x)])


def room(t: Signal, seconds: float, rng: Generator) -> Signal:
    """The impulse response of a small room: a few early reflections, then dense noise that falls 60 dB in `seconds`.

    It has unit energy and leaves out the direct sound; high frequencies die first.
    """
    tail = noise(t, rng) * decay(t, seconds) * attack(t, 12.0)
    bright = filtered(noise(t, rng) * decay(t, seconds / 3) * attack(t, 5.0), highpass(3000.0))
    answer = filtered(tail, lowpass(3500.0), highpass(120.0)) + 0.2 * bright
    answer /= np.sqrt((answer**2).sum()) + 1e-12
    for delay_ms in np.sort(rng.uniform(2.5, 22.0, 7)):
        place = round(delay_ms / 1000 * SAMPLE_RATE)
        if place < len(t):
            answer[place] += 0.35 * rng.choice((-1.0, 1.0)) / (1 + delay_ms / 6)
    return answer / np.sqrt((answer**2).sum())


def convolved(x: Signal, impulse: Signal) -> Signal:
    """The sound convolved with that impulse response, cut to its own length."""
    size = _transform_size(len(x) + len(impulse))
    return np.fft.irfft(np.fft.rfft(x, size) * np.fft.rfft(impulse, size), size)[: len(x)]


def quantised(x: Signal, bits: float) -> Signal:
    """The sound as a converter of so many bits stores it, companded as early sampling machines did; 16 leaves it be."""
    if bits >= 16:
        return x
    mu = 63.0
    packed = np.sign(x) * np.log1p(mu * np.abs(x)) / math.log1p(mu)
    levels = 2 ** (bits - 1)
    stored = np.round(packed * levels) / levels
    return np.sign(stored) * np.expm1(np.abs(stored) * math.log1p(mu)) / mu


def normalised(x: Signal) -> Signal:
    """The sound with a peak of 1; silence stays silent."""
    peak = float(np.abs(x).max())
    return x / peak if peak > 0 else x


def faded(x: Signal, ms: float) -> Signal:
    """The sound with its last milliseconds fading to exactly 0."""
    length = min(len(x), max(2, round(ms / 1000 * SAMPLE_RATE)))
    x = x.copy()
    x[-length:] *= np.cos(np.linspace(0, math.pi / 2, length)) ** 2
    x[-1] = 0
    return x


def _transform_size(length: int) -> int:
    """The next length that transforms quickly: 1, 3, 5 or 9 times a power of two."""
    return min(
        factor << max(1, math.ceil(math.log2(length / factor))) for factor in (1, 3, 5, 9) if factor <= max(length, 9)
    )
