"""Shifts a sound in one descriptor and holds the others, by the smallest change of its detail.

Nothing is learned for this. Where log spectrograms are a linear function of the detail, `audio.descriptor_gradients`
gives, at the very sound, the gradient of each of the four descriptors by the detail; a few damped Gauss-Newton steps
lead to where one descriptor has its target and the others are as before. Shifts are given in standard deviations of
the voice's sounds, and the change of the detail is measured in standard deviations of its prior.
docs/sound-attribute-shift.md has the measurements.
"""

from dataclasses import dataclass, replace

import numpy as np

from clave.audio.descriptor_gradients import DescriptorGradients
from clave.audio.descriptors import NAMES
from clave.music.shapes import Bool, Float32, Float64

MIN_PITCHED_SHARE = 0.6  # of a voice's sounds that have a pitch, for shifts in pitch
RANGE_PERCENT = (1, 99)  # of the voice's sounds: beyond, a shift goes ever more slowly
MIN_ROOM_STD = 0.3  # standard deviations of the voice's sounds, for a sound that lies at or beyond the end already
LEAST_ROOM_LEFT = 0.05  # of the room: nearer to its end, shifts would have to be endless
STEPS = 12
MAX_DESCRIPTOR_STEP = np.array([0.7, 0.5, 0.2, 0.06])  # octaves, octaves, octaves, of 1: as far as gradients hold
MAX_DETAIL_STEP = 2.0  # standard deviations of the prior
TOLERANCE_STD = 0.02  # standard deviations of the voice's sounds
SHIFTED_DAMPING, HELD_DAMPING = 1e-2, 1e-4  # a descriptor that hardly moves must not move those that are held


@dataclass(frozen=True, eq=False)
class Scale:
    """The scale of shifts for one voice; NaN for descriptors that it does not have, as hats have no pitch."""

    std: Float64[np.ndarray, " descriptor"]  # of the voice's sounds
    low: Float64[np.ndarray, " descriptor"]
    high: Float64[np.ndarray, " descriptor"]

    @classmethod
    def of(cls, descriptors: Float32[np.ndarray, "sound descriptor"]) -> "Scale":
        """From the descriptors of a voice's sounds (descriptors.describe_all)."""
        known = np.isfinite(descriptors)
        rows = np.full((3, len(NAMES)), np.nan)
        for index, name in enumerate(NAMES):
            column = descriptors[known[:, index], index].astype(np.float64)
            enough = len(column) >= MIN_PITCHED_SHARE * len(descriptors) if name == "pitch" else True
            if len(column) > 1 and enough and np.ptp(column) > 0:
                rows[:, index] = column.std(), *np.percentile(column, RANGE_PERCENT)
        return cls(*rows)

    @property
    def is_movable(self) -> Bool[np.ndarray, " descriptor"]:
        """Which descriptors of this voice can be shifted."""
        return np.isfinite(self.std)

    def target(
        self, start: Float64[np.ndarray, " descriptor"], shift: Float64[np.ndarray, " descriptor"]
    ) -> Float64[np.ndarray, " descriptor"]:
        """The descriptors of a sound after a shift of so many standard deviations; fewer towards the end of the range.

        A shift follows an arctangent of the room that is left, so that a larger shift always leads farther.
        """
        room = self._room(start, shift > 0)
        return start + room * np.arctan(np.pi / 2 * shift * self.std / room) / (np.pi / 2)

    def shift(
        self, start: Float64[np.ndarray, " descriptor"], target: Float64[np.ndarray, " descriptor"]
    ) -> Float64[np.ndarray, " descriptor"]:
        """The shift that leads to a target: the inverse of `target`; 0 for what the voice does not have.

        A target beyond the room that is left is brought as near as LEAST_ROOM_LEFT of that room to its end.
        """
        room = self._room(start, target > start)
        share = np.clip((target - start) / room, LEAST_ROOM_LEFT - 1, 1 - LEAST_ROOM_LEFT)
        return np.nan_to_num(np.tan(np.pi / 2 * share) * room / (np.pi / 2 * self.std))

    def _room(
        self, start: Float64[np.ndarray, " descriptor"], is_up: Bool[np.ndarray, " descriptor"]
    ) -> Float64[np.ndarray, " descriptor"]:
        """How far a descriptor can be moved."""
        ahead = np.where(is_up, self.high - start, start - self.low)
        return np.maximum(ahead, MIN_ROOM_STD * self.std)


@dataclass(frozen=True, eq=False)
class DetailShift:
    """Shifts details whose log spectrograms are `mean` + detail @ `basis`."""

    gradients: DescriptorGradients
    mean: Float32[np.ndarray, "band frame"]
    basis: Float32[np.ndarray, "detail band frame"]

    def log_spectrograms(self, detail: Float32[np.ndarray, "sound detail"]) -> Float32[np.ndarray, "sound band frame"]:
        """What these details decode to."""
        return self.mean + np.tensordot(detail, self.basis, axes=1)

    def around(
        self, detail: Float32[np.ndarray, " detail"], log_spectrogram: Float32[np.ndarray, "band frame"]
    ) -> "DetailShift":
        """The same with the mean for which this detail decodes to this log spectrogram."""
        return replace(self, mean=log_spectrogram - np.tensordot(detail, self.basis, axes=1))

    def shifted(
        self,
        detail: Float32[np.ndarray, " detail"],
        shift: Float64[np.ndarray, " descriptor"],
        scale: Scale,
        prior_std: Float32[np.ndarray, " detail"],
    ) -> Float32[np.ndarray, " detail"]:
        """The detail of the sound shifted by so many standard deviations; descriptors with a shift of 0 are held.

        `prior_std` is the standard deviation of details around their expectation, over the prior.
        """
        movable = scale.is_movable
        std, max_step = scale.std[movable], (MAX_DESCRIPTOR_STEP / scale.std)[movable]
        damping = np.diag(np.where(shift[movable] != 0, SHIFTED_DAMPING, HELD_DAMPING))
        basis = self.basis.reshape(len(self.basis), -1)
        target, pitch = np.empty(0), None
        for _ in range(STEPS):
            now = self.gradients.evaluate(self.log_spectrograms(detail[None])[0], pitch)
            if pitch is None:
                target = scale.target(now.value, shift)
            pitch = float(now.value[NAMES.index("pitch")])
            residual = (target - now.value)[movable] / std
            if np.abs(residual).max() < TOLERANCE_STD:
                break
            residual *= min(1, 1 / float(np.abs(residual / max_step).max()))
            by_cell = now.gradient[movable].reshape(len(std), -1).astype(np.float32)
            jacobian = (basis @ by_cell.T).T / std[:, None] * prior_std
            step = jacobian.T @ np.linalg.solve(jacobian @ jacobian.T + damping, residual)
            step *= min(1, MAX_DETAIL_STEP / max(float(np.linalg.norm(step)), 1e-9))
            detail = detail + (prior_std * step).astype(np.float32)
        return detail
