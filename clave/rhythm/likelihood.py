"""The likelihood of bars under a rhythm space, with the map point integrated out by importance sampling."""

from collections.abc import Callable

import numpy as np

from clave.music.shapes import Float32, Float64
from clave.rhythm.map_prior import NORMAL, log_density

PROPOSALS = ((0.3, 0.1), (0.4, 0.4), (0.3, 1.0))  # weight and width (map units) of the normal distributions of points


def importance_sampled(
    log_likelihood_at: Callable[[Float32[np.ndarray, "bar 2"]], Float64[np.ndarray, " bar"]],
    modes: Float32[np.ndarray, "bar 2"],
    draws: int,
    rng: np.random.Generator,
    prior: str = NORMAL,
) -> Float64[np.ndarray, " bar"]:
    """Log p(hits) of each bar in nats, a lower bound in expectation, from so many points drawn around each mode.

    Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", 2016, equation 8, with a mixture of normal
    distributions as the proposal.
    """
    share, width = np.array(PROPOSALS).T
    log_weight = np.empty((draws, len(modes)))
    for draw in range(draws):
        chosen = width[rng.choice(len(width), len(modes), p=share)]
        step = chosen[:, None] * rng.standard_normal((len(modes), 2))
        points = (modes + step).astype(np.float32)
        squared = np.square(step).sum(axis=1, keepdims=True)
        log_proposal = np.log((share / (2 * np.pi * width**2) * np.exp(-squared / (2 * width**2))).sum(axis=1))
        log_weight[draw] = log_density(prior, points) - log_proposal + log_likelihood_at(points)
    top = log_weight.max(axis=0)
    return top + np.log(np.exp(log_weight - top).mean(axis=0))
