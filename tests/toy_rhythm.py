"""A rhythm space without a model: where one clicks says what is struck, by rules that a test can compute."""

from pathlib import Path

import numpy as np

from clave import Pattern
from clave.errors import SpaceError
from clave.music.units import COMMON_TIME, steps_per_bar
from clave.rhythm import attributes
from clave.rhythm.corpus_map import CorpusMap
from clave.rhythm.detail_decoder import MapOnlyDecoder
from clave.rhythm.space import RhythmSpace
from clave.rhythm.taps import as_taps


class ToyDecoder(MapOnlyDecoder):
    """What journeys ask: every stroke is as much expected, and every bar as likely, as any other."""

    def __init__(self) -> None:
        self.map = self

    def logits(self, condition):
        return np.zeros((len(condition), 8, condition.steps), np.float32)

    def log_likelihood(self, hits, condition):  # noqa: ARG002
        return np.zeros(len(hits))


class ToyRhythm(RhythmSpace):
    directions = attributes.NAMES
    verdict, own_sources = None, frozenset()

    def __init__(self) -> None:
        self.folder = Path("in memory")
        self.styles = ("funk", "jazz")
        self.sections = ("beat", "fill")
        self.meters = ((4, 4), (3, 4), (6, 8), (5, 4))
        self.detail_size = 4
        self.decoder, self.known_journeys = ToyDecoder(), {}
        self.card = {"name": "toy", "licence": "CC0", "credit": "nobody"}
        points = np.array([[-1, -1], [1, 1], [2, -0.5], [0, 0.25]], np.float32)
        self.corpus = CorpusMap(
            points,
            ("funk", "jazz", "funk", ""),
            ("beat", "beat", "fill", "beat"),
            ((4, 4), (4, 4), (4, 4), (3, 4)),
            ("a.mid", "b.mid", "a.mid", "c.mid"),
            {"a.mid": "CC BY 4.0", "b.mid": ""},
        )

    def at(self, points, style=None, section="beat", variation=0.0, density=None, seed=0, meter=COMMON_TIME):  # noqa: ARG002
        """A kick on the first step, a snare that wanders with x, hats that thicken with y and density."""
        self.weights(style)
        if meter not in self.meters:
            raise SpaceError(f"no meter {meter} in this space")
        return [self._bar(float(x), float(y), section, density, meter) for x, y in np.asarray(points)]

    def _bar(self, x: float, y: float, section: str, density: float | None, meter: tuple[int, int]) -> Pattern:
        hits = np.zeros((8, steps_per_bar(meter)), bool)
        hits[0, 0] = True
        hits[1, int(np.clip(round((x + 3) / 6 * 15), 0, 15)) * hits.shape[1] // 64 * 4] = True
        hits[2, :: 4 if y + 4 * ((density or 0.5) - 0.5) > 0 else 8] = True
        hits[4, -16::4] = section == "fill"
        return Pattern.from_hits(hits, meter=meter)

    def feel(self, pattern, style=None, amount=1.0, like=None, seed=0):
        """Strokes are late by the amount, and softer with the seed; like a performance, they are as loud as it is."""
        self.weights(style)
        if like is not None:
            return Pattern(np.where(pattern.hits, like.velocity, 0), pattern.offset, pattern.meter)
        return Pattern(pattern.velocity / (1 + seed), pattern.offset + np.float32(amount), pattern.meter)

    def complete(self, pattern, keep, style=None, section="beat", seed=0):
        """All that isn't kept is what `at` has at (seed, 0)."""
        (around,) = self.at([[seed, 0]], style, section, meter=pattern.meter)
        return Pattern(
            np.where(keep, pattern.velocity, around.velocity),
            np.where(keep, pattern.offset, around.offset),
            pattern.meter,
        )

    def drums_for(self, taps, style=None, section="beat", seed=0, meter=COMMON_TIME):
        """The taps on the first voice, amid what is at (seed, 0)."""
        tapped = as_taps(taps, meter)
        first = (np.arange(8)[:, None] == 0) & np.ones(len(tapped.velocity), bool)
        row = Pattern(np.where(first, tapped.velocity, 0), np.where(first, tapped.offset, 0), meter)
        return self.complete(row, first, style, section, seed)

    def locate(self, patterns):
        """To the right by the strokes, upwards by the first step of the snare."""
        return np.array([[bar.hits.sum() / 8, bar.hits[1].argmax() / 16] for bar in patterns], np.float32)

    def shifted(self, pattern, shift):
        """Louder by a tenth a deviation; nothing else moves."""
        if set(shift) - {"loudness"}:
            raise SpaceError(f"this toy has loudness only, got {', '.join(shift)}")
        louder = 10 ** (shift.get("loudness", 0) / 10) * pattern.velocity
        return Pattern(np.clip(louder, 0, 1), pattern.offset, pattern.meter)

    def phrase(self, point, bars=4, style=None, variation=0.25, fill=True, seed=0, meter=COMMON_TIME):  # noqa: ARG002
        """The same bar again and again, and a fill at its end."""
        sections = ["beat"] * (bars - 1) + ["fill" if fill else "beat"]
        return [self.at([point], style, section, meter=meter)[0] for section in sections]

    def neighbours(self, point, n=8):
        return np.argsort(np.linalg.norm(self.corpus.map - np.asarray(point), axis=1))[:n]

    def distance(self, points):
        away = np.linalg.norm(self.corpus.map - np.asarray(points)[:, None], axis=2)
        return np.sort(away, axis=1)[:, :8].mean(axis=1)
