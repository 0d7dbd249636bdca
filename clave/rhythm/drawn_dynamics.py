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
    row, voice, _ = np.nonzero(hits)
    struck = cells.struck(hits)
    of_strokes = np.broadcast_to(noise, (len(noise), *hits.shape))[:, hits]
    low, high, _ = step_ranges(hits)
    if recorded is not None:
        least = np.where(like_recorded[row], recorded.least_std(voice), 0)
        struck = replace(struck, offset_std=np.maximum(struck.offset_std, least))
    levels, late = struck.draw(of_strokes, low, high)
    if recorded is not None:
        levels = np.where(like_recorded[row], recorded.velocity(levels, voice), levels)

    velocity, offset = np.zeros(hits.shape, np.float32), np.zeros(hits.shape, np.float32)
    velocity[hits], offset[hits] = levels, late
    return velocity, offset
