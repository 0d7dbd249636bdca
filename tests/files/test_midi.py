import io
import json
import re
import struct
import tracemalloc
from pathlib import Path

import jaxtyping
import mido
import numpy as np
import pytest
import symusic
from midi_files import meter, midi_file, note, notes, tempo

from clave import midi
from clave.errors import MidiError, RenderError
from clave.files.midi import (
    DrumMap,
    MidiNotes,
    chunks,
    compose,
    detect_drum_map,
    load_drum_map,
    parsing,
    read,
    read_many,
    to_bytes,
    write,
)
from clave.files.midi.drum_map import parse_drum_map
from clave.music.kit import VOICES
from clave.music.pattern import Pattern

BAR = 1920  # ticks of 4/4 at 480 a quarter


def cells(pattern):
    return [(VOICES[s.voice].name, s.step, round(s.offset * 30)) for s in pattern.strokes()]


def only(data, **how):
    """The one pattern of a file."""
    [pattern] = read(data, **how).patterns
    return pattern


def random_bars(rng, count, offsets, meters=((4, 4), (3, 4), (6, 8), (7, 8), (5, 64), (1, 1))):
    """Dense bars with a stroke at both ends, so that none falls away at the ends of a file."""
    bars = []
    for number in range(count):
        bar_meter = meters[rng.integers(len(meters))]
        shape = Pattern.empty(bar_meter).velocity.shape
        hits = rng.random(shape) < rng.choice([0.05, 0.3, 0.9, 1.0])
        hits[0, [0, -1]] = True
        offset = offsets(rng, shape)
        offset[0, [0, -1]] = 0
        if number == 0:
            offset[:, 0] = np.abs(offset[:, 0])
        bars.append(Pattern.from_hits(hits, rng.uniform(0.004, 1, shape), offset, bar_meter))
    return bars


def assert_same(before, after):
    """Same hits, offsets within 1/60 step, velocities within 1/254."""
    assert len(before) == len(after)
    for one, other in zip(before, after, strict=True):
        assert one.meter == other.meter
        np.testing.assert_array_equal(one.hits, other.hits)
        np.testing.assert_allclose(one.offset, other.offset, atol=1 / 60 + 1e-6)
        np.testing.assert_allclose(one.velocity, other.velocity, atol=1 / 254 + 1e-6)


# Drum maps


def test_the_shipped_maps_know_the_standard_kit_and_what_they_differ_in():
    assert set(midi.drum_map_names()) >= {"general-midi", "paper", "td-11"}
    for name in ("general-midi", "paper", "td-11"):
        found = load_drum_map(name)
        assert found.name == name
        expected = {36: "kick", 38: "snare", 42: "closed hi-hat", 44: "closed hi-hat", 46: "open hi-hat", 45: "tom"}
        assert {number: found[number] for number in expected} == expected
        assert (found[49], found[51], found[39]) == ("cymbal", "cymbal", "clap")
    general, td_11, paper = (load_drum_map(name) for name in ("general-midi", "td-11", "paper"))
    assert [general[n] for n in (22, 26, 58, 37, 0)] == [None, None, "other", "other", None]
    assert [td_11[n] for n in (22, 26, 58, 37, 0)] == ["closed hi-hat", "open hi-hat", "tom", "snare", None]
    assert [paper[n] for n in (22, 26, 58, 37, 0)] == ["other", "other", "other", "snare", "other"]
    assert paper.all_channels


def test_the_note_we_write_for_a_voice_is_that_voice_in_general_midi():
    general = load_drum_map("general-midi")
    assert [general[voice.note] for voice in VOICES] == [voice.name for voice in VOICES]


@pytest.mark.parametrize(
    ("numbers", "name"),
    [
        ((36, 38, 42, 46), "general-midi"),
        ((36, 22), "td-11"),
        ((36, 38, 26, 70), "td-11"),
        ((36, 38, 42, 58), "td-11"),
        ((36, 38, 42, 58, 54), "general-midi"),  # a tambourine: then 58 is a vibraslap
    ],
)
def test_the_drum_map_is_heard_from_the_notes(numbers, name):
    assert detect_drum_map(np.array(numbers)).name == name
    assert read(midi_file(notes(0) + [e for n in numbers for e in note(0, n)])).report.drum_map == name


