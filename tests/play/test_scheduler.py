"""Everything that is due is sent ahead of its time, in order and once: through tempo maps, seeks, loops and stops."""

from collections import Counter

import pytest
from live import TEMPO_MAPS, HandClock, Recorder, busy_bars, given, one_bar, performance, ringing_kit

from clave.play.midi_out import MidiMessage, MidiOutput
from clave.play.mixdown import Mixdown
from clave.play.performance import Performance
from clave.play.scheduler import LATEST_SECONDS, LOOK_AHEAD_SECONDS, Scheduler, play, send_all
from clave.play.transport import Loop, Transport

TICK = 0.02


class Playing:
    """A performance on a recorder, by a clock that is moved by hand."""

    def __init__(self, music: Performance, loop: Loop | None = None) -> None:
        self.music, self.clock = music, HandClock()
        self.transport = Transport(music.tempo, self.clock, loop)
        self.output = Recorder(self.clock)
        self.scheduler = Scheduler(music, [self.output], self.transport)

    def run(self, seconds: float) -> None:
        until = self.clock.seconds + seconds
        while self.clock.seconds < until:
            self.scheduler.tick()
            self.clock.seconds = min(until, self.clock.seconds + TICK)
        self.scheduler.tick()


def in_order(times: list[float]) -> bool:
    return times == sorted(times)


@pytest.mark.parametrize("kind", TEMPO_MAPS)
def test_every_stroke_and_step_is_sent_once_in_order_and_at_its_time(kind: str) -> None:
    playing = Playing(performance(*busy_bars(4), tempo=TEMPO_MAPS[kind], swing=0.6))
    start = playing.clock()
    playing.transport.start()
    playing.run(playing.music.seconds + 0.2)
    strikes = playing.output.strikes
    assert [strike for _, strike in strikes] == list(playing.music.events())
    for seconds, strike in strikes:
        assert seconds == pytest.approx(start + max(0, strike.seconds), abs=1e-9)
    steps = playing.output.steps
    assert [(each.bar, each.step) for each in steps] == [
        (bar, step) for bar, pattern in enumerate(playing.music.bars) for step in range(pattern.steps)
    ]
    for place, each in enumerate(steps):
        assert each.seconds == pytest.approx(start + playing.music.tempo.seconds_at(place), abs=1e-9)
        assert each.seconds + each.duration_seconds == pytest.approx(
            start + playing.music.tempo.seconds_at(place + 1), abs=1e-9
        )
    assert in_order([due for _, due in playing.output.given])
    assert playing.scheduler.left_out == 0
    assert playing.scheduler.finished


def test_nothing_is_sent_before_the_look_ahead_nor_after_its_time() -> None:
    playing = Playing(performance(*busy_bars(3)))
    playing.transport.start()
    playing.run(3)
    for sent, due in playing.output.given:
        assert due - LOOK_AHEAD_SECONDS - 1e-9 <= sent <= due + 1e-9


def test_the_outputs_are_told_the_time_at_every_tick() -> None:
    playing = Playing(performance(given()))
    playing.transport.start()
    playing.run(0.1)
    assert playing.output.released[:5] == pytest.approx([1000 + TICK * tick for tick in range(5)])


@pytest.mark.parametrize("kind", TEMPO_MAPS)
def test_after_a_seek_each_stroke_from_there_on_is_sent_once(kind: str) -> None:
    music = performance(*busy_bars(4), tempo=TEMPO_MAPS[kind])
    playing, starts = Playing(music), [0, 64, 112, 176]
    playing.transport.start()
    playing.run(1.3)
    for position in (112, 30.5):
        there, clock = len(playing.output.strikes), playing.clock()
        playing.transport.seek(position)
        playing.run(music.seconds)
        after = playing.output.strikes[there:]
        wanted = [strike for strike in music.events() if starts[strike.bar] + strike.step >= position]
        assert [strike for _, strike in after] == wanted
        for seconds, strike in after:
            due = clock + strike.seconds - music.tempo.seconds_at(position)
            assert seconds == pytest.approx(max(clock, due), abs=1e-9)


def test_a_seek_drops_what_was_sent_ahead() -> None:
    playing = Playing(performance(*busy_bars(2)))
    playing.transport.start()
    playing.run(0.5)
    assert playing.output.silenced == [1000]
    playing.transport.seek(64)
    playing.scheduler.tick()
    assert playing.output.silenced == [1000, 1000.5]


def test_an_early_stroke_on_the_first_beat_sounds_where_the_music_is_sought_and_a_late_one_before_does_not() -> None:
    playing = Playing(performance(given((0, 63, 1.0, 1.5)), given((1, 0, 1.0, -1.5))))
    playing.transport.seek(64)
    playing.transport.start()
    playing.run(0.5)
    ((seconds, strike),) = playing.output.strikes
    assert (seconds, strike.voice) == (playing.clock() - 0.5, 1)


