"""Where the tracks of a MIDI file lie, whatever its chunks claim: plain layouts at once, others with a remark."""

import re
import struct
from typing import NamedTuple

from clave.errors import MidiError

_END_OF_TRACK = b"\xff\x2f\x00"
_HEADER = b"MThd"
_TRACK = b"MTrk"
_CHUNK_NAME = re.compile(rb"[A-Za-z][A-Za-z0-9 ]{3}")
MAX_TRACKS = 1024  # what has more is broken, or made to take time and memory
_FARTHEST_HEADER = 4096  # bytes that may stand before it: RIFF's, MacBinary's, a mail's


class Layout(NamedTuple):
    """The header of a file and where its tracks lie."""

    format: int
    ticks_per_quarter: int
    tracks: list[tuple[int, int]]  # from the first event to after the last; those of a plain file are exact
    plain: bool  # the chunks are as they should be, each with one end of track, at its end
    remarks: list[str]


def layout_of(data: bytes, file: str) -> Layout:
    """The layout of a file; MidiError for what is no MIDI file, has no ticks per quarter, or ends within a track."""
    if not data:
        raise MidiError(f"{file}: empty, 0 bytes")
    remarks: list[str] = []
    start = 0 if data.startswith(_HEADER) else data.find(_HEADER, 0, _FARTHEST_HEADER)
    if start < 0 or len(data) < start + 14:
        raise MidiError(f"{file}: not a MIDI file; one begins with MThd and a header of 14 bytes, got {data[:4]!r}")
    size, form, count, division = struct.unpack_from(">IHHH", data, start + 4)
    _check_header(form, division, file)
    end = len(data)
    if start:
        end = _end_of_riff(data, start)
        wrapper = "RIFF (RMID)" if data.startswith(b"RIFF") else "other"
        remarks.append(f"{start} bytes of {wrapper} data before the MIDI header left out")
    at = start + 14
    if size != 6:
        remarks.append(f"the header claims {size} bytes; MIDI has 6")
        first = start + 8 + size
        at = first if size > 6 and data.startswith(_TRACK, first) else data.find(_TRACK, start + 12)
        at = at if at >= 0 else end
    tracks = None if remarks else _plain_tracks(data, at)
    plain = tracks is not None
    if tracks is None:
        tracks = _lenient_tracks(data, at, end, file, remarks)
    if len(tracks) > MAX_TRACKS:
        raise MidiError(f"{file}: has {len(tracks)} tracks; at most {MAX_TRACKS} are read")
    if len(tracks) != count:
        remarks.append(f"the header counts {count} tracks, the file has {len(tracks)}")
    if form == 0 and len(tracks) > 1:
        remarks.append(f"format 0 has one track, the file has {len(tracks)}: read together")
        form = 1
    return Layout(form, division, tracks, plain, remarks)


def _check_header(form: int, division: int, file: str) -> None:
    if form > 2:
        raise MidiError(f"{file}: a MIDI file has format 0, 1 or 2, got {form}")
    if division & 0x8000:
        raise MidiError(f"{file}: counts SMPTE frames, {256 - (division >> 8)} a second; Clave needs ticks per quarter")
    if division == 0:
        raise MidiError(f"{file}: has 0 ticks per quarter, so nothing in it has a place in time")


def _end_of_riff(data: bytes, start: int) -> int:
    """Where the MIDI file in a RIFF wrapper ends; without a believable size, where the file does."""
    size = int.from_bytes(data[start - 4 : start], "little") if data[start - 8 : start - 4] == b"data" else 0
    return start + size if 14 <= size <= len(data) - start else len(data)


def _plain_tracks(data: bytes, at: int) -> list[tuple[int, int]] | None:
    """The tracks of a file whose chunks are all as they should be, other kinds left out; else None."""
    found: list[tuple[int, int]] = []
    while at + 8 <= len(data):
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
        if data.startswith(_TRACK, at):
            if data.find(_END_OF_TRACK, at + 8, end) != end - 3 or data.find(_TRACK, at + 8, end) >= 0:
                return None
            found.append((at + 8, end))
        elif not _CHUNK_NAME.match(data, at):
            return None
        at = end
    return found if at == len(data) else None


def _lenient_tracks(data: bytes, at: int, end: int, file: str, remarks: list[str]) -> list[tuple[int, int]]:
    """Where tracks begin and at most end: each track's own end of track says where it ends, not its size."""
    found: list[tuple[int, int]] = []
    while at + 8 <= end:
        claimed = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
        fits = claimed == end or (claimed < end and _CHUNK_NAME.match(data, claimed) is not None)
        if not data.startswith(_TRACK, at):
            follows = claimed if fits and _CHUNK_NAME.match(data, at) else data.find(_TRACK, at, end)
            follows = follows if follows >= 0 else end
            if not (fits and _CHUNK_NAME.match(data, at)):
                remarks.append(f"{follows - at} bytes between or after the tracks left out")
            at = follows
            continue
        following = data.find(_TRACK, at + 8, end)
        limit = following if following >= 0 else end
        if fits and claimed <= limit:
            limit = claimed
        elif claimed > end and data.find(_END_OF_TRACK, at + 8, limit) < 0:
            raise MidiError(
                f"{file}: broken: track {len(found) + 1} claims {claimed - at - 8} bytes, "
                f"but the file ends after {end - at - 8}"
            )
        else:
            remarks.append(f"track {len(found) + 1} claims {claimed - at - 8} bytes: its size is wrong")
        found.append((at + 8, limit))
        at = limit
    if at < end and not found:
        raise MidiError(f"{file}: broken: ends within the head of its first track")
    if end - at > 0:
        remarks.append(f"{end - at} bytes after the tracks left out")
    return found
