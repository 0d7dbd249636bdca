"""How a sound grows brighter, longer, higher or noisier, and nothing else: the least change of its detail.

Nothing is learned for this. Where log spectrograms are a linear function of the detail, `audio.descriptor_gradients`
gives, at the very sound, the gradient of each of the four descriptors; a few Gauss-Newton steps lead to where the one
is as wanted and the others are as before. Shifts are in standard deviations of the prior of the voice.
docs/sound-directions.md has the measurements.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from clave.audio.descriptor_gradients import Eye
from clave.audio.descriptors import NAMES
from clave.errors import SpaceError
from clave.music.shapes import Bool, Float32, Float64

LEAST_PITCHED = 0.6  # of a voice's sounds, for a direction of pitch
RANGE_PERCENT = (1, 99)  # of the voice's sounds: beyond, a shift goes ever more slowly
LEAST_ROOM = 0.3  # deviations of the voice's sounds, for one that lies there already
ROUNDS = 12
LONGEST_ROUND = np.array([0.7, 0.5, 0.2, 0.06])  # octaves, octaves, octaves, of 1: as far as slopes are to be believed
LONGEST_STEP = 2.0  # deviations of the prior in a round
NEAR = 0.02  # deviations of the voice's sounds: there
MOVED_DAMPING, HELD_DAMPING = 1e-2, 1e-4  # what can hardly be moved any more must not drag along what is held


@dataclass(frozen=True, eq=False)
class Scale:
    """What a shift is told in, for one voice; NaN for descriptors that it has not, as hats have no pitch."""

    unit: Float64[np.ndarray, " descriptor"]  # the deviation of the voice's sounds
    low: Float64[np.ndarray, " descriptor"]
    high: Float64[np.ndarray, " descriptor"]

    @classmethod
    def of(cls, heard: Float32[np.ndarray, "sound descriptor"]) -> "Scale":
        """From the descriptors of a voice's sounds (descriptors.measured)."""
        known = np.isfinite(heard)
        told = np.full((3, len(NAMES)), np.nan)
        for index, name in enumerate(NAMES):
            column = heard[known[:, index], index].astype(np.float64)
            enough = len(column) >= LEAST_PITCHED * len(heard) if name == "pitch" else True
            if len(column) > 1 and enough and np.ptp(column) > 0:
                told[:, index] = column.std(), *np.percentile(column, RANGE_PERCENT)
        return cls(*told)

    @property
    def moves(self) -> Bool[np.ndarray, " descriptor"]:
        """Which descriptors of this voice can be moved."""
        return np.isfinite(self.unit)

    def goal(
        self, start: Float64[np.ndarray, " descriptor"], wanted: Float64[np.ndarray, " descriptor"]
    ) -> Float64[np.ndarray, " descriptor"]:
        """Where a sound goes that is to move by so many units: as far as that while there is room, farther for more."""
        ahead = np.where(wanted > 0, self.high - start, start - self.low)
        room = np.maximum(ahead, LEAST_ROOM * self.unit)
        return start + room * np.arctan(np.pi / 2 * wanted * self.unit / room) / (np.pi / 2)


@dataclass(frozen=True, eq=False)
class Directions:
    """What the detail does to pictures, where these are a straight line of it."""

    eye: Eye
    usual: Float32[np.ndarray, "band frame"]
    effect: Float32[np.ndarray, "detail band frame"]

    def pictures(self, detail: Float32[np.ndarray, "sound detail"]) -> Float32[np.ndarray, "sound band frame"]:
        """What is seen of these details."""
        return self.usual + np.tensordot(detail, self.effect, axes=1)

    def shifted(
        self,
        detail: Float32[np.ndarray, " detail"],
        wanted: Float64[np.ndarray, " descriptor"],
        scale: Scale,
        deviation: Float32[np.ndarray, " detail"],
    ) -> Float32[np.ndarray, " detail"]:
        """The detail of the sound that is moved by so many units; what is to move by 0 is held.

        `deviation` is how far details stray from what is expected of them, over the prior.
        """
        moves = scale.moves
        unit, longest = scale.unit[moves], (LONGEST_ROUND / scale.unit)[moves]
        damping = np.diag(np.where(wanted[moves] != 0, MOVED_DAMPING, HELD_DAMPING))
        effect = self.effect.reshape(len(self.effect), -1)
        goal, pitch = np.empty(0), None
        for _ in range(ROUNDS):
            seen = self.eye.seen(self.pictures(detail[None])[0], pitch)
            if pitch is None:
                goal = scale.goal(seen.value, wanted)
            pitch = float(seen.value[NAMES.index("pitch")])
            left = (goal - seen.value)[moves] / unit
            if np.abs(left).max() < NEAR:
                break
            left *= min(1, 1 / float(np.abs(left / longest).max()))
            by_cell = seen.slope[moves].reshape(len(unit), -1).astype(np.float32)
            slope = (effect @ by_cell.T).T / unit[:, None] * deviation
            strays = slope.T @ np.linalg.solve(slope @ slope.T + damping, left)
            strays *= min(1, LONGEST_STEP / max(float(np.linalg.norm(strays)), 1e-9))
            detail = detail + (deviation * strays).astype(np.float32)
        return detail


def amounts(shift: Mapping[str, float]) -> Float64[np.ndarray, " descriptor"]:
    """Deviations by name, in the order of NAMES; SpaceError for other names and for what is no finite number."""
    for name, amount in shift.items():
        if name not in NAMES:
            raise SpaceError(f"no sound is shifted in {name!r}, but in {', '.join(NAMES)}")
        if not np.isfinite(amount):
            raise SpaceError(f"a shift is a finite number of standard deviations, got {name} {amount}")
    return np.array([shift.get(name, 0.0) for name in NAMES], np.float64)
