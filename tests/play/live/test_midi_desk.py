"""MIDI at the desk of an engine: what comes in moves it, what goes back, a clock that leads, ports that come and go."""

from collections.abc import Iterator

import numpy as np
import pytest
from fake_midi import FakeMidi
from live import busy_bars
from studio import BAR, Studio, at

from clave.errors import ControlError
from clave.play.live.loop_guard import SURE_NOTES
from clave.play.live.midi_clock import ClockOutput
from clave.play.live.midi_desk import MidiDesk, MidiWiring
from clave.play.live.midi_map import Binding, MidiMap, map_of_drums
from clave.play.live.midi_messages import CLOCK, CONTINUE, SONG_POSITION, START, STOP, read_song_position, song_position
from clave.play.live.midi_targets import TARGETS
from clave.play.live.timed_queue import TimedQueue
from clave.play.midi_out import MidiMessage
from clave.play.project import Given, Project, Scene

KNOBS = MidiMap(
    "desk",
    {36: 0, 38: 1},
    (
        Binding("volume", 20, channel=1),
        Binding("snare.cutoff", 21, channel=1),
        Binding("tempo", 3, "absolute-14", channel=1),
        Binding("play", 60, "note", channel=1),
        Binding("capture", 61, "note", channel=1),
    ),
)


class Gear(Studio):
    """A studio with MIDI ports; time passes for the engine and for what comes in."""

    def __init__(self, project: Project, *, wiring: MidiWiring, ports: tuple[str, ...] = ("Pads",)) -> None:
        super().__init__(project)
        self.system = FakeMidi(outputs=ports, inputs=ports)
        self.desk = MidiDesk(self.engine, self.system, wiring, KNOBS, self.said.append)
        self.coming: list[tuple[float, str, tuple[int, ...]]] = []

    def until(self, seconds: float, tick: float = 0.01) -> None:
        while self.clock.seconds < seconds - 1e-9:
            self.clock.seconds = min(seconds, self.clock.seconds + tick)
            while self.coming and self.coming[0][0] <= self.clock.seconds:
                at_seconds, name, data = self.coming.pop(0)
                self.system.play(name, at_seconds, *data)
            self.engine.tick()
            self.desk.tick()

    def say(self, *data: int, name: str = "Pads") -> None:
        self.system.play(name, self.clock.seconds, *data)
        self.until(self.clock.seconds + 0.01)

    def shown(self, name: str = "Pads") -> list[tuple[int, ...]]:
        """What was sent back to this controller since the last call."""
        found: list[tuple[int, ...]] = []
        for port in self.system.opened:
            if port.name == name and port.heard is None:
                found += port.sent
                port.sent.clear()
        return found


def gear(project: Project | None = None, **wiring: object) -> Gear:
    made = Gear(project or Project(scene=at(0)), wiring=MidiWiring(**(wiring or {"controllers": ("pads",)})))  # pyright: ignore[reportArgumentType]
    made.until(made.clock.seconds + 0.05)
    return made


def test_every_target_is_a_control_that_takes_both_its_ends() -> None:
    studio = Studio(Project())
    for name, target in TARGETS.items():
        for share in (0.0, 0.3, 1.0):
            if target.scale not in ("press", "strike"):
                studio.send(target.address, *target.argument(share))
                back = target.share(studio.engine.desk.project)
                assert back == pytest.approx(share, abs=0.08 if target.scale == "whole" else 1e-6), name


def test_notes_play_voices_and_programs_launch_scenes() -> None:
    made = gear(Project(scene=at(0), scenes=(None, at(1).changed(name="drop"))))
    made.say(0x99, 38, 127)
    made.say(0x99, 40, 127)  # a note of no voice
    assert [(strike.voice, strike.velocity) for _, strike in made.heard.strikes] == [(1, 1.0)]
    made.say(0xC0, 1)
    assert made.engine.desk.project.scene.name == "drop"
    made.say(0xC0, 0)
    made.say(0xC0, 0)
    assert made.said == ["scene 1 is empty"], "said once"


