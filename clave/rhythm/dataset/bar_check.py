"""Whether bars that come from a file can be bars: a built corpus may be anyone's."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from clave.music.kit import VOICES
from clave.music.units import TICKS_PER_STEP
from clave.rhythm.dataset.bar_table import BarTable
from clave.rhythm.dataset.data_set import METER_STEPS

_STROKES: Mapping[str, tuple[type[np.integer[Any]], int, int]] = {
    "step": (np.uint8, 0, max(METER_STEPS)), "voice": (np.uint8, 0, len(VOICES)), "velocity": (np.uint8, 1, 128),
    "tick": (np.int8, -2 * TICKS_PER_STEP, 2 * TICKS_PER_STEP),
}  # fmt: skip
"""Of each column of strokes: its numbers, the least, and the first that is too large."""


def check_bars(table: BarTable) -> BarTable:
    """The same bars. ValueError for those of files that are not there, without strokes, or with impossible ones."""
    files, strokes = len(table.files), int(table.strokes.sum())
    if len(table.file) and not 0 <= table.file.min() <= table.file.max() < files:
        raise ValueError(f"bars are of files {table.file.min()} to {table.file.max()}, and there are {files}")
    if (table.strokes < 1).any():
        raise ValueError("a bar has no strokes")
    for name, (kind, least, end) in _STROKES.items():
        values: np.ndarray = getattr(table, name)
        if values.dtype != kind or len(values) not in (0, strokes):
            raise ValueError(f"{len(values)} strokes have a {name} of {values.dtype}, and bars have {strokes}")
        if len(values) and not least <= values.min() <= values.max() < end:
            raise ValueError(f"a {name} lies from {least} to {end - 1}, got {values.min()} to {values.max()}")
    return table
