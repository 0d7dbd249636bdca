"""What comes in by MIDI: notes, controls of every kind, learn, takeover; maps as files; a bar captured; loops cut."""

import dataclasses
import json

import numpy as np
import pytest

from clave.errors import MidiMapError
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.play.live.bar_capture import BarCapture
from clave.play.live.loop_guard import SURE_NOTES, SURE_PULSES, LoopGuard
from clave.play.live.midi_grid import GRID_MODELS, GridLights, GridView, grid_model, lights
from clave.play.live.midi_in import Inbox, Launched, Learner, MidiInput, Moved, Struck
from clave.play.live.midi_map import (
    KINDS,
    Binding,
    MidiMap,
    load_map,
    map_from_json,
    map_of_drums,
    map_to_json,
    save_map,
)
from clave.play.live.midi_messages import HeardMessage
from clave.play.live.midi_state import StateOut, value_messages

MAP = MidiMap(
    "mine",
    {36: 0, 38: 1},
    (
        Binding("density", 20),
        Binding("tempo", 3, "absolute-14", 2),
        Binding("map/x", 16, "relative-twos-complement"),
        Binding("map/y", 17, "relative-offset", step=0.01),
        Binding("variation", 18, "relative-sign", low=0.0, high=0.5),
        Binding("play", 60, "note", 1),
        Binding("swing", 21, takeover=False, low=1.0, high=0.0),
    ),
    channel=10,
)


class Desk:
    """Values that controls move."""

    def __init__(self, midi_map: MidiMap, **values: float) -> None:
        self.values = dict(values)
        self.input = MidiInput(midi_map, self.values.get)

    def turn(self, *data: int) -> list[object]:
        found = self.input.hear(HeardMessage(1.5, data))
        self.values.update({each.target: each.value for each in found if isinstance(each, Moved)})
        return list(found)


def test_notes_play_voices_with_their_velocity() -> None:
    desk = Desk(MAP)
    assert desk.turn(0x99, 36, 127) == [Struck(0, 1.0, 1.5)]
    assert desk.turn(0x99, 38, 64) == [Struck(1, 64 / 127, 1.5)]
    for silent in ((0x99, 36, 0), (0x89, 36, 64), (0x99, 40, 64), (0x90, 36, 64), (0xF8,), (0x99,), (), (0xE0, 1, 2)):
        assert desk.turn(*silent) == []


def test_general_midi_plays_without_a_map_of_ones_own() -> None:
    desk = Desk(map_of_drums())
    for voice in VOICES:
        assert desk.turn(0x90, voice.note, 127) == [Struck(voice.index, 1.0, 1.5)]


def test_a_program_change_launches_a_scene() -> None:
    assert Desk(MAP).turn(0xC9, 3) == [Launched(3)]
    assert Desk(dataclasses.replace(MAP, programs=False)).turn(0xC9, 3) == []


def test_a_knob_that_stands_elsewhere_waits_until_it_passes_the_value() -> None:
    desk = Desk(MAP, density=0.5)
    assert [desk.turn(0xB0, 20, value) for value in (0, 20, 50)] == [[], [], []]
    assert desk.turn(0xB0, 20, 70) == [Moved("density", 70 / 127)]
    assert desk.turn(0xB0, 20, 90) == [Moved("density", 90 / 127)]
    desk.values["density"] = 0.1  # the page has moved it
    assert desk.turn(0xB0, 20, 92) == []
    assert desk.turn(0xB0, 20, 10) == [Moved("density", 10 / 127)]


def test_without_takeover_or_a_value_it_jumps() -> None:
    assert Desk(MAP, swing=0.5).turn(0xB0, 21, 0) == [Moved("swing", 1.0)]
    assert Desk(MAP).turn(0xB0, 20, 127) == [Moved("density", 1.0)]


