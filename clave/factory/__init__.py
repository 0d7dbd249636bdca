"""Our own drums: a synthesizer for all eight voices, and the built-in kits that it makes."""

from clave.factory.drums import DRUMS, Clap, ClosedHat, Cymbal, Drum, Kick, OpenHat, Other, Snare, Tom, synthesize
from clave.factory.kits import KITS, KitRecipe, draw, kit, levelled

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
