"""Logistic principal component analysis: a bar as a few numbers, which can be interpolated along a straight line.

Collins, Dasgupta and Schapire, "A generalization of principal component analysis to the exponential family", 2001: the
logit of a hit in each cell is a linear function of the numbers, its principal components. One more number is the count
of strokes; the bar has that many cells with the highest logits. So on a straight line from one bar to another the count
changes linearly, and cells come and go one after the other.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clave.errors import SpaceError
from clave.files import whole_file
from clave.files.array_file import arrays_of
from clave.music.kit import VOICES
from clave.music.shapes import Bool, Float32

PRIOR_PRECISION = 0.2  # of the normal prior of a component while fitting: less fits closer, more is smoother
FIT_ITERATIONS, MAX_RATE, MIN_RATE = 300, 0.1, 0.0005  # of Adam, and its learning rate, annealed along half a cosine
NEWTON_ITERATIONS, BATCH = 20, 256  # for a bar; bars at a time
DAMPING_DOWN, DAMPING_UP = 0.3, 6  # factors after a step that lowers the cost, and after one that does not
MIN_SHARE = 1e-3  # of bars in which a cell is struck, where the fit begins
INITIAL_LOGIT_SCALE = 8  # from cells to logits, where the fit begins
SILENT_LOGIT = np.float32(-30)  # of a hit after the end of a bar


@dataclass(frozen=True, eq=False)
class LogisticPCA:
    """The principal components of a corpus of bars."""

    weights: Float32[np.ndarray, "component cell"]
    bias: Float32[np.ndarray, " cell"]
    penalty: Float32[np.ndarray, " component"]  # precision of the normal prior of each component
    stroke_count: Float32[np.ndarray, " 2"]  # mean and standard deviation over the corpus

    @property
    def size(self) -> int:
        """How many numbers a bar is encoded as."""
        return len(self.weights) + 1

    def encode(
        self, hits: Bool[np.ndarray, "bar voice step"], inside: Bool[np.ndarray, "bar 1 step"]
    ) -> Float32[np.ndarray, "bar number"]:
        """The standardised count of strokes of each bar, and its maximum a posteriori components.

        `inside` says which steps are part of the bar.
        """
        cells, weight = self._flattened(hits), self._flattened(np.broadcast_to(inside, hits.shape))
        found = [
            self._posterior_mode(cells[row : row + BATCH], weight[row : row + BATCH])
            for row in range(0, len(hits), BATCH)
        ]
        count = (hits.sum(axis=(1, 2)) - self.stroke_count[0]) / self.stroke_count[1]
        components = np.concatenate(found) if found else np.zeros((0, len(self.weights)), np.float32)
        return np.concatenate([count[:, None], components], axis=1, dtype=np.float32)

    def logits(
        self,
        numbers: Float32[np.ndarray, "bar number"],
        inside: Bool[np.ndarray, "bar 1 step"],
        stroke_factor: float = 1.0,
    ) -> Float32[np.ndarray, "bar voice step"]:
        """The logit of each cell, shifted so that the bar's strokes are those above 0: the pair of `encode`.

        The count of strokes is multiplied by `stroke_factor`.
        """
        if len(numbers) == 0:
            return np.zeros((0, len(VOICES), inside.shape[2]), np.float32)
        logit = numbers[:, 1:] @ self.weights + self.bias
        grid = logit.reshape(len(numbers), len(VOICES), -1)[:, :, : inside.shape[2]]
        grid = np.where(inside, grid, SILENT_LOGIT)
        ranked = -np.sort(-grid.reshape(len(grid), -1), axis=1)
        mean, std = self.stroke_count
        count = np.rint(stroke_factor * (numbers[:, 0] * std + mean)).astype(int)
        first_silent = np.clip(count, 0, inside.sum(axis=(1, 2)) * len(VOICES) - 1)
        rows = np.arange(len(grid))
        last_struck = np.where(first_silent > 0, ranked[rows, np.maximum(first_silent - 1, 0)], ranked[:, 0] + 2)
        threshold = (last_struck + ranked[rows, first_silent]) / 2
        return np.where(inside, grid - threshold[:, None, None], SILENT_LOGIT)

    def save(self, path: Path) -> None:
        """Write an npz file, the large arrays in half precision."""
        with whole_file.writing(path) as file:
            np.savez_compressed(
                file, weights=self.weights.astype(np.float16), bias=self.bias.astype(np.float16), penalty=self.penalty,
                strokes=self.stroke_count,
            )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> "LogisticPCA":
        """What `save` wrote; SpaceError if it is missing or broken."""
        try:
            with arrays_of(path) as file:
                names = ("weights", "bias", "penalty", "strokes")
                weights, bias, penalty, strokes = (file[name].astype(np.float32) for name in names)
        except (OSError, ValueError) as error:
            raise SpaceError(f"{path} holds no components: {error}") from error
        shapes = weights.shape[:1], weights.shape[1:], (2,)
        if weights.ndim != 2 or not weights.size or (penalty.shape, bias.shape, strokes.shape) != shapes:
            raise SpaceError(f"{path} holds no components: weights {weights.shape}, bias {bias.shape}")
        if not all(np.isfinite(each).all() for each in (weights, bias, penalty, strokes)) or penalty.min() <= 0:
            raise SpaceError(f"{path} holds no components: they are finite numbers, and penalties above 0")
        return cls(weights, bias, penalty, strokes)

    def _flattened(self, cells: Bool[np.ndarray, "bar voice step"]) -> Float32[np.ndarray, "bar cell"]:
        steps = self.weights.shape[1] // len(VOICES)
        wide = np.pad(cells, ((0, 0), (0, 0), (0, steps - cells.shape[2])))
        return wide.reshape(len(cells), self.weights.shape[1]).astype(np.float32)

    def _posterior_mode(
        self, cells: Float32[np.ndarray, "bar cell"], weight: Float32[np.ndarray, "bar cell"]
    ) -> Float32[np.ndarray, "bar component"]:
        """Newton's method, damped as Levenberg and Marquardt do it."""
        size = len(self.weights)
        mode, damping = np.zeros((len(cells), size), np.float32), np.ones(len(cells), np.float32)
        cost = self._cost(mode, cells, weight)
        for _ in range(NEWTON_ITERATIONS):
            probability = _sigmoid(mode @ self.weights + self.bias)
            gradient = ((probability - cells) * weight) @ self.weights.T + self.penalty * mode
            scaled = self.weights * np.sqrt(probability * (1 - probability) * weight)[:, None]
            hessian = scaled @ scaled.transpose(0, 2, 1) + np.diag(self.penalty)
            hessian += damping[:, None, None] * np.diag(self.penalty / self.penalty.mean())
            candidate = mode - np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
            candidate_cost = self._cost(candidate, cells, weight)
            better = candidate_cost < cost
            mode, cost = np.where(better[:, None], candidate, mode), np.where(better, candidate_cost, cost)
            damping = np.where(better, DAMPING_DOWN * damping, DAMPING_UP * damping)
        return mode

    def _cost(
        self,
        components: Float32[np.ndarray, "bar component"],
        cells: Float32[np.ndarray, "bar cell"],
        weight: Float32[np.ndarray, "bar cell"],
    ) -> Float32[np.ndarray, " bar"]:
        """-log p(cells, components), up to a constant."""
        logit = components @ self.weights + self.bias
        likelihood_cost = ((np.logaddexp(0, logit) - logit * cells) * weight).sum(axis=1)
        return likelihood_cost + 0.5 * np.square(components) @ self.penalty


