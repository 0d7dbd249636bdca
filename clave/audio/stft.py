"""The short-time Fourier transform: a sound as evenly spaced bands over time, and back without loss.

    forward:  c[band, frame] = rfft(window * samples around the frame's centre)
    inverse:  overlap and add of dual window * irfft(c[:, frame])

The phases are those of the centre of each frame: a click there has phase 0 in every band.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from clave.audio import fft
from clave.audio.nsgt import HANN_SPREAD
from clave.audio.transform import Transform, is_torch
from clave.errors import TransformError
from clave.music.shapes import Complex, Float, Float64, Shaped


class Window(ABC):
    """The shape of a window: at length n it comes nearest to exp(-pi t^2 / (spread n^2))."""

    spread: float

    @abstractmethod
    def samples(self, length: int) -> Float64[np.ndarray, " sample"]:
        """The window, its peak of 1 at `length // 2`."""


@dataclass(frozen=True)
class Gaussian(Window):
    """exp(-pi t^2 / (spread n^2)), cut off at its ends.

    The narrower, the nearer to a whole Gaussian, for which magnitude and phase determine each other exactly, and the
    more closely spaced its bands; but the worse it tells close frequencies apart. 0.13 ends 52 dB below its peak.
    """

    spread: float = 0.13

    def __post_init__(self) -> None:
        if not 0 < self.spread < np.inf:
            raise TransformError(f"the spread of a Gaussian is above 0, got {self.spread}")

    def samples(self, length: int) -> Float64[np.ndarray, " sample"]:
        """The Gaussian."""
        return np.exp(-np.pi / self.spread * (np.arange(length) / length - 0.5) ** 2)


@dataclass(frozen=True)
class Hann(Window):
    """0.5 + 0.5 cos(2 pi t / n)."""

    spread: float = field(default=HANN_SPREAD, init=False)

    def samples(self, length: int) -> Float64[np.ndarray, " sample"]:
        """The raised cosine."""
        return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)


@dataclass(frozen=True)
class STFT(Transform):
    """A short-time Fourier transform of real sounds of one length.

    Every sample lies in `window / hop` frames: the sound is surrounded by zeros. The inverse divides the window by the
    sum of its squares over these frames (Griffin and Lim 1984, equation 6), which gives the sound nearest to any bands.

    With fewer bands than all, the higher ones are lost by `forward`, and silent in `inverse`.

    Raises TransformError unless `hop` divides half the window, for lengths and rates below 1, and unless there are
    between one band and all of them.
    """

    sample_rate: int = 44_100  # Hz
    length: int = 44_100  # samples
    window: int = 1024  # samples
    hop: int = 128  # samples
    shape: Window = field(default_factory=Gaussian)
    lowest_bands: int | None = None  # how many there are, from 0 Hz up; None for all up to Nyquist

    def __post_init__(self) -> None:
        if self.sample_rate < 1 or self.length < 1:
            raise TransformError(f"rate and length are at least 1, got {self.sample_rate} Hz and {self.length} samples")
        if not 1 <= self.hop <= self.window // 2 or self.window % (2 * self.hop):
            raise TransformError(f"the hop divides half the window, got {self.hop} and a window of {self.window}")
        if self.lowest_bands is not None and not 1 <= self.lowest_bands <= self.window // 2 + 1:
            raise TransformError(f"there are 1 to {self.window // 2 + 1} bands, got {self.lowest_bands}")

    @property
    def bands(self) -> int:
        """From 0 Hz to Nyquist, unless there are only the lowest."""
        return self.window // 2 + 1 if self.lowest_bands is None else self.lowest_bands

    @property
    def frames(self) -> int:
        """All frames that touch the sound."""
        return self._frames

    @cached_property
    def overlap(self) -> int:
        """How many frames each sample lies in."""
        return self.window // self.hop

    @property
    def centres_hz(self) -> Float64[np.ndarray, " band"]:
        """Evenly spaced."""
        return np.arange(self.bands) * self.sample_rate / self.window

    @property
    def frame_seconds(self) -> float:
        """The hop."""
        return self.hop / self.sample_rate

    @property
    def first_frame_s(self) -> float:
        """Before the sound: the first frame has only its last `hop` samples in it."""
        return (self.window // 2 - self._lead) / self.sample_rate

    @property
    def spread_s2(self) -> Float64[np.ndarray, " band"]:
        """The same in each band."""
        return np.full(self.bands, self.shape.spread * (self.window / self.sample_rate) ** 2)

    @property
    def carrier(self) -> None:
        """None is taken off."""
        return None

    def forward(self, x: Shaped[Any, "*batch sample"]) -> Complex[Any, "*batch band frame"]:
        """The bands over time of one sound or a batch; in memory, the bands of a frame lie side by side."""
        x = self._samples(x)
        bands = self._forward_torch(x) if is_torch(x) else self._forward_numpy(x)
        return bands[..., : self.bands].swapaxes(-1, -2)

    def inverse(self, c: Shaped[Any, "*batch band frame"]) -> Float[Any, "*batch sample"]:
        """The sound of these bands, or a batch, by overlap and add."""
        c = self._coefficients(c).swapaxes(-1, -2)
        return self._inverse_torch(c) if is_torch(c) else self._inverse_numpy(c)

    # Swapping the halves of a frame brings its centre to time 0, where the phases are counted from.

    def _forward_numpy(self, x: Float[np.ndarray, "*batch sample"]) -> Complex[np.ndarray, "*batch frame band"]:
        padded = np.zeros((*x.shape[:-1], self._padded), x.dtype)
        padded[..., self._lead : self._lead + self.length] = x
        strides = (*padded.strides[:-1], self.hop * padded.itemsize, padded.itemsize)
        around = np.ndarray((*x.shape[:-1], self.frames, self.window), padded.dtype, padded, strides=strides)
        window, half = self._windows(x.dtype)[0] * self.window, self.window // 2  # the FFT divides by its length
        frames = np.empty(around.shape, x.dtype)
        np.multiply(around[..., half:], window[half:], out=frames[..., :half])
        np.multiply(around[..., :half], window[:half], out=frames[..., half:])
        return fft.rfft(frames)

    def _inverse_numpy(self, c: Complex[np.ndarray, "*batch frame band"]) -> Float[np.ndarray, "*batch sample"]:
        frames = fft.irfft(c, self.window)
        frames *= self._windows(frames.dtype)[2]
        parts = frames.reshape(*frames.shape[:-1], self.overlap, self.hop)
        total = np.zeros((*c.shape[:-2], self._padded // self.hop, self.hop), frames.dtype)
        for part in range(self.overlap):
            swapped = (part + self.overlap // 2) % self.overlap
            total[..., part : part + self.frames, :] += parts[..., swapped, :]
        return total.reshape(*c.shape[:-2], -1)[..., self._lead : self._lead + self.length]

    def _forward_torch(self, x: Any) -> Any:
        import torch

        padded = torch.nn.functional.pad(x, (self._lead, self._padded - self._lead - self.length))
        frames = padded.unfold(-1, self.window, self.hop) * torch.from_numpy(self._windows(np.float64)[0]).to(x)
        return torch.fft.rfft(frames.roll(self.window // 2, -1))

    def _inverse_torch(self, c: Any) -> Any:
        import torch

        frames = torch.fft.irfft(c, n=self.window).roll(self.window // 2, -1)
        frames = frames * torch.from_numpy(self._windows(np.float64)[1]).to(frames)
        parts = frames.unflatten(-1, (self.overlap, self.hop))
        pad = torch.nn.functional.pad
        shifted = [pad(parts[..., part, :], (0, 0, part, self.overlap - 1 - part)) for part in range(self.overlap)]
        return sum(shifted[1:], shifted[0]).flatten(-2)[..., self._lead : self._lead + self.length]

    @cached_property
    def _frames(self) -> int:
        return -(-(self.length + self._lead) // self.hop)

    @cached_property
    def _lead(self) -> int:
        """Zeros before the sound."""
        return self.window - self.hop

    @cached_property
    def _padded(self) -> int:
        """Length of the sound with the zeros around it."""
        return (self.frames + self.overlap - 1) * self.hop

    def _windows(self, dtype: DTypeLike) -> "_Windows":
        return _windows(self.shape, self.window, self.hop, np.dtype(dtype))


class _Windows(NamedTuple):
    window: Float[np.ndarray, " sample"]
    dual: Float[np.ndarray, " sample"]
    swapped_dual: Float[np.ndarray, " sample"]  # its halves swapped, as frames are in memory


@lru_cache(maxsize=64)
def _windows(shape: Window, length: int, hop: int, dtype: "np.dtype[Any]") -> _Windows:
    """The window and its dual, which are the same for sounds of any length."""
    window = shape.samples(length)
    energy = (window**2).reshape(length // hop, hop).sum(0)
    dual = window / np.tile(energy, length // hop)
    return _Windows(*(each.astype(dtype) for each in (window, dual, np.roll(dual, length // 2))))
