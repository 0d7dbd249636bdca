"""A corpus of bars that is built once and opened again and again: in a folder or a bucket, as Parquet.

`build` reads only the files that are new or changed since the last time. What it writes is the same, row for row and
bit for bit, however many workers there were. `open_corpus` gives the same corpus that `scan` makes of the folder.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from clave.errors import CorpusError, printable
from clave.files import midi, walking, whole_file
from clave.files.sharded.building import (
    INDEX,
    Batch,
    Index,
    Table,
    finish,
    make_batches,
    read_index,
    read_table,
    reading,
)
from clave.files.sharded.lock import locked
from clave.files.sharded.place import LocalPlace, Place, place_at
from clave.files.sharded.workers import Pool, read_ahead
from clave.rhythm.dataset.bar_check import check_bars
from clave.rhythm.dataset.bar_shards import TO_JUDGE, BarMaker, bar_table, file_rows
from clave.rhythm.dataset.bar_table import EVERYTHING, BarTable, Selection
from clave.rhythm.dataset.data_set import NO_STYLE, Corpus, CorpusReport
from clave.rhythm.dataset.labels import GROOVE_MIDI, SECTIONS, Facts, label
from clave.rhythm.dataset.scanning import MIDI_SUFFIXES, OTHER_SUFFIXES, Progress
from clave.rhythm.dataset.sorting_out import Tally, Verdicts, assemble, judge, kept_bars, report_of

KIND = "bars"
Address = str | PathLike[str]
"""A folder, or an address such as s3://bucket/music."""


def build(
    source: Address,
    out: Address,
    selection: Selection = EVERYTHING,
    *,
    styles: str | Path = "auto",
    licence: str = "",
    pool: Pool | None = None,
    progress: Progress | None = None,
) -> CorpusReport:
    """Build the corpus of all MIDI files in a folder or bucket and below, or bring one up to date.

    Batches of files are read here, or by the workers of a pool. A build that was stopped, in whatever way, goes on from
    the batches that are there; until the end `out` holds the corpus that it held before. Styles and splits are found
    again each time. Raises CorpusError if there is no MIDI file or no usable bar or for an index of another version,
    and StorageError where a place cannot be read or written, or another run writes there.
    """
    read_from, written_to = place_at(source), place_at(out)
    before = read_index(written_to, KIND)  # refused before anything is written
    files, others, left_out = read_from.find(MIDI_SUFFIXES, OTHER_SUFFIXES)
    if not files:
        raise CorpusError(
            f"{source} holds no MIDI file ({', '.join(MIDI_SUFFIXES)}), nor does any folder in it", others
        )
    with locked(written_to):
        before = read_index(written_to, KIND)
        names = [printable(file.name) for file in files]
        facts = _label(read_from, names, styles)
        chosen_map = selection.drum_map or facts.drum_map
        selected = replace(selection, drum_map=None if chosen_map is None else midi.load_drum_map(chosen_map))
        maker = BarMaker(selected)
        batches = make_batches(read_from, written_to, files, maker, before=before, pool=pool, progress=progress)
        index = Index(KIND, {**maker.settings(), "licence": licence, "drop_fills": selection.drop_fills}, batches)
        verdicts = judge(names, _tables(written_to, index, TO_JUDGE), facts, selected)
        report = report_of(printable(str(read_from)), verdicts, facts)
        report = replace(
            report, files=len(files) + len(others), refused={**report.refused, **others}, left_out=left_out
        )
        index = replace(index, report={**asdict(report), "refused": others})  # the table of files has the rest
        finish(written_to, index, _files_table(names, facts, verdicts), before)
    return report


def open_corpus(address: Address) -> Corpus:
    """The corpus that `build` wrote, whole; velocities and offsets of a large one are mapped, not held in memory.

    Raises CorpusError where there is none, for one of another version or kind, and where a part is missing or broken.
    """
    place, index = _index_at(address)
    with reading(place):
        names, facts, verdicts, report = _opened(place, index)
        return assemble(names, lambda: _tables(place, index), verdicts, facts, report, str(index.settings["licence"]))


class BarStream(NamedTuple):
    """A built corpus that is read batch by batch."""

    names: dict[str, Sequence[str]]  # what columns point into: sources, styles, sections, licences
    tables: Iterator[tuple[BarTable, dict[str, np.ndarray]]]  # with source, number, style and section of each bar


