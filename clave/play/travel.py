"""Where a path over the map is in each bar: its curve, and how it is travelled."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from clave.music.units import STEPS_PER_SIXTEENTH, Meter, steps_per_bar
from clave.play.project.bars import Generated, GenerationSettings, Leg
from clave.play.project.document import Scene
from clave.play.project.movement import Path
from clave.play.sequencer import Point, Quantum, steps_per_beat

CURVE_PIECES = 16  # straight pieces of each part of a smooth curve
LEAST_LEG_BARS, DRAWN_LEG_BARS = 2, 4  # from one station of a path to the next
SMOOTHING_PASSES = 16  # of a moving average, where a path is smoothed entirely


def vertices(scene: Scene) -> tuple[Point, ...]:
    """The corners of the scene's path, smoothed and curved as it says; none without a path."""
    path = scene.path
    if path is None:
        return ()
    points = list(path.points or (anchor.point for anchor in scene.anchors))
    for _ in range(math.floor(path.smoothing * SMOOTHING_PASSES + 0.5)):
        inner = [
            ((a[0] + 2 * b[0] + c[0]) / 4, (a[1] + 2 * b[1] + c[1]) / 4)
            for a, b, c in zip(points, points[1:], points[2:], strict=False)
        ]
        points = [points[0], *inner, points[-1]]
    return tuple(_spline(points) if path.curve == "smooth" else points)


def _spline(points: Sequence[Point]) -> list[Point]:
    """A uniform Catmull-Rom spline through the points, as straight pieces."""
    found = [points[0]]
    for part in range(len(points) - 1):
        a, b = points[max(part - 1, 0)], points[part]
        c, d = points[part + 1], points[min(part + 2, len(points) - 1)]
        for piece in range(1, CURVE_PIECES + 1):
            t = piece / CURVE_PIECES
            found.append((_catmull_rom(a[0], b[0], c[0], d[0], t), _catmull_rom(a[1], b[1], c[1], d[1], t)))
    return found


def _catmull_rom(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)


def point_at(corners: Sequence[Point], share: float) -> Point:
    """The point so far along the corners' length: 0 is the first, 1 the last."""
    lengths = _lengths(corners)
    if len(corners) == 2 or lengths[-1] == 0:
        a, b, t = corners[0], corners[-1], share
    else:
        wanted, part = share * lengths[-1], 1
        while part < len(corners) - 1 and lengths[part] < wanted:
            part += 1
        size = lengths[part] - lengths[part - 1]
        a, b = corners[part - 1], corners[part]
        t = (wanted - lengths[part - 1]) / size if size > 0 else 0.0
    return (1 - t) * a[0] + t * b[0], (1 - t) * a[1] + t * b[1]


def _lengths(corners: Sequence[Point]) -> list[float]:
    """The length of the way to each corner."""
    lengths = [0.0]
    for a, b in pairwise(corners):
        lengths.append(lengths[-1] + math.sqrt((b[0] - a[0]) * (b[0] - a[0]) + (b[1] - a[1]) * (b[1] - a[1])))
    return lengths


@dataclass(frozen=True)
class Course:
    """A path as it is travelled: its corners, and the places that bars on the way lie between."""

    corners: tuple[Point, ...]
    stations: tuple[tuple[float, Point], ...] = ()  # share of the length, and the point; none: each bar is the map's

    def bar(self, share: float, settings: GenerationSettings) -> Generated:
        """The bar so far along the path's length; with variation, all stations hear the first one."""
        point, leg, hears = point_at(self.corners, share), None, None
        if self.stations:
            last = len(self.stations) - 1
            after = next((n for n in range(1, last) if share <= self.stations[n][0]), last)
            (from_share, start), (to_share, end) = self.stations[after - 1], self.stations[after]
            length = to_share - from_share
            leg = Leg(start=start, end=end, share=(share - from_share) / length if length > 0 else 0.0)
            if settings.variation > 0:
                hears = Generated(point=self.stations[0][1], settings=settings).as_heard()
        return Generated(point=point, settings=settings, leg=leg, hears=hears)


def course_of(scene: Scene) -> Course:
    """The course of the scene's path.

    Its points are stations as long as there are two bars or more from one to the next; of a path with more points,
    such as one drawn by hand, stations are evenly spaced along its length, four bars apart.
    """
    corners, path = vertices(scene), scene.path
    if path is None or path.between == "map":
        return Course(corners)
    pieces = CURVE_PIECES if path.curve == "smooth" else 1
    parts, steps = (len(corners) - 1) // pieces, path.bars - 1
    if parts > 1 and parts * LEAST_LEG_BARS > steps:
        parts = max(1, steps // DRAWN_LEG_BARS)
        shares = [part / parts for part in range(parts + 1)]
        return Course(corners, tuple((share, point_at(corners, share)) for share in shares))
    lengths = _lengths(corners)
    places = range(0, len(corners), pieces)
    return Course(corners, tuple((lengths[at] / (lengths[-1] or 1.0), corners[at]) for at in places))


def share_at(path: Path, bars: float) -> float:
    """How far along the path it is, so many bars (any fraction) after its start: 0 is one end, 1 the other."""
    last = path.bars - 1
    if last == 0:
        return path.stops[0] if path.stops else 0.0
    bar = _bar_between_ends(path, bars)
    if not path.stops:
        return bar / last
    before = min(math.floor(bar), last - 1)
    return path.stops[before] + (path.stops[before + 1] - path.stops[before]) * (bar - before)


def _bar_between_ends(path: Path, bars: float) -> float:
    """The same in bars from one end: 0 to `path.bars` - 1."""
    last = path.bars - 1
    if path.way == "once":
        return min(bars, last)
    if path.way == "loop":
        return min(bars - path.bars * math.floor(bars / path.bars), last)
    there_and_back = bars - 2 * last * math.floor(bars / (2 * last))
    return last - abs(last - there_and_back)


def round_bars(path: Path) -> int:
    """How many bars a round has: there, and back as well for ping-pong."""
    return max(1, 2 * path.bars - 2) if path.way == "ping-pong" else path.bars


def bar_of_round(path: Path, bar: int) -> int:
    """Which bar of the round is played in this bar of the scene; once it has arrived, a path stays at its last."""
    return min(bar, path.bars - 1) if path.way == "once" else bar % round_bars(path)


def looks(path: Path, meter: Meter) -> list[int]:
    """The steps of a bar at which the position on the path is read."""
    return looks_each(path.quantum, meter)


def looks_each(quantum: Quantum, meter: Meter) -> list[int]:
    """The steps of a bar at which something is looked at this often: step is a 16th here."""
    if quantum == "bar":
        return [0]
    size = STEPS_PER_SIXTEENTH if quantum == "step" else max(1, int(steps_per_beat(meter)))
    return list(range(0, steps_per_bar(meter), size))
