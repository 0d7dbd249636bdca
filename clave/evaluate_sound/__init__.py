"""How good a sound space is, measured on kits it has not learned from, and through the very files that are played.

`pairs` compares a sound with another, `sets` many sounds with many; `unseen` finds the kits that a space does not know,
and `judge` learns from half of them what a drum is. `table` measures with all four, and `report` writes it down.
"""

from clave.evaluate_sound.maps import hole_share
from clave.evaluate_sound.pairs import (
    Difference,
    aligned,
    attack_s,
    compare,
    decay_s,
    log_spectral_distance_db,
    magnitudes,
    measure,
    measure_pictures,
    multi_resolution_db,
    summary,
)

__all__ = [
    "Difference",
    "aligned",
    "attack_s",
    "compare",
    "decay_s",
    "hole_share",
    "log_spectral_distance_db",
    "magnitudes",
    "measure",
    "measure_pictures",
    "multi_resolution_db",
    "summary",
]