@pytest.mark.parametrize("kind", TEMPO_MAPS)
def test_a_loop_sends_each_of_its_strokes_once_a_round(kind: str) -> None:
    music, loop = performance(*busy_bars(4), tempo=TEMPO_MAPS[kind]), Loop(64, 150)
    playing = Playing(music, loop)
    start = playing.clock()
    playing.transport.start()
    tempo = music.tempo
    once = tempo.seconds_at(loop.end) - tempo.seconds_at(loop.start)
    playing.run(tempo.seconds_at(loop.end) + 3 * once - LOOK_AHEAD_SECONDS - 0.3)  # in the third round
    starts = [0, 64, 112, 176]
    times: dict[object, list[float]] = {}
    for seconds, strike in playing.output.strikes:
        times.setdefault(strike, []).append(seconds)
    rounds = Counter(map(len, times.values()))
    for strike, found in times.items():
        place = starts[strike.bar] + strike.step
        assert place < loop.end
        first = start + max(0, strike.seconds)
        assert found == pytest.approx([first + turn * once for turn in range(len(found))], abs=1e-9)
        assert len(found) == 1 if place < loop.start else len(found) in (3, 4)
    assert rounds[3] > 5
    assert rounds[4] > 5
    assert in_order([due for _, due in playing.output.given])


def test_a_stroke_that_comes_early_in_the_next_round_is_sent_in_this_one() -> None:
    playing = Playing(performance(given((0, 0, 1.0, -1.0), (1, 63, 1.0, 0.5))), Loop(0, 64))
    playing.transport.start()
    playing.run(2 * playing.music.seconds + 0.1)
    assert [strike.voice for _, strike in playing.output.strikes] == [0, 0, 1, 0, 1]


def test_what_is_too_late_is_left_out_and_counted() -> None:
    playing = Playing(performance(*busy_bars(4)))
    playing.transport.start()
    playing.run(0.2)
    sent = len(playing.output.given)
    playing.clock.seconds += 5  # the computer was asleep
    playing.scheduler.tick()
    late = [due for _, due in playing.output.given[sent:] if due < playing.clock() - LATEST_SECONDS]
    assert late == []
    assert playing.scheduler.left_out > 50


def test_another_clock_goes_on_with_what_comes_next() -> None:
    playing = Playing(performance(*busy_bars(2)))
    playing.transport.start()
    playing.run(1)
    position, there = playing.transport.position, len(playing.output.strikes)
    playing.clock.seconds = 3.0
    playing.transport.follow(playing.clock)
    playing.transport.seek(position)
    playing.run(playing.music.seconds)
    step = 60 / 97.3 / 16
    for seconds, strike in playing.output.strikes[there:]:
        assert seconds == pytest.approx(max(3.0, 3.0 + strike.seconds - position * step), abs=1e-9)


def played(music: Performance, output: object, *, stop_after: float) -> None:
    """Play by a clock that moves while `play` waits, and stop then."""
    clock = HandClock(0)
    transport = Transport(music.tempo, clock)

    def wait(seconds: float) -> None:
        clock.seconds += seconds
        if clock.seconds >= stop_after:
            transport.stop()

    play(music, [output], transport, wait=wait)  # pyright: ignore[reportArgumentType]


def test_a_stop_ends_the_notes_that_sound_and_drops_those_that_wait() -> None:
    music = Performance.of_patterns([one_bar((0, 0), (1, 16), (2, 18))], ringing_kit(), 120)
    messages: list[MidiMessage] = []
    played(music, MidiOutput(messages.append), stop_after=0.51)
    assert [data for _, data in messages] == [(0x99, 36, 127), (0x89, 36, 0), (0x99, 38, 127), (0x89, 38, 0)]
    assert messages[-1].seconds == pytest.approx(0.51)


def test_a_stop_ends_the_sounds_too() -> None:
    music = Performance.of_patterns([one_bar((0, 0), (1, 16), (4, 18))], ringing_kit(), 120)
    mixdown = Mixdown([sound.clip for sound in music.sounds], lambda _: (1.0,), 1)
    played(music, mixdown, stop_after=0.51)
    (row,) = mixdown.mixed(music.seconds)
    assert row[round(0.509 * 44_100)] == pytest.approx(0.5)
    assert not row[round(0.516 * 44_100) :].any()


@pytest.mark.parametrize("kind", TEMPO_MAPS)
def test_played_live_it_is_the_mix_that_is_rendered(kind: str) -> None:
    music = performance(*busy_bars(3), tempo=TEMPO_MAPS[kind])
    sounds = ringing_kit().clips * (len(music.sounds) // 8)
    live, offline = (Mixdown(sounds, lambda strike: (strike.level,), 1) for _ in range(2))
    played(music, live, stop_after=music.seconds + 1)
    send_all(music, offline)
    rate = sounds[0].sample_rate
    end = round(music.seconds * rate) - rate // 50  # the stop comes with the tick after the end
    difference = live.mixed(music.seconds) - offline.mixed(music.seconds)
    assert abs(difference[:, :end]).max() < 1e-6


def test_all_at_once_strokes_have_the_times_of_the_performance() -> None:
    music = performance(given((0, 0, 1.0, -1.5), (1, 30, 0.5, 0.25)), given((2, 0, 1.0, -0.5)))
    output = Recorder()
    send_all(music, output)
    assert output.strikes == [(strike.seconds, strike) for strike in music.events()]
    assert output.strikes[0][0] < 0
    assert len(output.steps) == 128
    assert (output.released, output.silenced) == ([], [])
