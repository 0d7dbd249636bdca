"""MIDI files as people's tools write them: each kind of trouble is made here, and reads as the plain beat."""

import re
import struct
from pathlib import Path

import numpy as np
import pytest
from midi_files import midi_file, note, notes

from clave.app.cli.drum_map import drum_map
from clave.errors import MidiError
from clave.files import midi
from clave.files.midi.chunks import layout_of
from clave.files.midi.map_editing import notes_used
from clave.files.midi.normalising import is_plain, length_bytes, normalise, text_of
from clave.files.midi.rhythm_parts import BankSelect, rhythm_channels
from clave.music.kit import VOICES

END = b"\x00\xff\x2f\x00"
ON, OFF = b"\x24\x64", b"\x24\x00"  # a kick


def file_of(*bodies, form=1, count=None, header=b"", sizes=None):
    data = b"MThd" + struct.pack(">IHHH", 6 + len(header), form, len(bodies) if count is None else count, 480) + header
    for number, body in enumerate(bodies):
        data += b"MTrk" + struct.pack(">I", len(body) if sizes is None else sizes[number]) + body
    return data


def beat(channel=10, extra=b"", number=b"\x24"):
    """Four kicks, a quarter apart, as one byte after another; `extra` stands after the second note-on, at no delta."""
    on, off = bytes((0x90 | channel - 1,)), bytes((0x80 | channel - 1,))
    stroke = on + number + b"\x64\x3c" + off + number + b"\x40"
    middle = on + number + b"\x64" + extra + b"\x3c" + off + number + b"\x40"
    return b"\x00" + stroke + b"\x83\x24" + middle + b"\x83\x24" + stroke + b"\x83\x24" + stroke


def running(extra):
    """The same by running status from the first note on."""
    return (
        b"\x00\x99"
        + ON
        + b"\x3c"
        + OFF
        + b"\x83\x24"
        + ON
        + extra
        + b"\x3c"
        + OFF
        + b"\x83\x24"
        + ON
        + b"\x3c"
        + OFF
        + (b"\x83\x24" + ON + b"\x3c" + OFF)
    )


def steps(reading, voice=0):
    return [np.flatnonzero(pattern.hits[voice]).tolist() for pattern in reading.patterns]


KICKS = [[0, 16, 32, 48]]


@pytest.mark.parametrize("body", [beat, lambda extra: running(extra)], ids=["status", "running"])
@pytest.mark.parametrize(
    "extra",
    [
        b"\x00\xf0\x05\x7e\x7f\x09\x01\xf7",
        b"\x00\xf0\x03\x43\x12\x00\x00\xf7\x02\x43\xf7",
        b"\x00\xf7\x02\xf3\x01",
        b"\x00\xff\x01\x03abc",
        b"\x00\xf8",
        b"\x00\xf2\x01\x02\x00\xfe",
        b"\x00\xf0\x43\x10\x4c\x00\x00\x7e\x00\xf7",  # without a size
        b"\x00\xff\x7f\x04\x99\x24\x64\x00",
    ],
    ids=["sysex", "packets", "escape", "text", "clock", "song position", "no size", "notes in a meta event"],
)
def test_what_stands_between_notes_moves_none(body, extra):
    reading = midi.read(file_of(body(extra=extra) + END))
    assert steps(reading) == KICKS
    assert not any(pattern.offset.any() for pattern in reading.patterns)


GOOD = beat() + END
SNARES = b"\x00\x99\x26\x64\x3c\x89\x26\x40" + END


@pytest.mark.parametrize(
    ("data", "remark"),
    [
        (b"RIFF\x00\x00\x00\x00RMIDdata" + struct.pack("<I", len(file_of(GOOD))) + file_of(GOOD) + b"\0", "RMID"),
        (file_of(GOOD, header=b"\0\0"), "header claims 8"),
        (file_of(GOOD, count=5), "counts 5 tracks"),
        (file_of(GOOD, SNARES, count=1), "counts 1 track"),
        (file_of(GOOD, SNARES, sizes=[len(GOOD) + 3, len(SNARES)]), "size is wrong"),
        (file_of(GOOD, SNARES, sizes=[len(GOOD) - 5, len(SNARES)]), "size is wrong"),
        (file_of(GOOD, SNARES, sizes=[0, 0]), "size is wrong"),
        (file_of(GOOD, SNARES, sizes=[len(GOOD), 9999]), "size is wrong"),
        (file_of(GOOD) + b"junk at the end", "after the tracks"),
        (file_of(b"\0", form=0)[:-9] + file_of(beat())[14:], "no end of track"),
        (file_of(GOOD + b"\0\0"), "2 bytes after the end"),
        (file_of(GOOD, SNARES, form=0), "format 0 has one track"),
    ],
)
def test_chunks_are_read_whatever_they_claim_with_a_remark(data, remark):
    reading = midi.read(data)
    assert steps(reading) == KICKS
    assert any(remark in each for each in reading.report.remarks), reading.report.remarks
    if SNARES in data:
        assert steps(reading, 1) == [[0]]


