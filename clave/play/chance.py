"""Chance that is the same on every listen: a number in [0, 1) for each place, from a seed and the place alone.

The page computes the same numbers (`web/src/rules/chance.ts`): whole numbers of 32 bits, mixed as the finalizer of
MurmurHash3 does (Austin Appleby, 2011, public domain).
"""

import numpy as np

from clave.music.shapes import Float64

MASK = 0xFFFFFFFF
GOLDEN = 0x9E3779B9  # 2^32 over the golden ratio: sets places apart that differ in one bit

PROBABILITY, RATCHET, WALK, CRASH = 1, 2, 3, 4  # what is left to chance, so that one draw does not decide another


def chance(seed: int, *place: int) -> float:
    """A number in [0, 1), evenly spread, for this seed and this place of whole numbers."""
    mixed = _mix(seed & MASK ^ GOLDEN)
    for part in place:
        mixed = _mix((mixed ^ part & MASK) + GOLDEN & MASK)
    return mixed / 2**32


def _mix(word: int) -> int:
    word ^= word >> 16
    word = word * 0x85EBCA6B & MASK
    word ^= word >> 13
    word = word * 0xC2B2AE35 & MASK
    return word ^ word >> 16


def noise(seed: int, count: int) -> Float64[np.ndarray, " sample"]:
    """White noise in [-1, 1): 2 * chance(seed, n) - 1 for each n."""
    mixed = (np.arange(count, dtype=np.uint32) ^ np.uint32(_mix(seed & MASK ^ GOLDEN))) + np.uint32(GOLDEN)
    mixed = (mixed ^ mixed >> np.uint32(16)) * np.uint32(0x85EBCA6B)
    mixed = (mixed ^ mixed >> np.uint32(13)) * np.uint32(0xC2B2AE35)
    return (mixed ^ mixed >> np.uint32(16)) / 2.0**31 - 1
