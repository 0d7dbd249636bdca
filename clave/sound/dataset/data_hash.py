"""One hash for all sounds of a corpus: whether two runs had the same data."""

import hashlib
from collections.abc import Sequence

from clave.latent.file_hashes import joint_hash
from clave.sound.dataset.credits import Credit


def data_hash(credited: Sequence[Credit]) -> str:
    """SHA-256 of the sorted SHA-256 of all files; a sound of our own synthesizer, which has no file, by its name."""
    return joint_hash(each.sha256 or hashlib.sha256(each.path.encode()).hexdigest() for each in credited)
