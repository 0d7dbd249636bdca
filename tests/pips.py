"""A kit of short tones, and projects performed on it."""

import numpy as np

from clave.music.clip import Clip
from clave.play.arrange import Decoded, arrange, requests, sound_key
from clave.play.performance import Performance
from clave.play.project import Project

RATE = 44_100  # Hz


def pip(voice: int, seconds: float = 0.08) -> Clip:
    """A short decaying tone that begins at once."""
    time = np.arange(round(seconds * RATE)) / RATE
    return Clip((0.5 * np.cos(2 * np.pi * (200 + 150 * voice) * time) * np.exp(-time * 60)).astype(np.float32), RATE)


def performed(project: Project, bars: int | None = None) -> Performance:
    sounds = {sound_key(voice, each): pip(voice) for voice, each in requests(project, bars).sounds}
    return arrange(project, Decoded({}, sounds), bars)
