"""The model of one-shots: a map for each voice, and the detail below it that two numbers cannot carry.

    detail = principal components of the picture        (fixed before learning: Sounds -> `SoundVAE.prepare`)
    map    ~ q(map | detail, voice)                     (learned)
    detail = mean(map, voice)                           (learned: what is expected at a point)
    detail = flow(noise; map, voice), noise ~ N(0, 1)   (learned: what there may be)

docs/sound-model.md tells why a straight line stands where a network did.
"""

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from clave.audio.log_spectrogram import BANDS, FLOOR, FRAMES, LONG_BANDS, DrumSpectrum, Spectrum
from clave.music.kit import VOICES
from clave.music.shapes import Float, Int
from clave.training.models.flow import Flow
from clave.training.models.onnx_graph import ModelMethod, OnnxGraph
from clave.training.models.vae import VAE, Config, Gaussian, residual_network

VOICE_COUNT = len(VOICES)
STROKE_WEIGHT = 2.0  # of a cell of the stroke in the components, beside one of the whole sound


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


def recoloured(
    sounds: Sounds,
    tilt: float,
    damping: float,
    noise: torch.Generator,
) -> Sounds:
    """The same sounds through a random tone control, and damped or let ring a little; what is silent stays silent.

    The tone control bends by up to `tilt` nepers at both ends and as much in the middle. Most are damped by far less
    than `damping` nepers a second, and none rings longer by more than a tenth of that.
    """
    octave, seconds = _where_cells_are(sounds.picture.device)
    amount = 2 * torch.rand(len(sounds), 3, 1, 1, generator=noise, device=octave.device) - 1
    tone = tilt * (amount[:, 0] * octave + amount[:, 1] * torch.cos(math.pi * octave))
    damped = damping * amount[:, 2].pow(3).clamp(min=-0.1)
    heard = (sounds.picture.exp() - FLOOR).clamp(min=0)
    return Sounds(torch.log(heard * torch.exp(tone - damped * seconds) + FLOOR), sounds.voice, sounds.weight)


@cache
def _where_cells_are(device: torch.device) -> tuple[Float[Tensor, "band 1"], Float[Tensor, "band frame"]]:
    """How high each row lies, from -1 at 31 Hz to 1 at 32 kHz, and when each cell is heard, in seconds."""
    spectrum = DrumSpectrum()
    octave = torch.from_numpy(spectrum.hz).float().clamp(min=31.25).div(1000).log2().div(5)
    seconds = torch.from_numpy(spectrum.seconds).float().clamp(min=0)
    return octave[:, None].to(device), seconds.to(device)


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

    unit: ClassVar[str] = "of 1"
    variants: ClassVar[int] = 2

    detail_size: int = 256
    band_shapes: int = 72  # a picture is first told in so many shapes over its bands
    frame_shapes: int = 40  # times so many over its frames
    width: int = 384  # of the flow
    blocks: int = 4
    encoder_width: int = 256
    tilt: float = 0.3  # nepers, 2.6 dB
    damping: float = 10.0  # nepers a second, 87 dB

    def build(self) -> "SoundVAE":
        """The model, with fresh weights."""
        return SoundVAE(self)

    def spectrum(self) -> Spectrum:
        """Ours."""
        return DrumSpectrum()


