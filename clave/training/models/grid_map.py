"""The map decoder: tables of features over the map, and a network that turns them and the labels into logits."""

from collections.abc import Sequence

import torch
from torch import nn

from clave.music.shapes import Float
from clave.music.units import METERS
from clave.rhythm.map_prior import MAP_EDGE
from clave.training.models.bars import SECTIONS, STEP_COUNT, VOICE_COUNT
from clave.training.models.condition import Condition
from clave.training.models.feature_grid import FeatureGrid
from clave.training.models.vae import residual_network


class GridMap(nn.Module):
    """What the map expects at a point, in a style, a section and a meter: the logit of a hit in each cell."""

    def __init__(self, styles: int, resolutions: Sequence[int], features: int, width: int, blocks: int) -> None:
        super().__init__()
        self.styles = styles
        self.grid = FeatureGrid(resolutions, features, MAP_EDGE)
        labels = styles + len(SECTIONS) + len(METERS)
        self.head = residual_network(self.grid.size + labels, width, blocks, VOICE_COUNT * STEP_COUNT)

    def forward(self, condition: Condition) -> Float[torch.Tensor, "batch voice step"]:
        """The logit of a hit in each cell."""
        read = [self.grid(condition.map), condition.style, condition.section, condition.meter]
        return self.head(torch.cat(read, dim=1)).unflatten(1, (VOICE_COUNT, STEP_COUNT))
