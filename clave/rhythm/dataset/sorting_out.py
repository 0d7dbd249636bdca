"""What becomes of files once all are read: copies are refused, files that share a bar grouped, everything counted."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from clave.errors import CorpusError
from clave.files.sharded.arrays import zeros
from clave.music.kit import VOICES
from clave.music.shapes import Bool, Int, UInt64
from clave.music.units import METERS
from clave.rhythm.dataset.bar_table import BarTable, FileRow, Selection, chosen, fill, width
from clave.rhythm.dataset.data_set import METER_NAMES, NO_STYLE, Corpus, CorpusReport
from clave.rhythm.dataset.labels import SECTIONS, Facts
from clave.rhythm.dataset.union_find import UnionFind

Tables = Callable[[], Iterable[BarTable]]
"""The tables of all files in the order of their names, as often as they are asked for."""


class Tally:
    """What a report counts, one table after another."""

    def __init__(self) -> None:
        self.bars = list[int]()  # of each kept file
        self.meters = np.zeros(len(METERS), np.int64)  # bars of each
        self.strokes = np.zeros(len(VOICES), np.int64)
        self.moved = self.merged = 0
        self.dropped, self.drum_maps, self.remarks = Counter[str](), Counter[str](), Counter[str]()
        self.notes_not_in_map = Counter[int]()

    def add(self, table: BarTable, kept: Bool[np.ndarray, " file"]) -> None:
        """Count a table: bars that were dropped in all files, and everything else in those that are kept."""
        bars = kept[table.file]
        self.meters += np.bincount(table.meter[bars], minlength=len(METERS))
        self.strokes += np.bincount(table.voice[np.repeat(bars, table.strokes)], minlength=len(VOICES))
        for row, keep in zip(table.files, kept.tolist(), strict=True):
            self.dropped.update(row.dropped)
            if keep and row.facts is not None:
                self.bars.append(row.bars)
                self.moved += row.facts.moved
                self.merged += row.facts.merged
                self.drum_maps[row.facts.drum_map] += 1
                self.remarks.update(row.facts.remarks)
                self.notes_not_in_map.update(row.facts.notes_not_in_map)


class Verdicts(NamedTuple):
    """Which files are kept, why the others are not, and what they hold."""

    kept: Bool[np.ndarray, " file"]
    refused: dict[str, str]  # file -> reason
    group: Int[np.ndarray, " kept"]  # of each file that is kept: the same for files that share a bar
    duplicate_bars: int
    tally: Tally


def judge(names: Sequence[str], tables: Iterable[BarTable], facts: Facts, selection: Selection) -> Verdicts:
    """Unusable files, fills that are not wanted and copies are refused; the others are grouped by the bars they share.

    Of copies the first in the order of names is kept. `tables` are read once, one at a time.
    """
    refused: dict[str, str] = {}
    kept = np.zeros(len(names), bool)
    first_with: dict[bytes, int] = {}
    hashes, sources = [np.zeros(0, np.uint64)], [np.zeros(0, np.int32)]
    tally = Tally()
    at = 0
    for table in tables:
        files = slice(at, at + len(table.files))
        for index, row in enumerate(table.files, start=at):
            reason = _refusal(row, facts.section[index], selection)
            if reason is None and first_with.setdefault(row.content, index) != index:
                reason = f"a copy of {names[first_with[row.content]]}"
            kept[index] = reason is None
            if reason is not None:
                refused[names[index]] = reason
        bars = kept[files][table.file]
        hashes.append(table.hash[bars])
        sources.append((table.file[bars] + at).astype(np.int32))
        tally.add(table, kept[files])
        at = files.stop
    group, duplicates = _groups(np.concatenate(hashes), np.concatenate(sources), kept)
    return Verdicts(kept, refused, group, duplicates, tally)


def _refusal(row: FileRow, section: str, selection: Selection) -> str | None:
    if row.refusal is not None:
        return row.refusal
    return "a fill, left out on request" if selection.drop_fills and section == "fill" else None


def _groups(
    hashes: UInt64[np.ndarray, " bar"], file: Int[np.ndarray, " bar"], kept: Bool[np.ndarray, " file"]
) -> tuple[Int[np.ndarray, " kept"], int]:
    """The group of each kept file, and how many bars are the same as an earlier one.

    Bars of the same strokes are the same, whatever meter their files call it: 3/4 or 6/8.
    """
    source = (kept.cumsum() - 1)[file]
    order = hashes.argsort(kind="stable")
    again = np.flatnonzero(hashes[order[1:]] == hashes[order[:-1]]) + 1  # in `order`: the same as the one before
    is_first = np.ones(len(order), bool)
    is_first[again] = False
    begins = np.maximum.accumulate(np.where(is_first, np.arange(len(order)), 0))
    repeats, firsts = order[again], order[begins[again]]
    files = UnionFind(int(kept.sum()))
    by_place = repeats.argsort(kind="stable")
    for one, first in zip(source[repeats[by_place]].tolist(), source[firsts[by_place]].tolist(), strict=True):
        files.link(one, first)
    return (files.groups() if kept.any() else np.zeros(0, np.int64)), len(again)


def report_of(folder: str, verdicts: Verdicts, facts: Facts) -> CorpusReport:
    """The report on a folder; CorpusError, with the reason for each file, where none is kept."""
    tally, files = verdicts.tally, len(verdicts.kept)
    if not verdicts.kept.any():
        raise CorpusError(f"no MIDI file in {folder} can be learned from, {files} refused", verdicts.refused)
    styles, sections, splits = Counter[str](), Counter[str](), Counter[str]()
    for index, bars in zip(np.flatnonzero(verdicts.kept).tolist(), tally.bars, strict=True):
        styles[facts.style[index]] += bars
        sections[facts.section[index]] += bars
        splits[facts.split[index]] += bars
    return CorpusReport(
        folder=folder,
        files=files,
        files_read=len(tally.bars),
        refused=verdicts.refused,
        bars=sum(tally.bars),
        dropped_bars=dict(tally.dropped),
        duplicate_bars=verdicts.duplicate_bars,
        groups=int(verdicts.group.max()) + 1,
        strokes={each.name: int(tally.strokes[each.index]) for each in VOICES},
        strokes_moved=tally.moved,
        strokes_merged=tally.merged,
        notes_not_in_map=dict(tally.notes_not_in_map),
        drum_maps=dict(tally.drum_maps),
        meters={name: int(bars) for name, bars in zip(METER_NAMES, tally.meters, strict=True) if bars},
        styles_from=facts.styles_from,
        styles={name: styles[name] for name in sorted(styles) if name},
        without_style=styles[""],
        sections={name: sections[name] for name in SECTIONS},
        splits={name: bars for name, bars in splits.items() if name},
        remarks=dict(tally.remarks),
    )


def assemble(
    names: Sequence[str], tables: Tables, verdicts: Verdicts, facts: Facts, report: CorpusReport, licence: str
) -> Corpus:
    """The corpus of the files that are kept; `tables` are read twice, one at a time.

    A large one lies in a temporary file that the system maps into memory as it is read, and removes afterwards.
    """
    columns = [
        (table.meter.astype(np.int8), (table.file + at).astype(np.int32), table.number.astype(np.int32))
        for at, table in kept_bars(tables, verdicts)
    ]
    meter, file, number = (np.concatenate(each).astype(np.int64) for each in zip(*columns, strict=True))
    velocity, offset = (zeros((len(meter), len(VOICES), width(meter))) for _ in range(2))
    row = 0
    for _, table in kept_bars(tables, verdicts):
        rows = slice(row, row + len(table.meter))
        fill(table, velocity[rows], offset[rows])
        row = rows.stop
    source = (verdicts.kept.cumsum() - 1)[file]
    indices = np.flatnonzero(verdicts.kept).tolist()
    styles = tuple(report.styles)
    places = {name: index for index, name in enumerate(styles)} | {"": NO_STYLE}
    return Corpus(
        velocity,
        offset,
        meter,
        np.array([places[facts.style[i]] for i in indices])[source],
        np.array([SECTIONS.index(facts.section[i]) for i in indices])[source],
        source,
        number,
        verdicts.group[source],
        styles,
        tuple(names[i] for i in indices),
        tuple(facts.split[i] for i in indices),
        (licence,) * len(indices),
        report,
    )


def kept_bars(tables: Tables, verdicts: Verdicts) -> Iterable[tuple[int, BarTable]]:
    """The bars of the kept files of each table, with the number of files before it."""
    at = 0
    for table in tables():
        yield at, chosen(table, verdicts.kept[at : at + len(table.files)])
        at += len(table.files)
