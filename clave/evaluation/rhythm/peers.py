"""Other models of bars, made anew from the beats that a space has learned from: what its figures are held against."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int
from torch import Tensor, nn
from torch.nn import functional

from clave.evaluation.rhythm.beats import Beats
from clave.rhythm.scores import best_threshold
from clave.training import recipes
from clave.training.loop import Recipe, begin, fit, negative_log_likelihood, score
from clave.training.models.vae import VAE, Config, Gaussian, LikelihoodVAE

VOICE_COUNT, STEP_COUNT = 8, 64
CELLS = VOICE_COUNT * STEP_COUNT
COMPONENTS = (32, 64)
PATIENCE_EPOCHS = 5
MAP_LIMIT, LATTICE_STEP = 3.5, 0.07  # where a bar is looked for on a plane, and how closely at first
AT_ONCE = 4096  # rows

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True)
class Rows:
    """Beats as tensors."""

    velocity: Float[Tensor, "bar 8 64"]
    offset: Float[Tensor, "bar 8 64"]
    style: Int[Tensor, " bar"]  # -1 is unknown

    @classmethod
    def of(cls, beats: Beats) -> "Rows":
        """The same bars."""
        return cls(*(torch.from_numpy(each) for each in (beats.velocity, beats.offset, beats.style)))

    @property
    def hits(self) -> Float[Tensor, "bar cell"]:
        """1 where a stroke is, else 0, cells in a row."""
        return (self.velocity > 0).float().flatten(1)

    def __len__(self) -> int:
        return len(self.style)

    def __getitem__(self, rows: slice | Tensor) -> "Rows":
        return Rows(self.velocity[rows], self.offset[rows], self.style[rows])

    def to(self, device: str | torch.device) -> "Rows":
        """The same there."""
        return Rows(self.velocity.to(device), self.offset.to(device), self.style.to(device))


class FlatVAE(LikelihoodVAE[Rows]):
    """One latent, and cells that know nothing of each other once it is given: hits alone."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module, latent_size: int) -> None:
        super().__init__()
        self.map_size, self.detail_size = latent_size, 0
        self.encoder, self.decoder = encoder, decoder

    def posterior(self, rows: Rows) -> Gaussian:
        """q(z | bar)."""
        return Gaussian.from_parameters(self.encoder(rows.hits))

    def logits(self, z: Float[Tensor, "row latent"]) -> Float[Tensor, "row cell"]:
        """How likely a hit is in each cell, as a logit."""
        return self.decoder(z)

    def losses(self, batch: Rows, noise: torch.Generator) -> dict[str, Tensor]:
        """The two parts of the bound."""
        posterior = self.posterior(batch)
        hits = cross_entropy(self.logits(posterior.sample(noise)), batch.hits)
        return {"hits": hits.mean(), "kl": posterior.kl_to(posterior.standard()).sum(-1).mean()}

    def log_weights(self, batch: Rows, draws: int, noise: torch.Generator) -> Float[Tensor, "draw batch"]:
        """Importance weights of each bar, drawn from the posterior."""
        posterior = self.posterior(batch)
        weights: list[Tensor] = []
        for _ in range(draws):
            z = posterior.sample(noise)
            prior = posterior.standard().log_density(z) - posterior.log_density(z)
            weights.append(prior - cross_entropy(self.logits(z), batch.hits))
        return torch.stack(weights)


