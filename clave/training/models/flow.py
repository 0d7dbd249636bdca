"""A flow: noise that is carried, step by step, to where data lie, along a velocity that a network has learned.

Flow matching along straight lines (Lipman, Chen, Ben-Hamu, Nickel, Le, "Flow matching for generative modeling", 2023;
Liu, Gong, Liu, "Flow straight and fast", 2023): between noise e at time 0 and data x at time 1 lies (1 - t) e + t x,
with the velocity x - e; the network learns its mean at each place and time.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from clave.music.shapes import Float
from clave.training.models.vae import normal_like

CLOCK = 8  # frequencies in which the time is told
TOLD = 64  # width of what is told to each block
STEPS = 6  # of Heun's method, two looks at the velocity each


class FlowBlock(nn.Module):
    """x + W2 silu(W1 norm(x) + W3 told)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.inner, self.outer, self.told = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(TOLD, width)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(
        self, x: Float[Tensor, "batch width"], told: Float[Tensor, "batch told"]
    ) -> Float[Tensor, "batch width"]:
        """Same shape in and out."""
        return x + self.outer(functional.silu(self.inner(self.norm(x)) + self.told(told)))


class Flow(nn.Module):
    """p(x | condition) of vectors, as a velocity from normal noise to them."""

    def __init__(self, size: int, condition: int, width: int, blocks: int) -> None:
        super().__init__()
        self.told = nn.Sequential(nn.Linear(2 * CLOCK + condition, TOLD), nn.SiLU(), nn.Linear(TOLD, TOLD), nn.SiLU())
        self.into = nn.Linear(size, width)
        self.blocks = nn.ModuleList([FlowBlock(width) for _ in range(blocks)])
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, size)
        self.usual = nn.Linear(TOLD, size)
        nn.init.zeros_(self.out.weight)

    def velocity(
        self,
        x: Float[Tensor, "batch data"],
        time: Float[Tensor, "batch 1"],
        condition: Float[Tensor, "batch condition"],
    ) -> Float[Tensor, "batch data"]:
        """Where to, and how fast: data in the time that is left."""
        turns = time * (math.pi / 2 * 2 ** torch.arange(CLOCK, dtype=x.dtype, device=x.device))
        told = self.told(torch.cat([torch.sin(turns), torch.cos(turns), condition], dim=1))
        deep = self.into(x)
        for block in self.blocks:
            deep = block(deep, told)
        return self.out(self.norm(deep)) + self.usual(told)

    def losses(
        self, data: Float[Tensor, "batch data"], condition: Float[Tensor, "batch condition"], noise: torch.Generator
    ) -> Float[Tensor, " batch"]:
        """Mean square error of the velocity, each at a time of its own; times crowd around the middle.

        Their distribution is that of Esser et al., "Scaling rectified flow transformers", 2024: sigmoid of a normal.
        """
        start = normal_like(data, noise)
        time = torch.sigmoid(normal_like(data[:, :1], noise))
        wrong = self.velocity((1 - time) * start + time * data, time, condition) - (data - start)
        return wrong.square().mean(dim=1)

    def carry(
        self, start: Float[Tensor, "batch data"], condition: Float[Tensor, "batch condition"], steps: int = STEPS
    ) -> Float[Tensor, "batch data"]:
        """From time 0 to 1 by Heun's method; the same start ends at the same place."""
        x, stride = start, 1 / steps
        for step in range(steps):
            now, then = (torch.full_like(x[:, :1], (step + late) * stride) for late in (0, 1))
            first = self.velocity(x, now, condition)
            second = self.velocity(x + stride * first, then, condition)
            x = x + stride / 2 * (first + second)
        return x
