"""What a hand has struck while the music ran, kept as a bar of the project: "keep what I played"."""

from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING

from clave.errors import ControlError
from clave.music.pattern import Pattern
from clave.music.units import steps_per_bar
from clave.play.live.bar_capture import BarCapture
from clave.play.live.conductor import Conductor, Place
from clave.play.project.bars import BarPattern, Given

if TYPE_CHECKING:
    from clave.rhythm.space import RhythmSpace

SOURCE = "played"  # of such a bar, where others name their file
DIGITS = 4  # of a place on the map


class KeepPlayed:
    """Give it each stroke; `begin` takes the last bar that has any, and `ready` gives it with its place on the map.

    The place takes the space some time to find, so it is looked for beside the music.
    """

    def __init__(self, conductor: Conductor, rhythm: "RhythmSpace", beside: Executor) -> None:
        self._conductor, self._rhythm, self._beside = conductor, rhythm, beside
        self._capture = BarCapture()
        self._latest = 0.0  # position of the last stroke, in steps
        self._coming: Future[Given] | None = None

    def strike(self, voice: int | None, velocity: float, place: Place) -> None:
        """A stroke at this place in the music; one with no voice is left out."""
        if voice is None:
            return
        position = place.bar * steps_per_bar(place.meter) + place.step
        if place.meter != self._capture.meter or position < self._latest - steps_per_bar(place.meter):
            self._capture = BarCapture(place.meter)  # the music began anew
        self._latest = position
        self._capture.strike(voice, velocity, position)

    def begin(self, seconds: float) -> None:
        """Take the last bar; ControlError if nothing was played."""
        place = self._conductor.place_at(seconds)
        meter = self._capture.meter
        here = self._latest if place is None else place.bar * steps_per_bar(meter) + place.step
        pattern = self._capture.last(here)
        if pattern is None:
            raise ControlError("nothing was played yet: strike pads or keys while the music plays, then keep the bar")
        self._coming = self._beside.submit(place_on_map, pattern, self._rhythm)

    def ready(self) -> Given | None:
        """The bar that was asked for, once."""
        coming = self._coming
        if coming is None or not coming.done():
            return None
        self._coming = None
        return coming.result()


def place_on_map(pattern: Pattern, rhythm: "RhythmSpace") -> Given:
    """A bar that was played, with its place on the map; none where the space does not know its meter."""
    bar = BarPattern.of(pattern)
    if pattern.meter not in rhythm.meters:
        return Given(pattern=bar, source=SOURCE)
    ((x, y),) = rhythm.locate([pattern]).tolist()
    return Given(pattern=bar, source=SOURCE, point=(round(x, DIGITS), round(y, DIGITS)))
