"""The transforms of a log spectrogram, and the bound of its beginning, in TorchScript."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from clave.audio.beginning_bound import FADE_SAMPLES, HEADROOM_DB, HIDDEN_DB, HIGHEST_HZ, SMALLEST
from clave.audio.log_spectrogram import BOUND_SAMPLES
from clave.audio.stft import STFT


class TorchSTFT(nn.Module):
    """The twin of `clave.audio.stft.STFT`, for sounds of any length; bands are [frame, band] here."""

    window: Tensor
    dual: Tensor

    def __init__(self, transform: STFT) -> None:
        super().__init__()
        self.size, self.hop = transform.window, transform.hop
        self.overlap, self.lead = transform.window // transform.hop, transform.window - transform.hop
        window = transform.shape.samples(transform.window)
        energy = (window**2).reshape(self.overlap, self.hop).sum(0)
        self.register_buffer("window", torch.from_numpy(window).float())
        self.register_buffer("dual", torch.from_numpy(window / np.tile(energy, self.overlap)).float())

    @torch.jit.export
    def frames(self, length: int) -> int:
        """How many frames touch a sound of so many samples."""
        return (length + self.lead + self.hop - 1) // self.hop

    def forward(self, x: Tensor) -> Tensor:
        """The bands over time [frame, band] of a sound [sample]."""
        padded = (self.frames(x.shape[0]) + self.overlap - 1) * self.hop
        around = functional.pad(x, (self.lead, padded - self.lead - x.shape[0])).unfold(0, self.size, self.hop)
        return torch.fft.rfft((around * self.window).roll(self.size // 2, 1))

    @torch.jit.export
    def inverse(self, bands: Tensor, length: int) -> Tensor:
        """The sound of so many samples that these bands are of."""
        frames = torch.fft.irfft(bands, n=self.size).roll(self.size // 2, 1) * self.dual
        parts = frames.view(frames.shape[0], self.overlap, self.hop)
        total = torch.zeros(frames.shape[0] + self.overlap - 1, self.hop, device=frames.device)
        for part in range(self.overlap):
            total[part : part + frames.shape[0]] += parts[:, part]
        return total.flatten()[self.lead : self.lead + length]


def with_magnitude(bands: Tensor, magnitude: Tensor) -> Tensor:
    """These phases with those magnitudes."""
    return bands * (magnitude / (bands.abs() + 1e-30))


class BeginningLimit(nn.Module):
    """The twin of `clave.audio.beginning_bound.BeginningBound`: takes haze off the beginning of a sound."""

    fade: Tensor

    def __init__(self, transform: STFT) -> None:
        super().__init__()
        self.stft = TorchSTFT(transform)
        self.length = BOUND_SAMPLES + transform.window
        self.low = int(np.searchsorted(transform.centres_hz, HIGHEST_HZ))
        left = self.length - transform.window - np.arange(self.length)
        self.register_buffer("fade", torch.from_numpy(np.clip(left / FADE_SAMPLES, 0, 1)).float())
        (self.hidden, self.shown), (self.least, self.most) = HIDDEN_DB, HEADROOM_DB
        self.smallest = SMALLEST

    @torch.jit.export
    def bound(self, magnitude: Tensor) -> Tensor:
        """The magnitudes [frame, low band] that must not be exceeded, of those of a whole sound [frame, band]."""
        frames = self.stft.frames(self.length)
        missing = max(0, frames - magnitude.shape[0])
        loud = functional.pad(magnitude[:frames], (0, 0, 0, missing)).clamp(min=self.smallest)
        under = 20 * torch.log10(loud[:, : self.low] / loud.amax(dim=1, keepdim=True))
        share = ((under - self.hidden) / (self.shown - self.hidden)).clamp(0.0, 1.0)
        return loud[:, : self.low] * 10 ** ((self.least + (self.most - self.least) * share) / 20)

    def forward(self, samples: Tensor, bound: Tensor) -> Tensor:
        """The same sound with no magnitudes above the bound in its beginning."""
        beginning = samples[: self.length]
        bands = self.stft(beginning)
        low = bands[:, : self.low]
        bands[:, : self.low] = low * (bound / (low.abs() + self.smallest)).clamp(max=1.0)
        changed = samples.clone()
        changed[: self.length] += self.fade * (self.stft.inverse(bands, self.length) - beginning)
        return changed
