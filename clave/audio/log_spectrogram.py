"""A drum as a small log spectrogram: fine at low frequencies and right after the onset, coarse elsewhere.

    forward:   sound -> STFT magnitudes -> log -> means over cells of a warped grid
    estimate:  cells -> interpolated log magnitudes -> phase -> sound

It has the rows of two transforms: long windows for the whole sound, and below them windows of 1.5 ms for its first
20 ms, since a long window smears the attack. Means lose what happens inside a cell, and the phase is lost: the way back
is an estimate, no inverse.
"""

from abc import abstractmethod
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import ClassVar

import numpy as np

from clave.audio.beginning_bound import BeginningBound
from clave.audio.cell_grid import FLOOR, CellGrid, mean_matrix, widening
from clave.audio.noise import RAYLEIGH, noise_bands, tonality
from clave.audio.phase import DEFAULT, ONSET_S, GriffinLim, with_magnitude
from clave.audio.stft import STFT
from clave.audio.transform import BandsByFrames
from clave.errors import TransformError
from clave.files.audio_file import ONE_SHOT_SECONDS, RISE_SAMPLES, one_shot, resampled
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.shapes import Float32, Float64, Int64

PEAK = 0.9  # of every sound that is analysed, and of every one that is estimated
ONSET_SAMPLE = round(ONSET_S * SAMPLE_RATE)
LENGTH = ONSET_SAMPLE + round(ONE_SHOT_SECONDS * SAMPLE_RATE)
HISS = np.float32(4 * FLOOR)  # taken off the magnitudes of noise, or it would go on at -80 dB where there is none
LEAST_LOG = np.log(HISS + np.float32(FLOOR))  # quieter cells are silent
LINEAR_BANDS, LONG_BANDS = 40, 128  # the lowest are those of the STFT, up to 1.7 kHz; above, they widen by ratio
FRAMES_OF_WIDTH = ((16, 1), (16, 2), (16, 4))  # the first 16 frames are those of the STFT, 2.9 ms apart, and so on
LAST_FRAMES = 16  # share the rest of the time evenly
FRAMES = 64
SHORT_LINEAR_BANDS, SHORT_BANDS = 6, 12  # of the stroke: the lowest 0.7 kHz apart
SHORT_WINDOW, SHORT_HOP = 64, 16  # samples, 1.5 and 0.4 ms
SHORT_LENGTH = FRAMES * SHORT_HOP - (SHORT_WINDOW - SHORT_HOP)  # samples: 22 ms from the beginning of the lead-in
BANDS = LONG_BANDS + SHORT_BANDS
FEW_BANDS = 0.5  # of all: a phase estimate of no more is worth the copies that it takes
BANDS_ABOVE = 2  # of a phase estimate, above the highest that sounds: its slopes need a neighbour
JOIN_SAMPLES = 256  # in which the stroke goes over into the rest
STROKE_ROUNDS = 2  # of Griffin-Lim on the stroke, within each round on the whole sound
LAST_STROKES = 6  # repetitions of these after the last round on the whole sound
BOUND_SAMPLES = 2048  # from the beginning of the lead-in: where haze is taken off
KNEE, MOST_LIMITED = 0.7, 4.0  # of the limit: where it begins, and by how much it lowers a peak at most
SILENCE = 1e-4  # of the peak, -80 dB: where a sound has ended
END_FADE_SECONDS = 0.005


class Spectrogram(BandsByFrames):
    """One-shots to log spectrograms (natural logarithms of magnitudes), and estimates of the way back."""

    name: ClassVar[str]  # in the settings of a space that was learned from such log spectrograms

    @abstractmethod
    def forward(self, clip: Clip) -> Float32[np.ndarray, "band frame"]:
        """The log spectrogram of a sound, whatever its level, rate and lead-in.

        Raises TransformError for silence, which has no onset.
        """

    def estimate(self, log_spectrogram: Float32[np.ndarray, "band frame"], seed: int = 0) -> Clip:
        """A sound with nearly this log spectrogram: 2 ms of lead-in, its onset, and the rest until silence; peak 0.9.

        The seed is that of its noise: sounds that are struck at once should have different ones.

        Raises TransformError unless the log spectrogram is made of finite numbers and holds a sound.
        """
        return ended(self.waveform(log_spectrogram, seed))

    @abstractmethod
    def waveform(
        self, log_spectrogram: Float32[np.ndarray, "band frame"], seed: int = 0
    ) -> Float32[np.ndarray, " sample"]:
        """The same before trimming: its onset at ONSET_SAMPLE, and before it what `estimate` cuts off."""

    def check(self, log_spectrogram: Float32[np.ndarray, "band frame"]) -> None:
        """TransformError unless the log spectrogram has this shape and is made of finite numbers."""
        if log_spectrogram.shape != (self.bands, self.frames) or not np.isfinite(log_spectrogram).all():
            raise TransformError(
                f"this log spectrogram is {self.bands} x {self.frames} finite numbers, got {log_spectrogram.shape}"
            )


