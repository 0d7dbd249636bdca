"""A path that wanders over the map like a drummer: each of its bars stands at a point of the walk."""

import math
from itertools import accumulate, pairwise

from clave.errors import ProjectError
from clave.music.units import COMMON_TIME, Meter
from clave.play.project.movement import MAP_EDGE, MAX_BARS, Path
from clave.rhythm.space import RhythmSpace
from clave.rhythm.wander import wander


def wander_path(
    space: RhythmSpace,
    point: tuple[float, float],
    bars: int = 16,
    like: str | None = None,
    seed: int = 0,
    meter: Meter = COMMON_TIME,
) -> Path:
    """The path of `clave.rhythm.wander.wander` from this point on, which says what the other settings mean.

    Its bars are those of the map, as a drummer's own would be. Raises ProjectError for fewer than 2 bars or more than
    1024, and SpaceError for a drummer whom the space does not know.
    """
    if not 2 <= bars <= MAX_BARS:
        raise ProjectError(f"a path that wanders has 2 to {MAX_BARS} bars, got {bars}")
    walk = wander(space, point, bars, like, seed, meter).clip(-MAP_EDGE, MAP_EDGE).tolist()
    lengths = [0.0, *accumulate(math.dist(one, other) for one, other in pairwise(walk))]
    stops = [length / lengths[-1] if lengths[-1] > 0 else 0.0 for length in lengths]
    return Path.model_validate({"points": walk, "bars": bars, "between": "map", "stops": stops})