def stream_corpus(address: Address) -> BarStream:
    """The bars of `open_corpus`, in the same order, one batch in memory at a time. Raises CorpusError as it does."""
    place, index = _index_at(address)
    with reading(place):
        names, facts, verdicts, report = _opened(place, index)
        styles = tuple(report.styles)
        style_of = {style: number for number, style in enumerate(styles)} | {"": NO_STYLE}
        style = np.array([style_of.get(each, NO_STYLE) for each in facts.style])
        section = np.array([SECTIONS.index(each) for each in facts.section])
        source = verdicts.kept.cumsum() - 1
        licence = str(index.settings["licence"])

    def tables() -> Iterator[tuple[BarTable, dict[str, np.ndarray]]]:
        with reading(place):
            for at, table in kept_bars(lambda: _tables(place, index), verdicts):
                file = table.file + at
                columns = {
                    "source": source[file], "number": table.number, "style": style[file], "section": section[file]
                }  # fmt: skip
                yield table, columns

    sources = [names[at] for at in np.flatnonzero(verdicts.kept).tolist()]
    licences = [licence] * len(sources)
    return BarStream({"sources": sources, "styles": styles, "sections": SECTIONS, "licences": licences}, tables())


def _index_at(address: Address) -> tuple[Place, Index]:
    place = place_at(address)
    index = read_index(place, KIND)
    if index is None:
        raise CorpusError(
            f"{address} holds no corpus: there is no {INDEX}; build one with: clave corpus build FOLDER -o {address}"
        )
    return place, index


def _tables(place: Place, index: Index, columns: Sequence[str] | None = None) -> Iterator[BarTable]:
    """The bars of each batch: all that is kept of them, or so many columns."""

    def read(batch: Batch) -> tuple[Table, Table]:
        return (
            read_table(place, f"batches/{batch.batch}.parquet"),
            read_table(place, f"rows/{batch.rows}.parquet", columns),
        )

    return (check_bars(bar_table(file_rows(files), rows)) for files, rows in read_ahead(read, index.batches))


def _label(place: Place, names: list[str], styles: str | Path) -> Facts:
    """The labels of files; the table of a bucket's own is fetched first."""
    if isinstance(place, LocalPlace):
        return label(walking.base_of(place.root), names, styles)
    import tempfile

    with tempfile.TemporaryDirectory(prefix="clave-") as folder:
        table = place.read(GROOVE_MIDI)
        if table is not None:
            whole_file.write(Path(folder, GROOVE_MIDI), table)
        return label(Path(folder), names, styles)


def _files_table(names: list[str], facts: Facts, verdicts: Verdicts) -> Table:
    """A row a file of the folder, in order."""
    import pyarrow

    group = np.full(len(names), -1, np.int64)
    group[verdicts.kept] = verdicts.group
    bars = np.zeros(len(names), np.int64)
    bars[verdicts.kept] = verdicts.tally.bars
    return pyarrow.table(
        {
            "file": names,
            "refused": pyarrow.array([verdicts.refused.get(name) for name in names], pyarrow.string()),
            "bars": bars,
            "style": facts.style,
            "section": facts.section,
            "split": facts.split,
            "group": group,
        }
    )


def _opened(place: Place, index: Index) -> tuple[list[str], Facts, Verdicts, CorpusReport]:
    """What `_files_table` and the report say, as `assemble` takes it."""
    table = read_table(place, f"files/{index.files}.parquet")
    names: list[str] = table.column("file").to_pylist()
    if table.column("file").null_count:
        raise ValueError("a file has no name")
    reasons: list[str | None] = table.column("refused").to_pylist()
    refused = {name: reason for name, reason in zip(names, reasons, strict=True) if reason is not None}
    kept = np.array([reason is None for reason in reasons], bool)
    columns = [table.column(name).to_pylist() for name in ("style", "section", "split")]
    facts = Facts(*columns, styles_from=index.report["styles_from"])
    report = report_from(index.report, refused)
    group = table.column("group").to_numpy()[kept]
    return names, facts, Verdicts(kept, refused, group, report.duplicate_bars, Tally()), report


def report_from(content: dict[str, Any], refused: dict[str, str]) -> CorpusReport:
    """A report as JSON keeps it, with the files that were read and refused."""
    notes = {int(note): int(count) for note, count in content["notes_not_in_map"].items()}
    changed: dict[str, Any] = {"refused": {**refused, **content["refused"]}, "notes_not_in_map": notes}
    return CorpusReport(**{**content, **changed})
