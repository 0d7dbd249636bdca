"""Kits and samples of a sound space: drawn as sets, checked before they become sound, and levelled as a kit is."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from clave.audio.descriptors import NAMES
from clave.audio.log_spectrogram import DrumSpectrogram, Spectrogram
from clave.errors import SpaceError
from clave.files.audio_file import one_shot
from clave.latent.code import Code, generator
from clave.latent.shift import shift_amounts
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit, Origin, Voice
from clave.music.kit import voice as voice_of
from clave.music.shapes import Float32
from clave.sound import drum_synth
from clave.sound.corpus_map import SoundMap, read_kits
from clave.sound.draw_check import DrawCheck, accepted, longest_decays
from clave.sound.kit_character import character_shift
from clave.sound.kit_draw import DrawnSound, KitDrawer
from clave.sound.kit_style import kit_styles
from clave.sound.space_shifts import SpaceShifts


@runtime_checkable
class SpaceToDraw(Protocol):
    """What is needed of a sound space to draw from it; the methods are those of `SoundSpace`."""

    folder: Path
    voices: tuple[str, ...]
    spectrogram: Spectrogram

    def corpus(self, voice: Voice | str) -> SoundMap: ...  # noqa: D102

    def codes_at(  # noqa: D102
        self, points: Float32[np.ndarray, "sound map"], voice: Voice | str, variation: float, seeds: list[int]
    ) -> Code: ...

    def drawn_codes(self, n: int, voice: Voice | str, rng: np.random.Generator) -> Code: ...  # noqa: D102

    def log_spectrograms(self, code: Code, voice: Voice | str) -> Float32[np.ndarray, "sound band frame"]: ...  # noqa: D102

    def at(  # noqa: D102
        self,
        points: ArrayLike,
        voice: Voice | str,
        variation: float = 0.0,
        seed: int = 0,
        shift: Mapping[str, float] | None = None,
    ) -> list[Clip]: ...

    def places(self, seed: int = 0) -> dict[str, tuple[float, float]]: ...  # noqa: D102


class SpaceKits:
    """The kits and samples of one space; what they need is computed at the first one and kept."""

    def __init__(self, space: SpaceToDraw, shifts: SpaceShifts) -> None:
        self._space = space
        self._shifts = shifts

    def accepted_codes(self, n: int, voice: Voice, seed: int) -> Code:
        """Draws of the prior that the draw check accepts, or as near to that as they came."""
        space, check, rng = self._space, self._check, generator(seed)
        if check is None:
            return space.drawn_codes(n, voice, rng)
        return accepted(
            lambda count: space.drawn_codes(count, voice, rng),
            lambda code: check.faults(space.log_spectrograms(code, voice), voice),
            n,
        )

    def draw(self, seed: int, variation: float, character: Mapping[str, float] | None) -> dict[str, DrawnSound]:
        """What `SoundSpace.draw_kit` says."""
        shift = character_shift(character)
        if shift and not self._shifts.is_linear:
            raise SpaceError(f"{self._space.folder} has no directions to shift sounds in")
        if self._drawer is None:
            return {name: DrawnSound(point, variation, seed, {}) for name, point in self._space.places(seed).items()}
        return self._drawer.draw(seed, variation, shift_amounts(shift, NAMES, "sound"))

    def kit(
        self,
        points: Mapping[str, tuple[float, float]],
        variation: float,
        seed: int,
        name: str,
        character: Mapping[str, float] | None,
    ) -> Kit:
        """What `SoundSpace.kit` says."""
        drawn = self.draw(seed, variation, character)
        for voice, (x, y) in points.items():
            drawn[voice_of(voice).name] = DrawnSound((float(x), float(y)), variation, seed, character_shift(character))
        clips, origins = list[Clip](), list[Origin | None]()
        built_in = drum_synth.kit() if any(voice.name not in self._space.voices for voice in VOICES) else None
        for voice in VOICES:
            if built_in is not None and voice.name not in self._space.voices:
                clips.append(built_in.clips[voice.index])
                origins.append(built_in.origins[voice.index])
                continue
            each = drawn[voice.name]
            sound = self._space.at([each.point], voice, each.variation, each.seed, each.shift)[0]
            clips.append(drum_synth.levelled(one_shot(sound), voice))
            origins.append(Origin(voice.name, "map", each.point, velocity_layers=True))
        return Kit(tuple(clips), tuple(origins), name)

    @cached_property
    def _corpora(self) -> dict[int, SoundMap]:
        """The sounds of each voice, by its index."""
        return {voice_of(name).index: self._space.corpus(name) for name in self._space.voices}

    @cached_property
    def _check(self) -> DrawCheck | None:
        """The check of draws, for log spectrograms that it understands."""
        if not isinstance(self._space.spectrogram, DrumSpectrogram):
            return None
        return DrawCheck(self._space.spectrogram, longest_decays(self._corpora))

    @cached_property
    def _drawer(self) -> KitDrawer | None:
        """What draws kits as sets, where there is a check and sounds are described."""
        corpora = self._corpora
        if self._check is None or any(each.descriptors is None or not len(each) for each in corpora.values()):
            return None
        styles = kit_styles(corpora, read_kits(self._space.folder))
        return KitDrawer(self._space, self._check, styles, self._shifts.scales(), corpora)
