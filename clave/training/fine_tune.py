"""Fine-tuning a rhythm map: a few files bend it where they lie, and the rest stays as it is.

Only the map decoder learns. Each bar is looked for on the map, so that it lies among bars like it; the tables of the
decoder, which are local, learn to expect it there, and the old decoder says what to expect everywhere else (`replay`).
All other networks, and with them the detail that brings each bar back as itself, stay those of the space it began with.
docs/experiments/small-data.md has what was tried; `rhythm_fine_tuning` makes a space of it.
"""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from clave.errors import TrainingError
from clave.music.shapes import Float
from clave.training.models.bars import Bars
from clave.training.models.condition import Condition
from clave.training.models.grid_map import GridMap
from clave.training.models.map_search import DecodeMap, hit_cross_entropy, search_map
from clave.training.models.vae import normal_like
from clave.training.replay import Replay, forgotten

DECODED_AT_ONCE = 2048  # bars
LAST_SEARCH = 0.8  # of the steps: after that, points stay where they are


@dataclass(frozen=True)
class FineTuning:
    """The settings of `fine_tune_map`; 900 steps take half a minute on one core."""

    steps: int = 900
    own_rows: int = 128  # of a batch: bars that are learned ...
    replay_rows: int = 256  # ... and places of the map that are kept
    table_learning_rate: float = 1e-2
    head_learning_rate: float = 2e-4
    warmup_steps: int = 50
    own_noise_std: float = 0.03  # map units: how far around its point a bar is learned
    near: float = 0.05  # map units: nearer to a bar that is learned, the map may forget
    replay_weight: float = 2.0  # nats a bar forgotten, beside nats a bar learned
    most_forgotten: float = 0.7  # nats a bar: beyond this, the weight rises until it is less
    search_every: int = 100  # steps: bars are looked for anew
    search_points: int = 4096
    label_keep_prob: float = 0.5  # with which a bar is learned with its style, and with its section
    max_grad_norm: float = 5.0
    seed: int = 0


@dataclass(frozen=True)
class Step:
    """One optimiser step: nats a bar of what is learned, and of what is forgotten."""

    number: int
    own: float
    forgotten: float


@dataclass
class MapTuning:
    """A map decoder while it is fine-tuned; the settings may change between steps."""

    settings: FineTuning
    decoder: GridMap  # learns, in place
    before: GridMap  # as it was
    optimizer: torch.optim.Adam
    points: Float[Tensor, "bar map"]  # where the bars lie now
    weight: float  # of what is forgotten, now
    step: int = 0


def begin(decoder: GridMap, bars: Bars, settings: FineTuning) -> MapTuning:
    """Before the first step. Raises TrainingError for no bars."""
    if not len(bars):
        raise TrainingError("fine-tuning needs bars to learn from; got none")
    before = copy.deepcopy(decoder).requires_grad_(False)
    points = find(decoder, bars, settings.search_points, _noise(settings.seed, -1))
    return MapTuning(settings, decoder, before, _optimizer(decoder, settings), points, settings.replay_weight)


def fine_tune_map(tuning: MapTuning, bars: Bars, kept: Replay) -> Iterator[Step]:
    """Teach the map these bars, in place, one yield per optimiser step.

    `kept` are the bars of the space that the decoder is of. What is random is a function of seed and step, so that a
    tuning that goes on is the same as one that never stopped. Raises TrainingError when a loss is not finite.
    """
    decoder = tuning.decoder
    while tuning.step < tuning.settings.steps:
        given, step = tuning.settings, tuning.step
        noise = _noise(given.seed, step)
        if step and step % given.search_every == 0 and step < LAST_SEARCH * given.steps:
            tuning.points = _better(decoder, bars, tuning.points, find(decoder, bars, given.search_points, noise))
        points = tuning.points
        rows = torch.randint(len(bars), (min(given.own_rows, 4 * len(bars)),), generator=noise)
        near = points[rows] + given.own_noise_std * normal_like(points[rows], noise)
        own = hit_cross_entropy(decoder(Condition.of(bars[rows], near, given.label_keep_prob, noise)), bars[rows])
        asked = kept.conditions(given.replay_rows, noise)
        far = (torch.cdist(asked.map, points).amin(dim=1) / given.near).clamp(max=1).square()
        lost = (far * forgotten(tuning.before, decoder, asked)).mean()
        loss = own.mean() + tuning.weight * lost
        step_now = Step(step + 1, float(own.detach().mean()), float(lost.detach()))
        if not math.isfinite(step_now.own + step_now.forgotten):
            raise TrainingError(f"the loss is not finite at step {step + 1}: {step_now}")
        for group in tuning.optimizer.param_groups:
            group["lr"] = group["highest"] * _schedule(step, given)
        tuning.optimizer.zero_grad()
        loss.backward()  # pyright: ignore[reportUnknownMemberType]
        nn.utils.clip_grad_norm_(decoder.parameters(), given.max_grad_norm)
        tuning.optimizer.step()
        change = 1.01 if step_now.forgotten > given.most_forgotten else 0.99
        tuning.weight, tuning.step = max(given.replay_weight, tuning.weight * change), step + 1
        yield step_now


@torch.no_grad()
def find(decoder: GridMap, bars: Bars, points: int, noise: torch.Generator) -> Float[Tensor, "bar map"]:
    """The likeliest point of each bar on the map, of so many and those around the best."""
    return search_map(_unlabelled(decoder), bars, torch.zeros(len(bars), 2), points, noise, "uniform")


@torch.no_grad()
def _better(
    decoder: GridMap, bars: Bars, points: Float[Tensor, "bar map"], others: Float[Tensor, "bar map"]
) -> Float[Tensor, "bar map"]:
    """For each bar the one of two points at which it is likelier."""
    cost = [_cost(_unlabelled(decoder), bars, each) for each in (points, others)]
    return torch.where((cost[1] < cost[0]).unsqueeze(1), others, points)


def _cost(decode: DecodeMap, bars: Bars, points: Float[Tensor, "bar map"]) -> Float[Tensor, " bar"]:
    rows = torch.arange(len(bars)).split(DECODED_AT_ONCE)
    return torch.cat([hit_cross_entropy(decode(points[part], bars.meter[part]), bars[part]) for part in rows])


def _unlabelled(decoder: GridMap) -> DecodeMap:
    return lambda point, meter: decoder(Condition.unlabelled(point, meter, decoder.styles))


def _optimizer(decoder: GridMap, settings: FineTuning) -> torch.optim.Adam:
    decoder.requires_grad_(True)
    rates = (
        (decoder.grid.parameters(), settings.table_learning_rate),
        (decoder.head.parameters(), settings.head_learning_rate),
    )
    return torch.optim.Adam([{"params": list(part), "lr": rate, "highest": rate} for part, rate in rates])


def _schedule(step: int, settings: FineTuning) -> float:
    """The share of the highest learning rate: a short rise, then half a cosine."""
    warmup = min(settings.warmup_steps, max(1, settings.steps // 10))
    return min(1.0, (step + 1) / warmup) * (1 + math.cos(math.pi * step / settings.steps)) / 2


def _noise(seed: int, step: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed * 1_000_003 + step + 1)