def test_a_map_of_ones_own_is_a_toml_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('name = "my pads"\nrest = "other"\nchannels = "all"\n[notes]\nkick = [60]\nch = 61\n')
    mine = load_drum_map(path)
    assert (mine.name, mine[60], mine[61], mine[62], mine.all_channels) == (
        "my pads", "kick", "closed hi-hat", "other", True,
    )  # fmt: skip
    pattern, report = read(midi_file(note(0, 60) + note(120, 61, channel=3)), drum_map=str(path))
    assert cells(pattern[0]) == [("kick", 0, 0), ("closed hi-hat", 4, 0)]
    assert report.drum_map == "my pads"
    assert load_drum_map(mine) is mine


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kick = [36]", "has a table \\[notes\\]"),
        ("[notes]\nkick = [128]", "0..127, got 128 for kick"),
        ("[notes]\nkick = [true]", "0..127, got True"),
        ("[notes]\nkick = [36]\nsnare = [36]", "note 36 is listed twice, as kick and snare"),
        ("[notes]\nkazoo = [36]", "no voice 'kazoo'; the eight are: kick"),
        ('rest = "kazoo"\n[notes]\nkick = [36]', "no voice 'kazoo'"),
        ("channels = 9\n[notes]\nkick = [36]", '"drums" or "all", got 9'),
        ("[notes", "mine.toml"),
    ],
)
def test_a_broken_map_is_refused(tmp_path, text, message):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(MidiError, match=message):
        load_drum_map(path)


def test_an_unknown_map_lists_what_there_is():
    with pytest.raises(MidiError, match="general-midi, pads-c1, paper, roland-tr"):
        read(midi_file(notes(0)), drum_map="tr-808")
    with pytest.raises(MidiError, match=r"nowhere\.toml"):
        read(midi_file(notes(0)), drum_map="nowhere.toml")


# Reading


def test_a_file_becomes_one_pattern_a_bar_empty_ones_included():
    patterns, report = read(midi_file(notes(BAR, 4 * BAR + 120) + note(BAR + 480, 38, 64)))
    assert [cells(p) for p in patterns] == [[("kick", 0, 0), ("snare", 16, 0)], [], [], [("kick", 4, 0)]]
    assert patterns[0].velocity[1, 16] == pytest.approx(64 / 127)
    assert (report.bars, report.meters, report.tempos_bpm) == (4, {"4/4": 4}, (120.0,))
    assert report.strokes == {voice.name: {"kick": 2, "snare": 1}.get(voice.name, 0) for voice in VOICES}
    assert (report.format, report.ticks_per_quarter, report.merged, report.moved) == (1, 480, 0, 0)
    assert json.loads(json.dumps(report.to_dict()))["strokes"]["kick"] == 2


def test_a_path_a_name_bytes_and_an_open_file_are_read_alike(tmp_path):
    data = midi_file(notes(0, 480))
    path = tmp_path / "a.mid"
    path.write_bytes(data)
    with path.open("rb") as file:
        readings = [read(source) for source in (data, path, str(path), file, io.BytesIO(data))]
    assert all(reading.patterns == readings[0].patterns for reading in readings)
    assert readings[1].report.file == str(path)


@pytest.mark.parametrize("ticks_per_quarter", [24, 96, 120, 192, 384, 480, 960, 25, 32767])
def test_any_resolution_keeps_moments_within_half_a_480th(ticks_per_quarter):
    rng = np.random.default_rng(0)
    ticks = np.unique(rng.integers(0, 4 * ticks_per_quarter, 12))
    pattern, *_ = read(
        midi_file(notes(*ticks.tolist(), length=1), ticks_per_quarter=ticks_per_quarter), grid=64
    ).patterns
    found = sorted(s.position * 30 for s in pattern.strokes())
    wanted = ticks * 480 / ticks_per_quarter
    for tick in found:
        assert np.abs(wanted - tick).min() <= 0.5 + 1e-4


def test_a_stroke_just_before_a_bar_line_belongs_to_the_bar_it_announces():
    patterns, _ = read(midi_file(notes(0, BAR - 20, BAR + 480)))
    assert [cells(p) for p in patterns] == [[("kick", 0, 0)], [("kick", 0, -20), ("kick", 16, 0)]]
    assert cells(only(midi_file(notes(3 * BAR - 5)))) == [("kick", 0, -5)]


def test_meters_change_where_the_file_says():
    data = midi_file(meter(0, 3, 4) + meter(2 * 1440, 7, 8), notes(0, 1440, 2 * 1440, 2 * 1440 + 1680 - 10))
    patterns, report = read(data)
    assert [p.meter for p in patterns] == [(3, 4), (3, 4), (7, 8), (7, 8)]
    assert cells(patterns[3]) == [("kick", 0, -10)]
    assert report.meters == {"3/4": 2, "7/8": 2}
    assert report.remarks == ()


