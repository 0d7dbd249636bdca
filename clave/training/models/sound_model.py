"""What all models of one-shots have in common: their data, their settings, and how they encode and decode."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from clave.audio.log_spectrogram import Spectrogram
from clave.music.kit import VOICES
from clave.music.shapes import Float, Int
from clave.training.models.onnx_graph import ModelMethod, OnnxGraph
from clave.training.models.vae import VAE, Config

VOICE_COUNT = len(VOICES)


@dataclass(frozen=True)
class Sounds:
    """A batch of one-shots."""

    log_spectrogram: Float[Tensor, "batch band frame"]  # of the model's `spectrogram`
    voice: Int[Tensor, " batch"]  # index into VOICES
    weight: Float[Tensor, " batch"]  # of each in the loss, about 1

    def __len__(self) -> int:
        return self.log_spectrogram.shape[0]

    def __getitem__(self, rows: slice | Tensor) -> "Sounds":
        return Sounds(self.log_spectrogram[rows], self.voice[rows], self.weight[rows])

    def to(self, device: str | torch.device) -> "Sounds":
        """The same sounds on another device."""
        return Sounds(self.log_spectrogram.to(device), self.voice.to(device), self.weight.to(device))

    @property
    def voices(self) -> Float[Tensor, "batch voice"]:
        """The voice of each sound, one-hot."""
        return functional.one_hot(self.voice, VOICE_COUNT).to(self.weight.dtype)


class OneShotConfig(Config):
    """The settings of a model of one-shots."""

    unit: ClassVar[str]  # of its loss
    variants: ClassVar[int]  # of each sound, added to its training data unless said otherwise

    @abstractmethod
    def spectrogram(self) -> Spectrogram:
        """The kind of log spectrogram that it learns from."""


class SoundModel(VAE[Sounds]):
    """A model whose codes are a map point and a detail, each conditioned on the voice.

    Its prior draws the first `drawn_size` numbers of the detail; the others are 0 but in sounds that were encoded.
    """

    drawn_size: int

    @abstractmethod
    def spectrogram(self) -> Spectrogram:
        """The kind of log spectrogram that it learns from."""

    @abstractmethod
    def features(
        self, log_spectrogram: Float[Tensor, "batch band frame"], voice: Float[Tensor, "batch voice"]
    ) -> Float[Tensor, "batch feature"]:
        """What map and detail are computed from."""

    @abstractmethod
    def encode_map(self, features: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch map"]:
        """The map point of each sound."""

    @abstractmethod
    def encode_detail(
        self,
        features: Float[Tensor, "batch feature"],
        point: Float[Tensor, "batch map"],
        voice: Float[Tensor, "batch voice"],
    ) -> Float[Tensor, "batch detail"]:
        """The detail of each sound."""

    @abstractmethod
    def expected_detail(
        self, point: Float[Tensor, "batch map"], voice: Float[Tensor, "batch voice"]
    ) -> Float[Tensor, "batch drawn"]:
        """The mean of p(detail | map, voice), where the prior draws it."""

    @abstractmethod
    def sample_detail(
        self,
        point: Float[Tensor, "batch map"],
        noise: Float[Tensor, "batch drawn"],
        voice: Float[Tensor, "batch voice"],
    ) -> Float[Tensor, "batch drawn"]:
        """A sample of the same, from standard normal noise."""

    @abstractmethod
    def decode(
        self,
        point: Float[Tensor, "batch map"],
        detail: Float[Tensor, "batch detail"],
        voice: Float[Tensor, "batch voice"],
    ) -> Float[Tensor, "batch band frame"]:
        """The log spectrogram of each code."""

    def onnx_graphs(self) -> dict[str, OnnxGraph]:
        """The networks that playing runs, by the name of their file.

        The names of inputs and outputs are those of every sound space ever written: a log spectrogram is a "picture",
        and the features are "seen".
        """
        spectrogram = self.spectrogram()
        picture, voice = torch.zeros(2, spectrogram.bands, spectrogram.frames), torch.zeros(2, VOICE_COUNT)
        point, detail = torch.zeros(2, self.map_size), torch.zeros(2, self.detail_size)
        noise, seen = torch.zeros(2, self.drawn_size), self.features(picture, voice).detach()

        def encode(picture: Tensor, voice: Tensor) -> tuple[Tensor, Tensor]:
            features = self.features(picture, voice)
            return self.encode_map(features), features

        def prior(point: Tensor, noise: Tensor, voice: Tensor) -> tuple[Tensor, Tensor]:
            return self.expected_detail(point, voice), self.sample_detail(point, noise, voice)

        encoder_inputs = {"picture": picture, "voice": voice}
        detail_inputs = {"seen": seen, "map": point, "voice": voice}
        prior_inputs = {"map": point, "noise": noise, "voice": voice}
        decoder_inputs = {"map": point, "detail": detail, "voice": voice}
        return {
            "encoder": OnnxGraph(ModelMethod(self, encode), encoder_inputs, ("map", "seen")),
            "detail": OnnxGraph(ModelMethod(self, self.encode_detail), detail_inputs, ("detail",)),
            "prior": OnnxGraph(ModelMethod(self, prior), prior_inputs, ("expected", "drawn")),
            "decoder": OnnxGraph(ModelMethod(self, self.decode), decoder_inputs, ("picture",)),
        }
