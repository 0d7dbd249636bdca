"""Journeys: from one bar to another with no more changes than are needed.

Each cell in which the two bars differ changes once, so that as many strokes change on the way as between its ends.
Those that come and those that go take turns by their numbers: the count of strokes goes evenly from one end to the
other. Which is next is chosen so that every bar on the way is a likely one:

1. of the strokes that may come (or go), those that two hands can play and that the map most expects (or least),
   along the straight line between the points of the two bars;
2. of twelve such, the one with which the bar is likeliest under the prior, at the point of the line that is reached.

On the way, a stroke of both bars goes evenly from its velocity and offset in one to those in the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from clave.errors import SpaceError
from clave.latent.code import check_share, map_points
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float32, Int
from clave.music.units import Meter, meter_name
from clave.rhythm.condition import Condition, Style, style_weights
from clave.rhythm.detail_decoder import BarDecoder
from clave.rhythm.hands import HANDS, hand_count
from clave.rhythm.space import RhythmSpace

MAX_BARS = 1024  # of a journey
CANDIDATES = 12  # strokes whose bars the prior compares
LOOKS = 9  # points of the line at which the map is read
LEGS_AT_ONCE = 16  # whose bars are compared in one run of the network
MOST_KNOWN = 4096  # legs that a space remembers

Order = Int[np.ndarray, " change"]  # cells as they change: voice * steps + step
Bars = Bool[np.ndarray, "leg voice step"]
Cells = Float32[np.ndarray, "leg voice step"]


@dataclass(frozen=True, eq=False)
class Leg:
    """The way from one bar to another of the same meter."""

    start: Pattern
    end: Pattern
    order: Order  # of the cells in which they differ

    def at(self, share: float) -> Pattern:
        """The bar so far on the way: 0 is the start, 1 the end. Raises SpaceError for a share outside [0, 1]."""
        check_share("the share of a journey", share)
        if share in (0, 1):
            return self.end if share else self.start
        hits = self.start.hits.copy()
        hits.ravel()[self.order[: round(share * len(self.order))]] ^= True
        both = self.start.hits & self.end.hits
        toward = np.where(both, share, self.end.hits).astype(np.float32)  # a stroke of one of them is as it is there
        velocity, offset = (
            one + toward * (other - one)
            for one, other in ((self.start.velocity, self.end.velocity), (self.start.offset, self.end.offset))
        )
        return Pattern(np.where(hits, velocity, 0), np.where(hits, offset, 0), self.start.meter)


def journey(
    space: RhythmSpace,
    way_points: Sequence[Pattern],
    bars: int = 8,
    points: ArrayLike | None = None,
    style: Style | None = None,
) -> list[Pattern]:
    """So many bars from the first of these bars through the others to the last, each of them played as it is.

    On the way between two of them no more strokes change than differ. Bars are shared out by how much changes, one at
    least for each step from one way point to the next; with fewer, way points are passed between two bars. `points`
    [n, 2] says where the way points lie, if it is known, and `style` what is likely on the way.

    Raises SpaceError for fewer than two way points or bars, more than 1024 bars, and way points in several meters.
    """
    if not 2 <= bars <= MAX_BARS:
        raise SpaceError(f"a journey has 2 to {MAX_BARS} bars, got {bars}")
    if len(way_points) < 2:
        raise SpaceError(f"a journey goes through two bars or more, got {len(way_points)}")
    where = space.locate(way_points) if points is None else map_points(points)
    if len(where) != len(way_points):
        raise SpaceError(f"each of {len(way_points)} way points has a point of the map, got {len(where)} points")
    lines = np.stack([where[:-1], where[1:]], axis=1)
    legs = find_legs(space, list(pairwise(way_points)), lines, style)
    if bars <= len(legs):
        position = np.linspace(0, len(legs), bars)
    else:
        ends = np.cumsum([0, *_steps_of_legs([len(leg.order) for leg in legs], bars - 1)])
        position = np.interp(np.arange(bars), ends, np.arange(len(ends)))
    places = [(min(int(along), len(legs) - 1), float(along)) for along in position]
    return [legs[place].at(min(1.0, along - place)) for place, along in places]


def _steps_of_legs(changes: Sequence[int], steps: int) -> list[int]:
    """Steps for each leg, one at least: each further one where most changes in a step (d'Hondt's method)."""
    given = [1] * len(changes)
    for _ in range(steps - len(changes)):
        given[max(range(len(changes)), key=lambda leg: changes[leg] / given[leg])] += 1
    return given


def find_legs(
    space: RhythmSpace,
    pairs: Sequence[tuple[Pattern, Pattern]],
    points: Float32[np.ndarray, "leg 2 2"],
    style: Style | None = None,
) -> list[Leg]:
    """The legs from the first to the second bar of each pair, which lie at these points of the map.

    `style` says what is likely on the way. The space remembers what was found. Raises SpaceError for two bars of
    different meters, and for a style or a meter that the space has not learned.
    """
    labels = space.labels
    weights, known = style_weights(style, space.styles).tobytes(), space.known_journeys
    by_meter: dict[Meter, dict[bytes, int]] = {}  # what is still to be found: its key -> its place among the pairs
    keys: list[bytes] = []
    for place, (start, end) in enumerate(pairs):
        if start.meter != end.meter:
            both = " to ".join(map(meter_name, (start.meter, end.meter)))
            raise SpaceError(f"a journey keeps its meter, got one from {both}")
        parts = (repr(start.meter).encode(), start.hits.tobytes(), end.hits.tobytes(), points[place].tobytes(), weights)
        keys.append(b" ".join(parts))
        if keys[place] not in known:
            by_meter.setdefault(labels.check_meter(start.meter), {})[keys[place]] = place
    for meter, wanted in by_meter.items():
        rows = list(wanted.values())
        start, end = (labels.condition(points[rows, n], [meter] * len(rows), style) for n in (0, 1))
        hits = [np.stack([pairs[row][n].hits for row in rows]) for n in (0, 1)]
        known |= zip(wanted, find_orders(space.decoder, start, end, *hits), strict=True)
    legs = [Leg(start, end, known[key]) for key, (start, end) in zip(keys, pairs, strict=True)]
    if len(known) > MOST_KNOWN:
        known.clear()
    return legs


def find_orders(decoder: BarDecoder, start: Condition, end: Condition, start_hits: Bars, end_hits: Bars) -> list[Order]:
    """The cells in which each bar differs from the other, in the order in which they change.

    `start` and `end` have the point of each bar; the style and the section of `start` are those of the whole way.
    """
    found: list[Order] = []
    for first in range(0, len(start), LEGS_AT_ONCE):
        rows = slice(first, first + LEGS_AT_ONCE)
        found += _orders(decoder, start[rows], end[rows], start_hits[rows], end_hits[rows])
    return found


def _orders(decoder: BarDecoder, start: Condition, end: Condition, start_hits: Bars, end_hits: Bars) -> list[Order]:
    expected = _expected(decoder, start, end)
    searches = [_Search(*row) for row in zip(start_hits, end_hits, expected, strict=True)]
    while open_rows := [row for row, search in enumerate(searches) if search.is_open]:
        candidates = {row: searches[row].candidates() for row in open_rows}
        compared = [row for row in open_rows if len(candidates[row]) > 1]
        chosen = {row: candidates[row][0] for row in open_rows}
        if compared:
            rows = np.repeat(compared, [len(candidates[row]) for row in compared])
            bars = np.concatenate([searches[row].with_each(candidates[row]) for row in compared])
            share = np.array([searches[row].share for row in rows], np.float32)
            gain = decoder.log_likelihood(bars, _between(start[rows], end[rows], share))
            for row in compared:
                chosen[row] = candidates[row][int(gain[rows == row].argmax())]
        for row, cell in chosen.items():
            searches[row].change(cell)
    return [np.array(search.order, np.int64) for search in searches]


def _expected(decoder: BarDecoder, start: Condition, end: Condition) -> Cells:
    """The mean logit of each cell along each line."""
    rows, share = np.repeat(np.arange(len(start)), LOOKS), np.tile(np.linspace(0, 1, LOOKS), len(start))
    logit = decoder.map.logits(_between(start[rows], end[rows], share.astype(np.float32)))
    return logit.reshape(len(start), LOOKS, *logit.shape[1:]).mean(axis=1)


def _between(start: Condition, end: Condition, share: Float32[np.ndarray, " row"]) -> Condition:
    """The conditions so far on the straight line between these points."""
    return replace(start, map=(1 - share[:, None]) * start.map + share[:, None] * end.map)


class _Search:
    """One leg, while its changes are put in order."""

    def __init__(
        self,
        start: Bool[np.ndarray, "voice step"],
        end: Bool[np.ndarray, "voice step"],
        expected: Float32[np.ndarray, "voice step"],
    ) -> None:
        wanted = np.where(end, expected, -expected).ravel()
        cells = np.flatnonzero(start != end)
        cells = cells[np.argsort(-wanted[cells], kind="stable")]
        comes = end.ravel()[cells]
        self._left = {True: cells[comes].tolist(), False: cells[~comes].tolist()}
        self._coming, self._going = len(self._left[True]), len(self._left[False])
        self._hits = start.copy()
        self._most_hands = np.maximum(HANDS, np.maximum(hand_count(start), hand_count(end)))
        self.order: list[int] = []

    @property
    def is_open(self) -> bool:
        """Whether changes are left."""
        return len(self.order) < self._coming + self._going

    @property
    def share(self) -> float:
        """How far on the way the bar is after the next change."""
        return (len(self.order) + 1) / (self._coming + self._going)

    def candidates(self) -> list[int]:
        """The cells of which one changes next."""
        come, gone = (each - len(self._left[kind]) for kind, each in ((True, self._coming), (False, self._going)))
        due = come * self._going < gone * self._coming or not self._left[False]
        for comes in (due, not due):  # one of them can be played: what goes always can
            if cells := [cell for cell in self._left[comes] if not comes or self._can_be_played(cell)]:
                return cells[:CANDIDATES]
        raise AssertionError("what is left has a place in the bar at the end")

    def _can_be_played(self, cell: int) -> bool:
        """Whether the bar then takes no more hands at this step than two, or one of the ends."""
        step = cell % self._hits.shape[1]
        column = self._hits[:, [step]].copy()
        column[cell // self._hits.shape[1]] ^= True
        return bool(hand_count(column)[0] <= self._most_hands[step])

    def with_each(self, cells: Sequence[int]) -> Bool[np.ndarray, "cell voice step"]:
        """The bar with each of these changes."""
        bars = np.repeat(self._hits[None], len(cells), axis=0)
        bars.reshape(len(cells), -1)[np.arange(len(cells)), cells] ^= True
        return bars

    def change(self, cell: int) -> None:
        """Make this change."""
        voice, step = divmod(cell, self._hits.shape[1])
        self._left[not self._hits[voice, step]].remove(cell)
        self._hits[voice, step] ^= True
        self.order.append(cell)
