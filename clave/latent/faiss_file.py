"""A FAISS file, checked before FAISS reads it: FAISS trusts the sizes in it, and a wrong one may end the program.

`nearest.write_faiss` writes one kind of file, an inverted file of vectors in 16 bits, so all of it but the numbers is
known in advance (faiss/impl/index_write.cpp):

    head, cells, distances to the cells' centres by a flat index      IwSq, IxF2
    centres                                                           32 bits each
    direct map (none), quantizer (16 bits), the size of each cell     ilar
    of each cell: its vectors, and the rows that they are of          16 and 64 bits each
"""

import struct
from collections.abc import Mapping
from mmap import ACCESS_READ, mmap
from pathlib import Path

import numpy as np

from clave.errors import SpaceError
from clave.music.shapes import Int64

MAX_CELLS = 65_536
_CELLS_AT = 37  # bytes into the file
_UNUSED = 1 << 20  # what FAISS writes where its oldest files had a number
_L2, _FP16 = 1, 4  # of MetricType, of QuantizerType
_LISTS: Mapping[bytes, int] = {b"full": 1, b"sprs": 2}  # a size for each cell, or a cell and a size for those in use


def check_faiss_file(path: Path, dimensions: int, rows: int) -> None:
    """SpaceError unless the file is as `write_faiss` writes it: so many vectors, each of another row of the index."""
    try:
        with path.open("rb") as file:
            _check(mmap(file.fileno(), 0, access=ACCESS_READ), dimensions, rows)
    except (OSError, ValueError, struct.error) as error:
        raise SpaceError(f"{path} is not an index of FAISS as Clave writes it: {error}; make it anew") from error


def _check(content: mmap, dimensions: int, rows: int) -> None:
    (cells,) = struct.unpack_from("<Q", content, _CELLS_AT)
    if not 1 <= cells <= MAX_CELLS:
        raise ValueError(f"it says that it has {cells} cells; 1 to {MAX_CELLS} are read")
    head, tail = _head(dimensions, rows, cells), _tail(dimensions, cells)
    at = _same(content, 0, head)
    centres = np.frombuffer(content, "<f4", cells * dimensions, at)
    if not np.isfinite(centres).all():
        raise ValueError("the centres of its cells are not finite numbers")
    at = _same(content, at + centres.nbytes, tail)
    sizes, at = _sizes(content, at, cells)
    vector = 2 * dimensions
    if sizes.max(initial=0) > rows or sizes.sum() != rows or len(content) != at + rows * (vector + 8):
        raise ValueError(f"its cells do not hold {rows} vectors, or not all of them are there")
    for size in sizes.tolist():
        at += size * vector
        own = np.frombuffer(content, "<i8", size, at)
        if size and not 0 <= own.min() <= own.max() < rows:
            raise ValueError(f"a vector is of row {own.min()} or {own.max()}; there are {rows}")
        at += size * 8


def _head(dimensions: int, rows: int, cells: int) -> bytes:
    """All that comes before the centres."""
    counts = struct.Struct("<iqqq?i")
    own = b"IwSq" + counts.pack(dimensions, rows, _UNUSED, _UNUSED, True, _L2) + struct.pack("<QQ", cells, 1)
    flat = b"IxF2" + counts.pack(dimensions, cells, _UNUSED, _UNUSED, True, _L2)
    return own + flat + struct.pack("<Q", cells * dimensions)


def _tail(dimensions: int, cells: int) -> bytes:
    """All between the centres and the sizes of the cells."""
    vector = 2 * dimensions
    quantizer = struct.pack("<iifQQQ", _FP16, 0, 0.0, dimensions, vector, 0)
    lists = struct.pack("<Q?", vector, True) + b"ilar" + struct.pack("<QQ", cells, vector)
    return struct.pack("<BQ", 0, 0) + quantizer + lists


def _same(content: mmap, at: int, wanted: bytes) -> int:
    """Where these bytes end; ValueError if others are there."""
    end = at + len(wanted)
    if content[at:end] != wanted:
        raise ValueError(f"bytes {at} to {end} are others")
    return end


def _sizes(content: mmap, at: int, cells: int) -> tuple[Int64[np.ndarray, " cell"], int]:
    """The size of each cell that is in use, in the order of the file, and where they end."""
    kind = content[at : at + 4]
    if kind not in _LISTS:
        raise ValueError(f"it lists cells as {kind!r}")
    (count,) = struct.unpack_from("<Q", content, at + 4)
    columns = _LISTS[kind]
    if count % columns or count > columns * cells or (columns == 1 and count != cells):
        raise ValueError(f"it has {count} numbers for the sizes of {cells} cells")
    numbers = np.frombuffer(content, "<i8", count, at + 12).reshape(-1, columns)
    if (numbers < 0).any() or (columns == 2 and (np.diff(numbers[:, 0], prepend=-1) < 1).any()):
        raise ValueError("its cells are not listed in order, each with its size")
    if columns == 2 and numbers[:, 0].max(initial=0) >= cells:
        raise ValueError(f"it has a cell beyond the last of {cells}")
    return numbers[:, -1].astype(np.int64), at + 12 + 8 * count
