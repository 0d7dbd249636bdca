"""MP3 decoding without the lines that libmpg123 writes on standard error for each frame it cannot decode."""

import os
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager

STANDARD_ERROR = 2
_OURS = threading.Lock()  # one at a time: standard error belongs to the whole process
_NOISE = b"libmpg123"


def may_be_mp3(head: bytes) -> bool:
    """Whether a file that begins like this is one that libsndfile gives to libmpg123."""
    return head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0)


@contextmanager
def without_noise() -> Generator[None]:
    """Keep what libmpg123 writes off standard error; what anyone else writes meanwhile is written afterwards."""
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
                _write([line for line in meanwhile if _NOISE not in line])


def _write(lines: list[bytes]) -> None:
    if lines:
        os.write(STANDARD_ERROR, b"".join(lines))