def test_learned_controls_move_the_desk_and_take_over_softly() -> None:
    made = gear()
    made.say(0xB0, 20, 10)
    assert made.engine.desk.project.volume == 0.8, "it has not passed the present value yet"
    for value in (90, 110, 127):
        made.say(0xB0, 20, value)
    assert made.engine.desk.project.volume == 1
    for value in (80, 90, 127):
        made.say(0xB0, 21, value)
    assert made.engine.desk.project.scene.mix[1].cutoff_hz == pytest.approx(20_000)
    made.say(0x90, 60, 100)
    assert made.engine.conductor.running
    made.say(0x80, 60, 0)
    assert made.engine.conductor.running
    made.say(0x90, 60, 1)
    assert not made.engine.conductor.running


def test_state_goes_back_on_load_on_change_and_to_a_controller_that_comes_back() -> None:
    made = gear()
    first = made.shown()
    assert (0xB0, 20, 102) in first  # a volume of 0.8
    assert {data[1] for data in first} == {20, 21, 3, 35, 60}, "coarse and fine of the tempo, and whether it plays"
    made.send("/clave/volume", 0.5)
    made.until(made.clock.seconds + 0.1)
    assert made.shown() == [(0xB0, 20, 64)]
    for value in (64, 70):
        made.say(0xB0, 20, value)
    made.until(made.clock.seconds + 0.1)
    assert made.shown() == [], "the hand that moves it knows"
    made.system.inputs.clear()
    made.system.outputs.clear()
    made.until(made.clock.seconds + 1.5)
    assert made.said == ["pads is not connected"]
    made.say(0x99, 38, 127)
    assert not made.heard.strikes
    made.system.inputs.append("Pads 24:0")  # as ALSA numbers it after the next plug
    made.system.outputs.append("Pads 24:0")
    made.until(made.clock.seconds + 1.5)
    assert made.said[1:] == ["pads is connected again"]
    assert len(made.shown("Pads 24:0")) == len(first)
    made.say(0x99, 38, 127, name="Pads 24:0")
    assert len(made.heard.strikes) == 1


def test_an_input_that_hears_our_output_is_cut_and_said() -> None:
    made = gear()
    for n in range(2 * SURE_NOTES):
        made.desk.sent(MidiMessage(made.clock.seconds, (0x99, 36, 60 + n)))
        made.say(0x99, 36, 60 + n)
    assert len(made.heard.strikes) == SURE_NOTES - 1
    made.until(made.clock.seconds + 1.1)
    assert made.said == ["pads hears what we send: cut off"]


def test_a_controller_that_sends_back_what_it_is_shown_moves_nothing() -> None:
    made = gear()
    made.shown()
    made.say(0x90, 60, 100)
    made.until(made.clock.seconds + 0.05)
    (lit,) = [data for data in made.shown() if data[1] == 60]
    made.say(*lit)  # as a press it would stop the music
    assert made.engine.conductor.running
    made.until(made.clock.seconds + 0.2)
    made.say(*lit)
    assert not made.engine.conductor.running, "later it is a press"


def test_after_a_stall_pulses_are_dropped_and_the_follower_is_moved_to_its_place() -> None:
    studio, queue, bursts = Studio(Project(scene=at(0))), TimedQueue(), list[list[tuple[int, ...]]]()
    engine = studio.engine
    engine.conductor.outputs.append(
        ClockOutput(lambda each: queue.add(each.seconds, each.data), engine.conductor.bar_start)
    )
    start = studio.play()
    for stop in (1.0, 3.0):
        while studio.clock.seconds < start + stop:
            studio.until(studio.clock.seconds + 0.005)
            bursts.append(queue.due(studio.clock.seconds))
        studio.clock.seconds += 0.7  # of which nothing was sent
    sent = [data for burst in bursts for data in burst]
    assert max(burst.count((CLOCK,)) for burst in bursts) <= 2, "no burst"
    assert queue.dropped_pulses > 0
    jump = max(place for place, data in enumerate(sent) if data[0] == SONG_POSITION)
    assert sent[jump - 1] == (STOP,)
    assert sent[jump + 1] == (CONTINUE,)
    pulses = 6 * read_song_position(sent[jump]) + sent[jump:].count((CLOCK,))
    there = (studio.clock.seconds - 0.7 - start) / (BAR / 96)
    assert pulses == pytest.approx(there, abs=1.5)


