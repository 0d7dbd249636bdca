"""The networks of the baselines: flat VAEs, an autoregressive GRU, and classifiers of styles."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from clave.evaluation.rhythm.beats import Beats
from clave.music.shapes import Float, Int
from clave.training.models.noise import Noise
from clave.training.models.vae import VAE, Gaussian, LikelihoodVAE, importance_weights

VOICE_COUNT, STEP_COUNT = 8, 64
CELLS = VOICE_COUNT * STEP_COUNT


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
    """A VAE of the hits alone, whose cells are independent given the latent."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module, latent_size: int) -> None:
        super().__init__()
        self.map_size, self.detail_size = latent_size, 0
        self.encoder, self.decoder = encoder, decoder

    def posterior(self, rows: Rows) -> Gaussian:
        """q(z | bar)."""
        return Gaussian.from_parameters(self.encoder(rows.hits))

    def logits(self, z: Float[Tensor, "row latent"]) -> Float[Tensor, "row cell"]:
        """The logit of a hit in each cell."""
        return self.decoder(z)

    def losses(self, batch: Rows, noise: Noise) -> dict[str, Tensor]:
        """Reconstruction and divergence from the prior, the two parts of the evidence lower bound."""
        posterior = self.posterior(batch)
        hits = cross_entropy(self.logits(posterior.sample(noise)), batch.hits)
        return {"hits": hits.mean(), "kl": posterior.kl_to(posterior.standard()).sum(-1).mean()}

    def log_weights(self, batch: Rows, draws: int, noise: torch.Generator) -> Float[Tensor, "draw batch"]:
        """Importance weights of each bar, drawn from the posterior."""
        return importance_weights(
            self.posterior(batch), lambda z: -cross_entropy(self.logits(z), batch.hits), draws, noise
        )


class RhythmVAENetwork(FlatVAE):
    """The dense network of M4L.RhythmVAE (Tokui 2019): hits, velocities and offsets, each with layers of its own.

    512 units a layer, batch norm and leaky ReLU; without the counts that later versions give to the decoder too.
    """

    def __init__(self, latent_size: int = 2, width: int = 512) -> None:
        def dense(inputs: int) -> nn.Sequential:
            norm = nn.BatchNorm1d(width, eps=1e-3, momentum=0.01)  # the defaults of Keras
            return nn.Sequential(nn.Linear(inputs, width), norm, nn.LeakyReLU(0.3))

        super().__init__(
            nn.Sequential(dense(3 * width), nn.Linear(width, 2 * latent_size)),
            nn.Sequential(dense(latent_size), dense(width)),
            latent_size,
        )
        self.input_layers = nn.ModuleList(dense(CELLS) for _ in range(3))
        self.output_layers = nn.ModuleList(nn.Sequential(dense(width), nn.Linear(width, CELLS)) for _ in range(3))

    def posterior(self, rows: Rows) -> Gaussian:
        """q(z | bar)."""
        features = (rows.hits, rows.velocity.flatten(1), rows.hits * rows.offset.flatten(1) / 2)
        hidden = torch.cat([layer(each) for layer, each in zip(self.input_layers, features, strict=True)], dim=1)
        return Gaussian.from_parameters(self.encoder(hidden))

    def logits(self, z: Float[Tensor, "row latent"]) -> Float[Tensor, "row cell"]:
        """Those of the output layer of the hits."""
        return self.output_layers[0](self.decoder(z))

    def losses(self, batch: Rows, noise: Noise) -> dict[str, Tensor]:
        """The evidence lower bound in two parts, and squared errors of velocity and offset over all cells."""
        posterior = self.posterior(batch)
        hits, velocity, offset = (layer(self.decoder(posterior.sample(noise))) for layer in self.output_layers)
        target_velocity, target_offset = batch.velocity.flatten(1), batch.hits * batch.offset.flatten(1) / 2
        return {
            "hits": cross_entropy(hits, batch.hits).mean(),
            "velocity": (torch.sigmoid(velocity) - target_velocity).square().sum(-1).mean(),
            "offset": (torch.tanh(offset) - target_offset).square().sum(-1).mean(),
            "kl": posterior.kl_to(posterior.standard()).sum(-1).mean(),
        }


