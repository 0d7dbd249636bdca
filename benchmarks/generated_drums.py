"""Folders of generated one-shots for measuring: drums of our own synthesizer, the same for the same number."""

from pathlib import Path

import soundfile

from clave.music.kit import VOICES
from clave.sound.dataset import made_clip

SOUNDS_A_KIT = 20
RATE = 44_100


def write_sounds(folder: Path, files: int, first: int = 0) -> Path:
    """So many one-shots in 16 bits, of all voices in turn, in a folder a kit; those that are there stay.

    They are counted from `first`: another number, other sounds.
    """
    for number in range(first, first + files):
        voice = VOICES[number % len(VOICES)]
        path = folder / f"kit {number // SOUNDS_A_KIT:05}" / f"{voice.name} {number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            soundfile.write(path, made_clip(voice, number).samples, RATE)
    return folder


def total_seconds(folder: Path) -> float:
    """How long all of them are together."""
    return sum(soundfile.info(path).duration for path in folder.rglob("*.wav"))
