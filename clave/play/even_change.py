"""Where the bars of a path have to stand so that what one hears changes evenly from bar to bar.

The path is sampled densely, and each sample is decoded, so that the change is judged by the strokes that are played.
How far two bars are from each other is the sum of the differences of velocity over all cells: a stroke that comes or
goes counts by its velocity. How far one has come on the way from one bar to a later one is the largest distance from
the first of them to any up to there, so that no turn of the path is left out because it comes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float64, Int
from clave.play.decoding import decode_bars
from clave.play.project.bars import RhythmShift
from clave.play.project.document import Scene
from clave.play.travel import course_of
from clave.rhythm.space import RhythmSpace

SAMPLES = 256  # or as many as there are bars
REFINEMENTS = 2  # times that a sample is added between two that differ by more than a stroke
SWEEPS = 32  # of moving each bar to where it is as far from the one before as from the one after
SEARCHES = 24  # halvings of the interval in which the smallest step lies
SPACING = 0.01  # weight of even spacing along the path, among places that are equally far from the bars around them
BY_LENGTH = 1e-3  # share of the length in this spacing; the rest is how much has come and gone on the way


@dataclass(frozen=True)
class EvenChange:
    """What was found; a change is the number of strokes that come or go from one bar to the next."""

    stops: tuple[float, ...]  # shares of the path's length, one a bar
    changes: tuple[int, ...]  # one fewer
    least: int  # the smallest limit that can be kept at all: so many strokes change at once somewhere
    needed_bars: int | None  # with which the limit is kept, or `least` where that is larger; None: no limit was set


@dataclass(frozen=True, eq=False)
class _Way:
    """The path as it is heard: from each sample (row) to each later one (column)."""

    shares: Float64[np.ndarray, " sample"]  # of the path's length
    travelled: Float64[np.ndarray, " sample"]  # share of all that comes and goes on the way
    hits: Bool[np.ndarray, "sample cell"]
    reach: Float64[np.ndarray, "sample sample"]  # how far one has come
    strokes: Int[np.ndarray, "sample sample"]  # the same in strokes that come or go

    def changes(self, places: Sequence[int]) -> tuple[int, ...]:
        rows = self.hits[list(places)]
        return tuple(int(count) for count in (rows[1:] != rows[:-1]).sum(axis=1))


def even_change(scene: Scene, rhythm: RhythmSpace, most: int | None = None) -> EvenChange:
    """The stops of the scene's path; `most` is how many strokes may change from one bar to the next.

    With too few bars for that the change is as even as it can be, and `needed_bars` says how many it takes. Edits,
    fills, modulation and the shifts of the settings are left aside. Raises SpaceError for settings that the space does
    not know, ValueError for a scene without a path.
    """
    if scene.path is None:
        raise ValueError("a scene without a path has no stops")
    bars, way = scene.path.bars, _way(scene, rhythm)
    least = int((way.hits[1:] != way.hits[:-1]).sum(axis=1).max())
    limit = None if most is None else max(most, least)
    needed = None if limit is None else len(_walk(way, np.inf, limit))
    kept = limit if needed is not None and needed <= bars else None
    places = [0] if bars == 1 else _evened(way, _spread(way, _with_smallest_steps(way, bars, kept), bars), kept)
    stops = tuple(round(float(way.shares[place]), 6) for place in places)
    return EvenChange(stops, way.changes(places), least, needed)


def _way(scene: Scene, rhythm: RhythmSpace) -> _Way:
    """The path, decoded at many shares of its length: more of them where more than one stroke changes at once."""
    course = course_of(scene)
    bars = 1 if scene.path is None else scene.path.bars
    settings = scene.settings.changed(shift=RhythmShift())  # a shift takes long, and moves all bars alike

    def decoded(shares: Sequence[float]) -> dict[float, Pattern]:
        asked = [course.bar(share, settings) for share in shares]
        return dict(zip(shares, decode_bars(asked, rhythm), strict=True)) if asked else {}

    count = max(SAMPLES, bars)
    found = decoded([place / count for place in range(count + 1)])
    for _ in range(REFINEMENTS):
        order = sorted(found)
        hits = np.stack([found[share].hits.ravel() for share in order])
        wide = np.flatnonzero((hits[1:] != hits[:-1]).sum(axis=1) > 1)
        found |= decoded([(order[place] + order[place + 1]) / 2 for place in wide])
    order = sorted(found)
    velocity = np.stack([found[share].velocity.ravel() for share in order])
    velocity = velocity[:, (velocity > 0).any(axis=0)]  # all other cells are silent all the way
    hits = velocity > 0
    reach = np.zeros((len(order), len(order)))
    strokes = np.zeros((len(order), len(order)), np.int64)
    for first in range(len(order)):
        reach[first, first:] = np.maximum.accumulate(np.abs(velocity[first:] - velocity[first]).sum(axis=1))
        strokes[first, first:] = np.maximum.accumulate((hits[first:] != hits[first]).sum(axis=1))
    shares, passed = np.array(order), np.cumsum([0.0, *np.diagonal(reach, 1)])
    travelled = shares if passed[-1] == 0 else (1 - BY_LENGTH) * passed / passed[-1] + BY_LENGTH * shares
    return _Way(shares, travelled, hits, reach, strokes)


def _walk(way: _Way, step: float, limit: int | None) -> list[int]:
    """From start to end with the fewest bars: each as far as the step, and the limit of strokes, let it go."""
    places, last = [0], len(way.shares) - 1
    while (here := places[-1]) < last:
        farthest = int(np.searchsorted(way.reach[here, here:], step, side="right")) - 1
        if limit is not None:
            farthest = min(farthest, int(np.searchsorted(way.strokes[here, here:], limit, side="right")) - 1)
        places.append(here + max(1, farthest))
    return places


def _with_smallest_steps(way: _Way, bars: int, limit: int | None) -> list[int]:
    """The walk that arrives within so many bars with the smallest steps."""
    low, high = 0.0, float(way.reach[0].max())
    for _ in range(SEARCHES):
        middle = (low + high) / 2
        if len(_walk(way, middle, limit)) <= bars:
            high = middle
        else:
            low = middle
    return _walk(way, high, limit)


def _spread(way: _Way, places: list[int], bars: int) -> list[int]:
    """As many bars as there are: others are put into the widest parts of the way."""
    spread = [float(way.travelled[place]) for place in places]
    while len(spread) < bars:
        widest = int(np.argmax(np.diff(spread)))
        spread.insert(widest + 1, (spread[widest] + spread[widest + 1]) / 2)
    return [int(place) for place in np.minimum(np.searchsorted(way.travelled, spread), len(way.shares) - 1)]


def _evened(way: _Way, places: list[int], limit: int | None) -> list[int]:
    """Each bar but the ends moved to where the larger of the steps before and after it is least, again and again."""
    for _ in range(SWEEPS):
        before = list(places)
        for bar in range(1, len(places) - 1):
            low, high = places[bar - 1], places[bar + 1] + 1
            travelled = way.travelled[low:high]
            cost = np.maximum(way.reach[low, low:high], way.reach[low:high, high - 1])
            cost += SPACING * np.abs(2 * travelled - travelled[0] - travelled[-1])
            if limit is not None:
                strokes = np.maximum(way.strokes[low, low:high], way.strokes[low:high, high - 1])
                cost[strokes > limit] = np.inf
            if np.isfinite(cost).any():
                places[bar] = low + int(cost.argmin())
        if places == before:
            break
    return places