class RhythmVAENetwork(FlatVAE):
    """The dense network of M4L.RhythmVAE (Tokui 2019): hits, velocities and offsets, each with its way in and out.

    512 units a layer, batch norm and leaky ReLU; without the counts that later versions also tell the decoder.
    """

    def __init__(self, latent_size: int = 2, width: int = 512) -> None:
        def dense(inputs: int) -> nn.Sequential:
            norm = nn.BatchNorm1d(width, eps=1e-3, momentum=0.01)  # as Keras has them
            return nn.Sequential(nn.Linear(inputs, width), norm, nn.LeakyReLU(0.3))

        super().__init__(
            nn.Sequential(dense(3 * width), nn.Linear(width, 2 * latent_size)),
            nn.Sequential(dense(latent_size), dense(width)),
            latent_size,
        )
        self.ways_in = nn.ModuleList(dense(CELLS) for _ in range(3))
        self.ways_out = nn.ModuleList(nn.Sequential(dense(width), nn.Linear(width, CELLS)) for _ in range(3))

    def posterior(self, rows: Rows) -> Gaussian:
        """q(z | bar)."""
        features = (rows.hits, rows.velocity.flatten(1), rows.hits * rows.offset.flatten(1) / 2)
        seen = torch.cat([way(each) for way, each in zip(self.ways_in, features, strict=True)], dim=1)
        return Gaussian.from_parameters(self.encoder(seen))

    def logits(self, z: Float[Tensor, "row latent"]) -> Float[Tensor, "row cell"]:
        """The first of the ways out."""
        return self.ways_out[0](self.decoder(z))

    def losses(self, batch: Rows, noise: torch.Generator) -> dict[str, Tensor]:
        """The bound, and squared errors of velocity and offset over all cells."""
        posterior = self.posterior(batch)
        hits, velocity, offset = (way(self.decoder(posterior.sample(noise))) for way in self.ways_out)
        played = batch.velocity.flatten(1), batch.hits * batch.offset.flatten(1) / 2
        return {
            "hits": cross_entropy(hits, batch.hits).mean(),
            "velocity": (torch.sigmoid(velocity) - played[0]).square().sum(-1).mean(),
            "offset": (torch.tanh(offset) - played[1]).square().sum(-1).mean(),
            "kl": posterior.kl_to(posterior.standard()).sum(-1).mean(),
        }


class StepGRU(VAE[Rows]):
    """Writes a bar step by step, eight voices at a time, given the steps before: no latent, an exact likelihood."""

    def __init__(self, width: int = 128) -> None:
        super().__init__()
        self.map_size = self.detail_size = 0
        self.inward = nn.Linear(VOICE_COUNT, width)
        self.place = nn.Parameter(torch.zeros(STEP_COUNT, width))
        self.memory = nn.GRU(width, width, batch_first=True)
        self.outward = nn.Sequential(nn.Dropout(0.2), nn.Linear(width, VOICE_COUNT))

    def logits(self, rows: Rows) -> Float[Tensor, "bar 8 64"]:
        """How likely a hit is in each cell, given the steps before: as a logit."""
        steps = (rows.velocity > 0).float().transpose(1, 2)
        before = functional.pad(steps, (0, 0, 1, 0))[:, :-1]
        return self.outward(self.memory(self.inward(before) + self.place)[0]).transpose(1, 2)

    def surprise(self, rows: Rows) -> Float[Tensor, " bar"]:
        """-log p(hits) of each bar, in nats."""
        return cross_entropy(self.logits(rows).flatten(1), rows.hits)

    def losses(self, batch: Rows, noise: torch.Generator) -> dict[str, Tensor]:  # noqa: ARG002
        """Nothing but the likelihood."""
        return {"hits": self.surprise(batch).mean()}

    @torch.no_grad()
    def nats(self, beats: Beats) -> float:
        """-log p(hits) in nats a bar."""
        return float(self.surprise(Rows.of(beats)).mean())


class Classifier(VAE[Rows]):
    """Tells the style of a bar from its hits, or from velocities and offsets too; through few numbers if asked to."""

    def __init__(self, styles: int, *, feel: bool = False, bottleneck: int | None = None, width: int = 256) -> None:
        super().__init__()
        self.map_size = self.detail_size = 0
        self.feel = feel
        neck = [] if bottleneck is None else [nn.Linear(width, bottleneck), nn.Linear(bottleneck, width), nn.SiLU()]
        self.network = nn.Sequential(
            nn.Linear(3 * CELLS if feel else CELLS, width), nn.LayerNorm(width), nn.SiLU(), nn.Dropout(0.4),
            nn.Linear(width, width), nn.LayerNorm(width), nn.SiLU(), nn.Dropout(0.4),
            *neck, nn.Linear(width, styles),
        )  # fmt: skip

    def scores(self, rows: Rows) -> Float[Tensor, "bar style"]:
        """The logarithm of how likely each style is, up to a constant."""
        strokes = [rows.hits]
        if self.feel:
            strokes += [rows.velocity.flatten(1), rows.hits * rows.offset.flatten(1)]
        return self.network(torch.cat(strokes, dim=1))

    def losses(self, batch: Rows, noise: torch.Generator) -> dict[str, Tensor]:  # noqa: ARG002
        """Cross-entropy of the styles that are known."""
        return {"style": functional.cross_entropy(self.scores(batch), batch.style, ignore_index=-1)}

    @torch.no_grad()
    def says(self, beats: Beats) -> Int[np.ndarray, " bar"]:
        """The likeliest style of each bar."""
        return self.scores(Rows.of(beats)).argmax(dim=1).numpy()


