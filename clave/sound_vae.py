"""The model of one-shots: a map for each voice, and the detail below it that two numbers cannot carry."""

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from clave.kit import VOICES
from clave.spectrum import BANDS, FLOOR, DrumSpectrum, Spectrum
from clave.vae import VAE, Config, Gaussian, residual_network

VOICE_COUNT = len(VOICES)
FRAMES = 64
CENTRE, SPREAD = -4.0, 3.0  # of log magnitudes, natural logarithms: what a network sees lies around [-1, 2]
QUIETEST = math.log(FLOOR)


@dataclass(frozen=True)
class Sounds:
    """A batch of one-shots."""

    picture: Float[Tensor, "batch band frame"]  # log magnitudes, of the model's spectrum
    voice: Int[Tensor, " batch"]  # index into VOICES
    weight: Float[Tensor, " batch"]  # how much each counts in learning, about 1

    def __len__(self) -> int:
        return self.picture.shape[0]

    def __getitem__(self, rows: slice | Tensor) -> "Sounds":
        return Sounds(self.picture[rows], self.voice[rows], self.weight[rows])

    def to(self, device: str | torch.device) -> "Sounds":
        """The same sounds on another device."""
        return Sounds(self.picture.to(device), self.voice.to(device), self.weight.to(device))

    @property
    def voices(self) -> Float[Tensor, "batch voice"]:
        """1 for the voice of each sound, 0 for the others."""
        return functional.one_hot(self.voice, VOICE_COUNT).to(self.weight.dtype)


def tilted(sounds: Sounds, most: float, noise: torch.Generator) -> Sounds:
    """The same sounds a little brighter or darker: magnitudes times up to e^most at one end, e^-most at the other."""
    device = sounds.picture.device
    slope = most * (2 * torch.rand(len(sounds), 1, 1, generator=noise, device=device) - 1)
    gain = torch.exp(slope * torch.linspace(-1, 1, sounds.picture.shape[1], device=device)[:, None])
    heard = (sounds.picture.exp() - FLOOR).clamp(min=0)
    return Sounds(torch.log(heard * gain + FLOOR), sounds.voice, sounds.weight)


class OneShotConfig(Config):
    """The settings of a model of one-shots."""

    unit: ClassVar[str]  # of its loss
    variants: ClassVar[int]  # of each sound, that it usually learns from besides

    @abstractmethod
    def spectrum(self) -> Spectrum:
        """What it sees in sounds."""


@dataclass(frozen=True)
class SoundConfig(OneShotConfig):
    """Sizes of the two-level model."""

    unit: ClassVar[str] = "nats a cell"
    variants: ClassVar[int] = 2

    detail_size: int = 64
    channels: int = 192  # of the convolutions over time
    width: int = 256  # of the layers between them and the latents
    least_std: float = 0.15  # natural logarithms, 1.3 dB: the likelihood stays finite
    most_std: float = 2.0
    tilt: float = 0.3  # natural logarithms, 2.6 dB: brightness of the sounds that are trained on
    alone_share: float = 0.25  # of each batch is also decoded from the map alone

    def build(self) -> "SoundVAE":
        """The model, with fresh weights."""
        return SoundVAE(self)

    def spectrum(self) -> Spectrum:
        """Ours."""
        return DrumSpectrum()


class Deeper(nn.Module):
    """Half as many frames: convolution over time, norm, SiLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(inputs, outputs, 5, stride=2, padding=2)
        self.norm = nn.GroupNorm(8, outputs)

    def forward(self, x: Float[Tensor, "batch band frame"]) -> Float[Tensor, "batch channel half"]:
        """Bands are channels: a band has its own weights, a moment has not."""
        return functional.silu(self.norm(self.convolution(x)))


class Shallower(nn.Module):
    """Twice as many frames: each twice, convolution over time, norm, SiLU."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(channels, channels, 3, padding=1)
        self.norm = nn.GroupNorm(8, channels)

    def forward(self, x: Float[Tensor, "batch channel frame"]) -> Float[Tensor, "batch channel double"]:
        """The pair of `Deeper` in shape."""
        doubled = x.unsqueeze(-1).expand(-1, -1, -1, 2).flatten(2)
        return functional.silu(self.norm(self.convolution(doubled)))


