"""Strokes and taps of a player's hands, beside the music that an engine plays."""

from collections.abc import Callable

from clave.play.live.conductor import Conductor, Place
from clave.play.live.desk import Desk
from clave.play.performance import Strike
from clave.play.transport import Clock

USUAL_VELOCITY = 0.8


class Hands:
    """What is struck sounds at once, and each of `hears` gets it with its place in the music."""

    def __init__(self, desk: Desk, conductor: Conductor, clock: Clock) -> None:
        self.hears: list[Callable[[int | None, float, Place], None]] = []
        self._desk, self._conductor, self._clock = desk, conductor, clock

    def strike(self, voice: int, velocity: float = USUAL_VELOCITY, seconds: float | None = None) -> None:
        """A hand strikes a voice, at this time of the clock or now: it sounds at once."""
        self.hear(voice, velocity, seconds)
        mix = self._desk.project.scene.mix[voice]
        stroke = Strike(0.0, voice, velocity, 0.0, 0.0, 1.0, mix.level, mix.pan, voice, 0, 0)
        for output in self._conductor.outputs:
            output.strike(stroke, self._conductor.now())

    def hear(self, voice: int | None, velocity: float = USUAL_VELOCITY, seconds: float | None = None) -> None:
        """A stroke that does not sound here; None: with no voice. While the music stands, it is in no bar."""
        now = self._conductor.now()
        place = self._conductor.place_at(now if seconds is None else seconds + (now - self._clock()))
        if place is not None:
            for hears in self.hears:
                hears(voice, velocity, place)
