"""The bars that a space is tried on: 4/4 beats of at least four strokes, in parts that share no file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Float32, Int

from clave.errors import CorpusError
from clave.music.pattern import Pattern
from clave.music.units import COMMON_TIME
from clave.rhythm.dataset import FACTORY, Corpus
from clave.training import rhythm_run as learn

FEWEST_STROKES = 4


@dataclass(frozen=True, eq=False)
class Beats:
    """Bars of 4/4 in which a groove goes on, each with its style."""

    velocity: Float32[np.ndarray, "bar 8 64"]  # in [0, 1], 0 is silence
    offset: Float32[np.ndarray, "bar 8 64"]  # steps
    style: Int[np.ndarray, " bar"]  # index into the styles of the trial; -1 is unknown

    @classmethod
    def of(cls, corpus: Corpus) -> "Beats":
        """Those of a corpus's bars that are such beats."""
        plain = learn.beats(corpus)
        kept = [
            (pattern, style)
            for pattern, style in zip(plain.patterns, plain.style.tolist(), strict=True)
            if pattern.meter == COMMON_TIME and pattern.hits.sum() >= FEWEST_STROKES
        ]
        return cls.made([pattern for pattern, _ in kept], [style for _, style in kept])

    @classmethod
    def made(cls, patterns: Sequence[Pattern], style: Sequence[int] | None = None) -> "Beats":
        """These bars of 4/4, as they are; of unknown style unless said."""
        velocity, offset = (
            np.array([getattr(pattern, name) for pattern in patterns], np.float32).reshape(-1, 8, 64)
            for name in ("velocity", "offset")
        )
        return cls(velocity, offset, np.array([-1] * len(patterns) if style is None else style, np.int64))

    def __len__(self) -> int:
        return len(self.style)

    @property
    def hits(self) -> Bool[np.ndarray, "bar 8 64"]:
        """Where strokes are."""
        return self.velocity > 0

    @property
    def patterns(self) -> list[Pattern]:
        """The bars as patterns."""
        return [Pattern(velocity, offset) for velocity, offset in zip(self.velocity, self.offset, strict=True)]

    def subset(self, chosen: Bool[np.ndarray, " bar"] | Int[np.ndarray, " chosen"]) -> "Beats":
        """Some of the bars, by mask or by index."""
        return Beats(self.velocity[chosen], self.offset[chosen], self.style[chosen])


@dataclass(frozen=True)
class Trial:
    """What a space is tried with: beats to learn from, to tune on, and those that nobody has learned from."""

    train: Beats
    tuning: Beats
    held_out: Mapping[str, Beats]  # split -> its beats
    styles: tuple[str, ...]


def trial(corpus: Corpus, seed: int = 0) -> Trial:
    """The parts in which `clave learn rhythm` has learned from this corpus with this seed.

    Our own grooves are learned from but not scored, where there are others: bars drawn from a template say little about
    bars drawn from the same one. Raises CorpusError when nothing is left to score.
    """
    divided = learn.divide(corpus, seed)
    parts = {each.name: getattr(divided, each.name) for each in fields(divided) if each.type is Corpus}
    if divided.stratified is divided.validation:  # without a split of its own, a data set has one held-out part
        del parts["stratified"]
    held_out = {name: Beats.of(_played(part)) for name, part in parts.items() if name not in ("train", "tuning")}
    held_out = {name: beats for name, beats in held_out.items() if len(beats)}
    if not held_out:
        raise CorpusError(f"none of {len(corpus)} bars is both held out and a 4/4 beat of {FEWEST_STROKES} strokes")
    return Trial(Beats.of(divided.train), Beats.of(_played(divided.tuning)), held_out, corpus.styles)


def _played(corpus: Corpus) -> Corpus:
    """The bars that are not our own, if there are any."""
    ours = np.array([name.startswith(f"{FACTORY} ") for name in corpus.sources], np.bool_)[corpus.source]
    return corpus.subset(~ours) if len(ours) and not ours.all() else corpus
