"""The paper's pattern VAE: one flat latent, Bernoulli output, bars of 4/4 without velocity and offset."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from clave.music.shapes import Float
from clave.music.units import COMMON_TIME, Meter, steps_per_bar
from clave.training.models.bars import VOICE_COUNT, Bars
from clave.training.models.condition import Condition
from clave.training.models.map_search import hit_cross_entropy
from clave.training.models.noise import Noise
from clave.training.models.onnx_graph import ModelMethod, OnnxGraph
from clave.training.models.rhythm_model import RhythmModel, RhythmModelConfig
from clave.training.models.settings import Size
from clave.training.models.vae import Gaussian, importance_weights

PAPER_STEPS = steps_per_bar(COMMON_TIME)
PAPER_CELLS = VOICE_COUNT * PAPER_STEPS


@dataclass(frozen=True)
class PaperConfig(RhythmModelConfig):
    """The paper's pattern VAE, section 1 of its experiments: 512-800-latent-800-512."""

    meters: ClassVar[tuple[Meter, ...]] = (COMMON_TIME,)
    step_count: ClassVar[int] = PAPER_STEPS

    latent_size: Size = 2
    hidden: Size = 800

    def build(self) -> "PaperVAE":
        """The model, with fresh weights."""
        return PaperVAE(self)


class PaperVAE(RhythmModel):
    """The paper's own model: its latent is the map, and there is no detail."""

    def __init__(self, config: PaperConfig) -> None:
        super().__init__()
        self.map_size, self.detail_size = config.latent_size, 0
        self.hidden = nn.Sequential(nn.Linear(PAPER_CELLS, config.hidden), nn.ReLU())
        self.latent = nn.Linear(config.hidden, 2 * config.latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(config.latent_size, config.hidden), nn.ReLU(), nn.Linear(config.hidden, PAPER_CELLS)
        )

    def posterior(self, velocity: Float[Tensor, "batch voice step"]) -> Gaussian:
        """q(z | hits)."""
        return Gaussian.from_parameters(self.latent(self.hidden((velocity > 0).float().flatten(1))))

    def encode_map(
        self,
        velocity: Float[Tensor, "batch voice step"],
        offset: Float[Tensor, "batch voice step"],  # noqa: ARG002  # the paper's model knows hits alone
        meter: Float[Tensor, "batch meter"],  # noqa: ARG002
    ) -> Float[Tensor, "batch map"]:
        """The mean of q(z | hits)."""
        return self.posterior(velocity).mean

    def decode(self, latent: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch voice step"]:
        """The logits of a hit."""
        return self.decoder(latent).unflatten(-1, (VOICE_COUNT, PAPER_STEPS))

    def decode_map(self, condition: Condition) -> Float[Tensor, "batch voice step"]:
        """The logits of a hit at a map point; the model knows neither style, section nor meter."""
        return self.decode(condition.map)

    def losses(self, batch: Bars, noise: Noise) -> dict[str, Tensor]:
        """Equation 3 of the paper in two parts: reconstruction and divergence from the prior."""
        posterior = self.posterior(batch.velocity)
        return {
            "hits": hit_cross_entropy(self.decode(posterior.sample(noise)), batch).mean(),
            "kl_map": posterior.kl_to(posterior.standard()).sum(-1).mean(),
        }

    def log_weights(self, batch: Bars, draws: int, noise: torch.Generator) -> Float[Tensor, "draw batch"]:
        """Importance weights of each bar, drawn from the posterior."""
        return importance_weights(
            self.posterior(batch.velocity), lambda z: -hit_cross_entropy(self.decode(z), batch), draws, noise
        )

    def onnx_graphs(self) -> Mapping[str, OnnxGraph]:
        """The encoder and the decoder."""
        bar, point = torch.zeros(2, VOICE_COUNT, PAPER_STEPS), torch.zeros(2, self.map_size)

        def encode(velocity: Tensor) -> Tensor:
            return self.posterior(velocity).mean

        return {
            "encoder": OnnxGraph(ModelMethod(self, encode), {"velocity": bar}, ("map",)),
            "map_decoder": OnnxGraph(ModelMethod(self, self.decode), {"map": point}, ("hit_logit",)),
        }
