"""Where the sounds of a kit are made: from a point of a sound space, from the factory, or from a file that is kept.

Nothing leaves it that is not finite or too loud, whatever a space decodes.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from clave.app.kit_library import KitLibrary
from clave.app.protocol import SoundInfo
from clave.app.sound_protocol import Heard, KitToKeep, PlacedSound, SoundMap, SoundRequest
from clave.app.verdict_info import verdict_info
from clave.audio.descriptors import NAMES, describe
from clave.errors import KitError, SpaceError
from clave.files import audio_file
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit, Origin, Voice
from clave.play.project.voices import KitVoice, SoundShift
from clave.play.sounds import decode_file, decode_point, voice_at
from clave.play.space_reference import space_reference
from clave.sound import drum_synth
from clave.sound.explanation import ExplainedSound, explain
from clave.sound.kit_draw import DrawnSound
from clave.sound.sound_index import SimilarSound
from clave.sound.space import DRAWN_VARIATION, SoundSpace

AT_ONCE = max(1, min(4, os.cpu_count() or 1))  # sounds decoded at the same time, a core each
CACHED_SOUNDS = 64  # sounds, about 10 MB of WAV
NEAREST = 8


@dataclass(frozen=True)
class OfferedKit:
    """A kit that may be requested by name; it is made only then."""

    name: str
    label: str
    make: Callable[[], Kit]


BUILT_IN = tuple(OfferedKit(each.name, each.label, partial(drum_synth.kit, each.name)) for each in drum_synth.KITS)


@dataclass(frozen=True)
class MadeSound:
    """A sound as it goes out: a WAV file and its descriptors."""

    wav: bytes
    heard: Heard


class KitBuilder:
    """Makes sounds for any number of threads; each kit is made once, and so are the latest sounds."""

    def __init__(self, sound: SoundSpace | None, kits: Sequence[OfferedKit], library: KitLibrary) -> None:
        self.kits = {kit.name: kit for kit in kits}
        self.library = library
        self._space = sound
        self._decoding = threading.BoundedSemaphore(AT_ONCE)  # networks and phase of many sounds would fight for cores
        self._kits: dict[str, Kit] = {}
        self._making_kits = threading.Lock()  # the page requests eight clips at once
        self._cached: OrderedDict[tuple[int, SoundRequest], MadeSound] = OrderedDict()
        self._cache_lock = threading.Lock()

    @property
    def space(self) -> SoundSpace:
        """The sound space; SpaceError where there is none."""
        if self._space is None:
            raise SpaceError("this instrument plays without a sound space")
        return self._space

    def info(self) -> SoundInfo | None:
        """What the page must know of the sound space, if there is one."""
        if self._space is None:
            return None
        directions = {name for voice in self._space.voices for name in self._space.directions(voice)}
        return SoundInfo(
            name=self._space.card["name"],
            reference=space_reference(self._space),
            voices=list(self._space.voices),
            licence=self._space.card["licence"],
            credit=self._space.card["credit"],
            sounds=sum(len(self._space.corpus(voice)) for voice in self._space.voices),
            detail_size=self._space.detail_size,
            directions=[name for name in NAMES if name in directions],
            verdict=verdict_info(self._space.verdict),
        )

    def map(self, voice: int) -> SoundMap:
        """The sounds of a voice that the space was learned from; coordinates to 1/1000, a tenth of a pixel."""
        corpus = self.space.corpus(voice_at(voice))
        sources, source = named_once(corpus.sources)
        return SoundMap(
            x=[round(float(x), 3) for x in corpus.map[:, 0]],
            y=[round(float(y), 3) for y in corpus.map[:, 1]],
            source=source,
            sources=sources,
            licences=[_licence(self.space, name) for name in sources],
            **{name: corpus.ranks(name) for name in NAMES},
        )

    def sound(self, voice: int, request: SoundRequest) -> MadeSound:
        """The sound at a place of a voice's map, as loud as the voice is in a kit.

        Raises SpaceError without a space, for a voice it has not learned, or for a sound that no speaker should play.
        """
        key = (voice_at(voice).index, request)
        with self._cache_lock:
            if key in self._cached:
                self._cached.move_to_end(key)
                return self._cached[key]
        clip = self._decoded(VOICES[voice], _as_kit_voice(request))
        made = MadeSound(audio_file.to_bytes(clip), _heard(clip))
        with self._cache_lock:
            self._cached[key] = made
            while len(self._cached) > CACHED_SOUNDS:
                self._cached.popitem(last=False)
        return made

    def place(self, voice: int, content: bytes) -> PlacedSound:
        """Where the sound in these bytes of a file lies on the voice's map; the file is kept.

        Raises AudioFileError for what is no sound, SpaceError for one without a place, such as silence.
        """
        which, space = voice_at(voice), self.space
        clip = audio_file.from_bytes(content)
        with self._decoding:
            code = space.encode([clip], which)
            heard = _heard(clip)
        corpus = space.corpus(which)
        order = np.argsort(np.square(corpus.map - code.map).sum(axis=1), kind="stable")
        _, source = named_once(corpus.sources)
        nearest = list(dict.fromkeys(source[row] for row in order))[:NEAREST]
        x, y = code.map[0].tolist()
        return PlacedSound(
            point=(x, y),
            detail=code.detail[0].tolist(),
            file=self.library.keep_file(content),
            heard=heard,
            nearest=nearest,
        )

    def file(self, digest: str, voice: int, *, levelled: bool = True) -> bytes:
        """A file that is kept, as a WAV from its onset on, as loud as this voice is in a kit, or as loud as it is."""
        return audio_file.to_bytes(self._from_file(voice_at(voice), digest, levelled=levelled))

    def kit_clip(self, name: str, voice: int) -> bytes:
        """One clip of a kit that is offered, as a WAV; raises KitError for a kit or a voice that is not there."""
        return audio_file.to_bytes(self._offered(voice_at(voice), name))

    def draw(
        self,
        seed: int,
        kept: Mapping[int, KitVoice] | None = None,
        character: Mapping[str, float] | None = None,
    ) -> tuple[KitVoice, ...]:
        """Sounds for all eight voices, drawn as a set by `SoundSpace.draw_kit`; what is kept stays as it is.

        A voice that the space has not learned, or every one where there is no space, is drawn from the kits offered.
        `character` moves the sounds that are drawn; SpaceError where there are none to move.
        """
        if character and self._space is None:
            raise SpaceError("a kit is moved in a sound space, and this instrument plays without one")
        draws = np.random.default_rng(seed).random(len(VOICES))
        drawn = {} if self._space is None else self._drawn(self._space, seed, character)
        names = list(self.kits)
        made: list[KitVoice] = []
        for voice, draw in zip(VOICES, draws, strict=True):
            if kept is not None and voice.index in kept:
                made.append(kept[voice.index])
            elif voice.name in drawn:
                made.append(as_kit_voice(drawn[voice.name]))
            else:
                made.append(KitVoice(origin="factory", kit=names[int(draw * len(names))]))
        return tuple(made)

    def _drawn(self, space: SoundSpace, seed: int, character: Mapping[str, float] | None) -> dict[str, DrawnSound]:
        with self._decoding:
            return space.draw_kit(seed, DRAWN_VARIATION, character)

    def kit(self, voices: Sequence[KitVoice], name: str = "kit") -> Kit:
        """These eight voices as a kit; how each is played stands in its origin, and `Kit.as_played` follows it."""
        clips, origins = list[Clip](), list[Origin]()
        for voice, chosen in zip(VOICES, voices, strict=True):
            clip, source = self._sound_of(voice, chosen)
            clips.append(clip)
            origins.append(chosen.origin_of(voice, source))
        return Kit(tuple(clips), tuple(origins), name)

    def similar(self, voice: int, chosen: KitVoice, n: int) -> list[SimilarSound]:
        """The `n` sounds of those that the space searches in which are most like this one, the nearest first."""
        which, space = voice_at(voice), self.space
        clip, _ = self._sound_of(which, chosen)
        with self._decoding:
            return space.similar(clip, which, n)

    def explain(self, voice: int, chosen: KitVoice, *, with_detail: bool = True) -> tuple[Clip, ExplainedSound]:
        """A sound of a kit, as loud as it is there, and its way through the sound space."""
        which, space = voice_at(voice), self.space
        clip, _ = self._sound_of(which, chosen)
        with self._decoding:
            return clip, explain(space, clip, which, with_detail=with_detail)

    def _sound_of(self, voice: Voice, chosen: KitVoice) -> tuple[Clip, str]:
        """A voice of a kit, and where it comes from."""
        match chosen.origin:
            case "factory":
                return self._offered(voice, chosen.kit or ""), f"factory {chosen.kit}"
            case "file" if not chosen.twin:
                return self._from_file(voice, chosen.file or "", levelled=chosen.levelled), f"file {chosen.file}"
            case _:
                return self._decoded(voice, chosen), "map"

    def _decoded(self, voice: Voice, sound: KitVoice) -> Clip:
        with self._decoding:
            return decode_point(voice, sound, self.space)

    def _from_file(self, voice: Voice, digest: str, *, levelled: bool) -> Clip:
        return decode_file(voice, self.library.file(digest), levelled=levelled)

    def _offered(self, voice: Voice, name: str) -> Clip:
        if name not in self.kits:
            raise KitError(f"no kit {name!r}; there are: {', '.join(self.kits)}")
        with self._making_kits:
            if name not in self._kits:
                self._kits[name] = self.kits[name].make()
        return self._kits[name][voice]


def _licence(space: SoundSpace, source: str) -> str:
    """The licence of a sound; one that the space was fine-tuned with is the player's own."""
    known = space.licences.get(source, space.card["licence"])
    return ", ".join(filter(None, ("yours", known))) if source in space.own_sources else known


