"""A bar as a vector whose distances are those of rhythms: where strokes are, how loud, of which voice.

Each stroke is a Gaussian of 1.5 steps at the moment it is played, as high as the square root of its velocity, in the
row of its voice. So a stroke that comes a little earlier, or a ghost note that goes, is a small distance, and another
rhythm a large one. On Groove MIDI it finds other bars of the same performance more often than a code of the rhythm
space does (docs/find.md).
"""

from collections.abc import Sequence

import numpy as np

from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.shapes import Float32, Shaped
from clave.music.units import METERS, steps_per_bar

VECTOR = "rhythm vector 1"  # its name in an index; another rule is another number
WIDTH_STEPS = 1.5  # standard deviation of the Gaussian
REACH = 5  # steps on both sides, beyond which it is nothing
STEPS = max(map(steps_per_bar, METERS))
SIZE = len(VOICES) * STEPS


def rhythm_vectors(patterns: Sequence[Pattern]) -> Float32[np.ndarray, "bar number"]:
    """A vector of 8 x 96 numbers for each bar; the end of a bar is followed by its beginning, as in a loop.

    Steps of a bar beyond 96 are folded back, so that bars in any meter have a vector.
    """
    if not patterns:
        return np.zeros((0, SIZE), np.float32)
    columns = [_strokes(pattern) for pattern in patterns]
    bar = np.repeat(np.arange(len(patterns)), [len(each[0]) for each in columns])
    length = np.repeat([pattern.steps for pattern in patterns], [len(each[0]) for each in columns])
    voice, position, velocity = (np.concatenate([each[column] for each in columns]) for column in range(3))
    return placed(bar, voice.astype(np.int64), position, velocity, length, len(patterns))


def placed(
    bar: Shaped[np.ndarray, " stroke"],
    voice: Shaped[np.ndarray, " stroke"],
    position: Shaped[np.ndarray, " stroke"],
    velocity: Shaped[np.ndarray, " stroke"],
    length: Shaped[np.ndarray, " stroke"],
    bars: int,
) -> Float32[np.ndarray, "bar number"]:
    """The same from strokes column by column: index of the bar, voice, position and length of the bar in steps."""
    whole = np.zeros(bars * SIZE)
    first, row, loudness = np.floor(position).astype(np.int64), bar * SIZE + voice * STEPS, np.sqrt(velocity)
    for away in range(-REACH, REACH + 2):
        step = first + away
        height = loudness * np.exp(-0.5 * np.square((step - position) / WIDTH_STEPS))
        whole += np.bincount(row + step % length % STEPS, height, len(whole))
    return whole.reshape(bars, SIZE).astype(np.float32)


def _strokes(pattern: Pattern) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    voice, step = np.nonzero(pattern.velocity)
    return voice, step + pattern.offset[voice, step].astype(np.float64), pattern.velocity[voice, step]
