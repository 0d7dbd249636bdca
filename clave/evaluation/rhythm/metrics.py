"""Metrics over bars: of their hits and styles, of whole sets, and of paths from one bar to another."""

from typing import Any

import numpy as np

from clave.music.kit import VOICES
from clave.music.shapes import Bool, Float, Float32, Float64, Int
from clave.rhythm.scores import hit_f1

NEIGHBOURS = 15
DENSITY_BINS = 2048  # in which two densities are compared
MAX_ROWS = 512  # whose distances are computed at a time

Hits = Bool[np.ndarray, "bar 8 64"]


def f1(predicted: Hits, hits: Hits) -> float:
    """Harmonic mean of precision and recall over all cells."""
    return hit_f1(predicted.astype(np.float64), hits, 0.5)


def f1_by_voice(predicted: Hits, hits: Hits) -> dict[str, float | None]:
    """The same for each voice; None for a voice without a hit on either side."""
    return {
        voice.name: hit_f1(predicted[:, voice.index].astype(np.float64), hits[:, voice.index], 0.5)
        if predicted[:, voice.index].any() or hits[:, voice.index].any()
        else None
        for voice in VOICES
    }


def style_by_neighbours(
    x: Float32[np.ndarray, "bar feature"],
    train: Float32[np.ndarray, "train_bar feature"],
    style: Int[np.ndarray, " train_bar"],
    count: int = NEIGHBOURS,
) -> Int[np.ndarray, " bar"]:
    """The style of most of the nearest training bars; of two styles with as many, that of the nearer bar."""
    predicted = list[int]()
    squares = np.square(train).sum(axis=1)
    count = min(count, len(train))
    for at in range(0, len(x), MAX_ROWS):
        distance = squares - 2 * x[at : at + MAX_ROWS] @ train.T
        nearest = np.argpartition(distance, count - 1, axis=1)[:, :count]
        order = np.argsort(np.take_along_axis(distance, nearest, axis=1), axis=1, kind="stable")
        for votes in style[np.take_along_axis(nearest, order, axis=1)]:
            names, first, times = np.unique(votes, return_index=True, return_counts=True)
            predicted.append(int(names[np.lexsort((first, -times))[0]]))
    return np.array(predicted, np.int64)


def accuracy(predicted: Int[np.ndarray, " bar"], style: Int[np.ndarray, " bar"]) -> dict[str, float]:
    """The share of correct predictions: over all bars, and as the mean over styles ("balanced")."""
    correct = predicted == style
    return {
        "accuracy": float(correct.mean()),
        "balanced": float(np.mean([correct[style == each].mean() for each in np.unique(style)])),
    }


def overlapping_area(x: Float[np.ndarray, " one"], y: Float[np.ndarray, " other"]) -> float:
    """The area under the minimum of two densities: 1 for equal ones, 0 for disjoint ones.

    Densities are Gaussian kernel estimates with Scott's bandwidth, as in MGEval (Yang and Lerch 2018, section 4.3).
    """
    from scipy.ndimage import gaussian_filter1d

    low, high = float(min(x.min(), y.min())), float(max(x.max(), y.max()))
    if high == low:
        return 1.0
    margin = 0.25 * (high - low)
    edges = np.linspace(low - margin, high + margin, DENSITY_BINS + 1)
    step = edges[1] - edges[0]
    densities = list[Any]()
    for values in (x, y):
        bandwidth = float(values.std()) * len(values) ** -0.2  # Scott 1992; a constant stays in its one place
        counts = np.histogram(values, edges)[0] / len(values)
        densities.append(gaussian_filter1d(counts, max(bandwidth / step, 1e-3), mode="nearest", truncate=6.0))
    return float(np.minimum(*densities).sum())


def overlap_of_distances(x: Float[np.ndarray, " one"], y: Float[np.ndarray, " other"]) -> float:
    """The overlapping area of the distances within `x` and of those between `x` and `y`, as MGEval has it."""
    within = np.abs(x[:, None] - x)[np.triu_indices(len(x), 1)]
    return overlapping_area(within, np.abs(x[:, None] - y).ravel())


def hamming_distance(one: Hits, other: Hits) -> Int[np.ndarray, " bar"]:
    """The number of cells that differ, for each pair of bars."""
    return (one != other).reshape(len(one), -1).sum(axis=1)


def nearest_distance(hits: Hits, train: Bool[np.ndarray, "train_bar 8 64"]) -> Int[np.ndarray, " bar"]:
    """The Hamming distance from each bar to the nearest training bar: 0 is a copy."""
    x, y = (each.reshape(len(each), -1).astype(np.float32) for each in (hits, train))
    distance = [
        (part.sum(axis=1)[:, None] + y.sum(axis=1) - 2 * part @ y.T).min(axis=1)
        for part in np.array_split(x, max(1, len(x) // MAX_ROWS))
    ]
    return np.concatenate(distance).astype(np.int64)


def audio_crossfade(
    one: Bool[np.ndarray, "8 64"], other: Bool[np.ndarray, "8 64"], steps: int
) -> Bool[np.ndarray, "t 8 64"]:
    """The audible bar in a cross-fade of the audio of two bars: the louder one, so that it changes half way."""
    share = np.linspace(0, 1, steps + 1)
    return np.where(share[:, None, None] < 0.5, one, other)


def velocity_crossfade(
    one: Float32[np.ndarray, "8 64"], other: Float32[np.ndarray, "8 64"], steps: int
) -> Bool[np.ndarray, "t 8 64"]:
    """A cross-fade of two bars: velocities are interpolated linearly, and those above a threshold are hits.

    The threshold is half the median velocity of both bars, so that a median hit ends half way; at both ends every hit
    counts.
    """
    velocity = np.concatenate([one[one > 0], other[other > 0]])
    share = np.linspace(0, 1, steps + 1, dtype=np.float32)[:, None, None]
    path = (1 - share) * one + share * other > np.median(velocity) / 2
    path[0], path[-1] = one > 0, other > 0
    return path


def keeps_density(path: Bool[np.ndarray, "t 8 64"], tolerance: float = 0.2) -> bool:
    """Whether the number of hits stays between those of both ends, give or take this share of them."""
    hits = path.sum(axis=(1, 2))
    ends = hits[[0, -1]]
    return bool((hits >= (1 - tolerance) * ends.min()).all() and (hits <= (1 + tolerance) * ends.max()).all())


def mean_dynamics(
    values: Float32[np.ndarray, "bar 8 64"], hits: Hits, min_hits: int = 5
) -> Float64[np.ndarray, "8 64"]:
    """The mean of these velocities or offsets by voice and step; by voice, or over all hits, where hits are too few."""
    count, total = hits.sum(axis=0), np.where(hits, values, 0).sum(axis=0, dtype=np.float64)
    overall = total.sum() / max(1, count.sum())
    of_voice = np.where(count.sum(axis=1) >= min_hits, total.sum(axis=1) / np.maximum(count.sum(axis=1), 1), overall)
    return np.where(count >= min_hits, total / np.maximum(count, 1), of_voice[:, None])


def rank_correlation(x: Float[np.ndarray, " one"], y: Float[np.ndarray, " one"]) -> float:
    """Spearman's rank correlation; 0 where one side is constant."""
    from scipy.stats import rankdata

    ranks = [np.asarray(rankdata(each), np.float64) for each in (x, y)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1]) if all(np.ptp(each) > 0 for each in ranks) else 0.0
