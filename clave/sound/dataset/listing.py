"""Which sound files a folder holds, and what is known of each before it is read: its voice, kit, licence and credit.

A CSV says it, or else the names of files and folders do.
"""

import csv
from pathlib import Path
from typing import NamedTuple

from clave.errors import CorpusError, VoiceError
from clave.files import audio_file
from clave.music.kit import voice as voice_of

MANIFEST = "manifest.csv"


class Listed(NamedTuple):
    """A sound file, with what is known of it before it is read."""

    name: str  # path below the folder
    voice: str  # "" where nothing states it: then the classifier decides
    kit: str
    licence: str
    credit: str


def listed(folder: str | Path, listing: str | Path | None = None) -> tuple[list[Listed], dict[str, str]]:
    """The sound files of a folder, and those that are refused, with the reason.

    Raises CorpusError if there is no folder or no sound file, or for a CSV that is none.
    """
    root, table = Path(folder), table_of(folder, listing)
    if not root.is_dir():
        raise CorpusError(f"{folder} is not a folder")
    known, refused = _from_names(root) if table is None else _from_table(table)
    if not known and not refused:
        raise CorpusError(f"{folder} holds no sound file ({', '.join(audio_file.SUFFIXES)}), nor does any folder in it")
    return known, refused


def table_of(folder: str | Path, listing: str | Path | None) -> Path | None:
    """The CSV that lists the folder's sounds, if there is one: the given one, or the folder's own."""
    if listing is not None:
        return Path(listing)
    own = Path(folder) / MANIFEST
    return own if own.is_file() else None


def _from_names(root: Path) -> tuple[list[Listed], dict[str, str]]:
    found = audio_file.sound_files(root)
    known = list[Listed]()
    for path in found.paths:
        inside = path.relative_to(root)
        voice = audio_file.voice_of_path(path, root)
        above = [part for part in inside.parts[:-1] if audio_file.voice_in_name(part) is None]
        kit = "/".join(above) or root.resolve().name
        known.append(Listed(inside.as_posix(), "" if voice is None else voice.name, kit, "", ""))
    return known, dict(found.refused)


def _from_table(path: Path) -> tuple[list[Listed], dict[str, str]]:
    known, refused = list[Listed](), dict[str, str]()
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CorpusError(f"{path} cannot be read as a CSV: {error}") from error
    if not rows or not {"path", "voice"} <= set(rows[0]):
        raise CorpusError(
            f"{path}: a list of sounds has the columns path and voice, got {list(rows[0]) if rows else []}"
        )
    for row in rows:
        name = row["path"]
        try:
            voice = voice_of(row["voice"]).name if row["voice"] else ""
        except VoiceError as error:
            refused[name] = str(error)
            continue
        kit = "/".join(part for part in (row.get("source"), row.get("kit")) if part)
        licence, credit = row.get("licence") or "", row.get("credit") or ""
        known.append(Listed(name, voice, kit or Path(name).parent.as_posix(), licence, credit))
    return known, refused
