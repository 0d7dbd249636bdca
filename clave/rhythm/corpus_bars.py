"""The bars that a rhythm space was learned from, read again from the data that it names.

A space keeps the points of its bars, not the bars. Whoever has the data gets them back, in the order of the map, and
an error where the data are others than those that were learned from.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from clave.errors import SpaceError
from clave.music.pattern import Pattern
from clave.music.shapes import Float32
from clave.rhythm.dataset import FACTORY, TAKES_BESIDE, from_factory, scan
from clave.rhythm.dataset.bars import CorpusBar

Locate = Callable[[Sequence[Pattern]], Float32[np.ndarray, "bar 2"]]

CHECKED_POINTS = 64  # bars, spread over the corpus, whose points are found again
TOLERANCE = 0.05  # map units; points are kept in half precision


@runtime_checkable
class KnownBars(Protocol):
    """What is needed of a corpus map."""

    @property
    def map(self) -> Float32[np.ndarray, "bar map"]: ...  # noqa: D102

    @property
    def styles(self) -> Sequence[str]: ...  # noqa: D102

    @property
    def sources(self) -> Sequence[str]: ...  # noqa: D102

    @property
    def licences(self) -> Mapping[str, str]: ...  # noqa: D102

    @property
    def meters(self) -> Sequence[tuple[int, int]]: ...  # noqa: D102


def read_again(known: KnownBars, folder: str | Path, seed: int, locate: Locate) -> list[CorpusBar]:
    """The bars of this map, in its order, from this folder, and from our own grooves where it names these.

    Raises SpaceError, with the file and what differs, for a file that is missing, has other bars, or bars of other
    styles or meters; and where bars lie elsewhere on the map than when they were learned.
    """
    counts = Counter(known.sources)
    found: dict[str, list[CorpusBar]] = {}
    parts = [scan(folder)] if any(not _is_factory(source) for source in counts) else []
    parts += [from_factory(takes=TAKES_BESIDE, seed=seed)] if any(map(_is_factory, counts)) else []
    for part in parts:
        for bar in part:
            found.setdefault(bar.source, []).append(bar)
    for source, count in counts.items():
        if source not in found:
            raise SpaceError(f"{folder} lacks {source}, from which this space has learned {count} bars")
        if len(found[source]) != count:
            raise SpaceError(f"{source} gives {len(found[source])} bars; this space has learned {count} from it")
    remaining = {source: iter(bars) for source, bars in found.items()}
    bars = [next(remaining[source])._replace(licence=known.licences.get(source, "")) for source in known.sources]
    for bar, style, meter in zip(bars, known.styles, known.meters, strict=True):
        if (bar.style, bar.pattern.meter) != (style, meter):
            learned = f"{style or 'no style'} in {meter[0]}/{meter[1]}"
            raise SpaceError(f"bar {bar.number} of {bar.source} is another than the one that was learned, {learned}")
    _check_points(known, bars, locate)
    return bars


def _check_points(known: KnownBars, bars: Sequence[CorpusBar], locate: Locate) -> None:
    rows = np.unique(np.linspace(0, len(bars) - 1, CHECKED_POINTS).astype(int))
    distance = np.abs(locate([bars[row].pattern for row in rows]) - known.map[rows]).max(axis=1)
    if distance.max() > TOLERANCE:
        bar = bars[int(rows[int(distance.argmax())])]
        raise SpaceError(
            f"bar {bar.number} of {bar.source} lies {distance.max():.2f} map units from where it was learned: "
            "the file has changed"
        )


def _is_factory(source: str) -> bool:
    return source.startswith(f"{FACTORY} ")
