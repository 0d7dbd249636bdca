"""From a project to a performance in one go: the spaces are wanted, and what they answer is arranged."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from clave.errors import AudioFileError, KitError
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.play.arrange import SILENCE, Decoded, Requests, arrange, bar_key, requests, sound_key
from clave.play.decoding import decode_bars
from clave.play.performance import Performance
from clave.play.project.document import Project, SpaceReference
from clave.play.project.saving import unknown_fields
from clave.play.sounds import FindFile, decode_sound, find_on_disk

if TYPE_CHECKING:
    from clave.rhythm.space import RhythmSpace
    from clave.sound.space import SoundSpace


def perform(
    project: Project,
    rhythm: "RhythmSpace | None" = None,
    sound: "SoundSpace | None" = None,
    *,
    bars: int | None = None,
    find_file: FindFile | None = None,
) -> Performance:
    """The performance of a project: its first so many bars, or as many as it has.

    Spaces that are not given are the shipped ones, loaded only if the project needs them. A sound whose file is
    missing is silent, and the performance's remarks say why; so they do where a space is another than it was made with.
    Raises ProjectError, SpaceError or KitError for what cannot be played at all.
    """
    wanted = requests(project, bars)
    if wanted.bars and rhythm is None:
        from clave.rhythm.space import load_rhythm

        rhythm = load_rhythm()
    if sound is None and any(each.origin == "map" or each.twin for _, each in wanted.sounds):
        from clave.sound.space import load_sound

        sound = load_sound()
    return arrange(project, decode(project, wanted, rhythm, sound, find_file or find_on_disk()), bars)


def decode(
    project: Project,
    wanted: Requests,
    rhythm: "RhythmSpace | None",
    sound: "SoundSpace | None",
    find_file: FindFile,
) -> Decoded:
    """What the spaces answer."""
    patterns = decode_bars(wanted.bars, rhythm) if rhythm is not None else []
    clips: dict[str, Clip] = {}
    missing: list[str] = []
    for voice, each in wanted.sounds:
        try:
            clip = decode_sound(VOICES[voice], each, sound, find_file)
        except (AudioFileError, KitError) as error:
            missing.append(f"the {VOICES[voice].name} is silent: {error}")
            clip = SILENCE
        clips[sound_key(voice, each)] = clip
    keys = [bar_key(bar) for bar in wanted.bars]
    return Decoded(dict(zip(keys, patterns, strict=True)), clips, (*remarks(project, rhythm, sound), *missing))


def remarks(project: Project, rhythm: "RhythmSpace | None", sound: "SoundSpace | None") -> tuple[str, ...]:
    """What is not as it was when the project was made: other spaces, and fields that this version does not know."""
    found = [
        f"{place} is not known to this version: it is kept, and changes nothing" for place in unknown_fields(project)
    ]
    for what, made_with, here in (("rhythm", project.spaces.rhythm, rhythm), ("sound", project.spaces.sound, sound)):
        if made_with is None or here is None:
            continue
        ours = space_reference(here)
        if made_with.name != ours.name or (made_with.hash and made_with.hash != ours.hash):
            version = "" if made_with.name != ours.name else " of another version"
            found.append(
                f"it was made with the {what} space {made_with.name!r}, and {ours.name!r}{version} is here: "
                f"what is generated may {'play' if what == 'rhythm' else 'sound'} otherwise"
            )
    return tuple(found)


def space_reference(space: "RhythmSpace | SoundSpace") -> SpaceReference:
    """The name of a space, and a hash of its settings and of the names and sizes of its networks."""
    return SpaceReference(name=str(space.card.get("name", "")), hash=folder_hash(space.folder))


def folder_hash(folder: Path) -> str:
    """The first 16 digits of a SHA-256; two spaces that were learned apart differ in their settings' scores."""
    settings = folder / "config.json"
    if not settings.is_file():
        return ""  # a space that was made in memory
    whole = hashlib.sha256(settings.read_bytes())
    networks: Sequence[Path] = sorted(folder.glob("*.onnx"))
    for path in networks:
        whole.update(f"{path.name} {path.stat().st_size}".encode())
    return whole.hexdigest()[:16]