def test_fourteen_bits_come_in_two_halves() -> None:
    desk = Desk(MAP, tempo=0.5)
    desk.turn(0xB1, 3, 64)
    assert desk.turn(0xB1, 35, 1) == [Moved("tempo", (64 << 7 | 1) / 16383)]
    assert desk.turn(0xB1, 3, 65) == []
    assert desk.turn(0xB1, 35, 127) == [Moved("tempo", (65 << 7 | 127) / 16383)]
    assert desk.turn(0xB0, 3, 65) == []  # another channel


@pytest.mark.parametrize(
    ("number", "target", "up", "down", "step"),
    [(16, "map/x", 1, 127, 1 / 128), (17, "map/y", 65, 63, 0.01), (18, "variation", 1, 65, 1 / 128)],
)
def test_endless_encoders_count_steps(number: int, target: str, up: int, down: int, step: float) -> None:
    desk = Desk(MAP, **{target: 0.25})
    desk.turn(0xB0, number, up)
    assert desk.values[target] == pytest.approx(0.25 + step)
    desk.turn(0xB0, number, down)
    desk.turn(0xB0, number, down)
    assert desk.values[target] == pytest.approx(0.25 - step)
    for _ in range(100):
        desk.turn(0xB0, number, up)
    assert desk.values[target] == min(1.0 if target != "variation" else 0.5, 0.25 + 99 * step)


def test_a_pad_is_a_switch() -> None:
    assert Desk(MAP).turn(0x90, 60, 90) == [Moved("play", 1.0)]
    assert Desk(MAP).turn(0x80, 60, 0) == [Moved("play", 0.0)]


@pytest.mark.parametrize(
    ("messages", "number", "kind"),
    [
        ([(0xB3, 7, value) for value in (60, 61, 63, 64)], 7, "absolute"),
        ([(0xB3, 7, value) for value in (1, 1, 2, 1)], 7, "relative-twos-complement"),
        ([(0xB3, 7, value) for value in (127, 127, 126, 127)], 7, "relative-twos-complement"),
        ([(0xB3, 7, value) for value in (65, 65, 65, 66)], 7, "relative-offset"),
        ([(0xB3, 7, value) for value in (63, 65, 63, 63)], 7, "relative-offset"),
        ([(0xB3, 7, value) for value in (1, 65, 1, 65)], 7, "relative-sign"),
        ([(0xB3, 7, 60), (0xB3, 39, 1), (0xB3, 7, 60), (0xB3, 39, 9)], 7, "absolute-14"),
        ([(0xB3, 9, 5), (0xB3, 7, 60), (0xB3, 7, 61), (0xB3, 7, 62), (0xB3, 7, 63)], 7, "absolute"),
        ([(0xB3, 7, 60), (0x93, 41, 0), (0x93, 41, 90)], 41, "note"),
    ],
)
def test_a_control_is_learned_by_moving_it(messages: list[tuple[int, ...]], number: int, kind: str) -> None:
    learner = Learner("density")
    found = [learner.hear(data) for data in messages]
    assert found[:-1] == [None] * (len(messages) - 1)
    assert found[-1] == Binding("density", number, kind, 4)


def test_a_learned_binding_takes_the_place_of_others() -> None:
    learned = MAP.with_binding(Binding("tempo", 20, channel=1))
    assert [(each.target, each.number) for each in learned.controls if each.number == 20 or each.target == "tempo"] == [
        ("tempo", 20)
    ]
    assert MAP.with_binding(Binding("closed-hi-hat.strike", 51, "note", 1)).notes == {36: 0, 38: 1, 51: 2}
    assert MAP.with_note(40, 1).notes == {36: 0, 38: 1, 40: 1}


