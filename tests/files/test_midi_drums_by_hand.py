"""Whose notes are drums, and which voice: each rule at the number where it turns."""

from types import SimpleNamespace
from typing import Any

import mido
import numpy as np
import pytest
from midi_files import midi_file
from midi_files import notes as midi_notes

from clave.errors import MidiError
from clave.files import midi
from clave.files.midi.drum_map import DrumMap, MapFit, detect_drum_map, fit_of, looks_like_drums, parse_drum_map
from clave.files.midi.drum_tracks import (
    Part,
    choose_drums,
    instrument_of,
    is_line,
    named_voice,
    one_pitch,
    voice_by_channel,
)
from clave.files.midi.hat_pedal import hats_by_pedal


def notes(*pitches: int, apart: int = 240, duration: int = 60) -> dict[str, np.ndarray]:
    """One after the other."""
    time = np.arange(len(pitches)) * apart
    return {
        "time": time, "duration": np.full(len(pitches), duration), "pitch": np.array(pitches, np.int8),
        "velocity": np.full(len(pitches), 100),
    }  # fmt: skip


def part(*pitches: int, name: str = "", program: int = 0, drums: bool = False, **more: int) -> Part:
    return Part(name, program, drums, notes(*pitches, **more))


# Drum maps


def test_a_map_takes_notes_0_to_127_each_once_and_fills_the_rest() -> None:
    drums = parse_drum_map('rest = "tom"\nchannels = "all"\n[notes]\nkick = [0, 36]\nsnare = 127', "mine.toml")
    assert [drums[note] for note in (0, 36, 127, 1)] == ["kick", "kick", "snare", "tom"]
    assert (drums.name, drums.all_channels, len(drums.voices)) == ("mine", True, 128)
    assert not drums.voices.flags.writeable
    plain = parse_drum_map('name = "My kit"\n[notes]\nkick = 36', "mine.toml")
    assert (plain.name, plain.all_channels, plain[35], plain[36]) == ("My kit", False, None, "kick")
    assert not DrumMap("none", np.full(128, -1, np.int8)).all_channels


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[notes]\nkick = -1", "0..127, got -1 for kick"),
        ("[notes]\nkick = 128", "0..127, got 128 for kick"),
        ("[notes]\nkick = true", "0..127, got True for kick"),
        ("[notes]\nkick = [36]\nsnare = [36]", "note 36 is listed twice, as kick and snare"),  # kick is voice 0
        ("[notes]", "has a table"),
        ("notes = 3", "has a table"),
        ('channels = "10"\n[notes]\nkick = 36', '"drums" or "all", got \'10\''),
        ("[notes]\ncowbell = 36", "cowbell"),
        ("[notes", "mine.toml"),
    ],
)
def test_a_map_that_breaks_a_rule_is_refused_with_it(text: str, says: str) -> None:
    with pytest.raises(MidiError) as refused:
        parse_drum_map(text, "mine.toml")
    assert says in str(refused.value)


def test_the_fit_of_a_map_is_the_share_of_notes_that_it_lists_and_of_its_kit() -> None:
    drums = parse_drum_map("[notes]\nkick = 36\nother = 40", "mine.toml")
    assert fit_of(drums, np.array([36, 36, 40, 99])) == MapFit(0.75, 0.5)
    assert fit_of(drums, np.zeros(0, np.int64)) == MapFit(1.0, 1.0)


def test_notes_are_drums_if_nine_of_ten_belong_to_a_kit_with_kick_and_backbeat() -> None:
    kit = [36, 38, 42, 42, 42, 42, 42, 42, 42]
    assert looks_like_drums(np.array([*kit, 99]))
    assert not looks_like_drums(np.array([*kit[1:], 36, 99, 99]))
    for edge, inside in ((34, False), (35, True), (59, True), (60, False), (21, False), (22, True), (26, True)):
        assert looks_like_drums(np.array([36, 38, edge])) is inside
    for kick in (35, 36, 37):
        assert looks_like_drums(np.array([kick, 38])) is (kick < 37)
    for beat in (22, 26, 38, 40, 42, 44, 46):
        assert looks_like_drums(np.array([36, beat]))
    for other in (37, 39, 41, 45, 49, 51):
        assert not looks_like_drums(np.array([36, other]))


