"""Bars as a few numbers each, between which a straight line is a plain way from one bar to the other.

Logistic principal components (Collins, Dasgupta and Schapire, "A generalization of principal component analysis to the
exponential family", 2001): the logit of a stroke in each cell is a linear function of the numbers. One more number says
how many strokes there are; those are the cells with the highest logits. So on a straight line from one bar to another
the number of strokes goes straight from one to the other too, and cells come and go one after the other.
"""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from jaxtyping import Bool, Float32

from clave.errors import SpaceError
from clave.music.kit import VOICES

LIKELY = 0.2  # how much a normal prior of the components counts beside the strokes: less is closer, more is smoother
ROUNDS, FASTEST, SLOWEST = 300, 0.1, 0.0005  # of Adam, and its learning rate, which falls along half a cosine
LOOKS, AT_ONCE = 20, 256  # rounds of Newton's method for a bar; bars at a time
RAREST = 1e-3  # share of bars a cell is struck in at least, to begin with
SILENT = np.float32(-30)  # the logit of a hit after the end of a bar


@dataclass(frozen=True, eq=False)
class Components:
    """Where bars lie along their principal components."""

    weights: Float32[np.ndarray, "component cell"]
    bias: Float32[np.ndarray, " cell"]
    penalty: Float32[np.ndarray, " component"]  # of each component squared
    strokes: Float32[np.ndarray, " 2"]  # mean and standard deviation of how many there are in a bar

    @property
    def size(self) -> int:
        """How many numbers a bar becomes."""
        return len(self.weights) + 1

    def describe(
        self, hits: Bool[np.ndarray, "bar voice step"], inside: Bool[np.ndarray, "bar 1 step"]
    ) -> Float32[np.ndarray, "bar number"]:
        """How many strokes each bar has, in deviations from the usual, and its likeliest components.

        The likeliest ones by Newton's method, damped as Levenberg and Marquardt do it. `inside` says which steps are
        part of the bar.
        """
        cells, counts = self._flat(hits), np.broadcast_to(inside, hits.shape)
        weight = self._flat(counts)
        found = [
            self._likeliest(cells[at : at + AT_ONCE], weight[at : at + AT_ONCE]) for at in range(0, len(hits), AT_ONCE)
        ]
        many = (hits.sum(axis=(1, 2)) - self.strokes[0]) / self.strokes[1]
        components = np.concatenate(found) if found else np.zeros((0, len(self.weights)), np.float32)
        return np.concatenate([many[:, None], components], axis=1, dtype=np.float32)

    def logits(
        self, numbers: Float32[np.ndarray, "bar number"], inside: Bool[np.ndarray, "bar 1 step"], more: float = 1.0
    ) -> Float32[np.ndarray, "bar voice step"]:
        """How far each cell is above, or below, what it takes to be struck: the pair of `describe`.

        `more` times as many strokes as the numbers say.
        """
        if len(numbers) == 0:
            return np.zeros((0, len(VOICES), inside.shape[2]), np.float32)
        logit = numbers[:, 1:] @ self.weights + self.bias
        grid = logit.reshape(len(numbers), len(VOICES), -1)[:, :, : inside.shape[2]]
        grid = np.where(inside, grid, SILENT)
        ranked = -np.sort(-grid.reshape(len(grid), -1), axis=1)
        many = np.rint(more * (numbers[:, 0] * self.strokes[1] + self.strokes[0])).astype(int)
        last = np.clip(many, 0, inside.sum(axis=(1, 2)) * len(VOICES) - 1)
        rows = np.arange(len(grid))
        above = np.where(last > 0, ranked[rows, np.maximum(last - 1, 0)], ranked[:, 0] + 2)
        cut = (above + ranked[rows, last]) / 2
        return np.where(inside, grid - cut[:, None, None], SILENT)

    def save(self, path: Path) -> None:
        """As an npz file."""
        np.savez_compressed(
            path, weights=self.weights.astype(np.float16), bias=self.bias.astype(np.float16), penalty=self.penalty,
            strokes=self.strokes,
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> "Components":
        """What `save` wrote; SpaceError if it is not there or not whole."""
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                names = ("weights", "bias", "penalty", "strokes")
                weights, bias, penalty, strokes = (file[name].astype(np.float32) for name in names)
        except (OSError, EOFError, BadZipFile, ValueError, TypeError, KeyError) as error:
            raise SpaceError(f"{path} holds no components: {error}") from error
        if weights.ndim != 2 or bias.shape != weights.shape[1:] or (len(penalty), len(strokes)) != (len(weights), 2):
            raise SpaceError(f"{path} holds no components: weights {weights.shape}, bias {bias.shape}")
        return cls(weights, bias, penalty, strokes)

    def _flat(self, cells: Bool[np.ndarray, "bar voice step"]) -> Float32[np.ndarray, "bar cell"]:
        steps = self.weights.shape[1] // len(VOICES)
        wide = np.pad(cells, ((0, 0), (0, 0), (0, steps - cells.shape[2])))
        return wide.reshape(len(cells), self.weights.shape[1]).astype(np.float32)

    def _likeliest(
        self, cells: Float32[np.ndarray, "bar cell"], weight: Float32[np.ndarray, "bar cell"]
    ) -> Float32[np.ndarray, "bar component"]:
        size = len(self.weights)
        found, damping = np.zeros((len(cells), size), np.float32), np.ones(len(cells), np.float32)
        cost = self._cost(found, cells, weight)
        for _ in range(LOOKS):
            share = 1 / (1 + np.exp(-(found @ self.weights + self.bias)))
            slope = ((share - cells) * weight) @ self.weights.T + self.penalty * found
            leaning = self.weights * np.sqrt(share * (1 - share) * weight)[:, None]
            bend = leaning @ leaning.transpose(0, 2, 1) + np.diag(self.penalty)
            bend += damping[:, None, None] * np.diag(self.penalty / self.penalty.mean())
            moved = found - np.linalg.solve(bend, slope[:, :, None])[:, :, 0]
            after = self._cost(moved, cells, weight)
            better = after < cost
            found, cost = np.where(better[:, None], moved, found), np.where(better, after, cost)
            damping = np.where(better, 0.3 * damping, 6 * damping)
        return found

    def _cost(
        self,
        found: Float32[np.ndarray, "bar component"],
        cells: Float32[np.ndarray, "bar cell"],
        weight: Float32[np.ndarray, "bar cell"],
    ) -> Float32[np.ndarray, " bar"]:
        """-log p(strokes, components), up to a constant."""
        logit = found @ self.weights + self.bias
        return ((np.logaddexp(0, logit) - logit * cells) * weight).sum(axis=1) + 0.5 * np.square(found) @ self.penalty


def fitted(hits: Bool[np.ndarray, "bar voice step"], inside: Bool[np.ndarray, "bar 1 step"], size: int) -> Components:
    """The components of these bars that say most with so many numbers, one of them the count of strokes.

    Weights and components are fitted together by Adam (Kingma and Ba, 2015), from the principal components of the
    matrices on; then turned so that distances between numbers are distances between logits.
    """
    cells = hits.reshape(len(hits), -1).astype(np.float32)
    weight = np.broadcast_to(inside, hits.shape).reshape(cells.shape).astype(np.float32)
    share = np.clip(cells.mean(axis=0), RAREST, 1 - RAREST)
    apart = cells - cells.mean(axis=0)
    axes = np.linalg.eigh(apart.T @ apart / len(apart) + RAREST**2 * np.eye(apart.shape[1], dtype=np.float32))[1]
    axes = axes[:, :-size:-1].T
    components = apart @ axes.T
    std = np.maximum(components.std(axis=0), RAREST)
    parts = [components / std, 8 * std[:, None] * axes, np.log(share / (1 - share))]
    mean, square = [np.zeros_like(part) for part in parts], [np.zeros_like(part) for part in parts]
    for turn in range(ROUNDS):
        found, weights, bias = parts
        wrong = (1 / (1 + np.exp(-(found @ weights + bias))) - cells) * weight
        slopes = [wrong @ weights.T + LIKELY * found, found.T @ wrong / len(cells), wrong.mean(axis=0)]
        rate = SLOWEST + (FASTEST / 2 - SLOWEST) * (1 + np.cos(np.pi * turn / ROUNDS)) / 2
        for index, slope in enumerate(slopes):
            mean[index] = 0.9 * mean[index] + 0.1 * slope
            square[index] = 0.999 * square[index] + 0.001 * slope**2
            step = mean[index] / (1 - 0.9 ** (turn + 1)) / (np.sqrt(square[index] / (1 - 0.999 ** (turn + 1))) + 1e-8)
            parts[index] = (parts[index] - np.float32(rate) * step).astype(np.float32)
    found, weights, bias = parts
    turned, size_of, across = np.linalg.svd(weights, full_matrices=False)
    size_of = np.maximum(size_of, RAREST * size_of.max())
    loud = max(RAREST, (found @ turned * size_of).std(axis=0).mean())  # of a component along orthonormal weights
    many, penalty = hits.sum(axis=(1, 2)), LIKELY * (loud / size_of) ** 2
    usual = np.array([many.mean(), max(1.0, many.std())])
    return Components(*(part.astype(np.float32) for part in (across * loud, bias, penalty, usual)))