def read_kit_file(path: Path) -> KitToKeep:
    """A kit in a JSON file, in the words of the protocol: a name, and eight voices.

    Raises KitError, with the file and the rule, for what is none.
    """
    try:
        return KitToKeep.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "it"
        raise KitError(f"{path} is no kit: {place}: {first['msg']}") from error


def named_once(names: Sequence[str]) -> tuple[list[str], list[int]]:
    """Each name once, in the order of the alphabet, and for each of those given its place there."""
    once, place = np.unique(np.array(names, str), return_inverse=True)
    return [str(name) for name in once], [int(n) for n in place]


def as_kit_voice(sound: DrawnSound) -> KitVoice:
    """A sound that was drawn, as a voice of a project's kit."""
    return KitVoice(
        origin="map", point=sound.point, variation=sound.variation, seed=sound.seed, shift=SoundShift(**sound.shift),
        velocity_layers=True,
    )  # fmt: skip


def _heard(clip: Clip) -> Heard:
    described = describe(clip)
    return Heard(**{name: getattr(described, name) for name in Heard.model_fields})


def _as_kit_voice(place: SoundRequest) -> KitVoice:
    return KitVoice(
        origin="map",
        point=place.point,
        detail=place.detail,
        variation=place.variation,
        seed=place.seed,
        shift=place.shift,
    )
