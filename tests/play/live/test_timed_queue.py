"""Messages that wait for their time: late ones are dropped, notes end, a follower of the clock finds its place."""

import numpy as np
import pytest
from live import TEMPO_MAPS, HandClock, busy_bars, performance

from clave.play.live.midi_clock import START_LEAD_SECONDS, ClockOutput, PulseGate
from clave.play.live.midi_messages import CLOCK, CONTINUE, START, STOP, read_song_position, song_position
from clave.play.live.timed_queue import TimedQueue
from clave.play.midi_out import MidiMessage, MidiOutput
from clave.play.output import QueuedStep
from clave.play.scheduler import Scheduler
from clave.play.tempo import BarTempo, TempoCurve
from clave.play.transport import Loop, Transport

ON, OFF = (0x99, 36, 100), (0x89, 36, 0)


def test_messages_come_in_order_of_time_and_not_before() -> None:
    queue = TimedQueue()
    queue.add(2.0, OFF)
    queue.add(1.0, ON)
    queue.add(2.0, (0x99, 38, 90))
    assert queue.due(0.999) == []
    assert queue.next_seconds == 1.0
    assert queue.due(1.0) == [ON]
    assert queue.due(2.03) == [OFF, (0x99, 38, 90)]
    assert queue.worst_late_seconds == pytest.approx(0.03)


def test_notes_that_are_late_are_dropped_and_counted_and_ends_are_sent() -> None:
    queue = TimedQueue()
    for n in range(20):
        queue.add(0.1 * n, ON)
        queue.add(0.1 * n + 0.03, OFF)
    assert queue.due(0.0) == [ON]
    sent = queue.due(1.549)
    assert sent.count(ON) == 1  # the one at 1.5 s
    assert sent.count(OFF) == 16
    assert queue.dropped_notes == 14


def test_a_control_change_is_never_late() -> None:
    queue = TimedQueue()
    queue.add(0.0, (0xB0, 7, 1))
    assert queue.due(5.0) == [(0xB0, 7, 1)]


def test_silence_drops_what_plays_and_ends_what_sounds() -> None:
    queue = TimedQueue()
    for seconds, data in ((0.0, (START,)), (0.0, ON), (0.03, OFF), (0.1, ON), (0.1, (CLOCK,)), (0.1, (0xB0, 7, 1))):
        queue.add(seconds, data)
    queue.due(0.0)
    assert queue.silence() == [OFF, (STOP,)]
    assert queue.due(1.0) == [(0xB0, 7, 1)]
    assert queue.silence() == []
    assert queue.end() == [(0xB9, 123, 0)]


def test_a_note_on_of_velocity_0_is_an_end() -> None:
    queue = TimedQueue()
    queue.add(0.0, ON)
    queue.add(0.1, (0x99, 36, 0))
    queue.due(0.1)
    assert queue.silence() == []


def sent_by_gate(late_of: dict[int, float], pulses: int = 48) -> tuple[list[tuple[int, ...]], PulseGate]:
    gate = PulseGate()
    sent = gate.take((START,), 0.0)
    for pulse in range(pulses):
        sent += gate.take((CLOCK,), late_of.get(pulse, 0.0))
    return sent, gate


def position_of_follower(messages: list[tuple[int, ...]]) -> int:
    """The pulse at which a device that follows these messages is."""
    pulses, runs = 0, False
    for data in messages:
        if data[0] == START:
            pulses, runs = 0, True
        elif data[0] == CONTINUE:
            runs = True
        elif data[0] == STOP:
            runs = False
        elif data[0] == CLOCK:
            pulses += runs
        else:
            assert not runs, "a song position is for a device that stands"
            pulses = 6 * read_song_position(data)
    return pulses


def test_pulses_in_time_pass() -> None:
    sent, gate = sent_by_gate({})
    assert sent == [(START,)] + [(CLOCK,)] * 48
    assert gate.dropped == 0


@pytest.mark.parametrize("first", [1, 7, 12, 17])
@pytest.mark.parametrize("count", [1, 5, 20])
def test_a_burst_is_dropped_and_the_follower_finds_its_place(first: int, count: int) -> None:
    sent, gate = sent_by_gate({pulse: 0.5 - 0.02 * (pulse - first) for pulse in range(first, first + count)})
    assert position_of_follower(sent) == 48
    assert count <= gate.dropped < count + 6
    assert sent.count((STOP,)) == sent.count((CONTINUE,)) == 1


def test_a_start_that_is_late_is_made_good() -> None:
    gate = PulseGate()
    sent = gate.take((START,), 0.3)
    for _ in range(12):
        sent += gate.take((CLOCK,), 0.0)
    assert sent[:4] == [(STOP,), song_position(0), (CONTINUE,), (CLOCK,)]
    assert position_of_follower(sent) == 12