class StepGRU(VAE[Rows]):
    """An autoregressive model of a bar, all eight voices of a step at once: no latent, an exact likelihood."""

    def __init__(self, width: int = 128) -> None:
        super().__init__()
        self.map_size = self.detail_size = 0
        self.input = nn.Linear(VOICE_COUNT, width)
        self.position = nn.Parameter(torch.zeros(STEP_COUNT, width))
        self.gru = nn.GRU(width, width, batch_first=True)
        self.output = nn.Sequential(nn.Dropout(0.2), nn.Linear(width, VOICE_COUNT))

    def logits(self, rows: Rows) -> Float[Tensor, "bar 8 64"]:
        """The logit of a hit in each cell, given the steps before."""
        steps = (rows.velocity > 0).float().transpose(1, 2)
        before = functional.pad(steps, (0, 0, 1, 0))[:, :-1]
        return self.output(self.gru(self.input(before) + self.position)[0]).transpose(1, 2)

    def bar_nll(self, rows: Rows) -> Float[Tensor, " bar"]:
        """-log p(hits) of each bar, in nats."""
        return cross_entropy(self.logits(rows).flatten(1), rows.hits)

    def losses(self, batch: Rows, noise: Noise) -> dict[str, Tensor]:  # noqa: ARG002
        """The negative log likelihood."""
        return {"hits": self.bar_nll(batch).mean()}

    @torch.no_grad()
    def nll(self, beats: Beats) -> float:
        """-log p(hits) in nats a bar, the mean over bars."""
        return float(self.bar_nll(Rows.of(beats)).mean())


class Classifier(VAE[Rows]):
    """Predicts the style of a bar from its hits; with `dynamics` from velocities and offsets too.

    With a `bottleneck`, through no more than so many numbers.
    """

    def __init__(self, styles: int, *, dynamics: bool = False, bottleneck: int | None = None, width: int = 256) -> None:
        super().__init__()
        self.map_size = self.detail_size = 0
        self.dynamics = dynamics
        neck = [] if bottleneck is None else [nn.Linear(width, bottleneck), nn.Linear(bottleneck, width), nn.SiLU()]
        self.network = nn.Sequential(
            nn.Linear(3 * CELLS if dynamics else CELLS, width), nn.LayerNorm(width), nn.SiLU(), nn.Dropout(0.4),
            nn.Linear(width, width), nn.LayerNorm(width), nn.SiLU(), nn.Dropout(0.4),
            *neck, nn.Linear(width, styles),
        )  # fmt: skip

    def logits(self, rows: Rows) -> Float[Tensor, "bar style"]:
        """The logit of each style."""
        features = [rows.hits]
        if self.dynamics:
            features += [rows.velocity.flatten(1), rows.hits * rows.offset.flatten(1)]
        return self.network(torch.cat(features, dim=1))

    def losses(self, batch: Rows, noise: Noise) -> dict[str, Tensor]:  # noqa: ARG002
        """Cross-entropy over the bars whose style is known."""
        return {"style": functional.cross_entropy(self.logits(batch), batch.style, ignore_index=-1)}

    @torch.no_grad()
    def predict(self, beats: Beats) -> Int[np.ndarray, " bar"]:
        """The likeliest style of each bar."""
        return self.logits(Rows.of(beats)).argmax(dim=1).numpy()


def cross_entropy(logits: Float[Tensor, "row cell"], hits: Float[Tensor, "row cell"]) -> Float[Tensor, " row"]:
    """-log p(hits) of independent cells, in nats a bar."""
    return functional.binary_cross_entropy_with_logits(logits, hits, reduction="none").sum(-1)
