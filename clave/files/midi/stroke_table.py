"""Many MIDI files as one table of strokes: what `reading` gives as patterns, column by column and much quicker."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from clave.errors import MidiError
from clave.files.midi.drum_map import DrumMap, load_drum_map
from clave.files.midi.parsing import ParsedFile, Source, parse
from clave.files.midi.snapping import GRIDS, snap_strokes
from clave.music.shapes import Int
from clave.music.units import Meter


class FileFacts(NamedTuple):
    """What the report of a reading counts, of one file."""

    drum_map: str
    notes_not_in_map: dict[int, int]  # note -> how many
    moved: int
    merged: int
    remarks: tuple[str, ...]


class StrokeTable(NamedTuple):
    """The bars of several files one after another, from each file's first struck bar to its last, and their strokes."""

    files: list[FileFacts | MidiError]
    file: Int[np.ndarray, " bar"]  # index into files
    number: Int[np.ndarray, " bar"]  # in its file, from 0
    meter: list[Meter]  # of each bar
    bar: Int[np.ndarray, " stroke"]  # in order
    step: Int[np.ndarray, " stroke"]  # of its bar, in order
    voice: Int[np.ndarray, " stroke"]  # of its step, in order
    velocity: Int[np.ndarray, " stroke"]  # 1..127
    tick: Int[np.ndarray, " stroke"]  # after the step


def read_strokes(
    sources: Sequence[Source], drum_map: str | Path | DrumMap | None = None, grid: str | int = "musical"
) -> StrokeTable:
    """The same bars and strokes that `read_many` finds, as one table; all files are in memory at once.

    Raises MidiError at once for an unknown grid or drum map; a file that cannot be read stands in `files` as its error.
    """
    if grid not in GRIDS:
        raise MidiError(f"a grid is one of {', '.join(repr(each) for each in GRIDS)}, got {grid!r}")
    wanted = None if drum_map is None else load_drum_map(drum_map)
    parsed = [_parsed(source, wanted) for source in sources]
    songs = [song for file in parsed if isinstance(file, ParsedFile) for song in file.songs]
    file_of_song = [at for at, file in enumerate(parsed) if isinstance(file, ParsedFile) for _ in file.songs]
    if not songs:
        none = np.zeros(0, np.int64)
        errors = [file for file in parsed if isinstance(file, MidiError)]
        return StrokeTable(list(errors), none, none, [], none, none, none, none, none)
    snapped = snap_strokes(songs, grid)
    lines = np.concatenate([np.arange(span.start, span.stop) for span in snapped.bars])
    row_of_line = np.full(snapped.widths.size, -1)
    row_of_line[lines] = np.arange(lines.size)
    file = np.repeat(file_of_song, [span.stop - span.start for span in snapped.bars])
    number = np.arange(file.size) - file.searchsorted(file)
    bar = row_of_line[snapped.bar]
    order = np.lexsort((snapped.voice, snapped.step, bar))
    columns = (bar, snapped.step, snapped.voice, snapped.velocity, snapped.tick)
    moved, merged = (np.bincount(file_of_song, each, len(parsed)) for each in (snapped.moved, snapped.merged))
    return StrokeTable(
        [
            each if isinstance(each, MidiError) else _facts(each, int(moved[at]), int(merged[at]))
            for at, each in enumerate(parsed)
        ],
        file,
        number,
        [snapped.meters[line] for line in lines.tolist()],
        *(column[order] for column in columns),
    )


def _parsed(source: Source, wanted: DrumMap | None) -> ParsedFile | MidiError:
    try:
        return parse(source, wanted)
    except MidiError as error:
        return error.with_traceback(None)  # which would keep all files in memory


def _facts(file: ParsedFile, moved: int, merged: int) -> FileFacts:
    return FileFacts(file.drum_map, dict(file.unknown), moved, merged, tuple(dict.fromkeys(file.remarks)))
