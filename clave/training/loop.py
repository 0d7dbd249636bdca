"""The one training loop, for every model: plain, seeded, and resumable to the bit."""

import copy
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn

from clave.errors import TrainingError
from clave.music.shapes import Float
from clave.training.models.noise import RowNoise, generator, mixed_seed
from clave.training.models.settings import Count, MaxNorm, NonNegative, Rows, Share, Size
from clave.training.models.vae import VAE, Config, Examples, LikelihoodVAE, log_mean_exp
from clave.training.workers import Network, Workers, alone

LEARNING_RATE_WARMUP_STEPS = 200
MAX_SCORED_ROWS = 1024  # in one batch
MAX_LIKELIHOOD_ROWS = 512  # the same, each with many draws


@dataclass(frozen=True)
class Recipe:
    """Everything that a run depends on besides its data."""

    name: str
    model: Config
    weights: Mapping[str, NonNegative] = field(
        default_factory=lambda: MappingProxyType({})
    )  # of the named losses, else 1
    warmed: tuple[str, ...] = ("kl_map", "kl_detail")  # losses whose weight rises from 0: the paper's warm-up of beta
    warmup_epochs: NonNegative = 5.0
    epochs: Count = 40
    keep_every_epochs: Size = 1  # between checkpoints; the last epoch always has one
    keeps_last: bool = False  # whether the best weights are those of the last epoch, whatever the scores
    patience_epochs: Count | None = None  # without a better score before training stops; None trains to the end
    batch_size: Rows = 128
    rows_at_once: Rows | None = None  # of a batch, where the whole does not fit the cache; the gradient is the same
    learning_rate: NonNegative = 1e-3
    annealed: bool = False  # learning rate: short warm-up, then half a cosine down to 0
    weight_decay: NonNegative = 0.0
    max_grad_norm: MaxNorm = 5.0
    averaging: Share = 0.0  # decay of the running average of the weights, which is scored and exported
    seed: int = 0

    def weight(self, loss: str, epoch: float) -> float:
        """The weight of a loss at this epoch, which may be a fraction."""
        warmup = min(1.0, epoch / self.warmup_epochs) if loss in self.warmed and self.warmup_epochs > 0 else 1.0
        return self.weights.get(loss, 1.0) * warmup

    def total(self, losses: Mapping[str, Tensor], epoch: float = math.inf) -> Tensor:
        """The weighted sum that is minimised; an infinite epoch is after the warm-up."""
        return torch.stack([self.weight(name, epoch) * value for name, value in losses.items()]).sum()


@dataclass
class Run:
    """A run in progress: the weights, their running average, the optimiser, and the number of steps taken."""

    recipe: Recipe
    model: VAE[Any]
    average: VAE[Any]
    optimizer: torch.optim.Optimizer
    step: int = 0

    @property
    def device(self) -> torch.device:
        """The device of the weights."""
        return _device(self.model)


@dataclass(frozen=True)
class Progress:
    """One optimiser step."""

    step: int
    epoch: float
    losses: dict[str, float]  # before they are weighted
    total: float  # the weighted sum


