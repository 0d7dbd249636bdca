"""The sounds of a loop: of each voice, its clearest stroke, cut out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clave.files.audio_file import END_FADE_SECONDS, ONE_SHOT_SECONDS
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES
from clave.music.shapes import Float32
from clave.sound.loops.strokes import LoopStroke

LEAD_SECONDS = 0.002  # kept before an onset
SHORT_SECONDS = 0.03  # a shorter piece is no sound of a kit
LONG_SECONDS = 0.6  # from which on more time alone makes a stroke no clearer
TOGETHER = 0.3  # how much a stroke counts that sounds together with another
AT_ONCE_SECONDS = 0.03  # strokes so near to each other sound together


@dataclass(frozen=True, eq=False)
class LoopSound:
    """The sound of a voice, as long as it is heard without the next stroke."""

    voice: int  # row in VOICES
    start_s: float
    end_s: float
    clip: Clip
    alone: bool  # no other voice is struck with it
    velocity: float = 1.0  # of the stroke that was cut out

    @property
    def name(self) -> str:
        """Of its file: "open hi-hat.wav"."""
        return f"{VOICES[self.voice].name}.wav"


def cut_sounds(samples: Float32[np.ndarray, " sample"], strokes: Sequence[LoopStroke]) -> tuple[LoopSound, ...]:
    """A sound for each voice that is struck and can be cut, in the order of voices."""
    chosen = dict[int, tuple[float, LoopSound]]()
    length_s = len(samples) / SAMPLE_RATE
    for stroke in strokes:
        later = [each.seconds for each in strokes if each.seconds > stroke.seconds + AT_ONCE_SECONDS]
        end_s = min([length_s, stroke.seconds + ONE_SHOT_SECONDS, *later])
        if end_s - stroke.seconds < SHORT_SECONDS:
            continue
        alone = not any(
            each.voice != stroke.voice and abs(each.seconds - stroke.seconds) <= AT_ONCE_SECONDS for each in strokes
        )
        clearness = stroke.confidence * (1 if alone else TOGETHER) * (0.3 + stroke.velocity)
        clearness *= 0.2 + min(end_s - stroke.seconds, LONG_SECONDS)
        if clearness > chosen.get(stroke.voice, (0.0,))[0]:
            start_s = max(0.0, stroke.seconds - LEAD_SECONDS)
            clip = _piece(samples, start_s, end_s)
            chosen[stroke.voice] = clearness, LoopSound(stroke.voice, start_s, end_s, clip, alone, stroke.velocity)
    return tuple(sound for _, (_, sound) in sorted(chosen.items()) if sound.clip.peak > 0)


def _piece(samples: Float32[np.ndarray, " sample"], start_s: float, end_s: float) -> Clip:
    """A piece of the loop that rises from silence and fades to it."""
    piece = samples[round(start_s * SAMPLE_RATE) : max(round(end_s * SAMPLE_RATE), 1)].copy()
    rise = min(len(piece), round(LEAD_SECONDS * SAMPLE_RATE))
    piece[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    fade = min(len(piece), round(min(END_FADE_SECONDS, 0.25 * (end_s - start_s)) * SAMPLE_RATE))
    piece[len(piece) - fade :] *= np.cos(np.linspace(0, np.pi / 2, fade, dtype=np.float32)) ** 2
    return Clip(piece)
