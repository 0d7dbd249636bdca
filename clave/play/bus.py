"""What the sum of all voices goes through: drive, glue, volume, and a gentle limiter.

The page builds the same from the nodes of Web Audio (`web/src/audio/bus.ts`). Nothing looks ahead, so nothing is late.
Every part is a gain that changes over time: the same gains make the stems, so stems add up to the mix.

* **Drive**: x -> LEVEL tanh(k x) / tanh(k LEVEL) with k = DRIVE times the amount, and a trace; LEVEL stays as it is.
* **Glue**: 1 + amount * (((1 + p/T) / (1 + P/T))^-GLUE - 1), where p is the power of both sides through two one-pole
  low-passes of GLUE_SECONDS. A programme of the usual power P keeps its loudness.
* **Limiter**: (1 + (p / T)^2)^(-1/4) with a quicker p: no more than the power T for long. What is above the knee then
  is bent like tanh, below the ceiling, which no sample exceeds: so low that peaks between samples stay under -1 dBFS
  in usual mixes, and near +1 dBFS where all that can be turned up is turned up.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clave.audio.biquad import RunningBiquad, smoother
from clave.music.shapes import Float32, Float64

DRIVE = 4.0
DRIVE_TRACE = 0.05  # so that no drive is no division by 0
DRIVE_LEVEL = 0.35
GLUE = 0.375  # exponent of the power: a ratio of 4 to 1
GLUE_SECONDS = 0.02
GLUE_THRESHOLD = 0.02  # power of both sides together
GLUE_USUAL = 0.05
LIMIT_SECONDS = 0.004
LIMIT_THRESHOLD = 0.3
KNEE = 0.36
CEILING = 0.56  # of a sample; between samples a peak may be higher
USUAL_VOLUME = 0.8  # of a new project, which has the usual loudness


Smooth = Callable[[Float64[np.ndarray, " sample"]], Float64[np.ndarray, " sample"]]


@dataclass(frozen=True)
class BusSettings:
    """How much of each, from 0 to 1."""

    drive: float = 0.0
    glue: float = 0.0


def bus_gains(
    mix: Float32[np.ndarray, "side sample"], settings: BusSettings, volume: float, sample_rate: int
) -> Float32[np.ndarray, "side sample"]:
    """By what each sample of the mix is multiplied."""
    smoothers = [smoother(seconds, sample_rate).filtered for seconds in (GLUE_SECONDS, LIMIT_SECONDS)]
    return _gains(mix, settings, volume, *smoothers)


class RunningBus:
    """The same for a mix that comes block by block, of `clave.audio.biquad.BLOCK` samples or a multiple of that."""

    def __init__(self, sample_rate: int) -> None:
        seconds = GLUE_SECONDS, LIMIT_SECONDS
        self._smoothers = [RunningBiquad(smoother(each, sample_rate)).filtered for each in seconds]

    def gains(
        self, mix: Float32[np.ndarray, "side sample"], settings: BusSettings, volume: float
    ) -> Float32[np.ndarray, "side sample"]:
        """Of the next samples."""
        return _gains(mix, settings, volume, *self._smoothers)


def _gains(
    mix: Float32[np.ndarray, "side sample"],
    settings: BusSettings,
    volume: float,
    smooth_glue: Smooth,
    smooth_limit: Smooth,
) -> Float32[np.ndarray, "side sample"]:
    gains = driven(mix, settings.drive)
    sound = mix * gains
    steps = [glued(_power(sound, smooth_glue), settings.glue) * np.float32(volume / USUAL_VOLUME)]
    sound = sound * steps[0]
    steps.append(limited(_power(sound, smooth_limit)))
    return gains * (steps[0] * steps[1]) * bent(sound * steps[1])


def driven(sound: np.ndarray, amount: float) -> np.ndarray:
    """The gain of the drive."""
    k = DRIVE_TRACE + DRIVE * amount
    inner = np.float32(k) * sound
    inner += np.float32(1e-9)  # tanh(x) / x is 1 at 0
    return np.tanh(inner) / inner * np.float32(k * DRIVE_LEVEL / math.tanh(k * DRIVE_LEVEL))


def glued(power: np.ndarray, amount: float) -> np.ndarray:
    """The gain of the glue."""
    usual = 1 + GLUE_USUAL / GLUE_THRESHOLD
    whole = ((1 + np.maximum(power, 0) / GLUE_THRESHOLD) / usual) ** np.float32(-GLUE)
    return 1 + np.float32(amount) * (whole - 1)


def limited(power: np.ndarray) -> np.ndarray:
    """The gain of the limiter."""
    return 1 / np.sqrt(np.sqrt(1 + (power / LIMIT_THRESHOLD) ** 2))


def bent(sound: np.ndarray) -> np.ndarray:
    """The gain of what is left above the knee."""
    size = np.maximum(np.abs(sound), KNEE)
    room = CEILING - KNEE
    return (KNEE + room * np.tanh((size - KNEE) / room)) / size


def _power(sound: np.ndarray, smooth: Smooth) -> Float32[np.ndarray, " sample"]:
    return smooth((sound.astype(np.float64) ** 2).sum(axis=0)).astype(np.float32)
