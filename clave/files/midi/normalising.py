"""Tracks as they come to tracks as a strict parser wants them.

What people's files hold and MIDI does not allow is read as it was meant: running status that goes on after system
exclusive and meta events, exclusive data in packets, escapes, clocks, times that go back, a missing end. What comes out
is channel events with a status each, tempo, meter and one name a track.
"""

import re
from typing import NamedTuple

from clave.errors import MidiError
from clave.files.midi.rhythm_parts import BankSelect, rhythm_channels

_KIND_OF_BYTE = bytes(0 if byte < 0x80 else 2 if 0xF0 <= byte <= 0xFE else 1 for byte in range(256))
_TIME = rb"(?:[\x80-\xff]{0,2}[\x00-\x7f]|[\x80-\xfe][\x80-\xff]{2}[\x00-\x7f])"
_PAYLOAD = b"|".join(b"\\x%02x.{%d}" % (size, size) for size in range(128))
_STRICT = re.compile(
    rb"(?:TIME(?:[\x80-\xbf\xe0-\xef][\x00-\x7f]{2}(?:TIME[\x00-\x7f]{2})*+|"
    rb"[\xc0-\xdf][\x00-\x7f](?:TIME[\x00-\x7f])*+|\xff[\x00-\x7f](?:PAYLOAD)))*+".replace(b"TIME", _TIME).replace(
        b"PAYLOAD", _PAYLOAD
    ),
    re.DOTALL,
)


def is_plain(body: bytes) -> bool:
    """Whether a strict parser reads these events as they were meant.

    Surely, where no byte can be a system message and nowhere three bytes above 127 follow each other, as in a time that
    goes back; else the grammar decides.
    """
    kinds = body.translate(_KIND_OF_BYTE)
    return (b"\2" not in kinds and b"\1\1\1" not in kinds) or _STRICT.fullmatch(body) is not None


class TrackEvents(NamedTuple):
    """The events of a track, each at its tick; and what is not an event of the score."""

    events: list[tuple[int, bytes]]  # channel events, tempo and meter
    names: list[tuple[int | None, str]]  # each for a channel (from 0), or for the track
    exclusive: list[bytes]  # messages without F0 and F7
    banks: list[BankSelect]
    remarks: list[str]


class Normalised(NamedTuple):
    """Tracks for a strict parser, up to the time of their end; rhythm parts are all on channel 10."""

    tracks: list[bytes]
    remarks: list[str]


def normalise(bodies: list[bytes], ticks_per_quarter: int, file: str, *, channels_as_notes: bool = False) -> Normalised:
    """The same tracks, as a strict parser wants them; MidiError where an event cannot be read.

    With `channels_as_notes`, each channel becomes a note on channel 10: channel 1 note 0, and so on.
    """
    tracks = [_read_track(body, number, file) for number, body in enumerate(bodies, 1)]
    remarks = [remark for track in tracks for remark in track.remarks]
    exclusive = [message for track in tracks for message in track.exclusive]
    drums, reasons = rhythm_channels(exclusive, [bank for track in tracks for bank in track.banks])
    channels = _channels(tracks, drums)
    if channels_as_notes:
        tracks = [track._replace(events=[_by_channel(*event) for event in track.events]) for track in tracks]
    found: list[bytes] = []
    for track in tracks:
        events = _after_the_beginning(track.events, ticks_per_quarter, remarks)
        found += [_written(name, part, channels) for name, part in _by_name(track.names, events)]
    return Normalised(found, [*remarks, *reasons])


def hanging_notes(body: bytes) -> dict[tuple[int, int], int]:
    """How many notes of a track never end, by channel (from 0) and note."""
    sounding: dict[tuple[int, int], int] = {}
    for _, event in _read_track(body, 1, "").events:
        kind, note = event[0] & 0xF0, (event[0] & 15, event[1])
        if kind == 0x90 and event[2]:
            sounding[note] = sounding.get(note, 0) + 1
        elif kind in (0x80, 0x90) and sounding.get(note):
            sounding[note] -= 1
    return sounding


# Reading


class _CutError(Exception):
    """The track ends within an event."""


