"""MIDI files to strokes on ticks: what a file holds, before anything is snapped.

A file has one sequence, or several if its format is 2. Of each sequence the drum notes are found; those that the drum
map knows are strokes, and together with the bar lines they lie between they are a song.
"""

import io
import os
import struct
from collections import Counter
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from clave.errors import MidiError, PatternError
from clave.files.midi.drum_map import DRUM_CHANNEL, DrumMap, detect_drum_map, looks_like_drums
from clave.music.shapes import Int
from clave.music.units import (
    COMMON_TIME,
    STEPS_PER_QUARTER,
    STEPS_PER_WHOLE,
    TICKS_PER_QUARTER,
    TICKS_PER_STEP,
    Meter,
    meter_name,
    steps_per_bar,
)

if TYPE_CHECKING:
    from symusic.core import ScoreTick

MAX_BARS = 100_000  # two days of music; a file that is longer is broken
_DRUM_CHANNELS = range(DRUM_CHANNEL - 1, DRUM_CHANNEL)  # as MIDI counts, from 0
_ALL_CHANNELS = range(16)

Source = str | os.PathLike[str] | bytes | io.BufferedIOBase
"""What can be read: a path, a whole file as bytes, or an open binary file."""


class Song(NamedTuple):
    """The strokes of a song in time order, in ticks, and where its bars lie."""

    voice: Int[np.ndarray, " stroke"]
    tick: Int[np.ndarray, " stroke"]
    end: Int[np.ndarray, " stroke"]
    velocity: Int[np.ndarray, " stroke"]  # 1..127
    lines: list[int]  # bar lines, in steps, from the song's beginning to beyond its last stroke
    meters: list[Meter]  # of the bars between them


class ParsedFile(NamedTuple):
    """A parsed file: its songs (one, unless it has format 2) and remarks on what was read."""

    name: str
    format: int
    ticks_per_quarter: int
    tempos_bpm: list[float]
    drum_map: str
    songs: list[Song]  # those that have strokes
    unknown: Counter[int]  # notes that are not in the drum map
    elsewhere: int  # notes on other channels
    remarks: list[str]


def parse(source: Source, wanted: DrumMap | None) -> ParsedFile:
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
    songs = [song_of(notes, chosen, file, unknown, remarks) for notes in found]
    songs = [song for song in songs if song is not None]
    if not songs:
        numbers = ", ".join(map(str, sorted(unknown)))
        raise MidiError(f"{file}: no drums; the drum map {chosen.name} has none of its notes ({numbers})")
    tempos_bpm = [bpm for notes in found for bpm in notes.tempos_bpm]
    return ParsedFile(file, form, ticks_per_quarter, tempos_bpm, chosen.name, songs, unknown, elsewhere, remarks)


# From a file to its sequences


def _load(source: Source) -> tuple[str, bytes]:
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


def _sequences(data: bytes, file: str) -> list[bytes]:
    """The sequences of a format 2 file, each as a format 0 file of its own."""
    head = data[:8] + struct.pack(">HH", 0, 1) + data[12:14]
    found = [head + b"MTrk" + struct.pack(">I", end - start) + data[start:end] for start, end in _chunks(data)]
    if not found:
        raise MidiError(f"{file}: no drums; the file has no tracks")
    return found


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


# From a sequence to its drum notes


class DrumNotes(NamedTuple):
    """The drum notes of a sequence in time order, in ticks; what lies on other channels is only counted."""

    note: Int[np.ndarray, " note"]
    tick: Int[np.ndarray, " note"]
    end: Int[np.ndarray, " note"]
    velocity: Int[np.ndarray, " note"]
    signatures: list[tuple[int, int, int]]  # tick, beats, unit
    tempos_bpm: list[float]
    elsewhere: int


def _drum_notes(data: bytes, file: str, wanted: DrumMap | None, remarks: list[str]) -> DrumNotes:
    """The notes on channel 10; without any, all notes if their map is known or they look like drums."""
    tracks = _tracks(data, file, _ALL_CHANNELS if wanted and wanted.all_channels else _DRUM_CHANNELS)
    others = tracks.others["pitch"]
    if not tracks.drums["pitch"].size and others.size and (wanted or looks_like_drums(others)):
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
    return DrumNotes(
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


def _to_ticks(time: Any, ticks_per_quarter: int) -> Any:
    """Times of a file in 480ths of a quarter, to the nearest; arrays and numbers alike."""
    if ticks_per_quarter == TICKS_PER_QUARTER:
        return time
    return (time * (2 * TICKS_PER_QUARTER) + ticks_per_quarter) // (2 * ticks_per_quarter)


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


_NO_NOTES = {key: np.zeros(0, np.int32) for key in ("time", "duration", "pitch", "velocity")}


def _table(tracks: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """The notes of several tracks in time order."""
    if len(tracks) <= 1:
        return tracks[0] if tracks else _NO_NOTES
    table = {key: np.concatenate([track[key] for track in tracks]) for key in _NO_NOTES}
    order = table["time"].argsort(kind="stable")
    return {key: column[order] for key, column in table.items()}


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


# From drum notes to strokes between bar lines


def song_of(notes: DrumNotes, drums: DrumMap, file: str, unknown: Counter[int], remarks: list[str]) -> Song | None:
    """The strokes among the notes, None if there are none; the rest is counted as unknown."""
    columns = (drums.voices[notes.note], notes.tick, notes.end, notes.velocity)
    in_map = columns[0] >= 0
    if not in_map.all():
        unknown.update(notes.note[~in_map].tolist())
        columns = tuple(column[in_map] for column in columns)
    voice, tick, end, velocity = columns
    if not tick.size:
        return None
    return Song(voice, tick, end, velocity, *_bar_lines(notes.signatures, int(tick[-1]), file, remarks))


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
            remarks.append(f"the change to {meter_name(meter)} at tick {tick} lies between steps: moved to the nearest")
        begins.append((step, meter))

    lines: list[int] = []
    meters: list[Meter] = []
    for (start, meter), following in zip(begins, [*begins[1:], None], strict=True):
        try:
            length = cached_steps_per_bar(meter)
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
                f"a bar of {meter_name(meter)} is cut short to {meter_name(meters[-1])} "
                f"by the change to {meter_name(following[1])} at tick {following[0] * TICKS_PER_STEP}"
            )
    lines.append(lines[-1] + cached_steps_per_bar(meters[-1]))
    return lines, meters


cached_steps_per_bar = cache(steps_per_bar)  # asked several times a file
