"""Folders of sounds: which sound files they hold, and a folder read as a kit."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np

from clave.errors import AudioFileError, CorpusError, VoiceError, printable
from clave.files import walking
from clave.files.audio_file.one_shots import one_shot, resampled
from clave.files.audio_file.reading import OTHER_SUFFIXES, SUFFIXES, read
from clave.files.audio_file.voice_names import voice_of_path
from clave.files.tables import read_table
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit, Origin, Voice
from clave.music.kit import voice as voice_of

MANIFEST = "manifest.csv"  # a folder's own list of its sounds


@dataclass(frozen=True)
class SoundFiles:
    """The sound files in a folder and below."""

    paths: tuple[Path, ...]  # in the order of their names
    refused: tuple[tuple[str, str], ...]  # path below the folder, and why it is not read
    left_out: Mapping[str, int]  # reason -> files that were not looked into, these among them


def sound_files(folder: Path) -> SoundFiles:
    """All sound files in a folder and below, as `walking.walk` finds them; a file is a folder of one."""
    walked = walking.walk(folder, SUFFIXES)
    return SoundFiles(walked.files, tuple(walked.refused(OTHER_SUFFIXES).items()), walked.counts())


@dataclass(frozen=True)
class KitReading:
    """A kit and where its sounds came from."""

    kit: Kit
    taken: tuple[tuple[str, str], ...]  # voice, file
    filled: tuple[str, ...]  # voices for which no file was found
    refused: tuple[tuple[str, str], ...]  # file, reason
    classified: tuple[str, ...] = ()  # files whose voice is known by their sound alone
    paths: tuple[Path | None, ...] = (None,) * len(VOICES)  # of each voice's file

    def __str__(self) -> str:
        lines = [f"{voice}: {file}{' (by listening)' if file in self.classified else ''}" for voice, file in self.taken]
        lines += [f"{voice}: no file, {_source(self.kit, voice)}" for voice in self.filled]
        lines += [f"not used: {file} ({reason})" for file, reason in self.refused]
        return "\n".join(lines)


def read_kit(
    folder: str | PathLike[str], *, missing: Kit | None = None, listen: Callable[[Clip], Voice | None] | None = None
) -> KitReading:
    """A kit from a folder of sounds; its `manifest.csv` says which voice they are, or the names of files and folders.

    The list has the columns `path` and `voice`; then only the sounds that it lists are taken, in its order, and one
    whose voice is empty is listened to. Without a list, of several files for a voice the first in alphabetical order
    that can be read is taken, and those in the folder itself go before those in folders inside. Last come those whose
    names say nothing, where `listen` knows their voice. A voice without a file sounds as in `missing`, or is silent.
    What was not taken is in the report, with the reason. Loudness is kept; a file louder than full scale is turned down
    to it.

    Raises AudioFileError if there is no such folder, or nothing in it can be played.
    """
    folder = Path(folder)
    if not folder.exists():
        raise AudioFileError(f"{folder}: no such folder")
    if (folder / MANIFEST).is_file():
        named, refused = _listed(folder)
    else:
        found = sound_files(folder)
        named, refused = _named(folder, found.paths), list(found.refused)
    drums, not_taken = _choose_drums(folder, named, listen)
    refused = (*refused, *not_taken)
    if not drums:
        reasons = "; ".join(f"{file}: {reason}" for file, reason in refused[:3])
        raise AudioFileError(f"{folder}: no sound that can be played as a drum ({reasons or 'no sound files'})")

    clips: list[Clip] = []
    origins: list[Origin | None] = []
    for voice in VOICES:
        if voice.index in drums:
            clips.append(drums[voice.index].clip)
            origins.append(Origin(voice.name, drums[voice.index].file))
        elif missing is not None:
            clips.append(resampled(missing.clips[voice.index]))
            origins.append(missing.origins[voice.index])
        else:
            clips.append(Clip(np.zeros(1, np.float32)))
            origins.append(None)
    return KitReading(
        Kit(
            tuple(clips),
            tuple(origins),
            printable(folder.resolve().stem if folder.is_file() else folder.resolve().name),
        ),
        tuple((VOICES[index].name, drums[index].file) for index in sorted(drums)),
        tuple(voice.name for voice in VOICES if voice.index not in drums),
        refused,
        tuple(drum.file for drum in drums.values() if drum.is_classified),
        tuple(drums[voice.index].path if voice.index in drums else None for voice in VOICES),
    )


class _Drum(NamedTuple):
    """A sound that was chosen for a voice."""

    voice: Voice
    path: Path
    file: str  # its name below the folder
    clip: Clip
    is_classified: bool  # its name says no voice


def _named(folder: Path, paths: Sequence[Path]) -> list[tuple[Path, Voice | None]]:
    """The sounds with the voices that their names say: those nearest to the top first, then by name."""
    ordered = sorted(
        paths, key=lambda path: (len(path.parts), unicodedata.normalize("NFC", path.with_suffix("").as_posix()).lower())
    )
    return [(path, voice_of_path(path, folder)) for path in ordered]


def _listed(folder: Path) -> tuple[list[tuple[Path, Voice | None]], list[tuple[str, str]]]:
    """The sounds that the folder's own list names, with their voices; and those refused, with the reason."""
    try:
        rows = read_table(folder / MANIFEST, ("path", "voice"))
    except CorpusError as error:
        raise AudioFileError(str(error)) from error
    find = walking.Finder(folder)
    named, refused = list[tuple[Path, Voice | None]](), list[tuple[str, str]]()
    for row in rows:
        name, word = row["path"].strip(), row["voice"].strip()
        path = find(name)
        if path is None:
            refused.append((printable(name), f"{MANIFEST} lists it, and there is no such file"))
            continue
        try:
            named.append((path, voice_of(word) if word else None))
        except VoiceError as error:
            refused.append((printable(name), str(error)))
    return named, refused


