"""Which sound files a folder holds, and what is known of each before it is read: its voice, kit, licence and credit.

A CSV says it, or else the names of files and folders do.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from clave.errors import CorpusError, VoiceError, printable
from clave.files import audio_file, walking
from clave.files.tables import read_table
from clave.music.kit import voice as voice_of

MANIFEST = audio_file.MANIFEST
TABLE_COLUMNS = ("path", "voice")
NOT_LISTED = "not in the list"


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
    known = [
        named(path.relative_to(base).as_posix(), base.resolve().name)._replace(
            name=walking.name_below(path, root), path=path
        )
        for path in found.paths
    ]
    return Listing(known, dict(found.refused), dict(found.left_out))


def named(name: str, folder: str) -> Listed:
    """What the name of a file below a folder of this name says: its voice and its kit."""
    voice = audio_file.voice_of_path(Path(name), Path())
    above = [part for part in Path(name).parts[:-1] if audio_file.voice_in_name(part) is None]
    return Listed(printable(name), "" if voice is None else voice.name, printable("/".join(above) or folder), "", "")


def in_table(rows: Sequence[Mapping[str, str]], names: Sequence[str]) -> tuple[list[Listed | str], dict[str, str]]:
    """What the rows of a table say of files of these names, or why one is refused; and the rows without a file.

    Names are compared as `walking.Finder` does, but for their bytes.
    """
    by_key: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        key = walking.name_key(row["path"].strip().replace("\\", "/"))
        by_key.setdefault(key.casefold(), []).append({**row, "key": key})
    found, taken = list[Listed | str](), set[str]()
    for name in names:
        key = walking.name_key(name)
        same = by_key.get(key.casefold(), [])
        row = next((each for each in same if each["key"] == key), same[0] if len(same) == 1 else None)
        found.append(NOT_LISTED if row is None else _of_row(row, printable(name), None))
        taken |= set() if row is None else {row["path"]}
    return found, {printable(row["path"]): "no such file" for row in rows if row["path"] not in taken}


def _from_table(path: Path, root: Path) -> Listing:
    known, refused = list[Listed](), dict[str, str]()
    find, base = walking.Finder(walking.base_of(root)), walking.base_of(root)
    for row in read_table(path, TABLE_COLUMNS):
        found = find(row["path"].strip())
        name = row["path"] if found is None else _called(found, base)
        listed_file = _of_row(row, name, found)
        if isinstance(listed_file, str):
            refused[name] = listed_file
        else:
            known.append(listed_file)
    return Listing(known, refused, {})


def _of_row(row: Mapping[str, str], name: str, path: Path | None) -> Listed | str:
    """What a row of a table says of a file, or why it is refused."""
    try:
        voice = voice_of(row["voice"].strip()).name if row["voice"].strip() else ""
    except VoiceError as error:
        return str(error)
    kit = "/".join(part for part in (row.get("source"), row.get("kit")) if part)
    licence, credit = row.get("licence") or "", row.get("credit") or ""
    return Listed(name, voice, kit or Path(name).parent.as_posix(), licence, credit, path)


def _called(path: Path, base: Path) -> str:
    """The name of a listed file, which may lie outside of the folder."""
    return walking.name_below(path, base) if path.is_relative_to(base) else printable(path.as_posix())
