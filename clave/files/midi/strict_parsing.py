"""Tracks to notes by symusic, a strict parser, with the notes kept that never end."""

import struct
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from clave.errors import MidiError
from clave.files.midi.drum_map import DRUM_CHANNEL, DrumMap
from clave.files.midi.drum_tracks import DrumParts, Notes, Part, choose_drums

if TYPE_CHECKING:
    from symusic.core import ScoreTick

_DRUM_CHANNELS = range(DRUM_CHANNEL - 1, DRUM_CHANNEL)  # as MIDI counts, from 0
_ALL_CHANNELS = range(16)
_LONG_AFTER = 1 << 20  # ticks: longer than any drum note, well within what symusic counts to
_MOST_HANGING = 4096


class Found(NamedTuple):
    """A parsed sequence."""

    score: "ScoreTick"
    parts: DrumParts
    hanging: int  # drum notes that never end


def parse_strictly(bodies: list[bytes], ticks_per_quarter: int, file: str, wanted: DrumMap | None) -> Found:
    """Parse tracks (up to the time of their end); late note-offs are added for the notes that never end."""
    from symusic.core import ScoreTick  # 70 ms, and only reading needs it

    everything = wanted is not None and wanted.all_channels
    channels = _ALL_CHANNELS if everything else _DRUM_CHANNELS
    times = 1
    while times <= _MOST_HANGING:
        try:
            score = ScoreTick.from_midi(_with_late_endings(bodies, ticks_per_quarter, channels, times))
        except (RuntimeError, ValueError, OverflowError, MemoryError) as error:
            raise MidiError(f"{file}: broken: {str(error).removesuffix(': iostream error')}") from error
        parts = [Part(track.name, track.program, track.is_drum, track.notes.numpy()) for track in score.tracks]
        found = DrumParts(parts, [], []) if everything else choose_drums(parts, by_user=wanted is not None)
        if channels is _DRUM_CHANNELS and not (found.drums and all(part.on_drum_channel for part in found.drums)):
            channels = _ALL_CHANNELS
            continue
        hanging = sum(int(np.count_nonzero(part.notes["duration"] >= _LONG_AFTER)) for part in found.drums)
        if hanging < times:
            return Found(score, found, hanging)
        times *= 16
    raise MidiError(f"{file}: broken: thousands of its notes never end")


_NO_NOTES = {key: np.zeros(0, np.int32) for key in ("time", "duration", "pitch", "velocity")}


def table(tables: list[Notes]) -> Notes:
    """The notes of several tables in time order."""
    if len(tables) <= 1:
        return tables[0] if tables else _NO_NOTES
    table = {key: np.concatenate([each[key] for each in tables]) for key in tables[0]}
    order = table["time"].argsort(kind="stable")
    return {key: column[order] for key, column in table.items()}


END_OF_TRACK = b"\xff\x2f\x00"
_LONG_AFTER_BYTES = b"\xc0\x80\x00"  # the same, as MIDI writes it
_EMPTY_TEXT = b"\xff\x01\x00"


@cache
def _late_endings(channels: range, times: int) -> bytes:
    """The end of a track that has note-offs for every note before it, `times` of them, long after the last event."""
    offs = b"".join(
        bytes((0, 0x80 | channel, 0, 0)) + b"".join(bytes((0, note, 0)) for note in range(1, 128))
        for channel in channels
    )
    return _EMPTY_TEXT + _LONG_AFTER_BYTES + _EMPTY_TEXT + offs * times + b"\x00" + END_OF_TRACK


def _with_late_endings(bodies: list[bytes], ticks_per_quarter: int, channels: range, times: int) -> bytes:
    """A file of these tracks, every note ended at last: to a drum, a note that never ends is a stroke."""
    ending = _late_endings(channels, times)
    parts = [struct.pack(">4sIHHH", b"MThd", 6, 1, len(bodies), ticks_per_quarter)]
    for body in bodies:
        parts += [struct.pack(">4sI", b"MTrk", len(body) + len(ending)), body, ending]
    return b"".join(parts)
