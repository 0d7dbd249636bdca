"""How the strokes of generated bars are played: drawn from their distribution, and readable.

Each stroke is drawn where a reader of MIDI files finds it on its own step (`step_range`), so that a bar comes back from
a file with the same steps, however loosely it is played.
"""

from dataclasses import replace

import numpy as np

from clave.music.shapes import Bool
from clave.music.step_range import step_ranges
from clave.rhythm.dynamics import Dynamics, Hits, Noise, PlayedCells
from clave.rhythm.recorded_dynamics import RecordedDynamics


def draw_dynamics(
    cells: PlayedCells,
    hits: Hits,
    noise: Noise,
    recorded: RecordedDynamics | None,
    like_recorded: Bool[np.ndarray, " row"],
) -> Dynamics:
    """Velocity and offset of each stroke of bars of one length; 0 in the other cells.

    Rows that are `like_recorded` are played as loosely and as loudly as recorded bars, as far as these are known.
    """
    struck = np.nonzero(hits)
    row, voice, step = struck
    strokes = cells.struck(struck)
    low, high, _ = step_ranges(hits)
    if recorded is not None:
        least = recorded.offset_std[voice] * like_recorded[row]
        strokes = replace(strokes, offset_std=np.maximum(strokes.offset_std, least))
    levels, late = strokes.draw(noise[:, row if noise.shape[1] > 1 else 0, voice, step], low, high)
    if recorded is not None:
        levels = np.where(like_recorded[row], recorded.velocity(levels, voice), levels)

    velocity, offset = np.zeros(hits.shape, np.float32), np.zeros(hits.shape, np.float32)
    velocity[struck], offset[struck] = levels, late
    return velocity, offset