def test_a_change_inside_a_bar_cuts_it_short_and_says_so():
    patterns, report = read(midi_file(meter(0, 4, 4) + meter(BAR + 1440, 6, 8) + notes(0, BAR, BAR + 1440)))
    assert [p.meter for p in patterns] == [(4, 4), (3, 4), (6, 8)]
    assert report.remarks == ("a bar of 4/4 is cut short to 3/4 by the change to 6/8 at tick 3360",)
    patterns, report = read(midi_file(meter(0, 4, 4) + meter(100, 2, 4) + notes(0, 80, 100)))
    assert [p.meter for p in patterns] == [(3, 64), (2, 4)]  # 100 ticks: the nearest step is the third
    assert cells(patterns[1]) == [
        ("kick", 0, -10)
    ]  # the stroke at 80 announces it, and shares its step with that at 100
    assert any("between steps" in remark for remark in report.remarks)


def test_a_repeated_or_meaningless_meter_changes_nothing():
    patterns, report = read(midi_file(meter(0, 4, 4) + meter(700, 4, 4) + notes(0, BAR)))
    assert [p.meter for p in patterns] == [(4, 4), (4, 4)]
    assert report.remarks == ()
    data = midi_file(meter(0, 5, 4) + notes(0)).replace(b"\xff\x58\x04\x05", b"\xff\x58\x04\x00")
    assert "0/4" in read(data).report.remarks[0]


def test_tempo_changes_do_not_move_a_stroke():
    patterns, report = read(midi_file(tempo(0, 500_000) + tempo(700, 1_000_000) + tempo(900, 300_000), notes(0, 960)))
    assert cells(patterns[0]) == [("kick", 0, 0), ("kick", 32, 0)]
    assert report.tempos_bpm == (120.0, 60.0, 200.0)


@pytest.mark.parametrize("form", [0, 1])
def test_drums_of_several_tracks_and_programs_come_together(form):
    change = (240, mido.Message("program_change", program=25, channel=9))
    first = [*notes(0, 960), change, *note(480, 38)]
    second = note(240, 42) + note(0, 60, channel=1) + note(0, 64, channel=2)
    data = midi_file(first + second, type=0) if form == 0 else midi_file(first, second)
    patterns, report = read(data)
    assert cells(patterns[0]) == [("kick", 0, 0), ("closed hi-hat", 8, 0), ("snare", 16, 0), ("kick", 32, 0)]
    assert report.notes_on_other_channels == 2
    assert report.format == form


def test_the_sequences_of_format_2_come_one_after_another():
    patterns, report = read(midi_file(meter(0, 3, 4) + notes(0), notes(480), notes(0, BAR), type=2))
    assert [(p.meter, cells(p)) for p in patterns] == [
        ((3, 4), [("kick", 0, 0)]),
        ((4, 4), [("kick", 16, 0)]),
        ((4, 4), [("kick", 0, 0)]),
        ((4, 4), [("kick", 0, 0)]),
    ]
    assert report.strokes["kick"] == 4
    assert report.format == 2


def test_zero_length_and_never_ending_notes_are_strokes():
    hanging = [(tick, mido.Message("note_on", note=36, velocity=90, channel=9)) for tick in (480, 600, 720)]
    patterns, report = read(midi_file(note(0, 36, length=0) + hanging))
    assert cells(patterns[0]) == [("kick", step, 0) for step in (0, 16, 20, 24)]
    assert report.remarks == ("3 notes never end: kept as strokes",)


def test_thousands_of_notes_that_never_end_are_strokes():
    hanging = [(120 * i, mido.Message("note_on", note=36, velocity=90, channel=9)) for i in range(5000)]
    report = read(midi_file(hanging)).report
    assert report.strokes["kick"] == 5000
    assert report.remarks == ("5000 notes never end: kept as strokes",)


def test_many_tracks_whose_notes_never_end_take_little_memory():
    """21 kB once took 3 GB: each track got so many ends as notes hang in the whole file."""
    hanging = [mido.Message("note_on", note=note, velocity=90, channel=9) for note in (36, 38)]
    tracks = [[(480 * (i % 4), event) for event in hanging] for i in range(300)]
    data = midi_file(*tracks)
    tracemalloc.start()
    report = read(data).report
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.remarks == ("600 notes never end: kept as strokes",)
    assert report.strokes["kick"] == report.strokes["snare"] == 4
    assert peak < 300 * len(data)


@pytest.mark.parametrize("drum_map", [None, "paper"])
def test_many_tracks_on_many_channels_are_refused_before_they_take_time(drum_map):
    """16 note-ons a track, one a channel: 74 kB that once took seconds, and gigabytes with a map of all channels."""
    on_all_channels = b"".join(bytes((0, 0x90 | channel, 36, 100)) for channel in range(16))
    track = b"MTrk" + struct.pack(">I", len(on_all_channels)) + on_all_channels
    with pytest.raises(MidiError, match="its tracks play on 4800 channels together; at most 4096 are read"):
        read(struct.pack(">4sIHHH", b"MThd", 6, 1, 300, 480) + 300 * track, drum_map)


