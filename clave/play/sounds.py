"""The sounds of a project's kit: decoded from a point of a map, synthesised, or read from a file."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clave.errors import AudioFileError, KitError, SpaceError
from clave.files import audio_file, walking
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit, Voice
from clave.play.project.voices import KitVoice, SoundShift
from clave.sound import drum_synth

if TYPE_CHECKING:
    from clave.sound.space import SoundSpace

FindFile = Callable[[KitVoice], bytes]
"""The bytes of the file that a sound comes from; AudioFileError or KitError, with the reason, where it is missing."""


def decode_sound(voice: Voice, sound: KitVoice, space: "SoundSpace | None", find_file: FindFile) -> Clip:
    """A sound as its kit has it, without its playback settings.

    Raises SpaceError for a point without a space, a voice it has not learned, or a sound that no speaker should play;
    KitError for a kit that is not built in; AudioFileError for a file that is missing or no sound.
    """
    if sound.origin == "factory":
        return _factory_kit(sound.kit or "")[voice]
    if sound.origin == "file" and not sound.twin:
        return decode_file(voice, find_file(sound), sound.file_name or "the file", levelled=sound.levelled)
    if space is None:
        raise SpaceError(f"the {voice.name} is a point of a sound map, and there is no sound space")
    return decode_point(voice, sound, space)


def decode_file(voice: Voice, content: bytes, name: str = "the file", *, levelled: bool) -> Clip:
    """The sound in these bytes of a file from its onset on: as loud as its voice is in a kit, or as loud as it is.

    Raises AudioFileError, which names the file, for what is no sound.
    """
    clip = audio_file.one_shot(audio_file.from_bytes(content, name))
    return drum_synth.levelled(clip, voice) if levelled else Clip(clip.samples / max(1.0, clip.peak), clip.sample_rate)


def decode_point(voice: Voice, sound: KitVoice, space: "SoundSpace") -> Clip:
    """The sound at a point of a voice's map, as loud as the voice is in a kit."""
    if sound.point is None:
        raise KitError(f"a voice from the map has a point, got {sound}")
    detail = None if sound.detail is None else np.array([sound.detail], np.float32)
    shift = {name: getattr(sound.shift, name) for name in SoundShift.model_fields}
    code = space.code_at([sound.point], voice, sound.variation, sound.seed, detail, shift)
    clip = safe(space.decode(code, voice)[0], f"the {voice.name} there")
    return drum_synth.levelled(audio_file.one_shot(clip), voice)


def safe(clip: Clip, what: str) -> Clip:
    """The clip, if it is a sound and a speaker survives it.

    SpaceError, naming it as `what`, for one that is not finite, exceeds full scale or is silent.
    """
    peak = float(np.abs(clip.samples).max())
    if not 0 < peak <= 1:  # NaN is not, either
        raise SpaceError(f"{what} peaks at {peak:g}, and not above 0 and up to full scale, 1: it is not played")
    return clip


def find_on_disk(folder: Path | None = None) -> FindFile:
    """Files by the names they are known by, from this folder or the current one; their content has to be the same."""

    def find(sound: KitVoice) -> bytes:
        name = sound.file_name
        if not name:
            raise AudioFileError(f"the file {str(sound.file)[:12]}... is not here, and no place is named for it")
        path = (folder or Path()) / name
        try:
            content = (walking.Finder(folder or Path())(name) or path).read_bytes()
        except OSError as error:
            raise AudioFileError(f"{path} cannot be read: {error.strerror or error}") from error
        digest = hashlib.sha256(content).hexdigest()
        if digest != sound.file:
            raise AudioFileError(f"{path} is another file than the project was made with (SHA-256 {digest[:12]}...)")
        return content

    return find


@cache
def _factory_kit(name: str) -> Kit:
    return drum_synth.kit(name)


def voice_at(index: int) -> Voice:
    """The voice of a row; KitError for a row that is not there."""
    if not 0 <= index < len(VOICES):
        raise KitError(f"a kit has voices 0 to {len(VOICES) - 1}, got {index}")
    return VOICES[index]
