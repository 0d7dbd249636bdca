"""From a project to a performance in one go: the spaces decode what it requests, and that is arranged."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from clave.errors import AudioFileError, ClaveError, KitError, ProjectError, SpaceError
from clave.music.arguments import checked, shown
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.play.arrange import SILENCE, Decoded, Requests, arrange, bar_key, requests, sound_key
from clave.play.decoding import decode_bars, why_not
from clave.play.performance import Performance
from clave.play.project.document import Project
from clave.play.project.voices import KitVoice
from clave.play.remarks import WhyMissing, played_scenes, remarks, why_silent
from clave.play.sounds import FindFile, decode_sound, find_on_disk
from clave.sound.drum_synth import KITS

if TYPE_CHECKING:
    from clave.rhythm.space import RhythmSpace
    from clave.sound.space import SoundSpace

BUILT_IN = frozenset(kit.name for kit in KITS)


@checked(ProjectError)
def perform(
    project: Project,
    rhythm: "RhythmSpace | None" = None,
    sound: "SoundSpace | None" = None,
    *,
    bars: int | None = None,
    find_file: FindFile | None = None,
) -> Performance:
    """The performance of a project: its first so many bars, or as many as it has.

    Spaces that are not given are the shipped ones, loaded only if the project needs them. A sound that cannot be had is
    silent, and the performance's remarks say why; they also say where a space is another than it was made with.

    Raises SpaceError, with its place, for a bar that the rhythm space cannot make, and ProjectError for a number of
    bars that cannot be played.
    """
    for name, space in (("rhythm", rhythm), ("sound", sound)):
        if space is not None and not hasattr(space, "at"):
            given = f"as clave.load_{name}() gives one, or None; got {shown(space)}"
            raise SpaceError(f"perform: {name} is a space, {given}")
    wanted = requests(project, bars)
    if wanted.bars and rhythm is None:
        from clave.rhythm.space import load_rhythm

        rhythm = load_rhythm()
    scenes = played_scenes(project)
    voices = [voice for _, scene in scenes for voice in scene.kit.voices]
    if sound is None and any(each.origin == "map" or each.twin for each in voices):
        from clave.sound.space import load_sound

        sound = load_sound()
    find, why_missing = _found_once(find_file or find_on_disk())
    found = remarks(project, rhythm, sound, why_missing, BUILT_IN, scenes)
    patterns = {} if rhythm is None else _decoded_bars(wanted, rhythm, found)
    clips: dict[str, Clip] = {}
    for voice, each in wanted.sounds:
        clip = SILENCE
        if why_silent(VOICES[voice], each, sound, why_missing, BUILT_IN) is None:
            try:
                clip = decode_sound(VOICES[voice], each, sound, find)
            except ClaveError as error:  # NaN from a model among them
                found.append(f"the {VOICES[voice].name} is silent: {error}")
        clips[sound_key(voice, each)] = clip
    return arrange(project, Decoded(patterns, clips, tuple(dict.fromkeys(found))), bars)


def perform_strokes(project: Project, rhythm: "RhythmSpace") -> Performance:
    """The same with silent sounds, for what needs the strokes alone, such as a MIDI file.

    Raises SpaceError, with its place, for a bar that the rhythm space cannot make.
    """
    wanted = requests(project)
    silent = {sound_key(voice, each): SILENCE for voice, each in wanted.sounds}
    return arrange(project, Decoded(_decoded_bars(wanted, rhythm, ()), silent))


def _decoded_bars(wanted: Requests, rhythm: "RhythmSpace", found: Collection[str]) -> dict[str, Pattern]:
    """The requested bars by their keys; SpaceError for one that the space cannot make, with its place.

    The place is that in the project, if one of these remarks names it, or else that in the performance.
    """
    for bar, first in zip(wanted.bars, wanted.first_played, strict=True):
        if reason := why_not(bar, rhythm):
            refusal = f"cannot be played: {reason}"
            named = next((remark for remark in found if remark.endswith(refusal)), None)
            raise SpaceError(named or f"bar {first} of the performance {refusal}")
    return dict(zip(map(bar_key, wanted.bars), decode_bars(wanted.bars, rhythm), strict=True))


def _found_once(find: FindFile) -> tuple[FindFile, WhyMissing]:
    """The same, with each file read once; and why one is not found."""
    contents: dict[tuple[str | None, str | None], bytes | AudioFileError | KitError] = {}

    def find_once(sound: KitVoice) -> bytes:
        key = (sound.file, sound.file_name)
        if key not in contents:
            try:
                contents[key] = find(sound)
            except (AudioFileError, KitError) as error:
                contents[key] = error
        content = contents[key]
        if isinstance(content, bytes):
            return content
        raise content

    def why_missing(sound: KitVoice) -> str | None:
        try:
            find_once(sound)
        except (AudioFileError, KitError) as error:
            return str(error)
        return None

    return find_once, why_missing