def test_long_bars_count_by_their_length():
    """100,000 bars of 8/1 would take 3 GB."""
    with pytest.raises(MidiError, match=r"16000\d whole notes long; at most 100000 are read"):
        read(midi_file(meter(0, 8, 1) + notes(0, 640_000), ticks_per_quarter=1))


def test_files_beyond_the_budget_are_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "MAX_TRACKS", 3)
    with pytest.raises(MidiError, match="has 4 tracks; at most 3 are read"):
        read(midi_file(*[notes(0)] * 4))
    monkeypatch.setattr(parsing, "MAX_BYTES", 50)
    path = tmp_path / "long.mid"
    path.write_bytes(midi_file(notes(0, 480, 960)))
    for source in (path, path.read_bytes(), io.BytesIO(path.read_bytes())):
        with pytest.raises(MidiError, match="more than 0 MB"):
            read(source)


def test_drums_on_another_channel_are_found_when_there_is_nothing_else():
    beat = notes(0, 960, channel=1) + note(480, 38, channel=1) + note(240, 42, channel=2)
    patterns, report = read(midi_file(beat))
    assert cells(patterns[0]) == [("kick", 0, 0), ("closed hi-hat", 8, 0), ("snare", 16, 0), ("kick", 32, 0)]
    assert "channel 10" in report.remarks[0]
    melody = [event for i, number in enumerate((60, 64, 67, 72)) for event in note(240 * i, number, channel=1)]
    with pytest.raises(MidiError, match="4 notes are not on channel 10 and do not look like drums"):
        read(midi_file(melody))
    assert read(midi_file(melody), drum_map="general-midi").report.strokes["other"] == 4  # the user said so
    assert read(midi_file(beat + note(0, 36))).report.strokes["kick"] == 1  # real drums: the rest is not


def test_notes_outside_the_map_are_counted_not_read():
    patterns, report = read(midi_file(notes(0) + note(120, 5) + note(240, 5) + note(360, 33)))
    assert cells(patterns[0]) == [("kick", 0, 0)]
    assert report.notes_not_in_map == {5: 2, 33: 1}
    with pytest.raises(MidiError, match=r"general-midi has none of its notes \(5\)"):
        read(midi_file(note(0, 5)))


def test_the_report_counts_what_was_moved_and_merged():
    _, report = read(midi_file(notes(80, 122, length=1) + note(240, 38, 50, 1) + note(245, 40, 90, 1)))
    assert (report.moved, report.merged) == (1, 1)
    assert sum(report.strokes.values()) == 3
    assert only(midi_file(note(240, 38, 50, 1) + note(245, 40, 90, 1))).velocity[1, 8] == pytest.approx(90 / 127)


def test_the_grid_of_64_takes_the_nearest_step_and_halfway_asks_the_note():
    patterns, report = read(midi_file(notes(80, 106, 134)), grid=64)
    assert cells(patterns[0]) == [("kick", 3, -10), ("kick", 4, -14)]
    assert report.merged == 1
    assert cells(only(midi_file(notes(74)), grid=64)) == [("kick", 2, 14)]
    assert cells(only(midi_file(note(75, length=15)), grid=64)) == [("kick", 2, 15)]  # over by the next line
    assert cells(only(midi_file(note(75, length=16)), grid=64)) == [("kick", 3, -15)]


def test_the_papers_grid_cuts_down_to_a_step():
    ticks = {0: 0, 60: 0, 61: 4, 140: 4, 141: 5, 200: 5, 201: 8, 281: 10, 340: 10, 341: 12, 421: 16}
    for tick, step in ticks.items():
        [stroke] = only(midi_file(notes(tick)), grid="paper", drum_map="paper").strokes()
        assert stroke.step == step
        assert stroke.offset * 30 == pytest.approx(min(tick - 30 * step, 59), abs=1e-4)


def test_an_unknown_grid_is_refused():
    with pytest.raises(MidiError, match="'musical', 64, 'paper', got 'swung'"):
        read(midi_file(notes(0)), grid="swung")


# Reading many