def test_chunks_of_other_kinds_need_no_remark():
    data = file_of(GOOD)
    reading = midi.read(data[:14] + b"XFIH" + struct.pack(">I", 3) + b"abc" + data[14:])
    assert (steps(reading), reading.report.remarks) == (KICKS, ())


@pytest.mark.parametrize("back", [b"\x8f\xff\xff\xff\x00", b"\xff\xff\xff\x00"], ids=["32 bits", "28 bits"])
def test_a_time_below_zero_steps_back(back):
    early = back + b"\x99\x24\x64\x3c\x89\x24\x40\x44"  # at -128, over at -68; the beat begins 68 later, at 0
    reading = midi.read(file_of(early + beat()[1:] + END))
    assert steps(reading) == KICKS
    assert any("-128 ticks" in remark for remark in reading.report.remarks)
    assert any("before the beginning" in remark for remark in reading.report.remarks)


def test_a_track_that_ends_within_an_event_is_read_to_there():
    reading = midi.read(file_of(beat() + b"\x83\x24\x99\x24"))
    assert steps(reading) == KICKS
    assert any("cut off" in remark for remark in reading.report.remarks)
    with pytest.raises(MidiError, match="broken: track 1 claims"):
        midi.read(file_of(GOOD)[:-9])


def test_normalised_tracks_read_as_plain_ones():
    rng = np.random.default_rng(4)
    for _ in range(30):
        ticks = np.unique(rng.integers(0, 40_000, 60)).tolist()
        events = [event for tick in ticks for event in note(tick, int(rng.integers(35, 60)), int(rng.integers(1, 128)))]
        data = midi_file(events)
        [(start, end)] = layout_of(data, "").tracks
        assert is_plain(data[start:end])
        again = file_of(*(body + b"\xff\x2f\x00" for body in normalise([data[start:end]], 480, "").tracks))
        assert midi.read(again).patterns == midi.read(data).patterns


def test_numbers_of_variable_length():
    assert [length_bytes(n) for n in (0, 127, 128, 0x3FFF, 0x4000)] == [
        b"\x00", b"\x7f", b"\x81\x00", b"\xff\x7f", b"\x81\x80\x00",
    ]  # fmt: skip


# Whose notes are drums


def named(name, kind=3):
    return b"\x00\xff" + bytes((kind, len(name))) + name


BASS = b"".join(
    b"\x00\x90" + bytes((number, 100)) + b"\x81\x48\x80" + bytes((number, 64)) for number in (28, 28, 31, 33, 28, 35)
)
DRUMS = b"".join(
    b"\x00" + bytes((0x90, number, 100)) + b"\x00\x90\x2a\x50\x3c" + bytes((0x80, number, 64)) + b"\x81\x34\x80\x2a\x40"
    for number in (36, 38, 36, 38)
)


def test_tracks_on_one_channel_are_told_by_name_or_by_the_shape_of_their_notes():
    for names in ((b"Drums", b"Bass"), (b"", b""), ("ドラム".encode("shift_jis"), b"")):
        data = file_of(*(named(name) + body + END for name, body in zip(names, (DRUMS, BASS), strict=True)))
        reading = midi.read(data)
        assert reading.report.strokes["kick"] == 2
        assert reading.report.notes_on_other_channels == 6
        assert any("channel 10" in remark for remark in reading.report.remarks)


def test_a_bass_is_refused_with_its_program():
    line = BASS.replace(b"\x1c", b"\x24").replace(b"\x1f", b"\x26").replace(b"\x21", b"\x2a").replace(b"\x23", b"\x2b")
    with pytest.raises(MidiError, match=re.escape("program 33 (bass)")):
        midi.read(file_of(b"\x00\xc0\x21" + line + END))


GS = b"\x00\xf0\x0a\x41\x10\x42\x12\x40\x1a\x15\x02\x0f\xf7"
XG = b"\x00\xf0\x08\x43\x10\x4c\x08\x0a\x07\x01\xf7"


@pytest.mark.parametrize(
    "said",
    [GS, XG, b"\x00\xba\x00\x78\x00\xca\x00", b"\x00\xba\x00\x7f\x00\xca\x00"],
    ids=["GS", "XG", "GM2", "XG bank"],
)
def test_rhythm_parts_are_drums_by_messages(said):
    hat = beat(10, number=b"\x2a")
    for data in (file_of(said + beat(11) + END, hat + END), file_of(beat(11) + END, said + hat + END)):
        reading = midi.read(data)
        assert (steps(reading), steps(reading, 2)) == (KICKS, KICKS)
        assert any("channel 11 is a rhythm part" in remark for remark in reading.report.remarks)


def test_a_channel_10_that_plays_melodies_is_none():
    off = bytes.fromhex("411042124010150000")
    assert rhythm_channels([off], [])[0] == set()
    assert rhythm_channels([bytes.fromhex("7e7f0903")], [BankSelect(9, 121)])[0] == set()
    moved = bytes.fromhex("41104212401a020c00")  # part 11 hears channel 13
    assert rhythm_channels([moved, bytes.fromhex("41104212401a150100")], [])[0] == {9, 12}


