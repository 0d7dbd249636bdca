"""What may be chosen when a performance or a kit is written for another program."""

from dataclasses import dataclass
from typing import Literal

from clave.audio.velocity_layers import LEVELS_DB
from clave.errors import ExportError
from clave.play.mixdown import Tail

Apart = Literal["", "bar", "voice"]
MAX_LAYERS = 1 + len(LEVELS_DB)
MAX_TAKES = 16
SAMPLE_RATES = (44_100, 48_000)  # Hz


@dataclass(frozen=True)
class WriteOptions:
    """What may be chosen when a performance is written. Raises ExportError for another sample rate."""

    stems: bool = False  # also one sound file a voice
    tail: Tail = "cut"  # "wrap": the end rings into the beginning; "ring": the last sounds ring out
    on_grid: bool = False  # strokes on their steps, without their feel
    apart: Apart = ""  # a MIDI file for each bar, or for each voice, instead of one
    sample_rate: int = SAMPLE_RATES[0]  # Hz, of sound files

    def __post_init__(self) -> None:
        if self.sample_rate not in SAMPLE_RATES:
            raise ExportError(f"a sample rate is one of {', '.join(map(str, SAMPLE_RATES))} Hz, got {self.sample_rate}")


def tail_named(name: str) -> Tail:
    """The tail of this name; ExportError for what is none."""
    match name:
        case "cut" | "wrap" | "ring":
            return name
        case _:
            raise ExportError(f"a tail is one of cut, wrap, ring; got {name!r}")


def apart_named(name: str) -> Apart:
    """What MIDI files are written apart by; ExportError for what is none of it."""
    match name:
        case "" | "bar" | "voice":
            return name
        case _:
            raise ExportError(f"MIDI files are written apart by bar or voice; got {name!r}")


@dataclass(frozen=True)
class KitOptions:
    """What may be chosen when a kit is written. Raises ExportError for numbers out of range."""

    layers: int = 4  # sounds of each voice for strokes of different strength
    takes: int = 4  # sounds of each layer, played in turn; the first is the sound itself

    def __post_init__(self) -> None:
        for what, number, most in (("velocity layers", self.layers, MAX_LAYERS), ("takes", self.takes, MAX_TAKES)):
            if not 1 <= number <= most:
                raise ExportError(f"a kit is written with 1 to {most} {what}, got {number}")
