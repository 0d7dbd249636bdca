"""A folder, on this machine or at an address that fsspec knows: s3://bucket/music, gs://, memory://."""

import os
import re
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from clave.errors import MissingExtraError, StorageError, printable
from clave.files import walking, whole_file

READ_AHEAD = 64  # files that are fetched together
_ADDRESS = re.compile(r"^([a-z][a-z0-9+.-]+):/+(.*)$", re.IGNORECASE)  # Path makes one slash of two
_STAMPS = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "last_modified", "created")
_PROTOCOL_PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs"}

Content = bytes | OSError
"""What a file holds, or why it cannot be read."""


class SourceFile(NamedTuple):
    """A file as a listing shows it."""

    name: str  # path below the place
    size: int  # bytes
    stamp: str  # changes with the content: a time of change, or the ETag of an object store


class Found(NamedTuple):
    """What a listing finds, and what it leaves out."""

    files: list[SourceFile]  # in order of name
    refused: dict[str, str]  # file that a person may miss -> reason
    left_out: dict[str, int]  # reason -> how many were not looked into, those refused among them


class Place(ABC):
    """A folder that is read and written by names below it, which have slashes."""

    @abstractmethod
    def find(self, suffixes: Sequence[str], kindred: Collection[str] = ()) -> Found:
        """All files with these suffixes, by the rules of `walking.walk`; of other suffixes, `kindred` are refused."""

    @abstractmethod
    def contents(self, files: Sequence[SourceFile]) -> Iterator[Content]:
        """What each file holds, or why it cannot be read; some are fetched together."""

    @abstractmethod
    def read(self, name: str) -> bytes | None:
        """What the file holds; None if there is none."""

    @abstractmethod
    def write(self, name: str, content: bytes) -> None:
        """Write a file as a whole or not at all. Raises StorageError or OSError, with its name."""

    @abstractmethod
    def names(self, folder: str) -> list[str]:
        """The files in a folder below, hidden ones too; none where there is no such folder."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""


def place_at(address: str | os.PathLike[str]) -> Place:
    """The place at a path or an address. Raises StorageError for a protocol that nobody knows."""
    text = os.fspath(address)
    found = _ADDRESS.match(text)
    if not found:
        return LocalPlace(text)
    protocol, rest = found[1].lower(), found[2]
    return LocalPlace(f"/{rest}") if protocol == "file" else RemotePlace(f"{protocol}://{rest}")


def is_address(address: str | os.PathLike[str]) -> bool:
    """Whether this is an address such as s3://bucket/music, not a path; also where a Path has lost a slash of it."""
    return _ADDRESS.match(os.fspath(address)) is not None


