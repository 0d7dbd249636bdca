"""The 2019 paper's model of one-shots, with the one change that keeps its numbers finite (docs/sound-paper.md)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor, nn

from clave.audio.log_spectrogram import Spectrum
from clave.audio.paper_log_spectrogram import PAPER_FLOOR, PaperSpectrum
from clave.music.shapes import Float
from clave.training.models.onnx_graph import OnnxGraph
from clave.training.models.sound_vae import VOICE_COUNT, OneShotConfig, Sounds, sound_graphs
from clave.training.models.vae import Gaussian, LikelihoodVAE

KERNEL, STRIDE, PADDING = (11, 5), (3, 2), (5, 2)
CHANNELS = (1, 8, 16, 32)


@dataclass(frozen=True)
class PaperSoundConfig(OneShotConfig):
    """The paper's sizes, and the bounds of the standard deviation that it did without."""

    unit: ClassVar[str] = "nats a sound"
    variants: ClassVar[int] = 0

    bands: int = 410
    frames: int = 157
    latent_size: int = 128
    wide: int = 1024
    narrow: int = 512
    least_std: float = 0.01  # of a magnitude; a sine of full scale has 33
    most_std: float = 100.0

    def build(self) -> "PaperSoundVAE":
        """The model, with fresh weights."""
        return PaperSoundVAE(self)

    def spectrum(self) -> Spectrum:
        """The paper's."""
        return PaperSpectrum()


