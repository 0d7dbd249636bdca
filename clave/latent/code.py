"""A code: the map points of patterns or sounds with their detail. And the checks of what a caller passes to a space."""

import operator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from clave.errors import SpaceError
from clave.music.shapes import Float32
from clave.music.units import Meter

MAX_COORDINATE = 1e6  # map units: points farther out are moved here, so that the networks stay finite


@dataclass(frozen=True, eq=False)
class Code:
    """The latent representation of patterns or sounds: their points on the map, and the detail below it.

    Whatever can be read as rows of numbers becomes float32; SpaceError for anything else.
    """

    map: Float32[np.ndarray, "row map"]
    detail: Float32[np.ndarray, "row detail"]
    meters: tuple[Meter, ...] = ()  # of each bar; empty means 4/4 for all

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
    """The argument as finite map points [n, 2]; SpaceError for another shape, NaN or infinity."""
    try:
        rows = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SpaceError(f"map points are numbers [n, 2], got {points!r}") from error
    if rows.ndim != 2 or rows.shape[1] != 2:
        raise SpaceError(f"map points are an array [n, 2], got shape {list(rows.shape)}")
    if not np.isfinite(rows).all():
        row = int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])
        raise SpaceError(f"a map point is two finite numbers, got {rows[row].tolist()} at row {row}")
    return np.clip(rows, -MAX_COORDINATE, MAX_COORDINATE).astype(np.float32)


def generator(seed: int) -> np.random.Generator:
    """A random generator with this seed; SpaceError for anything but a whole number of at least 0."""
    try:
        return np.random.default_rng(operator.index(seed))
    except (TypeError, ValueError) as error:
        raise SpaceError(f"a seed is a whole number of at least 0, got {seed!r}") from error


def check_share(name: str, value: float) -> float:
    """The value itself; SpaceError unless it lies in [0, 1]."""
    if not 0 <= value <= 1:
        raise SpaceError(f"{name} lies in [0, 1], got {value}")
    return value