def test_a_td_11_is_heard_by_its_edges_or_a_rim_among_its_notes_alone() -> None:
    name = {
        (36, 38, 42): "general-midi", (36, 38, 22): "td-11", (36, 38, 26): "td-11", (36, 38, 58): "td-11",
        (36, 38, 58, 39): "general-midi", (36, 38, 58, 54): "general-midi", (36, 38, 58, 59): "td-11",
    }  # fmt: skip
    assert {each: detect_drum_map(np.array(each)).name for each in name} == name


def test_another_program_s_map_is_taken_only_where_the_usual_one_fits_badly_with_notes_outside() -> None:
    ez = [36, 38, 62, 24, 60] * 4
    assert detect_drum_map(np.array(ez)).name == "ezdrummer"
    inside = [36, 38, 42, 46] * 10
    assert detect_drum_map(np.array([*inside, 62, 24])).name == "general-midi"
    assert detect_drum_map(np.array([62, 24, 60] * 5)).name == "general-midi"  # no kick and no snare among them


# Parts


def test_a_line_is_one_note_at_a_time_on_five_pitches_most_of_them_held() -> None:
    line = (40, 41, 43, 45, 47, 45)
    assert is_line(notes(*line, duration=150))
    assert not is_line(notes(*line, duration=144))  # 0.6 of the way to the next
    assert not is_line(notes(*line[:4], 40, 41, duration=200))  # four pitches
    assert not is_line(notes(40, 41, 43, 45, duration=200))  # four notes have three gaps
    assert is_line(notes(40, 41, 43, 45, 47, duration=200))
    chord = notes(*line, duration=200)
    chord["time"][3] = chord["time"][2]
    assert not is_line(chord)


def test_programs_and_names_of_other_instruments() -> None:
    assert [instrument_of(part(36, program=program)) for program in (0, 33, 112, 119)] == [
        "",
        "program 33 (bass)",
        "",
        "",
    ]
    assert instrument_of(part(36, program=120)) == "program 120 (sound effects)"
    assert instrument_of(part(36, name="Lead_Guitar")) == "'Lead_Guitar'"
    assert instrument_of(part(36, name="Bass", program=33)) == "'Bass', program 33 (bass)"
    assert instrument_of(part(36, name="Bass drum")) == ""


def test_parts_on_channel_10_are_drums_and_of_the_others_those_that_say_so() -> None:
    ten, kit, bass = part(36, 38, drums=True), part(36, 38, name="Drums 2"), part(36, 38, name="Bass")
    snare, bells = part(38, name="Snare"), part(60, name="Cowbells")
    found = choose_drums([ten, kit, bass, snare, bells, part(drums=True)], by_user=False)
    assert found.drums == [ten, kit, snare]
    assert found.others == [bass, bells]
    assert found.remarks == [
        "the track 'Drums 2' is read as drums by its name",
        "the track 'Snare' is read as drums by its name",
    ]
    assert choose_drums([ten], by_user=False) == ([ten], [], [])


def test_without_channel_10_names_decide_then_all_notes_together_then_each_part() -> None:
    drums, bass = part(36, 38, 42), part(28, 31, 33, 28, 35, 30, duration=200)
    named = choose_drums([part(60, name="Drums"), drums], by_user=False)
    assert [len(named.drums), len(named.others)] == [1, 1]
    together = choose_drums([part(36, 36, 36), part(38, 42, 42)], by_user=False)
    assert (len(together.drums), together.others) == (2, [])
    alone = choose_drums([drums, bass], by_user=False)
    assert (alone.drums, alone.others) == ([drums], [bass])
    assert alone.remarks == ["no notes on channel 10: the notes of 1 of 2 parts look like drums"]
    assert choose_drums([bass], by_user=False).drums == []
    assert choose_drums([bass], by_user=True).drums == [bass]
    with_program = part(36, 38, 42, program=33)
    left = choose_drums([drums, with_program], by_user=False)
    assert (left.drums, left.remarks[-1]) == ([drums], "notes of program 33 (bass) left out")


