"""A code: the map points of patterns or sounds with their detail. And the checks of what a caller passes to a space."""

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from clave.errors import SpaceError
from clave.music.arguments import checked
from clave.music.shapes import Float32
from clave.music.units import COMMON_TIME, Meter

MAX_COORDINATE = 1e6  # map units: points farther out are moved here, so that the networks stay finite
LEAST_SINE = 1e-4  # of the angle between two details that are interpolated on a sphere


@dataclass(frozen=True, eq=False)
class Code:
    """The latent representation of patterns or sounds: their points on the map, and the detail below it.

    Whatever can be read as rows of numbers becomes float32; SpaceError for anything else. A code is a sequence of its
    rows: `code[3]`, `code[:8]`, `for row in code`, `one + other`, and `one.interpolate(other, 8)`.
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

        if self.map.ndim != 2 or self.detail.ndim != 2 or len(self.map) != len(self.detail):
            raise SpaceError(
                "a code is map [n, 2] and detail [n, d], a row of each for every bar or sound; "
                f"got {list(self.map.shape)} and {list(self.detail.shape)}"
            )

    def __len__(self) -> int:
        return len(self.map)

    def __repr__(self) -> str:
        rows = f"{len(self)} {'row' if len(self) == 1 else 'rows'}"
        return f"Code({rows}: map of {self.map.shape[1]}, detail of {self.detail.shape[1]} numbers)"

    def __getitem__(self, rows: Any) -> "Code":
        """Some of the rows, as a code: one by its number, which may count from the end, a slice, a list or a mask.

        A single row is a code too, so that it decodes: `space.decode(code[3])`. SpaceError for a row that is not there.
        """
        try:
            chosen = np.arange(len(self))[_as_rows(rows)]
        except (IndexError, TypeError, ValueError) as error:
            raise SpaceError(
                f"a row of this code is a number from {-len(self)} to {len(self) - 1}, a slice, a list or a mask of "
                f"{len(self)}; got {rows!r}"
            ) from error
        meters = tuple(self.meters[row] for row in chosen) if self.meters else ()
        return Code(self.map[chosen], self.detail[chosen], meters)

    def __iter__(self) -> "Iterator[Code]":
        """The rows one after the other, each a code of one."""
        return (self[row] for row in range(len(self)))

    @checked(SpaceError)
    def __add__(self, other: "Code") -> "Code":
        """These rows and then those of another code of the same space; SpaceError for details of another size."""
        _check_alike(self, other, "joined")
        if not (self.meters or other.meters):
            return Code(np.concatenate([self.map, other.map]), np.concatenate([self.detail, other.detail]))
        return Code(
            np.concatenate([self.map, other.map]),
            np.concatenate([self.detail, other.detail]),
            (self.meters or (COMMON_TIME,) * len(self)) + (other.meters or (COMMON_TIME,) * len(other)),
        )

    @checked(SpaceError)
    def interpolate(self, other: "Code", steps: int, detail: Literal["spherical", "linear"] = "spherical") -> "Code":
        """`steps` rows on the way from this row to that of another code, both ends among them.

        Map points move along a straight line. So does the detail with "linear"; with "spherical" it turns from one
        direction to the other while its length changes evenly, since in the middle of a straight line between two
        draws of a normal prior it is shorter than any draw, and decodes to something flatter. Each has one row, and
        bars are in the same meter; SpaceError otherwise.
        """
        _check_alike(self, other, "interpolated")
        if steps < 2:
            raise SpaceError(f"a way between two codes has 2 steps or more, its ends; got {steps}")
        if (len(self), len(other)) != (1, 1):
            raise SpaceError(f"codes of one row are interpolated, as code[0] is; got {len(self)} and {len(other)} rows")
        if (self.meters or (COMMON_TIME,)) != (other.meters or (COMMON_TIME,)):
            raise SpaceError(f"bars of one meter are interpolated, got {self.meters} and {other.meters}")
        share = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
        details = (_turned if detail == "spherical" else _mixed)(self.detail, other.detail, share)
        return Code(_mixed(self.map, other.map, share), details, self.meters * steps)


def _as_rows(rows: Any) -> Any:
    """A number as a list of one, a slice as it is, a list or a mask as an array."""
    if isinstance(rows, slice):
        return rows
    chosen = np.asarray(rows)
    if chosen.ndim == 0:
        return [operator.index(rows)]
    return chosen.astype(np.int64) if chosen.size == 0 else chosen


def _check_alike(one: Code, other: Code, done: str) -> None:
    sizes = [(each.map.shape[1], each.detail.shape[1]) for each in (one, other)]
    if sizes[0] != sizes[1]:
        raise SpaceError(f"codes of one space are {done}; these have maps and details of {sizes[0]} and {sizes[1]}")


def _mixed(
    one: Float32[np.ndarray, "1 size"], other: Float32[np.ndarray, "1 size"], share: Float32[np.ndarray, "step 1"]
) -> Float32[np.ndarray, "step size"]:
    return one * (1 - share) + other * share


def _turned(
    one: Float32[np.ndarray, "1 size"], other: Float32[np.ndarray, "1 size"], share: Float32[np.ndarray, "step 1"]
) -> Float32[np.ndarray, "step size"]:
    """Spherical interpolation of the directions, linear of the lengths; linear where there is no angle to turn by."""
    lengths = np.linalg.norm(one), np.linalg.norm(other)
    if min(lengths) == 0:
        return _mixed(one, other, share)
    ends = one / lengths[0], other / lengths[1]
    angle = np.arccos(np.clip(np.sum(ends[0] * ends[1]), -1, 1))
    if np.sin(angle) < LEAST_SINE:
        return _mixed(one, other, share)
    direction = (np.sin((1 - share) * angle) * ends[0] + np.sin(share * angle) * ends[1]) / np.sin(angle)
    length = (1 - share) * lengths[0] + share * lengths[1]
    return (direction * length).astype(np.float32)


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
