"""Arrays that may be larger than memory."""

import tempfile
from math import prod

import numpy as np

from clave.music.shapes import Float32

IN_MEMORY_BYTES = 2**28  # of an array; what is larger is mapped from a temporary file


def zeros(shape: tuple[int, ...]) -> Float32[np.ndarray, "..."]:
    """Zeros in memory or, where they are many, in a file that is gone with the last use of them."""
    if 4 * prod(shape) <= IN_MEMORY_BYTES:
        return np.zeros(shape, np.float32)
    with tempfile.TemporaryFile(prefix="clave-") as file:
        return np.memmap(file, np.float32, "w+", shape=shape)
