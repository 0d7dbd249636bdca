"""A file written whole or not at all: a full disk, a crash or a missing permission leaves the old one as it was."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl

MOST_TRIES = 100  # to lock a file, which may be moved by whoever had it; a network's file system may never tell


def write(path: str | os.PathLike[str], content: bytes, *, writer: str = "") -> None:
    """Write a file of these bytes: beside its place first, then onto the disk, then in the place of the old one.

    Several processes of a machine that write the same file do so one after the other (on Windows the later one may
    fail). Where several machines may, each gives a name of its own as `writer`. Raises OSError, with the path of the
    file, where writing fails; what was there before is still there then.
    """
    with writing(path, writer=writer) as file:
        file.write(content)


@contextmanager
def writing(path: str | os.PathLike[str], *, writer: str = "") -> Generator[BinaryIO]:
    """A file to write bytes into, which takes its place when the block ends: `write` for what is large.

    After an error of any kind the old file is there, and nothing beside it; an OSError gets the path of the file.
    """
    target = Path(path)
    beside = target.with_name(f".{target.name}.{writer}.part" if writer else f".{target.name}.part")
    try:
        with _alone(beside):
            try:
                with beside.open("wb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(target)
            except BaseException:
                _remove(beside)  # before another process may write it
                raise
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(target)) from error


@contextmanager
def _alone(path: Path) -> Generator[None]:
    """Let no other process of this machine write the file until the block ends, where the system has such locks."""
    if sys.platform == "win32":
        yield
        return
    held = _locked(path)
    try:
        yield
    finally:
        with held, suppress(OSError):
            fcntl.flock(held, fcntl.LOCK_UN)  # at once, even if a child process has the file open too


def _locked(path: Path) -> BinaryIO:
    for _ in range(MOST_TRIES - 1):
        held = path.open("ab")
        with suppress(OSError):  # a file system without locks
            fcntl.flock(held, fcntl.LOCK_EX)
        if _is_open_at(path, held):  # else the process before has put it in its place meanwhile
            return held
        held.close()
    return path.open("ab")


def _is_open_at(path: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def naming(folder: str | os.PathLike[str]) -> Generator[None]:
    """Give an error of the system that names no file, such as a full disk, the name of the folder it is about."""
    try:
        yield
    except OSError as error:
        if error.filename is not None or error.errno is None:
            raise
        raise OSError(error.errno, error.strerror or str(error), str(folder)) from error


def _remove(beside: Path) -> None:
    with suppress(OSError):  # a folder that is gone, or may not be written any more
        beside.unlink()


def safe_name(name: str, otherwise: str) -> str:
    """The name as every system lets a file have it, without what would be a folder or a rule of the shell's."""
    safe = "".join("-" if letter in '/\\:*?"<>|' or ord(letter) < 32 else letter for letter in name)
    return safe.strip(" .")[:120] or otherwise
