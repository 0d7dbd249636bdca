"""The home of each style: the place of the map where a player who chooses the style begins, its tempo and its meter.

A home is one of the style's own bars. Of the places where the bar that is played keeps the style's signature, it is the
one among most bars of the style whose phrases keep it too, else the one whose phrases keep it best. For a style without
a signature, it is the place among most of its bars. `find_homes` takes a while: it is done once, when a space is
written, and its result is a small file in the space's folder. Without this file the homes are the densest places.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clave.errors import SpaceError
from clave.files import whole_file
from clave.files.json_file import read_json
from clave.music.shapes import Float32
from clave.music.units import MAX_TEMPO_BPM, MIN_TEMPO_BPM, Meter
from clave.rhythm.corpus_map import STYLE_BANDWIDTH, CorpusMap
from clave.rhythm.signature import Signature
from clave.rhythm.signatures import SIGNATURES
from clave.rhythm.space import RhythmSpace
from clave.rhythm.style_facts import styles

HOMES_FILE = "homes.json"
PHRASE_BARS = 8  # heard at each place that is tried ...
PHRASE_SEEDS = (0, 1, 2)  # ... under each of these seeds
MOST_PLACES = 400  # whose bars are looked at for a style, the densest of its own
TRIED_PLACES = 24  # of those that keep its signature, whose phrases are heard too
APART = 0.03  # map units between these
SPAN, LATTICE = 3.0, 0.1  # map units: the lattice on which density is computed

GROOVE_TEMPO_BPM = {
    "afrocuban": 110.0, "country": 96.0, "dance": 137.0, "gospel": 120.0, "highlife": 126.0, "hiphop": 92.0,
    "jazz": 120.0, "latin": 108.0, "middleeastern": 126.0, "neworleans": 93.0, "pop": 132.0, "punk": 128.0,
    "soul": 104.5,
}  # fmt: skip
"""The median tempo of the beats (files) of Groove MIDI, for the styles that it has and a space learns there."""


@dataclass(frozen=True)
class Home:
    """Where a style is at home: played there with the style as condition, in this meter, it is heard."""

    style: str
    point: tuple[float, float]  # map units
    tempo_bpm: float | None  # the usual one; None is unknown
    meter: Meter


def homes_of(space: RhythmSpace) -> tuple[Home, ...]:
    """The homes in the folder of a space, or its densest places; none for a style without bars.

    Raises SpaceError, with the reason, for a file that holds no homes of this space.
    """
    path = space.folder / HOMES_FILE
    return read_homes(path, space) if path.is_file() else densest_homes(space.corpus, space.styles)


def usual_tempo_bpm(style: str) -> float | None:
    """The median of Groove MIDI, else the middle of the tempos of a style's template; None for other styles."""
    if style in GROOVE_TEMPO_BPM:
        return GROOVE_TEMPO_BPM[style]
    return styles[style].usual_tempo_bpm if style in styles else None


def densest_homes(corpus: CorpusMap, styles: Sequence[str]) -> tuple[Home, ...]:
    """The bar of each style around which most of its bars lie; no home for a style without bars."""
    return tuple(_home(style, bars, 0) for style, bars in _own_bars(corpus, styles))


def find_homes(space: RhythmSpace) -> Iterator[Home]:
    """The home of each style that has bars, as the rule above says; with a signature each takes a second or two."""
    for style, bars in _own_bars(space.corpus, space.styles):
        yield _home(style, bars, _best(space, style, bars, SIGNATURES.get(style)))


def read_homes(path: Path, space: RhythmSpace) -> tuple[Home, ...]:
    """The pair of `write_homes`; SpaceError names what is wrong in the file."""
    try:
        rows: Any = read_json(path)
        homes = tuple(_read(row) for row in rows)
    except (OSError, ValueError, TypeError, KeyError, IndexError) as error:
        raise SpaceError(f"{path} is not a list of homes: {error!r}") from error
    for home in homes:
        tempo = home.tempo_bpm
        if home.style not in space.styles or home.meter not in space.meters:
            raise SpaceError(f"{path}: a home is of a style and in a meter of the space, got {home}")
        if not np.isfinite(home.point).all() or not (tempo is None or MIN_TEMPO_BPM <= tempo <= MAX_TEMPO_BPM):
            raise SpaceError(f"{path}: a home has a finite point and a tempo of 20 to 400 bpm, got {home}")
    return homes


