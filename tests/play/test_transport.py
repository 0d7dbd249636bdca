"""A position that moves with a clock: through tempo maps, loops, jumps and other clocks."""

import math
from itertools import islice

import numpy as np
import pytest
from live import TEMPO_MAPS, HandClock, busy_bars, performance

from clave.errors import RenderError
from clave.play.tempo import TempoCurve
from clave.play.transport import Loop, Transport


def curve(kind: str, bars: int = 4) -> TempoCurve:
    return performance(*busy_bars(bars), tempo=TEMPO_MAPS[kind]).tempo


@pytest.mark.parametrize("kind", TEMPO_MAPS)
def test_positions_and_seconds_of_a_tempo_map_are_a_pair(kind: str) -> None:
    tempo = curve(kind)
    for position in np.linspace(-20, tempo.steps + 40, 400).tolist():
        assert tempo.position_at(tempo.seconds_at(position)) == pytest.approx(position, abs=1e-9)
    assert TempoCurve([]).position_at(TempoCurve([]).seconds_at(-3.0)) == -3.0


def test_the_three_tempo_maps_take_the_time_that_their_formulas_say() -> None:
    bars = [48 if bar == 1 else 64 for bar in range(4)]  # the second is in 3/4
    assert curve("constant").seconds == pytest.approx(sum(bars) / 16 * 60 / 97.3, abs=1e-12)
    assert curve("steps").seconds == pytest.approx((64 + 48) / 16 * 60 / 97.3 + (64 + 64) / 16 * 60 / 180, abs=1e-12)
    rise = (160 - 80) / 3  # bpm a bar; the integral of 60 / bpm over so many quarters
    ramp = [60 * steps / 16 / rise * math.log(1 + rise / (80 + rise * bar)) for bar, steps in enumerate(bars[:3])]
    assert curve("ramp").seconds == pytest.approx(sum(ramp) + 4 * 60 / 160, abs=1e-12)


@pytest.mark.parametrize("kind", TEMPO_MAPS)
@pytest.mark.parametrize("loop", [None, Loop(32, 150)])
def test_when_a_position_comes_it_is_there(kind: str, loop: Loop | None) -> None:
    clock = HandClock()
    transport = Transport(curve(kind), clock, loop)
    transport.seek(10)
    transport.start()
    for position in (10, 31.5, 32, 100.25, 149):
        seconds = transport.seconds_at(position)
        assert seconds is not None
        assert transport.position_at(seconds) == pytest.approx(position, abs=1e-9)
    assert transport.seconds_at(5) is None
    assert (transport.seconds_at(160) is None) == (loop is not None)


def test_it_stands_starts_stops_and_goes_on() -> None:
    clock = HandClock(50)
    transport = Transport(curve("constant"), clock)
    step = 60 / 97.3 / 16
    assert (transport.running, transport.position, transport.seconds_at(3)) == (False, 0, None)
    transport.start()
    clock.seconds += 20 * step
    assert transport.position == pytest.approx(20)
    transport.stop()
    clock.seconds += 7
    assert transport.position == pytest.approx(20)
    transport.start(at_seconds=clock() + 2)
    assert transport.position == pytest.approx(20)
    clock.seconds += 2 + 5 * step
    assert transport.position == pytest.approx(25)
    transport.seek(100.5)
    assert transport.position == pytest.approx(100.5)
    assert transport.seconds_at(101.5) == pytest.approx(clock() + step)


def test_a_start_that_is_still_to_come_stays_as_far_away_after_a_jump() -> None:
    clock = HandClock()
    transport = Transport(curve("constant"), clock)
    transport.start(at_seconds=clock() + 2)
    clock.seconds += 0.5
    transport.seek(64)
    assert transport.seconds_at(64) == pytest.approx(clock() + 1.5)


@pytest.mark.parametrize("kind", TEMPO_MAPS)
def test_a_loop_goes_round_in_time(kind: str) -> None:
    clock, tempo = HandClock(), curve(kind)
    transport = Transport(tempo, clock, Loop(16, 112))
    transport.start()
    once = tempo.seconds_at(112) - tempo.seconds_at(16)
    first, *others = islice(transport.turns(), 4)
    assert first == (0, 112, clock())
    assert others == [(16, 112, pytest.approx(clock() + tempo.seconds_at(112) + turn * once)) for turn in range(3)]
    clock.seconds += tempo.seconds_at(50) + 5 * once
    assert transport.position == pytest.approx(50)
    transport.repeat(None)
    assert transport.position == pytest.approx(50)
    assert transport.seconds_at(150) is not None


def test_behind_the_end_of_the_loop_it_plays_on() -> None:
    clock = HandClock()
    transport = Transport(curve("constant"), clock, Loop(0, 64))
    transport.seek(64)
    transport.start()
    clock.seconds += 1
    assert transport.loop is None
    assert transport.position > 64


def test_another_clock_takes_over_where_it_is() -> None:
    wall, session = HandClock(1000), HandClock(3)
    transport = Transport(curve("ramp"), wall)
    transport.start()
    wall.seconds += 1.5
    before = transport.position
    transport.follow(session)
    assert transport.position == pytest.approx(before)
    wall.seconds += 60
    assert transport.position == pytest.approx(before)
    session.seconds += 0.5
    assert transport.position == pytest.approx(transport.tempo.position_at(2.0))


def test_each_change_is_counted_and_what_changes_nothing_is_not() -> None:
    transport = Transport(curve("constant"), HandClock())
    changes = [transport.changes]
    for change in (transport.start, transport.start, lambda: transport.seek(3), transport.stop, transport.stop):
        change()
        changes.append(transport.changes)
    assert np.diff(changes).tolist() == [1, 0, 1, 1, 0]


@pytest.mark.parametrize("position", [-1, math.nan, math.inf])
def test_a_position_that_is_none_is_refused(position: float) -> None:
    with pytest.raises(RenderError, match="finite number of steps from 0 on, got"):
        Transport(curve("constant"), HandClock()).seek(position)


@pytest.mark.parametrize("loop", [(0, 0), (5, 4), (-1, 3)])
def test_a_loop_that_is_none_is_refused(loop: tuple[int, int]) -> None:
    with pytest.raises(RenderError, match="from a whole step to a later one, got"):
        Loop(*loop)
