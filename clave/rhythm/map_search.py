"""Finds where on the map bars lie: two dimensions are few enough to look everywhere."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from clave.music.shapes import Bool, Float32, Float64
from clave.rhythm.map_prior import NORMAL, log_density

MAP_LIMIT = 3.5  # distance of the search's borders from the centre of the map, along each axis
LATTICE_STEP = 0.075  # map units
REACHES = (LATTICE_STEP / 2, LATTICE_STEP / 4, LATTICE_STEP / 8)  # of the climb, round by round
SEARCH_BATCH = 512  # bars at a time
MIN_CURVATURE = 1e-6  # below which a parabola has no vertex

DecodeMap = Callable[[Float32[np.ndarray, "point 2"]], Float32[np.ndarray, "point voice step"]]
"""From map points to logits of a hit in each cell."""


@dataclass(frozen=True, eq=False)
class MapSearch:
    """The map decoded once at a point in each cell of a square lattice.

    The points lie anywhere in their cells, so that bars are not found in rows and columns of the lattice.
    """

    decode_map: DecodeMap
    points: Float32[np.ndarray, "point 2"]
    logit: Float32[np.ndarray, "point voice step"]
    prior: str = NORMAL  # one of MAP_PRIORS

    @classmethod
    def over(cls, decode_map: DecodeMap, prior: str = NORMAL) -> "MapSearch":
        """Decode the whole map."""
        axis = np.arange(-MAP_LIMIT, MAP_LIMIT, LATTICE_STEP, dtype=np.float32)
        points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
        points += np.random.default_rng(0).uniform(0, LATTICE_STEP, points.shape).astype(np.float32)
        return cls(decode_map, points, decode_map(points), prior)

    @cached_property
    def _logit_by_cell(self) -> Float32[np.ndarray, "cell point"]:
        return np.ascontiguousarray(self.logit.reshape(len(self.points), -1).T)

    @cached_property
    def log_prior(self) -> Float32[np.ndarray, " point"]:
        """The log density of the prior at each point."""
        return log_density(self.prior, self.points)

    @cached_property
    def _log_posterior_of_silence(self) -> Float32[np.ndarray, " point"]:
        return self.log_prior - np.logaddexp(0, self.logit).sum(axis=(1, 2))

    def posterior_mode(
        self,
        hits: Bool[np.ndarray, "bar voice step"],
        guess: Float32[np.ndarray, "bar 2"],
    ) -> Float32[np.ndarray, "bar 2"]:
        """The point of each bar that maximises log p(hits | point) + log p(point).

        The search climbs from the best point of the lattice; the guess is kept where it is better than what is found.
        """
        found = np.empty_like(guess)
        for start in range(0, len(hits), SEARCH_BATCH):
            rows = slice(start, start + SEARCH_BATCH)
            strokes = hits[rows].reshape(len(hits[rows]), -1).astype(np.float32)
            best = (strokes @ self._logit_by_cell + self._log_posterior_of_silence).argmax(axis=1)
            found[rows] = self._climb(self.points[best], hits[rows])
        candidates = np.stack([guess, found])
        scores = [self._log_posterior(points, hits) for points in candidates]
        return candidates[np.argmax(scores, axis=0), np.arange(len(guess))]

    def sample_posterior(
        self,
        hits: Bool[np.ndarray, "voice step"],
        known: Bool[np.ndarray, "voice step"],
        n: int,
        rng: np.random.Generator,
    ) -> Float32[np.ndarray, "draw 2"]:
        """Points drawn from the posterior of a bar of which only some cells are known."""
        cells = self.logit[:, known]
        log_posterior = cells @ hits[known].astype(np.float32) - np.logaddexp(0, cells).sum(axis=1) + self.log_prior
        return self.points[rng.choice(len(self.points), n, p=_normalised(log_posterior))]

    def posterior_moments(
        self, hits: Bool[np.ndarray, "voice step"]
    ) -> tuple[Float64[np.ndarray, " 2"], Float64[np.ndarray, "2 2"]]:
        """Mean and covariance of p(point | hits), over the points of the lattice.

        A posterior that is narrower than the lattice still has the deviation of a point within its cell.
        """
        strokes = hits.reshape(-1).astype(np.float32)
        weights = _normalised(strokes @ self._logit_by_cell + self._log_posterior_of_silence)
        mean = weights @ self.points
        away = self.points - mean
        return mean, (away * weights[:, None]).T @ away + np.eye(2) * LATTICE_STEP**2 / 12

    def _climb(
        self, points: Float32[np.ndarray, "bar 2"], hits: Bool[np.ndarray, "bar voice step"]
    ) -> Float32[np.ndarray, "bar 2"]:
        """Move each point to the vertex of the parabola through its neighbours, ever nearer ones, if that is higher."""
        for reach in REACHES:
            here = self._log_posterior(points, hits)
            move = np.zeros_like(points)
            for axis, side in enumerate(np.eye(2, dtype=np.float32) * np.float32(reach)):
                before, after = (self._log_posterior(points + step, hits) for step in (-side, side))
                curvature = np.minimum(before - 2 * here + after, -MIN_CURVATURE)
                move[:, axis] = reach * np.clip(0.5 * (before - after) / curvature, -1, 1)
            higher = self._log_posterior(points + move, hits) > here
            points = points + move * higher[:, None]
        return points

    def _log_posterior(
        self, points: Float32[np.ndarray, "bar 2"], hits: Bool[np.ndarray, "bar voice step"]
    ) -> Float32[np.ndarray, " bar"]:
        logit = self.decode_map(points)
        log_likelihood = (logit * hits - np.logaddexp(0, logit)).sum(axis=(1, 2))
        return log_likelihood + log_density(self.prior, points)


def _normalised(log_weight: Float32[np.ndarray, " point"]) -> Float64[np.ndarray, " point"]:
    weight = np.exp((log_weight - log_weight.max()).astype(np.float64))
    return weight / weight.sum()
