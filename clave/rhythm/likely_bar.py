"""The bar that plays at a map point: which cells sound, from the probability of each.

Cells above a threshold are the best guess cell by cell, but not a likely bar: where the map is unsure, no cell passes,
although every bar that lies there has strokes; and where one of two voices is nearly sure, snare or clap, neither may
pass. So cells are chosen together:

1. every cell that passes the threshold;
2. of voices that stand for each other, at a step where none of them passes, the likeliest, if it is more likely than
   not that one of them is struck there;
3. the likeliest cells that are left, until a bar has seven tenths of the strokes that are expected of it, which is the
   sum of all probabilities;
4. less what two hands cannot play (`hands`).
"""

import math

import numpy as np

from clave.music.kit import voice
from clave.music.shapes import Bool, Float32, Int
from clave.rhythm.hands import playable

ALTERNATIVES = (("kick",), ("snare", "clap"), ("closed hi-hat", "open hi-hat", "cymbal"), ("tom",), ("other",))
"""All voices; of some, one stands for another: of those that answer the kick, and of those that keep time."""

POOLED = 0.5  # probability of a stroke of any of them, from which the likeliest sounds
LEAST_SHARE = 0.7  # of the expected number of strokes

_ORDER = np.array([voice(name).index for group in ALTERNATIVES for name in group])  # group by group
_STARTS = np.cumsum([0, *map(len, ALTERNATIVES[:-1])])  # of the groups in this order
_GROUP = np.repeat(np.arange(len(ALTERNATIVES)), [len(group) for group in ALTERNATIVES])[np.argsort(_ORDER)]

Cells = Float32[np.ndarray, "row voice step"]
Hits = Bool[np.ndarray, "row voice step"]


def likely_hits(logit: Cells, inside: Bool[np.ndarray, "#row 1 step"], threshold: float, shift: float = 0.0) -> Hits:
    """The likely bar of each row of logits; nothing sounds where `inside` is false.

    `shift` says how much more readily cells sound, in logits; whether strokes are sure enough for a third hand does not
    depend on it.
    """
    shifted = probability(logit + np.float32(shift)) * inside
    hits = (logit > threshold - shift) & inside
    pooled = pool(shifted)
    passing = max(POOLED, 1 / (1 + math.exp(-threshold)))
    hits |= (pooled > passing) & ~_by_group(np.logical_or, hits)
    hits = fill(hits, pooled, np.ceil(LEAST_SHARE * shifted.sum(axis=(1, 2))).astype(np.int64))
    return playable(hits, probability(logit))


def probability(logit: Float32[np.ndarray, "*cell"]) -> Float32[np.ndarray, "*cell"]:
    """Of a hit, from its logit."""
    return np.float32(0.5) + np.float32(0.5) * np.tanh(np.float32(0.5) * logit)


def pool(cells: Cells) -> Cells:
    """At each step, the likeliest of voices that stand for each other gets the probability of all of them together.

    They are taken to exclude each other, so that this is the sum; it may exceed 1.
    """
    likeliest = cells == _by_group(np.maximum, cells)
    return np.where(likeliest, _by_group(np.add, cells), cells)


def _by_group(reduce: np.ufunc, cells: Cells | Hits) -> np.ndarray:
    """At each cell, what all voices that stand for each other have at this step, added up or the like."""
    return reduce.reduceat(cells.take(_ORDER, axis=1), _STARTS, axis=1).take(_GROUP, axis=1)


def fill(hits: Hits, likely: Cells, least: Int[np.ndarray, " row"]) -> Hits:
    """The same with the likeliest of the other cells, until each row has at least so many strokes."""
    missing = least - hits.sum(axis=(1, 2))
    filled = hits.copy()
    for row in np.flatnonzero(missing > 0):
        left = np.where(hits[row], -1, likely[row]).ravel()
        filled[row].ravel()[np.argpartition(-left, missing[row] - 1)[: missing[row]]] = True
    return filled
