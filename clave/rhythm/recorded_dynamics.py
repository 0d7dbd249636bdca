"""How loosely and how loudly recorded drummers play each voice, which bars without a style are played like.

A space learns from recordings and from our own grooves, which are played more exactly and in the middle of the
velocities. A bar that is asked for in a style is played as the bars of this style are. A bar without one would be
played like the mean of both, tighter than a drummer: so its offsets vary at least as much as recorded ones do, and its
velocities follow a curve that makes them as soft and as loud as recorded ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from clave.errors import ClaveError, SpaceError
from clave.music.kit import VOICES, voice
from clave.music.shapes import Float, Float32, Float64, Int

SETTING = "recorded_dynamics"
_LOUDEST = 4.0  # far beyond all velocities that are drawn
_APART = 3 * _LOUDEST  # from voice to voice, where all curves lie on one axis


@dataclass(frozen=True, eq=False)
class RecordedDynamics:
    """What is known of recorded strokes, by voice."""

    offset_std: Float32[np.ndarray, " voice"]  # steps: of offsets from the ones that are expected; 0 where unknown
    drawn: Float64[np.ndarray, " knot"]  # velocities, each plus _APART times its voice ...
    recorded: Float64[np.ndarray, " knot"]  # ... and what they become

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], folder: object) -> "RecordedDynamics | None":
        """What the settings of a space know of them; None for nothing, SpaceError for what is none."""
        stored = settings.get(SETTING)
        if stored is None:
            return None
        try:
            deviation = np.zeros(len(VOICES), np.float32)
            for name, std in stored["offset_std"].items():
                deviation[voice(name).index] = std
            curves = {voice(name).index: np.array(curve, np.float64) for name, curve in stored["velocity"].items()}
            good = (np.isfinite(deviation) & (deviation >= 0)).all() and all(map(_is_curve, curves.values()))
        except (KeyError, TypeError, ValueError, AttributeError, ClaveError) as error:
            raise SpaceError(f"{folder}: {SETTING} has an offset_std and a velocity by voice: {error!r}") from error
        if not good:
            raise SpaceError(
                f"{folder}: {SETTING} is made of deviations of at least 0, and of curves of two rising rows of "
                f"velocities within {_LOUDEST:g} of 0, got {stored!r:.200}"
            )
        return cls(deviation, *_on_one_axis(curves))

    def velocity(
        self, velocity: Float[np.ndarray, " stroke"], voices: Int[np.ndarray, " stroke"]
    ) -> Float32[np.ndarray, " stroke"]:
        """Drawn velocities of these voices, on the curve; what is louder stays louder."""
        apart = _APART * voices
        return np.interp(velocity + apart, self.drawn, self.recorded).astype(np.float32)


def to_settings(
    offset_std: Mapping[str, float],
    velocity: Mapping[str, tuple[Float[np.ndarray, " knot"], Float[np.ndarray, " knot"]]],
) -> dict[str, Any]:
    """What `from_settings` reads: by the name of a voice, its deviation, and drawn velocities with what they become."""
    curves = cast(Any, {name: [np.round(row, 4).tolist() for row in curve] for name, curve in velocity.items()})
    return {SETTING: {"offset_std": {name: round(std, 4) for name, std in offset_std.items()}, "velocity": curves}}


def _is_curve(curve: Float64[np.ndarray, "*shape"]) -> bool:
    return (
        curve.ndim == 2
        and len(curve) == 2
        and curve.shape[1] > 1
        and bool((np.abs(curve) < _LOUDEST).all() and (np.diff(curve) >= 0).all())  # NaN is neither
    )


def _on_one_axis(
    curves: Mapping[int, Float64[np.ndarray, "2 _"]],
) -> tuple[Float64[np.ndarray, " knot"], Float64[np.ndarray, " knot"]]:
    """All curves as one, each as far up as its voice; flat beyond its ends, and a straight line where there is none."""
    straight = np.array([[-_LOUDEST, _LOUDEST]] * 2)
    drawn: list[Float64[np.ndarray, " knot"]] = []
    recorded: list[Float64[np.ndarray, " knot"]] = []
    for index in range(len(VOICES)):
        before, after = curves.get(index, straight)
        drawn.append(_APART * index + np.concatenate([[-_LOUDEST], before, [_LOUDEST]]))
        recorded.append(np.concatenate([after[:1], after, after[-1:]]))
    return np.concatenate(drawn), np.concatenate(recorded)
