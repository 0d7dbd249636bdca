"""MIDI files to patterns and back.

Reading keeps the moment of every stroke: files are measured in 480ths of a quarter (ticks), strokes snap to a grid, and
the remainder becomes their offset. What is moved, merged or left out stands in the report.
"""

import io
import math
import os
import struct
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from itertools import chain, groupby, islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jaxtyping import Float32, Int

from clave.errors import MidiError, PatternError, VoiceError
from clave.kit import VOICES, voice
from clave.pattern import MAX_OFFSET, Pattern, merge, musical_steps, nearest_steps, settle
from clave.units import (
    COMMON_TIME,
    STEPS_PER_QUARTER,
    STEPS_PER_WHOLE,
    TICKS_PER_QUARTER,
    TICKS_PER_STEP,
    Meter,
    check_swing,
    seconds_per_step,
    steps_per_bar,
    swing_steps,
    velocity_to_midi,
)

if TYPE_CHECKING:
    from mido import MidiFile, MidiTrack
    from symusic.core import ScoreTick

DRUM_CHANNEL = 10
_DRUM_CHANNELS = range(DRUM_CHANNEL - 1, DRUM_CHANNEL)  # as MIDI counts, from 0
_ALL_CHANNELS = range(16)
GRIDS = ("musical", 64, "paper")
MAX_BARS = 100_000  # two days of music; a file that is longer is broken
DEFAULT_TEMPO_BPM = 120.0  # what a MIDI file without a tempo means


# Drum maps


@dataclass(frozen=True, eq=False)
class DrumMap:
    """Which voice each of the 128 MIDI notes is; -1 is no drum."""

    name: str
    voices: Int[np.ndarray, "128"]
    all_channels: bool = False  # whether notes on other channels than 10 are drums too

    def __getitem__(self, note: int) -> str | None:
        """The name of a note's voice, None for a note that is no drum."""
        row = int(self.voices[note])
        return None if row < 0 else VOICES[row].name


