"""Sounds that are the same, and kits that share one: a million sounds take minutes.

A sketch tells copies from each other whatever their format and level. An outline is a coarse log spectrogram: no two
sounds are nearer to each other than their outlines are, so that only those with near outlines are compared whole.
"""

from collections.abc import Callable

import numpy as np

from clave.music.shapes import Float32, Int
from clave.rhythm.dataset.union_find import UnionFind
from clave.sound.dataset.near_pairs import pairs_within

COPY = 0.001  # of the standard deviation of a sketch's numbers: the most by which a copy's may be off
NEAR_COPY = 0.35  # root mean square difference of log spectrograms, in nepers, below which two sounds share a group
OUTLINE_BANDS, OUTLINE_FRAMES = 4, 16  # of the log spectrogram, in a cell of the outline
COARSE_CELLS = 5  # of the outline side by side, in one that the tree holds: few numbers are searched quickly
COMPARED_AT_ONCE = 256  # pairs of whole log spectrograms

LogSpectrograms = Callable[[Int[np.ndarray, " chosen"]], Float32[np.ndarray, "chosen band frame"]]
"""Those of some sounds, by number."""


def first_alike(sketches: Float32[np.ndarray, "sound number"]) -> Int[np.ndarray, " sound"]:
    """The number of the sound that each is a copy of, -1 for none: the first that is itself no copy."""
    same = np.full(len(sketches), -1, np.int64)
    if not len(sketches):
        return same
    distinct, first, which = np.unique(sketches, axis=0, return_index=True, return_inverse=True)
    pairs = pairs_within(distinct, COPY, norm=np.inf)
    neighbours: dict[int, list[int]] = {}
    for one, other in np.sort(first[pairs], axis=1).tolist():
        neighbours.setdefault(other, []).append(one)
    for later in sorted(neighbours):
        originals = [each for each in neighbours[later] if same[each] < 0]
        if originals:
            same[later] = min(originals)
    earliest = first[which.reshape(-1)]
    repeated = earliest < np.arange(len(sketches))
    of_earliest = same[earliest]
    same[repeated] = np.where(of_earliest < 0, earliest, of_earliest)[repeated]
    return same


def outlines(log_spectrograms: Float32[np.ndarray, "sound band frame"]) -> Float32[np.ndarray, "sound number"]:
    """The sums of their cells, scaled so that no distance grows."""
    sounds, bands, frames = log_spectrograms.shape
    wide, long = -(-bands // OUTLINE_BANDS), -(-frames // OUTLINE_FRAMES)
    whole = np.zeros((sounds, wide * OUTLINE_BANDS, long * OUTLINE_FRAMES), np.float32)
    whole[:, :bands, :frames] = log_spectrograms
    cells = whole.reshape(sounds, wide, OUTLINE_BANDS, long, OUTLINE_FRAMES).sum(axis=(2, 4))
    return cells.reshape(sounds, -1) / np.float32(np.sqrt(OUTLINE_BANDS * OUTLINE_FRAMES))


def groups(
    kit: Int[np.ndarray, " sound"],
    outline: Float32[np.ndarray, "sound number"],
    cells: int,
    log_spectrograms: LogSpectrograms,
) -> Int[np.ndarray, " sound"]:
    """The same number for kits that share a sound, or near copies of one; log spectrograms have so many cells."""
    kits = np.unique(kit, return_inverse=True)[1]
    linked = UnionFind(int(kits.max(initial=-1)) + 1)
    pairs = _near(outline, NEAR_COPY * np.sqrt(cells))
    pairs = pairs[kits[pairs[:, 0]] != kits[pairs[:, 1]]]
    for at in range(0, len(pairs), COMPARED_AT_ONCE):
        some = pairs[at : at + COMPARED_AT_ONCE]
        some = some[[not linked.linked(*of) for of in kits[some].tolist()]]
        chosen, places = np.unique(some, return_inverse=True)
        whole = log_spectrograms(chosen)
        for (one, other), (left, right) in zip(kits[some].tolist(), places.reshape(-1, 2).tolist(), strict=True):
            if np.square(whole[left] - whole[right]).mean() < NEAR_COPY**2:
                linked.link(one, other)
    _, first, group = np.unique(linked.groups(), return_index=True, return_inverse=True)
    return first.argsort().argsort()[group][kits]  # numbered by the first kit of each


def _near(outline: Float32[np.ndarray, "sound number"], radius: float) -> Int[np.ndarray, "pair 2"]:
    """The pairs whose outlines are so near, in order."""
    sounds, numbers = outline.shape
    whole = np.zeros((sounds, -(-numbers // COARSE_CELLS) * COARSE_CELLS), np.float32)
    whole[:, :numbers] = outline
    coarse = whole.reshape(sounds, -1, COARSE_CELLS).sum(axis=2) / np.sqrt(COARSE_CELLS)
    pairs = pairs_within(coarse, radius)
    near = [
        np.square(outline[some[:, 0]] - outline[some[:, 1]]).sum(axis=1) < radius**2
        for some in (pairs[at : at + 10_000] for at in range(0, len(pairs), 10_000))
    ]
    return pairs[np.concatenate(near)] if near else pairs
