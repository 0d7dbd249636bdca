"""Clave: a latent drum instrument.

Everything here works without torch; only what trains imports it.
"""

from clave import errors, grooves, kit, midi
from clave.clip import Clip
from clave.kit import Kit
from clave.nsgt import NSGT
from clave.pattern import Pattern
from clave.render import render
from clave.sound_space import SoundSpace, load_sound
from clave.space import RhythmSpace, load_rhythm
from clave.space_folder import Code

__version__ = "0.1.0"

__all__ = [
    "NSGT",
    "Clip",
    "Code",
    "Kit",
    "Pattern",
    "RhythmSpace",
    "SoundSpace",
    "__version__",
    "errors",
    "grooves",
    "kit",
    "load_rhythm",
    "load_sound",
    "midi",
    "render",
]
