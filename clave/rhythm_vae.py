"""The models of bars: the paper's pattern VAE, and ours on two levels, the map above and the detail below it."""

from abc import abstractmethod
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional

from clave.kit import VOICES
from clave.pattern import DEFAULT_VELOCITY
from clave.units import COMMON_TIME, STEPS_PER_QUARTER, steps_per_bar
from clave.vae import Config, Gaussian, LikelihoodVAE, residual_network

VOICE_COUNT, STEP_COUNT = len(VOICES), steps_per_bar(COMMON_TIME)
CELLS = VOICE_COUNT * STEP_COUNT
SECTIONS = ("beat", "fill")


@dataclass(frozen=True)
class Bars:
    """A batch of bars."""

    velocity: Float[Tensor, "batch voice step"]  # in [0, 1], 0 is silence
    offset: Float[Tensor, "batch voice step"]  # steps, in [-2, 2)
    style: Float[Tensor, "batch style"]  # weights that add up to 1, or zeros where nobody knows
    section: Int[Tensor, " batch"]  # index into SECTIONS

    @property
    def hits(self) -> Float[Tensor, "batch voice step"]:
        """1 where a stroke is, else 0."""
        return (self.velocity > 0).float()

    def __len__(self) -> int:
        return self.velocity.shape[0]

    def __getitem__(self, rows: slice | Tensor) -> "Bars":
        return Bars(self.velocity[rows], self.offset[rows], self.style[rows], self.section[rows])

    def to(self, device: str | torch.device) -> "Bars":
        """The same bars on another device."""
        return Bars(*(each.to(device) for each in (self.velocity, self.offset, self.style, self.section)))


@dataclass(frozen=True)
class Strokes:
    """What a decoder says of each cell."""

    hit_logit: Float[Tensor, "batch voice step"]
    velocity: Float[Tensor, "batch voice step"]  # in (0, 1), if there is a hit
    offset: Float[Tensor, "batch voice step"]  # steps in (-2, 2), if there is a hit


def chance(share: float, shape: tuple[int, ...], like: Bars, noise: torch.Generator) -> Bool[Tensor, "*shape"]:
    """True for about this share of the cells."""
    return torch.rand(shape, generator=noise, device=like.velocity.device) < share


def without_a_voice(bars: Bars, share: float, noise: torch.Generator) -> Bars:
    """The same bars, but about this share of them with one voice, drawn at random, silent."""
    rows, device = len(bars), bars.velocity.device
    silent = torch.randint(VOICE_COUNT, (rows, 1), generator=noise, device=device) == torch.arange(
        VOICE_COUNT, device=device
    )
    silent &= chance(share, (rows, 1), bars, noise)
    return replace(bars, velocity=bars.velocity * ~silent[:, :, None])