def test_a_map_that_moves_what_is_not_there_is_said() -> None:
    studio = Studio(Project())
    midi_map = map_of_drums().with_binding(Binding("snare.nose", 20))
    MidiDesk(studio.engine, FakeMidi(), MidiWiring(("pads",)), midi_map, studio.said.append)
    assert "moves 'snare.nose', which is not there" in studio.said[0]


def test_the_last_bar_of_a_hand_becomes_the_loop_at_its_place_on_the_map() -> None:
    made = gear()
    made.say(0x90, 61, 100)
    assert "nothing was played yet" in made.said[0]
    start = made.play()
    beat = BAR / 4
    for note, when in ((36, 0.01), (38, beat), (36, 2 * beat), (38, 3 * beat - 0.015)):
        made.until(start + BAR + when)
        made.say(0x99, note, 100)
    made.until(start + 2 * BAR + 0.3)
    made.say(0x90, 61, 100)
    made.until(made.clock.seconds + 0.1)
    (bar,) = made.engine.desk.project.scene.bars
    assert isinstance(bar, Given)
    assert bar.source == "played"
    assert bar.point is not None
    assert sorted((step, voice) for voice, step, _, _ in bar.pattern.strokes) == [(0, 0), (16, 1), (32, 0), (48, 1)]
    assert [each[2] for each in bar.pattern.strokes] == pytest.approx([100 / 127] * 4)
    made.send("/clave/undo")
    assert made.engine.desk.project.scene == at(0)


# ---- the clock


def clock_of(bpm: float, start: float, beats: int, first: tuple[int, ...] = (START,)) -> Iterator[tuple]:
    yield (start - 0.002, "DAW", first)
    for pulse in range(24 * beats):
        yield (start + pulse * 60 / 24 / bpm, "DAW", (CLOCK,))


def steps_of(made: Gear, since: float) -> list[tuple[float, int, int]]:
    return [(each.seconds, each.bar, each.step) for each in made.heard.steps if each.seconds >= since]


def test_a_clock_leads_in_tempo_and_phase_while_performances_change() -> None:
    made = Gear(Project(scene=at(0)), wiring=MidiWiring(clock="DAW"), ports=("DAW", "Other"))
    pulses: list[tuple[int, ...]] = []
    clock = ClockOutput(lambda message: pulses.append(message.data), made.engine.conductor.bar_start)
    made.engine.conductor.outputs.append(clock)
    made.until(101.0)
    assert not made.engine.conductor.running
    start = 102.0
    made.coming = list(clock_of(150, start, 40))
    made.until(start + 4.0)
    made.send("/clave/tempo", 90)  # of no matter: the other one leads
    made.send("/clave/map", 1.0, 0.5)
    made.until(start + 8.0)
    made.send("/clave/scene/1/keep")
    made.send("/clave/scene/1/launch")
    made.until(start + 15.0)
    step = 60 / 150 / 16
    off = [seconds - start - (bar * 64 + place) * step for seconds, bar, place in steps_of(made, start + 1)]
    early = [each for each in off if abs(each) < 1]  # before the launch, from where bars count anew
    assert len(early) > 200
    assert np.abs(early).max() < 0.002
    bars = [each - round(each / (64 * step)) * 64 * step for each in off]
    assert np.abs(bars).max() < 0.002, "on the bar of the leader also after the launch"
    assert pulses.count((START,)) == 1
    assert (STOP,) not in pulses
    assert made.heard.left_out == 0 if hasattr(made.heard, "left_out") else True
    made.until(start + 18)
    assert not made.engine.conductor.running, "its pulses have stopped"


