"""A space under evaluation: what all of its measurements share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from clave.errors import SpaceError
from clave.evaluation.rhythm.baselines import Baselines
from clave.evaluation.rhythm.beats import Beats, EvaluationData
from clave.evaluation.rhythm.networks import Classifier
from clave.evaluation.rhythm.real_fills import RealFills
from clave.latent.code import Code
from clave.music.shapes import Int
from clave.rhythm.space import RhythmSpace

Rows = dict[str, dict[str, Any]]
"""The rows of a table by name, each with its measurements by key."""


@dataclass(frozen=True)
class Evaluation:
    """A space under evaluation, its baselines, and what has to be computed only once."""

    space: RhythmSpace
    data: EvaluationData
    baselines: Baselines | None  # None leaves their rows out
    classifiers: Mapping[str, Classifier]  # of styles, trained on real bars, by the features they use
    train_code: Code  # of the training beats
    samples: Beats  # from the prior of the space
    seed: int
    missing: dict[str, str]  # filled with the reason for each row that the space cannot give

    @property
    def name(self) -> str:
        """The name of the space."""
        return str(self.space.card["name"])

    def add_row(self, rows: Rows, row: str, measure: Callable[[], dict[str, Any]]) -> None:
        """Add a row, or the reason why the space cannot give it."""
        try:
            rows[row] = measure()
        except SpaceError as error:
            self.missing[row] = str(error)

    def rng(self) -> np.random.Generator:
        """A generator with the seed of the evaluation."""
        return np.random.default_rng(self.seed)


@dataclass(frozen=True)
class HeldOut:
    """Held-out beats with their codes."""

    beats: Beats
    code: Code
    fills: RealFills | None = None  # of the same files


def random_rows(count: int, max_rows: int, rng: np.random.Generator) -> Int[np.ndarray, " chosen"]:
    """At most so many of `count` rows, drawn without replacement, in order."""
    return np.sort(rng.permutation(count)[:max_rows])
