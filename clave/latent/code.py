"""Where things lie in a space: points of its map with their detail, and what a caller may give for them."""

import operator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32
from numpy.typing import ArrayLike

from clave.errors import SpaceError
from clave.music.units import Meter


@dataclass(frozen=True, eq=False)
class Code:
    """Where patterns or sounds lie in a space: their points on the map, and the detail below it.

    Whatever can be read as rows of numbers becomes float32; SpaceError for what cannot.
    """

    map: Float32[np.ndarray, "row map"]
    detail: Float32[np.ndarray, "row detail"]
    meters: tuple[Meter, ...] = ()  # of each bar; 4/4 unless they are told

    def __post_init__(self) -> None:
        for name in ("map", "detail"):
            rows = getattr(self, name)
            try:
                object.__setattr__(self, name, np.asarray(rows, np.float32))
            except (TypeError, ValueError) as error:
                raise SpaceError(f"the {name} of a code is rows of numbers, got {rows!r}") from error

    def __len__(self) -> int:
        return len(self.map)


def map_points(points: ArrayLike) -> Float32[np.ndarray, "row map"]:
    """What a caller gave as map points, as finite numbers [n, 2]; SpaceError if they are none."""
    try:
        where = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SpaceError(f"map points are numbers [n, 2], got {points!r}") from error
    if where.ndim != 2 or where.shape[1] != 2:
        raise SpaceError(f"map points are an array [n, 2], got shape {list(where.shape)}")
    if not np.isfinite(where).all():
        row = int(np.flatnonzero(~np.isfinite(where).all(axis=1))[0])
        raise SpaceError(f"a map point is two finite numbers, got {where[row].tolist()} at row {row}")
    return np.clip(where, -1e6, 1e6).astype(np.float32)


def generator(seed: int) -> np.random.Generator:
    """Random numbers from this seed; SpaceError if it is none."""
    try:
        return np.random.default_rng(operator.index(seed))
    except (TypeError, ValueError) as error:
        raise SpaceError(f"a seed is a whole number of at least 0, got {seed!r}") from error


def check_share(name: str, value: float) -> float:
    """The value itself; SpaceError unless it lies in [0, 1]."""
    if not 0 <= value <= 1:
        raise SpaceError(f"{name} lies in [0, 1], got {value}")
    return value
