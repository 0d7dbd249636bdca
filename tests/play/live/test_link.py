"""An engine in a Link session: phase, tempo, start and stop are shared, and bars begin together."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import Any

import pytest
from fake_link import FakeSession, FakeTimeline
from live import HandClock, Recorder
from toy_rhythm import ToyRhythm

from clave.errors import ControlError, MissingExtraError
from clave.play.live import link_session
from clave.play.live.engine import Engine
from clave.play.live.link_clock import LinkClock
from clave.play.live.link_host import LinkHost
from clave.play.live.link_player import LinkPlayer
from clave.play.live.link_session import AalinkSession, check_installed
from clave.play.live.strokes import Strokes
from clave.play.project import Generated, GenerationSettings, Project, Scene

TICK = 0.02
SIXTEENTHS = 16


class AtOnce(Executor):
    """Does everything where it is submitted."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class Studio:
    """An engine in a session that the test moves; what it plays is kept with the wall clock's time."""

    def __init__(self, tempo_bpm: float = 120.0, peers: int = 1, project: Project | None = None) -> None:
        self.wall = HandClock(50.0)
        self.timeline = FakeTimeline(self.wall, tempo_bpm)
        self.timeline.peers = peers
        self.session = FakeSession(self.timeline)
        clock = LinkClock(self.wall)
        self.heard, self.said = Recorder(), []
        project = project or Project(scene=Scene(bars=(Generated(point=(0.0, 1.0)),)))
        self.engine = Engine(project, Strokes(ToyRhythm()), [self.heard], AtOnce(), clock=self.wall)
        self.clock = clock
        self.host = LinkHost(
            self.engine.desk,
            LinkPlayer(self.engine, clock),
            opens=lambda _: self.session,
            check=lambda: None,
            report=self.said.append,
            wall=self.wall,
        )
        self.lines: list[float] = []  # beats of the session at which bars began to be heard

    def send(self, address: str, *given: Any) -> None:
        self.engine.desk.receive(address, given)

    def join(self) -> None:
        self.send("/clave/link", 1)
        end = time.monotonic() + 10
        while self.host.session is None:
            self.host.tick()
            assert time.monotonic() < end

    def run(self, seconds: float, tick: float = TICK) -> None:
        end = self.wall.seconds + seconds
        while self.wall.seconds < end - 1e-9:
            before = self.engine.conductor.heard()
            self.wall.seconds += tick
            self.host.tick()
            self.engine.tick()
            now = self.engine.conductor.heard()
            if now is not None and (before is None or before.bar != now.bar):
                self.lines.append(self.timeline.beat())

    def off(self) -> float:
        """The phase error now, in ms: where we are in the bar beside where the session is."""
        place = self.engine.conductor.place_at(self.engine.conductor.now())
        assert place is not None
        bar = self.session.quantum
        error = (place.step / SIXTEENTHS - self.timeline.beat() + bar / 2) % bar - bar / 2
        return error * 60_000 / self.timeline.tempo_bpm


@pytest.fixture
def studio() -> Iterator[Studio]:
    made = Studio(peers=1)
    made.join()
    yield made
    made.host.close()
    assert made.session.closed


def test_bars_begin_with_those_of_the_session_and_stay_in_phase(studio: Studio) -> None:
    studio.run(0.6)
    studio.send("/clave/transport/play")
    studio.run(5)
    assert len(studio.lines) >= 2
    tick_beats = 2 * TICK * 120 / 60
    assert all(line % 4 < tick_beats for line in studio.lines), studio.lines
    assert abs(studio.off()) < 0.1
    assert studio.timeline.playing, "others start with it"


def test_alone_it_begins_at_once_and_others_are_given_its_bar_line() -> None:
    studio = Studio(peers=0)
    studio.join()
    studio.run(0.7)
    studio.send("/clave/transport/play")
    studio.run(0.15)
    assert len(studio.lines) == 1
    assert studio.timeline.beat() == pytest.approx(0.0, abs=0.25)
    studio.run(4)
    assert abs(studio.off()) < 0.1


def test_a_session_that_is_joined_keeps_its_tempo_and_a_tempo_goes_both_ways() -> None:
    studio = Studio(tempo_bpm=97.0)
    studio.join()
    studio.run(0.1)
    assert studio.engine.desk.values()["/clave/tempo"] == (97.0,)
    assert studio.timeline.tempo_bpm == 97.0
    studio.send("/clave/transport/play")
    studio.run(5)
    studio.send("/clave/tempo", 140)
    studio.run(0.5)
    assert studio.timeline.tempo_bpm == 140
    assert abs(studio.off()) < 0.1
    studio.timeline.set_tempo(61.5)
    studio.run(2)
    assert studio.engine.desk.values()["/clave/tempo"] == (61.5,)
    assert studio.engine.desk.values()["/clave/link/tempo"] == (61.5,)
    assert abs(studio.off()) < 0.1
    studio.timeline.set_tempo(700)
    studio.run(1, tick=0.005)
    assert studio.engine.desk.values()["/clave/tempo"] == (400.0,), "the fastest that a project has"
    assert abs(studio.off()) < 1, "and still in phase"


