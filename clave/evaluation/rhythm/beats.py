"""The bars that a space is evaluated on: 4/4 beats of at least four hits, in parts that share no file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from clave.errors import CorpusError
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float32, Int
from clave.music.units import COMMON_TIME
from clave.rhythm.dataset import Corpus
from clave.training import rhythm_data

MIN_HITS = 4


@dataclass(frozen=True, eq=False)
class Beats:
    """Bars of 4/4 that are no fills, each with its style."""

    velocity: Float32[np.ndarray, "bar 8 64"]  # in [0, 1], 0 is silence
    offset: Float32[np.ndarray, "bar 8 64"]  # steps
    style: Int[np.ndarray, " bar"]  # index into EvaluationData.styles; -1 is unknown

    @classmethod
    def from_corpus(cls, corpus: Corpus) -> "Beats":
        """The bars of a corpus that are 4/4 beats of at least MIN_HITS hits."""
        plain = rhythm_data.beats(corpus)
        kept = [
            (pattern, style)
            for pattern, style in zip(plain.patterns, plain.style.tolist(), strict=True)
            if pattern.meter == COMMON_TIME and pattern.hits.sum() >= MIN_HITS
        ]
        return cls.from_patterns([pattern for pattern, _ in kept], [style for _, style in kept])

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
        return Beats(self.velocity[chosen], self.offset[chosen], self.style[chosen])


@dataclass(frozen=True)
class EvaluationData:
    """The beats of a corpus by part: trained on, tuned on, and held out."""

    train: Beats
    tuning: Beats
    held_out: Mapping[str, Beats]  # by the name of the split: "validation", "stratified"
    styles: tuple[str, ...]


def evaluation_data(corpus: Corpus, seed: int = 0) -> EvaluationData:
    """The same parts into which `clave learn rhythm` divides this corpus with this seed.

    Our own grooves are trained on but not scored, unless there are no others: bars drawn from one template are much
    alike, so that scores on them say little. Raises CorpusError where no bar is left to score.
    """
    divided = rhythm_data.divide(corpus, seed)
    parts = {each.name: getattr(divided, each.name) for each in fields(divided) if each.type is Corpus}
    if divided.stratified is divided.validation:  # a data set without a split of its own has one held-out part
        del parts["stratified"]
    held_out = {
        name: Beats.from_corpus(rhythm_data.recorded(part))
        for name, part in parts.items()
        if name not in ("train", "tuning")
    }
    held_out = {name: beats for name, beats in held_out.items() if len(beats)}
    if not held_out:
        raise CorpusError(f"none of {len(corpus)} bars is both held out and a 4/4 beat of {MIN_HITS} hits")
    tuning = Beats.from_corpus(rhythm_data.recorded(divided.tuning))
    return EvaluationData(Beats.from_corpus(divided.train), tuning, held_out, corpus.styles)
