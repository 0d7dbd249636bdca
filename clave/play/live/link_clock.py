"""A clock that runs as the beats of a Link session do, for `Conductor.follow`.

A conductor queues steps at seconds of its clock, whatever its performance's tempo is. This clock is one of its outputs
too, so it knows when each step was queued for, and shows those seconds when the session comes to that step: phase and
tempo are those of the session, also while one performance takes another's place.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

from clave.music.units import STEPS_PER_QUARTER
from clave.play.live.link_session import LinkSession
from clave.play.output import QueuedStep
from clave.play.performance import Strike
from clave.play.transport import Clock

KEPT_STEPS = 512  # behind the newest: several seconds at any tempo


class _Step(NamedTuple):
    number: int  # since the music began
    seconds: float  # when it begins, on this clock
    lasts: float
    bar: int
    step: int  # of the bar

    def number_of(self, later: QueuedStep) -> int:
        """Of a step that comes after this one: others between them may have been too late to be queued."""
        if later.bar == self.bar and later.step > self.step:
            return self.number + later.step - self.step
        return self.number + max(1, round((later.seconds - self.seconds) / self.lasts))


class LinkClock:
    """Seconds that go with the computer's clock until `lead`, and then with the session until the music stops.

    Without a session it is the computer's clock. Its seconds never go back.
    """

    def __init__(self, wall: Clock = time.monotonic) -> None:
        self.session: LinkSession | None = None
        self.origin: float | None = None  # the beat of the first step; None while nothing is led
        self._wall = wall
        self._wall_at = self._shown = wall()
        self._steps: list[_Step] = []

    def __call__(self) -> float:
        """Seconds now."""
        if self.session is None or self.origin is None:
            now = self._wall()
            self._shown += max(0.0, now - self._wall_at)
        else:
            now, beat = self.session.moment()
            self._shown = max(self._shown, self._seconds_at((beat - self.origin) * STEPS_PER_QUARTER))
        self._wall_at = now
        return self._shown

    def wall_seconds(self, seconds: float) -> float:
        """When it shows this, on the computer's clock, if the session goes on as it does."""
        if self.session is None or self.origin is None:
            return self._wall_at + seconds - self._shown
        now, beat = self.session.moment()
        ahead = self._passed_at(seconds) / STEPS_PER_QUARTER + self.origin - beat
        return now + ahead * 60 / self.session.tempo_bpm()

    @property
    def ready(self) -> bool:
        """Whether steps were queued that nothing leads yet."""
        return self.origin is None and bool(self._steps)

    @property
    def begins_in(self) -> float:
        """Seconds until the first step that was queued."""
        return self._steps[0].seconds - self()

    def lead(self, origin: float) -> None:
        """The first step that was queued comes at this beat of the session; until then the clock may stand."""
        self()
        self.origin = origin

    def passed(self) -> float:
        """Steps of the session since the first one, fractional; below 0 before it."""
        assert self.session is not None
        return (self.session.moment().beat - (self.origin or 0.0)) * STEPS_PER_QUARTER

    # ---- as an output of the conductor

    def step(self, queued: QueuedStep) -> None:
        """Note when it is; those that were too late to be queued are counted too."""
        number = self._steps[-1].number_of(queued) if self._steps else 0
        self._steps.append(_Step(number, queued.seconds, queued.duration_seconds, queued.bar, queued.step))
        if len(self._steps) > 2 * KEPT_STEPS:
            del self._steps[:KEPT_STEPS]

    def strike(self, strike: Strike, seconds: float) -> None:
        """Nothing: strokes belong to their steps."""

    def release(self, now: float) -> None:
        """Nothing."""

    def silence(self, now: float) -> None:  # noqa: ARG002 -- of the interface
        """The music was stopped, or begins anew: the computer's clock goes on from here."""
        self()
        self.origin, self._steps = None, []

    def _seconds_at(self, passed: float) -> float:
        here = self._latest(lambda each: each.number <= passed)
        return here.seconds + (passed - here.number) * here.lasts

    def _passed_at(self, seconds: float) -> float:
        """The inverse: which step is at these seconds, fractional."""
        here = self._latest(lambda each: each.seconds <= seconds)
        return here.number + (seconds - here.seconds) / here.lasts

    def _latest(self, begun: Callable[[_Step], bool]) -> _Step:
        """The last step that has begun, or the first one known."""
        return next((each for each in reversed(self._steps) if begun(each)), self._steps[0])