class SoundVAE(VAE[Sounds]):
    """p(detail, map | voice) = p(detail | map, voice) N(map; 0, 1), and the detail is a picture's principal components.

    Every voice has a map of its own. `prepare` lays the components through the sounds that are learned from; until then
    they are any orthonormal ones. What may be at a point is said by a flow, and its mean by a network of its own.
    """

    usual: Tensor
    band_shapes: Tensor
    frame_shapes: Tensor
    components: Tensor
    spread: Tensor

    def __init__(self, config: SoundConfig) -> None:
        super().__init__()
        self.config = config
        self.map_size, self.detail_size = 2, config.detail_size
        shapes = config.band_shapes * config.frame_shapes
        self.register_buffer("usual", torch.zeros(BANDS, FRAMES))
        self.register_buffer("band_shapes", _orthonormal(BANDS, config.band_shapes))
        self.register_buffer("frame_shapes", _orthonormal(FRAMES, config.frame_shapes))
        self.register_buffer("components", _orthonormal(shapes, config.detail_size))
        self.register_buffer("spread", torch.ones(config.detail_size))
        self.encoder = residual_network(config.detail_size + VOICE_COUNT, config.encoder_width, 1, 2 * self.map_size)
        self.mean = residual_network(self.map_size + VOICE_COUNT, config.encoder_width, 1, config.detail_size)
        self.flow = Flow(config.detail_size, self.map_size + VOICE_COUNT, config.width, config.blocks)

    def before_training(self, examples: Sounds) -> None:
        """Lay the components."""
        self.prepare(examples)

    @torch.no_grad()
    def prepare(self, sounds: Sounds) -> None:
        """Lay shapes and components through these sounds, each with its weight.

        The components are those of principal component analysis; a coordinate is worth the root of its spread, so that
        the first are drawn before the last, and all of them together have unit size.
        """
        share = sounds.weight / sounds.weight.sum()
        self.usual.copy_((share[:, None, None] * sounds.picture).sum(0))
        told = share.sqrt()[:, None, None] * self._beside_usual(sounds.picture)
        self.band_shapes.copy_(_principal(torch.einsum("nbf,ncf->bc", told, told), self.config.band_shapes)[0])
        self.frame_shapes.copy_(_principal(torch.einsum("nbf,nbg->fg", told, told), self.config.frame_shapes)[0])
        shapes = (self.band_shapes.T @ told @ self.frame_shapes).flatten(1)
        components, size = _principal(shapes.T @ shapes, self.detail_size)
        self.components.copy_(components)
        self.spread.copy_(size.sqrt() * (size.mean().sqrt()))

    def see(
        self, picture: Float[Tensor, "batch band frame"], voice: Float[Tensor, "batch voice"]
    ) -> Float[Tensor, "batch feature"]:
        """The detail of sounds, and beside it their voice."""
        shapes = self.band_shapes.T @ self._beside_usual(picture) @ self.frame_shapes
        return torch.cat([shapes.flatten(1) @ self.components / self.spread, voice], dim=1)

    def posterior_of_map(self, seen: Float[Tensor, "batch feature"]) -> Gaussian:
        """q(map | detail, voice)."""
        return Gaussian.from_parameters(self.encoder(seen))

    def locate(self, seen: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch map"]:
        """The mean of q(map | detail, voice)."""
        return self.posterior_of_map(seen).mean

    def describe(
        self,
        seen: Float[Tensor, "batch feature"],
        point: Float[Tensor, "batch map"],  # noqa: ARG002  # a detail is what it is wherever the sound lies
        voice: Float[Tensor, "batch voice"],  # noqa: ARG002
    ) -> Float[Tensor, "batch detail"]:
        """The principal components."""
        return seen[:, : self.detail_size]

    def expect(
        self, point: Float[Tensor, "batch map"], voice: Float[Tensor, "batch voice"]
    ) -> Float[Tensor, "batch detail"]:
        """The mean of p(detail | map, voice)."""
        return self.mean(torch.cat([point, voice], dim=1))

    def draw(
        self,
        point: Float[Tensor, "batch map"],
        noise: Float[Tensor, "batch detail"],
        voice: Float[Tensor, "batch voice"],
    ) -> Float[Tensor, "batch detail"]:
        """The detail that this noise becomes at this point: a draw from p(detail | map, voice) for normal noise."""
        return self.flow.carry(noise, torch.cat([point, voice], dim=1))

    def decode(
        self,
        point: Float[Tensor, "batch map"],  # noqa: ARG002
        detail: Float[Tensor, "batch detail"],
        voice: Float[Tensor, "batch voice"],  # noqa: ARG002
    ) -> Float[Tensor, "batch band frame"]:
        """The picture with these components."""
        shapes = (detail * self.spread @ self.components.T).unflatten(1, (self.config.band_shapes, -1))
        return self.usual + self.band_shapes @ shapes @ self.frame_shapes.T / _worth(detail)

    def losses(self, batch: Sounds, noise: torch.Generator) -> dict[str, Tensor]:
        """Mean squares of what flow and mean are wrong by, and the map's divergence from N(0, 1) in nats a sound."""
        if self.training:
            batch = recoloured(batch, self.config.tilt, self.config.damping, noise)
        seen = self.see(batch.picture, batch.voices)
        on_map = self.posterior_of_map(seen)
        told, detail = torch.cat([on_map.sample(noise), batch.voices], dim=1), seen[:, : self.detail_size]
        return {
            "flow": (batch.weight * self.flow.losses(detail, told, noise)).mean(),
            "mean": (batch.weight * (detail - self.mean(told)).square().mean(dim=1)).mean(),
            "kl_map": (batch.weight * on_map.kl_to(on_map.standard()).sum(-1)).mean(),
        }

    def onnx_graphs(self) -> Mapping[str, OnnxGraph]:
        """The networks that playing needs, by the names of their files without ".onnx"."""
        return sound_graphs(self)

    def _beside_usual(self, picture: Float[Tensor, "batch band frame"]) -> Float[Tensor, "batch band frame"]:
        return (picture - self.usual) * _worth(picture)


def _worth(like: Tensor) -> Float[Tensor, "band 1"]:
    worth = torch.ones(BANDS, 1, dtype=like.dtype, device=like.device)
    worth[LONG_BANDS:] = STROKE_WEIGHT
    return worth


def _orthonormal(rows: int, columns: int) -> Float[Tensor, "row column"]:
    return torch.linalg.qr(torch.randn(rows, columns))[0]


def _principal(
    covariance: Float[Tensor, "row row"], count: int
) -> tuple[Float[Tensor, "row column"], Float[Tensor, " column"]]:
    """The widest axes of a covariance, widest first, and the deviation along each."""
    variance, axes = torch.linalg.eigh(covariance)
    return axes.flip(-1)[:, :count], variance.flip(-1)[:count].clamp(min=1e-12).sqrt()


def sound_graphs(model: Any) -> dict[str, OnnxGraph]:
    """The networks of a sound model; inputs and outputs have the names that they had in every space so far."""
    spectrum = model.config.spectrum()
    picture, voice = torch.zeros(2, spectrum.bands, spectrum.frames), torch.zeros(2, VOICE_COUNT)
    point, detail = torch.zeros(2, model.map_size), torch.zeros(2, model.detail_size)
    seen = model.see(picture, voice).detach()

    def encode(picture: Tensor, voice: Tensor) -> tuple[Tensor, Tensor]:
        features = model.see(picture, voice)
        return model.locate(features), features

    def prior(point: Tensor, noise: Tensor, voice: Tensor) -> tuple[Tensor, Tensor]:
        return model.expect(point, voice), model.draw(point, noise, voice)

    encoded, noise = {"seen": seen, "map": point, "voice": voice}, {"map": point, "noise": detail, "voice": voice}
    code = {"map": point, "detail": detail, "voice": voice}
    return {
        "encoder": OnnxGraph(ModelMethod(model, encode), {"picture": picture, "voice": voice}, ("map", "seen")),
        "detail": OnnxGraph(ModelMethod(model, model.describe), encoded, ("detail",)),
        "prior": OnnxGraph(ModelMethod(model, prior), noise, ("expected", "drawn")),
        "decoder": OnnxGraph(ModelMethod(model, model.decode), code, ("picture",)),
    }
