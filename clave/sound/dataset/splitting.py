"""Parts of a corpus: a split that keeps kits whole, weights of sounds in training, and a small sample."""

import numpy as np

from clave.errors import CorpusError
from clave.music.shapes import Bool, Float32, Float64, Int
from clave.sound.dataset.data_set import SoundCorpus
from clave.sound.dataset.factory import FACTORY_NAME

FACTORY_WEIGHT = 0.5  # of a factory sound, beside a recorded one


def split(corpus: SoundCorpus, *, share: float = 0.15, seed: int = 0) -> Bool[np.ndarray, " sound"]:
    """True for the sounds to hold out: whole groups of kits, drawn by the seed, near this share of the sounds.

    Groups larger than the share stay, unless there is none smaller: then the smallest goes. Raises CorpusError for a
    single group.
    """
    groups, sizes = np.unique(corpus.group, return_counts=True)
    if len(groups) < 2:
        raise CorpusError(f"{len(corpus)} sounds of kits that share sounds cannot be split: two kits are the least")
    order = np.random.default_rng(seed).permutation(len(groups))
    wanted, held = share * len(corpus), list[int]()
    taken = 0
    for index in order:
        if taken + sizes[index] <= wanted * 1.1 and taken < wanted:
            held.append(int(groups[index]))
            taken += int(sizes[index])
    held = held or [int(groups[order[sizes[order].argmin()]])]
    return np.isin(corpus.group, held)


def weights(corpus: SoundCorpus) -> Float32[np.ndarray, " sound"]:
    """The weight of each sound in training: voices in equal parts, kits by the root of their size; mean 1.

    A kit counts with the group it shares sounds with, and all factory drums count as half a kit, so that neither near
    copies nor synthesized drums outweigh the rest.
    """
    is_made = np.array([name.startswith(FACTORY_NAME) for name in corpus.sources])[corpus.source]
    group = np.where(is_made, int(corpus.group.max(initial=0)) + 1, corpus.group)
    return weights_of(corpus.voice, group, np.where(is_made, FACTORY_WEIGHT, 1.0))


def weights_of(
    voice: Int[np.ndarray, " sound"],
    group: Int[np.ndarray, " sound"],
    factor: Float64[np.ndarray, " sound"] | float = 1.0,
) -> Float32[np.ndarray, " sound"]:
    """The same for sounds of these voices, groups, with factors on their weights."""
    cells = voice.astype(np.int64) * (int(group.max(initial=0)) + 1) + group
    _, cell, counts = np.unique(cells, return_inverse=True, return_counts=True)
    weight = factor / np.sqrt(counts[cell])
    for index in np.unique(voice):
        rows = voice == index
        weight[rows] /= weight[rows].sum()
    return (weight / weight.mean() if len(weight) else weight).astype(np.float32)


def few(corpus: SoundCorpus, count: int, seed: int = 0) -> SoundCorpus:
    """At most `count` of the sounds, drawn by the seed with their `weights`: all voices, and many kits."""
    if count >= len(corpus):
        return corpus
    weight = weights(corpus).astype(np.float64)
    drawn = np.random.default_rng(seed).choice(len(corpus), count, replace=False, p=weight / weight.sum())
    return corpus.subset(np.sort(drawn))
