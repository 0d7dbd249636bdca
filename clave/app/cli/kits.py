"""`clave kits`, and how a command finds the sounds that it plays."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from clave.app.cli.options import NO_SOUND, SPACE_KIT, Home
from clave.errors import KitError

if TYPE_CHECKING:
    from clave.music.kit import Kit
    from clave.sound.space import SoundSpace


def kits(home: Home = None) -> None:
    """List the kits that are built in, and those that you keep."""
    from clave.app import kit_library
    from clave.sound import drum_synth

    for each in drum_synth.KITS:
        print(f"{each.name:10}{each.label}")
    path = kit_library.file_in(home)
    if path.is_file():  # asking makes no file
        with closing(kit_library.KitLibrary(path)) as library:
            for each in library.kits():
                versions = "1 version" if each.versions == 1 else f"{each.versions} versions"
                print(f"{each.name:10}kept, {versions}, the last of {each.changed[:10]}")


def chosen_sound(which: str | None) -> "SoundSpace | None":
    """The sound space in this folder, the one that ships, or none."""
    from clave.sound import space

    return None if which == NO_SOUND else space.load_sound(which)


def chosen_kit(which: str, sound: str | None, home: Path | None, seed: int) -> "Kit":
    """A built-in kit by name, a folder of WAVs, a kept kit by name, one in a JSON file, or one that the seed draws."""
    from clave.files import audio_file
    from clave.sound import drum_synth, voice_classifier

    built_in, a_folder = which in {each.name for each in drum_synth.KITS}, Path(which).is_dir()
    if (built_in or a_folder) and sound not in (None, NO_SOUND):
        raise typer.BadParameter(f"--sound goes with a kit that is decoded, got --kit {which}")
    if built_in:
        return drum_synth.kit(which)
    if not a_folder or which == SPACE_KIT:
        return _decoded_kit(which, sound, home, seed)
    reading = audio_file.read_kit(which, missing=drum_synth.kit(), listen=voice_classifier.sure)
    print(reading)
    return reading.kit


def _decoded_kit(which: str, sound: str | None, home: Path | None, seed: int) -> "Kit":
    """A kit whose sounds are decoded: drawn by the seed, kept under that name, or in a JSON file."""
    from clave.app import kit_library
    from clave.app.kit_builder import BUILT_IN, KitBuilder, read_kit_file

    path = kit_library.file_in(home)
    with closing(kit_library.KitLibrary(path if path.is_file() else None)) as library:
        if which == SPACE_KIT:
            builder = KitBuilder(chosen_sound(sound), BUILT_IN, library)
            return builder.kit(builder.draw(seed), SPACE_KIT)
        found = read_kit_file(Path(which)) if Path(which).is_file() else library.named(which)
        if found is None:
            names = ", ".join([SPACE_KIT, *(kit.name for kit in BUILT_IN), *(kit.name for kit in library.kits())])
            raise KitError(f"no kit {which!r}, nor a folder or file of that name; there are: {names}")
        return KitBuilder(chosen_sound(sound), BUILT_IN, library).kit(found.voices, found.name)
