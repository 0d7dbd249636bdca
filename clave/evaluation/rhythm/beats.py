"""The bars that a space is evaluated on: 4/4 beats of at least four hits, in parts that share no file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from clave.errors import CorpusError
from clave.evaluation.rhythm.real_fills import RealFills
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float32, Int
from clave.music.units import COMMON_TIME
from clave.rhythm.dataset import SECTIONS, Corpus
from clave.training import rhythm_data

MIN_HITS = 4


@dataclass(frozen=True, eq=False)
class Beats:
    """Bars of 4/4 that are no fills, each with its style."""

    velocity: Float32[np.ndarray, "bar 8 64"]  # in [0, 1], 0 is silence
    offset: Float32[np.ndarray, "bar 8 64"]  # steps
    style: Int[np.ndarray, " bar"]  # index into EvaluationData.styles; -1 is unknown
    before: Bool[np.ndarray, "bar 8 64"] | None = None  # hits of the bar before, silent where it is not known
    follows: Bool[np.ndarray, " bar"] | None = None  # whether the bar before is known

    @classmethod
    def from_corpus(cls, corpus: Corpus) -> "Beats":
        """The bars of a corpus that are 4/4 beats of at least MIN_HITS hits."""
        in_meter = corpus.in_meter(COMMON_TIME)
        before, hits = rhythm_data.rows_before(in_meter), in_meter.hits
        kept = hits.sum(axis=(1, 2)) >= MIN_HITS
        beats = in_meter.section == SECTIONS.index("beat")
        kept &= beats if beats.any() else True
        follows = before >= 0
        plain = in_meter.subset(kept)
        style = plain.style.astype(np.int64)
        before_hits = (hits[before] & follows[:, None, None])[kept]
        return cls(plain.velocity, plain.offset, style, before_hits, follows[kept])

    @classmethod
    def from_patterns(cls, patterns: Sequence[Pattern], style: Sequence[int] | None = None) -> "Beats":
        """These bars of 4/4, all of them; without a `style` theirs is unknown."""
        velocity, offset = (
            np.array([getattr(pattern, name) for pattern in patterns], np.float32).reshape(-1, 8, 64)
            for name in ("velocity", "offset")
        )
        return cls(velocity, offset, np.array([-1] * len(patterns) if style is None else style, np.int64))

    def __len__(self) -> int:
        return len(self.style)

    @property
    def hits(self) -> Bool[np.ndarray, "bar 8 64"]:
        """The activation matrices."""
        return self.velocity > 0

    @property
    def patterns(self) -> list[Pattern]:
        """The bars as patterns."""
        return [Pattern(velocity, offset) for velocity, offset in zip(self.velocity, self.offset, strict=True)]

    def subset(self, chosen: Bool[np.ndarray, " bar"] | Int[np.ndarray, " chosen"]) -> "Beats":
        """Some of the bars, by mask or by index."""
        columns: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        return replace(self, **{name: column[chosen] for name, column in columns.items() if column is not None})

    def in_a_row(self) -> tuple["Beats", "list[Pattern]"]:
        """The bars whose bar before is known, and those bars before them, without velocities."""
        if self.before is None or self.follows is None:
            return self.subset(np.zeros(len(self), bool)), []
        rows = self.subset(self.follows)
        return rows, [Pattern.from_hits(hits) for hits in self.before[self.follows]]


@dataclass(frozen=True)
class EvaluationData:
    """The beats of a corpus by part: trained on, tuned on, and held out."""

    train: Beats
    tuning: Beats
    held_out: Mapping[str, Beats]  # by the name of the split: "validation", "stratified"
    styles: tuple[str, ...]
    fills: Mapping[str, RealFills] = field(default_factory=dict)  # of the files that are held out


def evaluation_data(corpus: Corpus, seed: int = 0) -> EvaluationData:
    """The same parts into which `clave learn rhythm` divides this corpus with this seed.

    Our own grooves are trained on but not scored, unless there are no others: bars drawn from one template are much
    alike, so that scores on them say little. Raises CorpusError where no bar is left to score.
    """
    divided = rhythm_data.divide(corpus, seed)
    parts = {each.name: getattr(divided, each.name) for each in fields(divided) if each.type is Corpus}
    if divided.stratified is divided.validation:  # a data set without a split of its own has one held-out part
        del parts["stratified"]
    unseen = {name: rhythm_data.recorded(part) for name, part in parts.items() if name not in ("train", "tuning")}
    held_out = {name: Beats.from_corpus(part) for name, part in unseen.items()}
    held_out = {name: beats for name, beats in held_out.items() if len(beats)}
    if not held_out:
        raise CorpusError(f"none of {len(corpus)} bars is both held out and a 4/4 beat of {MIN_HITS} hits")
    tuning = Beats.from_corpus(rhythm_data.recorded(divided.tuning))
    fills = {name: RealFills.from_corpus(unseen[name]) for name in held_out}
    return EvaluationData(Beats.from_corpus(divided.train), tuning, held_out, corpus.styles, fills)
