"""The networks of a sound space: log spectrograms to codes and back, and the prior of the detail."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from clave.audio.log_spectrogram import Spectrogram
from clave.latent.code import Code, map_points
from clave.latent.onnx_runner import resting, run, session
from clave.music.kit import VOICES, Voice
from clave.music.shapes import Float32


class SoundNetworks:
    """Four ONNX networks, each conditioned on the voice.

    In their coordinates the sounds of a voice need not lie around the centre of the map: `to_network` and its inverse
    move and scale each voice's map, so that outside its coordinates are those of a standard normal prior.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any], spectrogram: Spectrogram) -> None:
        self._centre = np.array(settings["centre"], np.float32)  # voice x map, in the networks' coordinates
        self._spread = np.array(settings["spread"], np.float32)  # voice x map
        shape, voice, point = (spectrogram.bands, spectrogram.frames), (len(VOICES),), (2,)
        detail, drawn = (int(settings["detail_size"]),), (int(settings["drawn_size"]),)
        # The graphs call log spectrograms "picture" and the encoder's features "seen".
        self._encoder = resting(folder / "encoder.onnx", [point, (None,)], picture=shape, voice=voice)
        features = list(self._encoder.outputs.values())[-1]
        self._residual_size = detail[0] - drawn[0]
        self._detail = resting(folder / "detail.onnx", [detail], seen=features, map=point, voice=voice)
        self._prior = session(folder / "prior.onnx", [drawn, drawn], map=point, noise=drawn, voice=voice)
        self._decoder = session(folder / "decoder.onnx", [shape], map=point, detail=detail, voice=voice)

    def encode(self, log_spectrogram: Float32[np.ndarray, "sound band frame"], voice: Voice) -> Code:
        """Where these sounds lie on the voice's map, and their detail there."""
        condition = _one_hot(voice, len(log_spectrogram))
        point, features = run(self._encoder, picture=log_spectrogram, voice=condition)
        detail = run(self._detail, seen=features, map=point, voice=condition)[0]
        return Code((point - self._centre[voice.index]) / self._spread[voice.index], detail)

    def decode(self, code: Code, voice: Voice) -> Float32[np.ndarray, "sound band frame"]:
        """The log spectrograms of these codes."""
        points = self.to_network(map_points(code.map), voice)
        return run(self._decoder, map=points, detail=code.detail, voice=_one_hot(voice, len(code)))[0]

    def prior(
        self,
        points: Float32[np.ndarray, "sound map"],
        noise: Float32[np.ndarray, "sound drawn"],
        voice: Voice,
    ) -> tuple[Float32[np.ndarray, "sound detail"], Float32[np.ndarray, "sound detail"]]:
        """The expected detail at these points, and the sample of the detail that standard normal noise gives there.

        What the prior does not draw is 0 in both.
        """
        expected = sample = noise
        if len(points):
            condition = _one_hot(voice, len(points))
            expected, sample = run(self._prior, map=self.to_network(points, voice), noise=noise, voice=condition)
        rest = np.zeros((len(points), self._residual_size), np.float32)
        return np.concatenate([expected, rest], axis=1), np.concatenate([sample, rest], axis=1)

    def to_network(self, points: Float32[np.ndarray, "sound map"], voice: Voice) -> Float32[np.ndarray, "sound map"]:
        """Points of the voice's map in the networks' coordinates."""
        return self._centre[voice.index] + self._spread[voice.index] * points


def _one_hot(voice: Voice, count: int) -> Float32[np.ndarray, "sound voice"]:
    rows = np.zeros((count, len(VOICES)), np.float32)
    rows[:, voice.index] = 1
    return rows
