"""Folders of MIDI files to a data set: files are read in batches, and what comes back is sorted out in one place."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from pathlib import Path

from clave.errors import CorpusError, printable
from clave.files import midi, walking
from clave.rhythm.dataset.bar_table import EVERYTHING, BarTable, Selection, read_bars
from clave.rhythm.dataset.data_set import Corpus
from clave.rhythm.dataset.labels import label
from clave.rhythm.dataset.sorting_out import assemble, judge, report_of

MIDI_SUFFIXES = (".mid", ".midi", ".smf", ".kar", ".rmi")
OTHER_SUFFIXES = (  # hold notes too, but nothing here reads them
    ".zip", ".rar", ".7z", ".mxl", ".musicxml", ".mscz", ".gp", ".gp3", ".gp4", ".gp5", ".gpx", ".h2pattern", ".h2song",
    ".syx", ".als", ".flp", ".logicx",
)  # fmt: skip

Progress = Callable[[int, int], None]
"""Called with the number of files done and of all files."""


def scan(
    folder: str | Path,
    selection: Selection = EVERYTHING,
    *,
    styles: str | Path = "auto",
    licence: str = "",
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Corpus:
    """The bars of all MIDI files in a folder and below.

    `styles` tells where styles come from: "info.csv", "folder", "name", "none", a CSV of one's own with the columns
    `file` and `style`, or "auto", which takes the first of these that the folder offers. `licence` is that of all
    files, if it is known. Whatever cannot be used is left out, with its reason in the report. Files are read here, or
    by `executor`.

    Raises CorpusError if there is no folder, no MIDI file or no usable bar.
    """
    root = Path(folder)
    walked = _walk(root)
    paths = list(walked.files)
    names = [walking.name_below(path, root) for path in paths]
    facts = label(walking.base_of(root), names, styles)
    selected = replace(selection, drum_map=selection.drum_map or facts.drum_map)

    batches = [paths[at : at + midi.FILES_AT_ONCE] for at in range(0, len(paths), midi.FILES_AT_ONCE)]
    apply = map if executor is None else executor.map
    tables: list[BarTable] = []
    done = 0
    for table in apply(partial(_read_files, selection=selected), batches):
        tables.append(table)
        for _ in table.files:
            done += 1
            if progress is not None:
                progress(done, len(paths))
    verdicts = judge(names, tables, facts, selected)
    report = report_of(printable(str(folder)), verdicts, facts)
    corpus = assemble(names, lambda: tables, verdicts, facts, report, licence)
    refused = {**corpus.report.refused, **walked.refused(OTHER_SUFFIXES)}
    files = len(names) + len(refused) - len(corpus.report.refused)
    return replace(corpus, report=replace(corpus.report, files=files, refused=refused, left_out=walked.counts()))


def find_files(folder: str | Path) -> list[Path]:
    """All MIDI files in a folder and below, in order of name; CorpusError if there are none."""
    return list(_walk(Path(folder)).files)


def _walk(root: Path) -> walking.Walk:
    if not root.exists():
        raise CorpusError(f"{root} is not a folder")
    walked = walking.walk(root, MIDI_SUFFIXES)
    if not walked.files:
        raise CorpusError(
            f"{root} holds no MIDI file ({', '.join(MIDI_SUFFIXES)}), nor does any folder in it{walked.said()}",
            walked.refused(OTHER_SUFFIXES),
        )
    return walked


def _read_files(paths: list[Path], selection: Selection) -> BarTable:
    """A pure function of the files: this is what executors map."""
    table = read_bars(paths, selection)
    rows = [
        row if row.refusal is None else row._replace(refusal=row.refusal.removeprefix(printable(f"{path}: ")))
        for path, row in zip(paths, table.files, strict=True)
    ]
    return table._replace(files=rows)
