"""The SHA-256 of each file of a space, in `hashes.json` beside them: whether a space is as it was when it was made."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from clave.errors import SpaceError
from clave.files import whole_file

HASHES_FILE = "hashes.json"
FORMAT, VERSION = "clave file hashes", 1
TEXTS = (".json", ".csv")  # whose ends of lines a checkout may change
FOR_PEOPLE = (HASHES_FILE, "card.md")  # the card's table is compared with config.json instead


def hash_of(path: Path) -> str:
    """SHA-256 as 64 hex digits; a text counts as it is with the line ends of Unix."""
    content = path.read_bytes()
    return hashlib.sha256(content.replace(b"\r\n", b"\n") if path.suffix in TEXTS else content).hexdigest()


def joint_hash(hashes: Iterable[str]) -> str:
    """SHA-256 of the sorted list of these hashes, a line each: the same whatever files are called, in any order."""
    return hashlib.sha256("".join(f"{each}\n" for each in sorted(hashes)).encode()).hexdigest()


def write_hashes(folder: Path) -> None:
    """Write hashes.json, of all files in the folder but the card."""
    paths = sorted(path for path in folder.iterdir() if path.is_file() and path.name not in FOR_PEOPLE)
    content = {"format": FORMAT, "version": VERSION, "sha256": {path.name: hash_of(path) for path in paths}}
    whole_file.write(folder / HASHES_FILE, (json.dumps(content, indent=1) + "\n").encode())


def read_hashes(folder: Path) -> Mapping[str, str] | None:
    """The pair of `write_hashes`; None where there are none. SpaceError for a file that is no such list."""
    path = folder / HASHES_FILE
    if not path.is_file():
        return None
    try:
        content: Any = json.loads(path.read_bytes())
        version, hashes = content["version"], dict(content["sha256"])
        known = content["format"] == FORMAT and all(_is_entry(*each) for each in hashes.items())
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SpaceError(f"{path} is no list of hashes: {error!r}") from error
    if not known or version != VERSION:
        raise SpaceError(f"{path} is no list of hashes of version {VERSION}: a name and 64 hex digits for each file")
    return hashes


def _is_entry(name: Any, digest: Any) -> bool:
    plain = isinstance(name, str) and Path(name).name == name
    return plain and isinstance(digest, str) and len(digest) == 64
