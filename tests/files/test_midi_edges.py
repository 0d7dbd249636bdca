"""Where MIDI files begin and end: tick 0, channel 16, the last tick of a note; by examples counted by hand."""

import io
import struct

import mido
import numpy as np
import pytest

from clave.errors import MidiError
from clave.files import midi
from clave.files.midi.chunks import _end_of_riff
from clave.files.midi.normalising import _after_the_beginning, _by_channel, _channels, _TrackReader, hanging_notes
from clave.files.midi.rhythm_parts import BankSelect, rhythm_channels
from clave.files.midi.writing import MidiNotes, compose, file_bytes
from clave.music.kit import VOICES
from clave.music.pattern import Pattern

KICK_ON, KICK_OFF = bytes((0x99, 36, 100)), bytes((0x89, 36, 64))


def written(notes: MidiNotes, lead_in_ticks: int = 0) -> list[tuple[int, str, int]]:
    """Tick, type and note of what `compose` writes on its second track."""
    data = file_bytes(compose(notes, [(0, (4, 4))], [(0, 120.0)], 1920, lead_in_ticks))
    track, tick, found = mido.MidiFile(file=io.BytesIO(data)).tracks[1], 0, []
    for message in track:
        tick += message.time
        if message.type in ("note_on", "note_off"):
            found.append((tick, message.type, message.note))
    return found


def kicks(*spans: tuple[int, int]) -> MidiNotes:
    start, end = np.array(spans, np.int64).T
    return MidiNotes(np.zeros(len(spans), np.int64), start, end, np.full(len(spans), 0.9))


def test_a_note_that_begins_before_the_file_begins_with_it_and_ends_when_it_did() -> None:
    note = VOICES[0].note
    assert written(kicks((-30, 20))) == [(0, "note_on", note), (20, "note_off", note)]
    assert written(kicks((-30, -10))) == [(0, "note_on", note), (0, "note_off", note)]  # and never before it began
    assert written(kicks((-30, 20)), lead_in_ticks=10) == [(0, "note_on", note), (30, "note_off", note)]
    assert written(kicks((-30, 20)), lead_in_ticks=40) == [(10, "note_on", note), (60, "note_off", note)]


def test_a_note_ends_where_the_next_of_its_voice_begins_also_at_the_beginning() -> None:
    note = VOICES[0].note
    assert written(kicks((-30, 50), (-10, 40))) == [
        (0, "note_on", note), (0, "note_off", note), (0, "note_on", note), (40, "note_off", note),
    ]  # fmt: skip
    assert [tick for tick, _, _ in written(kicks((100, 150), (120, 160)))] == [100, 120, 120, 160]


def test_which_notes_begin_before_a_tick() -> None:
    notes = kicks((-1, 5), (0, 5), (3, 5))
    assert [notes.before(tick) for tick in (-1, 0, 1, 4)] == [0, 1, 2, 3]


def test_events_up_to_half_a_16th_before_the_beginning_come_at_tick_0() -> None:
    remarks: list[str] = []
    events = [(-61, KICK_ON), (-60, KICK_ON), (-1, KICK_OFF), (0, KICK_ON), (7, KICK_OFF)]  # 480 / 8 = 60
    kept = _after_the_beginning(events, 480, remarks)
    assert kept == [(0, KICK_ON), (0, KICK_OFF), (0, KICK_ON), (7, KICK_OFF)]
    assert remarks == ["1 notes before the beginning left out"]


def test_what_is_no_stroke_is_kept_however_early() -> None:
    remarks: list[str] = []
    silent, tempo = bytes((0x99, 36, 0)), b"\xff\x51\x03\x07\xa1\x20"
    early = [(-500, tempo), (-400, silent), (-300, KICK_OFF)]
    assert _after_the_beginning(early, 480, remarks) == [(0, tempo), (0, silent), (0, KICK_OFF)]
    assert remarks == []


def test_events_out_of_order_come_in_order() -> None:
    events = [(10, KICK_ON), (0, KICK_OFF)]
    assert _after_the_beginning(events, 480, []) == [(0, KICK_OFF), (10, KICK_ON)]


def track_on(*channels: int) -> _TrackReader:
    """A track with a note on each of these channels, counted from 0."""
    body = b"".join(b"\x00" + bytes((0x90 | channel, 36, 100)) for channel in channels)
    reader = _TrackReader(body, "track 1", "a.mid")
    for _ in channels:
        reader.take_event()
    return reader


def test_melodies_on_channel_10_go_to_the_first_channel_that_is_free() -> None:
    used = track_on(0, 1, 3).found()
    assert list(_channels([used], drums=set())) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 2, 10, 11, 12, 13, 14, 15]
    assert list(_channels([used], drums={9}))[9] == 9


