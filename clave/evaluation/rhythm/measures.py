"""How bars are compared: their strokes, their styles, whole sets of them, and the way from one to another."""

from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float32, Float64, Int

from clave.music.kit import VOICES
from clave.rhythm.scores import hit_f1

NEIGHBOURS = 15
GRID = 2048  # points on which two densities are compared
CHUNK = 512  # rows whose distances are computed at a time

Hits = Bool[np.ndarray, "bar 8 64"]


def f1(guessed: Hits, hits: Hits) -> float:
    """Harmonic mean of precision and recall over all cells."""
    return hit_f1(guessed.astype(np.float64), hits, 0.5)


def f1_by_voice(guessed: Hits, hits: Hits) -> dict[str, float | None]:
    """The same for each voice; None for one that neither side strikes."""
    return {
        voice.name: hit_f1(guessed[:, voice.index].astype(np.float64), hits[:, voice.index], 0.5)
        if guessed[:, voice.index].any() or hits[:, voice.index].any()
        else None
        for voice in VOICES
    }


def style_by_neighbours(
    x: Float32[np.ndarray, "bar feature"],
    known: Float32[np.ndarray, "learned feature"],
    style: Int[np.ndarray, " learned"],
    count: int = NEIGHBOURS,
) -> Int[np.ndarray, " bar"]:
    """The style that most of the nearest known bars have; where two have as many, the one with the nearer bar."""
    found = list[int]()
    squares = np.square(known).sum(axis=1)
    count = min(count, len(known))
    for at in range(0, len(x), CHUNK):
        distance = squares - 2 * x[at : at + CHUNK] @ known.T
        nearest = np.argpartition(distance, count - 1, axis=1)[:, :count]
        order = np.argsort(np.take_along_axis(distance, nearest, axis=1), axis=1, kind="stable")
        for votes in style[np.take_along_axis(nearest, order, axis=1)]:
            names, first, times = np.unique(votes, return_index=True, return_counts=True)
            found.append(int(names[np.lexsort((first, -times))[0]]))
    return np.array(found, np.int64)


def accuracy(said: Int[np.ndarray, " bar"], style: Int[np.ndarray, " bar"]) -> dict[str, float]:
    """The share that is right: of all bars, and as the mean over the styles there are, each counting the same."""
    right = said == style
    return {
        "accuracy": float(right.mean()),
        "balanced": float(np.mean([right[style == each].mean() for each in np.unique(style)])),
    }


def overlapping_area(x: Float[np.ndarray, " one"], y: Float[np.ndarray, " other"]) -> float:
    """The area under the smaller of two densities: 1 for the same, 0 for two that share nothing.

    Densities are Gaussian kernel estimates with Scott's bandwidth, as in MGEval (Yang and Lerch 2018, section 4.3).
    """
    from scipy.ndimage import gaussian_filter1d

    low, high = float(min(x.min(), y.min())), float(max(x.max(), y.max()))
    if high == low:
        return 1.0
    margin = 0.25 * (high - low)
    edges = np.linspace(low - margin, high + margin, GRID + 1)
    step = edges[1] - edges[0]
    densities = list[Any]()
    for values in (x, y):
        bandwidth = float(values.std()) * len(values) ** -0.2  # Scott 1992; a constant stays in its one place
        counts = np.histogram(values, edges)[0] / len(values)
        densities.append(gaussian_filter1d(counts, max(bandwidth / step, 1e-3), mode="nearest", truncate=6.0))
    return float(np.minimum(*densities).sum())


def overlap_of_distances(x: Float[np.ndarray, " one"], y: Float[np.ndarray, " other"]) -> float:
    """MGEval's own figure: the overlapping area of the distances within one set and of those between both."""
    within = np.abs(x[:, None] - x)[np.triu_indices(len(x), 1)]
    return overlapping_area(within, np.abs(x[:, None] - y).ravel())


def differing(one: Hits, other: Hits) -> Int[np.ndarray, " bar"]:
    """How many cells differ between each bar and the one beside it: the Hamming distance."""
    return (one != other).reshape(len(one), -1).sum(axis=1)


def nearest_distance(hits: Hits, known: Bool[np.ndarray, "learned 8 64"]) -> Int[np.ndarray, " bar"]:
    """From each bar the Hamming distance to the nearest of the known ones: 0 is a copy."""
    x, y = (each.reshape(len(each), -1).astype(np.float32) for each in (hits, known))
    found = [
        (part.sum(axis=1)[:, None] + y.sum(axis=1) - 2 * part @ y.T).min(axis=1)
        for part in np.array_split(x, max(1, len(x) // CHUNK))
    ]
    return np.concatenate(found).astype(np.int64)


def switched(one: Bool[np.ndarray, "8 64"], other: Bool[np.ndarray, "8 64"], steps: int) -> Bool[np.ndarray, "t 8 64"]:
    """A cross-fade of two sounds as one hears it: the louder of both, so the first until half way, then the second."""
    way = np.linspace(0, 1, steps + 1)
    return np.where(way[:, None, None] < 0.5, one, other)


def faded(
    one: Float32[np.ndarray, "8 64"], other: Float32[np.ndarray, "8 64"], steps: int
) -> Bool[np.ndarray, "t 8 64"]:
    """A cross-fade of two bars: velocities move in a straight line, and a stroke counts while it is loud enough.

    Loud enough is half the median velocity of both bars' strokes, so that a middling one leaves half way; at both ends
    every stroke counts.
    """
    strokes = np.concatenate([one[one > 0], other[other > 0]])
    way = np.linspace(0, 1, steps + 1, dtype=np.float32)[:, None, None]
    path = (1 - way) * one + way * other > np.median(strokes) / 2
    path[0], path[-1] = one > 0, other > 0
    return path


def kept_density(path: Bool[np.ndarray, "t 8 64"], slack: float = 0.2) -> bool:
    """Whether a path never has more strokes than its denser end, nor fewer than its thinner one, by more than this."""
    strokes = path.sum(axis=(1, 2))
    ends = strokes[[0, -1]]
    return bool((strokes >= (1 - slack) * ends.min()).all() and (strokes <= (1 + slack) * ends.max()).all())


def mean_feel(values: Float32[np.ndarray, "bar 8 64"], hits: Hits, fewest: int = 5) -> Float64[np.ndarray, "8 64"]:
    """The mean of a voice on a step over its strokes; of the voice, or of all, where it has hardly any there."""
    count, total = hits.sum(axis=0), np.where(hits, values, 0).sum(axis=0, dtype=np.float64)
    everywhere = total.sum() / max(1, count.sum())
    of_voice = np.where(count.sum(axis=1) >= fewest, total.sum(axis=1) / np.maximum(count.sum(axis=1), 1), everywhere)
    return np.where(count >= fewest, total / np.maximum(count, 1), of_voice[:, None])


def rank_correlation(x: Float[np.ndarray, " one"], y: Float[np.ndarray, " one"]) -> float:
    """Spearman's: 1 where both rise together, -1 where one falls as the other rises; 0 for a constant."""
    from scipy.stats import rankdata

    ranks = [np.asarray(rankdata(each), np.float64) for each in (x, y)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1]) if all(np.ptp(each) > 0 for each in ranks) else 0.0
