"""Clave: a latent drum instrument.

Everything here works without torch; only what trains imports it. Each name is imported on first use, so that
`import clave` is quick and a pattern does not wait for the networks.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clave import errors
    from clave.audio.nsgt import NSGT
    from clave.files import audio_file as wav
    from clave.files import midi
    from clave.latent.code import Code
    from clave.music import kit
    from clave.music.bars import Bars
    from clave.music.clip import Clip
    from clave.music.kit import Kit
    from clave.music.pattern import Pattern
    from clave.play import project
    from clave.play.perform import perform
    from clave.play.performance import Performance
    from clave.play.project.document import Project
    from clave.play.render import render
    from clave.rhythm import dataset as corpus
    from clave.rhythm import grooves
    from clave.rhythm.space import RhythmSpace, load_rhythm
    from clave.rhythm.style_facts import styles
    from clave.sound import dataset as sounds
    from clave.sound import drum_synth as factory
    from clave.sound import loops as loop
    from clave.sound.space import SoundSpace, load_sound
    from clave.training.fine_tuning import fine_tune

__version__ = "1.0.0"

_MODULES = {
    "corpus": "clave.rhythm.dataset",
    "errors": "clave.errors",
    "factory": "clave.sound.drum_synth",
    "grooves": "clave.rhythm.grooves",
    "kit": "clave.music.kit",
    "loop": "clave.sound.loops",
    "midi": "clave.files.midi",
    "project": "clave.play.project",
    "sounds": "clave.sound.dataset",
    "wav": "clave.files.audio_file",
}
_NAMES = {
    "NSGT": "clave.audio.nsgt",
    "Bars": "clave.music.bars",
    "Clip": "clave.music.clip",
    "Code": "clave.latent.code",
    "Kit": "clave.music.kit",
    "Pattern": "clave.music.pattern",
    "Performance": "clave.play.performance",
    "Project": "clave.play.project.document",
    "RhythmSpace": "clave.rhythm.space",
    "SoundSpace": "clave.sound.space",
    "fine_tune": "clave.training.fine_tuning",
    "load_rhythm": "clave.rhythm.space",
    "load_sound": "clave.sound.space",
    "perform": "clave.play.perform",
    "render": "clave.play.render",
    "styles": "clave.rhythm.style_facts",
}

__all__ = [  # noqa: RUF022  # modules after names
    "NSGT",
    "Bars",
    "Clip",
    "Code",
    "Kit",
    "Pattern",
    "Performance",
    "Project",
    "RhythmSpace",
    "SoundSpace",
    "__version__",
    "fine_tune",
    "load_rhythm",
    "load_sound",
    "perform",
    "render",
    "styles",
    "corpus",
    "errors",
    "factory",
    "grooves",
    "kit",
    "loop",
    "midi",
    "project",
    "sounds",
    "wav",
]


def __getattr__(name: str) -> Any:
    """Import a public name the first time it is asked for (PEP 562)."""
    if name in _MODULES:
        found: Any = import_module(_MODULES[name])
    elif name in _NAMES:
        found = getattr(import_module(_NAMES[name]), name)
    else:
        raise AttributeError(f"module 'clave' has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
