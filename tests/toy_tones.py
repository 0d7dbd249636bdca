"""A sound space without a model: each point is a tone, by a rule that a test can compute."""

from pathlib import Path

import numpy as np

from clave.latent.code import Code, map_points
from clave.music.clip import Clip
from clave.music.kit import VOICES, Voice
from clave.music.kit import voice as voice_of
from clave.sound.kit_draw import DrawnSound
from clave.sound.space import SoundMap, SoundSpace

POINTS = np.array([[-1, -1], [1, 1], [2, -0.5], [0, 0.25]], np.float32)
SOURCES = ("a/kick.wav", "b/kick.wav", "a/kick.wav", "c.wav")


class ToyTones(SoundSpace):
    """x says how high, y and the first of two details how long."""

    def __init__(self, voices: tuple[str, ...] = tuple(voice.name for voice in VOICES)) -> None:
        self.folder = Path("in memory")
        self.voices = voices
        self.detail_size = self.drawn_size = 2
        self.card = {"name": "toy", "licence": "CC0", "credit": "nobody"}
        self.licences = {"c.wav": "CC BY 4.0"}
        self.own_sources, self.verdict = frozenset(), None
        self.decoded = 0

    def draw_kit(self, seed=0, variation=0.8, character=None):
        assert not character
        return {name: DrawnSound(point, variation, seed, {}) for name, point in self.places(seed).items()}

    def code_at(self, points, voice, variation=0.0, seed=0, detail=None, shift=None):  # noqa: ARG002
        where = map_points(points)
        detail = np.zeros((len(where), 2), np.float32) if detail is None else detail
        direction = np.random.default_rng(seed).standard_normal(2).astype(np.float32)
        longer = np.array([(shift or {}).get("decay", 0), 0], np.float32)
        return Code(where, detail + np.float32(variation) * direction + longer)

    def directions(self, voice):
        return ("decay",) if voice == "kick" else ()

    def encode(self, clips, voice):  # noqa: ARG002
        return Code(np.array([[1.25, 1]], np.float32), np.array([[0.5, len(clips[0]) / 1e5]], np.float32))

    def decode(self, code, voice):
        self.decoded += len(code)
        return [
            self.tone(x, y + detail[0], voice_of(voice)) for (x, y), detail in zip(code.map, code.detail, strict=True)
        ]

    def tone(self, x: float, y: float, voice: Voice) -> Clip:
        time = np.arange(22_050) / 44_100
        samples = np.sin(2 * np.pi * 100 * (voice.index + 1) * 2**x * time) * np.exp(-time / (0.05 * 2**y))
        return Clip((0.9 / np.abs(samples).max() * samples).astype(np.float32))

    def corpus(self, voice):
        heard = np.column_stack([[9, 8, 7, 6], [-1, -2, -3, -4], [7, np.nan, 6, 8], [0, 0.1, 0.2, 0.3]])
        return SoundMap(POINTS + 0.01 * voice_of(voice).index, SOURCES, heard.astype(np.float32))
