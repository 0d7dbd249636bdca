"""The 2019 paper's model of one-shots, with a change that keeps its numbers finite (docs/paper-sound-model.md)."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor, nn

from clave.audio.log_spectrogram import Spectrogram
from clave.audio.paper_log_spectrogram import PAPER_FLOOR, PaperSpectrogram
from clave.music.shapes import Float
from clave.training.models.noise import Noise
from clave.training.models.old_names import accept_old_names
from clave.training.models.settings import NonNegative, Size
from clave.training.models.sound_model import VOICE_COUNT, OneShotConfig, SoundModel, Sounds
from clave.training.models.vae import Gaussian, LikelihoodVAE, importance_weights

KERNEL, STRIDE, PADDING = (11, 5), (3, 2), (5, 2)
CHANNELS = (1, 8, 16, 32)


@dataclass(frozen=True)
class PaperSoundConfig(OneShotConfig):
    """The paper's sizes, and bounds of the standard deviation, which the paper does not have."""

    unit: ClassVar[str] = "nats a sound"
    variants: ClassVar[int] = 0

    bands: Size = 410
    frames: Size = 157
    latent_size: Size = 128
    wide: Size = 1024
    narrow: Size = 512
    least_std: NonNegative = 0.01  # of a magnitude; a sine of full scale has 33
    most_std: NonNegative = 100.0

    def build(self) -> "PaperSoundVAE":
        """The model, with fresh weights."""
        return PaperSoundVAE(self)

    def spectrogram(self) -> Spectrogram:
        """The paper's."""
        return PaperSpectrogram()