def test_a_map_comes_back_from_its_file(tmp_path) -> None:
    for each in (MAP, map_of_drums("td-11"), MidiMap("empty", programs=False)):
        save_map(each, tmp_path / "map.json")
        assert load_map(tmp_path / "map.json") == each
    assert [path.name for path in tmp_path.iterdir()] == ["map.json"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"format": "x"}, r'a MIDI map has "format"'),
        ({"version": 2}, "version of a MIDI map is 1, got 2"),
        ({"name": 3}, "'name' is a text, got 3"),
        ({"notes": {"36": "bongo"}}, "no voice 'bongo'"),
        ({"notes": {"x": "kick"}}, r"a note is a number in 0\.\.127, got 'x'"),
        ({"notes": {"9" * 5000: "kick"}}, r"a note is a number in 0\.\.127, got '999"),
        ({"notes": {"128": "kick"}}, r"a note lies in 0\.\.127, got 128"),
        ({"channel": 17}, "a channel is 1 to 16 or null, got 17"),
        ({"channel": "x"}, "a channel is 1 to 16 or null, got 'x'"),
        ({"controls": [{"target": "a", "number": "x"}]}, "'number' of a binding has another type, got 'x'"),
        ({"controls": [3]}, "a binding is a table, got 3"),
        ({"controls": [{"target": "a"}]}, "a binding has a target and a number"),
        ({"controls": [{"target": "a", "number": 128}]}, r"a number of absolute lies in 0\.\.127, got 128"),
        ({"controls": [{"target": "a", "number": 40, "kind": "absolute-14"}]}, r"lies in 0\.\.31, got 40"),
        ({"controls": [{"target": "a", "number": 1, "kind": "odd"}]}, "a kind is one of absolute, .*got 'odd'"),
        ({"controls": [{"target": "a", "number": 1, "step": 0}]}, r"a step lies in \(0, 1\], got 0"),
        ({"controls": [{"target": "a", "number": 1, "low": 1}]}, "low and high lie in"),
        ({"controls": [{"target": "a", "number": 1, "low": "x"}]}, "'low' of a binding has another type, got 'x'"),
        ({"controls": [{"target": "a", "number": 1, "colour": 1}]}, "got 'colour'"),
        ({"controls": [{"target": "a", "number": 1}, {"target": "b", "number": 1}]}, "moves one thing, got a and b"),
    ],
)
def test_a_broken_map_names_file_rule_and_value(change: dict[str, object], rule: str, tmp_path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(json.loads(map_to_json(MAP)) | change))
    with pytest.raises(MidiMapError, match=rf"mine\.json: .*{rule}"):
        load_map(path)


def test_what_is_no_file_or_no_json_is_refused(tmp_path) -> None:
    with pytest.raises(MidiMapError, match="cannot be read"):
        load_map(tmp_path / "none.json")
    with pytest.raises(MidiMapError, match="the map: a MIDI map is JSON"):
        map_from_json("{")
    with pytest.raises(MidiMapError, match="the map: a MIDI map is JSON: maximum recursion"):
        map_from_json("[" * 100_000)
    save_map(MAP, tmp_path / "map.json")
    with pytest.raises(MidiMapError, match="cannot be written"):
        save_map(MAP, tmp_path / "none" / "map.json")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_what_is_shown_is_read_back(kind: str, value: float) -> None:
    """A controller that sends back what it shows moves nothing."""
    binding = Binding("density", 5, kind, 3, takeover=False, low=0.0, high=1.0)
    desk = Desk(MidiMap("one", controls=(binding,)), density=value)
    for message in value_messages(binding, value):
        desk.turn(*message)
    within = {"absolute": 0.5 / 127, "absolute-14": 0.5 / 16383, "note": 0.5}.get(kind, 0.0)
    assert desk.values["density"] == pytest.approx(value, abs=within + 1e-9)


def test_controllers_are_sent_what_has_changed() -> None:
    state = StateOut(MAP)
    values = {"density": 0.5, "swing": 0.25, "unbound": 1.0}
    assert state.changes(values) == [(0xB0, 20, 64), (0xB0, 21, 95)]
    assert state.changes(values) == []
    state.moved("density", 1.0)
    assert state.changes(values | {"density": 1.0}) == []
    assert state.changes(values) == [(0xB0, 20, 64)]
    state.forget()
    assert len(state.changes(values)) == 2


@pytest.mark.parametrize("model", GRID_MODELS.values(), ids=GRID_MODELS)
def test_pads_are_found_by_their_notes(model) -> None:
    pads = [(row, column) for row in range(8) for column in range(8)]
    notes = [model.note(*pad) for pad in pads]
    assert [model.pad(note) for note in notes] == pads
    assert sum(model.pad(note) is not None for note in range(128)) == 64


