"""The music goes on: a device goes and comes back, an output fails, the computer sleeps, a clock is set back."""

import ast
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from live import busy_bars
from sound_device import Device, Playing, project
from studio import BAR, Studio
from toy_rhythm import ToyRhythm

import clave
from clave.errors import AudioPortError, ClipError, TransformError
from clave.play import perform as performing
from clave.play.arrange import SILENCE
from clave.play.live.audio_out import AudioOutput
from clave.play.live.midi_process import MidiProcess, ProcessState
from clave.play.live.osc import OscOutput
from clave.play.live.osc_packet import read_packet
from clave.play.perform import perform
from clave.play.performance import Strike
from clave.play.project import Project, Scene
from clave.play.project.voices import KitVoice
from clave.play.sounds import decode_sound


def test_a_device_that_comes_back_sounds_again() -> None:
    playing, back = Playing(project()), Device()
    tries: list[int] = []

    def reopen() -> Device:
        tries.append(1)
        if len(tries) < 3:
            raise AudioPortError("there is no sound device")
        return back

    playing.output = AudioOutput(playing.device, playing.said.append, reopen, retry_seconds=0.001)
    playing.engine.conductor.outputs[:] = [playing.output]
    playing.engine._strokes.ready[0] = playing.output.prepare  # pyright: ignore[reportPrivateUsage]
    playing.play(0.5)
    playing.device.gone = True
    playing.go_on(0.1)
    assert playing.said == [
        "the sound device 'collects' is gone: pulled out; it is waited for, and what else plays goes on"
    ]
    deadline = time.monotonic() + 5
    while playing.output._found is None and time.monotonic() < deadline:  # pyright: ignore[reportPrivateUsage]
        time.sleep(0.001)
    playing.device, playing.now = back, playing.now
    for _ in range(1500):
        playing.engine.tick()
        back.played = min(back.played + 64, back.given)
        playing.now += 64 / back.sample_rate
    assert playing.said[1:] == ["sound goes to collects again"]
    assert len(tries) == 3
    assert np.abs(back.heard()).max() > 0.01
    playing.output.close()


def test_a_device_that_takes_nothing_is_gone_and_one_after_a_sleep_is_not() -> None:
    said: list[str] = []
    device = Device()
    output = AudioOutput(device, said.append)
    now = 0.0
    for _ in range(3000):  # 6 s: it plays
        now += 0.002
        device.played = min(device.played + 88, device.given)
        output.release(now)
    output.release(now + 3600)
    assert said == []
    now += 3600
    for _ in range(2500):  # 5 s: it stands still
        now += 0.002
        output.release(now)
    assert said == ["the sound device 'collects' has taken nothing for 4 s; what else plays goes on"]


class Failing:
    """An output that fails whatever it is told."""

    def strike(self, *_: Any) -> None:
        raise ValueError("no number")

    step = release = silence = strike


def test_an_output_that_fails_is_said_once_and_the_others_play_on() -> None:
    studio, alone = Studio(Project(scene=Scene(bars=busy_bars(1)))), Studio(Project(scene=Scene(bars=busy_bars(1))))
    failing: Any = Failing()
    studio.engine.conductor.outputs.insert(0, failing)
    for each in (studio, alone):
        each.until(each.play() + 2 * BAR)
    assert studio.heard.strikes == alone.heard.strikes
    assert len(studio.heard.strikes) > 20
    assert studio.said == ["what plays along has failed, and the rest plays on: ValueError('no number')"]