def _read(row: Any) -> Home:
    (x, y), (beats, unit), tempo = row["point"], row["meter"], row["tempo_bpm"]
    return Home(row["style"], (float(x), float(y)), None if tempo is None else float(tempo), (beats, unit))


def write_homes(folder: Path, homes: Sequence[Home]) -> None:
    """Write homes.json of a space: a line for each style, in map units to 1/10000."""
    rows = [
        json.dumps({
            "style": home.style, "point": [round(each, 4) for each in home.point], "tempo_bpm": home.tempo_bpm,
            "meter": list(home.meter),
        })
        for home in homes
    ]  # fmt: skip
    whole_file.write(folder / HOMES_FILE, ("[\n  " + ",\n  ".join(rows) + "\n]\n").encode())


@dataclass(frozen=True)
class _OwnBars:
    """The beats of a style in its usual meter as points: each place once, the densest first."""

    points: Float32[np.ndarray, "place 2"]
    meter: Meter


def _own_bars(corpus: CorpusMap, styles: Sequence[str]) -> Iterator[tuple[str, _OwnBars]]:
    """Those of each style that has bars; fills count where there is nothing else."""
    found: dict[str, list[int]] = {}
    for bar, style in enumerate(corpus.styles):
        found.setdefault(style, []).append(bar)
    for style in styles:
        mine = found.get(style, [])
        rows = [bar for bar in mine if corpus.sections[bar] == "beat"] or mine
        if not rows:
            continue
        meter = Counter(corpus.meters[bar] for bar in rows).most_common(1)[0][0]
        points = corpus.map[[bar for bar in rows if corpus.meters[bar] == meter]]
        density = _density(points)
        first = np.unique(points[:, 0] + 1j * points[:, 1], return_index=True)[1]
        yield style, _OwnBars(points[first[np.lexsort((first, -density[first]))]], meter)


def _density(points: Float32[np.ndarray, "bar 2"]) -> Float32[np.ndarray, " bar"]:
    """The kernel density of these points at the lattice point next to each of them, not normalised."""
    axis = np.arange(-SPAN, SPAN + LATTICE / 2, LATTICE, dtype=np.float32)
    x, y = (np.exp(-0.5 * np.square((axis - points[:, [way]]) / STYLE_BANDWIDTH)) for way in (0, 1))
    column, row = np.rint((points.clip(-SPAN, SPAN) + SPAN) / LATTICE).astype(int).T
    return (y.T @ x)[row, column]


def _best(space: RhythmSpace, style: str, bars: _OwnBars, signature: Signature | None) -> int:
    """Which of the places the style is at home at."""
    if signature is None or signature.meter != bars.meter:
        return 0
    places = bars.points[:MOST_PLACES]
    played = space.at(places, style=style, meter=bars.meter)
    keeping = [place for place, bar in enumerate(played) if signature.heard_in(bar)]
    if not keeping or space.detail_size == 0:
        return (keeping or [0])[0]
    best, most = keeping[0], 0.0
    for place in _apart(places, keeping)[:TRIED_PLACES]:
        x, y = map(float, places[place])
        phrases = [
            space.phrase((x, y), bars=PHRASE_BARS, style=style, fill=False, seed=seed, meter=bars.meter)
            for seed in PHRASE_SEEDS
        ]
        heard = sum(map(signature.is_heard, phrases)) + sum(map(signature.share, phrases)) / (1 + len(phrases))
        if heard > most:
            best, most = place, heard
        if all(map(signature.is_heard, phrases)):
            break
    return best


def _apart(points: Float32[np.ndarray, "place 2"], places: Sequence[int]) -> list[int]:
    """Those of these places that lie no nearer than APART to an earlier one."""
    kept: list[int] = []
    for place in places:
        if all(np.hypot(*(points[place] - points[other])) >= APART for other in kept):
            kept.append(place)
    return kept


def _home(style: str, bars: _OwnBars, place: int) -> Home:
    x, y = map(float, bars.points[place])
    return Home(style, (x, y), usual_tempo_bpm(style), bars.meter)
