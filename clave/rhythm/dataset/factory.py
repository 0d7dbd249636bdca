"""Our own grooves as a data set: takes of every style, for a machine without any data."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from clave.errors import CorpusError
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Int
from clave.music.units import METERS, meter_name
from clave.rhythm import grooves
from clave.rhythm.dataset.data_set import Corpus, CorpusReport, count_labels, side_by_side
from clave.rhythm.dataset.labels import SECTIONS
from clave.rhythm.dataset.union_find import UnionFind

FACTORY = "factory"  # where a folder's name stands otherwise
TAKES = 60  # of each style, where there is nothing else to learn from
TAKES_BESIDE = 20  # of each, beside a folder: enough to learn a style, and too few to take the map from the folder
BEATS, FILLS = 8, 2  # bars of a take
LICENCE = "CC0, grooves written for Clave"
NEAR_STROKES = 1  # takes with bars that differ by no more are kept together


class _Row(NamedTuple):
    """Where a bar comes from."""

    style: int
    section: int
    source: int
    number: int  # in its take


def from_factory(
    styles: Sequence[str] | None = None, *, takes: int = TAKES, fills: int = FILLS, seed: int = 0
) -> Corpus:
    """Bars drawn from the templates, eight beats and some fills a take; a take is a source, "factory house 12".

    Unless styles are named, they are those in the meters that a space can learn. A bar whose strokes were there before
    is left out and counted, so no bar is learned and held out at once; takes of a style with bars that differ by a
    single stroke share a group. Raises CorpusError for fewer than one take or style and for a style in another meter,
    and GrooveError for an unknown style.
    """
    if takes < 1 or fills < 0:
        raise CorpusError(f"a factory corpus has one take of each style or more, got {takes}, of {fills} fills")
    wanted = learnable_styles() if styles is None else tuple(styles)
    if not wanted:
        raise CorpusError(f"a factory corpus has one style or more; there are {', '.join(learnable_styles())}")
    for name in wanted:
        if (meter := grooves.style(name).meter) not in METERS:
            known = ", ".join(map(meter_name, METERS))
            raise CorpusError(f"the style {name!r} is in {meter_name(meter)}; a corpus holds bars in {known}")
    bars, rows, names, dropped = _draw_takes(wanted, takes, fills, np.random.default_rng(seed))
    kept = [name for i, name in enumerate(wanted) if any(row.style == i for row in rows)]
    columns = np.array(rows)
    style = np.array([kept.index(wanted[i]) for i in columns[:, 0]])
    section, source, number = columns[:, 1:].T
    velocity, offset = (side_by_side([getattr(bar, name)[None] for bar in bars]) for name in ("velocity", "offset"))
    meters = np.array([METERS.index(bar.meter) for bar in bars])
    group = _near_groups(velocity > 0, style, source)
    report = CorpusReport(
        folder=FACTORY,
        files=takes * len(wanted),
        files_read=len(names),
        refused={},
        bars=len(bars),
        dropped_bars=dict(dropped),
        duplicate_bars=0,
        groups=int(group.max()) + 1,
        strokes_moved=0,
        strokes_merged=0,
        notes_not_in_map={},
        drum_maps={},
        styles_from="the templates",
        splits={},
        remarks={},
        **count_labels(velocity, meters, style, section, kept),
    )
    return Corpus(
        velocity,
        offset,
        meters,
        style,
        section,
        source,
        number,
        group,
        tuple(kept),
        tuple(names),
        ("",) * len(names),
        (LICENCE,) * len(names),
        report,
    )


def learnable_styles() -> tuple[str, ...]:
    """The styles whose meter a rhythm space can learn."""
    return tuple(name for name in grooves.STYLES if grooves.style(name).meter in METERS)


def _draw_takes(
    styles: Sequence[str], takes: int, fills: int, rng: np.random.Generator
) -> tuple[list[Pattern], list[_Row], list[str], Counter[str]]:
    """The bars of so many takes of each style, a row and a name for them, and how many bars were left out, and why."""
    bars: list[Pattern] = []
    rows: list[_Row] = []
    names: list[str] = []
    known: set[bytes] = set()
    dropped = Counter[str]()
    sections = ["beat"] * BEATS + ["fill"] * fills
    for style, name in enumerate(styles):
        for number in range(takes):
            take = grooves.take(name, rng)
            played = [grooves.play(take, rng, section) for section in sections]
            fresh = list[int]()
            for bar, pattern in enumerate(played):
                strokes = pattern.hits.tobytes()
                if strokes in known:
                    dropped["the strokes of an earlier bar"] += 1
                else:
                    known.add(strokes)
                    fresh.append(bar)
            rows += [_Row(style, SECTIONS.index(sections[bar]), len(names), bar) for bar in fresh]
            bars += [played[bar] for bar in fresh]
            names += [f"{FACTORY} {name} {number}"] if fresh else []
    return bars, rows, names, dropped


def _near_groups(
    hits: Bool[np.ndarray, "bar 8 step"], style: Int[np.ndarray, " bar"], source: Int[np.ndarray, " bar"]
) -> Int[np.ndarray, " bar"]:
    """The group of each bar: takes of a style are linked where two of their bars differ by NEAR_STROKES or fewer."""
    takes = UnionFind(int(source.max()) + 1)
    for each in np.unique(style):
        mine = np.flatnonzero(style == each)
        flat = hits[mine].reshape(len(mine), -1).astype(np.float32)
        strokes = flat.sum(axis=1)
        differing = strokes[:, None] + strokes - 2 * flat @ flat.T
        for one, other in zip(*np.nonzero(np.triu(differing <= NEAR_STROKES, 1)), strict=True):
            takes.link(int(source[mine[one]]), int(source[mine[other]]))
    return takes.groups()[source]
