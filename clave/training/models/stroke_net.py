"""The network that says which voices are struck at an onset candidate of a loop, and how hard."""

from collections.abc import Mapping
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from clave.music.kit import VOICES
from clave.music.shapes import Float
from clave.sound.loops.stroke_cells import SHAPE
from clave.training.models.onnx_graph import OnnxGraph

CHANNELS, HIDDEN, DROPOUT = (24, 40, 64, 80), 96, 0.25


class StrokeNet(nn.Module):
    """Four convolutions, each of which halves bands and frames, and two linear layers."""

    def __init__(self) -> None:
        super().__init__()
        layers = list[nn.Module]()
        for inputs, outputs in pairwise((SHAPE[0], *CHANNELS)):
            layers += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)]
            layers += [nn.BatchNorm2d(outputs), nn.ReLU()]
        self.convolutions = nn.Sequential(*layers)
        self.dropout = nn.Dropout(DROPOUT)
        halved = 2 ** len(CHANNELS)
        self.hidden = nn.Linear(CHANNELS[-1] * (SHAPE[1] // halved) * (SHAPE[2] // halved), HIDDEN)
        self.output = nn.Linear(HIDDEN, 2 * len(VOICES))

    def logits(
        self, cells: Float[Tensor, "batch 2 band frame"]
    ) -> tuple[Float[Tensor, "batch voice"], Float[Tensor, "batch voice"]]:
        """The logit of a stroke of each voice, and that of its velocity."""
        hidden = functional.relu(self.hidden(self.dropout(self.convolutions(cells).flatten(1))))
        struck, velocity = self.output(self.dropout(hidden)).chunk(2, dim=1)
        return struck, velocity

    def forward(
        self, cells: Float[Tensor, "batch 2 band frame"]
    ) -> tuple[Float[Tensor, "batch voice"], Float[Tensor, "batch voice"]]:
        """The probability of a stroke of each voice, and its velocity in (0, 1)."""
        struck, velocity = self.logits(cells)
        return struck.sigmoid(), velocity.sigmoid()

    def onnx_graphs(self) -> Mapping[str, OnnxGraph]:
        """The whole of it."""
        return {"strokes": OnnxGraph(self, {"cells": torch.zeros(2, *SHAPE)}, ("probability", "velocity"))}
