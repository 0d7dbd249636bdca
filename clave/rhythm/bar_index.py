"""Bars that are like a bar: an index of rhythm vectors, and the bars themselves.

An index of bars that were read keeps their strokes, four bytes each. That of a space's own corpus keeps their codes,
which the space decodes: it is part of the space's folder. Both are searched in the same way.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clave.errors import PatternError, SpaceError
from clave.latent.code import Code
from clave.latent.index_folder import (
    Batch,
    Column,
    Index,
    Names,
    check_columns,
    check_made_by,
    open_index,
    place_in,
    reading_row,
    write_index,
)
from clave.latent.nearest import MAX_EXACT
from clave.music.pattern import Pattern
from clave.music.shapes import Float32, Int, Shaped
from clave.music.units import METERS, TICKS_PER_STEP, Meter, steps_per_bar
from clave.rhythm.rhythm_vector import VECTOR, placed, rhythm_vectors

if TYPE_CHECKING:
    from clave.rhythm.dataset.built import BarStream
    from clave.rhythm.dataset.data_set import Corpus

KIND = "bars"
BARS_AT_ONCE = 5_000
MAX_FOUND = 1_000  # bars of one search
TRIED = 8  # times as many neighbours as are asked for, so that bars of the same strokes may be left out
LOUDEST = 127  # a velocity of 1, in a byte
_COLUMNS: Mapping[str, Column] = dict.fromkeys(("source", "number", "style", "section", "meter"), ("i", ()))
STORED_COLUMNS: Mapping[str, Column] = {"strokes": ("u", ()), "stroke": ("u", (4,))}
_COLUMN_TYPES = {"source": np.int32, "number": np.int32, "style": np.int16, "section": np.int8}


@dataclass(frozen=True, eq=False)
class SimilarBar:
    """A bar that was found, with where it comes from."""

    row: int  # in the index
    distance: float  # of the rhythm vectors; 0 is the same bar
    agreement: float  # hit F1 with the bar that was asked for, in [0, 1]: 1 is the same strokes
    pattern: Pattern
    source: str  # file
    number: int  # of the bar in its file, from 0
    style: str  # "" where it is not known
    section: str
    licence: str  # of the source; "" where nobody said
    point: tuple[float, float] | None = None  # of the space's map, where the index knows it


class BarIndex:
    """An index of bars, opened."""

    def __init__(self, index: Index, patterns: Callable[[Sequence[int]], list[Pattern]]) -> None:
        self._index, self._patterns = index, patterns
        check_made_by(index, VECTOR, "this Clave's rhythm vectors")
        check_columns(index, _COLUMNS, ("sources", "styles", "sections", "licences"))

    def __len__(self) -> int:
        return len(self._index)

    def patterns(self, rows: Sequence[int]) -> list[Pattern]:
        """The bars of these rows."""
        return self._patterns(rows)

    def nearest(
        self, bars: Sequence[Pattern], n: int
    ) -> tuple[Int[np.ndarray, "bar near"], Float32[np.ndarray, "bar near"]]:
        """The rows of the `n` nearest bars to each, and their distances; -1 where fewer were found."""
        index = self._index
        return index.search.nearest(index.projection(rhythm_vectors(bars)), n)

    def similar(self, bars: Sequence[Pattern], n: int = 10) -> list[list[SimilarBar]]:
        """The `n` bars that are most like each of these, the nearest first; bars of the same strokes count once.

        Raises PatternError for a bar without strokes, and SpaceError for a number outside [1, 1000].
        """
        if not 1 <= n <= MAX_FOUND:
            raise SpaceError(f"a search finds 1 to {MAX_FOUND} bars, got {n}")
        for number, bar in enumerate(bars):
            if not bar.hits.any():
                raise PatternError(f"bar {number} has no strokes: nothing is like it")
        if not bars:
            return []
        rows, distances = self.nearest(bars, n * TRIED)
        found = zip(bars, rows, distances, strict=True)
        return [self._distinct(bar, near, away, n) for bar, near, away in found]

    def _distinct(
        self, bar: Pattern, rows: Int[np.ndarray, " near"], distances: Float32[np.ndarray, " near"], n: int
    ) -> list[SimilarBar]:
        found: dict[tuple[object, bytes], SimilarBar] = {}
        for row, distance in zip(rows.tolist(), distances.tolist(), strict=True):
            if row < 0 or len(found) == n:
                break
            with reading_row(self._index, row):
                [pattern] = self._patterns([row])
                found.setdefault((pattern.meter, pattern.hits.tobytes()), self._found(bar, row, distance, pattern))
        return list(found.values())

    def _found(self, bar: Pattern, row: int, distance: float, pattern: Pattern) -> SimilarBar:
        columns, names = self._index.columns, self._index.names
        source = int(columns["source"][row])
        style, section = int(columns["style"][row]), int(columns["section"][row])
        point = columns["point"][row].tolist() if "point" in columns else None
        return SimilarBar(
            row, distance, agreement(bar, pattern), pattern, place_in(names["sources"], source),
            int(columns["number"][row]), place_in(names["styles"], style) if style >= 0 else "",
            place_in(names["sections"], section) if section >= 0 else "", place_in(names["licences"], source),
            None if point is None else (point[0], point[1]),
        )  # fmt: skip


def agreement(one: Pattern, other: Pattern) -> float:
    """Hit F1 of two bars, in [0, 1]: twice the strokes they share, by all they have; bars of two lengths share less."""
    steps = min(one.steps, other.steps)
    shared = np.count_nonzero(one.hits[:, :steps] & other.hits[:, :steps])
    return 2 * shared / max(1, np.count_nonzero(one.hits) + np.count_nonzero(other.hits))


def write_bar_index(folder: str | Path, batches: Iterable[Batch], names: Names, max_exact: int = MAX_EXACT) -> int:
    """Write an index of these bars (`batch_of`, `batches_of`), and say how many they are."""
    return write_index(folder, KIND, VECTOR, batches, names, max_exact)


def open_bar_index(folder: str | Path) -> BarIndex:
    """The pair of `write_bar_index`; SpaceError for what is no such index."""
    index = open_index(folder, KIND)
    if "stroke" not in index.columns:
        raise SpaceError(f"{folder} keeps codes, not strokes: it belongs to a space, which opens it")
    check_columns(index, STORED_COLUMNS, ())
    return BarIndex(index, StoredBars(index).patterns)


def index_of(corpus: "Corpus", folder: str | Path) -> int:
    """Write an index of all bars of a corpus, and say how many they are."""
    return write_bar_index(folder, batches_of(corpus), names_of(corpus))


def names_of(corpus: "Corpus") -> Names:
    """The names that columns of an index of this corpus point into."""
    from clave.rhythm.dataset.labels import SECTIONS

    return {"sources": corpus.sources, "styles": corpus.styles, "sections": SECTIONS, "licences": corpus.licences}


def batches_of(corpus: "Corpus") -> Iterator[Batch]:
    """The bars of a corpus, some thousand at a time."""
    for at in range(0, len(corpus), BARS_AT_ONCE):
        part = corpus.subset(np.arange(at, min(at + BARS_AT_ONCE, len(corpus))))
        yield batch_of(part.patterns, {name: getattr(part, name) for name in ("source", "number", "style", "section")})


def batches_of_stream(stream: "BarStream") -> Iterator[Batch]:
    """The bars of a built corpus, some thousand at a time; none is ever a pattern."""
    for table, columns in stream.tables:
        ends = np.concatenate([[0], table.strokes.cumsum()])
        for at in range(0, len(table.strokes), BARS_AT_ONCE):
            bars = slice(at, at + BARS_AT_ONCE)
            strokes = slice(ends[at], ends[min(at + BARS_AT_ONCE, len(table.strokes))])
            counts, meter = table.strokes[bars], table.meter[bars]
            bar = np.repeat(np.arange(len(counts)), counts)
            voice, step, velocity, tick = (
                each[strokes] for each in (table.voice, table.step, table.velocity, table.tick)
            )
            length = np.array(list(map(steps_per_bar, METERS)))[meter][bar]
            vectors = placed(
                bar, voice.astype(np.int64), step + tick / TICKS_PER_STEP, velocity / LOUDEST, length, len(counts)
            )
            kept = {name: columns[name][bars].astype(kind) for name, kind in _COLUMN_TYPES.items()}
            kept |= {"meter": meter.astype(np.int8), "strokes": counts.astype(np.uint16)}
            yield Batch(vectors, kept, {"stroke": np.stack([voice, step, velocity, tick.view(np.uint8)], axis=1)})


def batch_of(patterns: Sequence[Pattern], columns: Mapping[str, Shaped[np.ndarray, " bar"]]) -> Batch:
    """Bars with their strokes; columns say source, number, style (-1: unknown) and section of each."""
    strokes = [_stroke_bytes(pattern) for pattern in patterns]
    meters = np.array([METERS.index(pattern.meter) for pattern in patterns], np.int8)
    kept = {name: np.asarray(columns[name]).astype(kind) for name, kind in _COLUMN_TYPES.items()}
    counts = np.array([len(each) for each in strokes], np.uint16)
    return Batch(
        rhythm_vectors(patterns), {**kept, "meter": meters, "strokes": counts}, {"stroke": np.concatenate(strokes)}
    )


def _stroke_bytes(pattern: Pattern) -> Shaped[np.ndarray, "stroke 4"]:
    """Voice, step, velocity and offset in ticks, a byte each."""
    voice, step = np.nonzero(pattern.velocity)
    velocity = np.maximum(1, np.rint(pattern.velocity[voice, step] * LOUDEST))
    tick = np.rint(pattern.offset[voice, step] * TICKS_PER_STEP).astype(np.int8)
    return np.stack([voice, step, velocity, tick.view(np.uint8)], axis=1).astype(np.uint8)


class StoredBars:
    """The bars of an index that keeps strokes."""

    def __init__(self, index: Index) -> None:
        self._columns = index.columns

    @cached_property
    def _ends(self) -> Int[np.ndarray, " bar"]:
        return np.cumsum(self._columns["strokes"], dtype=np.int64)

    def patterns(self, rows: Sequence[int]) -> list[Pattern]:
        """The bars of these rows."""
        return [self._pattern(row) for row in rows]

    def _pattern(self, row: int) -> Pattern:
        end, meter = int(self._ends[row]), _meter(int(self._columns["meter"][row]))
        start = end - int(self._columns["strokes"][row])
        if not 0 <= start <= end <= len(self._columns["stroke"]):
            raise IndexError(f"strokes {start} to {end} of {len(self._columns['stroke'])}")
        strokes = np.array(self._columns["stroke"][start:end])
        bar = Pattern.empty(meter)
        velocity, offset = bar.velocity.copy(), bar.offset.copy()
        voice, step = strokes[:, 0], strokes[:, 1]
        velocity[voice, step] = strokes[:, 2] / np.float32(LOUDEST)
        offset[voice, step] = strokes[:, 3].copy().view(np.int8) / np.float32(TICKS_PER_STEP)
        return Pattern(velocity, offset, meter)


def _meter(number: int) -> Meter:
    if not 0 <= number < len(METERS):
        raise IndexError(f"meter {number} of {len(METERS)}")
    return METERS[number]


class CodedBars:
    """The bars of an index that keeps codes of a space."""

    def __init__(self, index: Index, decode: Callable[[Code], list[Pattern]]) -> None:
        self._columns, self._decode = index.columns, decode
        check_columns(index, {"point": ("f", (2,))}, ("detail_scale",))
        try:
            self._scale = np.asarray(index.names["detail_scale"], np.float32)
        except ValueError as error:
            raise SpaceError(
                f"{index.folder} is not a complete index: its detail_scale is numbers ({error})"
            ) from error
        check_columns(index, {"detail": ("i", self._scale.shape)}, ())

    def patterns(self, rows: Sequence[int]) -> list[Pattern]:
        """The bars of these rows, as the space decodes them."""
        chosen = list(rows)
        detail = self._columns["detail"][chosen].astype(np.float32) * self._scale
        meters = tuple(map(_meter, self._columns["meter"][chosen].tolist()))
        return self._decode(Code(self._columns["point"][chosen].astype(np.float32), detail, meters))