def test_one_note_on_each_of_three_channels_or_more_is_a_voice_by_channel() -> None:
    three = [part(60), part(60, 60), part(60)]
    assert one_pitch(three[1])
    assert not one_pitch(part(60, 61))
    assert voice_by_channel(choose_drums(three, by_user=True))
    for others in (three[:2], [*three[:2], part(61)], [*three[:2], part(60, 61)], [*three[:2], part(60, name="Kick")]):
        parts = choose_drums(others, by_user=True)
        assert not voice_by_channel(parts)
    all_on_10 = [each._replace(on_drum_channel=True) for each in three]
    assert not voice_by_channel(choose_drums(all_on_10, by_user=False))
    one_on_10 = [all_on_10[0], part(60, name="Drums"), part(60, name="Drums")]
    assert voice_by_channel(choose_drums(one_on_10, by_user=False))


def test_a_name_counts_where_it_says_more_than_the_note() -> None:
    def voice(pitch: int, name: str) -> str | None:
        found = named_voice(part(pitch, name=name))
        return None if found is None else found.name

    assert voice(60, "Kick") == "kick"
    assert voice(36, "Kick") is None  # the note says it already
    assert voice(46, "Hi-hat") is None
    assert voice(46, "Snare") == "snare"
    assert voice(60, "") is None


def test_a_map_of_ones_own_counts_more_than_the_name_of_a_track() -> None:
    snare = [(0, mido.MetaMessage("track_name", name="Snare")), *midi_notes(0, 480, number=36)]
    data = midi_file(snare)
    kick = parse_drum_map("[notes]\nkick = 36", "mine.toml")  # voice 0
    for drum_map, voice in ((None, 1), (kick, 0), (parse_drum_map("[notes]\nkick = 99", "mine.toml"), 1)):
        (pattern,) = midi.read(data, drum_map=drum_map).patterns
        assert np.flatnonzero(pattern.hits.any(axis=1)).tolist() == [voice]


# The pedal of a hi-hat


def pedal(*moves: tuple[int, int], controller: int = 4) -> Any:
    """A track with these moves of a pedal: tick and value."""
    columns = {
        "time": np.array([tick for tick, _ in moves]), "value": np.array([value for _, value in moves], np.uint8),
        "number": np.full(len(moves), controller, np.uint8),
    }  # fmt: skip
    return SimpleNamespace(controls=SimpleNamespace(numpy=lambda: columns, __len__=lambda: len(moves)))


class Controls(list):
    """What a track has: as long as its moves, and as columns."""

    def __init__(self, track: Any) -> None:
        super().__init__(track.controls.numpy()["time"].tolist())
        self.numpy = track.controls.numpy


def heard(pitches: tuple[int, ...], *moves: tuple[int, int], wanted: DrumMap | None = None, **more: int) -> list[int]:
    """The voices that the pedal names, at ticks 0, 240 ..."""
    track = SimpleNamespace(controls=Controls(pedal(*moves, **more)))
    remarks: list[str] = []
    found = hats_by_pedal(notes(*pitches), [track], wanted, remarks)
    assert bool(remarks) == ("named" in found)
    return found["named"].tolist() if "named" in found else []


def test_a_hi_hat_is_open_while_its_pedal_is_more_open_than_half() -> None:
    hats = (42, 36, 42, 42, 42)
    assert heard(hats, (0, 127), (200, 31), (500, 63), (900, 64)) == [-1, -1, 3, 3, -1]
    assert heard(hats, (240, 0)) == [-1, -1, 3, 3, 3]  # before its first move it is closed
    assert heard(hats, (480, 0)) == [-1, -1, 3, 3, 3]  # a move at the stroke counts for it


def test_a_pedal_decides_only_where_it_is_seen_pressed_and_wide_open() -> None:
    hats = (42, 42, 42)
    assert heard(hats, (0, 32), (200, 127)) == []  # never wide open
    assert heard(hats, (0, 31), (200, 64)) == [3, -1, -1]
    assert heard(hats, (0, 31), (200, 63)) == []  # never pressed
    assert heard(hats, (0, 0), (200, 127), controller=1) == []
    assert heard((36, 38), (0, 0), (200, 127)) == []
    for other in (22, 26, 44, 46):
        assert heard((42, 42, other), (0, 0), (200, 127)) == []
    not_a_hat = parse_drum_map("[notes]\nkick = 42", "mine.toml")
    assert heard(hats, (0, 0), (200, 127), wanted=not_a_hat) == []
    assert heard(hats, (0, 0), (200, 127), wanted=parse_drum_map("[notes]\nhh = 42", "mine.toml")) == [3, -1, -1]
