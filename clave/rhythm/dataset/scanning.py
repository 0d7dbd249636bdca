"""Folders of MIDI files to a data set: read, choose bars, refuse copies, and count everything."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from clave.errors import CorpusError, MidiError, printable
from clave.files import midi, walking
from clave.music.kit import VOICES
from clave.music.shapes import Int, Int8, UInt8
from clave.music.units import METERS, TICKS_PER_STEP, meter_name
from clave.rhythm.dataset.data_set import NO_STYLE, Corpus, CorpusReport, count_labels, side_by_side
from clave.rhythm.dataset.labels import SECTIONS, Facts, label
from clave.rhythm.dataset.union_find import UnionFind

MIDI_SUFFIXES = (".mid", ".midi", ".smf", ".kar", ".rmi")
OTHER_SUFFIXES = (  # hold notes too, but nothing here reads them
    ".zip", ".rar", ".7z", ".mxl", ".musicxml", ".mscz", ".gp", ".gp3", ".gp4", ".gp5", ".gpx", ".h2pattern", ".h2song",
    ".syx", ".als", ".flp", ".logicx",
)  # fmt: skip

Progress = Callable[[int, int], None]
"""Called with the number of files done and of all files."""


@dataclass(frozen=True)
class Selection:
    """What is taken from the files of a folder."""

    drop_fills: bool = False
    fewest_strokes: int = 4  # bars with fewer are left out
    first_bars: int | None = None  # of each file; None is all. The paper took 1
    drum_map: str | Path | None = None  # None: detected, file by file; Groove MIDI is known to be "td-11"
    grid: str | int = "musical"


def scan(
    folder: str | Path,
    selection: Selection = Selection(),
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
    found: list[_File] = []
    for batch in apply(partial(_read_files, selection=selected), batches):
        for file in batch:
            found.append(file)
            if progress is not None:
                progress(len(found), len(paths))
    corpus = _sort_out(printable(str(folder)), names, found, facts, selected, licence)
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


class _File(NamedTuple):
    """The bars of one file, as small as they can be sent between processes; or why there are none."""

    velocity: UInt8[np.ndarray, "bar 8 step"]  # 0..127
    tick: Int8[np.ndarray, "bar 8 step"]  # offset, in ticks
    meter: Int[np.ndarray, " bar"]  # index into METERS
    number: Int[np.ndarray, " bar"]
    dropped: dict[str, int]
    report: midi.ReadingReport | None
    refusal: str | None


def _read_files(paths: list[Path], selection: Selection) -> list[_File]:
    """A pure function of the files: this is what executors map."""
    readings = midi.read_many(paths, selection.drum_map, selection.grid)
    return [_select(path, reading, selection) for path, reading in zip(paths, readings, strict=True)]


def _select(path: Path, reading: midi.Reading | MidiError, selection: Selection) -> _File:
    """The usable bars of a file."""
    no_bar, no_number = np.zeros((0, len(VOICES), 0)), np.zeros(0, np.int64)
    nothing = (no_bar.astype(np.uint8), no_bar.astype(np.int8), no_number, no_number)
    if isinstance(reading, MidiError):
        return _File(*nothing, {}, None, str(reading).removeprefix(printable(f"{path}: ")))
    patterns, report = reading
    bars = patterns[: selection.first_bars]
    known = [number for number, pattern in enumerate(bars) if pattern.meter in METERS]
    strokes = np.array([np.count_nonzero(bars[number].velocity) for number in known], np.int64)
    kept = np.array(known, np.int64)[strokes >= selection.fewest_strokes]
    dropped = {
        **Counter(f"in {meter_name(pattern.meter)}" for pattern in bars if pattern.meter not in METERS),
        "empty": int((strokes == 0).sum()),
        f"fewer than {selection.fewest_strokes} strokes": int(
            ((strokes > 0) & (strokes < selection.fewest_strokes)).sum()
        ),
    }
    if not kept.size:
        reasons = ", ".join(f"{count} {reason}" for reason, count in dropped.items() if count)
        return _File(*nothing, dropped, report, f"no bar to learn from: {reasons}")
    velocity = side_by_side([bars[number].velocity[None] for number in kept])
    offset = side_by_side([bars[number].offset[None] for number in kept])
    return _File(
        np.rint(velocity * 127).astype(np.uint8),
        np.rint(offset * TICKS_PER_STEP).astype(np.int8),
        np.array([METERS.index(bars[number].meter) for number in kept]),
        kept,
        dropped,
        report,
        None,
    )


def _sort_out(
    folder: str, names: list[str], files: list[_File], facts: Facts, selection: Selection, licence: str
) -> Corpus:
    """Refuse copies, number styles and groups, count everything."""
    kept, refused = _refuse(names, files, facts, selection)
    if not kept:
        raise CorpusError(f"no MIDI file in {folder} can be learned from, {len(names)} refused", refused)
    taken = [files[i] for i in kept]
    lengths = [len(file.number) for file in taken]
    source = np.repeat(np.arange(len(kept)), lengths)
    velocity = side_by_side([file.velocity for file in taken])
    tick = side_by_side([file.tick for file in taken])
    meter = np.concatenate([file.meter for file in taken])
    group, duplicate_bars = _groups(velocity, tick, source)
    styles = tuple(sorted({facts.style[i] for i in kept} - {""}))
    style = np.repeat([styles.index(facts.style[i]) if facts.style[i] else NO_STYLE for i in kept], lengths)
    section = np.repeat([SECTIONS.index(facts.section[i]) for i in kept], lengths)
    splits = tuple(facts.split[i] for i in kept)
    reports = [file.report for file in taken if file.report is not None]
    report = CorpusReport(
        folder=folder,
        files=len(names),
        files_read=len(kept),
        refused=refused,
        bars=len(source),
        dropped_bars=_sum(file.dropped for file in files),
        duplicate_bars=duplicate_bars,
        groups=int(group.max()) + 1,
        strokes_moved=sum(each.moved for each in reports),
        strokes_merged=sum(each.merged for each in reports),
        notes_not_in_map=_sum(each.notes_not_in_map for each in reports),
        drum_maps=_sum({each.drum_map: 1} for each in reports),
        styles_from=facts.styles_from,
        splits=_sum({name: length} for name, length in zip(splits, lengths, strict=True) if name),
        remarks=_sum({remark: 1} for each in reports for remark in each.remarks),
        **count_labels(velocity, meter, style, section, styles),
    )
    return Corpus(
        velocity / np.float32(127),
        tick / np.float32(TICKS_PER_STEP),
        meter,
        style,
        section,
        source,
        np.concatenate([file.number for file in taken]),
        group,
        styles,
        tuple(names[i] for i in kept),
        splits,
        (licence,) * len(kept),
        report,
    )


def _refuse(
    names: list[str], files: list[_File], facts: Facts, selection: Selection
) -> tuple[list[int], dict[str, str]]:
    """The indices of the files that are kept, and the reason for each of the others: unusable, a fill, or a copy."""
    refused: dict[str, str] = {}
    kept: list[int] = []
    first_with: dict[bytes, str] = {}
    for index, (name, file) in enumerate(zip(names, files, strict=True)):
        content = hashlib.sha256(b"".join(column.tobytes() for column in file[:3])).digest()
        if file.refusal is not None:
            refused[name] = file.refusal
        elif selection.drop_fills and facts.section[index] == "fill":
            refused[name] = "a fill, left out on request"
        elif content in first_with:
            refused[name] = f"a copy of {first_with[content]}"
        else:
            first_with[content] = name
            kept.append(index)
    return kept, refused


def _groups(
    velocity: UInt8[np.ndarray, "bar 8 step"], tick: Int8[np.ndarray, "bar 8 step"], source: Int[np.ndarray, " bar"]
) -> tuple[Int[np.ndarray, " bar"], int]:
    """The group of each bar, and how many bars are the same as an earlier one. Files that share a bar share a group.

    Bars of the same strokes are the same, whatever meter their files call it: 3/4 or 6/8.
    """
    files = UnionFind(int(source[-1]) + 1)
    first_with: dict[bytes, int] = {}
    duplicates = 0
    for file, *bar in zip(source.tolist(), velocity, tick, strict=True):
        content = bar[0].tobytes() + bar[1].tobytes()
        if content in first_with:
            duplicates += 1
            files.link(file, first_with[content])
        else:
            first_with[content] = file
    return files.groups()[source], duplicates


def _sum(counts: Iterable[Mapping[Any, int]]) -> dict[Any, int]:
    total = Counter[Any]()
    for each in counts:
        total.update(each)
    return {key: count for key, count in total.items() if count}
