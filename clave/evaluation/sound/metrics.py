"""Metrics over sets of sounds: whether two sets could be of one distribution, and distances to the nearest sound."""

import numpy as np
from numpy.random import Generator

from clave.music.kit import VOICES
from clave.music.shapes import Float, Float32, Float64, Int
from clave.sound.comparison import levels

MAX_ROWS = 64  # sounds whose spectra are compared at once


def kernel(
    x: Float[np.ndarray, "one feature"], y: Float[np.ndarray, "other feature"]
) -> Float64[np.ndarray, "one other"]:
    """(x . y / features + 1)^3: what KID compares with (Binkowski et al., ICLR 2018, section 4)."""
    return (x.astype(np.float64) @ y.astype(np.float64).T / x.shape[1] + 1) ** 3


def kid(
    x: Float[np.ndarray, "one feature"],
    y: Float[np.ndarray, "other feature"],
    x_weight: Float64[np.ndarray, "draw one"],
    y_weight: Float64[np.ndarray, "draw other"],
) -> Float64[np.ndarray, " draw"]:
    """Kernel distance: the unbiased estimate of the squared maximum mean discrepancy, once for each row of weights.

    Weights say how much each sound counts, so that voices count alike, so that a bootstrap is a row of counts and half
    a set a row of zeros and ones. No sound is compared with itself, however often it counts (Gretton et al., JMLR 13,
    2012, equation 3).
    """
    return _within(x, x_weight) + _within(y, y_weight) - 2 * _between(x, y, x_weight, y_weight)


def fad(
    x: Float[np.ndarray, "one feature"],
    y: Float[np.ndarray, "other feature"],
    x_weight: Float64[np.ndarray, " one"],
    y_weight: Float64[np.ndarray, " other"],
) -> float:
    """Frechet distance of the Gaussians with these means and covariances (Kilgour et al., Interspeech 2019)."""
    (one, wide), (other, broad) = _gaussian(x, x_weight), _gaussian(y, y_weight)
    root = _square_root(wide)
    both = np.sqrt(np.clip(np.linalg.eigvalsh(root @ broad @ root), 0, None)).sum()
    return float(np.square(one - other).sum() + np.trace(wide) + np.trace(broad) - 2 * both)


def voice_weights(
    x_voice: Int[np.ndarray, " one"],
    y_voice: Int[np.ndarray, " other"],
    x_counts: Float64[np.ndarray, "draw one"],
    y_counts: Float64[np.ndarray, "draw other"],
) -> tuple[Float64[np.ndarray, "draw one"], Float64[np.ndarray, "draw other"]]:
    """Weights with which each voice counts the same in both sets; a voice that one set lacks counts in neither."""
    one_hot = [voice[:, None] == np.arange(len(VOICES)) for voice in (x_voice, y_voice)]
    totals = [counts @ each for counts, each in zip((x_counts, y_counts), one_hot, strict=True)]
    both = (totals[0] > 0) & (totals[1] > 0)
    shares = [np.divide(1.0, total, out=np.zeros_like(total), where=both) for total in totals]
    return x_counts * (shares[0] @ one_hot[0].T), y_counts * (shares[1] @ one_hot[1].T)


def halves(group: Int[np.ndarray, " sound"], draws: int, rng: Generator) -> Float64[np.ndarray, "draw sound"]:
    """Ones for a random half of the sounds and zeros for the other, in each row another; groups stay together."""
    rows = np.zeros((draws, len(group)))
    names, sizes = np.unique(group, return_counts=True)
    for row in rows:
        order = rng.permutation(len(names))
        chosen = np.cumsum(sizes[order]) <= len(group) / 2
        chosen[0] = True
        row[np.isin(group, names[order[chosen]])] = 1
    return rows


def resampled(group: Int[np.ndarray, " sound"], draws: int, rng: Generator) -> Float64[np.ndarray, "draw sound"]:
    """A bootstrap: how often each sound is drawn when groups are drawn with replacement, as many as there are."""
    _, number = np.unique(group, return_inverse=True)
    count = int(number.max()) + 1
    return rng.multinomial(count, np.full(count, 1 / count), draws).astype(np.float64)[:, number]


def nearest(x: Float[np.ndarray, "one feature"], y: Float[np.ndarray, "other feature"]) -> Float64[np.ndarray, " one"]:
    """The Euclidean distance from each point of `x` to the nearest of `y`."""
    x, y = x.astype(np.float64), y.astype(np.float64)
    squares = np.square(x).sum(axis=1)[:, None] + np.square(y).sum(axis=1) - 2 * x @ y.T
    return np.sqrt(np.clip(squares, 0, None).min(axis=1))


def log_spectral_distances_db(
    x: Float32[np.ndarray, "one sample"], y: Float32[np.ndarray, "other sample"]
) -> Float32[np.ndarray, "one other"]:
    """The log-spectral distance of each pair of aligned sounds."""
    if not len(x) or not len(y):
        return np.zeros((len(x), len(y)), np.float32)
    others = _frames_first(y)
    other_squares = np.square(others).sum(axis=2)
    distance = np.zeros((len(x), len(y)), np.float32)
    for at in range(0, len(x), MAX_ROWS):
        rows = slice(at, at + MAX_ROWS)
        these = _frames_first(x[rows])
        for frame in range(len(these)):
            squares = np.square(these[frame]).sum(axis=1)[:, None] + other_squares[frame]
            squares -= 2 * these[frame] @ others[frame].T
            distance[rows] += np.sqrt(np.maximum(squares, 0))
    return distance * np.float32(20 / len(others) / np.sqrt(others.shape[2]))


def _frames_first(x: Float32[np.ndarray, "sound sample"]) -> Float32[np.ndarray, "frame sound band"]:
    """Log magnitudes around 0, so that differences are exact enough in 32 bits."""
    return np.stack([(levels(each) + 1.5).astype(np.float32) for each in x], axis=1)


def _within(
    x: Float[np.ndarray, "one feature"], weight: Float64[np.ndarray, "draw one"]
) -> Float64[np.ndarray, " draw"]:
    same = kernel(x, x)
    np.fill_diagonal(same, 0)
    return np.einsum("di,di->d", weight @ same, weight) / (weight.sum(axis=1) ** 2 - np.square(weight).sum(axis=1))


def _between(
    x: Float[np.ndarray, "one feature"],
    y: Float[np.ndarray, "other feature"],
    x_weight: Float64[np.ndarray, "draw one"],
    y_weight: Float64[np.ndarray, "draw other"],
) -> Float64[np.ndarray, " draw"]:
    cross = np.einsum("di,di->d", x_weight @ kernel(x, y), y_weight)
    return cross / x_weight.sum(axis=1) / y_weight.sum(axis=1)


def _gaussian(
    x: Float[np.ndarray, "one feature"], weight: Float64[np.ndarray, " one"]
) -> tuple[Float64[np.ndarray, " feature"], Float64[np.ndarray, "feature feature"]]:
    share = weight / weight.sum()
    mean = share @ x
    centred = x - mean
    return mean, (centred * share[:, None]).T @ centred / (1 - np.square(share).sum())


def _square_root(matrix: Float64[np.ndarray, "feature feature"]) -> Float64[np.ndarray, "feature feature"]:
    value, vector = np.linalg.eigh(matrix)
    return (vector * np.sqrt(np.clip(value, 0, None))) @ vector.T