def test_where_no_channel_is_free_they_go_to_channel_16() -> None:
    all_but_10 = track_on(*(channel for channel in range(16) if channel != 9)).found()
    assert list(_channels([all_but_10], drums=set()))[9] == 15
    all_but_16 = track_on(*range(15)).found()
    assert list(_channels([all_but_16], drums=set()))[9] == 15


def test_channel_16_may_be_the_drums() -> None:
    xg = bytes((0x43, 0x10, 0x4C, 0x08, 15, 0x07, 1))
    drums, reasons = rhythm_channels([xg], [])
    assert drums == {9, 15}
    assert reasons == ["channel 16 is a rhythm part by a message of XG: read as drums"]
    assert list(_channels([track_on(15).found()], drums))[15] == 9
    beyond = bytes((0x43, 0x10, 0x4C, 0x08, 15, 0x04, 16))  # "hears no channel"
    assert rhythm_channels([xg, beyond], [])[0] == {9, 15}


def test_drums_on_channel_16_are_read() -> None:
    body = b"".join(b"\x00" + bytes((0x9F, 36, 100)) + b"\x78" + bytes((0x8F, 36, 64)) for _ in range(4))
    said = b"\x00\xf0\x08\x43\x10\x4c\x08\x0f\x07\x01\xf7"
    track = said + body + b"\x00\xff\x2f\x00"
    data = b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + b"MTrk" + struct.pack(">I", len(track)) + track
    (pattern,) = midi.read(data).patterns
    assert np.flatnonzero(pattern.hits[0]).tolist() == [0, 4, 8, 12]


@pytest.mark.parametrize(("channel", "note"), [(1, 0), (10, 9), (16, 15)])
def test_each_channel_is_a_note_where_channels_are_read_as_tracks(channel: int, note: int) -> None:
    for kind in (0x80, 0x90):
        assert _by_channel(5, bytes((kind | channel - 1, 60, 99))) == (5, bytes((kind | 9, note, 99)))
    bend, tempo = bytes((0xE0 | channel - 1, 0, 64)), b"\xff\x51\x03\x07\xa1\x20"
    assert [_by_channel(5, event)[1] for event in (bend, tempo)] == [bend, tempo]


def test_notes_that_hang_are_counted_by_channel_and_note() -> None:
    on, off, silent = (bytes((status, 36, velocity)) for status, velocity in ((0x99, 9), (0x89, 9), (0x99, 0)))
    other, stray = bytes((0x9F, 40, 1)), bytes((0x89, 40, 1))
    body = b"".join(b"\x00" + event for event in (off, on, on, on, off, silent, other, stray))
    assert {key: count for key, count in hanging_notes(body).items() if count} == {(9, 36): 1, (15, 40): 1}


def test_a_time_of_four_bytes_is_a_step_back_only_within_a_thousand_bars() -> None:
    def time(*data: int) -> int:
        return _TrackReader(bytes(data), "track 1", "a.mid")._time()

    assert time(0x00) == 0
    assert time(0x81, 0x48) == 200
    assert time(0xFF, 0xFF, 0xFF, 0x7F) == -1  # 28 bits
    assert time(0xFF, 0x80, 0x80, 0x01) == 1 - (1 << 21)
    assert time(0xFF, 0x80, 0x80, 0x00) == (1 << 28) - (1 << 21)
    assert time(0x8F, 0xFF, 0xFF, 0xFF, 0x7F) == -1  # 32 bits
    assert time(0x87, 0xFF, 0xFF, 0xFF, 0x7F) == (1 << 31) - 1
    assert time(0x88, 0x80, 0x80, 0x80, 0x00) == -(1 << 31)


def events_of(*metas: bytes) -> list[bytes]:
    """What a reader keeps of these meta events, each at no delta."""
    reader = _TrackReader(b"".join(b"\x00\xff" + meta for meta in metas), "track 1", "a.mid")
    for _ in metas:
        reader.take_event()
    return [event for _, event in reader.found().events]


def test_a_tempo_has_three_bytes_and_a_meter_two_or_more() -> None:
    tempo, meter, short_meter = b"\x51\x03\x07\xa1\x20", b"\x58\x04\x04\x02\x18\x08", b"\x58\x02\x03\x02"
    assert events_of(tempo, meter, short_meter) == [b"\xff" + each for each in (tempo, meter, short_meter)]
    assert events_of(b"\x51\x02\x07\xa1", b"\x51\x04\x00\x07\xa1\x20", b"\x58\x01\x04", b"\x01\x03abc") == []


