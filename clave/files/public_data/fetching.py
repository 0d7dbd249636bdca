"""A data set from its recipe into a folder: downloaded, checked, unpacked, and only then in its place."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clave.errors import DownloadError
from clave.files import whole_file, whole_folder
from clave.files.public_data.download import WAIT_S, download
from clave.files.public_data.recipe import Recipe, RemoteFile
from clave.files.public_data.unpacking import unpack

SOURCE_FILE = "clave-source.json"  # in the folder: licence, citation, and the hash of each file as it arrived

Progress = Callable[[str, int, int | None], None]
"""Called with the name of a file, the bytes that have arrived and, where known, those of the whole file."""


@dataclass(frozen=True)
class Fetched:
    """What was fetched."""

    folder: Path
    unpacked: int  # bytes; 0 if it was there already
    hashes: dict[str, str]  # "sha256:..." of each file
    unpinned: tuple[str, ...]  # files whose hash the recipe does not know


def fetch(
    recipe: Recipe, folder: str | Path, *, again: bool = False, progress: Progress | None = None, wait_s: float = WAIT_S
) -> Fetched:
    """Put the data set of a recipe into a folder; what is there already is not fetched again unless `again`.

    An interrupted run goes on where it stopped. Files without a pinned hash are trusted at the first download, whose
    hashes are kept and hold from then on. Raises DownloadError; the folder is whole or is not there.
    """
    target = Path(folder)
    known = _known(recipe, target)
    if known is not None and not again:
        return Fetched(target, 0, known, _unpinned(recipe))
    downloads = target.with_name(f".{target.name}.downloads")
    hashes: dict[str, str] = {}
    unpacked = 0
    with whole_folder.new(target) as part:
        for file in recipe.files:
            path = download(file, downloads, (known or {}).get(file.name), _following(progress, file), wait_s)
            hashes[file.name] = _sha256(path)
            unpacked += unpack(path, part, recipe.keep, recipe.unpacked_limit - unpacked)
        if not any(part.iterdir()):
            raise DownloadError(
                f"{recipe.name}: no file in it fits {', '.join(recipe.keep)}: the recipe is out of date"
            )
        _write_source(part, recipe, hashes)
    shutil.rmtree(downloads, ignore_errors=True)
    return Fetched(target, unpacked, hashes, _unpinned(recipe))


def _known(recipe: Recipe, target: Path) -> dict[str, str] | None:
    """The hashes of a data set that lies there; None if nothing does. DownloadError if something else does."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return None
    try:
        source: Any = json.loads((target / SOURCE_FILE).read_text(encoding="utf-8"))
        name, hashes = source["name"], dict(source["hashes"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DownloadError(
            f"{target} is there already and was not fetched by Clave: choose another with -o"
        ) from error
    if name != recipe.name:
        raise DownloadError(f"{target} holds {name}, not {recipe.name}: choose another folder with -o")
    return hashes


def _unpinned(recipe: Recipe) -> tuple[str, ...]:
    return tuple(file.name for file in recipe.files if file.hash is None)


def _following(progress: Progress | None, file: RemoteFile) -> Callable[[int, int | None], None] | None:
    return None if progress is None else lambda arrived, whole: progress(file.name, arrived, whole)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _write_source(folder: Path, recipe: Recipe, hashes: dict[str, str]) -> None:
    source = {
        "name": recipe.name, "title": recipe.title, "licence": recipe.licence, "licence_url": recipe.licence_url,
        "citation": recipe.citation, "homepage": recipe.homepage, "urls": [file.url for file in recipe.files],
        "hashes": hashes, "fetched": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    whole_file.write(folder / SOURCE_FILE, (json.dumps(source, indent=2) + "\n").encode())
