"""Our own grooves as a data set: takes of every style, for a machine without any data."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Int

from clave.errors import CorpusError
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.units import METERS
from clave.rhythm import grooves
from clave.rhythm.dataset.data_set import METER_NAMES, Corpus, CorpusReport, side_by_side
from clave.rhythm.dataset.labels import SECTIONS

FACTORY = "factory"  # where a folder's name stands otherwise
TAKES = 60  # of each style
TAKES_BESIDE = 12  # of each, beside a folder: enough to learn a style, and too few to take the map from the folder
BEATS, FILLS = 8, 2  # bars of a take
LICENCE = "CC0, grooves written for Clave"
NEAR_STROKES = 1  # takes with bars that differ by no more are kept together


def from_factory(
    styles: Sequence[str] | None = None, *, takes: int = TAKES, fills: int = FILLS, seed: int = 0
) -> Corpus:
    """Bars drawn from the templates, eight beats and some fills a take; a take is a source, "factory house 12".

    A bar whose strokes were there before is left out and counted, so no bar is learned and held out at once; takes of
    a style with bars that differ by a single stroke share a group. Raises CorpusError for fewer than one take or style,
    and GrooveError for an unknown style.
    """
    if takes < 1 or fills < 0:
        raise CorpusError(f"a factory corpus has one take of each style or more, got {takes}, of {fills} fills")
    wanted = tuple(grooves.STYLES if styles is None else styles)
    if not wanted:
        raise CorpusError(f"a factory corpus has one style or more; there are {', '.join(grooves.STYLES)}")
    rng = np.random.default_rng(seed)
    bars: list[Pattern] = []
    rows: list[tuple[int, int, int, int]] = []  # style, section, source, number
    names: list[str] = []
    seen: set[bytes] = set()
    dropped = Counter[str]()
    for style, name in enumerate(wanted):
        for number in range(takes):
            take = grooves.take(name, rng)
            sections = ["beat"] * BEATS + ["fill"] * fills
            played = [grooves.play(take, rng, section) for section in sections]
            fresh = list[int]()
            for bar, pattern in enumerate(played):
                strokes = pattern.hits.tobytes()
                if strokes in seen:
                    dropped["the strokes of an earlier bar"] += 1
                else:
                    seen.add(strokes)
                    fresh.append(bar)
            rows += [(style, SECTIONS.index(sections[bar]), len(names), bar) for bar in fresh]
            bars += [played[bar] for bar in fresh]
            names += [f"{FACTORY} {name} {number}"] if fresh else []
    kept = [name for i, name in enumerate(wanted) if any(row[0] == i for row in rows)]
    columns = np.array(rows)
    style = np.array([kept.index(wanted[i]) for i in columns[:, 0]])
    section, source, number = columns[:, 1:].T
    velocity, offset = (side_by_side([getattr(bar, name)[None] for bar in bars]) for name in ("velocity", "offset"))
    meter = np.array([METERS.index(bar.meter) for bar in bars])
    hits = velocity > 0
    group = _near_groups(hits, style, source)
    strokes = hits.sum(axis=(0, 2))
    report = CorpusReport(
        folder=FACTORY,
        files=takes * len(wanted),
        files_read=len(names),
        refused={},
        bars=len(bars),
        dropped_bars=dict(dropped),
        duplicate_bars=0,
        groups=int(group.max()) + 1,
        strokes={each.name: int(strokes[each.index]) for each in VOICES},
        strokes_moved=0,
        strokes_merged=0,
        notes_not_in_map={},
        drum_maps={},
        meters={name: int((meter == i).sum()) for i, name in enumerate(METER_NAMES) if (meter == i).any()},
        styles_from="the templates",
        styles={name: int((style == i).sum()) for i, name in enumerate(kept)},
        without_style=0,
        sections={name: int((section == i).sum()) for i, name in enumerate(SECTIONS)},
        splits={},
        remarks={},
    )
    return Corpus(
        velocity,
        offset,
        meter,
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


def _near_groups(
    hits: Bool[np.ndarray, "bar 8 step"], style: Int[np.ndarray, " bar"], source: Int[np.ndarray, " bar"]
) -> Int[np.ndarray, " bar"]:
    """The group of each bar: takes of a style are linked where two of their bars differ by NEAR_STROKES or fewer."""
    leader = list(range(int(source.max()) + 1))

    def lead(take: int) -> int:
        while leader[take] != take:
            leader[take] = take = leader[leader[take]]
        return take

    for each in np.unique(style):
        mine = np.flatnonzero(style == each)
        flat = hits[mine].reshape(len(mine), -1).astype(np.float32)
        strokes = flat.sum(axis=1)
        apart = strokes[:, None] + strokes - 2 * flat @ flat.T
        for one, other in zip(*np.nonzero(np.triu(apart <= NEAR_STROKES, 1)), strict=True):
            leader[lead(int(source[mine[one]]))] = lead(int(source[mine[other]]))
    leaders = np.array([lead(take) for take in range(len(leader))])
    return np.unique(leaders, return_inverse=True)[1][source]
