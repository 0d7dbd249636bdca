"""The prior of a rhythm map as tensors: the twin of `clave.rhythm.map_prior`."""

import math

import torch
from torch import Tensor

from clave.music.shapes import Float
from clave.rhythm.map_prior import MAP_EDGE, NORMAL, WALL

SEARCH_STD = 1.2  # map units: how widely a search draws points where the prior is normal


def log_density(prior: str, points: Float[Tensor, "*point map"]) -> Float[Tensor, "*point"]:
    """The logarithm of p(point), in nats."""
    if prior == NORMAL:
        return -0.5 * points.square().sum(dim=-1) - math.log(2 * math.pi)
    beyond = (points.abs() - MAP_EDGE).clamp(min=0).sum(dim=-1)
    return -2 * math.log(2 * MAP_EDGE) - WALL * beyond


def candidates(prior: str, count: int, noise: torch.Generator) -> Float[Tensor, "point map"]:
    """So many points for a search to begin with: wherever a bar may lie."""
    if prior == NORMAL:
        return SEARCH_STD * torch.randn((count, 2), generator=noise, device=noise.device)
    return MAP_EDGE * (2 * torch.rand((count, 2), generator=noise, device=noise.device) - 1)
