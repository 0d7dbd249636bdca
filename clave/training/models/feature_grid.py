"""Features that vary over the map: square tables from coarse to fine, read between their points.

Müller, Evans, Schied and Keller, "Instant neural graphics primitives with a multiresolution hash encoding", 2022; a map
of two dimensions is small enough to need no hash. A bar that is learned at one place changes the tables only around
there, so that far places keep what they have: a network without tables has to share its weights over the whole map.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from clave.music.shapes import Float

INITIAL_STD = 0.1


class FeatureGrid(nn.Module):
    """A table of features for each resolution, over the square [-edge, edge] x [-edge, edge]."""

    def __init__(self, resolutions: Sequence[int], features: int, edge: float) -> None:
        super().__init__()
        self.resolutions = tuple(resolutions)
        self.edge = edge
        self.size = features * len(self.resolutions)
        self.tables = nn.ParameterList(
            nn.Parameter(INITIAL_STD * torch.randn(each * each, features)) for each in self.resolutions
        )

    def forward(self, point: Float[Tensor, "batch map"]) -> Float[Tensor, "batch feature"]:
        """The features at each point, bilinear between the points of each table; beyond the edge those of the edge."""
        share = (point.clamp(-self.edge, self.edge) / self.edge + 1) / 2
        read = [
            _read(table, share * (size - 1), size) for table, size in zip(self.tables, self.resolutions, strict=True)
        ]
        return torch.cat(read, dim=1)


def _read(
    table: Float[Tensor, "place feature"], at: Float[Tensor, "batch map"], size: int
) -> Float[Tensor, "batch feature"]:
    """Bilinear interpolation of a square table whose rows run along the second coordinate."""
    low = at.detach().floor().clamp(max=size - 2)
    right, up = (at - low).split(1, dim=1)
    column, row = low.long().unbind(dim=1)
    corner = row * size + column
    # the gradient of an embedding adds up in one order, that of an index in any where several threads compute
    corners = (functional.embedding(corner + each, table) for each in (0, 1, size, size + 1))
    left_below, right_below, left_above, right_above = corners
    below = (1 - right) * left_below + right * right_below
    above = (1 - right) * left_above + right * right_above
    return (1 - up) * below + up * above
