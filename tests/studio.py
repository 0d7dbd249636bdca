"""An engine for tests: a clock in the hand, and an output that keeps what it is given."""

from concurrent.futures import Executor, Future
from typing import Any

from live import HandClock, Recorder
from toy_rhythm import ToyRhythm

from clave.play.live.conductor import START_DELAY_SECONDS
from clave.play.live.engine import Engine
from clave.play.live.strokes import Strokes
from clave.play.project import Generated, GenerationSettings, Project, Scene

TICK = 0.02
BAR = 2.0  # seconds at 120 bpm


class AtOnce(Executor):
    """Does everything where it is submitted."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


class Studio:
    """An engine with a clock in the hand and an output that keeps what it is given."""

    def __init__(self, project: Project) -> None:
        self.clock = HandClock(100.0)
        self.heard = Recorder(self.clock)
        self.said: list[str] = []
        self.engine = Engine(
            project, Strokes(ToyRhythm()), [self.heard], AtOnce(), clock=self.clock, report=self.said.append
        )
        self.ticks = [self.engine.tick]

    def send(self, address: str, *given: Any) -> None:
        self.engine.desk.receive(address, given)

    def play(self) -> float:
        """Play, and return when the first bar begins."""
        self.send("/clave/transport/play")
        self.engine.tick()
        return self.clock.seconds + START_DELAY_SECONDS

    def until(self, seconds: float) -> None:
        """Let time pass up to this moment of the clock."""
        while self.clock.seconds < seconds - 1e-9:
            self.clock.seconds = min(seconds, self.clock.seconds + TICK)
            for tick in self.ticks:
                tick()

    def strikes_of(self, voice: int) -> list[float]:
        return [seconds for seconds, strike in self.heard.strikes if strike.voice == voice]


def at(x: float, y: float = 0.0, **settings: Any) -> Scene:
    own = GenerationSettings(**settings)
    return Scene(bars=(Generated(point=(x, y), settings=own),), settings=own)