def _read_track(body: bytes, number: int, file: str) -> TrackEvents:
    reader = _TrackReader(body, f"track {number}", file)
    try:
        while reader.at < len(body) and not reader.ended:
            reader.take_event()
    except _CutError:
        reader.remark("the last event of {} is cut off: left out")
    else:
        if not reader.ended:
            reader.remark("{} has no end of track: read to its last byte")
    if reader.ended and reader.at < len(body):
        reader.remark(f"{len(body) - reader.at} bytes after the end of {{}} left out")
    return reader.found()


_NAMES = (0x03, 0x04, 0x08, 0x09)  # of the track, its instrument, its program, its device
_FARTHEST_BACK = 1 << 21  # ticks: a thousand bars
_SYSTEM_DATA = {0xF1: 1, 0xF2: 2, 0xF3: 1}  # bytes that follow


class _TrackReader:
    """Reads the events of a track one after another."""

    def __init__(self, body: bytes, name: str, file: str) -> None:
        self.body, self.name, self.file = body, name, file
        self.at = self.tick = self.status = 0
        self.ended = False
        self._track = TrackEvents([], [], [], [], [])
        self._names: dict[int | None, dict[int, str]] = {}
        self._prefix: int | None = None  # the channel that names are for
        self._message: bytearray | None = None  # exclusive data that go on in another packet

    def found(self) -> TrackEvents:
        """All that was read."""
        for channel, names in self._names.items():
            self._track.names.append((channel, " ".join(names[kind] for kind in _NAMES if kind in names)))
        return self._track

    def remark(self, text: str) -> None:
        self._track.remarks.append(text.format(self.name))

    def take_event(self) -> None:
        """The next event; its status goes on, whatever other events lie between."""
        delta = self._time()
        if delta < 0:
            self.remark(f"a time of {delta} ticks in {{}}: read as a step back")
        self.tick += delta
        byte = self._byte()
        if byte < 0x80:
            self.at -= 1
            self._channel_event()
        elif byte < 0xF0:
            self.status = byte
            self._channel_event()
        elif byte == 0xFF:
            self._meta_event(self._byte(), self._sized())
        elif byte in (0xF0, 0xF7):
            self._packet(byte, self._exclusive() if byte == 0xF0 else self._sized())
        else:
            self.at += _SYSTEM_DATA.get(byte, 0)
            self.remark(f"system messages (0x{byte:X}) in {{}} left out")

    def _channel_event(self) -> None:
        status = self.status
        if not status:
            raise MidiError(f"{self.file}: broken: the first event of {self.name} has no status")
        end = self.at + (1 if 0xC0 <= status < 0xE0 else 2)
        event = self.body[self.at : end]
        if not event.isascii():
            raise MidiError(f"{self.file}: broken: data of {max(event)}, which is above 127, in {self.name}")
        if end > len(self.body):
            raise _CutError
        self.at = end
        self._track.events.append((self.tick, bytes((status,)) + event))
        if status & 0xF0 == 0xB0 and event[0] == 0:
            self._track.banks.append(BankSelect(status & 15, event[1]))

    def _meta_event(self, kind: int, payload: bytes) -> None:
        self.ended = kind == 0x2F
        if kind == 0x20 and payload:
            self._prefix = payload[0] & 15
        elif kind in _NAMES and (text := text_of(payload)):
            self._names.setdefault(self._prefix, {}).setdefault(kind, text)
        elif (kind == 0x51 and len(payload) == 3) or (kind == 0x58 and 2 <= len(payload) < 0x80):
            self._track.events.append((self.tick, bytes((0xFF, kind, len(payload))) + payload))

    def _packet(self, status: int, payload: bytes) -> None:
        """Exclusive data, whole or a part; an escape outside of such data says nothing about the score."""
        if status == 0xF0:
            self._message = bytearray()
        if self._message is not None:
            self._message += payload
            if payload.endswith(b"\xf7"):
                self._track.exclusive.append(bytes(self._message[:-1]))
                self._message = None

    def _exclusive(self) -> bytes:
        """The data of an exclusive message. Where those of its size hold a status, it has none and goes to its F7."""
        first = self.at
        try:
            payload = self._sized()
            if payload.removesuffix(b"\xf7").isascii():
                return payload
        except _CutError:
            payload = b""
        end = self.body.find(b"\xf7", first) + 1
        if not end or not self.body[first : end - 1].isascii():
            self.at = first
            return self._sized()
        self.at = end
        self.remark("an exclusive message in {} has no size: read to its end")
        return self.body[first:end]

    def _byte(self) -> int:
        if self.at >= len(self.body):
            raise _CutError
        self.at += 1
        return self.body[self.at - 1]

    def _number(self) -> int:
        """A number of variable length."""
        value = 0
        while True:
            byte = self._byte()
            value = value << 7 | byte & 127
            if byte < 0x80:
                return value

    def _time(self) -> int:
        """A time since the event before. One below zero is written as 28 or 32 bits wrap it."""
        first = self.at
        value = self._number()
        if self.at - first > 4:
            return (value + (1 << 31)) % (1 << 32) - (1 << 31)
        return value - (1 << 28) if value > (1 << 28) - _FARTHEST_BACK else value

    def _sized(self) -> bytes:
        size = self._number()
        if self.at + size > len(self.body):
            raise _CutError
        self.at += size
        return self.body[self.at - size : self.at]


