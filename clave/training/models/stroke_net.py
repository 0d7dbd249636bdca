"""The network that says which voices are struck at the onset candidates of a loop, and how hard.

    cells around each candidate -> convolutions -> attention among the candidates of the loop -> probability, velocity

By attention a candidate is compared with the others: the drums of a loop sound the same each time, and repeat in time.
"""

from collections.abc import Mapping
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from clave.music.kit import VOICES
from clave.music.shapes import Float
from clave.sound.loops.stroke_cells import SHAPE
from clave.training.models.onnx_graph import OnnxGraph

CHANNELS, HIDDEN, DROPOUT = (24, 40, 64, 80), 96, 0.2
LAYERS, HEADS = 2, 4
NEAR_SECONDS = (0.02, 0.1, 0.5, 3.0)  # scales on which the time between two candidates is seen


class StrokeNet(nn.Module):
    """Four convolutions, each of which halves bands and frames, then attention over the candidates."""

    def __init__(self) -> None:
        super().__init__()
        layers = list[nn.Module]()
        for inputs, outputs in pairwise((SHAPE[0], *CHANNELS)):
            layers += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)]
            layers += [nn.BatchNorm2d(outputs), nn.ReLU()]
        self.convolutions = nn.Sequential(*layers)
        halved = 2 ** len(CHANNELS)
        self.hidden = nn.Linear(CHANNELS[-1] * (SHAPE[1] // halved) * (SHAPE[2] // halved), HIDDEN)
        self.layers = nn.ModuleList(CandidateAttention() for _ in range(LAYERS))
        self.dropout = nn.Dropout(DROPOUT)
        self.norm = nn.LayerNorm(HIDDEN)
        self.output = nn.Linear(HIDDEN, 2 * len(VOICES))

    def logits(
        self, cells: Float[Tensor, "candidate 2 band frame"], seconds: Float[Tensor, " candidate"]
    ) -> tuple[Float[Tensor, "candidate voice"], Float[Tensor, "candidate voice"]]:
        """The logit of a stroke of each voice, and that of its velocity, at the candidates of one loop."""
        return self.compared(self.features(cells), seconds)

    def features(self, cells: Float[Tensor, "candidate 2 band frame"]) -> Float[Tensor, "candidate feature"]:
        """What the convolutions give for each candidate."""
        return self.convolutions(cells).flatten(1)

    def alone(
        self, cells: Float[Tensor, "candidate 2 band frame"]
    ) -> tuple[Float[Tensor, "candidate voice"], Float[Tensor, "candidate voice"]]:
        """The same logits of each candidate without the others, as the convolutions are trained."""
        heard = self.hidden(self.dropout(self.features(cells)))
        struck, velocity = self.output(self.dropout(self.norm(heard))).chunk(2, dim=1)
        return struck, velocity

    def compared(
        self, features: Float[Tensor, "candidate feature"], seconds: Float[Tensor, " candidate"]
    ) -> tuple[Float[Tensor, "candidate voice"], Float[Tensor, "candidate voice"]]:
        """The logits from the features of the candidates of one loop."""
        heard = self.hidden(self.dropout(features))
        between = seconds[None, :] - seconds[:, None]
        for layer in self.layers:
            heard = layer(heard, between)
        struck, velocity = self.output(self.dropout(self.norm(heard))).chunk(2, dim=1)
        return struck, velocity

    def forward(
        self, cells: Float[Tensor, "candidate 2 band frame"], seconds: Float[Tensor, " candidate"]
    ) -> tuple[Float[Tensor, "candidate voice"], Float[Tensor, "candidate voice"]]:
        """The probability of a stroke of each voice, and its velocity in (0, 1)."""
        struck, velocity = self.logits(cells, seconds)
        return struck.sigmoid(), velocity.sigmoid()

    def onnx_graphs(self) -> Mapping[str, OnnxGraph]:
        """The whole of it."""
        example = {"cells": torch.zeros(2, *SHAPE), "seconds": torch.tensor([0.0, 0.5])}
        return {"strokes": OnnxGraph(self, example, ("probability", "velocity"))}


class CandidateAttention(nn.Module):
    """A layer of a transformer whose attention also depends on the time between candidates."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(HIDDEN)
        self.asked = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.by_time = nn.Sequential(nn.Linear(2 * len(NEAR_SECONDS), 16), nn.ReLU(), nn.Linear(16, HEADS))
        self.joined = nn.Linear(HIDDEN, HIDDEN)
        self.dropout = nn.Dropout(DROPOUT)
        self.further = nn.Sequential(
            nn.LayerNorm(HIDDEN), nn.Linear(HIDDEN, 2 * HIDDEN), nn.ReLU(), nn.Linear(2 * HIDDEN, HIDDEN)
        )

    def forward(
        self, heard: Float[Tensor, "candidate hidden"], between: Float[Tensor, "candidate candidate"]
    ) -> Float[Tensor, "candidate hidden"]:
        """What each candidate is, knowing the others."""
        scaled = torch.tanh(torch.stack([between / each for each in NEAR_SECONDS], dim=2))
        bias = self.by_time(torch.cat([scaled, scaled.abs()], dim=2)).permute(2, 0, 1)
        query, key, value = self.asked(self.norm(heard)).reshape(-1, 3, HEADS, HIDDEN // HEADS).permute(1, 2, 0, 3)
        share = functional.softmax(query @ key.transpose(1, 2) / (HIDDEN // HEADS) ** 0.5 + bias, dim=2)
        heard = heard + self.dropout(self.joined((share @ value).permute(1, 0, 2).reshape(-1, HIDDEN)))
        return heard + self.dropout(self.further(heard))
