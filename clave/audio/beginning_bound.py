"""The haze of an attack: what phase retrieval adds to the beginning of a sound between its tones, taken off again.

Windows of 1.5 ms say when an attack happens, but between 300 Hz and 2 kHz they cannot tell what sounds there from what
a tone of 60 Hz shows of itself in them. An error of 1 dB in their magnitudes becomes sound 20 dB under a kick, where
long windows say that there is nothing. So magnitudes of long windows are an upper bound for the beginning of a sound.
"""

from dataclasses import dataclass, replace

import numpy as np

from clave.audio.stft import STFT
from clave.music.shapes import Float32

HIGHEST_HZ = 2000.0  # above, short windows are right and long ones smear
HIDDEN_DB = (-35.0, -20.0)  # under the loudest cell of the frame: haze lies below the first, tones above the second
HEADROOM_DB = (-4.0, 3.0)  # by which magnitudes may exceed those given, there and there
FADE_SAMPLES = 512  # in which the bounded beginning goes over into the rest
SMALLEST = 1e-9  # magnitude: keeps silence finite


@dataclass(frozen=True, eq=False)
class BeginningBound:
    """Magnitudes of long windows that the beginning of a sound does not exceed below HIGHEST_HZ."""

    transform: STFT  # of the beginning: its length, and a window beyond it
    magnitude: Float32[np.ndarray, "band frame"]

    @classmethod
    def of(cls, magnitude: Float32[np.ndarray, "band frame"], whole: STFT, length: int) -> "BeginningBound":
        """From the magnitudes of a whole sound, for its first `length` samples; frames that are missing are silent."""
        transform = replace(whole, length=length + whole.window)
        low = int(np.searchsorted(transform.centres_hz, HIGHEST_HZ))
        magnitude = np.maximum(magnitude[:, : transform.frames], np.float32(SMALLEST))
        under_db = 20 * np.log10(magnitude[:low] / magnitude.max(axis=0))
        kept = (magnitude[:low] * 10 ** (np.interp(under_db, HIDDEN_DB, HEADROOM_DB) / 20)).astype(np.float32)
        return cls(transform, np.pad(kept, ((0, 0), (0, transform.frames - kept.shape[1]))))

    def applied(self, samples: Float32[np.ndarray, " sample"]) -> Float32[np.ndarray, " sample"]:
        """The same sound with no magnitudes above the bound in its beginning."""
        beginning = samples[: self.transform.length]
        bands = self.transform.forward(beginning)
        low = bands[: len(self.magnitude)]
        low *= np.minimum(1, self.magnitude / (np.abs(low) + np.float32(SMALLEST)))
        changed = samples.copy()
        changed[: len(beginning)] += self._fade * (self.transform.inverse(bands) - beginning)
        return changed

    @property
    def _fade(self) -> Float32[np.ndarray, " sample"]:
        """1, and 0 in the last window, whose frames are not all of this sound."""
        left = self.transform.length - self.transform.window - np.arange(self.transform.length)
        return np.clip(left / FADE_SAMPLES, 0, 1).astype(np.float32)
