"""Which way a sound grows brighter, longer, higher or noisier, and nothing else: steps of its detail.

Effects are told for details in deviations of their prior, and for descriptors in deviations of the voice's sounds.
What the detail does to a descriptor differs from place to place on the map: its effect is a quadratic of the point.
A step is the least that has the effects one asks for. learn_directions.py finds the effects;
docs/sound-directions.md has the measurements.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from jaxtyping import Bool, Float32, Float64

from clave.descriptors import NAMES
from clave.errors import SpaceError
from clave.kit import VOICES, Voice

FILE = "directions.npz"
TERMS = 6  # of a quadratic in two coordinates
EDGE = 2.0  # deviations: beyond, effects are those at the edge, where the last sounds lie
DAMPING = 0.02  # of effects, squared: what hardly moves a descriptor is not stretched until it does
LONGEST_STEP = 3.0  # deviations of the prior for one of a descriptor: farther, there are no drums


@dataclass(frozen=True, eq=False)
class Directions:
    """For each voice, what the detail does to each descriptor; zeros where it does nothing, as to the pitch of hats."""

    effect: Float32[np.ndarray, "voice descriptor term detail"]
    deviation: Float32[np.ndarray, "voice detail"]  # of the detail from what is expected, over the prior

    def steps(
        self, points: Float32[np.ndarray, "sound map"], voice: Voice
    ) -> Float64[np.ndarray, "sound descriptor detail"]:
        """At each point the least steps that move one descriptor by one deviation, and no other."""
        effect = np.einsum("st,dtf->sdf", quadratic(points), self.effect[voice.index].astype(np.float64))
        moves = self.moves(voice)
        among = effect @ effect.swapaxes(1, 2) + np.diag(np.where(moves, DAMPING, 1.0))
        steps = np.linalg.solve(among, effect) * (1 + DAMPING)
        length = np.linalg.norm(steps, axis=2, keepdims=True)
        return steps * np.minimum(1, LONGEST_STEP / np.maximum(length, 1e-9)) * self.deviation[voice.index]

    def moves(self, voice: Voice) -> Bool[np.ndarray, " descriptor"]:
        """Which descriptors of this voice can be moved."""
        return self.effect[voice.index].any(axis=(1, 2))

    def save(self, folder: Path) -> None:
        """directions.npz in the folder of a space."""
        columns = {"effect": self.effect.astype(np.float16), "deviation": self.deviation.astype(np.float16)}
        np.savez_compressed(folder / FILE, allow_pickle=False, **columns)

    @classmethod
    def load(cls, folder: Path, detail_size: int) -> "Directions | None":
        """What `save` wrote; None in a space from before directions. Raises SpaceError for what are none."""
        path = folder / FILE
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as file:
                effect, deviation = (file[name].astype(np.float32) for name in ("effect", "deviation"))
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise SpaceError(f"{path} holds no directions: {error}") from error
        wanted = (len(VOICES), len(NAMES), TERMS, detail_size)
        if effect.shape != wanted or not np.isfinite(effect).all():
            raise SpaceError(f"{path} holds no directions of this space: {wanted} finite numbers, got {effect.shape}")
        if deviation.shape != (len(VOICES), detail_size) or not np.isfinite(deviation).all():
            raise SpaceError(f"{path} holds no directions of this space: its deviations are {deviation.shape}")
        return cls(effect, deviation)


def quadratic(points: Float32[np.ndarray, "sound map"]) -> Float64[np.ndarray, "sound term"]:
    """1, x, y, x^2 - 1, y^2 - 1 and xy: uncorrelated over a standard normal map; beyond EDGE as at the edge."""
    points = points.astype(np.float64)
    radius = np.linalg.norm(points, axis=1, keepdims=True)
    x, y = (points * np.minimum(1, EDGE / np.maximum(radius, EDGE))).T
    return np.stack([np.ones_like(x), x, y, x * x - 1, y * y - 1, x * y], axis=1)


def amounts(shift: Mapping[str, float]) -> Float64[np.ndarray, " descriptor"]:
    """Deviations by name, in the order of NAMES; SpaceError for other names and for what is no finite number."""
    for name, amount in shift.items():
        if name not in NAMES:
            raise SpaceError(f"no sound is shifted in {name!r}, but in {', '.join(NAMES)}")
        if not np.isfinite(amount):
            raise SpaceError(f"a shift is a finite number of standard deviations, got {name} {amount}")
    return np.array([shift.get(name, 0.0) for name in NAMES])