class SoundVAE(VAE[Sounds]):
    """p(x, detail, map | voice) = p(x | map, detail, voice) p(detail | map, voice) N(map; 0, 1).

    Every voice has a map of its own. The likelihood is a Gaussian over log magnitudes whose standard deviation the
    decoder chooses within bounds.
    """

    def __init__(self, config: SoundConfig) -> None:
        super().__init__()
        self.config = config
        self.map_size, self.detail_size = 2, config.detail_size
        channels, width, detail = config.channels, config.width, config.detail_size
        self.deepest = FRAMES // 8
        self.convolutions = nn.Sequential(
            Deeper(BANDS, channels), Deeper(channels, channels), Deeper(channels, channels), nn.Flatten()
        )
        self.encoder = nn.Sequential(nn.Linear(channels * self.deepest + VOICE_COUNT, width), nn.SiLU())
        self.map_head = residual_network(width, width, 1, 2 * self.map_size)
        self.detail_head = residual_network(width + self.map_size + VOICE_COUNT, width, 1, 2 * detail)
        self.prior = residual_network(self.map_size + VOICE_COUNT, width, 1, 2 * detail)
        self.seed = residual_network(self.map_size + detail + VOICE_COUNT, width, 1, channels * self.deepest)
        self.decoder = nn.Sequential(Shallower(channels), Shallower(channels), Shallower(channels))
        self.mean = nn.Conv1d(channels, BANDS, 3, padding=1)
        self.raw_std = nn.Conv1d(channels, BANDS, 1)
        self.usual = nn.Linear(VOICE_COUNT, BANDS * FRAMES)  # what a voice usually sounds like
        nn.init.zeros_(self.usual.weight)
        nn.init.zeros_(self.usual.bias)

    def see(
        self, picture: Float[Tensor, "batch band frame"], voice: Float[Tensor, "batch voice"]
    ) -> Float[Tensor, "batch feature"]:
        """What both encoders see in sounds, given their voice as weights."""
        return self.encoder(torch.cat([self.convolutions((picture - CENTRE) / SPREAD), voice], dim=1))

    def posterior_of_map(self, seen: Float[Tensor, "batch feature"]) -> Gaussian:
        """q(map | x, voice)."""
        return Gaussian.from_parameters(self.map_head(seen))

    def posterior_of_detail(
        self,
        seen: Float[Tensor, "batch feature"],
        point: Float[Tensor, "batch map"],
        voice: Float[Tensor, "batch voice"],
    ) -> Gaussian:
        """q(detail | x, map, voice)."""
        return Gaussian.from_parameters(self.detail_head(torch.cat([seen, point, voice], dim=1)))

    def locate(self, seen: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch map"]:
        """The mean of q(map | x, voice)."""
        return self.posterior_of_map(seen).mean

    def describe(
        self,
        seen: Float[Tensor, "batch feature"],
        point: Float[Tensor, "batch map"],
        voice: Float[Tensor, "batch voice"],
    ) -> Float[Tensor, "batch detail"]:
        """The mean of q(detail | x, map, voice)."""
        return self.posterior_of_detail(seen, point, voice).mean

    def expect(self, point: Float[Tensor, "batch map"], voice: Float[Tensor, "batch voice"]) -> Gaussian:
        """p(detail | map, voice)."""
        return Gaussian.from_parameters(self.prior(torch.cat([point, voice], dim=1)))

    def decode(
        self,
        point: Float[Tensor, "batch map"],
        detail: Float[Tensor, "batch detail"],
        voice: Float[Tensor, "batch voice"],
    ) -> tuple[Float[Tensor, "batch band frame"], Float[Tensor, "batch band frame"]]:
        """p(x | map, detail, voice): mean and standard deviation of each log magnitude."""
        seed = self.seed(torch.cat([point, detail, voice], dim=1))
        deep = self.decoder(seed.unflatten(1, (-1, self.deepest)))
        mean = self.mean(deep) + self.usual(voice).unflatten(1, (BANDS, FRAMES))
        low, high = math.log(self.config.least_std), math.log(self.config.most_std)
        std = torch.exp(low + (high - low) * torch.sigmoid(self.raw_std(deep)))
        return CENTRE + SPREAD * mean, std

    def losses(self, batch: Sounds, noise: torch.Generator) -> dict[str, Tensor]:
        """The two-level bound in named parts, and what the map says alone; sounds in nats a cell, divergences whole."""
        if self.training:
            batch = tilted(batch, self.config.tilt, noise)
        voice = batch.voices
        seen = self.see(batch.picture, voice)
        on_map = self.posterior_of_map(seen)
        point = on_map.sample(noise)
        in_detail = self.posterior_of_detail(seen, point, voice)
        expected = self.expect(point, voice)
        few = slice(0, max(1, round(self.config.alone_share * len(batch))))
        alone = self.decode(point[few], expected.mean[few], voice[few])
        weight = batch.weight
        return {
            "sound": (weight * surprise(batch.picture, *self.decode(point, in_detail.sample(noise), voice))).mean(),
            "sound_alone": (weight[few] * surprise(batch.picture[few], *alone)).mean(),
            "kl_map": (weight * on_map.kl_to(on_map.standard()).sum(-1)).mean(),
            "kl_detail": (weight * in_detail.kl_to(expected).sum(-1)).mean(),
        }

    def log_weight(self, batch: Sounds, noise: torch.Generator) -> Float[Tensor, " batch"]:
        """One importance weight a sound, given its voice."""
        voice = batch.voices
        seen = self.see(batch.picture, voice)
        on_map = self.posterior_of_map(seen)
        point = on_map.sample(noise)
        in_detail = self.posterior_of_detail(seen, point, voice)
        detail = in_detail.sample(noise)
        cells = batch.picture[0].numel()
        return (
            -cells * surprise(batch.picture, *self.decode(point, detail, voice))
            + on_map.standard().log_density(point)
            + self.expect(point, voice).log_density(detail)
            - on_map.log_density(point)
            - in_detail.log_density(detail)
        )


def surprise(
    picture: Float[Tensor, "batch band frame"],
    mean: Float[Tensor, "batch band frame"],
    std: Float[Tensor, "batch band frame"],
) -> Float[Tensor, " batch"]:
    """-log p(x) of a Gaussian, in nats a cell."""
    cells = 0.5 * ((picture - mean) / std).square() + std.log() + 0.5 * math.log(2 * math.pi)
    return cells.mean(dim=(1, 2))
