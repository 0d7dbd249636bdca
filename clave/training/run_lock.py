"""One run in a folder at a time: a lock that the system takes away from a process that dies."""

import json
import os
import platform
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from clave.errors import TrainingError
from clave.files import whole_file

LOCK_FILE, OWNER_FILE = "run.lock", "running.json"


@contextmanager
def only_run(folder: Path) -> Generator[None]:
    """Hold the folder for this run; TrainingError, with who holds it, where another run does.

    A run that was killed holds nothing: its note of itself is replaced.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK_FILE, timeout=0, is_singleton=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise TrainingError(
            f"another run is learning into {folder} ({_owner(folder)}): wait for it, stop it, or choose another folder"
        ) from error
    try:
        note = {"pid": os.getpid(), "host": platform.node(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}
        whole_file.write(folder / OWNER_FILE, json.dumps(note).encode())
        yield
    finally:
        (folder / OWNER_FILE).unlink(missing_ok=True)
        with suppress(OSError):  # Windows keeps a file that is open
            (folder / LOCK_FILE).unlink(missing_ok=True)
        lock.release()


def _owner(folder: Path) -> str:
    try:
        note = json.loads((folder / OWNER_FILE).read_text("utf-8"))
        return f"process {note['pid']} on {note['host']}, since {note['since']}"
    except (OSError, ValueError, KeyError):
        return "it has just begun"
