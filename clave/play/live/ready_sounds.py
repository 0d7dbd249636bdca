"""Sounds that are ready to be played live: what was made of one for a performance serves the next ones too."""

from collections.abc import Callable
from typing import TypeVar

from clave.music.clip import Clip
from clave.music.kit import Origin
from clave.play.performance import KitSound
from clave.play.produced import Layers, energy_of, layers_of

MOST_KEPT = 32  # sounds: four kits

Made = TypeVar("Made")
Key = tuple[int, Clip, Origin | None]


class ReadySounds:
    """Layers and energies of the sounds that were played last; used by one thread at a time."""

    def __init__(self) -> None:
        self._layers: dict[Key, Layers] = {}
        self._energies: dict[Key, float] = {}

    def layers_of(self, sound: KitSound) -> Layers:
        """As `produced.layers_of`."""
        return _kept(self._layers, sound, layers_of)

    def energy_of(self, sound: KitSound) -> float:
        """As `produced.energy_of`."""
        return _kept(self._energies, sound, energy_of)


def _kept(known: dict[Key, Made], sound: KitSound, make: Callable[[KitSound], Made]) -> Made:
    """What is known of the sound, or is made of it now; those that were not asked for the longest are forgotten."""
    if sound.softer:
        return make(sound)  # recorded layers: no sound of a project has any
    key = sound.voice, sound.clip, sound.origin
    made = known.pop(key) if key in known else make(sound)
    known[key] = made
    for oldest in list(known)[:-MOST_KEPT]:
        del known[oldest]
    return made
