"""The non-stationary Gabor transform: a sound as bands over time on any frequency scale, and back without loss.

    forward:  c[band] = ifft(window[band] * X around the band's centre),  X = rfft(x)
    inverse:  X = sum over bands of dual[band] * fft(c[band]),            x = irfft(X)

Each band cuts its window out of the spectrum, moves it to frequency 0 and goes back to time; all bands share one frame
rate, so the result is a matrix. No window is longer than the number of frames (the painless case), so what the bands
do to a bin of the spectrum is one factor, the sum of their squared windows, and the dual windows divide by it:
Balazs, Dörfler, Jaillet, Holighaus, Velasco, "Theory, implementation and applications of nonstationary Gabor frames",
J. Comput. Appl. Math. 236 (2011), sections 2 and 4. The conventions (where centres and windows fall) are those of the
NSGT toolbox of these authors and of its Python port.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from clave.audio import fft
from clave.audio.transform import Transform, is_torch
from clave.errors import TransformError
from clave.music.arguments import checked
from clave.music.shapes import Bool, Complex, Float, Float64, Int64, Shaped

MIN_WINDOW = 4  # bins; the shortest window, where bands lie closer together than the bins of the spectrum
HANN_SPREAD = 0.25645  # a Hann window of length n is nearly exp(-pi t^2 / (0.25645 n^2)) (Prusa et al. 2017, table I)
DUAL_FLOOR = 0.01  # of the median; where the squared windows sum to less, the dual does not make up for it


class Scale(ABC):
    """Where the bands lie."""

    @abstractmethod
    def centres_hz(self, nyquist_hz: float) -> Float64[np.ndarray, " band"]:
        """Centre frequencies, rising; those at 0 Hz or from Nyquist upwards are left to the edge bands."""


@dataclass(frozen=True)
class Octave(Scale):
    """Equal steps in log frequency: about `per_octave` bands an octave, both ends included."""

    low_hz: float = 30.0
    high_hz: float | None = None  # None: Nyquist
    per_octave: int = 48

    def centres_hz(self, nyquist_hz: float) -> Float64[np.ndarray, " band"]:
        """As many equal steps as come nearest to `per_octave` without falling short."""
        low, high = _limits(self.low_hz, self.high_hz, nyquist_hz)
        steps = math.ceil(math.log2(high / low) * self.per_octave)
        return low * (high / low) ** (np.arange(steps + 1) / steps)


@dataclass(frozen=True)
class Spaced(Scale):
    """`bands` equal steps on some scale, both ends included."""

    bands: int = 410
    low_hz: float = 30.0
    high_hz: float | None = None  # None: Nyquist

    def centres_hz(self, nyquist_hz: float) -> Float64[np.ndarray, " band"]:
        """Evenly spaced on the scale."""
        low, high = _limits(self.low_hz, self.high_hz, nyquist_hz)
        if self.bands < 2:
            raise TransformError(f"a scale has at least 2 bands, got {self.bands}")
        inner = self.to_hz(np.linspace(self.from_hz(low), self.from_hz(high), self.bands))[1:-1]
        return np.array([low, *inner, high])

    @abstractmethod
    def from_hz(self, hz: Any) -> Any:
        """A frequency on this scale."""

    @abstractmethod
    def to_hz(self, place: Any) -> Any:
        """A place on this scale in Hz: the inverse of `from_hz`."""


class Mel(Spaced):
    """Equal steps in mel, 2595 log10(1 + f / 700) (O'Shaughnessy 1987)."""

    def from_hz(self, hz: Any) -> Any:
        """In mel."""
        return 2595 * np.log10(1 + hz / 700)

    def to_hz(self, place: Any) -> Any:
        """From mel."""
        return 700 * (10 ** (place / 2595) - 1)


class Bark(Spaced):
    """Equal steps in Bark, 26.81 f / (1960 + f) - 0.53 (Traunmüller 1990)."""

    def from_hz(self, hz: Any) -> Any:
        """In Bark."""
        return 26.81 * hz / (1960 + hz) - 0.53

    def to_hz(self, place: Any) -> Any:
        """From Bark."""
        return 1960 * (place + 0.53) / (26.28 - place)


class Linear(Spaced):
    """Equal steps in Hz."""

    def from_hz(self, hz: Any) -> Any:
        """In Hz already."""
        return hz

    def to_hz(self, place: Any) -> Any:
        """In Hz already."""
        return place


def _limits(low_hz: float, high_hz: float | None, nyquist_hz: float) -> tuple[float, float]:
    high = nyquist_hz if high_hz is None else high_hz
    if not 0 < low_hz < high < math.inf:
        raise TransformError(f"a scale rises from above 0 Hz, got {low_hz} to {high} Hz")
    return low_hz, high


@checked(TransformError)
@dataclass(frozen=True)
class NSGT(Transform):
    """A non-stationary Gabor transform of real sounds of one length.

    `width` makes every window that many times wider in frequency than from the centre of one neighbour to that of the
    other: at 1 two windows overlap everywhere, which is all that an exact inverse needs; at 2 to 4 the magnitudes
    alone say more about the sound, at as many times the frames.

    With `edges`, two more bands, around 0 Hz and around Nyquist, take what the scale leaves out: the inverse is exact.
    Without them, what lies outside `range_hz` fades out and is lost. The same holds wherever the squared windows sum to
    less than a hundredth of their median: dividing by less would blow up rounding and every change made to the bands.

    With `fast`, the length of the spectrum and the number of frames are rounded up to products of 2, 3, 5 and 7.

    Raises TransformError for lengths, rates, widths and scales that make no transform.
    """

    sample_rate: int = 44_100  # Hz
    length: int = 44_100  # samples
    scale: Scale = field(default_factory=Mel)
    width: float = 1.0
    edges: bool = True
    fast: bool = True

    def __post_init__(self) -> None:
        if self.sample_rate < 1:
            raise TransformError(f"a sample rate is at least 1 Hz, got {self.sample_rate}")
        if self.length < 2 * MIN_WINDOW:
            raise TransformError(f"a transform needs at least {2 * MIN_WINDOW} samples, got {self.length}")
        if not 1 <= self.width < math.inf:
            raise TransformError(f"windows are at least 1 time as wide as their neighbours are apart, got {self.width}")
        _ = self._plan  # so that a scale without bands is refused here

    @classmethod
    def paper(cls) -> "NSGT":
        """The setting of the 2019 paper: half a second at 22.05 kHz as 410 bands x 157 frames.

        30 Hz to 11 kHz, 48 bands an octave, no edge bands; its frame bounds lie 7.5e7 apart without the floor.
        """
        return cls(22_050, 11_025, Octave(30, 11_000, 48), edges=False, fast=False)

    @property
    def bands(self) -> int:
        """Rows of the result, edge bands included."""
        return len(self._plan.centres_hz)

    @property
    def frames(self) -> int:
        """Columns of the result."""
        return self._plan.frames

    @property
    def centres_hz(self) -> Float64[np.ndarray, " band"]:
        """Where each band lies, to the nearest bin of the spectrum."""
        return self._plan.centres_hz

    @property
    def frame_seconds(self) -> float:
        """Time from one frame to the next."""
        return self._plan.padded / self.frames / self.sample_rate

    @property
    def first_frame_s(self) -> float:
        """The transform is circular, and its first frame has its centre at the first sample."""
        return 0.0

    @property
    def spread_s2(self) -> Float64[np.ndarray, " band"]:
        """One over that of the window in frequency, a Hann window."""
        return 1 / (HANN_SPREAD * self._plan.widths_hz**2)

    @property
    def carrier(self) -> Float64[np.ndarray, "band frame"]:
        """Each band is brought down to 0 Hz, which takes the phase of a sine at its centre off."""
        return 2 * np.pi * np.outer(self.centres_hz, np.arange(self.frames) * self.frame_seconds)

    @property
    def range_hz(self) -> tuple[float, float]:
        """The lowest and the highest frequency that come back whole."""
        whole = np.flatnonzero(self._plan.covered) * self.sample_rate / self._plan.padded
        return float(whole[0]), float(whole[-1])

    @property
    def bounds(self) -> tuple[float, float]:
        """The frame bounds within what comes back whole: how little and how much of a bin's energy the bands keep."""
        energy = self._plan.energy[self._plan.covered]
        return float(energy.min()), float(energy.max())

    def forward(self, x: Shaped[Any, "*batch sample"]) -> Complex[Any, "*batch band frame"]:
        """The bands over time of one sound or a batch; each band is brought down to 0 Hz."""
        x = self._samples(x)
        return self._forward_torch(x) if is_torch(x) else self._forward_numpy(x)

    def inverse(self, c: Shaped[Any, "*batch band frame"]) -> Float[Any, "*batch sample"]:
        """The sound of these bands, or a batch, by the dual windows."""
        c = self._coefficients(c)
        return self._inverse_torch(c) if is_torch(c) else self._inverse_numpy(c)

    # NumPy: all the long transforms at once, which is quicker; the bands of one sound at a time, to stay in the cache.
    # A forward FFT divides by its length (`clave.audio.fft`), so the window that follows is multiplied by it.

    def _forward_numpy(self, x: Float[np.ndarray, "*batch sample"]) -> Complex[np.ndarray, "*batch band frame"]:
        plan, (window, _) = self._plan, self._scaled(x.dtype)
        spectra = fft.rfft(x, plan.padded)
        result = np.zeros((*x.shape[:-1], self.bands, self.frames), spectra.dtype)
        for index in np.ndindex(x.shape[:-1]):
            cut = spectra[index].take(plan.bin)
            cut[plan.mirrored] = cut[plan.mirrored].conj()
            cut *= window
            result[index].ravel()[plan.slot] = cut
            fft.ifft(result[index], out=result[index])
        return result

    def _inverse_numpy(self, c: Complex[np.ndarray, "*batch band frame"]) -> Float[np.ndarray, "*batch sample"]:
        plan, (_, dual) = self._plan, self._scaled(np.float32 if c.dtype == np.complex64 else np.float64)
        spectra = np.zeros((*c.shape[:-2], plan.padded // 2 + 1), c.dtype)
        bands = np.empty(c.shape[-2:], c.dtype)
        for index in np.ndindex(c.shape[:-2]):
            cut = fft.fft(c[index], out=bands).take(plan.slot)
            cut[plan.mirrored] = cut[plan.mirrored].conj()
            cut *= dual
            spectrum = spectra[index]
            for layer in plan.layers:
                spectrum[plan.bin[layer]] += cut[layer]
        return fft.irfft(spectra, plan.padded)[..., : self.length]

    def _scaled(self, dtype: DTypeLike) -> tuple[Float[np.ndarray, " entry"], Float[np.ndarray, " entry"]]:
        """Window and dual window, each times the length of the transform before it."""
        kept, kind, plan = self._scaled_windows, np.dtype(dtype), self._plan
        if kind not in kept:
            kept[kind] = ((plan.window * plan.padded).astype(kind), (plan.dual * plan.frames).astype(kind))
        return kept[kind]

    @cached_property
    def _scaled_windows(self) -> dict[np.dtype[Any], tuple[np.ndarray, np.ndarray]]:
        return {}

    # torch: the same sums, all sounds at once.

    def _forward_torch(self, x: Any) -> Any:
        import torch

        plan, window = self._plan, self._table("window", x)
        cut = torch.fft.rfft(x, n=plan.padded)[..., self._table("bin", x)]
        cut = torch.where(self._table("is_mirrored", x), cut.conj(), cut) * window
        result = cut.new_zeros(*x.shape[:-1], self.bands * self.frames).index_copy(-1, self._table("slot", x), cut)
        return torch.fft.ifft(result.unflatten(-1, (self.bands, self.frames)))

    def _inverse_torch(self, c: Any) -> Any:
        import torch

        plan = self._plan
        cut = torch.fft.fft(c).flatten(-2)[..., self._table("slot", c)] * self._table("dual", c.real)
        cut = torch.where(self._table("is_mirrored", c), cut.conj(), cut)
        spectrum = cut.new_zeros(*c.shape[:-2], plan.padded // 2 + 1).index_add(-1, self._table("bin", c), cut)
        return torch.fft.irfft(spectrum, n=plan.padded)[..., : self.length]

    def _table(self, name: str, like: Any) -> Any:
        """An array of the plan beside a tensor: windows in its precision, all on its device."""
        key = (name, like.device, like.dtype)
        if key not in self._tables:
            import torch

            table = torch.from_numpy(getattr(self._plan, name)).to(like.device)
            self._tables[key] = table.to(like.dtype) if table.is_floating_point() else table
        return self._tables[key]

    @cached_property
    def _tables(self) -> dict[tuple[Any, ...], Any]:
        return {}

    @cached_property
    def _plan(self) -> "_Plan":
        return _Plan.of(self)


@dataclass(frozen=True, eq=False)
class _Plan:
    """What `NSGT` looks up: every sample of every window as one entry, in layers.

    The first layer has one entry for each bin of the spectrum that any window takes, the second one more for those that
    a second window takes, and so on: within a layer no bin comes twice, so that whole layers can be added.

    A window that reaches below 0 Hz or above Nyquist meets the conjugate of the spectrum there.
    """

    padded: int  # samples, the length of the spectrum's signal
    frames: int
    centres_hz: Float64[np.ndarray, " band"]
    widths_hz: Float64[np.ndarray, " band"]  # of the whole windows
    bin: Int64[np.ndarray, " entry"]  # in the half spectrum
    is_mirrored: Bool[np.ndarray, " entry"]
    slot: Int64[np.ndarray, " entry"]  # in the flattened matrix of bands x frames
    window: Float64[np.ndarray, " entry"]
    dual: Float64[np.ndarray, " entry"]
    energy: Float64[np.ndarray, " bin"]  # the sum of the squared windows over each bin
    covered: Bool[np.ndarray, " bin"]
    mirrored: Int64[np.ndarray, " some"]  # the entries that are
    layers: tuple[slice, ...]

    @classmethod
    def of(cls, nsgt: NSGT) -> "_Plan":
        padded = fast_length(nsgt.length) if nsgt.fast else nsgt.length
        centre, window_length = _windows(nsgt, padded)
        frames = int(window_length.max())
        frames = fast_length(frames) if nsgt.fast else frames

        band = np.repeat(np.arange(len(centre)), window_length)
        first = np.repeat(np.cumsum(window_length) - window_length, window_length)
        size = window_length[band]
        from_centre = np.arange(len(band)) - first - size // 2
        at = (centre[band] + from_centre) % padded
        mirrored = at > padded // 2
        at = np.where(mirrored, padded - at, at)

        by_bin = np.argsort(at, kind="stable")
        layer = np.empty(len(at), np.int64)
        layer[by_bin] = np.arange(len(at)) - np.searchsorted(at[by_bin], at[by_bin])
        order = np.lexsort((at, layer))
        at, mirrored = at[order], mirrored[order]
        ends = np.cumsum(np.bincount(layer)).tolist()
        window = (0.5 + 0.5 * np.cos(2 * np.pi * from_centre / size))[order]  # Hann
        energy = np.bincount(at, window**2, padded // 2 + 1)
        least = DUAL_FLOOR * float(np.median(energy[energy > 0]))
        return cls(
            padded=padded,
            frames=frames,
            centres_hz=centre * nsgt.sample_rate / padded,
            widths_hz=window_length * nsgt.sample_rate / padded,
            bin=at,
            is_mirrored=mirrored,
            slot=(band * frames + from_centre % frames)[order],
            window=window,
            dual=window / np.maximum(energy, least)[at],
            energy=energy,
            covered=energy >= least,
            mirrored=np.flatnonzero(mirrored),
            layers=tuple(slice(first, end) for first, end in zip([0, *ends], ends, strict=False)),
        )


def _windows(nsgt: NSGT, padded: int) -> tuple[Int64[np.ndarray, " band"], Int64[np.ndarray, " band"]]:
    """Centre and length of each band's window, in bins of the spectrum."""
    nyquist_hz = nsgt.sample_rate / 2
    hz = nsgt.scale.centres_hz(nyquist_hz)
    inner = hz[(hz > 0) & (hz < nyquist_hz)]
    if len(inner) < 2:
        raise TransformError(
            f"a transform has at least 2 bands between 0 and {nyquist_hz:g} Hz, {nsgt.scale} has {len(inner)}"
        )
    centre = np.array([0.0, *inner, nyquist_hz]) * padded / nsgt.sample_rate
    apart = np.diff(centre)
    reach = np.array([2 * apart[0], *(apart[1:] + apart[:-1]), 2 * apart[-1]])  # from neighbour to neighbour
    centre[-2] = (centre[-3] + centre[-1]) / 2  # as in the toolbox: the last window is centred between its neighbours
    window_length = np.clip(np.round(nsgt.width * reach).astype(np.int64), MIN_WINDOW, padded)
    kept = slice(None) if nsgt.edges else slice(1, -1)
    return np.round(centre).astype(np.int64)[kept], window_length[kept]


def fast_length(least: int) -> int:
    """The smallest product of 2, 3, 5 and 7 that is not below `least`: such lengths have a fast Fourier transform."""
    best = 1 << max(0, least - 1).bit_length()
    for seven in _powers(7, best):
        for five in _powers(5, best // seven):
            for three in _powers(3, best // (seven * five)):
                odd = seven * five * three
                best = min(best, odd << max(0, -(-least // odd) - 1).bit_length())
    return best


def _powers(base: int, most: int) -> list[int]:
    return [base**exponent for exponent in range(64) if base**exponent <= most]
