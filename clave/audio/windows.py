"""The maximum and the mean of each window of values along an axis. The caller decides what lies beyond the ends."""

import numpy as np

from clave.music.shapes import Float, Float64


def maxima(x: Float[np.ndarray, "*row value"], size: int) -> Float[np.ndarray, "*row stretch"]:
    """Of each stretch along the last axis, which has `size` values; there are `size - 1` fewer than values."""
    span, found = 1, x
    while 2 * span <= size:
        found = np.maximum(found[..., :-span], found[..., span:])
        span *= 2
    stretches = x.shape[-1] - size + 1
    return np.maximum(found[..., :stretches], found[..., size - span : size - span + stretches])


def means(x: Float[np.ndarray, "*row value"], size: int) -> Float64[np.ndarray, "*row stretch"]:
    """The same for means, which are summed in double precision."""
    summed = np.cumsum(x, axis=-1, dtype=np.float64)
    first = np.zeros((*x.shape[:-1], 1))
    return (summed[..., size - 1 :] - np.concatenate([first, summed[..., :-size]], axis=-1)) / size
