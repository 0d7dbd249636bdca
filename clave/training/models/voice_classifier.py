"""The classifier that says which voice a sound is, from a small log spectrogram."""

from collections.abc import Mapping
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from clave.music.kit import VOICES
from clave.music.shapes import Float
from clave.sound.voice_classifier import BANDS, FRAMES
from clave.training.models.onnx_graph import OnnxGraph

CHANNELS, DROPOUT = (16, 32, 64, 96), 0.3


class VoiceNet(nn.Module):
    """Four convolutions, each of which halves bands and frames, and a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        layers = list[nn.Module]()
        for inputs, outputs in pairwise((1, *CHANNELS)):
            layers += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)]
            layers += [nn.BatchNorm2d(outputs), nn.ReLU()]
        self.convolutions = nn.Sequential(*layers)
        self.dropout = nn.Dropout(DROPOUT)
        halved = 2 ** len(CHANNELS)
        self.output = nn.Linear(CHANNELS[-1] * (BANDS // halved) * (FRAMES // halved), len(VOICES))

    def forward(self, log_spectrogram: Float[Tensor, "batch band frame"]) -> Float[Tensor, "batch voice"]:
        """The logit of each voice."""
        return self.output(self.dropout(self.convolutions(log_spectrogram[:, None]).flatten(1)))


class VoiceClassifier(nn.Module):
    """The network with the temperature that calibrates its probabilities (Guo et al. 2017), as it is exported."""

    def __init__(self, network: VoiceNet, temperature: float) -> None:
        super().__init__()
        self.network, self.temperature = network, temperature

    def forward(self, log_spectrogram: Float[Tensor, "batch band frame"]) -> Float[Tensor, "batch voice"]:
        """The probability of each voice."""
        return functional.softmax(self.network(log_spectrogram) / self.temperature, dim=1)

    def onnx_graphs(self) -> Mapping[str, OnnxGraph]:
        """The whole of it, with the names of inputs and outputs that its file has always had."""
        return {"voices": OnnxGraph(self, {"picture": torch.zeros(2, BANDS, FRAMES)}, ("share",))}
