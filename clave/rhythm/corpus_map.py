"""The bars that a rhythm space was learned from, as points of its map."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from clave.errors import SpaceError
from clave.files import whole_file
from clave.files.array_file import arrays_of
from clave.latent.code import map_points
from clave.music.arguments import checked
from clave.music.shapes import Float32, Float64, Int, Shaped
from clave.music.units import METERS, Meter
from clave.rhythm.condition import Labels, Style, style_weights
from clave.rhythm.corpus_bars import Locate, read_again
from clave.rhythm.dataset.bars import CorpusBar
from clave.rhythm.space_format import CORPUS_FILE

POINTS_AT_ONCE = 16  # whose neighbours are looked for together
FIRST_MARGIN = 0.2  # map units around them
ROUNDING = 1e-9
STYLE_BANDWIDTH = 0.1  # of the kernel density of a style over the map, in map units


@dataclass(frozen=True, eq=False)
class CorpusMap:
    """The bars as points, column by column."""

    map: Float32[np.ndarray, "bar map"]
    styles: Sequence[str]  # [bar], "" where it is not known
    sections: Sequence[str]  # [bar]
    meters: Sequence[Meter]  # [bar]
    sources: Sequence[str]  # [bar], the file each bar comes from
    licences: Mapping[str, str]  # of each source

    seed: int = 0  # that our own grooves among them were drawn with
    locate: Locate | None = field(default=None, repr=False)  # the space's, to tell whether data are the same

    def __len__(self) -> int:
        return len(self.map)

    def __repr__(self) -> str:
        known = len({each for each in self.styles if each})
        return f"CorpusMap({len(self):,} bars of {len(self.licences):,} files in {known} styles)"

    @checked(SpaceError)
    def bars(self, folder: str | Path) -> list[CorpusBar]:
        """The bars themselves, in the order of the map, read again from the data that the space has learned from.

        A space keeps the points of its bars alone; `clave.load_rhythm().card` names the data. Raises SpaceError, with
        the file and the difference, for other data.
        """
        if self.locate is None:
            raise SpaceError("bars are read again for the corpus of a space: clave.load_rhythm().corpus.bars(folder)")
        return read_again(self, folder, self.seed, self.locate)

    def nearest(
        self, points: ArrayLike, n: int
    ) -> tuple[Int[np.ndarray, "point neighbour"], Float32[np.ndarray, "point neighbour"]]:
        """The `n` bars nearest to each point [n, 2]: their indices, the nearest first, and distances in map units.

        Points that lie close together are compared with the bars around all of them.
        """
        if n < 0:
            raise SpaceError(f"a number of neighbours is at least 0, got {n}")
        where, count = map_points(points), min(n, len(self))
        index, distance = np.zeros((len(where), count), np.int64), np.zeros((len(where), count), np.float32)
        if not index.size:
            return index, distance
        by_x = np.argsort(self.map[:, 0], kind="stable")
        bars = self.map[by_x].astype(np.float64)
        order = np.lexsort((where[:, 1], where[:, 0]))
        for rows in np.split(order, range(POINTS_AT_ONCE, len(order), POINTS_AT_ONCE)):
            found, away = _nearest_around(where[rows].astype(np.float64), bars, count)
            index[rows], distance[rows] = by_x[found], away
        return index, distance

    def sample_points(
        self, n: int, style: Style | None, labels: Labels, meter: Meter, rng: np.random.Generator
    ) -> Float32[np.ndarray, "point 2"]:
        """Points drawn from the kernel density of a style over the map, or of all bars.

        Only bars of the meter count, if there are any. A blend counts each of its styles by its share, however many
        bars it has. `labels` are those of the space. Raises SpaceError for a style without bars, and for a meter that
        the space has not learned.
        """
        meter = labels.check_meter(meter)
        shares = dict(zip(labels.styles, style_weights(style, labels.styles), strict=True))
        counts = {name: max(1, list(self.styles).count(name)) for name in shares}
        by_style = np.array([shares.get(name, 0.0) / counts.get(name, 1) for name in self.styles])
        if style is None:
            by_style = np.ones(len(self))
        elif by_style.sum() == 0:
            raise SpaceError(f"no bar of the corpus is labelled {style!r}: there is nowhere on the map to draw from")
        in_meter = by_style * np.array([each == meter for each in self.meters])
        weight = in_meter if in_meter.sum() > 0 else by_style
        chosen = rng.choice(len(self), n, p=weight / weight.sum())
        return (self.map[chosen] + STYLE_BANDWIDTH * rng.standard_normal((n, 2))).astype(np.float32)


def _nearest_around(
    points: Float64[np.ndarray, "point 2"], bars: Float64[np.ndarray, "bar 2"], count: int
) -> tuple[Int[np.ndarray, "point neighbour"], Float64[np.ndarray, "point neighbour"]]:
    """The same for a few points, among bars sorted by x: those in a rectangle with a margin around the points.

    The farthest neighbour in there is no nearer than the true one, so that all true ones lie within such a margin.
    """
    low, high, margin = points.min(axis=0), points.max(axis=0), FIRST_MARGIN
    while True:
        first = np.searchsorted(bars[:, 0], low[0] - margin, side="left")
        last = np.searchsorted(bars[:, 0], high[0] + margin, side="right")
        y = bars[first:last, 1]
        near = first + np.flatnonzero((y >= low[1] - margin) & (y <= high[1] + margin))
        if len(near) < count:
            margin *= 2
            continue
        square = sum(np.square(points[:, None, axis] - bars[None, near, axis]) for axis in (0, 1))
        found = np.argpartition(square, count - 1, axis=1)[:, :count]
        farthest = math.sqrt(np.take_along_axis(square, found, axis=1).max())
        if farthest <= margin or len(near) == len(bars):
            break
        margin = farthest * (1 + ROUNDING)
    found = np.take_along_axis(found, np.take_along_axis(square, found, axis=1).argsort(axis=1), axis=1)
    return near[found], np.sqrt(np.take_along_axis(square, found, axis=1))


def read_corpus_map(path: Path) -> CorpusMap:
    """What `write_corpus_map` wrote; SpaceError, with the reason, if it is missing or broken."""
    try:
        with arrays_of(path) as file:
            keys = ("style", "section", "source", "licence")
            names = {key: [str(name) for name in file[f"{key}_names"]] for key in keys}  # each access reads anew
            columns = {key: [known[index] for index in _indices(file[key])] for key, known in names.items()}
            corpus = CorpusMap(
                map_points(file["map"]), columns["style"], columns["section"],
                [METERS[index] for index in _indices(file["meter"])], columns["source"],
                dict(zip(names["source"], columns["licence"], strict=True)),
            )  # fmt: skip
    except (OSError, ValueError, SpaceError) as error:
        raise SpaceError(f"{path} is not a corpus map: {error}") from error
    lengths = {len(corpus), *map(len, (corpus.styles, corpus.sections, corpus.meters, corpus.sources))}
    if lengths != {len(corpus)} or len(corpus) == 0:
        raise SpaceError(f"{path} is not a corpus map: its columns are {sorted(lengths)} long")
    return corpus


def _indices(column: Shaped[np.ndarray, "..."]) -> list[int]:
    """The column, which counts from 0."""
    if column.ndim != 1 or column.dtype.kind not in "iu" or column.min(initial=0) < 0:
        raise ValueError(f"indices are whole numbers from 0 on, got {column.dtype} {column.shape}")
    return column.tolist()


def write_corpus_map(folder: Path, corpus: CorpusMap) -> None:
    """Write corpus.npz of a space; the points in half precision, names as indices into lists of them."""
    sources = tuple(corpus.licences)
    index_of = {source: index for index, source in enumerate(sources)}
    columns: dict[str, Any] = {
        "map": corpus.map.astype(np.float16),
        "meter": np.array([METERS.index(meter) for meter in corpus.meters], np.int8),
        "source": np.array([index_of[source] for source in corpus.sources], np.int16),
        "source_names": np.array(sources, np.str_),
    }
    named = {"style": corpus.styles, "section": corpus.sections, "licence": list(corpus.licences.values())}
    for key, values in named.items():
        names, index = np.unique(np.array(values, np.str_), return_inverse=True)
        columns |= {key: index.astype(np.int16), f"{key}_names": names}
    with whole_file.writing(folder / CORPUS_FILE) as file:
        np.savez_compressed(file, **columns)