# What a note means


@pytest.mark.parametrize("channels", [(10, 10, 10), (1, 2, 3)])
@pytest.mark.parametrize("kind", [3, 4])
def test_a_track_of_one_note_is_the_voice_that_its_name_says(channels, kind):
    names = (b"Kick", b"SD", b"HH open")
    bodies = [named(name, kind) + beat(channel, number=b"\x3c") for name, channel in zip(names, channels, strict=True)]
    reading = midi.read(file_of(*(body + END for body in bodies)))
    assert [steps(reading, voice) for voice in (0, 1, 3)] == [KICKS] * 3
    assert any("by the names of tracks" in remark for remark in reading.report.remarks)


def test_a_name_that_says_less_than_the_note_changes_nothing():
    reading = midi.read(file_of(named(b"Hi-hat") + beat(10, number=b"\x2e") + END))
    assert steps(reading, 3) == KICKS
    assert reading.report.remarks == ()


def test_one_note_on_each_channel_is_a_track_of_elektrons():
    reading = midi.read(file_of(*(beat(channel, number=b"\x3c") + END for channel in (1, 2, 9))))
    assert reading.report.drum_map == "elektron-rytm"
    assert [steps(reading, voice) for voice in (0, 1, 2)] == [KICKS] * 3


def test_the_pedal_opens_hi_hats_that_have_one_note():
    pedal = b"\x00\xb9\x04%c"
    body = pedal % 127 + b"\x00" + beat(number=b"\x2a")[1:] + pedal % 0 + b"\x83\x24" + beat(number=b"\x2a")[1:]
    reading = midi.read(file_of(body + END))
    assert (reading.report.strokes["closed hi-hat"], reading.report.strokes["open hi-hat"]) == (4, 4)
    assert any("controller 4" in remark for remark in reading.report.remarks)
    always = midi.read(file_of(pedal % 0 + b"\x00" + beat(number=b"\x2a")[1:] + END))
    assert always.report.strokes["open hi-hat"] == 0  # a pedal that never moves may be none


def test_the_map_is_chosen_by_fit_and_the_fit_is_said():
    hats = [event for step in range(16) for event in note(step * 120, (62, 62, 24, 60)[step % 4])]
    reading = midi.read(midi_file(notes(0, 960) + notes(480, 1440, number=38) + hats))
    assert (reading.report.drum_map, reading.report.drum_map_fit) == ("ezdrummer", 1.0)
    assert reading.report.strokes["open hi-hat"] == 8
    assert any("ezdrummer fits best: it lists 100%" in remark for remark in reading.report.remarks)
    odd = midi.read(midi_file(notes(0) + [event for step in range(16) for event in note(step * 120, 100 + step % 3)]))
    assert odd.report.drum_map_fit == pytest.approx(1 / 17, abs=1e-3)
    assert any("hardly fits" in remark for remark in odd.report.remarks)


def test_every_map_names_its_source_and_gives_eight_voices_or_fewer():
    folder = Path(midi.__file__).parent / "drum_maps"
    assert {path.stem for path in folder.glob("*.toml")} == set(midi.drum_map_names())
    for name in midi.drum_map_names():
        assert (folder / f"{name}.toml").read_text("utf-8").startswith("# ")
        found = midi.load_drum_map(name)
        assert found.name == name
        assert found.voices.max() < len(VOICES)


@pytest.mark.parametrize("encoding", ["utf-8", "shift_jis"])
def test_names_are_read_in_the_encoding_that_fits(encoding):
    assert text_of("ドラム".encode(encoding)) == "ドラム"
    assert text_of("Schlagzeug für Käthe".encode("latin-1")) == "Schlagzeug für Käthe"


# A map of one's own


def test_a_map_of_ones_own_is_written_for_unknown_notes_and_read_back(tmp_path, capsys):
    path, out = tmp_path / "beat.mid", tmp_path / "mine.toml"
    path.write_bytes(midi_file(notes(0, 960) + notes(480, number=99) + notes(240, 720, number=26)))
    base, used = notes_used([path], midi.load_drum_map("general-midi"))
    assert [(use.note, use.strokes, use.voice.name, use.guessed) for use in used] == [
        (26, 2, "snare", True), (36, 2, "kick", False), (99, 1, "cymbal", True),
    ]  # fmt: skip
    drum_map([path], out, "general-midi")
    assert "60%" not in capsys.readouterr().out.replace("40% of 5", "")
    reading = midi.read(path, drum_map=out)
    assert reading.report.strokes == {**dict.fromkeys((v.name for v in VOICES), 0), "kick": 2, "snare": 2, "cymbal": 1}
    assert (reading.report.drum_map, reading.report.notes_not_in_map) == ("mine", {})
    assert all(midi.load_drum_map(out)[n] == base[n] for n in range(128) if base[n])
    with pytest.raises(MidiError, match="new file"):
        drum_map([path], out, None)
