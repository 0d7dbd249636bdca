"""MIDI files from notes on ticks, and from patterns: what `read` reads back.

`compose` is the one writer: drum notes, meter changes and tempo changes, each at its tick, make a file. `write` and
`to_bytes` turn patterns into such notes first; whoever has timed events instead of patterns calls `compose` and then
`save` or `file_bytes`. A quarter has 480 ticks.
"""

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from clave.errors import MidiError
from clave.files import whole_file
from clave.files.midi.drum_map import DRUM_CHANNEL
from clave.files.midi.normalising import length_bytes
from clave.files.midi.parsing import MAX_BARS
from clave.music.kit import VOICES, Voice
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float, Int
from clave.music.units import (
    TICKS_PER_QUARTER,
    TICKS_PER_STEP,
    Meter,
    check_swing,
    meter_name,
    seconds_per_step,
    swing_steps,
    velocity_to_midi,
)

_SHORTEST = TICKS_PER_STEP // 2  # ticks; some samplers ignore notes without a duration


@dataclass(frozen=True, eq=False)
class MidiNotes:
    """Drum notes in any order, one entry of each array a note; ticks count from the start of the music.

    A note may begin before tick 0, as an early stroke on the first beat does. Raises MidiError for arrays of different
    lengths, a voice that is none of the eight, a velocity outside (0, 1], or a note that ends before it begins.
    """

    voice: Int[np.ndarray, " note"]  # index into VOICES
    tick: Int[np.ndarray, " note"]
    end: Int[np.ndarray, " note"]  # tick
    velocity: Float[np.ndarray, " note"]

    def __post_init__(self) -> None:
        lengths = [column.size for column in (self.voice, self.tick, self.end, self.velocity)]
        if len(set(lengths)) > 1:
            raise MidiError(f"the rows of notes are equally long, got {lengths}")
        _check_notes("a voice is one of 0..7", self.voice, (self.voice >= 0) & (self.voice < len(VOICES)))
        _check_notes("a velocity lies in (0, 1]", self.velocity, (self.velocity > 0) & (self.velocity <= 1))
        _check_notes("a note does not end before it begins", self.end, self.end >= self.tick)

    def __len__(self) -> int:
        return int(self.tick.size)

    def before(self, tick: int) -> int:
        """How many notes begin before this tick."""
        return int(np.count_nonzero(self.tick < tick))


def _check_notes(rule: str, column: np.ndarray, good: Bool[np.ndarray, " note"]) -> None:
    if not good.all():
        index = int(np.flatnonzero(~good)[0])
        raise MidiError(f"{rule}, got {column[index]} at note {index}")


@dataclass(frozen=True)
class ComposedFile:
    """A MIDI file of type 1 with 480 ticks a quarter, ready to be written."""

    tracks: tuple[bytes, ...]  # the events of each


