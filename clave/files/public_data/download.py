"""One file from the web, through pooch: it goes on where a broken connection stopped, and wrong bytes are deleted.

pooch checks the hash of a temporary file and then moves it to its place; how the bytes come is given to it here, since
its own downloader begins anew each time. What has arrived is kept beside, as `.NAME.part`, also from one run to the
next. It is gone on with (HTTP range) if the server says that the file is still the same (If-Range), or if a hash of it
is known, which would tell.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from clave.errors import DownloadError, MissingExtraError
from clave.files import whole_file
from clave.files.public_data.recipe import RemoteFile
from clave.music.digits import whole_number

if TYPE_CHECKING:
    from requests import Response

CHUNK_BYTES = 1 << 18
ATTEMPTS = 6  # in a row that bring nothing more
WAIT_S = 1.0  # before the second attempt; twice as long before each that follows
TIMEOUT_S = 30.0  # for an answer, and for more bytes
MOST_BYTES = 200_000_000_000  # of a file whose size is not known
Progress = Callable[[int, int | None], None]
"""Called with the bytes that have arrived and, where known, those of the whole file."""


@dataclass(frozen=True)
class Part:
    """What has arrived of a file, and what the server said that it is a part of."""

    path: Path

    @property
    def _facts(self) -> Path:
        return self.path.with_name(self.path.name + ".json")

    @property
    def size(self) -> int:
        """Bytes that have arrived."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def validator(self, url: str) -> str | None:
        """The ETag or date of the file, as the server said; None if it said none, or this is another file."""
        try:
            facts = json.loads(self._facts.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return facts.get("validator") if facts.get("url") == url else None

    def begin(self, url: str, validator: str | None) -> None:
        """Start anew."""
        whole_file.write(self._facts, json.dumps({"url": url, "validator": validator}).encode())
        self.path.write_bytes(b"")

    def remove(self) -> None:
        """Forget it."""
        self.path.unlink(missing_ok=True)
        self._facts.unlink(missing_ok=True)

    def move_to(self, target: Path) -> None:
        """Give it another name, once it is whole."""
        os.replace(self.path, target)
        self.remove()


@dataclass(frozen=True)
class ResumingDownloader:
    """How pooch gets the bytes of a file: `downloader(url, output_file, pooch)`."""

    file: RemoteFile
    part: Part
    known_hash: str | None
    progress: Progress | None = None
    wait_s: float = WAIT_S

    def __call__(self, url: str, output_file: Any, pooch: Any) -> None:  # noqa: ARG002  # pooch's signature
        """Write the whole file; DownloadError if it cannot be had."""
        failures, reason = 0, ""
        while failures < ATTEMPTS:
            before = self.part.size
            try:
                self._more(url)
                self.part.move_to(Path(output_file))
                return
            except _BrokenConnectionError as error:
                reason = str(error)
            failures = 1 if self.part.size > before else failures + 1
            time.sleep(self.wait_s * 2 ** (failures - 1))
        raise DownloadError(
            f"{url}: {reason}, {ATTEMPTS} times in a row; {self.part.size:,} bytes have arrived and are kept: "
            "run the same command again to go on"
        )

    def _more(self, url: str) -> None:
        import requests

        validator = self.part.validator(url)
        begun = self.part.size if validator is not None or self.known_hash is not None else 0
        headers = {"Accept-Encoding": "identity"}
        if begun:
            headers |= {"Range": f"bytes={begun}-"} | ({"If-Range": validator} if validator else {})
        try:
            with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as response:
                self._check(url, response)
                self._receive(url, response, begun)
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            raise _BrokenConnectionError(_reason(error)) from error
        except requests.RequestException as error:
            raise DownloadError(f"{url}: {error}") from error

    def _check(self, url: str, response: "Response") -> None:
        if url.startswith("https://") and not response.url.startswith("https://"):
            raise DownloadError(f"{url} leads to {response.url}, which is not encrypted: refused")
        if response.status_code == 416:  # more has arrived than there is
            self.part.remove()
            raise _BrokenConnectionError("the server has less than had arrived before: begun anew")
        if response.status_code >= 500 or response.status_code == 429:
            raise _BrokenConnectionError(f"the server answers {response.status_code}")
        if response.status_code not in (200, 206):
            raise DownloadError(f"{url}: the server answers {response.status_code} {response.reason}")

    def _receive(self, url: str, response: "Response", begun: int) -> None:
        goes_on = response.status_code == 206 and _range_start(response) == begun
        if response.status_code == 206 and not goes_on:
            self.part.remove()
            raise _BrokenConnectionError("the server sent another part than was asked for: begun anew")
        if not goes_on:
            begun = 0
            self.part.begin(url, response.headers.get("ETag") or response.headers.get("Last-Modified"))
        length = response.headers.get("Content-Length")
        whole = None if length is None else begun + int(length)
        if self.file.size is not None and whole is not None and whole != self.file.size:
            self.part.remove()
            raise DownloadError(
                f"{url} has {whole:,} bytes now; the recipe says {self.file.size:,}: it is another file, refused"
            )
        with whole_file.naming(self.part.path), self.part.path.open("ab") as out:
            arrived = self._copy(response, out, begun, whole)
        if whole is not None and arrived < whole:
            raise _BrokenConnectionError(f"the connection ended at {arrived:,} of {whole:,} bytes")
        if self.file.size is not None and arrived != self.file.size:
            self.part.remove()
            raise DownloadError(f"{url} sent {arrived:,} bytes; the recipe says {self.file.size:,}: refused")

    def _copy(self, response: "Response", out: BinaryIO, begun: int, whole: int | None) -> int:
        arrived, most = begun, self.file.size or whole or MOST_BYTES
        for chunk in response.iter_content(CHUNK_BYTES):
            arrived += len(chunk)
            if arrived > most:
                self.part.remove()
                raise DownloadError(f"{self.file.url} sends more than its {most:,} bytes: refused, and deleted")
            out.write(chunk)
            if self.progress is not None:
                self.progress(arrived, whole)
        return arrived


class _BrokenConnectionError(Exception):
    """An attempt that may be repeated."""


def download(
    file: RemoteFile,
    folder: Path,
    known_hash: str | None = None,
    progress: Progress | None = None,
    wait_s: float = WAIT_S,
) -> Path:
    """The file in this folder, whole and with the right hash, from the web if it is not there yet.

    `known_hash` is that of an earlier download, where the recipe pins none. Raises DownloadError, with what to do.
    """
    try:
        import pooch
    except ImportError as error:
        raise MissingExtraError("public data needs pooch: install the extra, pip install 'clave[corpus]'") from error
    folder.mkdir(parents=True, exist_ok=True)
    part, wanted = Part(folder / f".{file.name}.part"), file.hash or known_hash
    _check_room(file, folder, part.size)
    downloader = ResumingDownloader(file, part, wanted, progress, wait_s)
    pooch.get_logger().setLevel("ERROR")  # it logs hashes and places, which we say ourselves
    try:
        retrieve: Any = pooch.retrieve  # whose type asks more of a downloader than it needs
        return Path(retrieve(file.url, wanted, fname=file.name, path=folder, downloader=downloader))
    except ValueError as error:
        pinned = "the recipe says" if file.hash else "the first download had"
        raise DownloadError(
            f"{file.url}: wrong bytes, deleted: their hash is not the one {pinned} ({wanted}). The file has changed, "
            "or was changed on the way; do not use it before you know which"
        ) from error


def _check_room(file: RemoteFile, folder: Path, arrived: int) -> None:
    free, needed = shutil.disk_usage(folder).free, (file.size or 0) - arrived
    if needed > free:
        raise DownloadError(f"{folder} has {free:,} bytes free, and {file.name} needs {needed:,}: make room, or use -o")


def _range_start(response: "Response") -> int | None:
    """Where a part begins, from "bytes 100-199/1234"."""
    first = response.headers.get("Content-Range", "").removeprefix("bytes ").split("-")[0]
    return whole_number(first, sys.maxsize)


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"the connection broke ({text[:160]})"
