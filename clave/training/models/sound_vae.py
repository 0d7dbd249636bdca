"""The model of one-shots: a map for each voice, and the detail below it that two numbers cannot carry.

    detail     = (components, residual)
    components = principal components of the log spectrogram  (fixed before training: `SoundVAE.fit_components`)
    residual   = what these leave of its largest shapes       (the same; 0 in what the prior draws)
    map        ~ q(map | components, voice)                   (learned)
    components = mean(map, voice)                             (learned: their expectation at a point)
    components = flow(noise; map, voice), noise ~ N(0, 1)     (learned: their distribution at a point)

Near sounds that it was fine-tuned with, both are shifted (`LocalShifts`) so that they are expected there.

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
from clave.training.models.local_shifts import LocalShifts
from clave.training.models.noise import Noise, uniform
from clave.training.models.old_names import accept_old_names
from clave.training.models.settings import Blocks, Count, NonNegative, Size
from clave.training.models.sound_model import VOICE_COUNT, OneShotConfig, SoundModel, Sounds
from clave.training.models.vae import Gaussian, residual_network

STROKE_WEIGHT = 2.0  # of a cell of the stroke in the components, beside one of the whole sound
LEAST_SIZE = 1e-3  # of a component, beside the first: fewer sounds than components leave some with none
NARROWED = 0.8  # of the scatter of draws: so much less of it at the centre of a shift, where one sound is expected


def augmented(sounds: Sounds, tilt: float, damping: float, noise: Noise) -> Sounds:
    """The same sounds with a random equalisation and a random change of decay; silence stays silent.

    The equalisation has up to `tilt` nepers of a slope over the octaves and as much of a cosine. Most sounds are damped
    by far less than `damping` nepers a second, and none rings longer by more than a tenth of that.
    """
    octave, seconds = _cell_positions(sounds.log_spectrogram.device)
    amount = 2 * uniform((len(sounds), 3, 1, 1), noise) - 1
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

    components: Size = 256
    residual_size: Count = 1024
    band_shapes: Size = 72  # a log spectrogram is first projected on so many components over its bands
    frame_shapes: Size = 40  # times so many over its frames
    width: Size = 384  # of the flow
    blocks: Blocks = 4
    encoder_width: Size = 256
    tilt: NonNegative = 0.3  # nepers, 2.6 dB
    damping: NonNegative = 10.0  # nepers a second, 87 dB
    centres: Count = 0  # of shifts near sounds that it was fine-tuned with

    def build(self) -> "SoundVAE":
        """The model, with fresh weights."""
        return SoundVAE(self)

    def spectrogram(self) -> Spectrogram:
        """Ours."""
        return DrumSpectrogram()


class SoundVAE(SoundModel):
    """p(components, map | voice) = p(components | map, voice) N(map; 0, 1), and beside them the residual of a sound.

    Every voice has a map of its own. A log spectrogram is a sum of shapes, each the product of one over bands and one
    over frames, and the components are principal components of these sums. The residual is what the components leave
    of the shapes that are left with most: it is for sounds that are encoded, and in a draw it is 0. `fit_components`
    computes all of them from the training sounds; until then they are random orthonormal ones.
    p(components | map, voice) is a flow, and its mean a network of its own.
    """

    average: Tensor
    band_shapes: Tensor
    frame_shapes: Tensor
    components: Tensor
    spread: Tensor
    residual_shapes: Tensor  # which shapes have a residual
    residual_places: Tensor  # where that of each shape lies; `residual_size` for those that have none

    def __init__(self, config: SoundConfig) -> None:
        super().__init__()
        self.config = config
        self.map_size, self.detail_size = 2, config.components + config.residual_size
        self.drawn_size = config.components
        shapes = config.band_shapes * config.frame_shapes
        self.register_buffer("average", torch.zeros(BANDS, FRAMES))  # log spectrogram of the training sounds
        self.register_buffer("band_shapes", _orthonormal(BANDS, config.band_shapes))
        self.register_buffer("frame_shapes", _orthonormal(FRAMES, config.frame_shapes))
        self.register_buffer("components", _orthonormal(shapes, config.components))
        self.register_buffer("spread", torch.ones(config.components))
        self.register_buffer("residual_shapes", torch.arange(config.residual_size))
        self.register_buffer("residual_places", torch.arange(shapes).clamp(max=config.residual_size))
        self.encoder = residual_network(config.components + VOICE_COUNT, config.encoder_width, 1, 2 * self.map_size)
        self.mean = residual_network(self.map_size + VOICE_COUNT, config.encoder_width, 1, config.components)
        self.flow = Flow(config.components, self.map_size + VOICE_COUNT, config.width, config.blocks)
        shifts = LocalShifts(config.centres, self.map_size, VOICE_COUNT, config.components)
        self.shifts = shifts if config.centres else None  # spaces that were never fine-tuned keep no such weights
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
        the last in the losses; all of them together have unit variance on average. The residual is that of the shapes
        with the largest mean square of it.
        """
        share = sounds.weight / sounds.weight.sum()
        self.average.copy_((share[:, None, None] * sounds.log_spectrogram).sum(0))
        centred = share.sqrt()[:, None, None] * self._centred(sounds.log_spectrogram)
        over_bands = torch.einsum("nbf,ncf->bc", centred, centred)
        over_frames = torch.einsum("nbf,nbg->fg", centred, centred)
        self.band_shapes.copy_(_principal(over_bands, self.config.band_shapes)[0])
        self.frame_shapes.copy_(_principal(over_frames, self.config.frame_shapes)[0])
        shapes = (self.band_shapes.T @ centred @ self.frame_shapes).flatten(1)
        components, size = _principal(shapes.T @ shapes, self.drawn_size)
        self.components.copy_(components)
        size = size.clamp(min=LEAST_SIZE * float(size[0]))
        self.spread.copy_(size.sqrt() * (size.mean().sqrt()))
        left = (shapes - shapes @ components @ components.T).square().sum(0)
        self.residual_shapes.copy_(left.argsort(descending=True)[: self.config.residual_size].sort().values)
        self.residual_places.fill_(self.config.residual_size)
        self.residual_places[self.residual_shapes] = torch.arange(len(self.residual_shapes), device=left.device)

    def features(
        self, log_spectrogram: Float[Tensor, "batch band frame"], voice: Float[Tensor, "batch voice"]
    ) -> Float[Tensor, "batch feature"]:
        """The detail of sounds, and beside it their voice."""
        shapes = self._shapes(log_spectrogram)
        components = shapes @ self.components
        spanned = torch.einsum("nc,sc->ns", components, self.components)  # an exported transpose would be a second copy
        residual = (shapes - spanned)[:, self.residual_shapes]
        return torch.cat([components / self.spread, residual, voice], dim=1)

    def posterior_of_map(self, features: Float[Tensor, "batch feature"]) -> Gaussian:
        """q(map | components, voice)."""
        components, _, voice = features.split([self.drawn_size, self.config.residual_size, VOICE_COUNT], dim=1)
        return self._posterior_of_map(components, voice)

    def encode_map(self, features: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch map"]:
        """The mean of q(map | components, voice)."""
        return self.posterior_of_map(features).mean

    def encode_detail(
        self,
        features: Float[Tensor, "batch feature"],
        point: Float[Tensor, "batch map"],  # noqa: ARG002  # components do not depend on it
        voice: Float[Tensor, "batch voice"],  # noqa: ARG002
    ) -> Float[Tensor, "batch detail"]:
        """The principal components and the residual."""
        return features[:, : self.detail_size]

    def expected_detail(
        self, point: Float[Tensor, "batch map"], voice: Float[Tensor, "batch voice"]
    ) -> Float[Tensor, "batch drawn"]:
        """The mean of p(components | map, voice)."""
        mean = self.mean(torch.cat([point, voice], dim=1))
        return mean if self.shifts is None else mean + self.shifts(self.shifts.nearness(point, voice))

    def sample_detail(
        self,
        point: Float[Tensor, "batch map"],
        noise: Float[Tensor, "batch drawn"],
        voice: Float[Tensor, "batch voice"],
    ) -> Float[Tensor, "batch drawn"]:
        """A sample of p(components | map, voice), from standard normal noise."""
        condition = torch.cat([point, voice], dim=1)
        drawn = self.flow.integrate(noise, condition)
        if self.shifts is None:
            return drawn
        mean, nearness = self.mean(condition), self.shifts.nearness(point, voice)
        scatter = (1 - NARROWED * nearness.amax(dim=1, keepdim=True)) * (drawn - mean)
        return mean + self.shifts(nearness) + scatter

    def decode(
        self,
        point: Float[Tensor, "batch map"],  # noqa: ARG002
        detail: Float[Tensor, "batch detail"],
        voice: Float[Tensor, "batch voice"],  # noqa: ARG002
    ) -> Float[Tensor, "batch band frame"]:
        """The log spectrogram with these components and this residual."""
        components, residual = detail.split([self.drawn_size, self.config.residual_size], dim=1)
        with_zero = torch.cat([residual, torch.zeros_like(detail[:, :1])], dim=1)
        no_bias = torch.zeros_like(self.components[:, 0])  # with one, the exported graph holds no transposed copy
        spanned = functional.linear(components * self.spread, self.components, no_bias)
        flat = spanned + with_zero[:, self.residual_places]
        shapes = flat.unflatten(1, (self.config.band_shapes, -1))
        return self.average + self.band_shapes @ shapes @ self.frame_shapes.T / _row_weight(detail)

    def losses(self, batch: Sounds, noise: Noise) -> dict[str, Tensor]:
        """Mean square errors of flow and mean, and the map's divergence from N(0, 1) in nats a sound."""
        if self.training:
            batch = augmented(batch, self.config.tilt, self.config.damping, noise)
        with torch.autocast(batch.log_spectrogram.device.type, enabled=False):  # what is learned is not rounded
            components = self._shapes(batch.log_spectrogram) @ self.components / self.spread
        on_map = self._posterior_of_map(components, batch.voices)
        condition = torch.cat([on_map.sample(noise), batch.voices], dim=1)
        return {
            "flow": (batch.weight * self.flow.losses(components, condition, noise)).mean(),
            "mean": (batch.weight * (components - self.mean(condition)).square().mean(dim=1)).mean(),
            "kl_map": (batch.weight * on_map.kl_to(on_map.standard()).sum(-1)).mean(),
        }

    def _posterior_of_map(
        self, components: Float[Tensor, "batch component"], voice: Float[Tensor, "batch voice"]
    ) -> Gaussian:
        return Gaussian.from_parameters(self.encoder(torch.cat([components, voice], dim=1)))

    def _shapes(self, log_spectrogram: Float[Tensor, "batch band frame"]) -> Float[Tensor, "batch shape"]:
        return (self.band_shapes.T @ self._centred(log_spectrogram) @ self.frame_shapes).flatten(1)

    def _centred(self, log_spectrogram: Float[Tensor, "batch band frame"]) -> Float[Tensor, "batch band frame"]:
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