def compose(
    notes: MidiNotes,
    meters: Sequence[tuple[int, Meter]],
    tempos: Sequence[tuple[int, float]],
    end_tick: int,
    lead_in_ticks: int = 0,
    markers: Sequence[tuple[int, str]] = (),
) -> ComposedFile:
    """A MIDI file of these notes: type 1, 480 ticks a quarter, channel 10, one track for tempo and meter, one a voice.

    `meters` and `tempos` are changes, each with its tick, in time order and from tick 0 on; tempo in quarters a minute.
    `markers` are names of places, each with its tick, in time order.
    All tracks end at `end_tick`, or with their last note where that comes later. Everything is moved later by
    `lead_in_ticks`; notes that still begin before the file are moved to its beginning (`notes.before(-lead_in_ticks)`
    counts them). A note is cut where the next of its voice begins.

    Raises MidiError for changes that are not in order or do not begin at tick 0, a meter that MIDI cannot write (its
    unit must be a power of 2, its beats at most 255) and ticks below 0; RenderError for a tempo outside [20, 400].

    >>> hat = MidiNotes(np.array([2, 2]), np.array([0, 240]), np.array([30, 270]), np.array([0.9, 0.5]))
    >>> save("hat.mid", compose(hat, [(0, (4, 4))], [(0, 96.0), (960, 120.0)], end_tick=1920))  # doctest: +SKIP
    """
    for what, tick in (("end_tick", end_tick), ("lead_in_ticks", lead_in_ticks)):
        if tick < 0:
            raise MidiError(f"{what} is at least 0, got {tick}")
    _check_changes("meter", meters)
    _check_changes("tempo", tempos)
    changes: list[tuple[int, bytes]] = []
    for tick, tempo_bpm in tempos:
        seconds_per_step(tempo_bpm)  # refuses a tempo that cannot be played
        changes.append((tick, _meta(0x51, round(60e6 / tempo_bpm).to_bytes(3, "big"))))
    for tick, (beats, unit) in meters:
        if beats > 255 or unit & (unit - 1):
            raise MidiError(f"MIDI writes meters of up to 255 beats over a power of 2, got {meter_name((beats, unit))}")
        changes.append((tick, _meta(0x58, bytes((beats, unit.bit_length() - 1, *_METRONOME)))))
    changes += [(tick, _meta(0x06, _latin(name))) for tick, name in markers]
    changes.sort(key=lambda change: change[0])
    moved = [(tick + lead_in_ticks if tick else 0, change) for tick, change in changes]  # the first hold from the start

    end_tick += lead_in_ticks
    tracks = [_track("Clave", moved, end_tick)]
    for drum in VOICES:
        events = _note_events(notes, drum, lead_in_ticks)
        if events:
            tracks.append(_track(drum.name, events, end_tick))
    return ComposedFile(tuple(tracks))


_METRONOME = (24, 8)  # MIDI clocks a click, and 32nds a quarter


def _meta(kind: int, payload: bytes) -> bytes:
    return bytes((0xFF, kind)) + length_bytes(len(payload)) + payload


def _latin(name: str) -> bytes:
    """The name in the letters that MIDI files have (Latin-1); others become question marks."""
    return name.encode("latin-1", "replace")


def _check_changes(what: str, changes: Sequence[tuple[int, object]]) -> None:
    ticks = [tick for tick, _ in changes]
    if not ticks or ticks[0] != 0 or any(later <= tick for tick, later in pairwise(ticks)):
        raise MidiError(f"the first {what} stands at tick 0 and each change later than the last, got ticks {ticks}")


def _note_events(notes: MidiNotes, drum: Voice, lead_in_ticks: int) -> list[tuple[int, bytes]]:
    """Note-on and note-off of a voice in time order, without overlap; of two on one tick the first ends first."""
    chosen = np.flatnonzero(notes.voice == drum.index)
    tick = np.maximum(notes.tick[chosen] + lead_in_ticks, 0)
    order = np.argsort(tick, kind="stable")
    chosen, tick = chosen[order], tick[order]
    end = np.maximum(notes.end[chosen] + lead_in_ticks, tick)
    end[:-1] = np.minimum(end[:-1], tick[1:])
    note_off = bytes((_NOTE_OFF, drum.note, 0))
    events: list[tuple[int, bytes]] = []
    for on, off, velocity in zip(tick.tolist(), end.tolist(), notes.velocity[chosen].tolist(), strict=True):
        events.append((on, bytes((_NOTE_ON, drum.note, velocity_to_midi(velocity)))))
        events.append((off, note_off))
    return events


_NOTE_ON, _NOTE_OFF = 0x90 | DRUM_CHANNEL - 1, 0x80 | DRUM_CHANNEL - 1


def _track(name: str, events: list[tuple[int, bytes]], end: int) -> bytes:
    """The events of a track in time order; it ends with the last bar or the last event."""
    parts = [b"\0", _meta(0x03, _latin(name))]
    now = 0
    for tick, event in events:
        parts += (length_bytes(tick - now), event)
        now = tick
    parts += (length_bytes(max(0, end - now)), _meta(0x2F, b""))
    return b"".join(parts)


def save(path: str | os.PathLike[str], midi: ComposedFile) -> None:
    """Write a composed file, whole or not at all; MidiError for a path that cannot be written."""
    try:
        whole_file.write(path, file_bytes(midi))
    except OSError as error:
        raise MidiError(f"{path}: cannot be written: {error.strerror}") from error


