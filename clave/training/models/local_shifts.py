"""Shifts of what is expected near some points of a map: radial basis functions, each a Gaussian bump around its centre.

They bend the output of a network where they lie, and leave it as it is everywhere else. Fine-tuning a sound space
fits them (`clave/training/sound_fine_tuning.py`).
"""

import torch
from torch import Tensor, nn

from clave.music.shapes import Float


class LocalShifts(nn.Module):
    """For a point of a voice's map, the sum of the shifts around, each weighted by how near its centre is."""

    point: Tensor
    voice: Tensor
    width: Tensor
    shift: Tensor

    def __init__(self, centres: int, map_size: int, voices: int, size: int) -> None:
        super().__init__()
        self.register_buffer("point", torch.zeros(centres, map_size))
        self.register_buffer("voice", torch.zeros(centres, voices))  # one-hot
        self.register_buffer("width", torch.ones(centres, map_size))  # standard deviations of the bumps
        self.register_buffer("shift", torch.zeros(centres, size))

    def nearness(
        self, point: Float[Tensor, "batch map"], voice: Float[Tensor, "batch voice"]
    ) -> Float[Tensor, "batch centre"]:
        """1 at a centre of the voice, less around it, and 0 far from it or for another voice."""
        distance = (point.unsqueeze(1) - self.point) / self.width
        return torch.exp(-distance.square().sum(dim=2) / 2) * (voice @ self.voice.T)

    def forward(self, nearness: Float[Tensor, "batch centre"]) -> Float[Tensor, "batch size"]:
        """The shift at points that are so near to the centres."""
        return nearness @ self.shift
