"""How a command plays a project: the kit that is named, the spaces, the files it writes."""

import hashlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from clave.app.cli.options import NO_SOUND, SPACE_KIT
from clave.app.kit_library import KitLibrary, file_in
from clave.errors import KitError, printable
from clave.files import audio_file, walking
from clave.music.kit import Kit
from clave.play.formats import WriteOptions, write_files
from clave.play.groove_project import factory_kit
from clave.play.perform import perform
from clave.play.performance import Performance
from clave.play.project.document import Project
from clave.play.project.voices import KitVoice, ProjectKit
from clave.play.sounds import FindFile, find_on_disk
from clave.sound import drum_synth

if TYPE_CHECKING:
    from clave.rhythm.space import RhythmSpace
    from clave.sound.space import SoundSpace


MISSING_KIT = "analogue"  # plays the voices that a folder has no sound for


@dataclass(frozen=True)
class ChosenSounds:
    """A kit, and the space that its sounds are decoded by, if it needs one."""

    kit: ProjectKit
    space: "SoundSpace | None" = None


@dataclass(frozen=True)
class Player:
    """The spaces and files that a project is played with; None: the shipped space, where one is needed."""

    rhythm: "RhythmSpace | None"
    sound: "SoundSpace | None"
    library: KitLibrary
    folder: Path | None = None  # where the project lies: its files are looked for there

    def perform(self, project: Project, bars: int | None = None) -> Performance:
        """The performance of a project; what is silent or other than it was made is said."""
        performance = perform(project, self.rhythm, self.sound, bars=bars, find_file=self.find_file())
        print_remarks(performance.remarks)
        return performance

    def find_file(self) -> FindFile:
        """The files of its sounds: kept ones, or on the disk."""
        on_disk = find_on_disk(self.folder)

        def find(sound: KitVoice) -> bytes:
            try:
                return self.library.file(sound.file or "")
            except KitError:
                return on_disk(sound)

        return find


def print_remarks(remarks: Iterable[str]) -> None:
    """Say on stderr what is silent or other than it was made."""
    for remark in remarks:
        print(f"clave: note: {remark}", file=sys.stderr)


def open_library(home: Path | None) -> KitLibrary:
    """The kits that the player keeps; asking for them makes no file."""
    path = file_in(home)
    return KitLibrary(path if path.is_file() else None)


def chosen_sound(which: str | None) -> "SoundSpace | None":
    """The sound space in this folder, the one that ships, or none."""
    from clave.sound import space

    return None if which == NO_SOUND else space.load_sound(which)


def chosen_kit(
    which: str, sound: str | None, library: KitLibrary, seed: int, character: Mapping[str, float] | None = None
) -> ChosenSounds:
    """A built-in kit by name, a folder of WAVs, a kept kit by name, one in a JSON file, or one that the seed draws.

    `character` moves a kit that the seed draws, by the words of `kit_character`.
    """
    if character and which != SPACE_KIT:
        raise typer.BadParameter(f"--kit-character goes with --kit {SPACE_KIT}, which is drawn, got --kit {which}")
    built_in = which in {each.name for each in drum_synth.KITS}
    a_folder = Path(which).is_dir() or (Path(which).is_file() and walking.suffix_of(which) in audio_file.SUFFIXES)
    if (built_in or a_folder) and sound not in (None, NO_SOUND):
        raise typer.BadParameter(f"--sound goes with a kit that is decoded, got --kit {which}")
    if built_in:
        return ChosenSounds(factory_kit(which))
    if a_folder and which != SPACE_KIT:
        return ChosenSounds(_folder_kit(Path(which)))
    from clave.app.kit_builder import BUILT_IN, KitBuilder, read_kit_file

    space = chosen_sound(sound)
    if which == SPACE_KIT:
        voices = KitBuilder(space, BUILT_IN, library).draw(seed, character=character)
        return ChosenSounds(ProjectKit(name=SPACE_KIT, voices=tuple(voices)), space)
    found = read_kit_file(Path(which)) if Path(which).is_file() else library.named(which)
    if found is None:
        names = ", ".join([SPACE_KIT, *(kit.name for kit in BUILT_IN), *(kit.name for kit in library.kits())])
        raise KitError(f"no kit {which!r}, nor a folder or file of that name; there are: {names}")
    return ChosenSounds(ProjectKit(name=found.name, voices=tuple(found.voices)), space)


def _folder_kit(folder: Path) -> ProjectKit:
    """The sounds of a folder as files of a project; what it does not have is synthesised."""
    from clave.sound import voice_classifier

    missing: Kit = drum_synth.kit(MISSING_KIT)
    reading = audio_file.read_kit(folder, missing=missing, listen=voice_classifier.sure)
    print(reading)
    voices: list[KitVoice] = []
    for path in reading.paths:
        if path is None:
            voices.append(KitVoice(origin="factory", kit=MISSING_KIT))
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        voices.append(KitVoice(origin="file", file=digest, file_name=printable(str(path.resolve())), levelled=False))
    return ProjectKit(name=reading.kit.name, voices=tuple(voices))


def write_performance(performance: Performance, folder: Path, options: WriteOptions) -> None:
    """Write all formats, and say what was written."""
    for line in write_files(performance, folder, options):
        print(line)


def project_player(rhythm: Path | None, sound: str | None, library: KitLibrary, project: Path) -> Player:
    """What plays a saved project: spaces of one's own where they are named, else the shipped ones when needed."""
    from clave.rhythm import space

    loaded = None if rhythm is None else space.load_rhythm(rhythm)
    return Player(loaded, None if sound is None else chosen_sound(sound), library, project.parent)
