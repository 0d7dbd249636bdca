"""What every invertible transform of sounds into bands over time has in common."""

import sys
from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from clave.errors import TransformError
from clave.music.shapes import Complex, Float, Float64, Shaped


class BandsByFrames(ABC):
    """What has one value for each band and frame."""

    @property
    @abstractmethod
    def bands(self) -> int:
        """Rows."""

    @property
    @abstractmethod
    def frames(self) -> int:
        """Columns."""


class Transform(BandsByFrames):
    """Real sounds of one length as complex bands over time, and back: `inverse(forward(x))` gives `x`.

    It computes in the library of its input: NumPy in, NumPy out; torch in, torch out, on the same device and
    differentiable. float32 gives complex64, float64 complex128.
    """

    sample_rate: int  # Hz
    length: int  # samples

    @property
    @abstractmethod
    def centres_hz(self) -> Float64[np.ndarray, " band"]:
        """Centre frequency of each band."""

    @property
    @abstractmethod
    def frame_seconds(self) -> float:
        """Time from one frame to the next."""

    @property
    @abstractmethod
    def first_frame_s(self) -> float:
        """When the first frame has its centre."""

    @property
    @abstractmethod
    def spread_s2(self) -> Float64[np.ndarray, " band"]:
        """The gamma of the Gaussian exp(-pi t^2 / gamma) that comes nearest to the window of each band."""

    @property
    @abstractmethod
    def carrier(self) -> Float64[np.ndarray, "band frame"] | None:
        """The phase of a sine at the centre of each band, where `forward` takes it off; None where it does not."""

    @abstractmethod
    def forward(self, x: Shaped[Any, "*batch sample"]) -> Complex[Any, "*batch band frame"]:
        """The bands over time of one sound or a batch.

        Raises TransformError unless the last axis is real and `length` samples long.
        """

    @abstractmethod
    def inverse(self, c: Shaped[Any, "*batch band frame"]) -> Float[Any, "*batch sample"]:
        """The sound of these bands, or a batch: of changed bands, the one whose own bands come nearest.

        Raises TransformError unless the last axes are complex and (bands, frames).
        """

    def _samples(self, x: Any) -> Any:
        """What `forward` was given, as real numbers of the right length."""
        if not is_torch(x):
            x = np.asarray(x)
            x = x.astype(np.float32) if x.dtype.kind in "fiub" and x.dtype != np.float64 else x
        real = x.is_floating_point() if is_torch(x) else x.dtype.kind == "f"
        return self._checked(x, real, "real sounds", (self.length,))

    def _coefficients(self, c: Any) -> Any:
        """What `inverse` was given, as a complex matrix or a batch of them."""
        c = c if is_torch(c) else np.asarray(c)
        is_complex = c.is_complex() if is_torch(c) else c.dtype.kind == "c"
        return self._checked(c, is_complex, "complex bands x frames", (self.bands, self.frames))

    def _checked(self, value: Any, fits: bool, kind: str, shape: tuple[int, ...]) -> Any:
        if not fits or tuple(value.shape[-len(shape) :]) != shape:
            raise TransformError(
                f"this transform is of {kind}, last axes {shape}; got {value.dtype} of shape {tuple(value.shape)}"
            )
        return value


def is_torch(value: Any) -> bool:
    """Whether this is a torch tensor, without importing torch: where there are tensors, it is there already."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)