def text_of(payload: bytes) -> str:
    """A name in the first encoding that fits: UTF-8, Shift-JIS where two bytes make a kana or kanji, Latin-1."""
    for encoding in ("utf-8", "shift_jis"):
        try:
            text = payload.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or any(letter > "\u3040" and letter < "\uff00" for letter in text):
            return text.strip("\0 ")
    return payload.decode("latin-1").strip("\0 ")


# Writing


def _after_the_beginning(
    events: list[tuple[int, bytes]], ticks_per_quarter: int, remarks: list[str]
) -> list[tuple[int, bytes]]:
    """Events in time order from tick 0 on: a note up to half a 16th earlier is moved there, others are left out."""
    if all(tick >= 0 for tick, _ in events):
        ticks = [tick for tick, _ in events]
        return events if ticks == sorted(ticks) else sorted(events, key=lambda event: event[0])
    kept: list[tuple[int, bytes]] = []
    left_out = 0
    for tick, event in sorted(events, key=lambda event: event[0]):
        struck = event[0] & 0xF0 == 0x90 and event[2] > 0
        if struck and tick < -ticks_per_quarter // 8:
            left_out += 1
        else:
            kept.append((max(tick, 0), event))
    if left_out:
        remarks.append(f"{left_out} notes before the beginning left out")
    return kept


def _channels(tracks: list[TrackEvents], drums: set[int]) -> bytes:
    """The channel that each of the 16 is written on: rhythm parts on 10; a 10 that plays melodies, on a free one."""
    used = {event[0] & 15 for track in tracks for _, event in track.events if event[0] < 0xF0}
    free = next((channel for channel in range(16) if channel not in used | {9}), 15)
    return bytes(9 if channel in drums else free if channel == 9 else channel for channel in range(16))


def _by_channel(tick: int, event: bytes) -> tuple[int, bytes]:
    status = event[0]
    if status & 0xE0 != 0x80:
        return tick, event
    return tick, bytes((status & 0xF0 | 9, status & 15, event[2]))


def _by_name(
    names: list[tuple[int | None, str]], events: list[tuple[int, bytes]]
) -> list[tuple[str, list[tuple[int, bytes]]]]:
    """A track as it is, with its name; or a track for each channel, where channels have names of their own."""
    of_track = next((name for channel, name in names if channel is None), "")
    of_channel = {channel: name for channel, name in names if channel is not None}
    if len(of_channel) <= 1:
        return [(of_track or next(iter(of_channel.values()), ""), events)]
    parts: dict[int, list[tuple[int, bytes]]] = {}
    for tick, event in events:
        parts.setdefault(-1 if event[0] == 0xFF else event[0] & 15, []).append((tick, event))
    return [(of_channel.get(channel, of_track), part) for channel, part in parts.items()]


def _written(name: str, events: list[tuple[int, bytes]], channels: bytes) -> bytes:
    text = name.encode()
    found = [b"\0\xff\x03", length_bytes(len(text)), text] if text else []
    now = 0
    for tick, event in events:
        status = event[0]
        found.append(length_bytes(tick - now))
        found.append(event if status == 0xFF else bytes((status & 0xF0 | channels[status & 15],)) + event[1:])
        now = tick
    return b"".join(found) + b"\0"


def length_bytes(value: int) -> bytes:
    """A number in the variable length of MIDI."""
    if value < 0x80:
        return bytes((value,))
    found = [value & 0x7F]
    while value := value >> 7:
        found.append(value & 0x7F | 0x80)
    return bytes(reversed(found))
