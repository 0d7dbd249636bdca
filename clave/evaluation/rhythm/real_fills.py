"""Recorded fills, and the bars that follow them: what drawn fills stand beside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from clave.evaluation.rhythm.metrics import Hits
from clave.music.kit import voice
from clave.music.shapes import Bool, Int
from clave.music.units import COMMON_TIME
from clave.rhythm.dataset import SECTIONS, Corpus

LEAST_STROKES = (
    4  # of snare and toms in a fill; more than the median of the take, where the take does not name its fills
)
LEAST_TAKE = 16  # bars
ON_ONE = 3  # steps from the start of a bar in which a cymbal is on 1
Take = Bool[np.ndarray, "_ 8 64"]
SNARE, TOM, CYMBAL = (voice(name).index for name in ("snare", "tom", "cymbal"))


@dataclass(frozen=True, eq=False)
class RealFills:
    """Bars of 4/4."""

    fills: Bool[np.ndarray, "fill 8 64"]  # with four strokes of snare and toms or more
    after_fills: Bool[np.ndarray, "after_fill 8 64"]  # bars that follow a fill within a long take
    after_others: Bool[np.ndarray, "after_other 8 64"]  # bars that follow another bar there

    @classmethod
    def of(cls, bars: Hits, takes: Sequence[Take]) -> "RealFills":
        """Of bars that are named fills, and of takes of beats, bar after bar."""
        after: dict[bool, list[Take]] = {True: [], False: []}
        for take in takes:
            if len(take) >= LEAST_TAKE:
                filled = fills_within(take)[1:-1]  # what comes before the first bar is not known, nor after the last
                after[True].append(take[2:][filled])
                after[False].append(take[2:][~filled])
        none = np.zeros((0, *bars.shape[1:]), bool)
        kept = bars[snare_and_toms(bars) >= LEAST_STROKES]
        return cls(kept, *(np.concatenate([none, *after[which]]) for which in (True, False)))

    @classmethod
    def from_corpus(cls, corpus: Corpus) -> "RealFills":
        """Of a corpus: bars of the section "fill", and its files with other bars that follow each other."""
        in_meter = corpus.in_meter(COMMON_TIME)
        fills = in_meter.section == SECTIONS.index("fill")
        return cls.of(in_meter.hits[fills], list(_takes(in_meter.subset(~fills))))


def _takes(corpus: Corpus) -> Iterator[Take]:
    """The bars of each file, where no bar is missing in between."""
    order = np.lexsort((corpus.number, corpus.source))
    source, number = corpus.source[order], corpus.number[order]
    breaks = np.flatnonzero((np.diff(source) != 0) | (np.diff(number) != 1)) + 1
    for rows in np.split(order, breaks):
        yield corpus.hits[rows]


def snare_and_toms(hits: Hits) -> Int[np.ndarray, " bar"]:
    """The strokes of snare and toms in each bar."""
    return hits[:, [SNARE, TOM]].sum(axis=(1, 2))


def fills_within(take: Hits) -> Bool[np.ndarray, " bar"]:
    """Which bars of a take are fills: four strokes more of toms, and of snare and toms, than the median of the take."""
    counts = np.stack([take[:, TOM].sum(axis=1), snare_and_toms(take)])
    more = counts - np.median(counts, axis=1, keepdims=True)
    return np.min(more, axis=0) >= LEAST_STROKES


def cymbal_on_one(hits: Hits) -> Bool[np.ndarray, " bar"]:
    """Whether each bar begins with a cymbal."""
    return np.count_nonzero(hits[:, CYMBAL, :ON_ONE], axis=1) > 0