def rotated(bars: Bars, share: float, noise: torch.Generator) -> Bars:
    """The same bars, but about this share of them begun at another quarter, drawn at random."""
    rows, device = len(bars), bars.velocity.device
    quarters = torch.randint(1, STEP_COUNT // STEPS_PER_QUARTER, (rows, 1), generator=noise, device=device)
    shift = quarters * STEPS_PER_QUARTER * chance(share, (rows, 1), bars, noise)
    steps = ((torch.arange(STEP_COUNT, device=device) + shift) % STEP_COUNT)[:, None].expand(-1, VOICE_COUNT, -1)
    return replace(bars, velocity=bars.velocity.gather(2, steps), offset=bars.offset.gather(2, steps))


def hit_cross_entropy(strokes: Strokes, bars: Bars) -> Float[Tensor, " batch"]:
    """-log p(hits), in nats a bar."""
    cells = functional.binary_cross_entropy_with_logits(strokes.hit_logit, bars.hits, reduction="none")
    return cells.sum(dim=(1, 2))


class RhythmModel(LikelihoodVAE[Bars]):
    """A model that a rhythm space can be made of: bar -> (map, detail) -> bar."""

    @abstractmethod
    def see(
        self, velocity: Float[Tensor, "batch voice step"], offset: Float[Tensor, "batch voice step"]
    ) -> Float[Tensor, "batch feature"]:
        """What both encoders see in bars."""

    @abstractmethod
    def locate(self, seen: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch map"]:
        """The mean of q(map | x)."""

    @abstractmethod
    def describe(
        self, seen: Float[Tensor, "batch feature"], point: Float[Tensor, "batch map"]
    ) -> Float[Tensor, "batch detail"]:
        """The mean of q(detail | x, map)."""

    @abstractmethod
    def expect(
        self,
        point: Float[Tensor, "batch map"],
        style: Float[Tensor, "batch style"],
        section: Float[Tensor, "batch section"],
    ) -> Gaussian:
        """p(detail | map, style, section), given style weights (zeros: any style) and section weights."""

    @abstractmethod
    def decode(self, point: Float[Tensor, "batch map"], detail: Float[Tensor, "batch detail"]) -> Strokes:
        """p(x | map, detail)."""


@dataclass(frozen=True)
class PaperConfig(Config):
    """The paper's pattern VAE, section 1 of its experiments: 512-800-latent-800-512."""

    latent_size: int = 2
    hidden: int = 800

    def build(self) -> "PaperVAE":
        """The model, with fresh weights."""
        return PaperVAE(self)


class PaperVAE(RhythmModel):
    """The paper's own model: one flat latent, Bernoulli output, no velocity and no offset."""

    def __init__(self, config: PaperConfig) -> None:
        super().__init__()
        self.map_size, self.detail_size = config.latent_size, 0
        self.hidden = nn.Sequential(nn.Linear(CELLS, config.hidden), nn.ReLU())
        self.latent = nn.Linear(config.hidden, 2 * config.latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(config.latent_size, config.hidden), nn.ReLU(), nn.Linear(config.hidden, CELLS)
        )

    def see(
        self,
        velocity: Float[Tensor, "batch voice step"],
        offset: Float[Tensor, "batch voice step"],  # noqa: ARG002  # the paper's model knows hits alone
    ) -> Float[Tensor, "batch feature"]:
        """The hidden layer of the encoder."""
        return self.hidden((velocity > 0).float().flatten(1))

    def posterior(self, batch: Bars) -> Gaussian:
        """q(z | hits)."""
        return Gaussian.from_parameters(self.latent(self.see(batch.velocity, batch.offset)))

    def locate(self, seen: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch map"]:
        """The mean of the latent."""
        return Gaussian.from_parameters(self.latent(seen)).mean

    def describe(
        self,
        seen: Float[Tensor, "batch feature"],  # noqa: ARG002
        point: Float[Tensor, "batch map"],
    ) -> Float[Tensor, "batch detail"]:
        """Nothing: there is no detail."""
        return point[:, :0]

    def expect(
        self,
        point: Float[Tensor, "batch map"],
        style: Float[Tensor, "batch style"],  # noqa: ARG002
        section: Float[Tensor, "batch section"],  # noqa: ARG002
    ) -> Gaussian:
        """Nothing: there is no detail."""
        return Gaussian(point[:, :0], point[:, :0])

    def decode(
        self,
        point: Float[Tensor, "batch map"],
        detail: Float[Tensor, "batch detail"],  # noqa: ARG002
    ) -> Strokes:
        """Hits as the paper decodes them; every velocity 0.8 and every stroke on its step."""
        logit = self.decoder(point).unflatten(-1, (VOICE_COUNT, STEP_COUNT))
        nothing = 0 * logit  # of the batch's shape in ONNX too, where zeros_like would become a constant
        return Strokes(logit, nothing + DEFAULT_VELOCITY, nothing)

    def losses(self, batch: Bars, noise: torch.Generator) -> dict[str, Tensor]:
        """Equation 3 of the paper in two parts: reconstruction and divergence from the prior."""
        posterior = self.posterior(batch)
        z = posterior.sample(noise)
        return {
            "hits": hit_cross_entropy(self.decode(z, z[:, :0]), batch).mean(),
            "kl_map": posterior.kl_to(posterior.standard()).sum(-1).mean(),
        }

    def log_weight(self, batch: Bars, noise: torch.Generator) -> Float[Tensor, " batch"]:
        """One importance weight a bar."""
        posterior = self.posterior(batch)
        z = posterior.sample(noise)
        prior = posterior.standard()
        likelihood = -hit_cross_entropy(self.decode(z, z[:, :0]), batch)
        return likelihood + prior.log_density(z) - posterior.log_density(z)


@dataclass(frozen=True)
class RhythmConfig(Config):
    """Sizes of the two-level model."""

    styles: int  # how many styles the labels know; 0 is allowed
    detail_size: int = 32
    encoder_width: int = 256
    encoder_blocks: int = 1
    prior_width: int = 256
    prior_blocks: int = 1
    decoder_width: int = 384
    decoder_blocks: int = 2
    velocity_std: float = 0.1  # how closely velocities are asked to be met
    offset_std: float = 0.25  # steps
    style_dropout: float = 0.5  # how often the prior of the detail has to do without the style
    stroke_dropout: float = 0.1  # share of strokes hidden from the encoders in training
    voice_dropout: float = 0.2  # share of bars that are trained on without one of their voices
    rotation: float = 0.2  # share of bars that are trained on from another of their beats

    def build(self) -> "RhythmVAE":
        """The model, with fresh weights."""
        return RhythmVAE(self)


class RhythmVAE(RhythmModel):
    """Two levels: a 2-D map one can click on, and below it the detail that two numbers cannot carry.

    p(x, detail, map) = p(x | map, detail) p(detail | map, style, section) N(map; 0, 1). Style reaches the detail's
    prior and a classifier that reads the map; it reaches neither the map's encoder nor the decoder, so that style has
    to shape the map itself.
    """

    def __init__(self, config: RhythmConfig) -> None:
        super().__init__()
        self.config = config
        self.map_size, self.detail_size = 2, config.detail_size
        width, detail = config.encoder_width, config.detail_size
        self.encoder = residual_network(3 * CELLS, width, config.encoder_blocks, width)
        self.map_head = nn.Linear(width, 2 * self.map_size)
        self.detail_head = residual_network(width + self.map_size, width, 1, 2 * detail)
        self.prior = residual_network(
            self.map_size + config.styles + len(SECTIONS), config.prior_width, config.prior_blocks, 2 * detail
        )
        self.decoder = residual_network(self.map_size + detail, config.decoder_width, config.decoder_blocks, 3 * CELLS)
        self.classifier = (
            residual_network(self.map_size, config.prior_width // 2, 1, config.styles) if config.styles else None
        )

    def see(
        self, velocity: Float[Tensor, "batch voice step"], offset: Float[Tensor, "batch voice step"]
    ) -> Float[Tensor, "batch feature"]:
        """What both encoders see in hits, velocities and offsets."""
        hits = (velocity > 0).float()
        return self.encoder(torch.cat([hits.flatten(1), velocity.flatten(1), (hits * offset).flatten(1)], dim=1))

    def posterior_of_map(self, seen: Float[Tensor, "batch feature"]) -> Gaussian:
        """q(map | x)."""
        return Gaussian.from_parameters(self.map_head(seen))

    def posterior_of_detail(self, seen: Float[Tensor, "batch feature"], point: Float[Tensor, "batch map"]) -> Gaussian:
        """q(detail | x, map)."""
        return Gaussian.from_parameters(self.detail_head(torch.cat([seen, point], dim=1)))

    def locate(self, seen: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch map"]:
        """The mean of q(map | x)."""
        return self.posterior_of_map(seen).mean

    def describe(
        self, seen: Float[Tensor, "batch feature"], point: Float[Tensor, "batch map"]
    ) -> Float[Tensor, "batch detail"]:
        """The mean of q(detail | x, map)."""
        return self.posterior_of_detail(seen, point).mean

    def expect(
        self,
        point: Float[Tensor, "batch map"],
        style: Float[Tensor, "batch style"],
        section: Float[Tensor, "batch section"],
    ) -> Gaussian:
        """p(detail | map, style, section)."""
        return Gaussian.from_parameters(self.prior(torch.cat([point, style, section], dim=1)))

    def decode(self, point: Float[Tensor, "batch map"], detail: Float[Tensor, "batch detail"]) -> Strokes:
        """p(x | map, detail)."""
        cells = self.decoder(torch.cat([point, detail], dim=1)).unflatten(-1, (3, VOICE_COUNT, STEP_COUNT))
        logit, velocity, offset = cells.unbind(dim=1)
        return Strokes(logit, torch.sigmoid(velocity), 2 * torch.tanh(offset))

    def losses(self, batch: Bars, noise: torch.Generator) -> dict[str, Tensor]:
        """The two-level bound in named parts, what the map says alone, and what it says of style."""
        config = self.config
        if self.training:
            batch = rotated(without_a_voice(batch, config.voice_dropout, noise), config.rotation, noise)
            kept = ~chance(config.stroke_dropout, batch.velocity.shape, batch, noise)
            seen = self.see(batch.velocity * kept, batch.offset)
        else:
            seen = self.see(batch.velocity, batch.offset)
        section = functional.one_hot(batch.section, len(SECTIONS)).float()
        told = ~chance(config.style_dropout, (len(batch), 1), batch, noise)

        on_map = self.posterior_of_map(seen)
        point = on_map.sample(noise)
        in_detail = self.posterior_of_detail(seen, point)
        expected = self.expect(point, batch.style * told, section)
        strokes = self.decode(point, in_detail.sample(noise))
        alone = self.decode(point, self.expect(point, torch.zeros_like(batch.style), section).mean)

        parts = {
            "hits": hit_cross_entropy(strokes, batch).mean(),
            "feel": self.feel_error(strokes, batch).mean(),
            "hits_alone": hit_cross_entropy(alone, batch).mean(),
            "feel_alone": self.feel_error(alone, batch).mean(),
            "kl_map": on_map.kl_to(on_map.standard()).sum(-1).mean(),
            "kl_detail": in_detail.kl_to(expected).sum(-1).mean(),
        }
        if self.classifier is not None:
            parts["style"] = -(batch.style * torch.log_softmax(self.classifier(point), dim=-1)).sum(-1).mean()
        return parts

    def feel_error(self, strokes: Strokes, bars: Bars) -> Float[Tensor, " batch"]:
        """-log p(velocity, offset | hits) up to a constant: Gaussians of fixed width, where there is a hit."""
        velocity = ((strokes.velocity - bars.velocity) / self.config.velocity_std).square()
        offset = ((strokes.offset - bars.offset) / self.config.offset_std).square()
        return 0.5 * (bars.hits * (velocity + offset)).sum(dim=(1, 2))

    def log_weight(self, batch: Bars, noise: torch.Generator) -> Float[Tensor, " batch"]:
        """One importance weight a bar, of its hits; the style is not told."""
        seen = self.see(batch.velocity, batch.offset)
        section = functional.one_hot(batch.section, len(SECTIONS)).float()
        on_map = self.posterior_of_map(seen)
        point = on_map.sample(noise)
        in_detail = self.posterior_of_detail(seen, point)
        detail = in_detail.sample(noise)
        expected = self.expect(point, torch.zeros_like(batch.style), section)
        return (
            -hit_cross_entropy(self.decode(point, detail), batch)
            + on_map.standard().log_density(point)
            + expected.log_density(detail)
            - on_map.log_density(point)
            - in_detail.log_density(detail)
        )
