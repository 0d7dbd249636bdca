"""A clock that comes in: tempo and phase through jitter, losses and jumps; start, stop and position; one source."""

import math

import numpy as np
import pytest
from live import HandClock, Recorder, busy_bars, performance

from clave.play.live.midi_follow import ClockFollower, ClockSources, Command, FollowedClock
from clave.play.live.midi_messages import CLOCK, CONTINUE, START, STEPS_PER_PULSE, STOP, song_position
from clave.play.live.pulse_line import PulseLine
from clave.play.scheduler import Scheduler
from clave.play.tempo import BarTempo, TempoCurve
from clave.play.transport import Loop, Transport

JITTER_SECONDS, LOST = 0.003, 0.01


class Leader:
    """Another program: a tempo for so many seconds each; its pulses reach us early or late, or not at all."""

    def __init__(
        self, *spans: tuple[float, float], seed: int, jitter: float = JITTER_SECONDS, lost: float = LOST
    ) -> None:
        rng, seconds = np.random.default_rng(seed), 10.0
        self.changed = self.end = seconds
        self.times: list[float] = []
        for bpm, length in spans:
            self.changed, self.bpm = seconds, bpm
            for _ in range(int(length * bpm * 24 / 60)):
                self.times.append(seconds)
                seconds += 60 / 24 / bpm
        self.end = seconds
        arrived = np.array(self.times) + rng.uniform(-jitter, jitter, len(self.times))
        kept = rng.random(len(arrived)) >= lost
        kept[:24] = True  # where the first beat is cannot be known otherwise
        self.messages = [(10.0 - 0.01, (START,)), *((at, (CLOCK,)) for at in np.sort(arrived[kept]).tolist())]

    def position(self, seconds: float) -> float:
        return float(np.interp(seconds, self.times, np.arange(len(self.times)))) * STEPS_PER_PULSE


def followed(leader: Leader, tick: float = 0.004) -> np.ndarray:
    """At each tick: when, phase error in ms, tempo."""
    follower, coming, rows = ClockFollower(), leader.messages[::-1], []
    for now in np.arange(10.0, leader.end - 0.1, tick).tolist():
        while coming and coming[-1][0] <= now:
            follower.hear(*coming.pop())
        follower.update(now)
        if follower.playing:
            off = (follower.position(now) - leader.position(now)) / STEPS_PER_PULSE * 60 / 24 / leader.bpm
            rows.append((now, off * 1000, follower.tempo_bpm or math.nan))
    return np.array(rows)


@pytest.mark.parametrize("seed", range(100, 106))
@pytest.mark.parametrize(("before", "after"), [(90, 140), (140, 90)])
def test_a_jump_of_tempo_is_locked_within_two_beats(before: float, after: float, seed: int) -> None:
    leader = Leader((before, 4), (after, 7), seed=seed)
    rows = followed(leader)
    beats = (rows[:, 0] - leader.changed) * after / 60
    assert np.abs(rows[beats > 2, 1]).max() < 2
    assert np.abs(rows[beats > 9, 2] - after).max() < 0.1


@pytest.mark.parametrize("bpm", [60, 120, 174])
def test_a_steady_clock_is_followed_through_jitter_and_losses(bpm: float) -> None:
    rows = followed(Leader((bpm, 12), seed=1))
    steady = rows[:, 0] > 15
    assert np.abs(rows[steady, 1]).max() < 2
    assert np.abs(rows[steady, 2] - bpm).max() < 0.1


def test_a_ramp_is_followed() -> None:
    spans = [(100.0, 3.0), *((100 + n / 4, 0.1) for n in range(80)), (120.0, 4.0)]
    rows = followed(Leader(*spans, seed=3, lost=0))
    assert np.abs(rows[rows[:, 0] > 12, 1]).max() < 8
    assert abs(rows[-1, 2] - 120) < 0.1


def test_the_line_counts_lost_pulses_and_learns_a_new_tempo() -> None:
    line = PulseLine()
    for n in range(200):
        if n not in (50, 90, 91, 92):
            line.pulse(n * 0.02)
    assert line.index_at(200 * 0.02) == pytest.approx(200)
    for n in range(24):
        line.pulse(199 * 0.02 + (n + 1) * 0.03)
    assert line.tempo_bpm == pytest.approx(60 / 24 / 0.03, rel=1e-3)
    assert line.seconds_of(line.index_at(4.4)) == pytest.approx(4.4)


