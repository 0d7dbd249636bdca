"""The log spectrogram of the 2019 paper: magnitudes of its non-stationary Gabor transform, half a second up to 11 kHz.

forward:   sound -> 22.05 kHz -> NSGT magnitudes, 410 bands x 157 frames -> log
estimate:  log -> magnitudes -> phase by Griffin-Lim -> sound
"""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from clave.audio.log_spectrogram import Spectrogram, placed
from clave.audio.nsgt import NSGT
from clave.audio.phase import ESTIMATORS, PhaseEstimator
from clave.files.audio_file import resampled
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.shapes import Float32

PAPER_FLOOR = 1e-3  # added to magnitudes, about 90 dB below a sine of full scale
LOUDEST = 64.0  # twice the magnitude of a sine of full scale
END_SECONDS = 0.02  # in which a sound that goes on after half a second fades


@dataclass(frozen=True)
class PaperSpectrogram(Spectrogram):
    """One-shots as the log magnitudes of the paper's transform, and the sounds that have nearly these.

    What lies above 11 kHz, below 30 Hz and after half a second is lost.
    """

    name: ClassVar[str] = "paper"

    transform: NSGT = field(default_factory=NSGT.paper)
    phase: PhaseEstimator = ESTIMATORS["Griffin-Lim"]

    @property
    def bands(self) -> int:
        """410."""
        return self.transform.bands

    @property
    def frames(self) -> int:
        """157."""
        return self.transform.frames

    def forward(self, clip: Clip) -> Float32[np.ndarray, "band frame"]:
        """Magnitudes, logarithms."""
        transform = self.transform
        samples = placed(clip)[: transform.length * SAMPLE_RATE // transform.sample_rate]
        late = round(END_SECONDS * SAMPLE_RATE)
        samples[-late:] *= np.linspace(1, 0, late, dtype=np.float32)
        low_rate = resampled(Clip(samples), transform.sample_rate).samples
        return np.log(np.abs(transform.forward(low_rate)) + np.float32(PAPER_FLOOR)).astype(np.float32)

    def waveform(
        self,
        log_spectrogram: Float32[np.ndarray, "band frame"],
        seed: int = 0,  # noqa: ARG002 - the paper's way has no noise of its own
    ) -> Float32[np.ndarray, " sample"]:
        """Magnitudes, phase, sound."""
        self.check(log_spectrogram)
        magnitude = np.clip(np.exp(np.minimum(log_spectrogram, np.log(LOUDEST))) - PAPER_FLOOR, 0, None).astype(
            np.float32
        )
        low_rate = self.phase.estimate(magnitude, self.transform)
        return resampled(Clip(low_rate, self.transform.sample_rate)).samples
