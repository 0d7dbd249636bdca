"""Archives from the web, unpacked with care: nothing outside the folder, no links, no more than was agreed."""

import tarfile
import zipfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from io import BufferedIOBase
from pathlib import Path, PurePosixPath
from typing import cast

from clave.errors import DownloadError
from clave.files import whole_file

CHUNK_BYTES = 1 << 18
Member = tuple[str, BufferedIOBase]


def unpack(archive: Path, folder: Path, keep: Sequence[str], limit: int) -> int:
    """Unpack the files whose names fit one of the patterns, and say how many bytes they are.

    A file that is no .zip or .tar is copied. Raises DownloadError for an archive that is broken, names a place outside
    the folder, or holds more than `limit` bytes of such files.
    """
    written = 0
    with _members(archive) as members:
        try:
            for name, content in members:
                target = _inside(archive, folder, name)
                if target is None or not any(fnmatch(name, pattern) for pattern in keep):
                    continue
                written = _copy(archive, content, target, written, limit)
        except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, ValueError, NotImplementedError) as error:
            if isinstance(error, OSError) and error.filename is not None:  # a full disk, a lack of rights
                raise
            raise DownloadError(f"{archive.name} cannot be unpacked: {error}") from error
    return written


def _copy(archive: Path, content: BufferedIOBase, target: Path, written: int, limit: int) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_file.naming(target), target.open("wb") as out:
        while chunk := content.read(CHUNK_BYTES):
            written += len(chunk)
            if written > limit:
                raise DownloadError(f"{archive.name} unpacks to more than the {limit:,} bytes of its recipe: refused")
            out.write(chunk)
    return written


def _inside(archive: Path, folder: Path, name: str) -> Path | None:
    """Where a member comes to lie; None for what systems put beside files. DownloadError for a place outside."""
    path = PurePosixPath(name)
    if "\\" in name or ":" in name or "\0" in name or path.is_absolute() or ".." in path.parts:
        raise DownloadError(f"{archive.name} names a place outside its folder, {name!r}: refused as a whole")
    if "__MACOSX" in path.parts or path.name.startswith("._"):
        return None
    return folder.joinpath(*path.parts)


@contextmanager
def _members(archive: Path) -> Generator[Iterator[Member]]:
    """The regular files of an archive, one after the other; links and devices are none."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            yield _zip_members(opened)
    elif archive.name.endswith((".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")):
        try:
            stream = tarfile.open(archive, "r:*")  # noqa: SIM115  # closed below
        except (tarfile.TarError, EOFError, OSError) as error:
            raise DownloadError(f"{archive.name} cannot be unpacked: {error}") from error
        with stream:
            yield _tar_members(stream)
    elif archive.suffix == ".zip":
        raise DownloadError(f"{archive.name} cannot be unpacked: it is not a zip file")
    else:
        with archive.open("rb") as content:
            yield iter([(archive.name, content)])


def _zip_members(opened: zipfile.ZipFile) -> Iterator[Member]:
    for info in opened.infolist():
        is_link = (info.external_attr >> 16) & 0o170000 == 0o120000
        if not info.is_dir() and not is_link:
            with opened.open(info) as content:
                yield info.filename, cast(BufferedIOBase, content)


def _tar_members(stream: tarfile.TarFile) -> Iterator[Member]:
    for member in stream:
        content = stream.extractfile(member) if member.isreg() else None
        if content is not None:
            yield member.name, cast(BufferedIOBase, content)
