"""What can fall into a sixteenth: the tokens that bars are written in, one for each sixteenth of the bar."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Int

from clave.music.kit import VOICES
from clave.music.units import STEPS_PER_SIXTEENTH

TOKEN_CELLS = len(VOICES) * STEPS_PER_SIXTEENTH
MOST_TOKENS = 2048
SEEN_AT_LEAST = 2  # times; what is rarer is spelt as the nearest token that is not
UNKNOWN = -1
_BITS = np.uint64(1) << np.arange(TOKEN_CELLS, dtype=np.uint64)


def sixteenths(hits: Bool[np.ndarray, "bar voice step"]) -> Bool[np.ndarray, "bar sixteenth cell"]:
    """The strokes of bars, sixteenth by sixteenth: voice by voice, four steps each."""
    bars, voices, steps = hits.shape
    cut = hits.reshape(bars, voices, steps // STEPS_PER_SIXTEENTH, STEPS_PER_SIXTEENTH)
    return cut.transpose(0, 2, 1, 3).reshape(bars, steps // STEPS_PER_SIXTEENTH, TOKEN_CELLS)


def joined_sixteenths(cells: Bool[np.ndarray, "bar sixteenth cell"]) -> Bool[np.ndarray, "bar voice step"]:
    """Bars again: the inverse of `sixteenths`."""
    bars, count, _ = cells.shape
    cut = cells.reshape(bars, count, len(VOICES), STEPS_PER_SIXTEENTH)
    return cut.transpose(0, 2, 1, 3).reshape(bars, len(VOICES), count * STEPS_PER_SIXTEENTH)


def packed(cells: Bool[np.ndarray, "*row cell"]) -> Int[np.ndarray, "*row"]:
    """The strokes of a sixteenth as the bits of a whole number."""
    return (cells * _BITS).sum(axis=-1).astype(np.int64)


@dataclass(frozen=True)
class Vocabulary:
    """The tokens of a space, the commonest first; each is the strokes of a sixteenth, as the bits of a number."""

    bits: tuple[int, ...]

    @classmethod
    def of(cls, bars: Sequence[Bool[np.ndarray, "_ voice _"]]) -> "Vocabulary":
        """The tokens of these bars that were seen at least twice; silence is always one."""
        seen = Counter[int]({0: SEEN_AT_LEAST})
        for hits in bars:
            bits, counts = np.unique(packed(sixteenths(hits)), return_counts=True)
            seen.update(dict(zip(bits.tolist(), counts.tolist(), strict=True)))
        common = sorted((bits for bits, count in seen.items() if count >= SEEN_AT_LEAST), key=lambda b: (-seen[b], b))
        return cls(tuple(common[:MOST_TOKENS]))

    def __len__(self) -> int:
        return len(self.bits)

    @cached_property
    def cells(self) -> Bool[np.ndarray, "token cell"]:
        """Where the strokes of each token are."""
        return (np.array(self.bits, np.uint64)[:, None] & _BITS) > 0

    def spell(self, hits: Bool[np.ndarray, "bar voice step"]) -> Int[np.ndarray, "bar sixteenth"]:
        """The token of each sixteenth; UNKNOWN where there is none of that kind."""
        order = np.argsort(self.bits)
        known = np.array(self.bits, np.int64)[order]
        bits = packed(sixteenths(hits))
        at = np.minimum(np.searchsorted(known, bits), len(known) - 1)
        return np.where(known[at] == bits, order[at], UNKNOWN)

    def nearest(self, hits: Bool[np.ndarray, "bar voice step"]) -> Int[np.ndarray, "bar sixteenth"]:
        """The same, with the token that differs in the fewest strokes where there is none of that kind."""
        tokens = self.spell(hits)
        strange = tokens == UNKNOWN
        cells = sixteenths(hits)[strange].astype(np.float32)
        mine = self.cells.astype(np.float32)
        differing = cells.sum(axis=1)[:, None] + mine.sum(axis=1) - 2 * cells @ mine.T
        tokens[strange] = differing.argmin(axis=1)
        return tokens

    def hits(self, tokens: Int[np.ndarray, "bar sixteenth"]) -> Bool[np.ndarray, "bar voice step"]:
        """The bars that are spelt so: the pair of `spell`."""
        return joined_sixteenths(self.cells[tokens])
