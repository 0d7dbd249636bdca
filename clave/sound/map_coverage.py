"""How well a voice's map is covered: points far from every sound of the corpus are holes."""

import numpy as np

from clave.music.shapes import Float

RADIUS = 2.0  # of the disc that is measured: 86 % of a standard normal map
FAR = 0.5  # deviations: a sixth of the way from the centre to the edge of the page
SPACING = 0.05  # of the grid of points


def hole_share(points: Float[np.ndarray, "sound map"]) -> float:
    """How much of the disc, weighted as a standard normal map is, lies farther than FAR from every sound."""
    from scipy.spatial import KDTree

    ticks = np.arange(-RADIUS, RADIUS + SPACING, SPACING)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    square = np.square(grid).sum(axis=1)
    grid, weight = grid[square <= RADIUS**2], np.exp(-square[square <= RADIUS**2] / 2)
    distance = KDTree(points).query(grid)[0]
    return float(weight[distance > FAR].sum() / weight.sum())
