"""Tracks to notes by symusic, a strict parser, with the notes kept that never end."""

import struct
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from clave.errors import MidiError
from clave.files.midi.drum_map import DRUM_CHANNEL, DrumMap
from clave.files.midi.drum_tracks import DrumParts, Notes, Part, choose_drums
from clave.files.midi.normalising import hanging_notes

if TYPE_CHECKING:
    from symusic.core import ScoreTick

_DRUM_CHANNELS = range(DRUM_CHANNEL - 1, DRUM_CHANNEL)  # as MIDI counts, from 0
_ALL_CHANNELS = range(16)
_LONG_AFTER = 1 << 20  # ticks: longer than any drum note, well within what symusic counts to
_MANY_TRACKS = 256  # with more, an end for every note there is would be most of the file
MAX_PARTS = 4096  # tracks x the channels that each of them plays on: each costs time, whatever it holds


class Found(NamedTuple):
    """A parsed sequence."""

    score: "ScoreTick"
    parts: DrumParts
    hanging: int  # drum notes that never end


def parse_strictly(bodies: list[bytes], ticks_per_quarter: int, file: str, wanted: DrumMap | None) -> Found:
    """Parse tracks (up to the time of their end); late note-offs are added for the notes that never end.

    At first each track ends every note once, which costs little; where notes still hang, as many as it needs.
    """
    from symusic.core import ScoreTick  # 70 ms, and only reading needs it

    everything = wanted is not None and wanted.all_channels
    channels = _ALL_CHANNELS if everything else _DRUM_CHANNELS
    exact = len(bodies) > _MANY_TRACKS
    while True:
        endings = [_exact_ending(body) if exact else _late_ending(channels) for body in bodies]
        try:
            score = ScoreTick.from_midi(_file_of(bodies, endings, ticks_per_quarter))
        except (RuntimeError, ValueError, OverflowError, MemoryError) as error:
            raise MidiError(f"{file}: broken: {str(error).removesuffix(': iostream error')}") from error
        if len(score.tracks) > MAX_PARTS:
            raise MidiError(
                f"{file}: its tracks play on {len(score.tracks)} channels together; at most {MAX_PARTS} are read"
            )
        parts = [Part(track.name, track.program, track.is_drum, track.notes.numpy()) for track in score.tracks]
        found = DrumParts(parts, [], []) if everything else choose_drums(parts, by_user=wanted is not None)
        if channels is _DRUM_CHANNELS and not (found.drums and all(part.on_drum_channel for part in found.drums)):
            channels = _ALL_CHANNELS
            continue
        hanging = sum(int(np.count_nonzero(part.notes["duration"] >= _LONG_AFTER)) for part in found.drums)
        if exact or not hanging:
            return Found(score, found, hanging)
        exact = True


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
def _late_ending(channels: range) -> bytes:
    """The end of a track that has a note-off for every note before it, long after the last event."""
    return _ended(
        bytes((0, 0x80 | channel, 0, 0)) + b"".join(bytes((0, note, 0)) for note in range(1, 128))
        for channel in channels
    )


def _exact_ending(body: bytes) -> bytes:
    """The same, with as many note-offs as notes of this track hang."""
    return _ended(bytes((0, 0x80 | channel, note, 0)) * count for (channel, note), count in hanging_notes(body).items())


def _ended(offs: Iterable[bytes]) -> bytes:
    return _EMPTY_TEXT + _LONG_AFTER_BYTES + _EMPTY_TEXT + b"".join(offs) + b"\x00" + END_OF_TRACK


def _file_of(bodies: list[bytes], endings: list[bytes], ticks_per_quarter: int) -> bytes:
    """A file of these tracks, every note ended at last: to a drum, a note that never ends is a stroke."""
    parts = [struct.pack(">4sIHHH", b"MThd", 6, 1, len(bodies), ticks_per_quarter)]
    for body, ending in zip(bodies, endings, strict=True):
        parts += [struct.pack(">4sI", b"MTrk", len(body) + len(ending)), body, ending]
    return b"".join(parts)
