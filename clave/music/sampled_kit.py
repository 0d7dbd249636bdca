"""A kit as samplers hold it: of each voice, sounds for several velocities and several takes of each, played in turn."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from clave.errors import KitError
from clave.music.clip import Clip
from clave.music.kit import VOICES, Voice, velocity_ranges


@dataclass(frozen=True, eq=False)
class SampledVoice:
    """The sounds of one voice. Raises KitError for none, or for layers that differ in how many takes they have."""

    layers: tuple[tuple[Clip, ...], ...]  # by velocity, the hardest first; each has its takes, played in turn
    level: float = 1.0  # linear, of the mix
    pan: float = 0.0  # -1, left, to 1, right

    def __post_init__(self) -> None:
        takes = {len(layer) for layer in self.layers}
        if takes in (set(), {0}) or len(takes) > 1:
            raise KitError(
                f"each layer has as many takes as the others, at least one; got {[len(each) for each in self.layers]}"
            )


@dataclass(frozen=True, eq=False)
class Sample:
    """One sound of a sampled kit, and when it is played."""

    voice: Voice
    layer: int  # 0 is the hardest
    take: int  # 0 is the sound itself
    low: int  # MIDI velocity
    high: int
    clip: Clip

    @property
    def file(self) -> str:
        """Its name as a WAV file: voice, layer and take, both counted from 1."""
        return f"{self.voice.name.replace(' ', '-')}-{self.layer + 1}-{self.take + 1}.wav"


@dataclass(frozen=True, eq=False)
class SampledKit:
    """Eight sampled voices in the order of VOICES, under a name. Raises KitError for another number of voices."""

    name: str
    voices: tuple[SampledVoice, ...]
    credit: str = ""  # where the sounds come from, as a person should know it

    def __post_init__(self) -> None:
        if len(self.voices) != len(VOICES):
            raise KitError(f"a sampled kit has {len(VOICES)} voices, got {len(self.voices)}")

    def samples(self) -> Iterator[Sample]:
        """All its sounds: voice by voice, the hardest layer first, take by take."""
        for voice, sounds in zip(VOICES, self.voices, strict=True):
            ranges = velocity_ranges(len(sounds.layers))
            for layer, (takes, (low, high)) in enumerate(zip(sounds.layers, ranges, strict=True)):
                for take, clip in enumerate(takes):
                    yield Sample(voice, layer, take, low, high, clip)

    @property
    def takes(self) -> int:
        """The most that a voice has of one sound."""
        return max(len(each.layers[0]) for each in self.voices)

    def without_takes(self) -> "SampledKit":
        """The same kit with the sounds themselves only, for players that cannot play takes in turn."""
        voices = tuple(replace(each, layers=tuple(layer[:1] for layer in each.layers)) for each in self.voices)
        return replace(self, voices=voices)