def cross_entropy(logits: Float[Tensor, "row cell"], hits: Float[Tensor, "row cell"]) -> Float[Tensor, " row"]:
    """-log p(hits), in nats a bar."""
    return functional.binary_cross_entropy_with_logits(logits, hits, reduction="none").sum(-1)


@dataclass(frozen=True)
class Built(Config):
    """A model that a function makes."""

    model: Callable[[], VAE[Any]]

    def build(self) -> VAE[Any]:
        """The model, with fresh weights."""
        return self.model()


def deep(latent_size: int, beta: float) -> Recipe:
    """A plain VAE of today: 512-512 with layer norm and SiLU."""

    def network(inputs: int, outputs: int) -> nn.Sequential:
        layers = [nn.Linear(inputs, 512), nn.LayerNorm(512), nn.SiLU(), nn.Linear(512, 512), nn.LayerNorm(512)]
        return nn.Sequential(*layers, nn.SiLU(), nn.Linear(512, outputs))

    return Recipe(
        name=f"plain VAE, {latent_size}-D, beta {beta:g}",
        model=Built(lambda: FlatVAE(network(CELLS, 2 * latent_size), network(latent_size, CELLS), latent_size)),
        weights={"kl": beta}, warmed=("kl",), warmup_epochs=3, epochs=30, patience_epochs=PATIENCE_EPOCHS,
        annealed=True,
    )  # fmt: skip


def paper() -> Recipe:
    """The paper's pattern VAE, 512-800-2-800-512 with ReLU, in batches of 8 with beta 4; stopped before it overfits."""
    return replace(
        recipes.paper(),
        name="the paper's model",
        model=Built(
            lambda: FlatVAE(
                nn.Sequential(nn.Linear(CELLS, 800), nn.ReLU(), nn.Linear(800, 4)),
                nn.Sequential(nn.Linear(2, 800), nn.ReLU(), nn.Linear(800, CELLS)),
                latent_size=2,
            )
        ),
        weights={"kl": 4.0}, warmed=("kl",), warmup_epochs=5, epochs=40, patience_epochs=PATIENCE_EPOCHS,
    )  # fmt: skip


def rhythm_vae() -> Recipe:
    """M4L.RhythmVAE's network and losses, with Adam and batches of 64 as there; stopped before it overfits."""
    return Recipe(
        name="RhythmVAE's network", model=Built(RhythmVAENetwork), weights={"velocity": 2.5, "offset": 5.0}, warmed=(),
        batch_size=64, epochs=40, patience_epochs=PATIENCE_EPOCHS,
    )  # fmt: skip


def gru() -> Recipe:
    """The GRU without a latent."""
    return Recipe(
        name="GRU, step by step", model=Built(StepGRU), epochs=10, patience_epochs=2, batch_size=64, learning_rate=3e-3,
        annealed=True,
    )  # fmt: skip


def classifier(styles: int, *, feel: bool = False, bottleneck: int | None = None) -> Recipe:
    """One that tells styles."""
    sees, through = "hits and feel" if feel else "hits", "" if bottleneck is None else f", {bottleneck}-D"
    return Recipe(
        name=f"a classifier of {sees}{through}",
        model=Built(lambda: Classifier(styles, feel=feel, bottleneck=bottleneck)),
        weight_decay=0.05, epochs=30, patience_epochs=4,
    )  # fmt: skip