def random_file(rng):
    """Anything from a bar to some dozens, in some meters, on some notes, dense or sparse; a few have no drums."""
    bars = int(rng.choice([1, 2, 3, 20]))
    ticks = np.sort(rng.integers(0, bars * BAR, rng.integers(1, 60 * bars)))
    numbers = rng.choice([36, 38, 42, 46, 45, 49, 39, 37, 22, 5, 99][: rng.integers(1, 12)], ticks.size)
    events = [
        event
        for tick, number in zip(ticks.tolist(), numbers.tolist(), strict=True)
        for event in note(tick, number, int(rng.integers(1, 128)), int(rng.integers(0, 40)))
    ]
    meters = [(4, 4), (5, 8), (6, 8), (13, 64), (4, 1)]
    events += meter(0, *meters[rng.integers(5)]) + meter(int(rng.integers(1, 5000)), *meters[rng.integers(5)])
    form = int(rng.integers(3))
    tracks = [events] if form == 0 else [events, notes(7, 300, number=40)]
    return midi_file(*tracks, type=form, ticks_per_quarter=int(rng.choice([480, 480, 96, 1000])))


@pytest.mark.parametrize("grid", midi.GRIDS)
@pytest.mark.parametrize("drum_map", [None, "paper"])
def test_many_files_at_once_are_read_as_each_by_itself(grid, drum_map, monkeypatch):
    monkeypatch.setattr("clave.files.midi.reading.FILES_AT_ONCE", 7)
    rng = np.random.default_rng(11)
    files = [random_file(rng) for _ in range(20)]
    many = list(read_many(iter(files), drum_map, grid))
    assert len(many) == 20
    for file, reading in zip(files, many, strict=True):
        if isinstance(reading, MidiError):
            with pytest.raises(MidiError, match=f"^{re.escape(str(reading))}$"):
                read(file, drum_map, grid)
        else:
            assert reading == read(file, drum_map, grid)  # patterns and report


def test_each_bad_file_has_its_own_error_and_the_rest_is_read(tmp_path):
    good = notes(0, 480, 960)
    data = [
        b"", midi_file(good), b"RIFF", midi_file(good)[:-9], midi_file(note(0, 5)), midi_file(good + note(120, 38)),
        midi_file(notes(BAR * 130_000)), midi_file(meter(0, 200, 4), good), midi_file(note(0, 60, channel=1)),
    ]  # fmt: skip
    paths = [tmp_path / f"{number}.mid" for number in range(10)]
    for path, content in zip(paths[:9], data, strict=True):
        path.write_bytes(content)
    found = list(read_many(paths))
    expected = [
        "empty",
        "",
        "not a MIDI",
        "broken",
        "none of its",
        "",
        "longer",
        "200/4",
        "no drums",
        "cannot be opened",
    ]
    for path, reading, words in zip(paths, found, expected, strict=True):
        if words:
            assert isinstance(reading, MidiError)
            assert str(reading).startswith(str(path))
            assert words in str(reading)
        else:
            assert reading == read(path)
    assert list(read_many([])) == []
    assert all(isinstance(reading, MidiError) for reading in read_many([b"", b""]))


def test_a_setting_that_no_file_can_be_read_with_is_refused_at_once():
    with pytest.raises(MidiError, match="'swung'"):
        read_many([], grid="swung")
    with pytest.raises(MidiError, match="tr-808"):
        read_many([], "tr-808")


# Bad input


GOOD = midi_file(meter(0, 4, 4) + tempo(0, 500_000), notes(0, 480, 960) + note(240, 42, length=60))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty, 0 bytes"),
        (b"RIFF and so on, a WAV", "not a MIDI file"),
        (GOOD[:10], "not a MIDI file"),
        (GOOD[:-9], "broken"),
        (GOOD[:14], "no notes at all"),
        (GOOD[:12] + b"\0\0" + GOOD[14:], "0 ticks per quarter"),
        (GOOD[:12] + b"\xe7\x28" + GOOD[14:], "25 a second"),
        (GOOD[:9] + b"\7" + GOOD[10:], "format 0, 1 or 2, got 7"),
        (GOOD.replace(b"\x07\xa1\x20", b"\0\0\0"), "tempo 0"),
        (midi_file(tempo(0, 500_000)), "no drums; the file has no notes"),
        (midi_file(notes(BAR * 130_000)), "longer than 100000 bars"),
        (midi_file(meter(0, 5, 128), notes(0)), "64th"),
        (midi_file(meter(0, 200, 4), notes(0)), "200/4"),
        (GOOD[:8] + struct.pack(">HH", 2, 0) + GOOD[12:14], "no tracks"),
    ],
)
def test_what_cannot_be_read_is_refused_with_file_and_reason(tmp_path, data, message):
    path = tmp_path / "bad.mid"
    path.write_bytes(data)
    with pytest.raises(MidiError, match=message) as refusal:
        read(path)
    assert str(path) in str(refusal.value)


def test_a_path_that_cannot_be_opened_is_refused(tmp_path):
    for path in (tmp_path / "none.mid", tmp_path, "nul\0l.mid"):
        with pytest.raises(MidiError, match="cannot be opened"):
            read(path)


