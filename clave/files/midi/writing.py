"""Patterns to MIDI files: what `read` reads back."""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jaxtyping import Float32, Int

from clave.errors import MidiError
from clave.files.midi.drum_map import DRUM_CHANNEL
from clave.files.midi.parsing import MAX_BARS
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.units import (
    TICKS_PER_QUARTER,
    TICKS_PER_STEP,
    check_swing,
    seconds_per_step,
    swing_steps,
    velocity_to_midi,
)

if TYPE_CHECKING:
    from mido import MidiFile, MidiTrack


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