def test_song_position_continue_and_stop_are_obeyed() -> None:
    made = Gear(Project(scene=Scene(bars=busy_bars(4))), wiring=MidiWiring(clock="DAW"), ports=("DAW",))
    made.until(101.0)
    made.coming = [(101.5, "DAW", song_position(20)), *clock_of(120, 102.0, 8, (CONTINUE,)), (106.2, "DAW", (STOP,))]
    made.until(105.0)
    first = made.heard.steps[0]
    assert (first.bar, first.step) == (1, 16), "a bar of 16 sixteenths and 4 of the next"
    assert first.seconds == pytest.approx(102.0, abs=0.06)
    made.until(106.3)
    assert not made.engine.conductor.running
    assert made.heard.steps[-1].seconds == pytest.approx(106.2, abs=0.15)


def test_of_two_clocks_the_one_that_was_named_leads_and_the_other_is_named() -> None:
    made = Gear(Project(), wiring=MidiWiring(("other",), clock="DAW"), ports=("DAW", "Other"))
    made.until(101.0)
    other = [(101.99 + n * 0.03, "Other", (CLOCK,)) for n in range(100)]
    made.coming = sorted([*clock_of(150, 102.0, 8), *other])
    made.until(104.5)
    assert made.said == ["other sends a clock too, which is not followed"]
    lasts = [each.duration_seconds for each in made.heard.steps[-64:]]
    assert lasts == pytest.approx([60 / 150 / 16] * 64, rel=0.05)


def test_notes_of_a_port_whose_clock_alone_is_wanted_play_nothing() -> None:
    made = Gear(Project(), wiring=MidiWiring(clock="DAW"), ports=("DAW",))
    made.until(101.0)
    made.say(0x99, 38, 100, name="DAW")
    assert not made.heard.strikes


# ---- a grid


def test_pads_of_a_grid_launch_scenes_and_toggle_the_16ths_of_a_voice() -> None:
    project = Project(scene=at(0), scenes=(at(1).changed(name="one"), None, at(-1).changed(name="three")))
    made = Gear(project, wiring=MidiWiring(grid="Launchpad"), ports=("Launchpad",))
    made.until(101.0)
    first = {note: colour for _, note, colour in made.shown("Launchpad")}
    assert len(first) == 64
    assert (first[81], first[82], first[83]) == (1, 0, 1), "two scenes and an empty place"
    assert (first[41], first[42]) == (9, 1), "the kick is chosen"
    assert first[31] == 21, "it is struck on the one"
    made.say(0x90, 83, 100, name="Launchpad")
    assert made.engine.desk.project.scene.name == "three"
    made.until(made.clock.seconds + 0.1)
    assert (0x90, 83, 21) in made.shown("Launchpad")
    made.say(0x90, 42, 100, name="Launchpad")  # the snare
    made.say(0x90, 33, 100, name="Launchpad")  # its third 16th
    made.until(made.clock.seconds + 0.1)
    assert (0x90, 33, 21) in made.shown("Launchpad")
    cells = list(made.engine.desk.project.scene.bars[0].operations[0].cells)
    assert cells == [(1, 8, 0.8, 0.0)]
    made.say(0x90, 33, 100, name="Launchpad")
    made.until(made.clock.seconds + 0.1)
    assert (0x90, 33, 0) in made.shown("Launchpad")
    start = made.play()
    made.until(start + 0.3)
    assert any(colour in (1, 5) for _, _, colour in made.shown("Launchpad")), "the 16th that sounds"
    made.desk.close()
    assert not any(port.open for port in made.system.opened)


def test_pads_write_into_no_path() -> None:
    made = Gear(Project(scene=at(0)), wiring=MidiWiring(grid="Launchpad"), ports=("Launchpad",))
    made.until(101.0)
    made.send("/clave/path/points", -1.0, 0.0, 1.0, 0.0)
    made.until(101.2)
    made.say(0x90, 33, 100, name="Launchpad")
    assert "pads write into the bars of a loop" in made.said[-1]


def test_capture_without_music_is_refused_with_what_to_do() -> None:
    with pytest.raises(ControlError, match="strike pads or keys while the music plays"):
        Studio(Project()).send("/clave/capture")