@pytest.mark.parametrize("form", [0, 1, 2])
def test_thousands_of_broken_files_are_read_or_refused_never_worse(form):
    rng = np.random.default_rng(form)
    track = meter(0, 6, 8) + tempo(0, 400_000) + notes(0, 100, 800, 1500) + note(330, 38) + note(7, 22, length=0)
    data = midi_file(*([track] if form == 0 else [track, notes(40, 900, number=46)]), type=form, ticks_per_quarter=96)
    outcomes = {True: 0, False: 0}
    for _ in range(1500):
        broken = bytearray(data)
        for at in rng.integers(0, len(data), rng.integers(1, 5)):
            broken[at] = rng.integers(256)
        if rng.random() < 0.1:
            broken = broken[: rng.integers(len(broken))]
        try:
            patterns, report = read(bytes(broken))
        except MidiError:
            outcomes[False] += 1
        else:
            outcomes[True] += 1
            assert report.bars == len(patterns)
            assert sum(report.strokes.values()) >= sum(int(each.hits.sum()) for each in patterns[:100])
            Pattern(patterns[0].velocity, patterns[0].offset, patterns[0].meter)  # the door lets it through
    assert min(outcomes.values()) > 100


def test_a_million_notes_are_read():
    count = 1_000_000
    event = b"\x1e\x99\x24\x64\x1e\x24\x00"  # a note every 60 ticks, running status
    body = b"\x00\xff\x58\x04\x04\x02\x18\x08" + event + b"\x1e\x24\x64\x1e\x24\x00" * (count - 1) + b"\x00\xff\x2f\x00"
    data = b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + b"MTrk" + struct.pack(">I", len(body)) + body
    report = read(data).report
    assert report.strokes["kick"] == count
    assert report.bars == count * 60 // BAR + 1


# Writing


def test_a_file_is_what_it_says_type_1_480_channel_10_a_track_a_voice(tmp_path):
    pattern = Pattern.from_hits(np.eye(8, 64, dtype=bool), np.full((8, 64), 0.001))
    report = write(tmp_path / "a.mid", [pattern, Pattern.empty((3, 4))], tempo_bpm=97)
    assert (report.strokes, report.clamped) == (8, 0)
    file = mido.MidiFile(tmp_path / "a.mid")
    assert (file.type, file.ticks_per_beat) == (1, 480)
    assert [track.name for track in file.tracks[1:]] == [voice.name for voice in VOICES]
    for voice, track in zip(VOICES, file.tracks[1:], strict=True):
        [on] = [message for message in track if message.type == "note_on"]
        assert (on.channel, on.note, on.velocity, on.time) == (9, voice.note, 1, voice.index * 30)
        assert sum(message.time for message in track) == BAR + 1440  # loops at the end of the last bar
    metas = [(m.type, m.time) for m in file.tracks[0] if m.is_meta]
    assert metas == [
        ("track_name", 0),
        ("set_tempo", 0),
        ("time_signature", 0),
        ("time_signature", BAR),
        ("end_of_track", 1440),
    ]
    assert mido.tempo2bpm(file.tracks[0][1].tempo) == pytest.approx(97, abs=1e-3)
    assert read(tmp_path / "a.mid").report.tempos_bpm == (pytest.approx(97, abs=1e-3),)
    assert to_bytes([pattern, Pattern.empty((3, 4))], tempo_bpm=97) == (tmp_path / "a.mid").read_bytes()


def test_notes_of_a_voice_never_overlap():
    rng = np.random.default_rng(5)
    bars = random_bars(rng, 6, lambda rng, shape: rng.uniform(-2, 1.99, shape))
    for swing in (0.3, 0.5, 0.66):
        score = symusic.Score.from_midi(to_bytes(bars, swing=swing, lead_in_bars=1))
        assert len(score.tracks) == 8
        for track in score.tracks:
            found = track.notes.numpy()
            order = np.argsort(found["time"], kind="stable")
            start, end = found["time"][order], (found["time"] + found["duration"])[order]
            assert (end[:-1] <= start[1:]).all()
            assert track.is_drum


def test_swing_moves_the_second_16th_and_offsets_add_to_it():
    hits = np.zeros((8, 64), bool)
    hits[0, [0, 4, 8, 12]] = True
    pattern = Pattern.from_hits(hits, offset=np.where(np.arange(64) == 12, 1.0, 0.0) * np.ones((8, 1)))

    def ticks(**how):
        [track] = symusic.Score.from_midi(to_bytes([pattern], **how)).tracks
        return track.notes.numpy()["time"].tolist()

    assert ticks() == [0, 120, 240, 390]
    assert ticks(swing=2 / 3) == [0, 160, 240, 430]
    assert ticks(swing=2 / 3, on_grid=True) == [0, 160, 240, 400]
    assert ticks(on_grid=True) == [0, 120, 240, 360]