def test_a_grid_shows_scenes_voices_and_16ths_and_only_changes_are_sent() -> None:
    grid, view = GridLights(grid_model("launchpad")), GridView([True, True, True], 0, None, 1, [True] + [False] * 15, 0)
    assert len(grid.changes(lights(view))) == 64
    assert grid.changes(lights(view._replace(queued=2))) == [(0x90, 83, 9)]
    assert grid.changes(lights(view._replace(current=2))) == [(0x90, 81, 1), (0x90, 83, 21)]
    assert grid.changes(lights(view._replace(current=2, sounding=9))) == [(0x90, 31, 21), (0x90, 22, 1)]
    assert grid_model("launchpad-s").note(0, 0) == 0
    with pytest.raises(MidiMapError, match="launchpad, launchpad-s, got 'push'"):
        grid_model("push")


def test_a_played_bar_is_captured_as_it_was_played() -> None:
    rng = np.random.default_rng(5)
    hits = np.zeros((8, 64), bool)
    hits[:3, ::4] = rng.random((3, 16)) < 0.5
    hits[0, 0] = True
    offset = np.where(hits, rng.uniform(-0.5, 0.5, hits.shape).round(2), 0)
    offset[0, 0] = -0.5  # early, before the bar line
    played = Pattern.from_hits(hits, np.where(hits, 0.75, 0), offset)
    capture = BarCapture()
    for stroke in played.strokes():
        capture.strike(stroke.voice, stroke.velocity, 3 * 64 + stroke.position)
    capture.strike(1, 0.5, 4 * 64 - 1.0)  # of the bar after
    assert capture.complete(3, 3 * 64 + 61) is None
    found = capture.complete(3, 3 * 64 + 62)
    assert found is not None
    np.testing.assert_array_equal(found.hits, played.hits)
    np.testing.assert_allclose(found.offset, played.offset, atol=1 / 30)
    assert capture.complete(3, 4 * 64) is None
    after = capture.complete(4, 5 * 64)
    assert after is not None
    assert [(each.voice, each.step, each.offset) for each in after.strokes()] == [(1, 0, -1.0)]


def test_messages_wait_in_the_inbox() -> None:
    inbox = Inbox()
    for n in range(3):
        inbox.hear(HeardMessage(float(n), (0xF8,)))
    assert [each.seconds for each in inbox.take()] == [0.0, 1.0, 2.0]
    assert inbox.take() == []


def test_our_own_notes_that_come_back_are_noticed_and_cut() -> None:
    guard = LoopGuard()
    for n in range(SURE_NOTES):
        assert not guard.cut
        guard.sent(n * 0.1, (0x99, 36, 100 + n))
        guard.heard(n * 0.1 + 0.01, (0x99, 36, 100 + n))
    assert guard.cut
    assert not guard.heard(5.0, (0x99, 40, 1))
    guard.mend()
    assert guard.heard(5.0, (0x99, 40, 1))


def test_a_player_who_plays_along_is_not_cut() -> None:
    rng, guard = np.random.default_rng(0), LoopGuard()
    for n in range(400):
        guard.sent(n * 0.1, (0x99, 36, 100))
        assert guard.heard(n * 0.1 + 0.02, (0x99, 36, int(rng.choice([90, 100, 110]))))


def test_our_own_pulses_that_come_back_are_cut_and_those_of_another_clock_are_not() -> None:
    echo, other, leader = LoopGuard(), LoopGuard(), LoopGuard()
    for n in range(2 * SURE_PULSES):
        for guard in (echo, other, leader):
            guard.sent(n * 0.02 + 0.05, (0xF8,))  # ahead of its time
        echo.heard(n * 0.02 + 0.005, (0xF8,))
        other.heard(n * 0.0201 + 0.005, (0xF8,))
        leader.heard(n * 0.02 + 0.005, (0xF8,), leading=False)  # we follow it: ours keep a constant distance
    assert (echo.cut, other.cut, leader.cut) == (True, False, False)
