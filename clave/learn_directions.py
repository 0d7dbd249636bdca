"""What the detail of a sound space does to what one hears: measured on pairs of decoded sounds."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float, Float32, Float64

from clave import descriptors
from clave.descriptors import NAMES
from clave.directions import TERMS, Directions, quadratic
from clave.kit import VOICES, Voice
from clave.kit import voice as voice_of
from clave.phase import GradientIntegration, GriffinLim
from clave.sound_space import SoundSpace
from clave.space_folder import Code

PICTURES = 400  # pairs, for what of the detail shows at all: pictures are cheap
FEATURES = 16  # that show most: two hundred pairs tell no more apart
PAIRS = 200  # of sounds
LEAST_PITCHED = 0.3  # of a voice's sounds, for a direction of pitch
TERM_SCALES = np.array([1, 0.5, 0.5, 0.15, 0.15, 0.15])  # of what is expected of an effect: constant, sloping, bent
PENALTIES = np.logspace(-4, 2, 19)  # of ridge regression, in squares of the largest singular value


def learn_directions(space: SoundSpace, pairs: int | None = None, seed: int = 0) -> Directions:
    """The effects for each voice of the space; zeros for those it has not learned, and for pitch where there is none.

    They are measured on so many pairs of sounds a voice, or as many as it was learned from, PAIRS at most.
    """
    effect = np.zeros((len(VOICES), len(NAMES), TERMS, space.detail_size), np.float32)
    deviation = np.zeros((len(VOICES), space.detail_size), np.float32)
    for voice in map(voice_of, space.voices):
        count = pairs or min(PAIRS, len(space.corpus(voice)))
        drawn = space.drawn(PICTURES, voice, seed)
        deviation[voice.index] = (drawn.detail - space.expected(drawn.map, voice).detail).std(axis=0)
        prior = _Prior(space, voice, deviation[voice.index])
        effect[voice.index] = _effect(prior, count, np.random.default_rng([seed, voice.index]))
    return Directions(effect, deviation)


def ridge(
    inputs: Float64[np.ndarray, "row input"], output: Float64[np.ndarray, " row"]
) -> Float64[np.ndarray, " input"]:
    """Coefficients of ridge regression; generalised cross-validation chooses the penalty (Golub, Heath, Wahba 1979)."""
    left, size, right = np.linalg.svd(inputs, full_matrices=False)
    inside = left.T @ output
    least, coefficients = np.inf, np.zeros(inputs.shape[1])
    for penalty in PENALTIES * size[0] ** 2:
        kept = size**2 / (size**2 + penalty)
        freedom = max(1e-3, 1 - kept.sum() / len(output))
        error = float(np.square(output - left @ (kept * inside)).mean() / freedom**2)
        if error < least:
            least, coefficients = error, right.T @ (size / (size**2 + penalty) * inside)
    return coefficients


@dataclass(frozen=True, eq=False)
class _Prior:
    """What is expected of a voice's detail, and how far it strays."""

    space: SoundSpace
    voice: Voice
    deviation: Float32[np.ndarray, " detail"]

    def code(self, points: Float32[np.ndarray, "draw map"], strays: Float[np.ndarray, "draw detail"]) -> Code:
        """Places so many deviations from what is expected."""
        expected = self.space.expected(points, self.voice)
        return Code(points, expected.detail + self.deviation * strays.astype(np.float32))

    def pictures(
        self, points: Float32[np.ndarray, "draw map"], strays: Float[np.ndarray, "draw detail"]
    ) -> Float32[np.ndarray, "draw band frame"]:
        """What is seen there."""
        return self.space.pictures(self.code(points, strays), self.voice)

    def measured(
        self, points: Float32[np.ndarray, "draw map"], strays: Float[np.ndarray, "draw detail"]
    ) -> Float64[np.ndarray, "draw descriptor"]:
        """Descriptors of the sounds there, with the quickest phase whose pitch is right."""
        spectrum: Any = self.space.spectrum
        sketch = replace(spectrum, phase=GriffinLim(0, start=GradientIntegration()))
        heard = [sketch.estimate(picture) for picture in self.pictures(points, strays)]
        return descriptors.measured(heard).astype(np.float64)


def _effect(prior: _Prior, pairs: int, rng: np.random.Generator) -> Float64[np.ndarray, "descriptor term detail"]:
    features = _features(prior, rng)
    points, strays = _drawn(prior, pairs, rng)
    there, back = (prior.measured(points, sign * strays) for sign in (1, -1))
    change = (there - back) / 2  # what is odd in the detail: what the map does, and all that is even, falls out
    terms = quadratic(points) * TERM_SCALES
    inputs = np.einsum("pt,pf->ptf", terms, strays @ features.T).reshape(pairs, -1)
    effect = np.zeros((len(NAMES), TERMS, len(prior.deviation)))
    for index, name in enumerate(NAMES):
        rows = np.isfinite(change[:, index])
        if rows.mean() < (LEAST_PITCHED if name == "pitch" else 1.0):
            continue
        deviation = float(np.concatenate([there[rows, index], back[rows, index]]).std())
        found = ridge(inputs[rows], change[rows, index] / max(deviation, 1e-6))
        effect[index] = found.reshape(TERMS, -1) * TERM_SCALES[:, None] @ features
    return effect


def _features(prior: _Prior, rng: np.random.Generator) -> Float64[np.ndarray, "feature detail"]:
    """Axes of the detail that change pictures most, as long as they change them: the largest is 1."""
    points, strays = _drawn(prior, PICTURES, rng)
    there, back = (prior.pictures(points, sign * strays) for sign in (1, -1))
    change = ((there - back) / 2).reshape(PICTURES, -1).astype(np.float64)
    effect = np.linalg.solve(strays.T @ strays + np.eye(len(prior.deviation)), strays.T @ change)  # detail x cell
    axes, size, _ = np.linalg.svd(effect @ effect.T)
    count = min(FEATURES, len(prior.deviation))
    return (axes[:, :count] * np.sqrt(size[:count] / max(float(size[0]), 1e-12))).T


def _drawn(
    prior: _Prior, count: int, rng: np.random.Generator
) -> tuple[Float32[np.ndarray, "draw map"], Float64[np.ndarray, "draw detail"]]:
    """Points, and how far the detail strays from what is expected there, in deviations."""
    return rng.standard_normal((count, 2)).astype(np.float32), rng.standard_normal((count, len(prior.deviation)))