def test_strokes_before_the_file_are_clamped_and_counted_unless_a_lead_in_gives_room(tmp_path):
    hits = np.zeros((8, 64), bool)
    hits[:2, :2] = True
    pattern = Pattern.from_hits(hits, offset=np.where(hits, -1.5, 0))
    buffer = to_bytes([pattern])
    assert write(tmp_path / "a.mid", [pattern]) == midi.WritingReport(strokes=4, clamped=4)
    assert symusic.Score.from_midi(buffer).tracks[0].notes.numpy()["time"].tolist() == [0, 0]
    assert write(tmp_path / "a.mid", [pattern], lead_in_bars=1).clamped == 0
    early = Pattern.from_hits(np.arange(64) == np.zeros((8, 1)), offset=np.full((8, 64), -1.5))
    assert_same([early], read(to_bytes([early], lead_in_bars=1)).patterns)


@pytest.mark.parametrize("name", ["drawn", "edges"])
def test_any_pattern_comes_back_on_the_grid_of_64(name):
    offsets = {
        "drawn": lambda rng, shape: rng.uniform(-0.4999, 0.4999, shape),
        "edges": lambda rng, shape: rng.choice([-0.4999, 0.4999, 0.0, 0.4834, -0.4834], shape),
    }[name]
    rng = np.random.default_rng(7)
    for _ in range(60):
        bars = random_bars(rng, int(rng.integers(1, 5)), offsets)
        assert_same(bars, read(to_bytes(bars), grid=64).patterns)


@pytest.mark.parametrize("grid", ["musical", 64])
def test_what_was_read_comes_back_exactly_however_dense(grid):
    rng = np.random.default_rng(8)
    for _ in range(40):
        ticks = np.unique(rng.integers(0, 3 * BAR, rng.integers(2, 600)))
        numbers = rng.choice([36, 38, 42, 46, 45, 49, 39, 37], ticks.size)
        events = [
            event
            for tick, number in zip(ticks.tolist(), numbers.tolist(), strict=True)
            for event in note(tick, number, int(rng.integers(1, 128)), int(rng.integers(0, 40)))
        ]
        meters = meter(0, *[(4, 4), (5, 8), (6, 8), (13, 64)][rng.integers(4)]) + meter(
            int(rng.integers(400, 5000)), 3, 4
        )
        patterns = read(midi_file(meters + events), grid=grid).patterns
        assert read(to_bytes(patterns, lead_in_bars=1), grid=grid).patterns == patterns