def test_start_and_stop_are_shared(studio: Studio) -> None:
    studio.run(0.3)
    assert not studio.engine.conductor.running
    studio.timeline.playing = True
    studio.run(2.5)
    assert studio.engine.conductor.running
    assert abs(studio.off()) < 0.1
    studio.timeline.playing = False
    studio.run(0.1)
    assert not studio.engine.conductor.running
    studio.send("/clave/transport/play")
    studio.run(3)
    assert studio.timeline.playing
    studio.send("/clave/transport/stop")
    studio.run(0.1)
    assert not studio.timeline.playing


def test_a_bar_of_another_meter_has_its_own_quantum() -> None:
    settings = GenerationSettings(meter=(3, 4))
    scene = Scene(bars=(Generated(point=(0.0, 0.0), settings=settings),), settings=settings)
    studio = Studio(project=Project(scene=scene))
    studio.join()
    studio.send("/clave/transport/play")
    studio.run(8)
    assert studio.session.quantum == 3.0
    assert all(line % 3 < 0.09 for line in studio.lines), studio.lines


def test_beats_that_are_renumbered_change_nothing_and_another_jump_is_entered_at_the_bar_line(studio: Studio) -> None:
    studio.send("/clave/transport/play")
    studio.run(5)
    strikes = len(studio.heard.silenced)
    studio.timeline.jump(-16)
    studio.run(1)
    assert len(studio.heard.silenced) == strikes
    assert abs(studio.off()) < 0.1
    studio.timeline.jump(1.3)  # another session was met, and is older
    studio.run(0.1)
    assert len(studio.heard.silenced) == strikes + 1
    studio.run(3)
    assert abs(studio.off()) < 0.1
    studio.timeline.jump(0.02)  # 10 ms: it is followed at once
    studio.run(0.2)
    assert len(studio.heard.silenced) == strikes + 1
    assert abs(studio.off()) < 0.1


def test_a_change_of_what_plays_leaves_the_phase_as_it_is(studio: Studio) -> None:
    studio.send("/clave/transport/play")
    studio.run(3)
    for x in range(-2, 2):
        studio.send("/clave/map", x / 2, 0.5)
        studio.run(0.4)
        assert abs(studio.off()) < 0.1
    studio.wall.seconds += 3  # the computer was busy
    studio.run(3)
    assert abs(studio.off()) < 0.1


def test_a_session_that_is_left_leaves_the_music_going_on_in_time(studio: Studio) -> None:
    studio.send("/clave/transport/play")
    studio.run(4)
    assert studio.engine.desk.values()["/clave/link/peers"] == (1,)
    studio.send("/clave/link", 0)
    studio.run(2)
    assert studio.engine.conductor.running
    assert abs(studio.off()) < 0.1, "at the tempo of before"
    assert studio.engine.desk.values()["/clave/link"] == (0,)
    studio.send("/clave/transport/seek", 7)
    studio.run(0.5)
    assert studio.engine.conductor.heard()[0] == 6


def test_times_of_messages_are_told_on_the_wall_clock(studio: Studio) -> None:
    studio.send("/clave/transport/play")
    studio.run(5)
    step = studio.heard.steps[-1]
    wall = studio.clock.wall_seconds(step.seconds)
    beat = studio.timeline.beat() + (wall - studio.wall.seconds) * 2
    assert beat % 0.0625 == pytest.approx(0, abs=1e-6) or beat % 0.0625 == pytest.approx(0.0625, abs=1e-6)


def test_without_the_package_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_session, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'clave\[link\]'"):
        check_installed()
    engine = Engine(Project(), Strokes(ToyRhythm()), [], AtOnce())
    with pytest.raises(ControlError, match="nobody here carries out /clave/link"):
        engine.desk.receive("/clave/link", (1,))


def comes_true(condition: Callable[[], bool], within_seconds: float = 10) -> bool:
    """Whether it does, soon: peers hear of each other when the system finds the time."""
    end = time.monotonic() + within_seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_two_real_peers_agree() -> None:
    pytest.importorskip("aalink")
    ours, theirs = AalinkSession(100.0), AalinkSession(137.0)
    try:
        ours.enable()
        time.sleep(link_session.JOIN_SECONDS)
        theirs.enable()
        if not comes_true(lambda: min(theirs.peers(), ours.peers()) >= 1):
            pytest.skip("this machine lets no multicast through")
        assert comes_true(lambda: abs(theirs.tempo_bpm() - 100) < 0.01)
        one, other = ours.moment(), theirs.moment()
        beats = one.beat - other.beat - (one.seconds - other.seconds) * 100 / 60
        assert abs((beats + 2) % 4 - 2) * 0.6 < 0.005  # seconds
        theirs.start(time.monotonic() + 0.05)
        assert comes_true(ours.playing)
        ours.set_tempo(90.0)
        assert comes_true(lambda: abs(theirs.tempo_bpm() - 90) < 0.01)
    finally:
        ours.close()
        theirs.close()
