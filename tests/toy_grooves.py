"""A few seeded bars as files to learn from, and bars of 3/4."""

from pathlib import Path

import numpy as np

from clave import Pattern, corpus, midi


def waltzes(count: int, seed: int = 0) -> list[Pattern]:
    """Bars of 3/4, all different."""
    rng = np.random.default_rng(seed)
    hits = rng.random((count, 8, 48)) < 0.04
    hits[:, 0, 0] = hits[:, 1, 16] = hits[:, 1, 32] = True
    return [Pattern.from_hits(bar, rng.uniform(0.2, 1, bar.shape), meter=(3, 4)) for bar in hits]


def toy_grooves(folder: Path) -> corpus.Corpus:
    """Two styles, twelve files of eight bars each, all different, written to this folder and read back."""
    rng = np.random.default_rng(0)
    for style, first in (("house", 0), ("reggae", 8)):
        for number in range(6):
            hits = np.zeros((8, 8, 64), bool)
            hits[:, 0, first::16] = hits[:, 1, 16::32] = True
            hits[:, 2, ::4] = rng.random((8, 16)) < 0.7
            velocity = rng.uniform(0.2, 1, hits.shape)
            path = folder / style / f"{number}.mid"
            path.parent.mkdir(exist_ok=True)
            midi.write(path, [Pattern.from_hits(*bar) for bar in zip(hits, velocity, strict=True)])
    return corpus.scan(folder)