class PaperSoundVAE(LikelihoodVAE[Sounds]):
    """p(x, z | voice) = p(x | z, voice) N(z; 0, 1), over linear magnitudes; the encoder is not told the voice.

    It has one latent and no map. Once it has learned, `settle` lays axes through the latents of its sounds: the map is
    the first two, the detail the rest.
    """

    def __init__(self, config: PaperSoundConfig) -> None:
        super().__init__()
        self.config = config
        latent = config.latent_size
        self.map_size, self.detail_size = 2, latent - 2
        wide, narrow = config.wide, config.narrow
        sizes = [(config.bands, config.frames)]
        layers = list[nn.Module]()
        for inputs, outputs in pairwise(CHANNELS):
            layers += [nn.Conv2d(inputs, outputs, KERNEL, STRIDE, PADDING), nn.ReLU()]
            sizes.append((after_stride(sizes[-1][0], 0), after_stride(sizes[-1][1], 1)))
        deepest = (CHANNELS[-1], *sizes[-1])  # the paper's 32 x 16 x 20
        flat = math.prod(deepest)
        self.convolutions = nn.Sequential(*layers, nn.Flatten())
        self.encoder = nn.Sequential(nn.Linear(flat, wide), nn.ReLU(), nn.Linear(wide, narrow), nn.ReLU())
        self.latent = nn.Linear(narrow, 2 * latent)
        self.seed = nn.Sequential(
            nn.Linear(latent + VOICE_COUNT, narrow), nn.ReLU(),
            nn.Linear(narrow, wide), nn.ReLU(),
            nn.Linear(wide, flat), nn.ReLU(), nn.Unflatten(1, deepest),
        )  # fmt: skip
        layers = []
        outward = (*CHANNELS[:0:-1], 2)  # in the end an image of means and one of standard deviations
        for (inputs, outputs), (bands, frames) in zip(pairwise(outward), sizes[-2::-1], strict=True):
            left_over = passed_over(bands, 0), passed_over(frames, 1)
            layers += [nn.ReLU()] if layers else []
            layers += [nn.ConvTranspose2d(inputs, outputs, KERNEL, STRIDE, PADDING, left_over)]
        self.decoder = nn.Sequential(*layers)
        self.register_buffer("centre", torch.zeros(latent))  # of the latents of what was learned
        self.register_buffer("axes", torch.eye(latent))  # columns, the widest first
        self.register_buffer("spread", torch.ones(latent))  # along each axis
        self.register_buffer("usual", torch.zeros(VOICE_COUNT, self.detail_size))  # of each voice: mean of its detail
        self.register_buffer("usual_std", torch.ones(VOICE_COUNT, self.detail_size))
        self.centre: Tensor
        self.axes: Tensor
        self.spread: Tensor
        self.usual: Tensor
        self.usual_std: Tensor

    def magnitude(self, picture: Float[Tensor, "batch band frame"]) -> Float[Tensor, "batch band frame"]:
        """What the paper's network sees and paints: linear magnitudes."""
        return picture.exp() - PAPER_FLOOR

    def posterior(self, picture: Float[Tensor, "batch band frame"]) -> Gaussian:
        """q(z | x)."""
        seen = self.convolutions(self.magnitude(picture)[:, None])
        return Gaussian.from_parameters(self.latent(self.encoder(seen)))

    def paint(
        self, z: Float[Tensor, "batch latent"], voice: Float[Tensor, "batch voice"]
    ) -> tuple[Float[Tensor, "batch band frame"], Float[Tensor, "batch band frame"]]:
        """p(x | z, voice): mean and log standard deviation of each magnitude, the latter within the bounds."""
        mean, raw = self.decoder(self.seed(torch.cat([z, voice], dim=1))).unbind(1)
        low, high = math.log(self.config.least_std), math.log(self.config.most_std)
        return mean, low + (high - low) * torch.sigmoid(raw)

    def losses(self, batch: Sounds, noise: torch.Generator) -> dict[str, Tensor]:
        """The paper's bound in two parts, both in nats a sound."""
        posterior = self.posterior(batch.picture)
        mean, log_std = self.paint(posterior.sample(noise), batch.voices)
        return {
            "sound": surprise(self.magnitude(batch.picture), mean, log_std).mean(),
            "kl": posterior.kl_to(posterior.standard()).sum(-1).mean(),
        }

    def log_weights(self, batch: Sounds, draws: int, noise: torch.Generator) -> Float[Tensor, "draw batch"]:
        """Importance weights of each sound, given its voice."""
        posterior = self.posterior(batch.picture)
        weights: list[Tensor] = []
        for _ in range(draws):
            z = posterior.sample(noise)
            likelihood = -surprise(self.magnitude(batch.picture), *self.paint(z, batch.voices))
            weights.append(likelihood + posterior.standard().log_density(z) - posterior.log_density(z))
        return torch.stack(weights)

    def after_training(self, examples: Sounds) -> None:
        """Lay the axes."""
        self.settle(examples)

    @torch.no_grad()
    def settle(self, sounds: Sounds, at_once: int = 64) -> None:
        """Lay the axes of map and detail: the principal axes of the latents' means over these sounds.

        Coordinates along them are whitened by the spread of the whole posteriors, so that for what was learned they are
        about standard normal, and those of a latent that says nothing are its prior's.
        """
        parts = [self.posterior(sounds.picture[at : at + at_once]) for at in range(0, len(sounds), at_once)]
        mean, std = torch.cat([part.mean for part in parts]), torch.cat([part.log_std for part in parts]).exp()
        self.centre.copy_(mean.mean(0))
        self.axes.copy_(torch.linalg.svd(mean - self.centre, full_matrices=True)[2].T)
        along = (mean - self.centre) @ self.axes
        unsure = std.square() @ self.axes.square()  # variance of each posterior along each axis
        self.spread.copy_((along.square() + unsure).mean(0).sqrt())
        for voice in range(VOICE_COUNT):
            rows = sounds.voice == voice
            if rows.any():
                detail, doubt = (along / self.spread)[rows, 2:], (unsure / self.spread.square())[rows, 2:]
                self.usual[voice] = detail.mean(0)
                self.usual_std[voice] = (detail.var(0, correction=0) + doubt.mean(0)).sqrt()

    def see(
        self,
        picture: Float[Tensor, "batch band frame"],
        voice: Float[Tensor, "batch voice"],  # noqa: ARG002  # the paper tells it to the decoder alone
    ) -> Float[Tensor, "batch feature"]:
        """The mean of q(z | x) along the axes."""
        return (self.posterior(picture).mean - self.centre) @ self.axes / self.spread

    def locate(self, seen: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch map"]:
        """Along the two widest axes."""
        return seen[:, :2]

    def describe(
        self,
        seen: Float[Tensor, "batch feature"],
        point: Float[Tensor, "batch map"],  # noqa: ARG002
        voice: Float[Tensor, "batch voice"],  # noqa: ARG002
    ) -> Float[Tensor, "batch detail"]:
        """Along all the others."""
        return seen[:, 2:]

    def expect(
        self,
        point: Float[Tensor, "batch map"],  # noqa: ARG002
        voice: Float[Tensor, "batch voice"],
    ) -> Float[Tensor, "batch detail"]:
        """The detail that sounds of this voice have on average."""
        return voice @ self.usual

    def draw(
        self,
        point: Float[Tensor, "batch map"],  # noqa: ARG002  # along principal axes it says nothing of the rest
        noise: Float[Tensor, "batch detail"],
        voice: Float[Tensor, "batch voice"],
    ) -> Float[Tensor, "batch detail"]:
        """The detail that this noise becomes: as sounds of this voice have it."""
        return voice @ self.usual + voice @ self.usual_std * noise

    def decode(
        self,
        point: Float[Tensor, "batch map"],
        detail: Float[Tensor, "batch detail"],
        voice: Float[Tensor, "batch voice"],
    ) -> Float[Tensor, "batch band frame"]:
        """Log magnitudes at the place."""
        z = self.centre + (torch.cat([point, detail], dim=1) * self.spread) @ self.axes.T
        return torch.log(self.paint(z, voice)[0].clamp(min=0) + PAPER_FLOOR)

    def onnx_graphs(self) -> Mapping[str, OnnxGraph]:
        """The networks that playing needs, by the names of their files without ".onnx"."""
        return sound_graphs(self)


def after_stride(size: int, axis: int) -> int:
    """Rows (axis 0) or columns (axis 1) that a convolution makes of so many."""
    return (size + 2 * PADDING[axis] - KERNEL[axis]) // STRIDE[axis] + 1


def passed_over(size: int, axis: int) -> int:
    """How many of them its last stride passes over, which the transposed convolution has to put back."""
    return (size + 2 * PADDING[axis] - KERNEL[axis]) % STRIDE[axis]


def surprise(
    magnitude: Float[Tensor, "batch band frame"],
    mean: Float[Tensor, "batch band frame"],
    log_std: Float[Tensor, "batch band frame"],
) -> Float[Tensor, " batch"]:
    """-log p(x) of a Gaussian, in nats a sound."""
    error = (magnitude - mean) * torch.exp(-log_std)
    return (0.5 * error.square() + log_std + 0.5 * math.log(2 * math.pi)).sum(dim=(1, 2))
