"""The usable bars of a batch of MIDI files, column by column: small to keep, to send and to store."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from clave.errors import CorpusError, MidiError
from clave.files.midi.drum_map import DrumMap
from clave.files.midi.parsing import Source
from clave.files.midi.stroke_table import FileFacts, StrokeTable, read_strokes
from clave.music.arguments import checked
from clave.music.shapes import Float32, Int, Int8, UInt8, UInt64
from clave.music.units import METERS, TICKS_PER_STEP, meter_name
from clave.rhythm.dataset.data_set import METER_STEPS

NO_METER = -1  # of a bar whose meter is not among METERS
HASH_BYTES = 8  # of a bar's strokes
CONTENT_BYTES = 16  # of all bars of a file
_STROKE = np.dtype([("step", "u1"), ("voice", "u1"), ("velocity", "u1"), ("tick", "i1")])


@checked(CorpusError)
@dataclass(frozen=True)
class Selection:
    """What is taken from the files of a folder."""

    drop_fills: bool = False
    fewest_strokes: int = 4  # bars with fewer are left out
    first_bars: int | None = None  # of each file; None is all. The paper took 1
    drum_map: str | Path | DrumMap | None = None  # None: detected, file by file; Groove MIDI is known to be "td-11"
    grid: str | int = "musical"


EVERYTHING = Selection()


class FileRow(NamedTuple):
    """What became of one file."""

    refusal: str | None  # why it has no bar to learn from
    bars: int  # kept
    content: bytes  # a hash of them, the same for copies
    dropped: dict[str, int]  # reason -> bars left out
    facts: FileFacts | None  # None where it could not be read


class BarTable(NamedTuple):
    """The kept bars of several files, and their strokes."""

    files: list[FileRow]
    file: Int[np.ndarray, " bar"]  # index into files
    number: Int[np.ndarray, " bar"]  # in its file, from 0
    meter: Int[np.ndarray, " bar"]  # index into METERS
    hash: UInt64[np.ndarray, " bar"]  # the same for bars of the same strokes, in whatever meter
    strokes: Int[np.ndarray, " bar"]  # how many
    step: UInt8[np.ndarray, " stroke"]
    voice: UInt8[np.ndarray, " stroke"]
    velocity: UInt8[np.ndarray, " stroke"]  # 1..127
    tick: Int8[np.ndarray, " stroke"]  # after the step, in [-60, 60)


def read_bars(sources: Sequence[Source], selection: Selection) -> BarTable:
    """The usable bars of these files: a pure function of their bytes, which executors map."""
    return select(read_strokes(sources, selection.drum_map, selection.grid), selection)


def select(table: StrokeTable, selection: Selection) -> BarTable:
    """The bars that can be learned from, and the reasons for leaving out the others."""
    meter = np.array([_METER_INDEX.get(each, NO_METER) for each in table.meter], np.int64)
    strokes = np.bincount(table.bar, minlength=len(meter))
    asked = np.ones(len(meter), bool) if selection.first_bars is None else table.number < selection.first_bars
    known = asked & (meter != NO_METER)
    kept = known & (strokes >= selection.fewest_strokes) & (strokes > 0)
    in_kept = kept[table.bar]
    packed = np.empty(int(in_kept.sum()), _STROKE)
    for name in ("step", "voice", "velocity", "tick"):
        packed[name] = getattr(table, name)[in_kept]
    counts = strokes[kept]
    digests = _digests(packed, counts)
    bars_of_file = np.bincount(table.file[kept], minlength=len(table.files))
    contents = _contents(digests, meter[kept], bars_of_file)
    dropped = _dropped(table, selection, meter, strokes, asked & ~kept)
    rows = [_row(each, int(bars_of_file[at]), contents[at], dropped.get(at, {})) for at, each in enumerate(table.files)]
    hashes = np.frombuffer(b"".join(digests), np.uint64)
    numbers = (table.file[kept], table.number[kept], meter[kept], hashes, counts)
    return BarTable(rows, *numbers, *(packed[name] for name in ("step", "voice", "velocity", "tick")))


def fill(
    table: BarTable,
    velocity: Float32[np.ndarray, "bar 8 step"],
    offset: Float32[np.ndarray, "bar 8 step"],
) -> None:
    """Write the strokes of the table's bars into these silent bars."""
    bar = np.repeat(np.arange(len(table.strokes)), table.strokes)
    velocity[bar, table.voice, table.step] = table.velocity / np.float32(127)
    offset[bar, table.voice, table.step] = table.tick / np.float32(TICKS_PER_STEP)


def chosen(table: BarTable, files: Sequence[bool] | np.ndarray) -> BarTable:
    """The bars of some of the files, by mask; the list of files stays whole."""
    bars = np.asarray(files, bool)[table.file]
    if bars.all():
        return table
    strokes = np.repeat(bars, table.strokes)
    return BarTable(table.files, *(column[bars] for column in table[1:6]), *(column[strokes] for column in table[6:]))


def width(meter: Int[np.ndarray, " bar"]) -> int:
    """How many steps bars of these meters need side by side, no fewer than 4/4 has."""
    return max(METER_STEPS[0], *(METER_STEPS[each] for each in np.unique(meter)))


_METER_INDEX = {meter: index for index, meter in enumerate(METERS)}


def _row(file: FileFacts | MidiError, bars: int, content: bytes, dropped: dict[str, int]) -> FileRow:
    if isinstance(file, MidiError):
        return FileRow(str(file).removeprefix("MIDI data: "), 0, content, {}, None)
    refusal = None
    if not bars:
        refusal = "no bar to learn from: " + ", ".join(f"{count} {reason}" for reason, count in dropped.items())
    return FileRow(refusal, bars, content, dropped, file)


def _digests(strokes: np.ndarray, counts: Int[np.ndarray, " bar"]) -> list[bytes]:
    """A hash of each bar's strokes."""
    content, ends = strokes.tobytes(), (counts.cumsum() * _STROKE.itemsize).tolist()
    spans = zip([0, *ends], ends, strict=False)
    return [hashlib.blake2b(content[start:end], digest_size=HASH_BYTES).digest() for start, end in spans]


def _contents(digests: list[bytes], meter: Int[np.ndarray, " bar"], bars: Int[np.ndarray, " file"]) -> list[bytes]:
    """A hash of each file's bars and their meters."""
    ends = bars.cumsum().tolist()
    marks = meter.astype(np.uint8).tobytes()
    return [
        hashlib.blake2b(b"".join(digests[start:end]) + marks[start:end], digest_size=CONTENT_BYTES).digest()
        for start, end in zip([0, *ends], ends, strict=False)
    ]


def _dropped(
    table: StrokeTable,
    selection: Selection,
    meter: Int[np.ndarray, " bar"],
    strokes: Int[np.ndarray, " bar"],
    left_out: np.ndarray,
) -> dict[int, dict[str, int]]:
    """For each file that has such bars: the reasons for leaving bars out, and how many each time."""
    counts: dict[int, Counter[str]] = {}
    for bar in np.flatnonzero(left_out).tolist():
        if meter[bar] == NO_METER:
            reason = f"in {meter_name(table.meter[bar])}"
        else:
            reason = f"fewer than {selection.fewest_strokes} strokes" if strokes[bar] else "empty"
        counts.setdefault(int(table.file[bar]), Counter())[reason] += 1
    return {file: dict(sorted(each.items(), key=_reading_order)) for file, each in counts.items()}


def _reading_order(reason: tuple[str, int]) -> tuple[bool, str]:
    return not reason[0].startswith("in "), reason[0]
