"""One hash for all bars of a corpus: whether two runs had the same data."""

import hashlib

import numpy as np

from clave.latent.file_hashes import joint_hash
from clave.music.units import METERS, TICKS_PER_STEP, meter_name
from clave.rhythm.dataset.data_set import Corpus


def data_hash(corpus: Corpus) -> str:
    """SHA-256 of the sorted hashes of its sources: of the bars of each, as they are stored, with their labels.

    Names of files do not count, and neither does their order: a folder that was moved or renamed has the same hash.
    """
    velocity = np.rint(corpus.velocity * 127).astype(np.uint8)
    tick = np.rint(corpus.offset * TICKS_PER_STEP).astype(np.int8)
    sources: dict[int, hashlib._Hash] = {}  # pyright: ignore[reportPrivateUsage] -- the type of sha256()
    for row in np.lexsort((corpus.number, corpus.source)).tolist():
        meter, style = METERS[corpus.meter[row]], int(corpus.style[row])
        label = (meter_name(meter), corpus.styles[style] if style >= 0 else "", int(corpus.section[row]))
        steps = _struck(velocity[row])
        digest = sources.setdefault(int(corpus.source[row]), hashlib.sha256())
        digest.update(repr((int(corpus.number[row]), label)).encode())
        digest.update(velocity[row][:, :steps].tobytes() + (tick[row] * (velocity[row] > 0))[:, :steps].tobytes())
    return joint_hash(each.hexdigest() for each in sources.values())


def _struck(velocity: np.ndarray) -> int:
    """Steps up to the last stroke: a corpus with a longer bar in it stores all others wider."""
    struck = np.flatnonzero(velocity.any(axis=0))
    return int(struck[-1]) + 1 if len(struck) else 0
