"""Arrays by name in an npz file from anywhere: their sizes are checked before anything is unpacked.

Two megabytes of npz may hold six gigabytes of zeros, and the head of an array may promise terabytes.
"""

import ast
import io
import math
import zipfile
import zlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tokenize import TokenError
from typing import cast

import numpy as np

MAX_BYTES = 200_000_000  # of all arrays of a file; the largest of the shipped spaces have a tenth of a megabyte
MAX_NUMBERS, MAX_TEXTS = 5_000_000, 500_000  # of an array: as Python's own, they take many times the memory
LAST_LETTER = 0x10FFFF  # of Unicode
_LONGEST_HEAD = 10_000  # of an array: NumPy's own limit


class ArrayFile(Mapping[str, np.ndarray]):
    """The arrays of an npz file, each read when it is asked for, and again when it is asked for again."""

    def __init__(self, archive: zipfile.ZipFile, *, bounded: bool = True) -> None:
        self._archive, self._bounded = archive, bounded
        self._names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]

    def __getitem__(self, name: str) -> np.ndarray:
        """The array of this name; KeyError if there is none."""
        info = self._archive.getinfo(f"{name}.npy")
        with self._archive.open(info) as member:
            return _read_array(cast(io.BufferedIOBase, member), info.file_size, name, bounded=self._bounded)

    def __contains__(self, name: object) -> bool:  # without reading it
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OverflowError, MemoryError,
    SyntaxError, TokenError, AttributeError, KeyError, TypeError, IndexError,
)  # fmt: skip
"""What zipfile and NumPy raise for broken files, encrypted ones among them."""


@contextmanager
def arrays_of(path: Path, most_bytes: int | None = MAX_BYTES) -> Generator[ArrayFile]:
    """What an npz file holds, as a context: `arrays["map"]` of it reads that array. Without `most_bytes`, of any size.

    OSError if it cannot be opened; ValueError for what is no such file, is larger than it may be, or holds anything but
    arrays of plain numbers and texts. Within the context, too, whatever is wrong with the file is a ValueError.
    """
    with path.open("rb") as stream:
        try:
            archive = zipfile.ZipFile(stream)
            size = sum(info.file_size for info in archive.infolist())
            if most_bytes is not None and size > most_bytes:
                raise ValueError(f"its arrays unfold to {size} bytes; at most {most_bytes} are read")
            yield ArrayFile(archive, bounded=most_bytes is not None)
        except _BROKEN as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error


def map_array(path: Path) -> np.ndarray:
    """The array of plain numbers in an npy file, of which only what is used is loaded. OSError or ValueError."""
    try:
        with path.open("rb") as file:
            _check_head(file.read(_LONGEST_HEAD + 12))
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except _BROKEN as error:
        raise ValueError(f"{path.name}: {type(error).__name__}: {error}") from error


def _check_head(start: bytes) -> None:
    """SyntaxError for the head of an array that Python 2 wrote, or nobody: NumPy tries it twice, and warns."""
    at = 10 if start[6:7] == b"\1" else 12
    length = int.from_bytes(start[8:at], "little")
    if length <= _LONGEST_HEAD:
        ast.literal_eval(start[at : at + length].decode("latin-1"))


def _read_array(stream: io.BufferedIOBase, size: int, name: str, *, bounded: bool) -> np.ndarray:
    head = io.BytesIO(stream.read(min(size, _LONGEST_HEAD + 12)))
    _check_head(head.getvalue())
    version = np.lib.format.read_magic(head)
    if version not in ((1, 0), (2, 0), (3, 0)):
        raise ValueError(f"{name} is an array of the unknown version {version}")
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, by_column, kind = read(head, max_header_size=_LONGEST_HEAD)
    if kind.kind not in "biufUS" or kind.subdtype is not None:
        raise ValueError(f"{name} holds {kind}; only plain numbers and texts are read")
    most = MAX_TEXTS if kind.kind in "US" else MAX_NUMBERS
    if bounded and math.prod(shape) > most:
        raise ValueError(f"{name} says that it holds {list(shape)} of {kind}; at most {most} are read")
    wanted = math.prod(shape) * kind.itemsize
    if any(length < 0 for length in shape) or wanted != size - head.tell():
        raise ValueError(f"{name} says that it holds {list(shape)} of {kind}, and has {size - head.tell()} bytes")
    content = head.read() + stream.read()
    if len(content) != wanted:
        raise ValueError(f"{name} is cut short: {len(content)} of {wanted} bytes")
    if (
        kind.kind == "U"
        and np.frombuffer(content, np.dtype("u4").newbyteorder(kind.byteorder)).max(initial=0) > LAST_LETTER
    ):
        raise ValueError(f"{name} holds letters beyond those of Unicode")
    flat = np.frombuffer(content, kind, count=math.prod(shape)) if kind.itemsize else np.zeros(shape, kind).ravel()
    return flat.reshape(shape, order="F" if by_column else "C").copy()
