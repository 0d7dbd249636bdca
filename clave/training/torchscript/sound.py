"""A sound space as an instrument for nn~: map x, map y and a trigger in, the sound of a voice out."""

from typing import Any

import torch
from torch import Tensor, nn

from clave.audio.log_spectrogram import DrumSpectrogram
from clave.errors import ExportError
from clave.latent.space_folder import SpaceFolder
from clave.music.clip import SAMPLE_RATE
from clave.music.kit import VOICES
from clave.sound.space_format import spectrogram_of
from clave.training.torchscript.networks import torchscript, traced_networks
from clave.training.torchscript.synthesis import Synthesis

INLETS = ["map x", "map y", "trigger: strikes where it rises above 0, as hard as it is high"]


class SoundPlayer(nn.Module):
    """`forward` takes [batch, 3, sample] and gives [batch, 1, sample].

    A strike plays what `SoundSpace.at` has at the point without variation, times the square of the trigger's height.
    """

    centre: Tensor  # [voice, 2]
    spread: Tensor  # [voice, 2]
    sounding: Tensor  # [batch, sample]: what is still to come of strikes before
    trigger: Tensor  # [batch]: of the last sample
    point: Tensor  # [2]: that of the sound below
    clip: Tensor  # [sample]: at the sample rate of the host

    def __init__(self, space: SpaceFolder, spectrogram: DrumSpectrogram, prior: Any, decoder: Any) -> None:
        super().__init__()
        settings: dict[str, Any] = space.settings
        self.prior, self.decoder = prior, decoder
        self.synthesis = Synthesis(spectrogram, len(VOICES))
        self.known = [voice.index for voice in VOICES if voice.name in settings["voices"]]
        self.voice_now, self.voices = self.known[0], len(VOICES)
        self.drawn, self.rest = int(settings["drawn_size"]), int(settings["detail_size"]) - int(settings["drawn_size"])
        self.own_rate, self.rate, self.stale = SAMPLE_RATE, SAMPLE_RATE, True
        self.register_buffer("centre", torch.tensor(settings["centre"]))
        self.register_buffer("spread", torch.tensor(settings["spread"]))
        for name, empty in (("sounding", (0, 0)), ("trigger", (0,)), ("point", (2,)), ("clip", (0,))):
            self.register_buffer(name, torch.zeros(empty))
        self.register_buffer("forward_params", torch.tensor([len(INLETS), 1, 1, 1]))
        self.forward_input_labels = INLETS
        self.forward_output_labels = ["sound"]
        self.register_buffer("voice_params", torch.tensor([1]))

    def forward(self, x: Tensor) -> Tensor:
        """Play a block."""
        size = x.shape[2]
        if self.trigger.shape[0] != x.shape[0]:
            self.trigger = torch.zeros(x.shape[0], device=x.device)
            self.sounding = torch.zeros(x.shape[0], 0, device=x.device)
        heard = torch.zeros(x.shape[0], max(size, self.sounding.shape[1]), device=x.device)
        heard[:, : self.sounding.shape[1]] = self.sounding
        for row in range(x.shape[0]):
            before = torch.cat([self.trigger[row : row + 1], x[row, 2, :-1]])
            for at in torch.nonzero((x[row, 2] > 0) & (before <= 0)).flatten():
                sample = int(at.item())
                self.find_clip(x[row, :2, sample])
                end = sample + self.clip.shape[0]
                if end > heard.shape[1]:
                    heard = torch.nn.functional.pad(heard, [0, end - heard.shape[1]])
                heard[row, sample:end] += self.clip * x[row, 2, sample].clamp(max=1.0).square()
            self.trigger[row] = x[row, 2, -1]
        self.sounding = heard[:, size:].clone()
        return heard[:, :size].unsqueeze(1)

    def find_clip(self, point: Tensor) -> None:
        """Decode the sound at this point [2], unless it is the one that plays; what is not finite counts as 0."""
        point = torch.nan_to_num(point, 0.0, 0.0, 0.0)
        if self.stale or not bool(torch.equal(point, self.point)):
            self.point, self.stale = point.clone(), False
            self.clip = self.at_host_rate(self.sound(point))

    @torch.jit.export
    def log_spectrogram(self, point: Tensor) -> Tensor:
        """That of the sound at a point [2], [band, frame]."""
        voice = point.new_zeros(1, self.voices)
        voice[0, self.voice_now] = 1.0
        at = (self.centre[self.voice_now] + self.spread[self.voice_now] * point).unsqueeze(0)
        expected = self.prior(at, point.new_zeros(1, self.drawn), voice)
        detail = torch.cat([expected, point.new_zeros(1, self.rest)], dim=1)
        return self.decoder(at, detail, voice)[0]

    @torch.jit.export
    def sound(self, point: Tensor) -> Tensor:
        """The sound at a point [2], at 44.1 kHz. Voices have noises of their own."""
        return self.synthesis(self.log_spectrogram(point), self.voice_now)

    def at_host_rate(self, clip: Tensor) -> Tensor:
        """The same sound at the host's sample rate, by its spectrum."""
        if self.rate == self.own_rate:
            return clip
        length = (clip.shape[0] * self.rate + self.own_rate // 2) // self.own_rate
        return torch.fft.irfft(torch.fft.rfft(clip), n=length) * (length / clip.shape[0])

    @torch.jit.export
    def set_sample_rate(self, rate: int) -> int:
        """0 for a rate of at least 8000 Hz, else -1, and nothing changes."""
        if rate < 8000:
            return -1
        self.rate, self.stale = rate, True
        return 0

    @torch.jit.export
    def get_methods(self) -> list[str]:
        """What nn~ may call."""
        return ["forward"]

    @torch.jit.export
    def get_attributes(self) -> list[str]:
        """What nn~ may set."""
        return ["voice"]

    @torch.jit.export
    def get_voice(self) -> int:
        """Which voice, counted from 0."""
        return self.voice_now

    @torch.jit.export
    def set_voice(self, value: int) -> int:
        """0 if the space has learned this voice, else -1, and nothing changes."""
        if value not in self.known:
            return -1
        self.voice_now, self.stale = value, True
        return 0


def sound_player(space: SpaceFolder) -> torch.jit.ScriptModule:
    """The sound space of this folder as a compiled module; ExportError for one of other log spectrograms."""
    spectrogram = spectrogram_of(space.path, space.settings)
    if not isinstance(spectrogram, DrumSpectrogram):
        raise ExportError(
            f"{space.path} holds log spectrograms of the kind {spectrogram.name!r}: TorchScript is written of the kind "
            f"{DrumSpectrogram.name!r}; `--format onnx` writes the networks of any space"
        )
    prior, decoder = traced_networks(space, ("prior", "decoder"), first_output=True)
    with torchscript():
        return torch.jit.script(SoundPlayer(space, spectrogram, prior, decoder).eval())
