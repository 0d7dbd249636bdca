"""Recordings that several kits share, so that each can count once instead of once a kit.

A General MIDI bank puts one open hi-hat into twenty kits. If each of them counts, the range of the voice and the draws
of kits are that recording's: docs/experiments/kits.md has what this did.
"""

import numpy as np

from clave.music.shapes import Float32, Float64

SAME = np.array([0.05, 0.05, 0.05, 0.02], np.float32)
"""How near the descriptors of two sounds of a voice are, in the units of Descriptors.scaled, if they count as one."""


def shares(descriptors: Float32[np.ndarray, "sound descriptor"]) -> Float64[np.ndarray, " sound"]:
    """What each of these sounds of one voice counts: the share of it in those that are the same, itself included.

    A sound without a pitch is the same as others without one.
    """
    known = np.nan_to_num(descriptors, nan=-100.0)  # far below any pitch
    same = np.ones((len(known), len(known)), np.bool_)
    for column, most in zip(known.T, SAME, strict=True):
        same &= np.abs(column[:, None] - column) <= most
    return 1 / same.sum(axis=1)
