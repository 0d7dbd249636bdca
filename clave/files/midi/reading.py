"""MIDI files to patterns, one file or many, each with a report of what was read."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from html import escape
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from clave.errors import MidiError
from clave.files.midi.drum_map import DrumMap, load_drum_map
from clave.files.midi.parsing import ParsedFile, Source, parse
from clave.files.midi.snapping import GRIDS, SnappedSong, snap
from clave.music.bars import Bars
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.units import meter_name

_VOICE_NAMES = tuple(drum.name for drum in VOICES)
FILES_AT_ONCE = 64  # that `read_many` snaps together
DEFAULT_TEMPO_BPM = 120.0  # what a MIDI file without a tempo means


@dataclass(frozen=True)
class ReadingReport:
    """What was read, what was changed on the way, and what was left out and why."""

    file: str
    format: int  # 0, 1 or 2
    ticks_per_quarter: int
    tempos_bpm: tuple[float, ...]  # in order of appearance
    meters: Mapping[str, int]  # "4/4" -> how many bars
    bars: int
    drum_map: str
    strokes: Mapping[str, int]  # voice -> how many, after merging
    notes_not_in_map: Mapping[int, int]  # note -> how many
    notes_on_other_channels: int
    moved: int  # strokes that gave way to a nearer one and went to their own nearest step
    merged: int  # strokes that share one of the 64 steps with a louder one of the same voice
    remarks: tuple[str, ...] = ()
    drum_map_fit: float = 1.0  # share of the notes that the drum map lists

    def to_dict(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return asdict(self)


class Reading(NamedTuple):
    """A MIDI file as patterns, one a bar."""

    patterns: list[Pattern]
    report: ReadingReport

    def _repr_html_(self) -> str:
        """The report as a table and the bars as a strip, for notebooks."""
        rows = "".join(
            f"<tr><th>{name.replace('_', ' ')}</th><td>{escape(str(value))}</td></tr>"
            for name, value in self.report.to_dict().items()
        )
        return f"<table>{rows}</table>{Bars(self.patterns).strip()}"


def read(source: Source, drum_map: str | Path | DrumMap | None = None, grid: str | int = "musical") -> Reading:
    """The drums of a MIDI file: one pattern a bar, from the first stroke's bar to the last's, empty ones included.

    `drum_map` is a name (`drum_map_names` lists them), a TOML file or a DrumMap; None asks `detect_drum_map`.
    `grid` is "musical" (16ths and triplets; see `Pattern.from_strokes`), 64 (nearest step; of two equally near ones the
    first, if the note is over by the second) or "paper" (the truncating rule of the 2019 paper).

    Drums are the notes on channel 10, on channels that GS, XG or GM2 messages make rhythm parts, and of tracks whose
    names say so. Without any of these, notes are taken for drums when they look like nothing else (nine of ten belong
    to a kit, a kick and a snare or hi-hat among them), or when `drum_map` says what they mean. A track of one note has
    the voice that its name says. Broken chunks, running status and times are read as they were meant, with a remark.
    A stroke just before a bar line belongs to the bar it announces, with a negative offset. A change of meter begins a
    new bar, on the step that is nearest to it. The sequences of a format 2 file come one after another.

    Raises MidiError for what is no MIDI file or a broken one, has no drums, no ticks per quarter, SMPTE time or a
    tempo of 0, or is longer than 100,000 bars.
    """
    [reading] = read_many([source], drum_map, grid)
    if isinstance(reading, MidiError):
        raise reading
    return reading


def read_many(
    sources: Iterable[Source], drum_map: str | Path | DrumMap | None = None, grid: str | int = "musical"
) -> Iterator[Reading | MidiError]:
    """Many files, each as `read` reads it, in order: its reading, or the error that tells why there is none.

    Faster than one by one: 64 files at a time are laid end to end and snapped as one. Their patterns share memory,
    which is free again when the last of them is. Raises MidiError at once for an unknown grid or drum map.
    """
    if grid not in GRIDS:
        raise MidiError(f"a grid is one of {', '.join(repr(each) for each in GRIDS)}, got {grid!r}")
    wanted = None if drum_map is None else load_drum_map(drum_map)
    remaining = iter(sources)
    batches = iter(lambda: list(islice(remaining, FILES_AT_ONCE)), [])
    return chain.from_iterable(_read_together(batch, wanted, grid) for batch in batches)


def _read_together(sources: list[Source], wanted: DrumMap | None, grid: str | int) -> list[Reading | MidiError]:
    files: list[ParsedFile | MidiError] = []
    for source in sources:
        try:
            files.append(parse(source, wanted))
        except MidiError as error:
            files.append(error.with_traceback(None))  # which would keep all files of the batch in memory
    bars = iter(snap([song for file in files if isinstance(file, ParsedFile) for song in file.songs], grid))
    return [
        file if isinstance(file, MidiError) else _reading(file, list(islice(bars, len(file.songs)))) for file in files
    ]


def _reading(file: ParsedFile, songs: list[SnappedSong]) -> Reading:
    patterns = [pattern for song in songs for pattern in song.patterns]
    meters = Counter([pattern.meter for pattern in patterns])
    report = ReadingReport(
        file=file.name,
        format=file.format,
        ticks_per_quarter=file.ticks_per_quarter,
        tempos_bpm=tuple(file.tempos_bpm) or (DEFAULT_TEMPO_BPM,),
        meters={meter_name(meter): count for meter, count in meters.items()},
        bars=len(patterns),
        drum_map=file.drum_map,
        strokes=dict(zip(_VOICE_NAMES, map(sum, zip(*(song.strokes for song in songs), strict=True)), strict=True)),
        notes_not_in_map=dict(file.unknown),
        notes_on_other_channels=file.elsewhere,
        moved=sum(song.moved for song in songs),
        merged=sum(song.merged for song in songs),
        remarks=tuple(dict.fromkeys(file.remarks)),
        drum_map_fit=round(file.drum_map_fit, 3),
    )
    return Reading(Bars(patterns), report)
