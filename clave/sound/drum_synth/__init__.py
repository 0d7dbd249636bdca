"""Our own drums: a synthesizer for all eight voices, and the built-in kits that it makes."""

from clave.errors import KitError
from clave.music.arguments import guard
from clave.sound.drum_synth.draws import draw
from clave.sound.drum_synth.drum import Drum, synthesize
from clave.sound.drum_synth.drums import (
    DRUMS,
    Clap,
    ClosedHat,
    Cymbal,
    Kick,
    OpenHat,
    Other,
    Snare,
    Tom,
)
from clave.sound.drum_synth.kits import KITS, KitRecipe, kit, levelled

__all__ = [
    "DRUMS",
    "KITS",
    "Clap",
    "ClosedHat",
    "Cymbal",
    "Drum",
    "Kick",
    "KitRecipe",
    "OpenHat",
    "Other",
    "Snare",
    "Tom",
    "draw",
    "kit",
    "levelled",
    "synthesize",
]

guard(globals(), KitError)