def run(
    *messages: tuple[float, tuple[int, ...]], until: float, step: float = 0.005
) -> tuple[ClockFollower, list[Command]]:
    follower, commands, coming = ClockFollower(), [], sorted(messages, key=lambda each: each[0])[::-1]
    now = 0.0
    while now < until:
        while coming and coming[-1][0] <= now:
            follower.hear(*coming.pop())
        commands += follower.update(now)
        follower.position(now)
        now += step
    return follower, commands


def pulses(first: int, last: int, interval: float = 0.02) -> list[tuple[float, tuple[int, ...]]]:
    return [(n * interval, (CLOCK,)) for n in range(first, last)]


def test_pulses_alone_give_the_tempo_and_start_nothing() -> None:
    follower, commands = run(*pulses(0, 100), until=1.9)
    assert commands == []
    assert follower.tempo_bpm == pytest.approx(125)
    assert not follower.playing


def test_start_counts_from_the_next_pulse() -> None:
    follower, commands = run(*pulses(0, 100), (0.99, (START,)), until=1.9)
    (start,) = commands
    assert start == Command("start", 0.0, pytest.approx(1.0))
    assert follower.position(1.9) == pytest.approx(45 * STEPS_PER_PULSE, abs=0.01)


def test_stop_and_continue_go_on_where_it_stood() -> None:
    messages = [*pulses(0, 200), (0.59, (START,)), (1.81, (STOP,)), (2.39, (CONTINUE,))]
    follower, commands = run(*messages, until=3.0)
    assert [each.kind for each in commands] == ["start", "stop", "start"]
    assert commands[1].position_steps == pytest.approx(60.5 * STEPS_PER_PULSE, abs=0.05)
    assert commands[2].position_steps == commands[1].position_steps
    assert follower.position(3.0) == pytest.approx((60.5 + 30) * STEPS_PER_PULSE, abs=0.1)


def test_a_song_position_moves_the_music_standing_and_playing() -> None:
    follower, commands = run(
        *pulses(0, 200), (0.5, song_position(16)), (0.99, (CONTINUE,)), (1.99, song_position(32)), until=2.5
    )
    assert [(each.kind, each.position_steps) for each in commands] == [("start", 64.0), ("jump", 128.0)]
    assert follower.position(2.5) == pytest.approx(128 + 25 * STEPS_PER_PULSE, abs=0.05)


def test_missing_pulses_stop_the_music_and_soon_it_goes_on_in_time() -> None:
    follower, commands = run(*pulses(0, 100), (0.19, (START,)), *pulses(150, 300), until=4.0)
    assert [each.kind for each in commands] == ["start", "stop", "start"]
    assert commands[1].seconds == pytest.approx(99 * 0.02 + 12 * 0.02, abs=0.03)
    assert commands[2].position_steps == pytest.approx(140 * STEPS_PER_PULSE)
    assert follower.position(4.0) == pytest.approx(190 * STEPS_PER_PULSE, abs=0.05)


def test_after_a_long_silence_it_waits_for_a_start() -> None:
    follower, commands = run(*pulses(0, 100), (0.19, (START,)), *pulses(300, 400), until=7.9)
    assert [each.kind for each in commands] == ["start", "stop"]
    assert not follower.playing
    assert follower.tempo_bpm == pytest.approx(125, abs=0.1)


def test_a_few_missing_pulses_stop_nothing() -> None:
    _, commands = run(*pulses(0, 100), (0.19, (START,)), *pulses(108, 300), until=4.0)
    assert [each.kind for each in commands] == ["start"]


def test_nudge_plays_earlier() -> None:
    follower, _ = run(*pulses(0, 100), (0.19, (START,)), until=1.0)
    follower.nudge_seconds = 0.005
    position = [follower.position(now) for now in np.arange(1.0, 2.0, 0.005).tolist()]
    for n in range(50, 100):
        follower.hear(n * 0.02, (CLOCK,))
    assert (position[-1] / STEPS_PER_PULSE - (1.995 / 0.02 - 10)) * 0.02 == pytest.approx(0.005, abs=0.0005)
    assert min(np.diff(position)) > 0


