"""Baselines: other models of bars, trained on the same beats as the space that is evaluated."""

import copy
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import nn

from clave.evaluation.rhythm.beats import Beats, EvaluationData
from clave.evaluation.rhythm.networks import (
    CELLS,
    STEP_COUNT,
    VOICE_COUNT,
    Classifier,
    FlatVAE,
    RhythmVAENetwork,
    Rows,
    StepGRU,
)
from clave.music.shapes import Bool, Float, Float32
from clave.rhythm.scores import best_threshold
from clave.training import recipes
from clave.training.loop import Recipe, begin, fit, negative_log_likelihood, score
from clave.training.models.vae import VAE, Config
from clave.training.progress import OnProgress

PCA_SIZES = (32, 64)
PATIENCE_EPOCHS = 5
MAP_LIMIT, LATTICE_STEP = 3.5, 0.07  # of the points that are searched first, on a plane
MAX_ROWS = 4096  # that are decoded at once
PLAIN, PAPER, NETWORK = "plain VAE, 32-D, beta 0.1", "the paper's model", "RhythmVAE's network"
PLANE, GRU = "plain VAE, 2-D, beta 0.5", "GRU, step by step"


@dataclass(frozen=True)
class Model(Config):
    """A model that a function builds."""

    model: Callable[[], VAE[Any]]

    def build(self) -> VAE[Any]:
        """The model, with fresh weights."""
        return self.model()


def plain_vae(latent_size: int, beta: float) -> Recipe:
    """A plain VAE with two hidden layers of 512 units, layer norm and SiLU."""

    def network(inputs: int, outputs: int) -> nn.Sequential:
        layers = [nn.Linear(inputs, 512), nn.LayerNorm(512), nn.SiLU(), nn.Linear(512, 512), nn.LayerNorm(512)]
        return nn.Sequential(*layers, nn.SiLU(), nn.Linear(512, outputs))

    return Recipe(
        name=f"plain VAE, {latent_size}-D, beta {beta:g}",
        model=Model(lambda: FlatVAE(network(CELLS, 2 * latent_size), network(latent_size, CELLS), latent_size)),
        weights={"kl": beta}, warmed=("kl",), warmup_epochs=3, epochs=30, patience_epochs=PATIENCE_EPOCHS,
        annealed=True,
    )  # fmt: skip


def paper_vae() -> Recipe:
    """The paper's pattern VAE, 512-800-2-800-512 with ReLU, in batches of 8 with beta 4; with early stopping."""
    return replace(
        recipes.paper(),
        name="the paper's model",
        model=Model(
            lambda: FlatVAE(
                nn.Sequential(nn.Linear(CELLS, 800), nn.ReLU(), nn.Linear(800, 4)),
                nn.Sequential(nn.Linear(2, 800), nn.ReLU(), nn.Linear(800, CELLS)),
                latent_size=2,
            )
        ),
        weights={"kl": 4.0}, warmed=("kl",), warmup_epochs=5, epochs=40, patience_epochs=PATIENCE_EPOCHS,
    )  # fmt: skip


def rhythm_vae() -> Recipe:
    """M4L.RhythmVAE's network and losses, with Adam and batches of 64 as there; with early stopping."""
    return Recipe(
        name="RhythmVAE's network", model=Model(RhythmVAENetwork), weights={"velocity": 2.5, "offset": 5.0}, warmed=(),
        batch_size=64, epochs=40, patience_epochs=PATIENCE_EPOCHS,
    )  # fmt: skip


def gru() -> Recipe:
    """The autoregressive GRU."""
    return Recipe(
        name="GRU, step by step", model=Model(StepGRU), epochs=10, patience_epochs=2, batch_size=64, learning_rate=3e-3,
        annealed=True,
    )  # fmt: skip


def classifier(styles: int, *, dynamics: bool = False, bottleneck: int | None = None) -> Recipe:
    """A classifier of styles."""
    features, through = "hits and dynamics" if dynamics else "hits", "" if bottleneck is None else f", {bottleneck}-D"
    return Recipe(
        name=f"a classifier of {features}{through}",
        model=Model(lambda: Classifier(styles, dynamics=dynamics, bottleneck=bottleneck)),
        weight_decay=0.05, epochs=30, patience_epochs=4,
    )  # fmt: skip


