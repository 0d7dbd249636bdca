"""The model of one-shots: a map for each voice, and the detail below it that two numbers cannot carry.

    detail = principal components of the log spectrogram   (fixed before training: `SoundVAE.fit_components`)
    map    ~ q(map | detail, voice)                        (learned)
    detail = mean(map, voice)                              (learned: its expectation at a point)
    detail = flow(noise; map, voice), noise ~ N(0, 1)      (learned: its distribution at a point)

docs/sound-model.md tells why there are principal components where there was a network.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from clave.audio.log_spectrogram import BANDS, FLOOR, FRAMES, LONG_BANDS, DrumSpectrogram, Spectrogram
from clave.music.shapes import Float
from clave.training.models.flow import Flow
from clave.training.models.old_names import accept_old_names
from clave.training.models.sound_model import VOICE_COUNT, OneShotConfig, SoundModel, Sounds
from clave.training.models.vae import Gaussian, residual_network

STROKE_WEIGHT = 2.0  # of a cell of the stroke in the components, beside one of the whole sound


def augmented(sounds: Sounds, tilt: float, damping: float, noise: torch.Generator) -> Sounds:
    """The same sounds with a random equalisation and a random change of decay; silence stays silent.

    The equalisation has up to `tilt` nepers of a slope over the octaves and as much of a cosine. Most sounds are damped
    by far less than `damping` nepers a second, and none rings longer by more than a tenth of that.
    """
    octave, seconds = _cell_positions(sounds.log_spectrogram.device)
    amount = 2 * torch.rand(len(sounds), 3, 1, 1, generator=noise, device=octave.device) - 1
    tone = tilt * (amount[:, 0] * octave + amount[:, 1] * torch.cos(math.pi * octave))
    damped = damping * amount[:, 2].pow(3).clamp(min=-0.1)
    magnitude = (sounds.log_spectrogram.exp() - FLOOR).clamp(min=0)
    return Sounds(torch.log(magnitude * torch.exp(tone - damped * seconds) + FLOOR), sounds.voice, sounds.weight)


@cache
def _cell_positions(device: torch.device) -> tuple[Float[Tensor, "band 1"], Float[Tensor, "band frame"]]:
    """The octave of each row, from -1 at 31 Hz to 1 at 32 kHz, and the time of each cell from the onset, in seconds."""
    spectrogram = DrumSpectrogram()
    octave = torch.from_numpy(spectrogram.hz).float().clamp(min=31.25).div(1000).log2().div(5)
    seconds = torch.from_numpy(spectrogram.seconds).float().clamp(min=0)
    return octave[:, None].to(device), seconds.to(device)


@dataclass(frozen=True)
class SoundConfig(OneShotConfig):
    """Sizes of the two-level model."""

    unit: ClassVar[str] = "of 1"
    variants: ClassVar[int] = 2

    detail_size: int = 256
    band_shapes: int = 72  # a log spectrogram is first projected on so many components over its bands
    frame_shapes: int = 40  # times so many over its frames
    width: int = 384  # of the flow
    blocks: int = 4
    encoder_width: int = 256
    tilt: float = 0.3  # nepers, 2.6 dB
    damping: float = 10.0  # nepers a second, 87 dB

    def build(self) -> "SoundVAE":
        """The model, with fresh weights."""
        return SoundVAE(self)

    def spectrogram(self) -> Spectrogram:
        """Ours."""
        return DrumSpectrogram()


class SoundVAE(SoundModel):
    """p(detail, map | voice) = p(detail | map, voice) N(map; 0, 1), with a log spectrogram's components as its detail.

    Every voice has a map of its own. `fit_components` computes the principal components of the training sounds; until
    then they are random orthonormal ones. p(detail | map, voice) is a flow, and its mean a network of its own.
    """

    average: Tensor
    band_shapes: Tensor
    frame_shapes: Tensor
    components: Tensor
    spread: Tensor

    def __init__(self, config: SoundConfig) -> None:
        super().__init__()
        self.config = config
        self.map_size, self.detail_size = 2, config.detail_size
        shapes = config.band_shapes * config.frame_shapes
        self.register_buffer("average", torch.zeros(BANDS, FRAMES))  # log spectrogram of the training sounds
        self.register_buffer("band_shapes", _orthonormal(BANDS, config.band_shapes))
        self.register_buffer("frame_shapes", _orthonormal(FRAMES, config.frame_shapes))
        self.register_buffer("components", _orthonormal(shapes, config.detail_size))
        self.register_buffer("spread", torch.ones(config.detail_size))
        self.encoder = residual_network(config.detail_size + VOICE_COUNT, config.encoder_width, 1, 2 * self.map_size)
        self.mean = residual_network(self.map_size + VOICE_COUNT, config.encoder_width, 1, config.detail_size)
        self.flow = Flow(config.detail_size, self.map_size + VOICE_COUNT, config.width, config.blocks)
        accept_old_names(self, {"usual": "average"})

    def spectrogram(self) -> Spectrogram:
        """That of its settings."""
        return self.config.spectrogram()

    def before_training(self, examples: Sounds, on_count: Callable[[int, int], None]) -> None:  # noqa: ARG002
        """Fit the components to the training sounds."""
        self.fit_components(examples)

    @torch.no_grad()
    def fit_components(self, sounds: Sounds) -> None:
        """Fit the principal components to these sounds, each with its weight.

        Each coordinate is divided by the root of its standard deviation, so that the first components weigh more than
        the last in the losses; all of them together have unit variance on average.
        """
        share = sounds.weight / sounds.weight.sum()
        self.average.copy_((share[:, None, None] * sounds.log_spectrogram).sum(0))
        residual = share.sqrt()[:, None, None] * self._residual(sounds.log_spectrogram)
        over_bands = torch.einsum("nbf,ncf->bc", residual, residual)
        over_frames = torch.einsum("nbf,nbg->fg", residual, residual)
        self.band_shapes.copy_(_principal(over_bands, self.config.band_shapes)[0])
        self.frame_shapes.copy_(_principal(over_frames, self.config.frame_shapes)[0])
        shapes = (self.band_shapes.T @ residual @ self.frame_shapes).flatten(1)
        components, size = _principal(shapes.T @ shapes, self.detail_size)
        self.components.copy_(components)
        self.spread.copy_(size.sqrt() * (size.mean().sqrt()))

    def features(
        self, log_spectrogram: Float[Tensor, "batch band frame"], voice: Float[Tensor, "batch voice"]
    ) -> Float[Tensor, "batch feature"]:
        """The detail of sounds, and beside it their voice."""
        shapes = self.band_shapes.T @ self._residual(log_spectrogram) @ self.frame_shapes
        return torch.cat([shapes.flatten(1) @ self.components / self.spread, voice], dim=1)

    def posterior_of_map(self, features: Float[Tensor, "batch feature"]) -> Gaussian:
        """q(map | detail, voice)."""
        return Gaussian.from_parameters(self.encoder(features))

    def encode_map(self, features: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch map"]:
        """The mean of q(map | detail, voice)."""
        return self.posterior_of_map(features).mean

    def encode_detail(
        self,
        features: Float[Tensor, "batch feature"],
        point: Float[Tensor, "batch map"],  # noqa: ARG002  # components do not depend on it
        voice: Float[Tensor, "batch voice"],  # noqa: ARG002
    ) -> Float[Tensor, "batch detail"]:
        """The principal components."""
        return features[:, : self.detail_size]

    def expected_detail(
        self, point: Float[Tensor, "batch map"], voice: Float[Tensor, "batch voice"]
    ) -> Float[Tensor, "batch detail"]:
        """The mean of p(detail | map, voice)."""
        return self.mean(torch.cat([point, voice], dim=1))

    def sample_detail(
        self,
        point: Float[Tensor, "batch map"],
        noise: Float[Tensor, "batch detail"],
        voice: Float[Tensor, "batch voice"],
    ) -> Float[Tensor, "batch detail"]:
        """A sample of p(detail | map, voice), from standard normal noise."""
        return self.flow.integrate(noise, torch.cat([point, voice], dim=1))

    def decode(
        self,
        point: Float[Tensor, "batch map"],  # noqa: ARG002
        detail: Float[Tensor, "batch detail"],
        voice: Float[Tensor, "batch voice"],  # noqa: ARG002
    ) -> Float[Tensor, "batch band frame"]:
        """The log spectrogram with these components."""
        no_bias = torch.zeros_like(self.components[:, 0])  # with one, the exported graph holds no transposed copy
        flat = functional.linear(detail * self.spread, self.components, no_bias)
        shapes = flat.unflatten(1, (self.config.band_shapes, -1))
        return self.average + self.band_shapes @ shapes @ self.frame_shapes.T / _row_weight(detail)

    def losses(self, batch: Sounds, noise: torch.Generator) -> dict[str, Tensor]:
        """Mean square errors of flow and mean, and the map's divergence from N(0, 1) in nats a sound."""
        if self.training:
            batch = augmented(batch, self.config.tilt, self.config.damping, noise)
        features = self.features(batch.log_spectrogram, batch.voices)
        on_map = self.posterior_of_map(features)
        condition, detail = torch.cat([on_map.sample(noise), batch.voices], dim=1), features[:, : self.detail_size]
        return {
            "flow": (batch.weight * self.flow.losses(detail, condition, noise)).mean(),
            "mean": (batch.weight * (detail - self.mean(condition)).square().mean(dim=1)).mean(),
            "kl_map": (batch.weight * on_map.kl_to(on_map.standard()).sum(-1)).mean(),
        }

    def _residual(self, log_spectrogram: Float[Tensor, "batch band frame"]) -> Float[Tensor, "batch band frame"]:
        return (log_spectrogram - self.average) * _row_weight(log_spectrogram)


def _row_weight(like: Tensor) -> Float[Tensor, "band 1"]:
    weight = torch.ones(BANDS, 1, dtype=like.dtype, device=like.device)
    weight[LONG_BANDS:] = STROKE_WEIGHT
    return weight


def _orthonormal(rows: int, columns: int) -> Float[Tensor, "row column"]:
    return torch.linalg.qr(torch.randn(rows, columns))[0]


def _principal(
    covariance: Float[Tensor, "row row"], count: int
) -> tuple[Float[Tensor, "row column"], Float[Tensor, " column"]]:
    """The principal axes of a covariance, largest first, and the standard deviation along each."""
    variance, axes = torch.linalg.eigh(covariance)
    return axes.flip(-1)[:, :count], variance.flip(-1)[:count].clamp(min=1e-12).sqrt()
