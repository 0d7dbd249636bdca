"""Writing a space into a folder so that the folder never holds a part of one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SETTINGS_FILE = "config.json"  # without it a folder is no space
PART_FOLDER = "space.part"


@contextmanager
def new_space(folder: Path) -> Iterator[Path]:
    """A new folder inside `folder`, whose files move there when the block ends; after an error nothing moves.

    config.json moves last, and that of an older space in `folder` goes first, so that a run that is killed in between
    leaves a folder that is no space rather than one with files of two.
    """
    part = folder / PART_FOLDER
    shutil.rmtree(part, ignore_errors=True)  # of a run that was killed
    part.mkdir(parents=True)
    try:
        yield part
        (folder / SETTINGS_FILE).unlink(missing_ok=True)
        for path in sorted(part.iterdir(), key=lambda path: (path.name == SETTINGS_FILE, path.name)):
            os.replace(path, folder / path.name)
    finally:
        shutil.rmtree(part)
