"""Cells over the bands and frames of a transform, and the ways back from what they hold to all bands and frames."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from clave.music.shapes import Float32, Int64

FLOOR = 1e-3  # added to magnitudes before their logarithm, about 110 dB below a sine of full scale
LOUDEST_LOG = float(np.log(1024))  # no sound within full scale has larger magnitudes
BAND_STIFFNESS, FRAME_STIFFNESS = 0.03, 0.1  # of the splines through the cells of tones

Upsampling = tuple[Float32[np.ndarray, "fine_band band"], Float32[np.ndarray, "fine_frame frame"]]
"""Matrices that make bands and frames of cells."""


@dataclass(frozen=True, eq=False)
class CellGrid:
    """Cells over bands and frames of a transform, by where they begin and end.

    What is upsampled may be had for the first bands and frames only. In memory, the bands of a frame lie side by side.
    """

    bands: Int64[np.ndarray, " band_edge"]
    frames: Int64[np.ndarray, " frame_edge"]

    def means(self, magnitude: Float32[np.ndarray, "fine_band fine_frame"]) -> Float32[np.ndarray, "band frame"]:
        """Of the logarithms in each cell."""
        across, along = self._means
        return (across @ np.log(magnitude + np.float32(FLOOR)) @ along.T).astype(np.float32)

    def magnitudes(
        self, means: Float32[np.ndarray, "band frame"], frames: int | None = None
    ) -> Float32[np.ndarray, "some_band some_frame"]:
        """By linear interpolation between the centres of the cells: for noise, whose errors it does not enlarge."""
        return _magnitudes(self.interpolated(means, frames))

    def interpolated(
        self, cells: Float32[np.ndarray, "band frame"], frames: int | None = None
    ) -> Float32[np.ndarray, "some_band some_frame"]:
        """The same of any values, as they are."""
        return _upsampled(cells, self.linear, None, frames)

    def tone_magnitudes(
        self, means: Float32[np.ndarray, "band frame"], bands: int | None = None, frames: int | None = None
    ) -> Float32[np.ndarray, "some_band some_frame"]:
        """By smoothing splines, which rise above the mean of a cell where a partial lies in it."""
        return _magnitudes(_upsampled(means, self.splines, bands, frames))

    def frames_above(self, means: Float32[np.ndarray, "band frame"], least: np.float32) -> int:
        """The frames up to the last in which an interpolated value can lie above this one."""
        above = np.flatnonzero((means > least).any(axis=0))
        return int(np.flatnonzero(self.linear[1][:, above[-1]])[-1]) + 1 if len(above) else 0

    @cached_property
    def _means(self) -> tuple[Float32[np.ndarray, "band fine_band"], Float32[np.ndarray, "frame fine_frame"]]:
        return mean_matrix(self.bands), mean_matrix(self.frames)

    @cached_property
    def linear(self) -> Upsampling:
        """Of `interpolated`."""
        return _linear(self.bands), _linear(self.frames)

    @cached_property
    def splines(self) -> Upsampling:
        """Of `tone_magnitudes`."""
        return _spline(self.bands, BAND_STIFFNESS), _spline(self.frames, FRAME_STIFFNESS)


def widening(linear: int, cells: int, fine: int) -> Int64[np.ndarray, " edge"]:
    """Edges of cells over `fine` bins: the first of width 1, each of the rest wider than the last by one ratio."""
    powers = np.arange(1, cells - linear + 1)
    ratio, above = 1.0, 2.0
    for _ in range(52):  # bits of a double
        middle = (ratio + above) / 2
        ratio, above = (middle, above) if linear + (middle**powers).sum() < fine else (ratio, middle)
    late = linear + np.cumsum(ratio**powers)
    return np.concatenate([np.arange(linear + 1), np.rint(late)]).astype(np.int64)


def mean_matrix(edges: ArrayLike) -> Float32[np.ndarray, "cell fine"]:
    """A matrix that takes the mean of each cell."""
    edges = np.asarray(edges)
    fine = np.arange(edges[-1])
    inside = (fine >= edges[:-1, None]) & (fine < edges[1:, None])
    return (inside / inside.sum(axis=1, keepdims=True)).astype(np.float32)


def _linear(edges: ArrayLike) -> Float32[np.ndarray, "fine cell"]:
    """A matrix that interpolates linearly between the centres of cells, constant beyond the outermost."""
    edges = np.asarray(edges)
    centres = (edges[:-1] + edges[1:] - 1) / 2
    fine = np.arange(edges[-1])
    return np.stack([np.interp(fine, centres, row) for row in np.eye(len(centres))], axis=1).astype(np.float32)


def _spline(edges: ArrayLike, stiffness: float) -> Float32[np.ndarray, "fine cell"]:
    """A matrix that finds smooth values whose means in the cells come near to the given ones.

    They minimise the squared errors of the means plus `stiffness` times their own squared second differences, as
    Whittaker's smoother does for values instead of means (Eilers, "A perfect smoother", Analytical Chemistry 75, 2003).
    """
    means = mean_matrix(edges).astype(np.float64)
    bends = np.diff(np.eye(means.shape[1]), 2, axis=0)
    return np.linalg.solve(means.T @ means + stiffness * bends.T @ bends, means.T).astype(np.float32)


def _upsampled(
    cells: Float32[np.ndarray, "band frame"], by: Upsampling, bands: int | None, frames: int | None
) -> Float32[np.ndarray, "some_band some_frame"]:
    across, along = by
    return (along[:frames] @ cells.T @ across[:bands].T).T


def _magnitudes(log: Float32[np.ndarray, "fine_band fine_frame"]) -> Float32[np.ndarray, "fine_band fine_frame"]:
    return np.maximum(np.exp(np.minimum(log, LOUDEST_LOG)) - np.float32(FLOOR), 0)