def fit(hits: Bool[np.ndarray, "bar voice step"], inside: Bool[np.ndarray, "bar 1 step"], size: int) -> LogisticPCA:
    """The components of these bars; `size` counts them and the number of strokes.

    Weights, bias and components are fitted together by Adam (Kingma and Ba, 2015), beginning with the principal
    components of the matrices; then rotated so that distances between components are distances between logits.
    """
    cells = hits.reshape(len(hits), -1).astype(np.float32)
    weight = np.broadcast_to(inside, hits.shape).reshape(cells.shape).astype(np.float32)
    components, weights, bias = _fitted_by_adam(cells, weight, _linear_components(cells, size))
    rotation, singular, axes = np.linalg.svd(weights, full_matrices=False)
    singular = np.maximum(singular, MIN_SHARE * singular.max())
    scale = max(MIN_SHARE, (components @ rotation * singular).std(axis=0).mean())  # along orthonormal weights
    count, penalty = hits.sum(axis=(1, 2)), PRIOR_PRECISION * (scale / singular) ** 2
    stroke_count = np.array([count.mean(), max(1.0, count.std())])
    return LogisticPCA(*(each.astype(np.float32) for each in (axes * scale, bias, penalty, stroke_count)))


def _linear_components(cells: Float32[np.ndarray, "bar cell"], size: int) -> list[np.ndarray]:
    """Components, weights and bias where the fit begins: principal components of the cells themselves."""
    share = np.clip(cells.mean(axis=0), MIN_SHARE, 1 - MIN_SHARE)
    centred = cells - cells.mean(axis=0)
    covariance = centred.T @ centred / len(centred) + MIN_SHARE**2 * np.eye(centred.shape[1], dtype=np.float32)
    axes = np.linalg.eigh(covariance)[1][:, :-size:-1].T
    components = centred @ axes.T
    std = np.maximum(components.std(axis=0), MIN_SHARE)
    return [components / std, INITIAL_LOGIT_SCALE * std[:, None] * axes, np.log(share / (1 - share))]


def _fitted_by_adam(
    cells: Float32[np.ndarray, "bar cell"], weight: Float32[np.ndarray, "bar cell"], parameters: list[np.ndarray]
) -> list[np.ndarray]:
    """Components, weights and bias that minimise the negative log posterior of the cells."""
    mean, square = ([np.zeros_like(each) for each in parameters] for _ in range(2))
    for iteration in range(FIT_ITERATIONS):
        components, weights, bias = parameters
        residual = (_sigmoid(components @ weights + bias) - cells) * weight
        gradients = [
            residual @ weights.T + PRIOR_PRECISION * components,
            components.T @ residual / len(cells),
            residual.mean(axis=0),
        ]
        rate = MIN_RATE + (MAX_RATE / 2 - MIN_RATE) * (1 + np.cos(np.pi * iteration / FIT_ITERATIONS)) / 2
        for index, gradient in enumerate(gradients):
            mean[index] = 0.9 * mean[index] + 0.1 * gradient
            square[index] = 0.999 * square[index] + 0.001 * gradient**2
            first, second = (1 - decay ** (iteration + 1) for decay in (0.9, 0.999))
            step = mean[index] / first / (np.sqrt(square[index] / second) + 1e-8)
            parameters[index] = (parameters[index] - np.float32(rate) * step).astype(np.float32)
    return parameters


def _sigmoid(logit: Float32[np.ndarray, "*row"]) -> Float32[np.ndarray, "*row"]:
    return 0.5 * (1 + np.tanh(0.5 * logit))  # without the overflow of exp
