"""An engine that hears a player: strokes and taps that come in are gathered into bars, and answered."""

from collections.abc import Callable
from concurrent.futures import Executor

from clave.play.live.answering import Answering, PlayedBars
from clave.play.live.arguments import Values
from clave.play.live.conductor import Place
from clave.play.live.engine import Engine
from clave.rhythm.space import RhythmSpace


class AnswerPlayer:
    """Call `tick` beside that of the engine, whose strokes and taps it hears.

    `answering` has the mode; `beside` is an executor of its own.
    """

    def __init__(
        self,
        engine: Engine,
        space: RhythmSpace,
        beside: Executor,
        *,
        report: Callable[[str], None] = print,
        said: Callable[[str, Values], None] | None = None,
    ) -> None:
        self.answering = Answering(engine.desk, space, beside, report=report, said=said)
        self._engine, self._bars = engine, PlayedBars()
        engine.hands.hears.append(self._hear)

    def _hear(self, voice: int | None, velocity: float, place: Place) -> None:
        self._bars.strike(voice, velocity, place.step)

    def tick(self) -> None:
        """Hand over a bar that is over, and carry out what was computed."""
        conductor = self._engine.conductor
        place = conductor.place_at(conductor.now())
        over = self._bars.at(None if place is None else (place.bar, place.meter))
        if over is not None:
            self.answering.bar(over)
        self.answering.tick()
