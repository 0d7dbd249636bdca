"""Trains a map decoder and the points of its bars together: a self-organising map first, then likelihood alone.

docs/experiments/map-grids.md has what was tried on the way to these settings.
"""

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from clave.errors import TrainingError
from clave.music.shapes import Float
from clave.rhythm.map_prior import MAP_EDGE
from clave.training.models import self_organising_map
from clave.training.models.bars import Bars, exchange_voices
from clave.training.models.condition import Condition
from clave.training.models.map_search import DecodeMap, hit_cross_entropy, search_lattice
from clave.training.models.settings import Count, NonNegative, Rows, Share, Size
from clave.training.models.vae import normal_like

WARMUP_STEPS = 100  # over which the learning rate rises


@runtime_checkable
class MapDecoder(Protocol):
    """A module that says which hits the map expects."""

    def __call__(self, condition: Condition, /) -> Float[Tensor, "batch voice step"]:
        """The logit of a hit in each cell."""
        ...

    def parameters(self) -> Iterator[nn.Parameter]:
        """The weights that are trained."""
        ...


@dataclass(frozen=True)
class MapTraining:
    """The settings of `train_map`."""

    side: Size = 64  # places of the self-organising map along each axis
    start_epochs: Count = 2  # during which the points stay where the self-organising map has put them
    epochs: Count = 40
    lattice: Size = 64  # points along each axis among which the bars are looked for, once an epoch
    noise_std: NonNegative = 0.05  # map units: noise added to the points
    voice_exchange_prob: Share = 0.15  # of each voice of a bar, to come from another bar of its kind
    style_keep_prob: Share = 0.5  # with which a bar is conditioned on its style, and on its section
    batch_size: Rows = 256
    learning_rate: NonNegative = 4e-3  # at its highest; falls to nothing along half a cosine
    weight_decay: NonNegative = 0.02
    averaging: Share = 0.998  # of the weights, over steps
    max_grad_norm: NonNegative = 5.0


def train_map(
    decode: MapDecoder,
    bars: Bars,
    noise: torch.Generator,
    settings: MapTraining | None = None,
    on_epoch: Callable[[int, float], None] | None = None,
) -> Float[Tensor, "bar map"]:
    """Train a map decoder in place and return the likeliest point of each bar, within [-MAP_EDGE, MAP_EDGE].

    Bars, weights and generator are on one device. What is random comes from `noise`, so that on a CPU the same
    generator gives the same weights. At the end the decoder holds the average of its weights over the last steps.
    `on_epoch` is given the number of each finished epoch, from 1, and its mean cross-entropy in nats a bar. Raises
    TrainingError for no bars, and when a loss is not finite.
    """
    given = settings or MapTraining()
    if not len(bars):
        raise TrainingError("a map needs bars to learn from; got none")
    points = _first_points(bars, given.side, noise)
    average = _Average(list(decode.parameters()), given.averaging)
    optimizer = torch.optim.AdamW(average.parameters, lr=given.learning_rate, weight_decay=given.weight_decay)
    batches = max(1, len(bars) // given.batch_size)
    for epoch in range(given.epochs):
        played = exchange_voices(bars, given.voice_exchange_prob, noise)
        if epoch >= given.start_epochs:
            points = search_lattice(_unlabelled(decode, bars), played, given.lattice, noise)
        order, total = torch.randperm(len(bars), generator=noise, device=bars.meter.device), 0.0
        for step, rows in enumerate(order.split(given.batch_size)[:batches], epoch * batches):
            batch, near = played[rows], points[rows] + given.noise_std * normal_like(points[rows], noise)
            condition = Condition.of(batch, near, given.style_keep_prob, noise)
            loss = hit_cross_entropy(decode(condition), batch).mean()
            for group in optimizer.param_groups:
                group["lr"] = given.learning_rate * _schedule(step, given.epochs * batches)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(average.parameters, given.max_grad_norm)
            optimizer.step()
            average.update()
            total += float(loss.detach())
        if not math.isfinite(total):
            raise TrainingError(f"the loss of the map became {total} in epoch {epoch + 1}")
        if on_epoch is not None:
            on_epoch(epoch + 1, total / batches)
    average.write()
    return search_lattice(_unlabelled(decode, bars), bars, 2 * given.lattice, noise)


def _first_points(bars: Bars, side: int, noise: torch.Generator) -> Float[Tensor, "bar map"]:
    inside = bars.inside.unsqueeze(1).expand_as(bars.hits).flatten(1).float()
    return self_organising_map.fit(bars.hits.flatten(1), inside, side=side).points(MAP_EDGE, noise)


def _unlabelled(decode: MapDecoder, bars: Bars) -> DecodeMap:
    """The decoder without a style and a section."""
    return lambda point, meter: decode(Condition.unlabelled(point, meter, bars.style.shape[1]))


def _schedule(step: int, steps: int) -> float:
    """The share of the highest learning rate; few steps warm up for a tenth of them."""
    warmup = min(WARMUP_STEPS, max(1, steps // 10))
    return min(1.0, (step + 1) / warmup) * (1 + math.cos(math.pi * step / steps)) / 2


class _Average:
    """The mean of weights over the steps, in which older steps count ever less."""

    def __init__(self, parameters: list[nn.Parameter], keep: float) -> None:
        self.parameters = parameters
        self.keep = keep
        self.steps = 0
        self.mean = [copy.deepcopy(each.data) for each in parameters]

    def update(self) -> None:
        """Count the weights as they are now; at first the average is over all steps alike."""
        self.steps += 1
        share = max(1 - self.keep, 1 / self.steps)
        for own, mean in zip(self.parameters, self.mean, strict=True):
            mean.lerp_(own.data, share)

    def write(self) -> None:
        """Give the weights their average."""
        for own, mean in zip(self.parameters, self.mean, strict=True):
            own.data.copy_(mean)