def begin(recipe: Recipe, device: str | torch.device = "cpu") -> Run:
    """A run before its first step; the same recipe begins with the same weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        model = recipe.model.build()
    model.to(device)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
    )
    return Run(recipe, model.train(), copy.deepcopy(model).eval().requires_grad_(False), optimizer)


def fit(run: Run, examples: Examples, workers: Workers | None = None) -> Iterator[Progress]:
    """Train in place, one yield per optimiser step, until the recipe's last epoch.

    Order and noise are functions of seed, step and place in the batch alone, so that a resumed run is the same as one
    that never stopped, and several workers learn what one alone would. Raises TrainingError when a loss or its gradient
    is not finite, before it changes the weights, or when a worker is lost.
    """
    recipe, model, workers = run.recipe, run.model, workers or alone(str(run.device))
    network = workers.network(model)
    examples = examples.to(run.device)
    steps_per_epoch = max(1, len(examples) // recipe.batch_size)
    last_step = recipe.epochs * steps_per_epoch
    while run.step < last_step:
        epoch, batch = divmod(run.step, steps_per_epoch)
        order = torch.randperm(len(examples), generator=generator("cpu", recipe.seed, "order", epoch)).to(run.device)
        rows = order[batch * recipe.batch_size : (batch + 1) * recipe.batch_size]
        now = run.step / steps_per_epoch
        run.optimizer.zero_grad()
        with workers.together(run.step):
            sums, total = _gradient(run, examples[rows], now, network, workers)
        grad_norm = float(nn.utils.clip_grad_norm_(model.parameters(), recipe.max_grad_norm))
        for what, value in (("loss", total), ("gradient", grad_norm)):
            if not math.isfinite(value):
                raise TrainingError(f"the {what} is not finite at step {run.step} (epoch {now:.2f}): {sums}")

        factor = _learning_rate_factor(run.step, last_step) if recipe.annealed else 1.0
        for group in run.optimizer.param_groups:
            group["lr"] = recipe.learning_rate * factor
        run.optimizer.step()
        run.step += 1
        _update_average(run.average, model, min(recipe.averaging, run.step / (run.step + 10)))
        yield Progress(run.step, run.step / steps_per_epoch, sums, total)


def _gradient(
    run: Run, batch: Examples, epoch: float, network: Network, workers: Workers
) -> tuple[dict[str, float], float]:
    """Compute the gradient of the losses of a batch, of which each worker takes a part; the losses, and their total."""
    recipe, seed = run.recipe, mixed_seed(run.recipe.seed, "noise", run.step)
    batch = run.model.mixed(batch, generator(run.device, seed, "mixed"))
    parts, sums, names = workers.parts(len(batch), recipe.rows_at_once), list[Tensor](), list[str]()
    for number, places in enumerate(parts):
        share = len(places) / len(batch)
        with workers.computing(network, last=number == len(parts) - 1):
            part = batch if len(places) == len(batch) else batch[places.to(run.device)]
            losses = network(part, RowNoise(seed, places, run.device))
            total = recipe.total(losses, epoch)
            gradient_of = workers.count * share * total  # as the mean over workers is taken
            gradient_of.backward()  # pyright: ignore[reportUnknownMemberType]
        sums.append(share * torch.stack([*losses.values(), total]).detach().double())
        names = list(losses)
    *each, whole = workers.added(torch.stack(sums).sum(dim=0).tolist())
    return dict(zip(names, each, strict=True)), whole


@torch.no_grad()
def score(model: VAE[Any], examples: Examples, recipe: Recipe) -> dict[str, float]:
    """The losses by name, and their weighted "total"; the noise is always the same."""
    sums: dict[str, float] = {}
    max_rows = recipe.rows_at_once or MAX_SCORED_ROWS
    for at in range(0, len(examples), max_rows):
        batch = examples[slice(at, at + max_rows)]
        losses = model.losses(batch, generator(_device(model), recipe.seed, "score", at))
        for name, value in {**losses, "total": recipe.total(losses)}.items():
            sums[name] = sums.get(name, 0.0) + float(value) * len(batch)
    return {name: value / len(examples) for name, value in sums.items()}


@torch.no_grad()
def negative_log_likelihood(
    model: LikelihoodVAE[Any], examples: Examples, draws: int = 256, seed: int = 0
) -> Float[Tensor, " batch"]:
    """-log p(x) of each example in nats (of bars: of their hits), an upper bound by importance sampling.

    Burda, Grosse and Salakhutdinov (2016), equation 8.
    """
    noise = generator(_device(model), seed, "importance")
    return -torch.cat(
        [
            log_mean_exp(model.log_weights(examples[slice(at, at + MAX_LIKELIHOOD_ROWS)], draws, noise))
            for at in range(0, len(examples), MAX_LIKELIHOOD_ROWS)
        ]
    )


def _device(model: nn.Module) -> torch.device:
    return next(model.parameters()).device


def _learning_rate_factor(step: int, last_step: int) -> float:
    warmup = min(LEARNING_RATE_WARMUP_STEPS, max(1, last_step // 10))  # a short run warms up for a tenth of its steps
    return min(1.0, (step + 1) / warmup) * 0.5 * (1 + math.cos(math.pi * step / last_step))


@torch.no_grad()
def _update_average(average: nn.Module, model: nn.Module, decay: float) -> None:
    for mean, weight in zip(average.parameters(), model.parameters(), strict=True):
        mean.lerp_(weight, 1 - decay)
