"""Bars with rolls, made from others: a corpus has few, but whoever plays one wants it back stroke for stroke."""

import numpy as np

from clave.music.kit import voice
from clave.music.shapes import Bool, Int
from clave.music.units import STEPS_PER_QUARTER

ROLLING = tuple(voice(name).index for name in ("kick", "snare", "closed hi-hat", "tom"))
STROKES_PER_QUARTER = (8, 8, 6, 12, 16)  # 32nds most often, then triplets of 16ths and of 32nds, and 64ths
EIGHTH = STEPS_PER_QUARTER // 2


def with_rolls(
    hits: Bool[np.ndarray, "bar voice step"], step_counts: Int[np.ndarray, " bar"], count: int, rng: np.random.Generator
) -> tuple[Bool[np.ndarray, "made voice step"], Int[np.ndarray, " made"]]:
    """So many bars, each one of these with a roll of one voice from an eighth to another, and the rows they come from.

    `step_counts` are the lengths of the bars; a roll never goes beyond the end.
    """
    rows = rng.integers(len(hits), size=count)
    made = hits[rows].copy()
    for bar, steps in zip(made, step_counts[rows], strict=True):
        first, last = sorted(rng.choice(steps // EIGHTH + 1, 2, replace=False) * EIGHTH)
        gap = STEPS_PER_QUARTER / rng.choice(STROKES_PER_QUARTER)
        struck = np.unique(np.rint(np.arange(first, last - gap / 2, gap)).astype(int))
        bar[rng.choice(ROLLING), struck[struck < steps]] = True
    return made, rows
