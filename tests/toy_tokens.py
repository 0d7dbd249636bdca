"""A small vocabulary whose tokens a test can count by hand."""

import numpy as np

KICK, SNARE, HAT = 0, 1, 2


def token(**struck):
    """A 16th from the steps on which each voice is struck."""
    cells = np.zeros((8, 4), bool)
    for name, steps in struck.items():
        cells[{"kick": KICK, "snare": SNARE, "hat": HAT, "tom": 4, "clap": 6}[name], steps] = True
    return cells


TOKEN_GRIDS = np.stack(
    [
        token(),
        token(kick=[0]),
        token(snare=[0]),
        token(hat=[0]),
        token(kick=[0], hat=[0]),
        token(hat=[0, 2]),
    ]
)