def queued(position: int, tempo: TempoCurve, start: float = 0.0) -> QueuedStep:
    begins, ends = tempo.seconds_at(position), tempo.seconds_at(position + 1)
    return QueuedStep(position // 64, position % 64, start + begins, ends - begins)


@pytest.mark.parametrize("kind", TEMPO_MAPS)
def test_there_are_24_straight_pulses_a_quarter(kind: str) -> None:
    music = performance(*busy_bars(4), tempo=TEMPO_MAPS[kind], swing=0.66)
    messages = list[MidiMessage]()
    starts = np.cumsum([0, *(bar.steps for bar in music.bars)]).tolist()
    clock = HandClock(0.0)
    transport = Transport(music.tempo, clock)
    scheduler = Scheduler(music, [ClockOutput(messages.append, starts.__getitem__)], transport)
    transport.start(5.0)
    while not scheduler.finished:
        scheduler.tick()
        clock.seconds += 0.01
    assert messages[0] == (pytest.approx(5.0 - START_LEAD_SECONDS), (START,))
    pulses = [each.seconds for each in messages if each.data == (CLOCK,)]
    assert len(pulses) == starts[-1] * 1.5
    for n, seconds in enumerate(pulses):
        step, within = divmod(n / 1.5, 1)
        straight = music.tempo.seconds_at(step) * (1 - within) + music.tempo.seconds_at(step + 1) * within
        assert seconds - 5.0 == pytest.approx(straight, abs=1e-9)


@pytest.mark.parametrize(("position", "sixteenth", "first"), [(64, 16, 64), (66, 17, 68), (4, 1, 4)])
def test_elsewhere_the_follower_is_told_the_song_position(position: int, sixteenth: int, first: int) -> None:
    tempo = TempoCurve([BarTempo(64, 120, 120)] * 4)
    messages = list[MidiMessage]()
    output = ClockOutput(messages.append, lambda bar: 64 * bar)
    for step in range(position, position + 20):
        output.step(queued(step, tempo))
    assert [each.data for each in messages[:3]] == [song_position(sixteenth), (CONTINUE,), (CLOCK,)]
    assert messages[2].seconds == pytest.approx(tempo.seconds_at(first))
    assert messages == sorted(messages, key=lambda each: each.seconds)


def test_steps_that_are_left_out_move_the_follower() -> None:
    tempo = TempoCurve([BarTempo(64, 120, 120)] * 4)
    messages = list[MidiMessage]()
    output = ClockOutput(messages.append, lambda bar: 64 * bar)
    for step in [*range(10), *range(50, 90)]:
        output.step(queued(step, tempo))
    messages.sort(key=lambda each: each.seconds)
    assert position_of_follower([each.data for each in messages]) == 90 * 1.5
    output.silence(0.0)
    messages.clear()
    output.step(queued(0, tempo, 100.0))
    assert messages[0].data == (START,)


def test_through_a_loop_the_follower_counts_on() -> None:
    music = performance(*busy_bars(1))
    clock, messages = HandClock(0.0), list[MidiMessage]()
    transport = Transport(music.tempo, clock, Loop(0, 64))
    scheduler = Scheduler(music, [ClockOutput(messages.append, lambda bar: 64 * bar)], transport)
    transport.start()
    while clock.seconds < 3 * music.tempo.seconds:
        scheduler.tick()
        clock.seconds += 0.01
    assert [each.data for each in messages if each.data != (CLOCK,)] == [(START,)]


def test_notes_and_clock_share_a_queue_and_a_stop_leaves_nothing_behind() -> None:
    music = performance(*busy_bars(2))
    clock, queue, heard = HandClock(0.0), TimedQueue(), list[tuple[int, ...]]()

    def drop() -> None:
        heard.extend(queue.silence())

    notes = MidiOutput(lambda each: queue.add(*each), ahead_seconds=0.05, drop=drop)
    pulses = ClockOutput(lambda each: queue.add(*each), lambda bar: 64 * bar)
    transport = Transport(music.tempo, clock)
    scheduler = Scheduler(music, [notes, pulses], transport)
    transport.start()
    while clock.seconds < 1.7:
        scheduler.tick()
        heard += queue.due(clock.seconds)
        clock.seconds += 0.001
    transport.stop()
    scheduler.tick()
    heard += queue.due(99.0)
    down = set[int]()
    for status, *data in heard:
        if status == 0x99:
            assert data[0] not in down
            down.add(data[0])
        elif status == 0x89:
            down.discard(data[0])
    assert down == set()
    assert heard[-1] == (STOP,)
    expected = [strike for strike in music.events() if strike.seconds < 1.7]
    assert sum(status == 0x99 for status, *_ in heard) == len(expected)