@dataclass(frozen=True)
class DrumSpectrogram(Spectrogram):
    """One-shots as `bands` x `frames` mean log magnitudes on a warped grid, and the sounds that have nearly these."""

    name: ClassVar[str] = "drum"

    transform: STFT = field(default_factory=lambda: STFT(length=LENGTH))
    stroke: STFT = field(default_factory=lambda: STFT(length=SHORT_LENGTH, window=SHORT_WINDOW, hop=SHORT_HOP))
    phase: GriffinLim = DEFAULT

    @property
    def bands(self) -> int:
        """Rows: those of the whole sound, then those of the stroke."""
        return BANDS

    @property
    def frames(self) -> int:
        """Columns."""
        return FRAMES

    @cached_property
    def hz(self) -> Float64[np.ndarray, " band"]:
        """Centre of each row."""
        rows = zip((self.transform, self.stroke), (self.whole_grid, self.stroke_grid), strict=True)
        return np.concatenate([mean_matrix(grid.bands) @ transform.centres_hz for transform, grid in rows])

    @cached_property
    def seconds(self) -> Float64[np.ndarray, "band frame"]:
        """When each cell sounds, from the onset on."""
        times = list[Float64[np.ndarray, "band frame"]]()
        for transform, grid in ((self.transform, self.whole_grid), (self.stroke, self.stroke_grid)):
            fine = transform.first_frame_s + transform.frame_seconds * np.arange(transform.frames)
            times.append(np.tile(mean_matrix(grid.frames) @ fine - ONSET_S, (len(grid.bands) - 1, 1)))
        return np.concatenate(times)

    @property
    def band_edges(self) -> Int64[np.ndarray, " edge"]:
        """Bands of the transform at which the rows of the whole sound begin, and the end of the last."""
        return self.whole_grid.bands

    @property
    def edge_seconds(self) -> Float64[np.ndarray, " edge"]:
        """When the frames of the whole sound begin, and the end of the last, from the onset on."""
        transform = self.transform
        return transform.first_frame_s + (self.whole_grid.frames - 0.5) * transform.frame_seconds - ONSET_S

    def forward(self, clip: Clip) -> Float32[np.ndarray, "band frame"]:
        """Magnitudes, logarithms, means."""
        samples = placed(clip)
        whole = self.whole_grid.means(np.abs(self.transform.forward(samples)))
        stroke = self.stroke_grid.means(np.abs(self.stroke.forward(samples[:SHORT_LENGTH])))
        return np.concatenate([whole, stroke])

    def waveform(
        self, log_spectrogram: Float32[np.ndarray, "band frame"], seed: int = 0
    ) -> Float32[np.ndarray, " sample"]:
        """Magnitudes between the means; noise where there is no tone, phase where there is one; sound.

        The magnitudes of noise are interpolated, those of tones lie on splines.

        Each round of the phase estimate also silences what comes before the onset and gives the stroke its own
        magnitudes: a gate afterwards would only cut off what the phase estimate has smeared before the onset.
        """
        self.check(log_spectrogram)
        whole = log_spectrogram[:LONG_BANDS]
        part = self._beginning(self.whole_grid.frames_above(whole, LEAST_LOG) + self.transform.overlap)
        magnitude = self.whole_grid.magnitudes(whole, part.frames)
        tone = self.whole_grid.interpolated(tonality(whole, self.hz[:LONG_BANDS]), part.frames)
        level = RAYLEIGH * np.sqrt(1 - tone) * np.maximum(magnitude - HISS, 0)
        samples = np.zeros(self.transform.length, np.float32)
        samples[: part.length] = part.inverse(level * noise_bands(self.transform, seed)[:, : part.frames])

        stroke = self.stroke_grid.magnitudes(log_spectrogram[LONG_BANDS:])
        share = self._noise_of_stroke(magnitude, tone)
        sung = self._tone(whole, tone, stroke * np.sqrt(1 - share))
        samples[: len(sung)] += sung
        stroke *= RAYLEIGH**share
        bound = BeginningBound.of(magnitude * RAYLEIGH ** (1 - tone), self.transform, BOUND_SAMPLES)
        for _ in range(LAST_STROKES):
            samples = bound.applied(self._struck(samples, stroke))
            samples[:SHORT_LENGTH] *= AFTER_ONSET
            samples = limited(samples)
        return samples

    def _tone(
        self,
        log_spectrogram: Float32[np.ndarray, "band frame"],
        share: Float32[np.ndarray, "fine_band fine_frame"],
        stroke: Float32[np.ndarray, "short_band short_frame"],
    ) -> Float32[np.ndarray, " sample"]:
        """The sound of this share in the power, with these magnitudes of its stroke, by phase retrieval.

        It ends where the share does.
        """
        bands, frames = (np.flatnonzero(share.any(axis=axis)) for axis in (1, 0))
        if not len(frames):
            return np.zeros(0, np.float32)
        part = self._beginning(int(frames[-1]) + 1)
        count = int(bands[-1]) + 1 + BANDS_ABOVE
        some = replace(part, lowest_bands=count) if count < FEW_BANDS * part.bands else part
        magnitude = self.whole_grid.tone_magnitudes(log_spectrogram, some.bands, some.frames)
        phase = replace(self.phase, constraint=partial(self._struck, magnitude=stroke))
        return phase.estimate(magnitude * np.sqrt(share[: some.bands, : some.frames]), some)

    def _beginning(self, frames: int) -> STFT:
        """The transform of the first so many frames of a sound, but at least of its stroke."""
        whole = self.transform
        length = max(SHORT_LENGTH + whole.window, (frames + 1) * whole.hop - whole.window)
        return replace(whole, length=min(whole.length, length))

    def _struck(
        self, samples: Float32[np.ndarray, " sample"], magnitude: Float32[np.ndarray, "fine_band fine_frame"]
    ) -> Float32[np.ndarray, " sample"]:
        """The same sound, silent before its onset, its stroke with these magnitudes."""
        early = samples[:SHORT_LENGTH] * AFTER_ONSET
        sharp = early
        for _ in range(STROKE_ROUNDS):
            sharp = self.stroke.inverse(with_magnitude(self.stroke.forward(sharp), magnitude)) * AFTER_ONSET
        return np.concatenate([early + JOIN * (sharp - early), samples[SHORT_LENGTH:]])

    def _noise_of_stroke(
        self, magnitude: Float32[np.ndarray, "fine_band fine_frame"], tone: Float32[np.ndarray, "fine_band fine_frame"]
    ) -> Float32[np.ndarray, "short_band short_frame"]:
        """The share of noise in the power that the short windows see, from that of the long ones."""
        across, along = self.long_to_short
        power = np.square(magnitude[:, : len(along)])
        noise = across @ (power * (1 - tone[:, : len(along)]))
        return np.clip(noise / np.maximum(across @ power, FLOOR**2) @ along, 0, 1)

    @cached_property
    def long_to_short(
        self,
    ) -> tuple[Float32[np.ndarray, "short_band long_band"], Float32[np.ndarray, "long_frame short_frame"]]:
        """What the short windows see of the bands of the long ones, and their frames between those of the long ones."""
        long, short = self.transform, self.stroke
        apart = short.centres_hz[:, None] - long.centres_hz
        seen = np.exp(-2 * np.pi * short.spread_s2[:, None] * apart**2)
        times, late = (each.first_frame_s + each.frame_seconds * np.arange(each.frames) for each in (long, short))
        near = np.eye(np.searchsorted(times, late[-1]) + 1)
        between = np.stack([np.interp(late, times[: len(near)], row) for row in near])
        return seen.astype(np.float32), between.astype(np.float32)

    @cached_property
    def whole_grid(self) -> CellGrid:
        """The cells of the whole sound."""
        widths = np.repeat(*np.array([(width, count) for count, width in FRAMES_OF_WIDTH]).T)
        early = np.concatenate([[0], np.cumsum(widths)])
        late = np.linspace(early[-1], self.transform.frames, LAST_FRAMES + 1)[1:]
        frames = np.concatenate([early, np.rint(late)]).astype(np.int64)
        return CellGrid(widening(LINEAR_BANDS, LONG_BANDS, self.transform.bands), frames)

    @cached_property
    def stroke_grid(self) -> CellGrid:
        """Those of the stroke."""
        return CellGrid(widening(SHORT_LINEAR_BANDS, SHORT_BANDS, self.stroke.bands), np.arange(FRAMES + 1))


