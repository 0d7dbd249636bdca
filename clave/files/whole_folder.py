"""A folder written whole or not at all: beside its place first, and moved there when all of it is on the disk."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def new(folder: str | os.PathLike[str]) -> Generator[Path]:
    """An empty folder beside this one, which takes its place when the block ends; after an error the old one stays.

    The old folder moves away and the new one comes: two renames. A run that is killed between them leaves the old one
    beside its place, as `.NAME.old`, and the next one that writes there puts it back first. An OSError of what is
    written gets the name of the folder.
    """
    target = Path(folder).absolute()
    part, old = (target.with_name(f".{target.name}.{kind}") for kind in ("part", "old"))
    _put_back(old, target)
    shutil.rmtree(part, ignore_errors=True)  # of a run that was killed
    try:
        part.mkdir(parents=True)
        yield part
        _onto_disk(part)
        if target.exists():
            os.replace(target, old)
        try:
            os.replace(part, target)
        except OSError:
            _put_back(old, target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        named = part if error.filename is None else Path(os.fsdecode(error.filename))
        if error.errno is None or not named.is_relative_to(part):
            raise
        raise OSError(error.errno, error.strerror or str(error), str(folder)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _put_back(old: Path, target: Path) -> None:
    """The folder that was there before a run that came to no end; what is older than the one in its place goes."""
    if not old.exists():
        return
    if target.exists():
        shutil.rmtree(old, ignore_errors=True)
    else:
        os.replace(old, target)


def _onto_disk(folder: Path) -> None:
    """Wait until all files of a folder are written, so that no power cut leaves one of them empty."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("r+b") as file:
                os.fsync(file.fileno())
