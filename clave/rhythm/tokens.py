"""Tokens: a bar is a sequence of 16ths, and each 16th is one token, which says which of its cells are struck."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from clave.errors import SpaceError
from clave.files import whole_file
from clave.files.array_file import arrays_of
from clave.music.kit import VOICES
from clave.music.shapes import Bool, Float, Float64, Int
from clave.music.units import STEPS_PER_SIXTEENTH

TOKEN_CELLS = len(VOICES) * STEPS_PER_SIXTEENTH
MAX_TOKENS = 2048
MIN_OCCURRENCES = 2  # of a token in the data; rarer ones are left out of the vocabulary
UNKNOWN = -1  # the index of what is not in the vocabulary
MAX_KNOWN_SHARE = 1 - 1e-6  # of a 16th's probability that may lie on the vocabulary, where an unknown token is scored
_BITS = np.uint64(1) << np.arange(TOKEN_CELLS, dtype=np.uint64)


def split_sixteenths(hits: Bool[np.ndarray, "bar voice step"]) -> Bool[np.ndarray, "bar sixteenth cell"]:
    """The cells of each 16th in a row: voice by voice, four steps each."""
    bars, voices, steps = hits.shape
    cells = hits.reshape(bars, voices, steps // STEPS_PER_SIXTEENTH, STEPS_PER_SIXTEENTH)
    return cells.transpose(0, 2, 1, 3).reshape(bars, steps // STEPS_PER_SIXTEENTH, TOKEN_CELLS)


def join_sixteenths(cells: Bool[np.ndarray, "bar sixteenth cell"]) -> Bool[np.ndarray, "bar voice step"]:
    """The inverse of `split_sixteenths`."""
    bars, count, _ = cells.shape
    grid = cells.reshape(bars, count, len(VOICES), STEPS_PER_SIXTEENTH)
    return grid.transpose(0, 2, 1, 3).reshape(bars, len(VOICES), count * STEPS_PER_SIXTEENTH)


def pack_bits(cells: Bool[np.ndarray, "*row cell"]) -> Int[np.ndarray, "*row"]:
    """The cells of a 16th as the bits of a whole number."""
    return (cells * _BITS).sum(axis=-1).astype(np.int64)


@dataclass(frozen=True)
class Vocabulary:
    """The tokens that a space knows, the commonest first; each is the cells of a 16th as the bits of a number."""

    bits: tuple[int, ...]

    @classmethod
    def of(cls, bars: Sequence[Bool[np.ndarray, "_ voice _"]]) -> "Vocabulary":
        """The tokens that occur at least twice in these bars, and silence."""
        occurrences = Counter[int]({0: MIN_OCCURRENCES})
        for hits in bars:
            bits, counts = np.unique(pack_bits(split_sixteenths(hits)), return_counts=True)
            occurrences.update(dict(zip(bits.tolist(), counts.tolist(), strict=True)))
        common = [bits for bits, count in occurrences.items() if count >= MIN_OCCURRENCES]
        common.sort(key=lambda bits: (-occurrences[bits], bits))
        return cls(tuple(common[:MAX_TOKENS]))

    def __len__(self) -> int:
        return len(self.bits)

    @cached_property
    def cells(self) -> Bool[np.ndarray, "token cell"]:
        """The cells that are struck in each token."""
        return (np.array(self.bits, np.uint64)[:, None] & _BITS) > 0

    def encode(self, hits: Bool[np.ndarray, "bar voice step"]) -> Int[np.ndarray, "bar sixteenth"]:
        """The token of each 16th; UNKNOWN where it is not in the vocabulary."""
        order = np.argsort(self.bits)
        known = np.array(self.bits, np.int64)[order]
        bits = pack_bits(split_sixteenths(hits))
        index = np.minimum(np.searchsorted(known, bits), len(known) - 1)
        return np.where(known[index] == bits, order[index], UNKNOWN)

    def decode(self, tokens: Int[np.ndarray, "bar sixteenth"]) -> Bool[np.ndarray, "bar voice step"]:
        """The bars with these tokens: the inverse of `encode`, where all are known."""
        return join_sixteenths(self.cells[tokens])

    def unknown_log_prob(
        self, cells: Bool[np.ndarray, "row cell"], logit: Float[np.ndarray, "row cell"]
    ) -> Float64[np.ndarray, " row"]:
        """Log p of the cells of unknown tokens, in nats: independent cells with these logits, but no known token.

        What independent cells give to the tokens of the vocabulary is shared out among all others, so that the
        probabilities of the unknown tokens add up to 1 (to less, where more than MAX_KNOWN_SHARE lies on known ones).
        """
        silent = np.logaddexp(0, logit.astype(np.float64)).sum(axis=1)
        known = np.exp(logit @ self.cells.T.astype(np.float64) - silent[:, None]).sum(axis=1)
        return (logit * cells).sum(axis=1) - silent - np.log1p(-np.minimum(known, MAX_KNOWN_SHARE))

    def save(self, path: Path) -> None:
        """Write an npz file."""
        with whole_file.writing(path) as file:
            np.savez_compressed(file, bits=np.array(self.bits, np.int64))

    @classmethod
    def load(cls, path: Path) -> "Vocabulary":
        """What `save` wrote; SpaceError if it is missing or broken."""
        try:
            with arrays_of(path) as file:
                bits = file["bits"]
        except (OSError, ValueError) as error:
            raise SpaceError(f"{path} is not a vocabulary: {error}") from error
        if bits.ndim != 1 or bits.dtype.kind not in "iu" or not 1 <= len(bits) <= MAX_TOKENS:
            got = f"{bits.dtype} {list(bits.shape)}"
            raise SpaceError(f"{path} is not a vocabulary: 1 to {MAX_TOKENS} whole numbers, got {got}")
        if bits.min() < 0 or bits.max() >= 1 << TOKEN_CELLS or len(np.unique(bits)) != len(bits):
            raise SpaceError(f"{path} is not a vocabulary: its tokens differ, each in 0 to {(1 << TOKEN_CELLS) - 1}")
        return cls(tuple(bits.tolist()))
