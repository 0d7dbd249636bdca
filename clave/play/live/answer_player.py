"""An engine that hears a player: strokes and taps that come in are gathered into bars, and answered."""

from collections.abc import Callable
from concurrent.futures import Executor

from clave.play.live.answering import Answering, PlayedBars
from clave.play.live.arguments import Values
from clave.play.live.controls.control import Places
from clave.play.live.engine import Engine
from clave.rhythm.space import RhythmSpace

USUAL_VELOCITY = 0.8


class AnswerPlayer:
    """Call `tick` beside that of the engine. `answering` has the mode; `beside` is an executor of its own."""

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
        engine.desk.does["strike"] = self._strike
        engine.desk.does["tap"] = self._tap
        engine.desk.does["tap along"] = lambda _, values: self.hear(None, _velocity(values))

    def hear(self, voice: int | None, velocity: float) -> None:
        """A stroke of the player, now; None: a tap. Nothing while the music stands, as it is in no bar then."""
        place = self._engine.conductor.place()
        if place is not None:
            self._bars.strike(voice, velocity, place[2])

    def tick(self) -> None:
        """Hand over a bar that is over, and carry out what was computed."""
        place = self._engine.conductor.place()
        over = self._bars.at(None if place is None else place[:2])
        if over is not None:
            self.answering.bar(over)
        self.answering.tick()

    def _strike(self, places: Places, values: Values) -> None:
        self._engine.act("strike", places, values)
        self._tap(places, values)

    def _tap(self, places: Places, values: Values) -> None:
        self.hear(places[0], _velocity(values))


def _velocity(values: Values) -> float:
    return float(values[0]) if values else USUAL_VELOCITY