def test_moments_survive_to_the_tick_but_for_merged_strokes():
    rng = np.random.default_rng(9)
    ticks = np.unique(rng.integers(60, 8 * BAR, 900))
    patterns, report = read(midi_file(notes(*ticks.tolist(), length=1)))
    again = symusic.Score.from_midi(to_bytes(patterns, lead_in_bars=1)).tracks[0].notes.numpy()["time"] - BAR
    assert set(again.tolist()) <= set(ticks.tolist())
    assert again.size == ticks.size - report.merged


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"patterns": []}, MidiError, "at least one bar"),
        ({"tempo_bpm": 10}, RenderError, "tempo lies in"),
        ({"tempo_bpm": float("nan")}, RenderError, "tempo lies in"),
        ({"swing": 0.9}, RenderError, "swing lies in"),
        ({"lead_in_bars": -1}, MidiError, "lead_in_bars"),
        ({"patterns": [Pattern.empty((3, 3))]}, MidiError, "power of 2, got 3/3"),
        ({"patterns": [Pattern.empty((300, 64))]}, MidiError, "255 beats"),
        ({"path": Path("no") / "such" / "folder.mid"}, MidiError, "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path, how, error, message):
    arguments = {"path": tmp_path / "a.mid", "patterns": [Pattern.empty()], **how}
    with pytest.raises(error, match=message):
        write(**arguments)


def test_notes_on_ticks_are_written_with_their_tempo_and_meter_changes(tmp_path):
    played = MidiNotes(
        voice=np.array([2, 0, 2, 0, 1]),
        tick=np.array([480, 0, 240, 2880, 1920]),
        end=np.array([510, 100, 600, 2881, 1920]),
        velocity=np.array([0.5, 1.0, 0.25, 0.7, 0.001]),
    )
    meters = [(0, (4, 4)), (1920, (6, 8)), (3360, (3, 4))]
    tempos = [(0, 96.0), (960, 120.0), (1000, 133.3), (1920, 20.0), (2400, 400.0)]
    midi.save(tmp_path / "a.mid", compose(played, meters, tempos, end_tick=4800))
    data = midi.file_bytes(compose(played, meters, tempos, end_tick=4800))
    assert data == (tmp_path / "a.mid").read_bytes()

    score = symusic.Score.from_midi(data)
    assert [(each.time, each.numerator, each.denominator) for each in score.time_signatures] == [
        (tick, beats, unit) for tick, (beats, unit) in meters
    ]
    assert [each.time for each in score.tempos] == [tick for tick, _ in tempos]
    assert [each.qpm for each in score.tempos] == pytest.approx([bpm for _, bpm in tempos], rel=1e-5)
    found = {
        (track.name, each.time, each.duration, each.pitch, each.velocity)
        for track in score.tracks
        for each in track.notes
    }
    assert found == {
        ("kick", 0, 100, 36, 127),
        ("kick", 2880, 1, 36, 89),
        ("snare", 1920, 0, 38, 1),
        ("closed hi-hat", 240, 240, 42, 32),  # cut where the next one begins
        ("closed hi-hat", 480, 30, 42, 64),
    }
    for track in mido.MidiFile(tmp_path / "a.mid").tracks:
        assert sum(message.time for message in track) == 4800


def test_a_lead_in_moves_all_but_the_first_meter_and_tempo():
    early = MidiNotes(np.array([0, 0, 3]), np.array([-60, -20, -61]), np.array([-30, 10, -50]), np.full(3, 0.5))
    assert (early.before(0), early.before(-60), len(early)) == (3, 1, 3)
    changes = [(0, (3, 4)), (1440, (4, 4))], [(0, 100.0), (720, 110.0)]

    def written(lead_in_ticks):
        score = symusic.Score.from_midi(midi.file_bytes(compose(early, *changes, 1440, lead_in_ticks)))
        starts = [track.notes.numpy()["time"].tolist() for track in score.tracks]
        return starts, [each.time for each in score.time_signatures], [each.time for each in score.tempos]

    assert written(0) == ([[0, 0], [0]], [0, 1440], [0, 720])
    assert written(60) == ([[0, 40], [0]], [0, 1500], [0, 780])
    assert written(480) == ([[420, 460], [419]], [0, 1920], [0, 1200])


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"meters": []}, MidiError, "first meter stands at tick 0"),
        ({"meters": [(0, (4, 4)), (0, (3, 4))]}, MidiError, r"each change later than the last, got ticks \[0, 0\]"),
        ({"meters": [(0, (4, 3))]}, MidiError, "power of 2, got 4/3"),
        ({"tempos": [(480, 120.0)]}, MidiError, "first tempo stands at tick 0"),
        ({"tempos": [(0, 120.0), (9, 500.0)]}, RenderError, "tempo lies in"),
        ({"end_tick": -1}, MidiError, "end_tick is at least 0, got -1"),
        ({"lead_in_ticks": -1}, MidiError, "lead_in_ticks is at least 0, got -1"),
    ],
)
def test_changes_that_make_no_file_are_refused(how, error, message):
    nothing = MidiNotes(*np.zeros((3, 0), int), np.zeros(0))
    usual = {"meters": [(0, (4, 4))], "tempos": [(0, 120.0)], "end_tick": 1920}
    assert len(mido.MidiFile(file=io.BytesIO(midi.file_bytes(compose(nothing, **usual)))).tracks) == 1
    with pytest.raises(error, match=message):
        compose(nothing, **usual | how)


def notes_of(**change):
    rows = {"voice": [0, 1], "tick": [0, 0], "end": [1, 1], "velocity": [1.0, 1.0]} | change
    return MidiNotes(**{name: np.array(row) for name, row in rows.items()})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"voice": [8, 0]}, "voice is one of 0..7, got 8 at note 0"),
        ({"velocity": [0.5, 0.0]}, r"velocity lies in \(0, 1\], got 0.0 at note 1"),
        ({"velocity": [0.5, np.nan]}, "got nan at note 1"),
        ({"end": [5, -1]}, "does not end before it begins, got -1 at note 1"),
    ],
)
def test_notes_that_are_none_are_refused(change, message):
    with pytest.raises(MidiError, match=message):
        notes_of(**change)


def test_rows_of_notes_are_equally_long(monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # which would find it first
    with pytest.raises(MidiError, match=r"equally long, got \[2, 1, 2, 2\]"):
        notes_of(tick=[0])


def test_a_drum_map_is_a_value():
    assert isinstance(load_drum_map("td-11"), DrumMap)
    with pytest.raises(ValueError, match="read-only"):
        load_drum_map("td-11").voices[0] = 1


def test_a_drum_map_that_lies_too_deep_in_itself_is_refused():
    with pytest.raises(MidiError, match=r"own\.toml: its lists lie too deep in each other"):
        parse_drum_map("a = " + "[" * 5000, "own.toml")
