"""Decoding without noise: libmpg123 and cffi write on standard error where a file is damaged."""

import io
import os
import re
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress

STANDARD_ERROR = 2
_OURS = threading.Lock()  # one at a time: standard error belongs to the whole process
_NOISE = re.compile(rb"\[src/libmpg123|Note: |Warning: |\s*$")  # how its lines begin


def may_be_mp3(head: bytes) -> bool:
    """Whether a file that begins like this is one that libsndfile gives to libmpg123."""
    return head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0)


@contextmanager
def without_noise() -> Generator[None]:
    """Keep what libmpg123 writes of frames that it cannot decode off standard error.

    What anyone else writes meanwhile is written afterwards.
    """
    with _OURS:
        try:
            kept = os.dup(STANDARD_ERROR)
        except OSError:  # a program without a standard error
            yield
            return
        with tempfile.TemporaryFile() as meanwhile:
            os.dup2(meanwhile.fileno(), STANDARD_ERROR)
            try:
                yield
            finally:
                os.dup2(kept, STANDARD_ERROR)
                os.close(kept)
                meanwhile.seek(0)
                _write([line for line in meanwhile if not _NOISE.match(line)])


def _write(lines: list[bytes]) -> None:
    if lines:
        os.write(STANDARD_ERROR, b"".join(lines))


class Positions:
    """A file that libsndfile may seek in as damaged headers say: where a position is none, it stays where it is."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        self._file = file
        self.tell, self.read, self.readinto = file.tell, file.read, file.readinto

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go there, if it is a place; say where it stands."""
        with suppress(ValueError, OSError):
            self._file.seek(offset, whence)
        return self._file.tell()
