"""A clip: a mono sound in memory."""

import base64
import io
from dataclasses import dataclass

import numpy as np

from clave.errors import ClipError
from clave.music.shapes import Float32

_MOST_FLAC_HERTZ = 655_350
SAMPLE_RATE = 44_100  # Hz; what the instrument computes with


@dataclass(frozen=True, eq=False)
class Clip:
    """A mono sound.

    Whatever can be read as one row of finite numbers becomes float32; full scale is [-1, 1], and louder is kept as it
    is. Raises ClipError for an empty sound, more than one channel, NaN or infinity, or a rate that is not a whole
    number of at least 1 Hz.
    """

    samples: Float32[np.ndarray, " sample"]
    sample_rate: int = SAMPLE_RATE  # Hz

    def __post_init__(self) -> None:
        try:
            with np.errstate(over="ignore"):  # too large for float32 is infinite, and refused below
                samples = np.array(self.samples, dtype=np.float32)
        except (TypeError, ValueError) as error:
            raise ClipError(f"a clip is one row of numbers: {error}") from error
        if samples.ndim != 1:
            raise ClipError(f"a clip is mono, one row of samples; got an array of shape {samples.shape}")
        if samples.size == 0:
            raise ClipError("a clip has at least one sample, got none")
        if not np.isfinite(samples).all():
            worst = int(np.flatnonzero(~np.isfinite(samples))[0])
            raise ClipError(f"samples are finite numbers, got {samples[worst]} at sample {worst}")
        samples.setflags(write=False)
        object.__setattr__(self, "samples", samples)
        object.__setattr__(self, "sample_rate", _whole_hertz(self.sample_rate))

    def __len__(self) -> int:
        return int(self.samples.size)

    @property
    def seconds(self) -> float:
        """Duration."""
        return len(self) / self.sample_rate

    @property
    def peak(self) -> float:
        """The largest absolute sample."""
        return float(np.abs(self.samples).max())

    def _repr_html_(self) -> str:
        """A player, for notebooks: 16 bits as FLAC, a third of what they are as WAV."""
        import soundfile

        kind, buffer = "flac" if self.sample_rate <= _MOST_FLAC_HERTZ else "wav", io.BytesIO()
        soundfile.write(buffer, np.clip(self.samples, -1, 1), self.sample_rate, format=kind, subtype="PCM_16")
        data = base64.b64encode(buffer.getvalue()).decode()
        return f'<audio controls src="data:audio/{kind};base64,{data}"></audio>'


def _whole_hertz(rate: float) -> int:
    try:
        if rate >= 1 and int(rate) == rate:
            return int(rate)
    except (TypeError, ValueError, OverflowError):  # a word, or infinity
        pass
    raise ClipError(f"a sample rate is a whole number of at least 1 Hz, got {rate!r}")
