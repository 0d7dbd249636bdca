"""The four descriptors of a drum and their gradients, from its log spectrogram alone.

Brightness, decay, pitch and noisiness are those of `descriptors`, computed from the cells of a DrumSpectrogram instead
of samples: a thousand times as fast, close to what is measured on the sound (docs/sound-attribute-shift.md), and
differentiable, so that each comes with its gradient by every cell.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from clave.audio.cell_grid import FLOOR, LOUDEST_LOG
from clave.audio.descriptors import (
    BODY_SECONDS,
    HIGHEST_PITCH_HZ,
    LEAST_POWER,
    LOWEST_BAND_HZ,
    NAMES,
    PITCH_ATTACK_SECONDS,
    TONALITY_BANDS,
    TONALITY_WINDOW,
)
from clave.audio.log_spectrogram import LONG_BANDS, DrumSpectrogram
from clave.music.clip import SAMPLE_RATE
from clave.music.shapes import Float32, Float64, Int64

QUIETEST = 1e-7  # magnitude of an empty cell
T30_DB = (-5.0, -35.0)
TONALITY_HOP = TONALITY_WINDOW // 4
TONE_DB = (-26.0, -20.0, -25.0, -37.5, -37.5, -37.5, -37.5)  # flatness of a tone, by octave: low ones have few rows
DECIBEL = 10 / np.log(10)  # nepers of power to decibels


@dataclass(frozen=True, eq=False)
class DescriptorValues:
    """The four descriptors of one log spectrogram, scaled as Descriptors.scaled, in the order of NAMES."""

    value: Float64[np.ndarray, " descriptor"]
    gradient: Float64[np.ndarray, "descriptor band frame"]  # of the value by each cell, per neper


@dataclass(frozen=True, eq=False)
class DescriptorGradients:
    """Computes descriptors and their gradients for log spectrograms of this kind."""

    spectrogram: DrumSpectrogram

    def evaluate(
        self, log_spectrogram: Float32[np.ndarray, "band frame"], near_pitch: float | None = None
    ) -> DescriptorValues:
        """The descriptors with their gradients; pitch is the partial nearest to `near_pitch`, else the strongest.

        There is a pitch for any log spectrogram, whether or not its sound would have one.
        """
        log = np.minimum(log_spectrogram[:LONG_BANDS].astype(np.float64), LOUDEST_LOG)
        magnitude = np.maximum(np.exp(log) - FLOOR, QUIETEST)
        by_magnitude = [
            self._brightness(magnitude),
            self._decay(magnitude),
            self._pitch(magnitude, near_pitch),
            self._noisiness(magnitude),
        ]
        magnitude_by_log = np.where(magnitude > QUIETEST, magnitude + FLOOR, 0)
        gradient = np.zeros((len(NAMES), *log_spectrogram.shape))
        gradient[:, :LONG_BANDS] = np.stack([each for _, each in by_magnitude]) * magnitude_by_log
        return DescriptorValues(np.array([value for value, _ in by_magnitude]), gradient)

    def _brightness(
        self, magnitude: Float64[np.ndarray, "band frame"]
    ) -> tuple[float, Float64[np.ndarray, "band frame"]]:
        wide = self._width[:, None] * magnitude
        sum_magnitude = wide.sum(axis=0)
        centroid = self._hz @ wide / sum_magnitude
        weight = self._body_s * (wide * magnitude).sum(axis=0)
        weight_sum = weight.sum()
        mean = float(weight @ centroid / weight_sum)
        gradient = self._width[:, None] * (
            (weight / sum_magnitude) * (self._hz[:, None] - centroid) + 2 * self._body_s * (centroid - mean) * magnitude
        )
        return float(np.log2(mean)), gradient / (weight_sum * mean * np.log(2))

    def _decay(self, magnitude: Float64[np.ndarray, "band frame"]) -> tuple[float, Float64[np.ndarray, "band frame"]]:
        wide = self._width[:, None] * magnitude
        energy = self._after_onset_s * (wide * magnitude).sum(axis=0)
        remaining = np.append(np.cumsum(energy[::-1])[::-1], 0) + 1e-12 * energy.sum()
        level = DECIBEL * np.log(remaining / remaining[0])
        seconds, gradients = list[float](), list[Float64[np.ndarray, " frame"]]()
        is_remaining = np.arange(len(energy)) >= np.arange(len(energy) + 1)[:, None]  # edge x frame still to come
        for threshold in T30_DB:
            after = int(np.argmax(level < threshold))
            fall = level[after - 1] - level[after]
            part = (level[after - 1] - threshold) / fall
            span = self._edge_s[after] - self._edge_s[after - 1]
            seconds.append(float(self._edge_s[after - 1] + part * span))
            level_by_energy = [
                DECIBEL * (is_remaining[edge] / remaining[edge] - 1 / remaining[0]) for edge in (after - 1, after)
            ]
            gradients.append(span / fall * ((1 - part) * level_by_energy[0] + part * level_by_energy[1]))
        decay = seconds[1] - seconds[0]
        by_energy = (gradients[1] - gradients[0]) * self._after_onset_s
        return float(np.log2(decay)), 2 * wide * by_energy / (decay * np.log(2))

    def _pitch(
        self, magnitude: Float64[np.ndarray, "band frame"], near: float | None
    ) -> tuple[float, Float64[np.ndarray, "band frame"]]:
        weight = self._fading_s
        power = np.square(magnitude) @ weight
        inside = power[1 : self._highest_pitch]
        if near is None:
            peak = 1 + int(inside.argmax())
        else:
            octaves = np.abs(np.log2(self._hz[1 : self._highest_pitch]) - near)
            peak = 1 + int((np.log(inside) - np.square(octaves / 0.25)).argmax())
        lower, higher = self._hz[peak] - self._hz[peak - 1], self._hz[peak + 1] - self._hz[peak]
        before, at, after = np.log(power[peak - 1 : peak + 2])
        curvature = min(before - 2 * at + after, -1e-3)
        offset = 0.5 * (before - after) / curvature
        step = (lower + higher) / 2
        hz = max(20.0, self._hz[peak] + float(np.clip(offset, -1, 1)) * step)
        by_log = np.array([0.5 - offset, 2 * offset, -0.5 - offset]) / curvature * step / (hz * np.log(2))
        gradient = np.zeros_like(magnitude)
        rows = slice(peak - 1, peak + 2)
        gradient[rows] = (by_log / power[rows])[:, None] * 2 * magnitude[rows] * weight
        return float(np.log2(hz)), gradient

    def _noisiness(
        self, magnitude: Float64[np.ndarray, "band frame"]
    ) -> tuple[float, Float64[np.ndarray, "band frame"]]:
        magnitude = magnitude[: self._octaves[-1]]
        power = np.square(magnitude) @ self._windows.T + 1e-20  # band x window
        begin = self._octaves[:-1]
        widths = np.add.reduceat(self._width[: self._octaves[-1]], begin)[:, None]
        loudest = np.repeat(np.maximum.reduceat(power, begin, axis=0), np.diff(self._octaves), axis=0)
        audible = power > LEAST_POWER * loudest
        log = np.log(np.where(audible, power, LEAST_POWER * loudest))
        wide = self._width[: self._octaves[-1], None]
        arithmetic = np.add.reduceat(wide * power, begin, axis=0) / widths
        geometric = np.add.reduceat(wide * log, begin, axis=0) / widths
        flatness_db = DECIBEL * (geometric - np.log(arithmetic))
        span = np.array(TONE_DB)[:, None]
        noise = 1 - flatness_db / span  # cell means have smoothed noise: there the flatness is 0 dB
        weight = np.sqrt(arithmetic * widths)
        total = weight.sum()
        mean = float((noise * weight).sum() / total)

        def spread(octaves: Float64[np.ndarray, "octave window"]) -> Float64[np.ndarray, "band window"]:
            return np.repeat(octaves, np.diff(self._octaves), axis=0)

        by_flatness = spread(weight / total * -DECIBEL / span / widths) * wide
        gradient = by_flatness * (audible / power - 1 / spread(arithmetic))
        silent = np.add.reduceat(np.where(audible, 0, by_flatness), begin, axis=0)  # follows the loudest band
        gradient += np.where(power == loudest, spread(silent), 0) / power
        gradient += spread((noise - mean) / total * 0.5 * weight / arithmetic / widths) * wide
        gradient = 2 * magnitude * (gradient @ self._windows)
        return mean, np.pad(gradient, ((0, LONG_BANDS - len(gradient)), (0, 0)))

    @cached_property
    def _hz(self) -> Float64[np.ndarray, " band"]:
        return self.spectrogram.hz[:LONG_BANDS]

    @cached_property
    def _width(self) -> Float64[np.ndarray, " band"]:
        """Of each row, in bands of the transform."""
        return np.diff(self.spectrogram.band_edges).astype(np.float64)

    @cached_property
    def _edge_s(self) -> Float64[np.ndarray, " edge"]:
        """Where frames meet, in seconds from the onset."""
        return np.maximum(0, self.spectrogram.edge_seconds)

    @cached_property
    def _after_onset_s(self) -> Float64[np.ndarray, " frame"]:
        """How much of each frame comes after the onset."""
        return np.diff(self._edge_s)

    @cached_property
    def _seconds(self) -> Float64[np.ndarray, " frame"]:
        return self.spectrogram.seconds[0]

    @cached_property
    def _frame_s(self) -> Float64[np.ndarray, " frame"]:
        return np.diff(self.spectrogram.edge_seconds)

    @cached_property
    def _body_s(self) -> Float64[np.ndarray, " frame"]:
        """How much of each frame belongs to the body."""
        return self._frame_s * (self._seconds < BODY_SECONDS)

    @cached_property
    def _fading_s(self) -> Float64[np.ndarray, " frame"]:
        """The same after the attack, as it counts for the pitch."""
        part = (self._seconds - PITCH_ATTACK_SECONDS) / BODY_SECONDS
        return self._frame_s * np.where((part > 0) & (part < 1), np.square(0.5 + 0.5 * np.cos(np.pi * part)), 0)

    @cached_property
    def _highest_pitch(self) -> int:
        return int(np.argmax(self._hz > HIGHEST_PITCH_HZ))

    @cached_property
    def _octaves(self) -> Int64[np.ndarray, " edge"]:
        """Rows at which the bands of tonality begin, and the end of the last."""
        edges_hz = LOWEST_BAND_HZ * 2.0 ** np.arange(TONALITY_BANDS)
        return np.concatenate([[0], np.searchsorted(self._hz, edges_hz)]).astype(np.int64)

    @cached_property
    def _windows(self) -> Float64[np.ndarray, "window frame"]:
        """How much of each frame lies in each window of the tonality."""
        begins = np.arange(0, BODY_SECONDS, TONALITY_HOP / SAMPLE_RATE)
        part = (self._seconds - begins[:, None]) / (TONALITY_WINDOW / SAMPLE_RATE)
        return self._frame_s * np.where((part > -0.02) & (part < 1), np.sin(np.pi * np.clip(part, 0, 1)) ** 4, 0)