def test_a_fault_in_a_change_is_said_and_what_played_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    studio = Studio(Project(scene=Scene(bars=busy_bars(1))))
    start = studio.play()
    studio.until(start + 0.5)

    def fails(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(studio.engine._strokes, "perform", fails)  # pyright: ignore[reportPrivateUsage]
    studio.send("/clave/swing", 0.6)
    studio.until(start + 2 * BAR)
    assert len(studio.said) == 1
    assert studio.said[0].startswith("a change cannot be played, and what played before goes on: ZeroDivision")
    assert studio.heard.steps[-1].seconds > start + 2 * BAR - 0.1


@pytest.mark.parametrize("bars", [1, 3])
@pytest.mark.parametrize("hours", [1, 30])
def test_after_a_sleep_of_hours_it_goes_on_on_the_beat_and_says_so(hours: int, bars: int) -> None:
    """The place in the music is the one that it would have come to; what was passed over is counted."""
    studio = Studio(Project(scene=Scene(bars=busy_bars(bars))))
    start = studio.play()
    studio.until(start + 0.5)
    before = len(studio.heard.strikes), len(studio.heard.steps)
    studio.clock.seconds += hours * 3600
    begun = time.process_time()
    studio.engine.tick()
    assert time.process_time() - begun < 0.5
    assert len(studio.heard.strikes) - before[0] < 20
    assert len(studio.heard.steps) - before[1] < 10
    step = studio.heard.steps[-1]
    lengths = [64, 48, 64][:bars]
    rounds, within = divmod(step.bar, bars)
    position = rounds * sum(lengths) + sum(lengths[:within]) + step.step
    assert step.seconds == pytest.approx(start + position * BAR / 64, abs=1e-4)
    assert studio.clock.seconds <= step.seconds < studio.clock.seconds + 0.2
    conductor: Any = studio.engine.conductor
    rounds, within = divmod(conductor.next_bar, bars)
    strokes = [each for bar in busy_bars(bars) for each in bar.pattern.strokes]
    started = [each for bar in busy_bars(bars)[:within] for each in bar.pattern.strokes]
    begun_bar = [each for each in busy_bars(bars)[within].pattern.strokes if each[1] < conductor._step]
    waiting = sum(isinstance(each.item, Strike) for each in conductor._waiting)
    due = rounds * len(strokes) + len(started) + len(begun_bar)
    assert len(studio.heard.strikes) + conductor.left_out + waiting == due
    missed = f"{hours * 3600} s of music were left out"
    assert studio.said == [f"{missed}, as the computer was asleep or too busy; it goes on in time"]


def test_a_wall_clock_that_is_set_back_loses_no_stroke() -> None:
    """OSC names the time of the wall clock, as it is at that moment; when a stroke leaves is by the other clock."""
    sent: list[bytes] = []
    wall = [1_000_000.0]
    output = OscOutput(sent.append, ahead_seconds=0.05, wall=lambda seconds: wall[0] + seconds)
    studio = Studio(Project(scene=Scene(bars=busy_bars(1))))
    studio.engine.conductor.outputs.append(output)
    start = studio.play()
    studio.until(start + BAR)
    wall[0] -= 3600
    studio.until(start + 2 * BAR)
    messages = [each for packet in sent for each in read_packet(packet)]
    strokes = [each for each in messages if each.address == "/clave/strike"]
    due = [each for each in studio.heard.strikes if each[0] <= studio.clock.seconds + 0.05]
    assert len(strokes) == len(due) > 20


def test_nothing_that_plays_reads_the_wall_clock() -> None:
    """Which is set by people and time servers; but OSC bundles name its time."""
    found: dict[str, int] = {}
    root = Path(clave.__file__).parent
    for path in sorted((root / "play").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ("time.time", "datetime.now", "time.time_ns"):
                found[path.name] = found.get(path.name, 0) + 1
    assert found == {"osc.py": 2}


def test_a_port_that_goes_and_comes_back_is_said() -> None:
    said: list[str] = []
    process: Any = MidiProcess.__new__(MidiProcess)
    process._gathered, process._port, process._report = bytearray(), "TR-8S", said.append
    process.state = process._told = ProcessState("TR-8S MIDI 1")
    for state in (
        ProcessState(),
        ProcessState(dropped_notes=1),
        ProcessState("TR-8S MIDI 1"),
        ProcessState(error="it has ended"),
    ):
        process.state = state
        process.release(0.0)
        process.release(0.1)
    assert said == [
        "the MIDI port 'TR-8S' is gone, and is waited for; the rest plays on",
        "the MIDI port 'TR-8S MIDI 1' is there again",
        "it has ended: nothing goes to 'TR-8S' until Clave is started again; the rest plays on",
    ]


@pytest.mark.parametrize("error", [ClipError("samples are finite numbers, got nan"), TransformError("a peak of nan")])
def test_a_sound_of_no_numbers_is_silent_and_said(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken(voice: Any, sound: KitVoice, *given: Any) -> Any:
        if voice.name == "snare":
            raise error
        return decode_sound(voice, sound, *given)

    monkeypatch.setattr(performing, "decode_sound", broken)
    made = perform(Project(), ToyRhythm())  # type: ignore[arg-type]
    assert made.remarks == (f"the snare is silent: {error}",)
    assert made.sounds[1].clip is SILENCE
    assert made.sounds[0].clip is not SILENCE
