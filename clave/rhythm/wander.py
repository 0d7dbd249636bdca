"""Wandering over the map from bar to bar as a drummer does.

A space knows the bars that it was learned from, in the order in which they were played: those of a long take are a
drummer's walk over the map. He stays near one place, bar after bar a little off, leaves it for a fill or another
groove, and comes back. To wander like him from another place is to play parts of such walks there: first one that
begins near the place, at one of those to which he kept; whenever it has come back there, perhaps another.
"""

import re

import numpy as np

from clave.errors import SpaceError
from clave.latent.code import generator, map_points
from clave.music.shapes import Float32
from clave.music.units import COMMON_TIME, Meter
from clave.rhythm.corpus_map import CorpusMap
from clave.rhythm.space import RhythmSpace

MAX_BARS = 1024
LEAST_TAKE = 16  # bars of a take that is a walk
LEAST_AHEAD = 4  # bars that follow where a part of one begins
AHEAD = 16  # bars in which he came back there at least as often as in his mean, or it is not one to begin at
NEAR = 8  # bars of the drummer, nearest to the place, at one of which a part begins
REACH = 0.5  # map units, over which a part that leads away comes to lie where the drummer played it
BACK = 0.1  # map units: nearer to where it began, a part has come back
CHANGES = 0.25  # share of these times at which another part goes on

Walk = Float32[np.ndarray, "_ 2"]  # a point a bar

_DRUMMER = re.compile(r"(?:^|/)drummer[ _-]?(\d+)/")


def drummers(corpus: CorpusMap, meter: Meter = COMMON_TIME) -> dict[str, tuple[Walk, ...]]:
    """The walks of each drummer with long takes in this meter, by names like "drummer 3"; in the order of numbers.

    Groove MIDI (Gillick, Roberts, Engel, Eck and Bamman, ICML 2019, CC BY 4.0) has a folder for each of its ten.
    """
    bars: dict[str, list[int]] = {}
    for bar, source in enumerate(corpus.sources):
        if _DRUMMER.search(source) and corpus.sections[bar] == "beat" and corpus.meters[bar] == meter:
            bars.setdefault(source, []).append(bar)
    found: dict[int, list[Walk]] = {}
    for source, rows in bars.items():
        number = _DRUMMER.search(source)
        if number and len(rows) >= LEAST_TAKE:
            found.setdefault(int(number[1]), []).append(corpus.map[rows])
    return {f"drummer {number}": tuple(found[number]) for number in sorted(found)}


def wander(
    space: RhythmSpace,
    point: tuple[float, float] | Float32[np.ndarray, " 2"],
    bars: int = 16,
    like: str | None = None,
    seed: int = 0,
    meter: Meter = COMMON_TIME,
) -> Float32[np.ndarray, "bar 2"]:
    """A map point for each bar, the first of them this one, as a drummer like "drummer 3" moves; None is any of them.

    The same seed gives the same walk. Raises SpaceError for fewer than 1 bar or more than 1024, and for a drummer of
    whom the space has no long take in this meter: it names those there are.
    """
    if not 1 <= bars <= MAX_BARS:
        raise SpaceError(f"a walk has 1 to {MAX_BARS} bars, got {bars}")
    (start,), rng, known = map_points(np.asarray([point])), generator(seed), drummers(space.corpus, meter)
    if not known or (like is not None and like not in known):
        whom = "a drummer" if like is None else repr(like)
        raise SpaceError(
            f"nobody to wander like {whom}; there are: {', '.join(known) or 'no long takes in this meter'}"
        )
    parts = [part for name, each in known.items() if like in (None, name) for walk in each for part in _parts(walk)]
    stays = np.array([np.mean(np.linalg.norm(part[1:AHEAD] - part[0], axis=1) < BACK) for part in parts])
    away = np.linalg.norm(np.stack([part[0] for part in parts]) - start, axis=1)
    order = np.argsort(np.where(stays >= stays.mean(), away, np.inf), kind="stable")[:NEAR]

    found, left = [start], np.zeros((0, 2), np.float32)
    while len(found) < bars:
        is_back = float(np.linalg.norm(found[-1] - start)) < BACK
        if len(left) == 0 or (is_back and len(found) > 1 and rng.random() < CHANGES):
            left = _moved(parts[rng.choice(order)], start)[1:]
        found.append(left[0])
        left = left[1:]
    return np.stack(found).astype(np.float32)


def _parts(walk: Walk) -> list[Walk]:
    """The walk from each of its bars on, as long as enough follow."""
    return [walk[bar:] for bar in range(len(walk) - LEAST_AHEAD)]


def _moved(walk: Walk, start: Float32[np.ndarray, " 2"]) -> Walk:
    """The walk from another start on; far from it, it goes where it went."""
    away = np.linalg.norm(walk - walk[0], axis=1, keepdims=True)
    return (walk + (start - walk[0]) * np.exp(-away / REACH)).astype(np.float32)
