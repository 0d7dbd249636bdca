"""Where on the map bars lie: a map of two dimensions is small enough to look everywhere."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float32, Int

MAP_LIMIT = 3.5  # how far from the centre of the map a bar is looked for
LATTICE_STEP = 0.075  # map units
REACHES = (LATTICE_STEP / 2, LATTICE_STEP / 4, LATTICE_STEP / 8)  # of the climb, round by round
SEARCH_BATCH = 512  # bars at a time
FLAT = 1e-6  # curvature below which a parabola has no top

Sketch = Callable[[Float32[np.ndarray, "point 2"]], Float32[np.ndarray, "point voice step"]]
"""What is expected at points of the map: logits of a hit."""


@dataclass(frozen=True, eq=False)
class MapSearch:
    """The map, looked at from everywhere: what is expected at a point in each cell of a square lattice.

    The points lie anywhere in their cells, so that bars do not line up in rows of the lattice.
    """

    sketch: Sketch
    points: Float32[np.ndarray, "point 2"]
    logit: Float32[np.ndarray, "point voice step"]

    @cached_property
    def _cells(self) -> Float32[np.ndarray, "cell point"]:
        return np.ascontiguousarray(self.logit.reshape(len(self.points), -1).T)

    @cached_property
    def _silence(self) -> Float32[np.ndarray, " point"]:
        """The part of the log posterior that no stroke changes."""
        return self._prior - np.logaddexp(0, self.logit).sum(axis=(1, 2))

    @cached_property
    def _prior(self) -> Float32[np.ndarray, " point"]:
        return np.float32(-0.5) * np.square(self.points).sum(axis=1)

    @classmethod
    def over(cls, sketch: Sketch) -> "MapSearch":
        """Look at the whole map once."""
        axis = np.arange(-MAP_LIMIT, MAP_LIMIT, LATTICE_STEP, dtype=np.float32)
        points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
        points += np.random.default_rng(0).uniform(0, LATTICE_STEP, points.shape).astype(np.float32)
        return cls(sketch, points, sketch(points))

    def likeliest(
        self,
        hits: Bool[np.ndarray, "bar voice step"],
        guess: Float32[np.ndarray, "bar 2"],
    ) -> Float32[np.ndarray, "bar 2"]:
        """The maximum of log p(hits | point) + log N(point; 0, 1) over the map.

        The search climbs from the best point of the lattice, and what it finds is taken where it beats the guess.
        """
        found = np.empty_like(guess)
        for at in range(0, len(hits), SEARCH_BATCH):
            rows = slice(at, at + SEARCH_BATCH)
            strokes = hits[rows].reshape(len(hits[rows]), -1).astype(np.float32)
            best = (strokes @ self._cells + self._silence).argmax(axis=1)
            found[rows] = self._climb(self.points[best], hits[rows])
        candidates = np.stack([guess, found])
        scores = [self._log_posterior(points, hits) for points in candidates]
        return candidates[np.argmax(scores, axis=0), np.arange(len(guess))]

    def draw(
        self,
        hits: Bool[np.ndarray, "voice step"],
        known: Bool[np.ndarray, "voice step"],
        n: int,
        rng: np.random.Generator,
    ) -> Float32[np.ndarray, "draw 2"]:
        """Points drawn from the posterior of a bar of which only some cells are known."""
        cells = self.logit[:, known]
        score = cells @ hits[known].astype(np.float32) - np.logaddexp(0, cells).sum(axis=1) + self._prior
        share = np.exp((score - score.max()).astype(np.float64))
        return self.points[rng.choice(len(self.points), n, p=share / share.sum())]

    def _climb(
        self, points: Float32[np.ndarray, "bar 2"], hits: Bool[np.ndarray, "bar voice step"]
    ) -> Float32[np.ndarray, "bar 2"]:
        """Move to the top of the parabola through each point's neighbours, ever nearer ones, where that is higher."""
        for reach in REACHES:
            here = self._log_posterior(points, hits)
            move = np.zeros_like(points)
            for axis, side in enumerate(np.eye(2, dtype=np.float32) * np.float32(reach)):
                before, after = (self._log_posterior(points + way, hits) for way in (-side, side))
                curvature = np.minimum(before - 2 * here + after, -FLAT)
                move[:, axis] = reach * np.clip(0.5 * (before - after) / curvature, -1, 1)
            higher = self._log_posterior(points + move, hits) > here
            points = points + move * higher[:, None]
        return points

    def _log_posterior(
        self, points: Float32[np.ndarray, "bar 2"], hits: Bool[np.ndarray, "bar voice step"]
    ) -> Float32[np.ndarray, " bar"]:
        logit = self.sketch(points)
        score = (logit * hits - np.logaddexp(0, logit)).sum(axis=(1, 2))
        return score - np.float32(0.5) * np.square(points).sum(axis=1)


def nearest(
    points: Float32[np.ndarray, "point 2"], among: Float32[np.ndarray, "bar 2"], n: int
) -> tuple[Int[np.ndarray, "point near"], Float32[np.ndarray, "point near"]]:
    """The nearest of these bars to each point, the nearest first, and how far they are, in map units."""
    from scipy.spatial import KDTree  # here, as it takes long to import

    order = list(range(1, min(n, len(among)) + 1))
    if not order:
        return np.zeros((len(points), 0), np.int64), np.zeros((len(points), 0), np.float32)
    apart, near = KDTree(among).query(points, order)  # pyright: ignore[reportArgumentType]  # it takes several
    return np.asarray(near), np.asarray(apart, np.float32)