@pytest.mark.parametrize(
    ("message", "drums"),
    [
        ("43104c080a017f", {9, 10}),  # part 11 has the bank of drums
        ("43104c080a017e", {9}),
        ("43104c080a0700", {9}),
        ("43104c080f0701", {9, 15}),
        ("43104c08100701", {9}),  # there is no part 17
        ("43104c080a05000001", {9, 10}),  # three values from address 5 on: the third is the mode
        ("43104c0a0a0701", {9}),  # not a part
        ("43204c080a0701", {9}),  # a request
        ("43104c080a07", {9}),  # without a value
        ("42104c080a0701", {9}),  # another maker
        ("41104212401a15020f", {9, 10}),
        ("41104212401a15000f", {9}),
        ("4110421240101500 1b", set()),  # block 0 is part 10, and plays melodies
        ("41104212501a15020f", {9}),  # not a part
        ("41104212402a15020f", {9}),
        ("41104212401a1502", {9}),  # without a checksum
    ],
)
def test_parts_become_drums_by_the_messages_of_their_makers(message: str, drums: set[int]) -> None:
    assert rhythm_channels([bytes.fromhex(message)], [])[0] == drums


def test_banks_of_drums_are_120_and_127_but_not_of_a_gs_module_and_121_is_none_in_gm2() -> None:
    gm2, gs = bytes.fromhex("7e7f0903"), bytes.fromhex("41104212401b1500 00")
    banks = {bank: rhythm_channels([], [BankSelect(3, bank)])[0] for bank in (119, 120, 121, 126, 127)}
    assert banks == {119: {9}, 120: {3, 9}, 121: {9}, 126: {9}, 127: {3, 9}}
    assert rhythm_channels([gs], [BankSelect(3, 127)])[0] == {9}
    assert rhythm_channels([], [BankSelect(9, 121)])[0] == {9}
    assert rhythm_channels([gm2], [BankSelect(9, 121)])[0] == set()


def test_bars_that_are_read_cannot_be_changed() -> None:
    (pattern,) = midi.read(midi.to_bytes([Pattern.from_hits(np.eye(8, 64))])).patterns
    for array in (pattern.velocity, pattern.offset):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 0.5


def test_the_midi_file_in_a_riff_ends_where_its_size_says_if_that_can_be() -> None:
    inner = midi.to_bytes([Pattern.from_hits(np.eye(8, 64))])
    start = 20
    for size, end in ((len(inner), start + len(inner)), (13, None), (14, start + 14), (len(inner) + 9, None)):
        data = b"RIFF" + bytes(4) + b"RMIDdata" + struct.pack("<I", size) + inner + b"LIST" + bytes(4)
        assert _end_of_riff(data, start) == (len(data) if end is None else end)
    assert _end_of_riff(b"RIFF" + bytes(4) + b"RMIDnope" + struct.pack("<I", 14) + inner, start) == start + len(inner)
    whole = b"RIFF" + bytes(4) + b"RMIDdata" + struct.pack("<I", len(inner)) + inner + b"LIST" + bytes(4)
    assert midi.read(whole).patterns == midi.read(inner).patterns
    (remark,) = midi.read(whole).report.remarks
    assert remark == "20 bytes of RIFF (RMID) data before the MIDI header left out"


def test_what_follows_the_tracks_is_left_out_and_said() -> None:
    inner = midi.to_bytes([Pattern.from_hits(np.eye(8, 64))])
    reading = midi.read(inner + b"\0\0\0")
    assert reading.patterns == midi.read(inner).patterns
    assert any(remark.startswith("3 bytes after the end of track") for remark in reading.report.remarks)


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (struct.pack(">HHH", 3, 1, 480), "format 0, 1 or 2, got 3"),
        (struct.pack(">HHH", 1, 1, 0), "0 ticks per quarter"),
        (struct.pack(">HHH", 1, 1, 0xE728), "SMPTE frames, 25 a second"),
    ],
)
def test_a_header_that_gives_no_places_in_time_is_refused(head: bytes, says: str) -> None:
    track = b"\x00\x99\x24\x64\x78\x89\x24\x40\x00\xff\x2f\x00"
    data = b"MThd" + struct.pack(">I", 6) + head + b"MTrk" + struct.pack(">I", len(track)) + track
    with pytest.raises(MidiError, match=says):
        midi.read(data)


def test_bars_are_written_straight_at_120_with_their_feel_and_no_lead_in_unless_said_otherwise() -> None:
    bars = [Pattern.from_hits(np.eye(8, 64), offset=np.full((8, 64), 0.5))]
    assert midi.to_bytes(bars) == midi.to_bytes(bars, 120, 0.5, False, 0)
