"""How far a caller wants an attribute shifted, in standard deviations of what a space was learned from."""

from collections.abc import Mapping, Sequence

import numpy as np

from clave.errors import SpaceError
from clave.music.shapes import Float64


def shift_amounts(shift: Mapping[str, float], names: Sequence[str], subject: str) -> Float64[np.ndarray, " attribute"]:
    """The standard deviations given by name, in the order of `names`; 0 where none is given.

    Raises SpaceError for other names and for what is no finite number; the error speaks of a `subject`, as "sound".
    """
    for name, amount in shift.items():
        if name not in names:
            raise SpaceError(f"no {subject} is shifted in {name!r}, but in {', '.join(names)}")
        if not np.isfinite(amount):
            raise SpaceError(f"a shift is a finite number of standard deviations, got {name} {amount}")
    return np.array([shift.get(name, 0.0) for name in names], np.float64)
