"""What all drums of the synthesizer have in common: parameters with ranges, and the way from a dry sound to a clip."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
from numpy.random import Generator

from clave.errors import KitError
from clave.music.clip import Clip
from clave.sound.drum_synth import signal
from clave.sound.drum_synth.signal import Signal, filtered, highpass, lowpass, times

MAX_SECONDS = 1.5
END_FADE_MS = 8.0  # where a sound has died away
CUT_FADE_MS = 250.0  # where it would ring on
DC_HZ = 18.0  # what lies below is taken out of every sound


@dataclass(frozen=True)
class Range:
    """Where a parameter may lie; `even` says how draws spread over it: by "ratio" (pitches, times) or "difference"."""

    low: float
    high: float
    even: str = "difference"

    def place(self, value: float) -> float:
        """0 at the low end, 1 at the high end."""
        if self.even == "ratio":
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def value(self, place: float) -> float:
        """The inverse of `place`; places outside [0, 1] go to the nearer end."""
        if self.even == "ratio":
            value = self.low * (self.high / self.low) ** place
        else:
            value = self.low + place * (self.high - self.low)
        return min(self.high, max(self.low, value))


def by_ratio(default: float, low: float, high: float) -> Any:
    """A parameter whose draws spread evenly by ratio over its range, as pitches and times do."""
    return field(default=default, metadata={"range": Range(low, high, "ratio")})


def linear(default: float, low: float = 0.0, high: float = 1.0) -> Any:
    """A parameter whose draws spread evenly over its range."""
    return field(default=default, metadata={"range": Range(low, high)})


@dataclass(frozen=True, kw_only=True)
class Drum(ABC):
    """What every drum ends with: saturation, the machine's converter, and the room it stands in."""

    sources: ClassVar[tuple[str, ...]] = ()  # levels of all that makes sound, if it can be nothing at all

    drive: float = linear(0.0)  # 0 clean, 1 square
    bandwidth_hz: float = by_ratio(20_000.0, 3_000.0, 20_000.0)
    bits: float = linear(16.0, 7.0, 16.0)  # of a companding converter; 16 is clean
    room: float = linear(0.0)  # level beside the direct sound
    room_s: float = by_ratio(0.3, 0.08, 1.2)  # to fall by 60 dB

    def __post_init__(self) -> None:
        for name, span in self.ranges().items():
            value = getattr(self, name)
            if not isinstance(value, float | int | np.number) or not span.low <= value <= span.high:  # also of NaN
                where = f"{type(self).__name__}({name}=...) lies in [{span.low:g}, {span.high:g}]"
                raise KitError(f"{where}, got {value!r}")

    @classmethod
    def ranges(cls) -> dict[str, Range]:
        """Every parameter's range, by name."""
        return {each.name: each.metadata["range"] for each in fields(cls)}

    @property
    @abstractmethod
    def seconds(self) -> float:
        """How long the dry sound takes to fall below hearing."""

    @abstractmethod
    def dry(self, t: Signal, rng: Generator) -> Signal:
        """The sound before drive, converter and room, at any level."""


def synthesize(drum: Drum, seed: int = 0) -> Clip:
    """The sound of this drum: 44.1 kHz, at most 1.5 s, peak 1, no DC, starting at its onset, its end faded to 0.

    A drum with nothing in it (every level at 0) is silent.

    The same parameters and seed give the same samples.
    """
    rng = np.random.default_rng(seed)
    wet_s = drum.room_s if drum.room > 0 else 0.0
    seconds = drum.seconds + wet_s + END_FADE_MS / 1000
    fade_ms = END_FADE_MS if seconds <= MAX_SECONDS else CUT_FADE_MS
    t = times(min(MAX_SECONDS, seconds))
    sound = signal.driven(drum.dry(t, rng), drum.drive)
    if drum.room > 0:
        sound = sound + drum.room * signal.convolved(sound, signal.room(t, drum.room_s, rng))
    sound = signal.quantised(signal.normalised(sound), drum.bits)
    sound = filtered(sound, highpass(DC_HZ), lowpass(drum.bandwidth_hz), lowpass(drum.bandwidth_hz))
    return Clip(signal.normalised(signal.faded(sound, fade_ms)).astype(np.float32))