def file_bytes(midi: ComposedFile) -> bytes:
    """The file that `save` would write."""
    header = struct.pack(">4sIHHH", b"MThd", 6, 1, len(midi.tracks), TICKS_PER_QUARTER)
    return header + b"".join(struct.pack(">4sI", b"MTrk", len(track)) + track for track in midi.tracks)


# From patterns


@dataclass(frozen=True)
class WritingReport:
    """What was written."""

    strokes: int
    clamped: int  # strokes that would sound before the file begins, moved to its beginning


def write(
    path: str | os.PathLike[str],
    patterns: Sequence[Pattern],
    tempo_bpm: float = 120,
    swing: float = 0.5,
    on_grid: bool = False,
    lead_in_bars: int = 0,
) -> WritingReport:
    """Write patterns as a MIDI file, one bar after another, at one tempo.

    `swing` is the place of the second of two 16ths (0.5 straight, 2/3 triplet); offsets are added to it, or left out
    if `on_grid`. A note lasts to the end of the step it belongs to, but never into the next of its voice. The first
    bar's early strokes would sound before the file begins: they are moved to its beginning and counted, unless
    `lead_in_bars` of silence give them room.

    `read` gives the patterns back, with grid=64 whenever |offset| < 0.5. Raises MidiError for no patterns, a meter that
    MIDI cannot write (its unit must be a power of 2, its beats at most 255) and a path that cannot be written.
    """
    midi, report = _compose_patterns(patterns, tempo_bpm, swing, on_grid, lead_in_bars)
    save(path, midi)
    return report


def to_bytes(
    patterns: Sequence[Pattern],
    tempo_bpm: float = 120,
    swing: float = 0.5,
    on_grid: bool = False,
    lead_in_bars: int = 0,
) -> bytes:
    """The MIDI file that `write` would write."""
    return file_bytes(_compose_patterns(patterns, tempo_bpm, swing, on_grid, lead_in_bars)[0])


def _compose_patterns(
    patterns: Sequence[Pattern], tempo_bpm: float, swing: float, on_grid: bool, lead_in_bars: int
) -> tuple[ComposedFile, WritingReport]:
    if not patterns:
        raise MidiError("a MIDI file needs at least one bar, got no patterns")
    if not 0 <= lead_in_bars <= MAX_BARS:
        raise MidiError(f"lead_in_bars lies in 0..{MAX_BARS}, got {lead_in_bars}")
    check_swing(swing)
    starts = np.cumsum([0, *(pattern.steps for pattern in patterns)]) * TICKS_PER_STEP
    notes = _pattern_notes(patterns, starts[:-1], swing, on_grid)
    meters = [
        (int(starts[i]), pattern.meter)
        for i, pattern in enumerate(patterns)
        if i == 0 or pattern.meter != patterns[i - 1].meter
    ]
    lead_in_ticks = lead_in_bars * patterns[0].steps * TICKS_PER_STEP
    midi = compose(notes, meters, [(0, tempo_bpm)], int(starts[-1]), lead_in_ticks)
    return midi, WritingReport(strokes=len(notes), clamped=notes.before(-lead_in_ticks))


def _pattern_notes(
    patterns: Sequence[Pattern], starts: Int[np.ndarray, " bar"], swing: float, on_grid: bool
) -> MidiNotes:
    """All strokes of these bars, which begin at these ticks."""
    found = [np.nonzero(pattern.velocity) for pattern in patterns]
    start = np.repeat(starts, [rows.size for rows, _ in found])
    voice = np.concatenate([rows for rows, _ in found])
    step = np.concatenate([columns for _, columns in found])
    velocity = np.concatenate([pattern.velocity[at] for pattern, at in zip(patterns, found, strict=True)])
    offset = np.concatenate([pattern.offset[at] for pattern, at in zip(patterns, found, strict=True)]).astype(
        np.float64
    )

    def to_ticks(steps: np.ndarray) -> np.ndarray:
        return np.floor(steps * TICKS_PER_STEP + 0.5).astype(np.int64)

    place = swing_steps(step, swing)
    tick = start + to_ticks(place if on_grid else place + offset)
    end = np.maximum(start + to_ticks(swing_steps(step + 1, swing)), tick + _SHORTEST)
    return MidiNotes(voice, tick, end, velocity)
