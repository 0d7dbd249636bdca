"""The nearest of many vectors: compared with all of them up to 100,000, with an inverted file of FAISS above.

    vectors -> principal components (64) -> 8 bits each, or 16 -> search

`ExactSearch` compares a query with every vector, in 8 bits a number. FAISS sorts vectors into cells and compares those
of the nearest cells, in 16 bits: among a million, neighbours are so near to each other that 8 bits confuse them
(docs/find.md has the measurements, and says why FAISS).
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from clave.errors import MissingExtraError, SpaceError
from clave.latent.faiss_file import check_faiss_file
from clave.music.shapes import Float, Float32, Int8, Int64

MAX_EXACT = 100_000  # vectors; with more, FAISS
DIMENSIONS = 64
FITTED_ON = 50_000  # vectors, at most, whose principal components and cells are looked for
CELLS_PROBED = 32  # of FAISS, in a query
FITTING_ROUNDS = 8  # of k-means
QUERIES_AT_ONCE = 64  # compared with all vectors
LARGEST = 127  # of 8 bits, signed

Found = tuple[Int64[np.ndarray, "query near"], Float32[np.ndarray, "query near"]]
"""The rows of the nearest vectors, the nearest first, and their distances."""


@dataclass(frozen=True, eq=False)
class Projection:
    """Vectors to their principal components, and these to 8 bits."""

    mean: Float32[np.ndarray, " number"]
    axes: Float32[np.ndarray, "number component"]
    scale: Float32[np.ndarray, " component"]  # of one step of the 8 bits

    def __call__(self, vectors: Float32[np.ndarray, "row number"]) -> Float32[np.ndarray, "row component"]:
        """The principal components; SpaceError for vectors of another size, or numbers that are not finite."""
        if vectors.ndim != 2 or vectors.shape[1] != len(self.mean):
            raise SpaceError(f"this index holds vectors of {len(self.mean)} numbers, got {list(vectors.shape)}")
        if not np.isfinite(vectors).all():
            raise SpaceError("vectors are made of finite numbers, got NaN or infinity")
        return (vectors - self.mean) @ self.axes

    def stored(self, components: Float[np.ndarray, "row component"]) -> Int8[np.ndarray, "row component"]:
        """The components in 8 bits; what lies beyond them is cut off."""
        return np.clip(np.rint(components / self.scale), -LARGEST, LARGEST).astype(np.int8)


def fit_projection(vectors: Float32[np.ndarray, "row number"], dimensions: int = DIMENSIONS) -> Projection:
    """The principal components of these vectors, as many as there are of them and no more than `dimensions`."""
    if not len(vectors):
        raise SpaceError("an index needs at least one vector, got none")
    mean = vectors.mean(axis=0)
    centred = (vectors - mean).astype(np.float64)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(vectors))
    kept = axes[:, ::-1][:, : min(dimensions, len(variances))].astype(np.float32)
    spread = np.abs(centred.astype(np.float32) @ kept).max(axis=0)
    return Projection(mean, kept, (np.maximum(spread, 1e-6) / LARGEST).astype(np.float32))


@runtime_checkable
class Search(Protocol):
    """Something that finds the nearest vectors."""

    def __len__(self) -> int:
        """How many vectors there are."""
        ...

    def nearest(self, queries: Float32[np.ndarray, "query component"], n: int) -> Found:
        """The `n` nearest vectors, or all there are."""
        ...


class ExactSearch:
    """Compares each query with all vectors, which may be memory-mapped."""

    def __init__(self, stored: Int8[np.ndarray, "row component"], scale: Float32[np.ndarray, " component"]) -> None:
        self._vectors = stored.astype(np.float32) * scale
        self._squares = np.square(self._vectors).sum(axis=1)

    def __len__(self) -> int:
        return len(self._vectors)

    def nearest(self, queries: Float32[np.ndarray, "query component"], n: int) -> Found:
        """See Search."""
        count = min(n, len(self))
        rows, distances = np.zeros((len(queries), count), np.int64), np.zeros((len(queries), count), np.float32)
        for at in range(0, len(queries), QUERIES_AT_ONCE):
            some = slice(at, at + QUERIES_AT_ONCE)
            rows[some], distances[some] = self._nearest(queries[some], count)
        return rows, distances

    def _nearest(self, queries: Float32[np.ndarray, "query component"], count: int) -> Found:
        squares = np.square(queries).sum(axis=1)[:, None] + self._squares - 2 * queries @ self._vectors.T
        rows = np.argpartition(squares, count - 1, axis=1)[:, :count]
        order = np.take_along_axis(squares, rows, axis=1).argsort(axis=1, kind="stable")
        rows = np.take_along_axis(rows, order, axis=1).astype(np.int64)
        found = np.sqrt(np.maximum(np.take_along_axis(squares, rows, axis=1), 0))
        return rows, found.astype(np.float32)


class FaissSearch:
    """An inverted file of FAISS, memory-mapped."""

    def __init__(self, path: Path, dimensions: int, rows: int) -> None:
        faiss = _faiss()
        check_faiss_file(path, dimensions, rows)
        try:
            self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
        except RuntimeError as error:  # what FAISS raises for every broken file
            raise SpaceError(f"{path} is not an index of FAISS: {_first_line(error)}") from error
        self._index.nprobe = CELLS_PROBED

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(self, queries: Float32[np.ndarray, "query component"], n: int) -> Found:
        """See Search; a row of -1, at an infinite distance, is none: fewer lie in the cells that are searched.

        Nor is one whose vector is not finite.
        """
        squares, rows = self._index.search(np.ascontiguousarray(queries), min(n, len(self)))
        missing = (rows < 0) | ~np.isfinite(squares)
        distances = np.where(missing, np.inf, np.sqrt(np.maximum(squares, 0))).astype(np.float32)
        return np.where(missing, -1, rows), distances


def write_faiss(path: Path, batches: Iterable[Float[np.ndarray, "row component"]], rows: int) -> None:
    """An inverted file of all these vectors, `rows` of them; the cells are fitted to the first that come."""
    faiss = _faiss()
    cells = min(2048, max(16, 4 * math.isqrt(rows)))
    first, rest = _at_least(iter(batches), min(FITTED_ON, rows))
    index: Any = faiss.index_factory(first.shape[1], f"IVF{cells},SQfp16")
    index.cp.niter = FITTING_ROUNDS
    index.cp.min_points_per_centroid = 1  # FAISS warns below 39 on its own output
    index.train(first)
    for batch in chain([first], rest):
        index.add(np.ascontiguousarray(batch, np.float32))
    faiss.write_index(index, str(path))


def _at_least(
    batches: Iterator[Float[np.ndarray, "_ component"]], rows: int
) -> tuple[Float32[np.ndarray, "row component"], Iterator[Float[np.ndarray, "_ component"]]]:
    """The first batches, until they have so many rows, as one; and those that follow."""
    taken: list[np.ndarray] = []
    while sum(map(len, taken)) < rows:
        taken.append(next(batches))
    return np.ascontiguousarray(np.concatenate(taken), np.float32), batches


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0][:200]


def _faiss() -> Any:
    try:
        import faiss  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise MissingExtraError(
            f"an index of more than {MAX_EXACT:,} rows needs FAISS: install the extra, pip install 'clave[corpus]'"
        ) from error
    return faiss
