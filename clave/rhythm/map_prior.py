"""Where the points of a rhythm map are expected to lie before any bar is known: the prior of the map."""

import math

import numpy as np

from clave.music.shapes import Float, Float32

MAP_EDGE = 3.0  # map units: a uniform prior covers [-MAP_EDGE, MAP_EDGE] on both axes
WALL = 1e3  # nats a map unit: how steeply a uniform prior falls beyond its edge, so that searches find the way back
NORMAL, UNIFORM = "normal", "uniform"
MAP_PRIORS = (NORMAL, UNIFORM)


def log_density(prior: str, points: Float[np.ndarray, "*point 2"]) -> Float32[np.ndarray, "*point"]:
    """The logarithm of p(point), in nats: of a standard normal distribution, or of a uniform one over the square."""
    if prior == NORMAL:
        return (-0.5 * np.square(points).sum(axis=-1) - math.log(2 * math.pi)).astype(np.float32)
    beyond = np.maximum(0, np.abs(points) - MAP_EDGE).sum(axis=-1)
    return (-2 * math.log(2 * MAP_EDGE) - WALL * beyond).astype(np.float32)