@dataclass(frozen=True)
class LocalPlace(Place):
    """A folder of this machine, or one that several machines share."""

    root: str

    def __str__(self) -> str:
        return self.root

    def find(self, suffixes: Sequence[str], kindred: Collection[str] = ()) -> Found:
        """Below the folder; a file is a folder of one."""
        if not os.path.exists(self.root):
            raise StorageError(f"{self.root} is not a folder")
        walked = walking.walk(self.root, suffixes)
        above, files = len(walking.base_of(self.root).parts), list[SourceFile]()
        refused, left_out = walked.refused(kindred), walked.counts()
        for path in walked.files:
            try:
                status = os.stat(path)
            except OSError as error:  # gone since it was listed
                refused[walking.name_below(path, self.root)] = f"cannot be opened: {error.strerror}"
                continue
            files.append(SourceFile("/".join(path.parts[above:]), status.st_size, str(status.st_mtime_ns)))
        return Found(files, refused, left_out)

    def contents(self, files: Sequence[SourceFile]) -> Iterator[Content]:
        """One file after another."""
        if not os.path.exists(self.root):
            raise StorageError(
                f"{self.root} is not a folder on this worker: machines of a cluster need one that all of them see"
            )
        base = walking.base_of(self.root)
        for file in files:
            try:
                with open(f"{base}/{file.name}", "rb", buffering=0) as opened:
                    yield opened.readall()
            except OSError as error:
                yield error

    def read(self, name: str) -> bytes | None:
        """The bytes of the file."""
        try:
            return Path(self.root, name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, name: str, content: bytes) -> None:
        """Beside its place first, then onto the disk, then into its place."""
        target = Path(self.root, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        whole_file.write(target, content, writer=uuid.uuid4().hex)

    def names(self, folder: str) -> list[str]:
        """As the folder lists them."""
        path = Path(self.root, folder)
        return sorted(each.name for each in path.iterdir()) if path.is_dir() else []

    def remove(self, name: str) -> None:
        """Unlink it."""
        Path(self.root, name).unlink(missing_ok=True)


@dataclass(frozen=True)
class RemotePlace(Place):
    """A folder at an address, through fsspec: keys and endpoints come from where its protocol expects them."""

    address: str

    def __str__(self) -> str:
        return self.address

    def find(self, suffixes: Sequence[str], kindred: Collection[str] = ()) -> Found:
        """Below the address, by one listing."""
        system, root = self._opened()
        try:
            system.invalidate_cache()
            listed: dict[str, Any] = system.find(root, detail=True)
        except Exception as error:
            raise self._error("", "listed", error) from error
        files, left_out = list[SourceFile](), list[tuple[str, str]]()
        for path, facts in listed.items():
            name = _below(root, path)
            if not name:  # the folder itself, which some stores list
                continue
            why = walking.why_not(name, suffixes)
            if why is None:
                stamp = next(str(facts[key]) for key in _STAMPS if key in facts)
                files.append(SourceFile(name, int(facts["size"]), stamp))
            else:
                left_out.append((printable(name), why))
        files.sort(key=lambda each: walking.order(Path(each.name)))
        walked = walking.Walk((), tuple(left_out))
        return Found(files, walked.refused(kindred), walked.counts())

    def contents(self, files: Sequence[SourceFile]) -> Iterator[Content]:
        """So many at a time; StorageError for what is no matter of one file."""
        system, root = self._opened()
        for at in range(0, len(files), READ_AHEAD):
            paths = [f"{root}/{file.name}" for file in files[at : at + READ_AHEAD]]
            try:
                found: dict[str, Any] = system.cat(paths, on_error="return")
            except Exception as error:
                raise self._error(files[at].name, "read", error) from error
            for file, path in zip(files[at:], paths, strict=False):
                content = found.get(path, FileNotFoundError("vanished"))
                if isinstance(content, Exception) and not isinstance(content, FileNotFoundError | PermissionError):
                    raise self._error(file.name, "read", content) from content
                yield content

    def read(self, name: str) -> bytes | None:
        """The bytes of the object."""
        return self._ask(name, "read", lambda system, path: system.cat_file(path))

    def write(self, name: str, content: bytes) -> None:
        """One request, which stores do as a whole or not at all."""
        self._ask(name, "written", lambda system, path: system.pipe_file(path, content))

    def create(self, name: str, content: bytes) -> bool:
        """Write a file that must be new; False if there is one already."""
        try:
            self._ask(name, "written", lambda system, path: system.pipe_file(path, content, mode="create"))
        except FileExistsError:
            return False
        return True

    def names(self, folder: str) -> list[str]:
        """As a fresh listing has them."""

        def listed(system: Any, path: str) -> list[str]:
            system.invalidate_cache()
            return sorted(str(each).rsplit("/", 1)[-1] for each in system.ls(path, detail=False))

        return self._ask(folder, "listed", listed) or []

    def remove(self, name: str) -> None:
        """Delete the object."""
        self._ask(name, "removed", lambda system, path: system.rm_file(path))

    def _ask(self, name: str, done: str, question: Callable[[Any, str], Any]) -> Any:
        system, root = self._opened()
        try:
            return question(system, f"{root}/{name}")
        except FileNotFoundError as error:
            if done == "written":
                raise self._error(name, done, error) from error
            return None
        except FileExistsError:
            raise
        except Exception as error:
            raise self._error(name, done, error) from error

    def _error(self, name: str, done: str, error: Exception) -> StorageError:
        reason = " ".join(str(error).split()) or type(error).__name__
        if isinstance(error, PermissionError):
            reason += "; do the keys that are set allow it?"
        return StorageError(f"{self.address.rstrip('/')}/{name}: cannot be {done}: {reason}")

    def _opened(self) -> tuple[Any, str]:
        """The file system, and the path of this place in it."""
        protocol = self.address.split("://", 1)[0]
        package = _PROTOCOL_PACKAGES.get(protocol, "fsspec")
        missing = [each for each in ("fsspec", package) if find_spec(each) is None]
        if missing:
            extra = "the extra `scale`, pip install 'clave[scale]'" if package != "gcsfs" else "pip install gcsfs"
            raise MissingExtraError(f"{missing[0]} missing: {self.address} needs {extra}")
        import fsspec

        try:
            system, root = fsspec.core.url_to_fs(self.address)
        except Exception as error:
            raise self._error("", "opened", error) from error
        return system, str(root).rstrip("/")


def _below(root: str, path: str) -> str:
    return path[len(root) :].lstrip("/")
