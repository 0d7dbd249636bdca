"""Which of many points lie close together: up to 50,000 are compared with NumPy, more by SciPy's search tree."""

from collections.abc import Iterator

import numpy as np

from clave.errors import MissingExtraError
from clave.music.shapes import Bool, Float64, Int

MAX_COMPARED = 50_000  # points of which each is compared with all others, in ten seconds or less
ROWS_AT_ONCE = 64
FEW = 4  # numbers of each that are compared first
ROUNDING = 1e-9  # of the squares that a distance is computed from


def pairs_within(points: np.ndarray, radius: float, *, norm: float = 2) -> Int[np.ndarray, "pair 2"]:
    """The pairs of rows, in order, that are no farther apart than this: their `norm`, 2 or infinity.

    Raises MissingExtraError for more than MAX_COMPARED rows where SciPy is not installed.
    """
    rows = points.astype(np.float64)
    found = _by_tree(rows, radius, norm) if len(rows) > MAX_COMPARED else _one_by_one(rows, radius, norm)
    return found[np.lexsort((found[:, 1], found[:, 0]))]


def _by_tree(points: Float64[np.ndarray, "row number"], radius: float, norm: float) -> Int[np.ndarray, "pair 2"]:
    try:
        from scipy.spatial import KDTree
    except ImportError as error:
        raise MissingExtraError(
            f"finding what is alike among {len(points):,} sounds, more than {MAX_COMPARED:,}, needs SciPy: "
            "install the extra, pip install 'clave[corpus]'"
        ) from error
    found = KDTree(points).query_pairs(radius, p=norm, output_type="ndarray")
    return np.asarray(found, np.int64).reshape(-1, 2)


def _one_by_one(points: Float64[np.ndarray, "row number"], radius: float, norm: float) -> Int[np.ndarray, "pair 2"]:
    """Rows in order of one column are compared with those that follow while that column alone is near enough."""
    if not points.size:
        return np.zeros((0, 2), np.int64)
    column = points[:, points.std(axis=0).argmax()]
    order = np.argsort(column, kind="stable")
    found = [order[pair] for pair in _in_order(points[order], column[order], radius, norm)]
    return np.sort(np.concatenate(found), axis=1)


def _in_order(
    points: Float64[np.ndarray, "row number"], column: Float64[np.ndarray, " row"], radius: float, norm: float
) -> Iterator[Int[np.ndarray, "pair 2"]]:
    ends = np.searchsorted(column, column + radius, side="right")
    for first in range(0, len(points), ROWS_AT_ONCE):
        some = points[first : first + ROWS_AT_ONCE]
        others = points[first : int(ends[first + len(some) - 1])]
        one, other = np.nonzero(np.triu(_maybe_near(some, others, radius, norm), 1))
        kept = np.linalg.norm(some[one] - others[other], norm, axis=1) <= radius
        yield np.stack([one[kept], other[kept]], axis=1) + first


def _maybe_near(
    some: Float64[np.ndarray, "row number"], others: Float64[np.ndarray, "other number"], radius: float, norm: float
) -> Bool[np.ndarray, "row other"]:
    """False where they are surely farther apart: a product of matrices, which rounds, or a few of the numbers."""
    if norm == np.inf:
        return np.abs(some[:, None, :FEW] - others[:, :FEW]).max(axis=2) <= radius
    squares = np.square(some).sum(axis=1)[:, None] + np.square(others).sum(axis=1)
    nearest: np.ndarray = squares - 2 * some @ others.T - ROUNDING * squares
    return nearest <= radius**2
