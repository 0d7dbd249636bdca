"""Measures of a one-shot as a stroke on a drum: its peak, how its brightness changes, how it dies away."""

from dataclasses import astuple, dataclass, fields

import numpy as np

from clave.audio import descriptors
from clave.audio.log_spectrogram import ONSET_SAMPLE, placed
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.shapes import Float64

START_SECONDS = 0.003  # a click, or what a stick does
STRETCHES_SECONDS = ((0.0, 0.01), (0.01, 0.05), (0.05, 0.3))  # the strike, the attack, the body
AUDIBLE_DB = 40.0  # the sound lasts until the energy to come is so far below all of it
WINDOW, HOP = 512, 64  # samples, Hann
HIGH_HZ, TOP_HZ = 5000.0, 10_000.0
LEAST_DB = -90.0


@dataclass(frozen=True)
class StrokeMeasures:
    """What is measured of one sound. Its level, lead-in and trailing silence play no part."""

    crest_db: float  # peak over root mean square, as long as the sound is audible
    start_db: float  # peak of the first 3 ms, relative to that of the whole
    attack_ms: float  # from the onset to the peak
    strike_hz: float  # centroid of the first 10 ms
    attack_hz: float  # from 10 to 50 ms
    body_hz: float  # from 50 to 300 ms
    high_db: float  # energy above 5 kHz, relative to all of it
    top_db: float  # above 10 kHz
    t30_s: float  # the time in which the energy to come falls from -5 to -35 dB
    noisiness: float  # in [0, 1]: 0 is a pure tone, 1 white noise

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of the measures, in order."""
        return tuple(each.name for each in fields(cls))

    def row(self) -> Float64[np.ndarray, " measure"]:
        """The measures in the order of `names`."""
        return np.array(astuple(self))


def measure(clip: Clip) -> StrokeMeasures:
    """The measures of a one-shot, whatever its level, rate and lead-in.

    Raises TransformError for silence, which has none.
    """
    aligned = placed(clip)
    samples = aligned[ONSET_SAMPLE:].astype(np.float64)
    to_come = np.cumsum(np.square(samples[::-1]))[::-1]
    audible = max(1, int(np.count_nonzero(to_come > to_come[0] * 10 ** (-AUDIBLE_DB / 10))))
    peak = float(np.abs(samples).max())
    start = float(np.abs(samples[: round(START_SECONDS * SAMPLE_RATE)]).max())
    strike, attack, body = (_centroid_hz(aligned, *stretch) for stretch in STRETCHES_SECONDS)
    power = np.square(np.abs(np.fft.rfft(samples)))
    hz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    return StrokeMeasures(
        crest_db=20 * np.log10(peak / np.sqrt(np.square(samples[:audible]).mean())),
        start_db=_db(start**2 / peak**2),
        attack_ms=1000 * int(np.abs(samples).argmax()) / SAMPLE_RATE,
        strike_hz=strike,
        attack_hz=attack,
        body_hz=body,
        high_db=_db(power[hz >= HIGH_HZ].sum() / power.sum()),
        top_db=_db(power[hz >= TOP_HZ].sum() / power.sum()),
        t30_s=descriptors.decay_s(aligned[ONSET_SAMPLE:]),
        noisiness=descriptors.noisiness(aligned),
    )


def _centroid_hz(aligned: np.ndarray, begin_s: float, end_s: float) -> float:
    """The centroid of magnitudes (as in `descriptors.brightness_hz`) of the mean power around this stretch."""
    middles = ONSET_SAMPLE + np.arange(round(begin_s * SAMPLE_RATE), round(end_s * SAMPLE_RATE), HOP)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    padded = np.pad(aligned.astype(np.float64), (WINDOW, WINDOW))
    frames = padded[(middles + WINDOW // 2)[:, None] + np.arange(WINDOW)]
    magnitude = np.sqrt(np.square(np.abs(np.fft.rfft(frames * hann, axis=1))).mean(axis=0))
    hz = np.arange(len(magnitude)) * (SAMPLE_RATE / WINDOW)
    return float((magnitude @ hz) / max(float(magnitude.sum()), 1e-12))


def _db(ratio: float) -> float:
    return max(LEAST_DB, 10 * float(np.log10(ratio + 1e-12)))
