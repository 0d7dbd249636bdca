"""A conditional flow: noise is carried to data along a velocity field that a network has learned.

Flow matching along straight lines (Lipman, Chen, Ben-Hamu, Nickel, Le, "Flow matching for generative modeling", 2023;
Liu, Gong, Liu, "Flow straight and fast", 2023): between noise e at time 0 and data x at time 1 lies (1 - t) e + t x,
with the velocity x - e; the network learns its mean at each place and time.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from clave.music.shapes import Float
from clave.training.models.noise import Noise
from clave.training.models.old_names import accept_old_names
from clave.training.models.vae import normal_like

TIME_FREQUENCIES = 8  # of the sines and cosines that encode the time
CONDITION_WIDTH = 64  # of the embedding of time and condition
STEPS = 6  # of Heun's method, two evaluations of the velocity each


class FlowBlock(nn.Module):
    """x + W2 silu(W1 norm(x) + W3 embedding)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.inner, self.outer = nn.Linear(width, width), nn.Linear(width, width)
        self.condition = nn.Linear(CONDITION_WIDTH, width)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)
        accept_old_names(self, {"told": "condition"})

    def forward(
        self, x: Float[Tensor, "batch width"], embedding: Float[Tensor, "batch embedding"]
    ) -> Float[Tensor, "batch width"]:
        """Same shape in and out."""
        return x + self.outer(functional.silu(self.inner(self.norm(x)) + self.condition(embedding)))


class Flow(nn.Module):
    """p(x | condition) of vectors, as a velocity field from standard normal noise to them."""

    def __init__(self, size: int, condition: int, width: int, blocks: int) -> None:
        super().__init__()
        self.condition = nn.Sequential(
            nn.Linear(2 * TIME_FREQUENCIES + condition, CONDITION_WIDTH), nn.SiLU(),
            nn.Linear(CONDITION_WIDTH, CONDITION_WIDTH), nn.SiLU(),
        )  # fmt: skip
        self.input = nn.Linear(size, width)
        self.blocks = nn.ModuleList([FlowBlock(width) for _ in range(blocks)])
        self.norm = nn.LayerNorm(width)
        self.output = nn.Linear(width, size)
        self.condition_output = nn.Linear(CONDITION_WIDTH, size)  # the part of the velocity that no place changes
        nn.init.zeros_(self.output.weight)
        old_names = {"told": "condition", "into": "input", "out": "output", "usual": "condition_output"}
        accept_old_names(self, old_names)

    def velocity(
        self,
        x: Float[Tensor, "batch data"],
        time: Float[Tensor, "batch 1"],
        condition: Float[Tensor, "batch condition"],
    ) -> Float[Tensor, "batch data"]:
        """The mean velocity at this place and time."""
        phase = time * (math.pi / 2 * 2 ** torch.arange(TIME_FREQUENCIES, dtype=x.dtype, device=x.device))
        embedding = self.condition(torch.cat([torch.sin(phase), torch.cos(phase), condition], dim=1))
        hidden = self.input(x)
        for block in self.blocks:
            hidden = block(hidden, embedding)
        return self.output(self.norm(hidden)) + self.condition_output(embedding)

    def losses(
        self, data: Float[Tensor, "batch data"], condition: Float[Tensor, "batch condition"], noise: Noise
    ) -> Float[Tensor, " batch"]:
        """Mean square error of the velocity, each at a time of its own; times crowd around the middle.

        Their distribution is that of Esser et al., "Scaling rectified flow transformers", 2024: sigmoid of a normal.
        """
        start = normal_like(data, noise)
        time = torch.sigmoid(normal_like(data[:, :1], noise))
        residual = self.velocity((1 - time) * start + time * data, time, condition) - (data - start)
        return residual.square().mean(dim=1)

    def integrate(
        self, start: Float[Tensor, "batch data"], condition: Float[Tensor, "batch condition"], steps: int = STEPS
    ) -> Float[Tensor, "batch data"]:
        """From time 0 to 1 by Heun's method; deterministic, so the same noise gives the same data."""
        x, stride = start, 1 / steps
        for step in range(steps):
            now, then = (torch.full_like(x[:, :1], (step + late) * stride) for late in (0, 1))
            first = self.velocity(x, now, condition)
            second = self.velocity(x + stride * first, then, condition)
            x = x + stride / 2 * (first + second)
        return x