AFTER_ONSET = np.clip((np.arange(SHORT_LENGTH) - ONSET_SAMPLE + 1) / RISE_SAMPLES / 2, 0, 1).astype(np.float32) ** 2
"""Silence, then a rise of 0.4 ms from the onset on."""
JOIN = np.clip((SHORT_LENGTH - np.arange(SHORT_LENGTH)) / JOIN_SAMPLES, 0, 1).astype(np.float32)


def placed(clip: Clip) -> Float32[np.ndarray, " sample"]:
    """The one-shot in a row of LENGTH samples with its onset at ONSET_SAMPLE and a peak of 0.9.

    Raises TransformError for silence.
    """
    sound = one_shot(_without_offset(resampled(clip)))
    if sound.peak == 0:
        raise TransformError("silence has no onset: there is nothing to analyse")
    onset = min(RISE_SAMPLES, int(np.argmax(np.abs(sound.samples) > 0.01 * sound.peak)))
    begin = ONSET_SAMPLE - onset
    samples = np.zeros(LENGTH, np.float32)
    kept = sound.samples[: LENGTH - begin]
    samples[begin : begin + len(kept)] = kept * (PEAK / sound.peak)
    return samples


def ended(samples: Float32[np.ndarray, " sample"]) -> Clip:
    """The sound from its lead-in to its last audible sample, faded at both ends; peak 0.9.

    Raises TransformError for silence, NaN and infinity.
    """
    peak = float(np.abs(samples).max())
    if not np.isfinite(peak) or peak == 0:
        raise TransformError(f"an estimate came out with a peak of {peak}: no sound")
    samples = samples / np.float32(peak)
    gate = ONSET_SAMPLE - RISE_SAMPLES
    samples[:gate] = 0
    samples[gate:ONSET_SAMPLE] *= np.linspace(0, 1, RISE_SAMPLES, dtype=np.float32)
    fade = round(END_FADE_SECONDS * SAMPLE_RATE)
    loud = np.flatnonzero(np.abs(samples) > SILENCE)
    end = min(len(samples), int(loud[-1]) + 1 + fade)
    fade = min(fade, end)
    samples = samples[:end].copy()
    samples[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    peak = float(np.abs(samples).max())
    if peak == 0:
        raise TransformError("an estimate came out with nothing after its onset: no sound")
    return Clip(samples * np.float32(PEAK / peak))


def limited(samples: Float32[np.ndarray, " sample"]) -> Float32[np.ndarray, " sample"]:
    """The same without peaks above PEAK, which no analysed sound has; at most MOST_LIMITED times lower.

    Up to KNEE nothing changes, above it the loudest sample comes down to the limit along a hyperbola. Chance makes
    peaks that the sound did not have; if they stayed, all the rest would become quieter by as much.
    """
    loudest = float(np.abs(samples).max())
    limit = max(PEAK, loudest / MOST_LIMITED)
    over = loudest / limit
    if over <= 1:
        return samples
    above = np.maximum(np.abs(samples) / np.float32(limit) - KNEE, 0)
    bend = (over - 1) / (over - KNEE) / (1 - KNEE)
    return samples - np.sign(samples) * np.float32(limit) * (above - above / (1 + np.float32(bend) * above))


def _without_offset(clip: Clip) -> Clip:
    """The sound without its DC offset: the median of its last tenth."""
    return Clip(clip.samples - np.float32(np.median(clip.samples[-max(1, len(clip) // 10) :])), clip.sample_rate)