class PaperSoundVAE(SoundModel, LikelihoodVAE[Sounds]):
    """p(x, z | voice) = p(x | z, voice) N(z; 0, 1), over linear magnitudes; the encoder does without the voice.

    It has one latent and no map. After training, `fit_axes` computes the principal axes of the latents of its sounds:
    the map is the first two, the detail the rest.
    """

    def __init__(self, config: PaperSoundConfig) -> None:
        super().__init__()
        self.config = config
        latent = config.latent_size
        self.map_size, self.detail_size = 2, latent - 2
        self.drawn_size = self.detail_size
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
        self.decoder_input = nn.Sequential(
            nn.Linear(latent + VOICE_COUNT, narrow), nn.ReLU(),
            nn.Linear(narrow, wide), nn.ReLU(),
            nn.Linear(wide, flat), nn.ReLU(), nn.Unflatten(1, deepest),
        )  # fmt: skip
        layers = []
        outward = (*CHANNELS[:0:-1], 2)  # in the end an image of means and one of standard deviations
        for (inputs, outputs), (bands, frames) in zip(pairwise(outward), sizes[-2::-1], strict=True):
            output_padding = left_out(bands, 0), left_out(frames, 1)
            layers += [nn.ReLU()] if layers else []
            layers += [nn.ConvTranspose2d(inputs, outputs, KERNEL, STRIDE, PADDING, output_padding)]
        self.decoder = nn.Sequential(*layers)
        self.register_buffer("centre", torch.zeros(latent))  # of the latents of the training sounds
        self.register_buffer("axes", torch.eye(latent))  # columns, the widest first
        self.register_buffer("spread", torch.ones(latent))  # along each axis
        self.register_buffer("detail_mean", torch.zeros(VOICE_COUNT, self.detail_size))  # of each voice
        self.register_buffer("detail_std", torch.ones(VOICE_COUNT, self.detail_size))
        self.centre: Tensor
        self.axes: Tensor
        self.spread: Tensor
        self.detail_mean: Tensor
        self.detail_std: Tensor
        accept_old_names(self, {"seed": "decoder_input", "usual": "detail_mean", "usual_std": "detail_std"})

    def spectrogram(self) -> Spectrogram:
        """That of its settings."""
        return self.config.spectrogram()

    def magnitude(self, log_spectrogram: Float[Tensor, "batch band frame"]) -> Float[Tensor, "batch band frame"]:
        """Linear magnitudes, the data of the paper's network."""
        return log_spectrogram.exp() - PAPER_FLOOR

    def posterior(self, log_spectrogram: Float[Tensor, "batch band frame"]) -> Gaussian:
        """q(z | x)."""
        features = self.convolutions(self.magnitude(log_spectrogram)[:, None])
        return Gaussian.from_parameters(self.latent(self.encoder(features)))

    def likelihood(
        self, z: Float[Tensor, "batch latent"], voice: Float[Tensor, "batch voice"]
    ) -> tuple[Float[Tensor, "batch band frame"], Float[Tensor, "batch band frame"]]:
        """p(x | z, voice): mean and log standard deviation of each magnitude, the latter within the bounds."""
        mean, raw = self.decoder(self.decoder_input(torch.cat([z, voice], dim=1))).unbind(1)
        low, high = math.log(self.config.least_std), math.log(self.config.most_std)
        return mean, low + (high - low) * torch.sigmoid(raw)

    def losses(self, batch: Sounds, noise: Noise) -> dict[str, Tensor]:
        """The paper's bound in two parts, both in nats a sound."""
        posterior = self.posterior(batch.log_spectrogram)
        mean, log_std = self.likelihood(posterior.sample(noise), batch.voices)
        return {
            "sound": negative_log_likelihood(self.magnitude(batch.log_spectrogram), mean, log_std).mean(),
            "kl": posterior.kl_to(posterior.standard()).sum(-1).mean(),
        }

    def log_weights(self, batch: Sounds, draws: int, noise: torch.Generator) -> Float[Tensor, "draw batch"]:
        """Importance weights of each sound, given its voice."""

        def log_likelihood(z: Float[Tensor, "batch latent"]) -> Float[Tensor, " batch"]:
            mean, log_std = self.likelihood(z, batch.voices)
            return -negative_log_likelihood(self.magnitude(batch.log_spectrogram), mean, log_std)

        return importance_weights(self.posterior(batch.log_spectrogram), log_likelihood, draws, noise)

    def after_training(self, examples: Sounds) -> None:
        """Fit the axes to the training sounds."""
        self.fit_axes(examples)

    @torch.no_grad()
    def fit_axes(self, sounds: Sounds, batch: int = 64) -> None:
        """Compute the axes of map and detail: the principal axes of the posteriors' means over these sounds.

        Coordinates along them are whitened by the standard deviation of the whole posteriors, so that those of the
        training sounds are about standard normal, and those of a collapsed latent are its prior's.
        """
        parts = [self.posterior(sounds.log_spectrogram[at : at + batch]) for at in range(0, len(sounds), batch)]
        mean, std = torch.cat([part.mean for part in parts]), torch.cat([part.log_std for part in parts]).exp()
        self.centre.copy_(mean.mean(0))
        self.axes.copy_(torch.linalg.svd(mean - self.centre, full_matrices=True)[2].T)
        along = (mean - self.centre) @ self.axes
        posterior_variance = std.square() @ self.axes.square()  # along each axis
        self.spread.copy_((along.square() + posterior_variance).mean(0).sqrt())
        for voice in range(VOICE_COUNT):
            rows = sounds.voice == voice
            if rows.any():
                detail = (along / self.spread)[rows, 2:]
                variance = (posterior_variance / self.spread.square())[rows, 2:]
                self.detail_mean[voice] = detail.mean(0)
                self.detail_std[voice] = (detail.var(0, correction=0) + variance.mean(0)).sqrt()

    def features(
        self,
        log_spectrogram: Float[Tensor, "batch band frame"],
        voice: Float[Tensor, "batch voice"],  # noqa: ARG002  # in the paper a condition of the decoder alone
    ) -> Float[Tensor, "batch feature"]:
        """The mean of q(z | x) along the axes."""
        return (self.posterior(log_spectrogram).mean - self.centre) @ self.axes / self.spread

    def encode_map(self, features: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch map"]:
        """Along the first two axes."""
        return features[:, :2]

    def encode_detail(
        self,
        features: Float[Tensor, "batch feature"],
        point: Float[Tensor, "batch map"],  # noqa: ARG002
        voice: Float[Tensor, "batch voice"],  # noqa: ARG002
    ) -> Float[Tensor, "batch detail"]:
        """Along all the others."""
        return features[:, 2:]

    def expected_detail(
        self,
        point: Float[Tensor, "batch map"],  # noqa: ARG002
        voice: Float[Tensor, "batch voice"],
    ) -> Float[Tensor, "batch detail"]:
        """The mean detail of this voice."""
        return voice @ self.detail_mean

    def sample_detail(
        self,
        point: Float[Tensor, "batch map"],  # noqa: ARG002  # principal axes are uncorrelated
        noise: Float[Tensor, "batch detail"],
        voice: Float[Tensor, "batch voice"],
    ) -> Float[Tensor, "batch detail"]:
        """A sample with the mean and standard deviation of this voice's details, from standard normal noise."""
        return voice @ self.detail_mean + voice @ self.detail_std * noise

    def decode(
        self,
        point: Float[Tensor, "batch map"],
        detail: Float[Tensor, "batch detail"],
        voice: Float[Tensor, "batch voice"],
    ) -> Float[Tensor, "batch band frame"]:
        """The log spectrogram of this code."""
        z = self.centre + (torch.cat([point, detail], dim=1) * self.spread) @ self.axes.T
        return torch.log(self.likelihood(z, voice)[0].clamp(min=0) + PAPER_FLOOR)


def after_stride(size: int, axis: int) -> int:
    """Rows (axis 0) or columns (axis 1) that a convolution makes of so many."""
    return (size + 2 * PADDING[axis] - KERNEL[axis]) // STRIDE[axis] + 1


def left_out(size: int, axis: int) -> int:
    """How many of them the last stride leaves out, which the transposed convolution has to add again."""
    return (size + 2 * PADDING[axis] - KERNEL[axis]) % STRIDE[axis]


def negative_log_likelihood(
    magnitude: Float[Tensor, "batch band frame"],
    mean: Float[Tensor, "batch band frame"],
    log_std: Float[Tensor, "batch band frame"],
) -> Float[Tensor, " batch"]:
    """-log p(x) of a Gaussian, in nats a sound."""
    error = (magnitude - mean) * torch.exp(-log_std)
    return (0.5 * error.square() + log_std + 0.5 * math.log(2 * math.pi)).sum(dim=(1, 2))
