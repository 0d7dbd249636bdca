"""A rhythm space without a model: where one clicks says what is struck, by a rule that a test can compute."""

import numpy as np

from clave import Pattern
from clave.space import CorpusMap, RhythmSpace


class ToyRhythm(RhythmSpace):
    def __init__(self) -> None:
        self.styles = ("funk", "jazz")
        self.sections = ("beat", "fill")
        self.detail_size = 4
        self.card = {"name": "toy", "licence": "CC0", "credit": "nobody"}
        points = np.array([[-1, -1], [1, 1], [2, -0.5], [0, 0.25]], np.float32)
        self.corpus = CorpusMap(
            points, ("funk", "jazz", "funk", ""), ("beat",) * 4, ("a.mid", "b.mid", "a.mid", "c.mid")
        )

    def at(self, points, style=None, section="beat", variation=0.0, density=None, seed=0):  # noqa: ARG002
        """A kick on the first step, a snare that wanders with x, hats that thicken with y and density."""
        self.weights(style)
        return [self._bar(float(x), float(y), section, density) for x, y in np.asarray(points)]

    def _bar(self, x: float, y: float, section: str, density: float | None) -> Pattern:
        hits = np.zeros((8, 64), bool)
        hits[0, 0] = True
        hits[1, int(np.clip(round((x + 3) / 6 * 15), 0, 15)) * 4] = True
        hits[2, :: 4 if y + 4 * ((density or 0.5) - 0.5) > 0 else 8] = True
        hits[4, 48:64:4] = section == "fill"
        return Pattern.from_hits(hits)
