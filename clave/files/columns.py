"""Columns that belong together: each row has a number in all of them, and the numbers are places in lists."""

from collections.abc import Mapping, Sequence

import numpy as np

from clave.music.shapes import Shaped

MAX_TEXTS = 2_000_000

Column = Shaped[np.ndarray, "..."]


def check_places(columns: Mapping[str, Column], ends: Mapping[str, tuple[int, int | None]], rows: int) -> None:
    """ValueError unless each column is so many whole numbers, from the first to before the second of its `ends`."""
    for name, (least, end) in ends.items():
        column = columns[name]
        if column.dtype.kind not in "iu" or column.shape != (rows,):
            raise ValueError(f"{name} is {rows} whole numbers, got {column.dtype} {list(column.shape)}")
        if rows and (column.min() < least or (end is not None and column.max() >= end)):
            last = "" if end is None else f" to {end - 1}"
            raise ValueError(f"{name} is made of numbers from {least}{last}, got {column.min()} to {column.max()}")


def texts(column: Column) -> tuple[str, ...]:
    """The texts of a column. ValueError for what is none, or more than MAX_TEXTS of them."""
    if column.dtype.kind != "U" or column.ndim != 1 or len(column) > MAX_TEXTS:
        raise ValueError(f"names are at most {MAX_TEXTS} texts, got {column.dtype} {list(column.shape)}")
    return tuple(column.tolist())


def check_same_length(lists: Mapping[str, Sequence[object]]) -> None:
    """ValueError unless all of them are as long as the first."""
    lengths = {name: len(each) for name, each in lists.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"there are {', '.join(f'{length} {name}' for name, length in lengths.items())}")