def learned(recipe: Recipe, train: Beats, tuning: Beats, tell: Progress | None = None) -> Any:
    """The model as it was after the epoch that was best on the tuning part."""
    run, rows, held_out = begin(recipe), Rows.of(train), Rows.of(tuning)
    best, kept, best_epoch = math.inf, run.model.state_dict(), 0
    per_epoch = max(1, len(rows) // recipe.batch_size)
    for progress in fit(run, rows):
        if progress.step % per_epoch:
            continue
        epoch = progress.step // per_epoch
        total = score(run.model.eval(), held_out, recipe)["total"]
        run.model.train()
        if total < best:
            best, kept, best_epoch = total, copy.deepcopy(run.model.state_dict()), epoch
        if tell is not None:
            tell(f"teaching {recipe.name}", epoch, recipe.epochs)
        if recipe.patience_epochs is not None and epoch - best_epoch >= recipe.patience_epochs:
            break
    run.model.load_state_dict(kept)
    return run.model.eval().requires_grad_(False)


@dataclass(frozen=True)
class Latent:
    """A flat VAE that has learned, and the logit above which it strikes."""

    model: FlatVAE
    threshold: float

    @classmethod
    def of(cls, model: FlatVAE, tuning: Beats) -> "Latent":
        """With the threshold that is best on the tuning part."""
        fresh = cls(model, 0.0)
        return replace(fresh, threshold=best_threshold(fresh.logits(fresh.guess(tuning)), tuning.hits))

    @torch.no_grad()
    def guess(self, beats: Beats) -> Float32[np.ndarray, "bar latent"]:
        """Where the encoder puts these bars."""
        return self.model.posterior(Rows.of(beats)).mean.numpy()

    @torch.no_grad()
    def logits(self, points: Float32[np.ndarray, "row latent"]) -> Float32[np.ndarray, "row 8 64"]:
        """What the decoder says of each cell."""
        parts = [self.model.logits(part) for part in torch.from_numpy(points).split(AT_ONCE)]
        return torch.cat(parts).unflatten(1, (VOICE_COUNT, STEP_COUNT)).numpy()

    def hits(self, points: Float32[np.ndarray, "row latent"]) -> Bool[np.ndarray, "row 8 64"]:
        """The bars at these points."""
        return self.logits(points) > self.threshold

    def likeliest(self, beats: Beats) -> Float32[np.ndarray, "bar latent"]:
        """On a plane: the points likeliest to play these bars, which a space of ours would look for in the same way."""
        strokes = beats.hits.reshape(len(beats), -1).astype(np.float32)
        axis = np.arange(-MAP_LIMIT, MAP_LIMIT, LATTICE_STEP, dtype=np.float32)
        lattice = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
        logit, constant = self._posterior(lattice)
        best = lattice[(strokes @ logit.T + constant).argmax(axis=1)]
        around = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1]), axis=-1).reshape(-1, 2).astype(np.float32)
        for reach in (LATTICE_STEP / 2, LATTICE_STEP / 4):
            tried = [self.guess(beats), *(best + np.float32(reach) * way for way in around)]
            scores = list[Any]()
            for points in tried:
                logit, constant = self._posterior(points)
                scores.append((strokes * logit).sum(axis=1) + constant)
            best = np.stack(tried)[np.argmax(scores, axis=0), np.arange(len(beats))]
        return best

    def surprise(self, beats: Beats, draws: int) -> float:
        """-log p(hits) in nats a bar, by importance sampling."""
        return float(negative_log_likelihood(self.model, Rows.of(beats), draws).mean())

    def _posterior(
        self, points: Float32[np.ndarray, "row latent"]
    ) -> tuple[Float32[np.ndarray, "row cell"], Float32[np.ndarray, " row"]]:
        """The two parts of log p(hits, point): what each stroke adds, and what no stroke changes."""
        logit = self.logits(points).reshape(len(points), -1)
        return logit, -np.logaddexp(0, logit).sum(axis=1) - 0.5 * np.square(points).sum(axis=1)


def principal(size: int, train: Beats, tuning: Beats, held_out: Beats) -> Bool[np.ndarray, "bar 8 64"]:
    """Bars brought back by their first principal components, struck above the threshold that is best on tuning."""
    flat = train.hits.reshape(len(train), -1).astype(np.float32)
    mean = flat.mean(axis=0)
    axes = np.linalg.eigh((flat - mean).T @ (flat - mean))[1][:, -size:]

    def restored(beats: Beats) -> Float[np.ndarray, "bar 8 64"]:
        share = (beats.hits.reshape(len(beats), -1) - mean) @ axes @ axes.T + mean
        return np.clip(share, 0.01, 0.99).reshape(beats.hits.shape)

    def logit(share: Float[np.ndarray, "bar 8 64"]) -> Float[np.ndarray, "bar 8 64"]:
        return np.log(share / (1 - share))

    return logit(restored(held_out)) > best_threshold(logit(restored(tuning)), tuning.hits)