def _choose_drums(
    folder: Path, named: Sequence[tuple[Path, Voice | None]], listen: Callable[[Clip], Voice | None] | None
) -> tuple[dict[int, _Drum], list[tuple[str, str]]]:
    """The drum of each voice that has one, by the voice's index; and the files that were not taken, with the reason."""
    drums: dict[int, _Drum] = {}
    not_taken: list[tuple[str, str]] = []
    for path, voice in sorted(named, key=lambda each: each[1] is None):
        file = walking.name_below(path, folder) if path.is_relative_to(folder) else printable(path.as_posix())
        if voice is not None and voice.index in drums:
            not_taken.append((file, f"{voice.name} is {drums[voice.index].file}"))
            continue
        drum = _read_drum(path, file, voice, listen)
        if isinstance(drum, str):
            not_taken.append((file, drum))
        elif drum.voice.index in drums:
            not_taken.append((file, f"its name says no voice, and it sounds like another {drum.voice.name}"))
        else:
            drums[drum.voice.index] = drum
    return drums, not_taken


def _read_drum(
    path: Path, file: str, voice: Voice | None, listen: Callable[[Clip], Voice | None] | None
) -> _Drum | str:
    """The sound in this file for this voice, or for the one that `listen` finds; or the reason why there is none."""
    if voice is None and listen is None:
        return "its name says no voice, or several"
    try:
        clip = one_shot(read(path))
    except AudioFileError as error:
        return str(error).removeprefix(printable(f"{path}: "))
    if clip.peak == 0:
        return "silent"
    found = listen(clip) if voice is None and listen is not None else voice
    if found is None:
        return "its name says no voice, and its sound is of none surely"
    return _Drum(found, path, file, Clip(clip.samples / max(1.0, clip.peak), clip.sample_rate), voice is None)


def _source(kit: Kit, voice: str) -> str:
    origin = kit.origins[next(each.index for each in VOICES if each.name == voice)]
    return "silent" if origin is None else f"filled from {origin.source}"