def test_a_transport_follows_and_messages_get_their_wall_time() -> None:
    leader = Leader((90, 4), (140, 8), seed=7, jitter=0.001, lost=0)
    music = performance(*busy_bars(8))
    wall = HandClock(9.5)
    follower = ClockFollower()
    clock = FollowedClock(follower, music.tempo, wall)
    transport, output = Transport(music.tempo), Recorder()
    transport.follow(clock)
    scheduler = Scheduler(music, [output], transport)
    coming, off, walls = leader.messages[::-1], [], []
    seconds = -math.inf
    while wall.seconds < 18.0:
        while coming and coming[-1][0] <= wall.seconds:
            follower.hear(*coming.pop())
        for command in follower.update(wall.seconds):
            clock.obey(command, transport)
        assert clock() >= seconds
        seconds = clock()
        before = len(output.steps)
        scheduler.tick()
        walls += [(clock.wall_seconds(each.seconds), each) for each in output.steps[before:]]
        if wall.seconds > 15.5:
            off.append(transport.position - leader.position(wall.seconds))
        wall.seconds += 0.004
    assert np.abs(off).max() < 0.02 * 16  # steps of 27 ms: 2 ms are 0.07
    assert max(map(abs, off)) * 60 / 140 / 16 < 0.002
    starts = np.cumsum([0, *(bar.steps for bar in music.bars)])
    late = [at - 10.0 - leader_seconds(leader, starts[each.bar] + each.step) for at, each in walls if at > 15.5]
    assert len(late) > 50
    assert np.abs(late).max() < 0.002


def leader_seconds(leader: Leader, steps: float) -> float:
    return float(np.interp(steps / STEPS_PER_PULSE, np.arange(len(leader.times)), leader.times)) - 10.0


def test_a_loop_of_one_tempo_is_followed_round_and_round() -> None:
    tempo = TempoCurve([BarTempo(64, 100, 100)] * 4)
    wall, follower = HandClock(0.0), ClockFollower()
    clock = FollowedClock(follower, tempo, wall)
    transport = Transport(tempo, loop=Loop(0, 64))
    transport.follow(clock)
    coming = [(0.99, (START,)), *pulses(0, 600)]
    coming = sorted(coming, key=lambda each: each[0])[::-1]
    while wall.seconds < 11.0:
        while coming and coming[-1][0] <= wall.seconds:
            follower.hear(*coming.pop())
        for command in follower.update(wall.seconds):
            clock.obey(command, transport)
        clock()
        wall.seconds += 0.005
    assert transport.position == pytest.approx((11.0 - 1.0) / 0.02 * STEPS_PER_PULSE % 64, abs=0.1)


def test_of_two_clocks_one_is_followed_and_the_other_named() -> None:
    sources = ClockSources()
    for n in range(200):
        sources.hear("drum machine", n * 0.02, (CLOCK,))
        sources.hear("DAW", n * 0.02 + 0.007, (CLOCK,))
    assert sources.followed == "drum machine"
    assert sources.others(4.0) == ("DAW",)
    assert sources.follower.tempo_bpm == pytest.approx(125)
    for n in range(200, 320):
        sources.hear("DAW", n * 0.02 + 0.007, (CLOCK,))
    assert sources.followed == "DAW"  # the other has been silent for 2 s
    assert sources.others(6.5) == ()


def test_a_source_that_is_chosen_is_followed_alone() -> None:
    sources = ClockSources()
    sources.hear("drum machine", 0.0, (START,))
    for n in range(50):
        sources.hear("drum machine", n * 0.02, (CLOCK,))
    sources.choose("DAW", 1.0)
    assert [each.kind for each in sources.follower.update(1.0)] == ["start", "stop"]
    for n in range(300):
        sources.hear("drum machine", 1 + n * 0.02, (CLOCK,))
    assert sources.followed == "DAW"
    assert sources.follower.tempo_bpm is None
    assert sources.others(7.0) == ("drum machine",)
