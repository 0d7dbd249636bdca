"""Which sound files a folder holds, and what is known of each before it is read: its voice, kit, licence and credit.

A CSV says it, or else the names of files and folders do.
"""

from pathlib import Path
from typing import NamedTuple

from clave.errors import CorpusError, VoiceError, printable
from clave.files import audio_file, walking
from clave.files.tables import read_table
from clave.music.kit import voice as voice_of

MANIFEST = audio_file.MANIFEST


class Listed(NamedTuple):
    """A sound file, with what is known of it before it is read."""

    name: str  # path below the folder
    voice: str  # "" where nothing states it: then the classifier decides
    kit: str
    licence: str
    credit: str
    path: Path | None = None  # None: the name is the path


class Listing(NamedTuple):
    """What a folder of sounds holds, before any is read."""

    known: list[Listed]
    refused: dict[str, str]  # file -> reason
    left_out: dict[str, int]  # reason -> files that were not looked into


def listed(folder: str | Path, listing: str | Path | None = None) -> tuple[list[Listed], dict[str, str]]:
    """The sound files of a folder, and those that are refused, with the reason.

    Raises CorpusError if there is no folder or no sound file, or for a CSV that is none.
    """
    found = list_sounds(folder, listing)
    return found.known, found.refused


def list_sounds(folder: str | Path, listing: str | Path | None = None) -> Listing:
    """The same, with what was not looked into; a file is a folder of one."""
    root, table = Path(folder), table_of(folder, listing)
    if not root.exists():
        raise CorpusError(f"{folder} is not a folder")
    found = _from_names(root) if table is None else _from_table(table, root)
    if not found.known and not found.refused:
        seen = ", ".join(f"{count} {reason}" for reason, count in found.left_out.items())
        raise CorpusError(
            f"{folder} holds no sound file ({', '.join(audio_file.SUFFIXES)}), nor does any folder in it"
            + (f" (left out: {seen})" if seen else "")
        )
    return found


def table_of(folder: str | Path, listing: str | Path | None) -> Path | None:
    """The CSV that lists the folder's sounds, if there is one: the given one, or the folder's own."""
    if listing is not None:
        return Path(listing)
    own = Path(folder) / MANIFEST
    return own if own.is_file() else None


def _from_names(root: Path) -> Listing:
    found, base = audio_file.sound_files(root), walking.base_of(root)
    known = list[Listed]()
    for path in found.paths:
        voice = audio_file.voice_of_path(path, root)
        above = [part for part in path.relative_to(base).parts[:-1] if audio_file.voice_in_name(part) is None]
        kit = printable("/".join(above) or base.resolve().name)
        name = walking.name_below(path, root)
        known.append(Listed(name, "" if voice is None else voice.name, kit, "", "", path))
    return Listing(known, dict(found.refused), dict(found.left_out))


def _from_table(path: Path, root: Path) -> Listing:
    known, refused = list[Listed](), dict[str, str]()
    find, base = walking.Finder(walking.base_of(root)), walking.base_of(root)
    for row in read_table(path, ("path", "voice")):
        found = find(row["path"].strip())
        name = row["path"] if found is None else _called(found, base)
        try:
            voice = voice_of(row["voice"].strip()).name if row["voice"].strip() else ""
        except VoiceError as error:
            refused[name] = str(error)
            continue
        kit = "/".join(part for part in (row.get("source"), row.get("kit")) if part)
        licence, credit = row.get("licence") or "", row.get("credit") or ""
        known.append(Listed(name, voice, kit or Path(name).parent.as_posix(), licence, credit, found))
    return Listing(known, refused, {})


def _called(path: Path, base: Path) -> str:
    """The name of a listed file, which may lie outside of the folder."""
    return walking.name_below(path, base) if path.is_relative_to(base) else printable(path.as_posix())
