"""From log spectrograms to sounds in TorchScript: the steps of `DrumSpectrogram.estimate`, with another first phase.

Noise, tones, stroke and their limits are those of Clave. Phases of tones begin as those of an impulse at the onset
instead of the integrated ones, whose spanning tree TorchScript cannot build; a few more rounds make up for it.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from clave.audio import noise
from clave.audio.cell_grid import FLOOR, LOUDEST_LOG, CellGrid
from clave.audio.log_spectrogram import (
    AFTER_ONSET,
    END_FADE_SECONDS,
    HISS,
    JOIN,
    KNEE,
    LAST_STROKES,
    LONG_BANDS,
    MOST_LIMITED,
    ONSET_SAMPLE,
    PEAK,
    SHORT_LENGTH,
    SILENCE,
    STROKE_ROUNDS,
    DrumSpectrogram,
)
from clave.audio.phase import ONSET_S
from clave.files.audio_file import RISE_SAMPLES
from clave.music.clip import SAMPLE_RATE
from clave.training.torchscript.transforms import BeginningLimit, TorchSTFT, with_magnitude

ROUNDS, MOMENTUM = 24, 0.99  # of fast Griffin-Lim


class Tonality(nn.Module):
    """The twin of `clave.audio.noise.tonality`: the share of each cell's power that is tone."""

    low: Tensor  # [band, 1]: 1 where all is tone

    def __init__(self, spectrogram: DrumSpectrogram) -> None:
        super().__init__()
        between, hz = noise.LOW_HZ, torch.from_numpy(spectrogram.hz[:LONG_BANDS]).float()
        self.register_buffer("low", 1 - ((hz - between[0]) / (between[1] - between[0])).clamp(0, 1).unsqueeze(1))
        self.db, self.around, self.rows = noise.DB_PER_NEPER.item(), noise.FRAMES_AROUND, noise.ROWS_AROUND
        self.tone_rows, self.soft_rows = noise.TONE_ROWS, noise.SOFT_ROWS
        self.tone_db, self.faint_db, self.hidden_db = noise.TONE_DB, noise.FAINT_DB, noise.HIDDEN_DB

    def forward(self, log: Tensor) -> Tensor:
        """Of a log spectrogram [band, frame] of the whole sound."""
        level = log * self.db
        steady = self.mean(level, 1, self.around)
        peak = self.ramp(steady - self.mean(steady, self.rows, 1), self.tone_db)
        highest = functional.max_pool2d(self.padded(peak, self.tone_rows, 1), [self.tone_rows, 1], [1, 1])[0]
        tone = torch.maximum(self.mean(highest, self.soft_rows, 1), self.low)
        heard = self.ramp(level - level.max(), self.faint_db)
        return tone * heard * self.ramp(steady - level.amax(dim=0), self.hidden_db)

    def padded(self, values: Tensor, bands: int, frames: int) -> Tensor:
        """The values with those at the ends repeated, for windows of this size."""
        around = [frames // 2, frames // 2, bands // 2, bands // 2]
        return functional.pad(values.unsqueeze(0), around, "replicate")

    def mean(self, values: Tensor, bands: int, frames: int) -> Tensor:
        """Over a window of this size around each."""
        return functional.avg_pool2d(self.padded(values, bands, frames), [bands, frames], [1, 1])[0]

    def ramp(self, values: Tensor, between: tuple[float, float]) -> Tensor:
        """0 up to the first of two values, 1 from the second on."""
        return ((values - between[0]) / (between[1] - between[0])).clamp(0.0, 1.0)


class Upsampling(nn.Module):
    """Bands and frames of cells: [band, frame] to [fine frame, fine band]."""

    across: Tensor
    along: Tensor

    def __init__(self, matrices: "tuple[object, object]") -> None:
        super().__init__()
        across, along = matrices
        self.register_buffer("across", torch.as_tensor(across))
        self.register_buffer("along", torch.as_tensor(along))
        self.loudest, self.floor = LOUDEST_LOG, FLOOR

    def forward(self, cells: Tensor) -> Tensor:
        """The values between."""
        return self.along @ cells.T @ self.across.T

    @torch.jit.export
    def magnitudes(self, log: Tensor) -> Tensor:
        """The same of logarithms, as magnitudes."""
        return (self.forward(log).clamp(max=self.loudest).exp() - self.floor).clamp(min=0.0)


class Synthesis(nn.Module):
    """A log spectrogram [140, 64] to a sound; `seed` chooses one of eight noises."""

    noise: Tensor  # [frame, band, 2] in half precision: stretches of it are the noises
    impulse: Tensor  # [frame, band]: phases of an impulse at the onset
    after_onset: Tensor
    join: Tensor
    across: Tensor
    between: Tensor

    def __init__(self, spectrogram: DrumSpectrogram, noises: int) -> None:
        super().__init__()
        whole, stroke = spectrogram.transform, spectrogram.stroke
        self.whole, self.stroke, self.limit = TorchSTFT(whole), TorchSTFT(stroke), BeginningLimit(whole)
        self.linear, self.splines = (Upsampling(each) for each in _upsampling(spectrogram.whole_grid))
        self.of_stroke, self.tonality = Upsampling(spectrogram.stroke_grid.linear), Tonality(spectrogram)
        self.register_buffer("noise", _long_noise(spectrogram, noises))
        after = whole.first_frame_s + whole.frame_seconds * torch.arange(whole.frames, dtype=torch.float64) - ONSET_S
        phase = 2 * math.pi * torch.outer(after, torch.from_numpy(whole.centres_hz))
        self.register_buffer("impulse", torch.remainder(phase, 2 * math.pi).float())
        self.register_buffer("after_onset", torch.from_numpy(AFTER_ONSET))
        self.register_buffer("join", torch.from_numpy(JOIN))
        across, between = spectrogram.long_to_short
        self.register_buffer("across", torch.from_numpy(across))
        self.register_buffer("between", torch.from_numpy(between))
        self.length, self.short, self.long_bands, self.frames = whole.length, SHORT_LENGTH, LONG_BANDS, whole.frames
        self.shift, self.rayleigh, self.hiss, self.floor = noise.SEED_FRAMES, float(noise.RAYLEIGH), float(HISS), FLOOR
        self.rounds, self.momentum, self.strokes, self.last = ROUNDS, MOMENTUM, STROKE_ROUNDS, LAST_STROKES
        self.peak, self.knee, self.most, self.silence = PEAK, KNEE, MOST_LIMITED, SILENCE
        self.onset, self.rise = ONSET_SAMPLE, RISE_SAMPLES
        self.fade = round(END_FADE_SECONDS * SAMPLE_RATE)

    def forward(self, log: Tensor, seed: int) -> Tensor:
        """The sound at 44.1 kHz: 2 ms of lead-in, then its onset; peak 0.9; silence where there is none."""
        magnitude = self.linear.magnitudes(log[: self.long_bands])
        tone = self.linear(self.tonality(log[: self.long_bands]))
        scattered = self.noise[seed * self.shift : seed * self.shift + self.frames].float()
        level = self.rayleigh * (1 - tone).clamp(min=0.0).sqrt() * (magnitude - self.hiss).clamp(min=0.0)
        samples = self.whole.inverse(torch.view_as_complex(scattered) * level, self.length)
        stroke = self.of_stroke.magnitudes(log[self.long_bands :])
        share = self.noise_of_stroke(magnitude, tone)
        sung = self.splines.magnitudes(log[: self.long_bands]) * tone.clamp(min=0.0).sqrt()
        samples = samples + self.tone(sung, stroke * (1 - share).sqrt())
        stroke = stroke * self.rayleigh**share
        bound = self.limit.bound(magnitude * self.rayleigh ** (1 - tone))
        for _ in range(self.last):
            samples = self.limit(self.struck(samples, stroke), bound)
            samples[: self.short] *= self.after_onset
            samples = self.limited(samples)
        return self.ended(samples)

    def tone(self, magnitude: Tensor, stroke: Tensor) -> Tensor:
        """A sound with these magnitudes [frame, band] and these of its stroke, by phase retrieval."""
        sounding = torch.nonzero(magnitude.amax(dim=1) > 0)
        samples = torch.zeros(self.length, device=magnitude.device)
        if sounding.shape[0] == 0:
            return samples
        least = (self.short + 2 * self.whole.size) // self.whole.hop
        frames = min(max(int(sounding[-1].item()) + 1, least), self.frames)
        length = min(self.length, frames * self.whole.hop - self.whole.lead)
        wanted, start = magnitude[:frames], torch.polar(magnitude[:frames], self.impulse[:frames])
        last, ahead = start, start
        for _ in range(self.rounds):
            sound = self.struck(self.whole.inverse(with_magnitude(ahead, wanted), length), stroke)
            consistent = self.whole(sound)[:frames]
            ahead = consistent - last * (self.momentum / (1 + self.momentum))
            last = consistent
        samples[:length] = self.whole.inverse(with_magnitude(last, wanted), length)
        return samples

    def struck(self, samples: Tensor, magnitude: Tensor) -> Tensor:
        """The same sound, silent before its onset, its stroke with these magnitudes."""
        early = samples[: self.short] * self.after_onset
        sharp = early
        for _ in range(self.strokes):
            bands = with_magnitude(self.stroke(sharp), magnitude)
            sharp = self.stroke.inverse(bands, self.short) * self.after_onset
        return torch.cat([early + self.join * (sharp - early), samples[self.short :]])

    def noise_of_stroke(self, magnitude: Tensor, tone: Tensor) -> Tensor:
        """The share of noise [short frame, short band] in the power that short windows see."""
        near = self.between.shape[0]
        power = magnitude[:near].square()
        noisy = (power * (1 - tone[:near])) @ self.across.T / (power @ self.across.T).clamp(min=self.floor**2)
        return (self.between.T @ noisy).clamp(0.0, 1.0)

    def limited(self, samples: Tensor) -> Tensor:
        """The same without peaks above the limit; see `clave.audio.log_spectrogram.limited`."""
        loudest = samples.abs().max()
        limit = torch.maximum(loudest / self.most, torch.full_like(loudest, self.peak))
        over = loudest / limit
        if bool(over <= 1):
            return samples
        above = (samples.abs() / limit - self.knee).clamp(min=0.0)
        bend = (over - 1) / (over - self.knee) / (1 - self.knee)
        return samples - samples.sign() * limit * (above - above / (1 + bend * above))

    def ended(self, samples: Tensor) -> Tensor:
        """The sound to its last audible sample, faded at both ends, its peak 0.9."""
        loudest = samples.abs().max()
        if not bool(torch.isfinite(loudest)) or bool(loudest == 0):
            return torch.zeros(self.onset + self.fade, device=samples.device)
        samples = samples / loudest
        gate = self.onset - self.rise
        samples[:gate] = 0.0
        samples[gate : self.onset] *= torch.linspace(0, 1, self.rise, device=samples.device)
        loud = torch.nonzero(samples.abs() > self.silence)
        end = min(samples.shape[0], int(loud[-1].item()) + 1 + self.fade)
        samples = samples[:end].clone()
        fade = min(self.fade, end)
        samples[end - fade :] *= torch.linspace(1, 0, fade, device=samples.device)
        return samples * (self.peak / samples.abs().max().clamp(min=1e-9))


def _upsampling(grid: CellGrid) -> tuple[tuple[object, object], tuple[object, object]]:
    return grid.linear, grid.splines


def _long_noise(spectrogram: DrumSpectrogram, noises: int) -> Tensor:
    """The noises of so many seeds, which overlap, as real and imaginary part."""
    bands = (noise.noise_bands(spectrogram.transform, seed) for seed in range(noises))
    first, *others = (torch.from_numpy(each.T.copy()) for each in bands)
    whole = torch.cat([first, *(each[-noise.SEED_FRAMES :] for each in others)])
    return torch.view_as_real(whole).half()