def train(recipe: Recipe, data: EvaluationData, on_progress: OnProgress | None = None) -> Any:
    """Train a model, and return it as it was after its best epoch on the tuning part.

    The seed of the recipe also seeds the dropout, whose noise PyTorch takes from its global generator.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        return _train(recipe, data, on_progress)


def _train(recipe: Recipe, data: EvaluationData, on_progress: OnProgress | None) -> Any:
    run, rows, tuning = begin(recipe), Rows.of(data.train), Rows.of(data.tuning)
    least, best_state, best_epoch = math.inf, run.model.state_dict(), 0
    per_epoch = max(1, len(rows) // recipe.batch_size)
    for progress in fit(run, rows):
        if progress.step % per_epoch:
            continue
        epoch = progress.step // per_epoch
        total = score(run.model.eval(), tuning, recipe)["total"]
        run.model.train()
        if total < least:
            least, best_state, best_epoch = total, copy.deepcopy(run.model.state_dict()), epoch
        if on_progress is not None:
            on_progress(f"training {recipe.name}", epoch, recipe.epochs)
        if recipe.patience_epochs is not None and epoch - best_epoch >= recipe.patience_epochs:
            break
    run.model.load_state_dict(best_state)
    return run.model.eval().requires_grad_(False)


@dataclass(frozen=True)
class TrainedVAE:
    """A flat VAE after training, and the threshold above which a logit is a hit."""

    model: FlatVAE
    threshold: float

    @classmethod
    def tuned(cls, model: FlatVAE, tuning: Beats) -> "TrainedVAE":
        """With the threshold that is best on the tuning part."""
        untuned = cls(model, 0.0)
        return replace(untuned, threshold=best_threshold(untuned.logits(untuned.encode(tuning)), tuning.hits))

    @torch.no_grad()
    def encode(self, beats: Beats) -> Float32[np.ndarray, "bar latent"]:
        """The mean of q(z | bar) for each bar."""
        return self.model.posterior(Rows.of(beats)).mean.numpy()

    @torch.no_grad()
    def logits(self, points: Float32[np.ndarray, "row latent"]) -> Float32[np.ndarray, "row 8 64"]:
        """The logit of a hit in each cell."""
        parts = [self.model.logits(part) for part in torch.from_numpy(points).split(MAX_ROWS)]
        return torch.cat(parts).unflatten(1, (VOICE_COUNT, STEP_COUNT)).numpy()

    def hits(self, points: Float32[np.ndarray, "row latent"]) -> Bool[np.ndarray, "row 8 64"]:
        """The hits of the bars that these points decode to."""
        return self.logits(points) > self.threshold

    def most_likely_points(self, beats: Beats) -> Float32[np.ndarray, "bar latent"]:
        """On a plane: the point with the highest posterior density for each bar, searched for as our own space does."""
        hits = beats.hits.reshape(len(beats), -1).astype(np.float32)
        axis = np.arange(-MAP_LIMIT, MAP_LIMIT, LATTICE_STEP, dtype=np.float32)
        lattice = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
        logit, constant = self._posterior(lattice)
        best = lattice[(hits @ logit.T + constant).argmax(axis=1)]
        around = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1]), axis=-1).reshape(-1, 2).astype(np.float32)
        for reach in (LATTICE_STEP / 2, LATTICE_STEP / 4):
            candidates = [self.encode(beats), *(best + np.float32(reach) * direction for direction in around)]
            scores = list[Any]()
            for points in candidates:
                logit, constant = self._posterior(points)
                scores.append((hits * logit).sum(axis=1) + constant)
            best = np.stack(candidates)[np.argmax(scores, axis=0), np.arange(len(beats))]
        return best

    def nll(self, beats: Beats, draws: int) -> float:
        """-log p(hits) in nats a bar, the mean over bars, estimated by importance sampling."""
        return float(negative_log_likelihood(self.model, Rows.of(beats), draws).mean())

    def _posterior(
        self, points: Float32[np.ndarray, "row latent"]
    ) -> tuple[Float32[np.ndarray, "row cell"], Float32[np.ndarray, " row"]]:
        """Log p(hits, point) as a linear function of the hits: its coefficients, and its constant."""
        logit = self.logits(points).reshape(len(points), -1)
        return logit, -np.logaddexp(0, logit).sum(axis=1) - 0.5 * np.square(points).sum(axis=1)


def pca_reconstruction(size: int, train: Beats, tuning: Beats, held_out: Beats) -> Bool[np.ndarray, "bar 8 64"]:
    """The hits that so many principal components give back, with the threshold that is best on the tuning part."""
    flat = train.hits.reshape(len(train), -1).astype(np.float32)
    mean = flat.mean(axis=0)
    axes = np.linalg.eigh((flat - mean).T @ (flat - mean))[1][:, -size:]

    def restored(beats: Beats) -> Float[np.ndarray, "bar 8 64"]:
        share = (beats.hits.reshape(len(beats), -1) - mean) @ axes @ axes.T + mean
        return np.clip(share, 0.01, 0.99).reshape(beats.hits.shape)

    def logit(share: Float[np.ndarray, "bar 8 64"]) -> Float[np.ndarray, "bar 8 64"]:
        return np.log(share / (1 - share))

    return logit(restored(held_out)) > best_threshold(logit(restored(tuning)), tuning.hits)


@dataclass(frozen=True)
class Baselines:
    """All models that a space is compared with."""

    vaes: Mapping[str, TrainedVAE]
    gru: StepGRU
    classifiers: Mapping[str, Classifier]  # of styles, with bottlenecks as small as a map and as a small detail


def train_all(data: EvaluationData, on_progress: OnProgress | None = None) -> Baselines:
    """Train every baseline on the same beats as the space."""
    recipes_by_name = {PLAIN: plain_vae(32, 0.1), PAPER: paper_vae(), PLANE: plain_vae(2, 0.5), NETWORK: rhythm_vae()}
    vaes = {
        name: TrainedVAE.tuned(train(recipe, data, on_progress), data.tuning)
        for name, recipe in recipes_by_name.items()
    }
    classifiers = {
        f"classifier, {size}-D": train(classifier(len(data.styles), bottleneck=size), data, on_progress)
        for size in (2, 16)
    }
    return Baselines(vaes, train(gru(), data, on_progress), classifiers)
