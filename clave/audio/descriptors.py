"""Four descriptors of a drum sound: brightness, decay time, pitch and noisiness, each with its source."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clave.audio import fft
from clave.audio.log_spectrogram import ONSET_SAMPLE, placed
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.shapes import Float, Float32, Float64

NAMES = ("brightness", "decay", "pitch", "noisiness")

BODY_SECONDS = 0.3  # of a sound, from its onset: where its timbre and pitch are measured
BRIGHTNESS_WINDOW, TONALITY_WINDOW = 1024, 4096  # samples, Hann: short for the attack, long to tell tones apart
LOWEST_BAND_HZ, TONALITY_BANDS = 320.0, 7  # all below it is one band; then octave by octave, up to 20 kHz
NOISE_FLATNESS_DB = -2.507  # of white noise in one frame: 10 log10(e^-0.5772), Euler's constant
TONE_FLATNESS_DB = -40.0  # of a tone that decays, with that window
LEAST_POWER = 1e-6  # of a band's loudest bin, -60 dB: what lies below is no part of its noise
LOWEST_PITCH_HZ, HIGHEST_PITCH_HZ = 30.0, 4000.0
PITCH_ATTACK_SECONDS = 0.01  # left out: a click has no pitch, and a falling pitch has mostly fallen
PITCH_LENGTH = 32_768  # samples of its spectrum, 1.3 Hz a bin
PARTIAL_RATIO, PARTIAL_HZ = 0.03, 12.0  # a partial reaches half a semitone to both sides, or 12 Hz where that is more
LEAST_PARTIAL = 0.2  # of the body's energy, for a pitch
BRIGHT_HZ, DARK_HZ = 5000.0, 500.0  # between them, a sound is neither bright nor dark
NOISY, TONAL = 0.85, 0.25
SEMITONE_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")


@dataclass(frozen=True)
class Descriptors:
    """The four descriptors of a sound."""

    brightness_hz: float  # spectral centroid
    decay_s: float  # T30
    pitch_hz: float | None  # None where no partial stands out
    noisiness: float  # in [0, 1]: 0 is a pure tone, 1 white noise

    def __str__(self) -> str:
        """For a person: "bright, noisy, 0.42 s"."""
        return ", ".join([*_adjectives(self), f"{self.decay_s:.2f} s"])

    @property
    def scaled(self) -> tuple[float, float, float, float]:
        """The four in the order of NAMES on perceptual scales: octaves above 1 Hz and above 1 s; NaN for no pitch."""
        pitch = np.nan if self.pitch_hz is None else np.log2(self.pitch_hz)
        return float(np.log2(self.brightness_hz)), float(np.log2(self.decay_s)), float(pitch), self.noisiness


def describe(clip: Clip) -> Descriptors:
    """The four descriptors of a one-shot, whatever its level, rate and lead-in.

    Raises TransformError for silence, which has none.
    """
    samples = placed(clip)
    return Descriptors(brightness_hz(samples), decay_s(samples[ONSET_SAMPLE:]), pitch_hz(samples), noisiness(samples))


def describe_all(clips: Sequence[Clip]) -> Float32[np.ndarray, "sound descriptor"]:
    """The descriptors of many sounds on perceptual scales (Descriptors.scaled), a row each."""
    return np.array([describe(clip).scaled for clip in clips], np.float32).reshape(len(clips), len(NAMES))


def ranks(column: Float[np.ndarray, " sound"]) -> Float64[np.ndarray, " sound"]:
    """The rank of each value among all, in [0, 1]: 0 the smallest, 1 the largest, equals share; NaN is 0.5."""
    known = np.flatnonzero(~np.isnan(column))
    place = np.full(len(column), 0.5)
    if len(known) > 1:
        values, which, counts = np.unique(column[known], return_inverse=True, return_counts=True)
        middle = np.cumsum(counts) - (counts + 1) / 2
        place[known] = middle[which] / (len(known) - 1) if len(values) > 1 else 0.5
    return place


def brightness_hz(samples: Float32[np.ndarray, " sample"]) -> float:
    """The spectral centroid of the body: of magnitudes in each frame, and of the frames by their energy.

    The centroid sum(f |X|) / sum |X| is the nearest correlate of brightness (Grey, Gordon 1978; Peeters et al., "The
    Timbre Toolbox", JASA 130(5), 2011, who weight by energy too). `samples` are as `log_spectrogram.placed` has them.
    """
    power = _frames(samples, BRIGHTNESS_WINDOW, ONSET_SAMPLE - BRIGHTNESS_WINDOW // 2)
    magnitude = np.sqrt(power)
    hz = np.arange(magnitude.shape[1]) * (SAMPLE_RATE / BRIGHTNESS_WINDOW)
    centroid = magnitude @ hz / np.maximum(magnitude.sum(axis=1), 1e-12)
    return float(np.average(centroid, weights=power.sum(axis=1)))


def decay_s(samples: Float32[np.ndarray, " sample"]) -> float:
    """T30: the time in which the energy still to come falls from -5 to -35 dB (Schroeder 1965)."""
    energy = np.cumsum(np.square(samples[::-1].astype(np.float64)))[::-1]
    level = 10 * np.log10(energy / energy[0] + 1e-12)
    return max(1, int(np.argmax(level < -35)) - int(np.argmax(level < -5))) / SAMPLE_RATE


def pitch_hz(samples: Float32[np.ndarray, " sample"]) -> float | None:
    """The strongest partial of the body between 30 Hz and 4 kHz, if it holds a fifth of the body's energy.

    A membrane's or a bar's partials are no harmonics (Fletcher, Rossing, "The Physics of Musical Instruments", 1998),
    so no period is searched for; the pitch of a drum is near its strongest partial once the attack is over. Its place
    between bins is the parabola's through the three log magnitudes around it (Smith, Serra 1987). `samples` are as
    `log_spectrogram.placed` has them.
    """
    begin = ONSET_SAMPLE + round(PITCH_ATTACK_SECONDS * SAMPLE_RATE)
    body = samples[begin : begin + round(BODY_SECONDS * SAMPLE_RATE)]
    fading = 0.5 + 0.5 * np.cos(np.pi * np.arange(len(body)) / len(body))
    power = np.square(np.abs(fft.rfft((body * fading).astype(np.float32) * PITCH_LENGTH, PITCH_LENGTH)))
    bin_hz = SAMPLE_RATE / PITCH_LENGTH
    low, high = round(LOWEST_PITCH_HZ / bin_hz), round(HIGHEST_PITCH_HZ / bin_hz)
    peak = low + int(power[low:high].argmax())
    reach = round(max(PARTIAL_RATIO * peak, PARTIAL_HZ / bin_hz))
    total = float(power[low // 2 :].sum())
    if total == 0 or power[max(0, peak - reach) : peak + reach + 1].sum() < LEAST_PARTIAL * total:
        return None
    before, at, after = np.log(power[peak - 1 : peak + 2] + 1e-20)
    if max(before, after) > at:  # the slope of something below 30 Hz or above 4 kHz
        return None
    return float((peak + 0.5 * (before - after) / min(before - 2 * at + after, -1e-12)) * bin_hz)


def noisiness(samples: Float32[np.ndarray, " sample"]) -> float:
    """How far from a tone and how near to noise the body is, in [0, 1]: 1 - tonality, octave by octave.

    The tonality of a band is its spectral flatness, geometric over arithmetic mean of the power, in decibels, 0 for
    noise and 1 for a tone (Johnston, "Transform coding of audio signals using perceptual noise criteria", IEEE JSAC
    6(2), 1988, with -60 dB for a tone; a decaying one comes to -40 here). Bands and frames count by their magnitude.
    `samples` are as `log_spectrogram.placed` has them.
    """
    power = _frames(samples, TONALITY_WINDOW, ONSET_SAMPLE).astype(np.float64)
    edges_hz = LOWEST_BAND_HZ * 2.0 ** np.arange(TONALITY_BANDS)
    edges = np.rint(np.concatenate([[0], edges_hz]) * TONALITY_WINDOW / SAMPLE_RATE).astype(int)
    widths = np.diff(edges)
    power = power[:, : edges[-1]]
    loudest = np.repeat(np.maximum.reduceat(power, edges[:-1], axis=1), widths, axis=1)
    log = np.log(np.maximum(power, LEAST_POWER * loudest) + 1e-20)
    arithmetic = np.add.reduceat(power, edges[:-1], axis=1) / widths + 1e-20
    geometric = np.add.reduceat(log, edges[:-1], axis=1) / widths
    flatness_db = 10 / np.log(10) * (geometric - np.log(arithmetic))
    noise = 1 - np.clip((flatness_db - NOISE_FLATNESS_DB) / (TONE_FLATNESS_DB - NOISE_FLATNESS_DB), 0, 1)
    return float(np.average(noise, weights=np.sqrt(arithmetic * widths)))


def _frames(samples: Float32[np.ndarray, " sample"], window: int, begin: int) -> Float32[np.ndarray, "frame band"]:
    """Power of Hann windows a quarter apart over the body; the first begins at this sample."""
    begin = max(0, begin)
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)).astype(np.float32)
    body = samples[begin : ONSET_SAMPLE + round(BODY_SECONDS * SAMPLE_RATE) + window]
    frames = np.lib.stride_tricks.sliding_window_view(body, window)[:: window // 4]
    return np.square(np.abs(fft.rfft(frames * (hann * window))))


def _adjectives(sound: Descriptors) -> list[str]:
    words = list[str]()
    if sound.brightness_hz >= BRIGHT_HZ or sound.brightness_hz <= DARK_HZ:
        words.append("bright" if sound.brightness_hz >= BRIGHT_HZ else "dark")
    if sound.noisiness >= NOISY or sound.noisiness <= TONAL:
        words.append("noisy" if sound.noisiness >= NOISY else "tonal")
    if sound.pitch_hz is not None:
        words.append(note_name(sound.pitch_hz))
    return words


def note_name(pitch_hz: float) -> str:
    """The nearest note in equal temperament, A4 = 440 Hz: 55 Hz is "A1"."""
    number = round(69 + 12 * float(np.log2(pitch_hz / 440)))
    return f"{SEMITONE_NAMES[number % 12]}{number // 12 - 1}"