def drum_map_names() -> tuple[str, ...]:
    """The drum maps that Clave brings along."""
    found = (entry.name for entry in (resources.files("clave") / "drum_maps").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def load_drum_map(which: str | Path | DrumMap) -> DrumMap:
    """A drum map by name, or from a TOML file of one's own.

    The file holds a table `notes`, a list of note numbers for each voice. It may also say `name = "my kit"`,
    `rest = "other"` for the notes that it does not list, and `channels = "all"` if drums are not on channel 10 alone:

        [notes]
        kick = [35, 36]
        "closed hi-hat" = [42]

    Raises MidiError for an unknown name, an unknown voice, and a note that is outside 0..127 or listed twice.
    """
    if isinstance(which, DrumMap):
        return which
    if str(which) in drum_map_names():
        return _shipped_drum_map(str(which))
    if not str(which).endswith(".toml"):
        raise MidiError(f"no drum map {str(which)!r}; there are {', '.join(drum_map_names())}, or a .toml file")
    try:
        text = Path(which).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MidiError(f"cannot read the drum map {which}: {error}") from error
    return _parse_drum_map(text, str(which))


@cache
def _shipped_drum_map(name: str) -> DrumMap:
    return _parse_drum_map((resources.files("clave") / "drum_maps" / f"{name}.toml").read_text(encoding="utf-8"), name)


def _parse_drum_map(text: str, file: str) -> DrumMap:
    try:
        table = tomllib.loads(text)
        notes: object = table.get("notes")
        if not isinstance(notes, dict) or not notes:
            raise MidiError(f"{file}: a drum map has a table [notes], a list of note numbers for each voice")
        voices = np.full(128, -1, np.int8)
        for name, numbers in notes.items():  # pyright: ignore[reportUnknownVariableType]
            for number in numbers if isinstance(numbers, list) else [numbers]:  # pyright: ignore[reportUnknownVariableType]
                if type(number) is not int or not 0 <= number < 128:  # pyright: ignore[reportUnknownArgumentType]
                    raise MidiError(f"{file}: a note is a number in 0..127, got {number!r} for {name}")
                if voices[number] >= 0:
                    raise MidiError(
                        f"{file}: note {number} is listed twice, as {VOICES[voices[number]].name} and {name}"
                    )
                voices[number] = voice(name).index  # pyright: ignore[reportUnknownArgumentType]
        if "rest" in table:
            voices[voices < 0] = voice(table["rest"]).index
        if table.get("channels", "drums") not in ("drums", "all"):
            raise MidiError(f'{file}: channels are "drums" or "all", got {table["channels"]!r}')
    except (tomllib.TOMLDecodeError, VoiceError) as error:
        raise MidiError(f"{file}: {error}") from error
    voices.setflags(write=False)
    return DrumMap(str(table.get("name", Path(file).stem)), voices, table.get("channels") == "all")


_HAT_EDGES = {22, 26}  # Roland's; General MIDI has no drums there
_TOM_RIM = 58  # Roland's; General MIDI's vibraslap
_TD_11_NOTES = {*_HAT_EDGES, *range(35, 39), *range(40, 54), 55, 57, 58, 59}


def detect_drum_map(notes: Int[np.ndarray, " note"]) -> DrumMap:
    """The drum map that the notes of a song speak for.

    Roland's TD-11, if a hi-hat edge (22, 26) is among them, or a tom's rim (58) and nothing that a TD-11 does not send;
    General MIDI otherwise. A TD-11 take without any of these reads the same in both maps, but for the cross-stick (37):
    in General MIDI it counts as "other".
    """
    found = {note for note, count in enumerate(np.bincount(notes).tolist()) if count}
    roland = not found.isdisjoint(_HAT_EDGES) or (_TOM_RIM in found and found <= _TD_11_NOTES)
    return _shipped_drum_map("td-11" if roland else "general-midi")


# Reading


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

    def to_dict(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return asdict(self)


class Reading(NamedTuple):
    """A MIDI file as patterns, one a bar."""

    patterns: list[Pattern]
    report: ReadingReport


Source = str | os.PathLike[str] | bytes | io.BufferedIOBase
"""What can be read: a path, a whole file as bytes, or an open binary file."""

FILES_AT_ONCE = 64  # that `read_many` snaps together


def read(source: Source, drum_map: str | Path | DrumMap | None = None, grid: str | int = "musical") -> Reading:
    """The drums of a MIDI file: one pattern a bar, from the first stroke's bar to the last's, empty ones included.

    `drum_map` is a name ("general-midi", "td-11", "paper"), a TOML file or a DrumMap; None asks `detect_drum_map`.
    `grid` is "musical" (16ths and triplets; see `Pattern.from_strokes`), 64 (nearest step; of two equally near ones the
    first, if the note is over by the second) or "paper" (the truncating rule of the 2019 paper).

    Drums are the notes on channel 10. A file without any is taken for drums when it looks like nothing else (nine of
    ten notes belong to a kit, a kick and a snare or hi-hat among them), or when `drum_map` says what its notes mean.
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
    files: list[_File | MidiError] = []
    for source in sources:
        try:
            files.append(_parse(source, wanted))
        except MidiError as error:
            files.append(error.with_traceback(None))  # which would keep all files of the batch in memory
    bars = iter(_snap([song for file in files if isinstance(file, _File) for song in file.songs], grid))
    return [
        file if isinstance(file, MidiError) else _reading(file, list(islice(bars, len(file.songs)))) for file in files
    ]


class _Song(NamedTuple):
    """The strokes of a song in time order, in ticks, and where its bars lie."""

    voice: Int[np.ndarray, " stroke"]
    tick: Int[np.ndarray, " stroke"]
    end: Int[np.ndarray, " stroke"]
    velocity: Int[np.ndarray, " stroke"]  # 1..127
    lines: list[int]  # bar lines, in steps, from the song's beginning to beyond its last stroke
    meters: list[Meter]  # of the bars between them


class _File(NamedTuple):
    """A parsed file: its songs (one, unless it has format 2) and what reading it had to say."""

    name: str
    format: int
    ticks_per_quarter: int
    tempos_bpm: list[float]
    drum_map: str
    songs: list[_Song]  # those that have strokes
    unknown: Counter[int]  # notes that are not in the drum map
    elsewhere: int  # notes on other channels
    remarks: list[str]


class _Bars(NamedTuple):
    """A song, snapped."""

    patterns: list[Pattern]
    strokes: list[int]  # of each voice
    moved: int
    merged: int


def _reading(file: _File, songs: list[_Bars]) -> Reading:
    patterns = [pattern for song in songs for pattern in song.patterns]
    meters = Counter([pattern.meter for pattern in patterns])
    report = ReadingReport(
        file=file.name,
        format=file.format,
        ticks_per_quarter=file.ticks_per_quarter,
        tempos_bpm=tuple(file.tempos_bpm) or (DEFAULT_TEMPO_BPM,),
        meters={_name(meter): count for meter, count in meters.items()},
        bars=len(patterns),
        drum_map=file.drum_map,
        strokes={drum.name: sum(song.strokes[drum.index] for song in songs) for drum in VOICES},
        notes_not_in_map=dict(file.unknown),
        notes_on_other_channels=file.elsewhere,
        moved=sum(song.moved for song in songs),
        merged=sum(song.merged for song in songs),
        remarks=tuple(dict.fromkeys(file.remarks)),
    )
    return Reading(patterns, report)


# Parsing


def _load(source: str | os.PathLike[str] | bytes | io.BufferedIOBase) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        return "MIDI data", source
    if isinstance(source, str | os.PathLike):
        try:
            with open(source, "rb", buffering=0) as file:
                return os.fspath(source), file.readall()
        except (OSError, ValueError) as error:  # ValueError: a null character in the name
            raise MidiError(f"{source}: cannot be opened: {getattr(error, 'strerror', None) or error}") from error
    return str(getattr(source, "name", "MIDI data")), source.read()


def _check_header(data: bytes, file: str) -> tuple[int, int]:
    """Format and ticks per quarter, or MidiError: symusic reads on in silence where these make no sense."""
    if not data:
        raise MidiError(f"{file}: empty, 0 bytes")
    if len(data) < 14 or data[:4] != b"MThd":
        raise MidiError(f"{file}: not a MIDI file; one begins with MThd and a header of 14 bytes, got {data[:4]!r}")
    form, _, division = struct.unpack(">HHH", data[8:14])
    if form > 2:
        raise MidiError(f"{file}: a MIDI file has format 0, 1 or 2, got {form}")
    if division & 0x8000:
        raise MidiError(f"{file}: counts SMPTE frames, {256 - (division >> 8)} a second; Clave needs ticks per quarter")
    if division == 0:
        raise MidiError(f"{file}: has 0 ticks per quarter, so nothing in it has a place in time")
    return form, division


def _chunks(data: bytes) -> list[tuple[int, int]]:
    """Where the track chunks lie, headers left out."""
    found: list[tuple[int, int]] = []
    at = 14
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "big")
        if kind == b"MTrk":
            found.append((at + 8, at + 8 + size))
        at += 8 + size
    return found


def _sequences(data: bytes, file: str) -> list[bytes]:
    """The sequences of a format 2 file, each as a format 0 file of its own."""
    head = data[:8] + struct.pack(">HH", 0, 1) + data[12:14]
    found = [head + b"MTrk" + struct.pack(">I", end - start) + data[start:end] for start, end in _chunks(data)]
    if not found:
        raise MidiError(f"{file}: no drums; the file has no tracks")
    return found


_END_OF_TRACK = b"\xff\x2f\x00"
_LONG_AFTER = 1 << 20  # ticks: longer than any drum note, well within what symusic counts to
_LONG_AFTER_BYTES = b"\xc0\x80\x00"  # the same, as MIDI writes it
_EMPTY_TEXT = b"\xff\x01\x00"
_MOST_HANGING = 4096


@cache
def _late_endings(channels: range, times: int) -> bytes:
    """The end of a track that has note-offs for every note before it, `times` of them, long after the last event."""
    offs = b"".join(
        bytes((0, 0x80 | channel, 0, 0)) + b"".join(bytes((0, note, 0)) for note in range(1, 128))
        for channel in channels
    )
    return _EMPTY_TEXT + _LONG_AFTER_BYTES + _EMPTY_TEXT + offs * times + b"\x00" + _END_OF_TRACK


def _with_late_endings(data: bytes, channels: range, times: int) -> bytes:
    """The same file, every note ended at last: symusic drops a note that is never ended, to a drum it is a stroke."""
    ending = _late_endings(channels, times)
    parts: list[bytes] = []
    at = 0
    for start, end in _chunks(data):
        if data.endswith(_END_OF_TRACK, start, end):
            body = data[start : end - len(_END_OF_TRACK)] + ending
            parts += [data[at : start - 4], struct.pack(">I", len(body)), body]
            at = end
    return b"".join([*parts, data[at:]])


class _Tracks(NamedTuple):
    """A parsed file: one table of notes for all drum tracks, one for all others."""

    score: "ScoreTick"
    drums: dict[str, np.ndarray]
    others: dict[str, np.ndarray]
    hanging: int


def _tracks(data: bytes, file: str, drum_channels: range) -> _Tracks:
    from symusic.core import ScoreTick  # 70 ms, and only reading needs it

    times = 1
    while times <= _MOST_HANGING:
        try:
            score = ScoreTick.from_midi(_with_late_endings(data, drum_channels, times))
        except (RuntimeError, ValueError, OverflowError, MemoryError) as error:
            raise MidiError(f"{file}: broken: {str(error).removesuffix(': iostream error')}") from error
        drums: list[dict[str, np.ndarray]] = []
        others: list[dict[str, np.ndarray]] = []
        for track in score.tracks:
            (drums if track.is_drum or len(drum_channels) > 1 else others).append(track.notes.numpy())
        notes = _table(drums)
        hanging = int(np.count_nonzero(notes["duration"] >= _LONG_AFTER))
        if hanging < times:
            return _Tracks(score, notes, _table(others), hanging)
        times *= 16
    raise MidiError(f"{file}: broken: thousands of its notes never end")


def _table(tracks: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """The notes of several tracks in time order."""
    if len(tracks) <= 1:
        return tracks[0] if tracks else _NO_NOTES
    table = {key: np.concatenate([track[key] for track in tracks]) for key in _NO_NOTES}
    order = table["time"].argsort(kind="stable")
    return {key: column[order] for key, column in table.items()}


_NO_NOTES = {key: np.zeros(0, np.int32) for key in ("time", "duration", "pitch", "velocity")}


def _looks_like_drums(notes: Int[np.ndarray, " note"]) -> bool:
    """Whether notes on a channel other than 10 are drums: nine of ten belong to a kit, kick and backbeat among them."""
    kit = np.isin(notes, (22, 26, *range(35, 60)))
    kick, beat = np.isin(notes, (35, 36)).any(), np.isin(notes, (22, 26, 38, 40, 42, 44, 46)).any()
    return bool(kit.mean() >= 0.9 and kick and beat)


class _Sequence(NamedTuple):
    """The drum notes of a sequence in time order, in ticks; what lies on other channels is only counted."""

    note: Int[np.ndarray, " note"]
    tick: Int[np.ndarray, " note"]
    end: Int[np.ndarray, " note"]
    velocity: Int[np.ndarray, " note"]
    signatures: list[tuple[int, int, int]]  # tick, beats, unit
    tempos_bpm: list[float]
    elsewhere: int


def _parse(source: Source, wanted: DrumMap | None) -> _File:
    """What a file holds, before it is snapped."""
    file, data = _load(source)
    form, ticks_per_quarter = _check_header(data, file)
    remarks: list[str] = []
    sequences = _sequences(data, file) if form == 2 else [data]
    found = [_drum_notes(sequence, file, wanted, remarks) for sequence in sequences]
    elsewhere = sum(notes.elsewhere for notes in found)
    if not any(notes.note.size for notes in found):
        raise MidiError(
            f"{file}: no drums; its {elsewhere} notes are not on channel {DRUM_CHANNEL} and do not look like drums"
            if elsewhere
            else f"{file}: no drums; the file has no notes at all"
        )
    chosen = wanted or detect_drum_map(np.concatenate([notes.note for notes in found]))
    unknown: Counter[int] = Counter()
    songs = [_song(notes, chosen, file, unknown, remarks) for notes in found]
    songs = [song for song in songs if song is not None]
    if not songs:
        numbers = ", ".join(map(str, sorted(unknown)))
        raise MidiError(f"{file}: no drums; the drum map {chosen.name} has none of its notes ({numbers})")
    tempos_bpm = [bpm for notes in found for bpm in notes.tempos_bpm]
    return _File(file, form, ticks_per_quarter, tempos_bpm, chosen.name, songs, unknown, elsewhere, remarks)


def _drum_notes(data: bytes, file: str, wanted: DrumMap | None, remarks: list[str]) -> _Sequence:
    """The notes on channel 10; without any, all notes if their map is known or they look like drums."""
    tracks = _tracks(data, file, _ALL_CHANNELS if wanted and wanted.all_channels else _DRUM_CHANNELS)
    others = tracks.others["pitch"]
    if not tracks.drums["pitch"].size and others.size and (wanted or _looks_like_drums(others)):
        tracks = _tracks(data, file, _ALL_CHANNELS)
        remarks.append(f"no notes on channel {DRUM_CHANNEL}: the notes of the other channels are read as drums")
    if tracks.hanging:
        remarks.append(f"{tracks.hanging} notes never end: kept as strokes")
    score, notes, ticks_per_quarter = tracks.score, tracks.drums, tracks.score.tpq
    time = notes["time"].astype(np.int64)
    if time.size and time[0] < 0:
        raise MidiError(f"{file}: broken: longer than MIDI time can count")
    tempos_bpm: list[float] = []
    for tempo in score.tempos:
        if tempo.mspq <= 0:
            raise MidiError(f"{file}: tempo 0 (0 microseconds a quarter) at tick {tempo.time}")
        tempos_bpm.append(round(60e6 / tempo.mspq, 3))
    return _Sequence(
        note=notes["pitch"],
        tick=_to_ticks(time, ticks_per_quarter),
        end=_to_ticks(time + notes["duration"], ticks_per_quarter),
        velocity=notes["velocity"],
        signatures=[
            (int(_to_ticks(each.time, ticks_per_quarter)), each.numerator, each.denominator)
            for each in score.time_signatures
        ],
        tempos_bpm=tempos_bpm,
        elsewhere=int(tracks.others["pitch"].size),
    )


def _song(notes: _Sequence, drums: DrumMap, file: str, unknown: Counter[int], remarks: list[str]) -> _Song | None:
    """The strokes among the notes, None if there are none; the rest is counted as unknown."""
    columns = (drums.voices[notes.note], notes.tick, notes.end, notes.velocity)
    in_map = columns[0] >= 0
    if not in_map.all():
        unknown.update(notes.note[~in_map].tolist())
        columns = tuple(column[in_map] for column in columns)
    voice, tick, end, velocity = columns
    if not tick.size:
        return None
    return _Song(voice, tick, end, velocity, *_bar_lines(notes.signatures, int(tick[-1]), file, remarks))


def _to_ticks(time: Any, ticks_per_quarter: int) -> Any:
    """Times of a file in 480ths of a quarter, to the nearest; arrays and numbers alike."""
    if ticks_per_quarter == TICKS_PER_QUARTER:
        return time
    return (time * (2 * TICKS_PER_QUARTER) + ticks_per_quarter) // (2 * ticks_per_quarter)


def _name(meter: Meter) -> str:
    return f"{meter[0]}/{meter[1]}"


_steps_per_bar = cache(steps_per_bar)  # asked several times a file


def _bar_lines(
    signatures: list[tuple[int, int, int]], last_tick: int, file: str, remarks: list[str]
) -> tuple[list[int], list[Meter]]:
    """Lines (in steps) and meters of the bars that the time signatures make, to beyond the last tick.

    A bar that a new meter cuts short has the meter of what is left of it.
    """
    changes: dict[int, tuple[Meter, int]] = {0: (COMMON_TIME, 0)}  # step -> meter, and the tick it stood at
    for tick, beats, unit in sorted(signatures, key=lambda each: each[0]):
        if beats < 1 or unit < 1:
            remarks.append(f"time signature {beats}/{unit} at tick {tick} means nothing: left out")
        else:
            changes[(tick + TICKS_PER_STEP // 2) // TICKS_PER_STEP] = ((beats, unit), tick)
    last_step = last_tick // TICKS_PER_STEP + STEPS_PER_QUARTER  # a quarter more than the last stroke can ask for
    begins: list[tuple[int, Meter]] = []
    for step, (meter, tick) in sorted(changes.items()):
        if step > last_step or (begins and meter == begins[-1][1]):
            continue
        if tick % TICKS_PER_STEP:
            remarks.append(f"the change to {_name(meter)} at tick {tick} lies between steps: moved to the nearest")
        begins.append((step, meter))

    lines: list[int] = []
    meters: list[Meter] = []
    for (start, meter), following in zip(begins, [*begins[1:], None], strict=True):
        try:
            length = _steps_per_bar(meter)
        except PatternError as error:
            raise MidiError(f"{file}: {error}") from error
        span = (following[0] if following else last_step + length) - start
        if len(meters) + span // length > MAX_BARS:
            raise MidiError(f"{file}: longer than {MAX_BARS} bars")
        lines += range(start, start + span - span % length, length)
        meters += [meter] * (span // length)
        if following and span % length:
            cut = Fraction(span % length, STEPS_PER_WHOLE)
            lines.append(following[0] - span % length)
            meters.append((cut.numerator, cut.denominator))
            remarks.append(
                f"a bar of {_name(meter)} is cut short to {_name(meters[-1])} "
                f"by the change to {_name(following[1])} at tick {following[0] * TICKS_PER_STEP}"
            )
    lines.append(lines[-1] + _steps_per_bar(meters[-1]))
    return lines, meters


# Snapping


_MOST_TICKS_OFF = int(MAX_OFFSET * TICKS_PER_STEP) - 1


def _snap(songs: list[_Song], grid: str | int) -> list[_Bars]:
    """Songs on the grid. They are laid end to end on one time line, so that many cost hardly more calls than one."""
    if not songs:
        return []
    begins, lines = _end_to_end(songs)
    lengths = [song.tick.size for song in songs]
    voice = np.concatenate([song.voice for song in songs])
    by_voice = voice.argsort(kind="stable")  # quick for bytes; and what is in order is quick to merge and settle
    which = np.arange(len(songs)).repeat(lengths)[by_voice]
    voice = voice[by_voice]
    begin = begins[which] * TICKS_PER_STEP
    tick = np.concatenate([song.tick for song in songs])[by_voice] + begin
    velocity = np.concatenate([song.velocity for song in songs])[by_voice].astype(np.int64)

    own = nearest_steps(tick)
    if grid == 64:
        line = own * TICKS_PER_STEP
        end = np.concatenate([song.end for song in songs])[by_voice] + begin
        own -= (line - tick == TICKS_PER_STEP // 2) & (end <= line)
    elif grid == "paper":
        own = _paper_steps(tick)
    kept = merge(voice, own, velocity)
    which, voice, own, tick, velocity = which[kept], voice[kept], own[kept], tick[kept], velocity[kept]
    step = cell = own
    if grid == "musical":
        cell = musical_steps(tick, lines)
        step = settle(voice, tick, cell, own)

    bar = lines.searchsorted(step, side="right") - 1
    spans = _struck(bar, songs)
    width = np.diff(lines, append=lines[-1])
    ends = np.zeros(lines.size + 1, np.int64)  # where the cells of the bar before end; only bars in spans have any
    for span in spans:
        ends[span.start + 1 : span.stop + 1] = len(VOICES) * width[span]
    ends = ends.cumsum()
    cells = np.zeros((2, ends[-1]), np.float32)
    place = ends[bar] + voice * width[bar] + step - lines[bar]
    cells[0, place] = velocity / np.float32(127)
    off = np.minimum(tick - step * TICKS_PER_STEP, _MOST_TICKS_OFF)  # only the paper's rule can come to 2 steps
    cells[1, place] = off / np.float32(TICKS_PER_STEP)
    cells.setflags(write=False)

    meters = [meter for song in songs for meter in (*song.meters, COMMON_TIME)]  # a line each; the last begins no bar
    patterns = [_patterns(cells[:, ends[span.start] : ends[span.stop]], meters[span]) for span in spans]
    strokes = np.bincount(which * len(VOICES) + voice, minlength=len(songs) * len(VOICES)).reshape(len(songs), -1)
    moved = np.bincount(which[step != cell], minlength=len(songs))
    merged = lengths - strokes.sum(axis=1)
    return list(map(_Bars, patterns, strokes.tolist(), moved.tolist(), merged.tolist()))


def _end_to_end(songs: list[_Song]) -> tuple[Int[np.ndarray, " song"], Int[np.ndarray, " line"]]:
    """Where songs begin, in steps, each on a quarter after the end of the one before; and all bar lines."""
    begins: list[int] = []
    lines: list[int] = []
    begin = 0
    for song in songs:
        begins.append(begin)
        lines += [begin + line for line in song.lines]
        begin = (lines[-1] // STEPS_PER_QUARTER + 1) * STEPS_PER_QUARTER
    return np.array(begins), np.array(lines)


def _struck(bar: Int[np.ndarray, " stroke"], songs: list[_Song]) -> list[slice]:
    """The bars of each song, from the first that has a stroke to the last."""
    struck = np.flatnonzero(np.bincount(bar))
    ends = np.cumsum([len(song.lines) for song in songs])
    after = struck.searchsorted(ends)
    first, last = struck[np.append(0, after[:-1])], struck[after - 1]
    return list(map(slice, first.tolist(), (last + 1).tolist()))


def _patterns(cells: Float32[np.ndarray, "2 cell"], meters: list[Meter]) -> list[Pattern]:
    """Velocities and offsets, bar after bar, as patterns that look into the same memory."""
    patterns: list[Pattern] = []
    at = 0
    for meter, alike in groupby(meters):
        shape = (len(list(alike)), len(VOICES), _steps_per_bar(meter))
        velocity, offset = cells[:, at : at + math.prod(shape)].reshape(2, *shape)
        patterns += map(Pattern.trusted, velocity, offset, repeat(meter))
        at += math.prod(shape)
    return patterns


_PAPER_PLACES = np.array([0, 120, 160, 240, 320, 360, 480])  # ticks: quarter/4 and quarter/3
_PAPER_STEPS = _PAPER_PLACES * STEPS_PER_QUARTER // TICKS_PER_QUARTER
_PAPER_STEP_BY_TICK = _PAPER_STEPS[
    np.searchsorted((_PAPER_PLACES[1:] + _PAPER_PLACES[:-1]) / 2, np.arange(TICKS_PER_QUARTER), side="left")
]  # halfway goes to the earlier, as the authors' matrices show


def _paper_steps(tick: Int[np.ndarray, " stroke"]) -> Int[np.ndarray, " stroke"]:
    """The paper's rule: to the nearer of quarter/4 and quarter/3 from the file's beginning, cut down to a step."""
    quarter, within = np.divmod(tick, TICKS_PER_QUARTER)
    return quarter * STEPS_PER_QUARTER + _PAPER_STEP_BY_TICK[within]


# Writing


@dataclass(frozen=True)
class WritingReport:
    """What was written."""

    strokes: int
    clamped: int  # strokes that would sound before the file begins, moved to its beginning


_SHORTEST = TICKS_PER_STEP // 2  # ticks; some samplers ignore notes without a duration


def write(
    path: str | os.PathLike[str],
    patterns: Sequence[Pattern],
    tempo_bpm: float = 120,
    swing: float = 0.5,
    on_grid: bool = False,
    lead_in_bars: int = 0,
) -> WritingReport:
    """Write patterns as a MIDI file, one bar after another: type 1, 480 ticks a quarter, channel 10, a track a voice.

    `swing` is the place of the second of two 16ths (0.5 straight, 2/3 triplet); offsets are added to it, or left out
    if `on_grid`. A note lasts to the end of the step it belongs to, but never into the next of its voice. The first
    bar's early strokes would sound before the file begins: they are moved to its beginning and counted, unless
    `lead_in_bars` of silence give them room.

    `read` gives the patterns back, with grid=64 whenever |offset| < 0.5. Raises MidiError for no patterns, a meter that
    MIDI cannot write (its unit must be a power of 2, its beats at most 255) and a path that cannot be written.
    """
    midi, report = _compose(patterns, tempo_bpm, swing, on_grid, lead_in_bars)
    try:
        midi.save(path)
    except OSError as error:
        raise MidiError(f"{path}: cannot be written: {error.strerror}") from error
    return report


def to_bytes(
    patterns: Sequence[Pattern],
    tempo_bpm: float = 120,
    swing: float = 0.5,
    on_grid: bool = False,
    lead_in_bars: int = 0,
) -> bytes:
    """The MIDI file that `write` would write."""
    buffer = io.BytesIO()
    _compose(patterns, tempo_bpm, swing, on_grid, lead_in_bars)[0].save(file=buffer)
    return buffer.getvalue()


def _compose(
    patterns: Sequence[Pattern], tempo_bpm: float, swing: float, on_grid: bool, lead_in_bars: int
) -> tuple["MidiFile", WritingReport]:
    from mido import MetaMessage, MidiFile, bpm2tempo

    if not patterns:
        raise MidiError("a MIDI file needs at least one bar, got no patterns")
    if not 0 <= lead_in_bars <= MAX_BARS:
        raise MidiError(f"lead_in_bars lies in 0..{MAX_BARS}, got {lead_in_bars}")
    seconds_per_step(tempo_bpm)  # refuses a tempo that cannot be played
    check_swing(swing)
    for pattern in patterns:
        beats, unit = pattern.meter
        if beats > 255 or unit & (unit - 1):
            raise MidiError(f"MIDI writes meters of up to 255 beats over a power of 2, got {beats}/{unit}")

    silence = [Pattern.empty(patterns[0].meter)] * lead_in_bars
    bars = [*silence, *patterns]
    starts = np.cumsum([0, *(pattern.steps for pattern in bars)]) * TICKS_PER_STEP
    conductor: list[tuple[int, Any]] = [(0, MetaMessage("set_tempo", tempo=bpm2tempo(tempo_bpm)))]
    for i, pattern in enumerate(bars):
        if i == 0 or pattern.meter != bars[i - 1].meter:
            beats, unit = pattern.meter
            conductor.append((int(starts[i]), MetaMessage("time_signature", numerator=beats, denominator=unit)))

    notes = _notes(bars, starts[:-1], swing, on_grid)
    midi = MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER)
    midi.tracks.append(_track("Clave", conductor, int(starts[-1])))
    for drum in VOICES:
        rows = notes.voice == drum.index
        if rows.any():
            events = _note_events(notes.tick[rows], notes.end[rows], notes.velocity[rows], drum.note)
            midi.tracks.append(_track(drum.name, events, int(starts[-1])))
    return midi, WritingReport(strokes=notes.tick.size, clamped=notes.clamped)


class _Notes(NamedTuple):
    """All strokes of some bars, those of a voice together and in order, in ticks from the beginning of the file."""

    voice: Int[np.ndarray, " note"]
    tick: Int[np.ndarray, " note"]
    end: Int[np.ndarray, " note"]
    velocity: Float32[np.ndarray, " note"]
    clamped: int


def _notes(bars: Sequence[Pattern], starts: Int[np.ndarray, " bar"], swing: float, on_grid: bool) -> _Notes:
    found = [np.nonzero(pattern.velocity) for pattern in bars]
    start = np.repeat(starts, [rows.size for rows, _ in found])
    voice = np.concatenate([rows for rows, _ in found])
    step = np.concatenate([columns for _, columns in found])
    velocity = np.concatenate([pattern.velocity[at] for pattern, at in zip(bars, found, strict=True)])
    offset = np.concatenate([pattern.offset[at] for pattern, at in zip(bars, found, strict=True)]).astype(np.float64)

    def to_ticks(steps: np.ndarray) -> np.ndarray:
        return np.floor(steps * TICKS_PER_STEP + 0.5).astype(np.int64)

    place = swing_steps(step, swing)
    tick = start + to_ticks(place if on_grid else place + offset)
    end = np.maximum(start + to_ticks(swing_steps(step + 1, swing)), tick + _SHORTEST)
    clamped = int(np.count_nonzero(tick < 0))
    tick = np.maximum(tick, 0)

    order = np.lexsort((start + step, tick, voice))
    voice, tick, end, velocity = voice[order], tick[order], end[order], velocity[order]
    same = voice[1:] == voice[:-1]
    end[:-1][same] = np.minimum(end[:-1], tick[1:])[same]
    return _Notes(voice, tick, end, velocity, clamped)


def _note_events(
    tick: Int[np.ndarray, " note"], end: Int[np.ndarray, " note"], velocity: Float32[np.ndarray, " note"], note: int
) -> list[tuple[int, Any]]:
    """Note-on and note-off of notes that do not overlap, in time order; of two on one tick the first ends first."""
    from mido import Message

    events: list[tuple[int, Any]] = []
    for on, off, strength in zip(tick.tolist(), end.tolist(), velocity.tolist(), strict=True):
        number = velocity_to_midi(strength)
        events.append((on, Message("note_on", channel=DRUM_CHANNEL - 1, note=note, velocity=number)))
        events.append((off, Message("note_off", channel=DRUM_CHANNEL - 1, note=note, velocity=0)))
    return events


def _track(name: str, events: list[tuple[int, Any]], end: int) -> "MidiTrack":
    """A track of events in time order, which ends with the last bar or the last event."""
    from mido import MetaMessage, MidiTrack

    track = MidiTrack([MetaMessage("track_name", name=name)])
    now = 0
    for tick, message in events:
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(MetaMessage("end_of_track", time=max(0, end - now)))
    return track
