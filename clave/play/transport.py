"""Where a performance is: a position in its bars that moves with a clock.

Three kinds of time meet here. A position counts steps from the start of the performance; the tempo map turns it into
seconds of the performance; start, seek and loop say when those come, in seconds of the clock.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import NamedTuple

from clave.errors import RenderError
from clave.play.tempo import TempoCurve

Clock = Callable[[], float]
"""Seconds now, from any fixed moment on; they never go back."""


@dataclass(frozen=True)
class Loop:
    """A part of a performance that is played again and again: steps from the start, `end` not included.

    Raises RenderError unless both are whole numbers, 0 or more, and the end comes after the start.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        whole = all(type(each) is int for each in (self.start, self.end))
        if not whole or not 0 <= self.start < self.end:
            raise RenderError(f"a loop goes from a whole step to a later one, got {self.start} to {self.end}")


class Turn(NamedTuple):
    """A stretch of steps that is played without a jump."""

    start: float  # steps from the start of the performance
    end: float  # the same; not included
    seconds: float  # when its start comes, on the clock


class Transport:
    """Starts, stops and seeks; the clock may be replaced while it runs, as by one that follows another program.

    A new transport stands still at the start of the performance. `changes` counts whatever moves positions to other
    times, so that a scheduler notices it.
    """

    def __init__(self, tempo: TempoCurve, clock: Clock = time.monotonic, loop: Loop | None = None) -> None:
        self.tempo = tempo
        self.changes = 0
        self._clock, self._loop = clock, loop
        self._position = 0.0  # steps: where it stands, or where it was when the clock showed `_since`
        self._since: float | None = None  # seconds of the clock; None while it stands

    @property
    def running(self) -> bool:
        """Whether the position moves, or will when its start has come."""
        return self._since is not None

    @property
    def since(self) -> float | None:
        """When it was started, or jumped last, in seconds of the clock; None while it stands."""
        return self._since

    @property
    def loop(self) -> Loop | None:
        """What is repeated; None behind its end, where it is played no more."""
        return self._loop if self._loop is not None and self._position < self._loop.end else None

    @property
    def position(self) -> float:
        """Where it is now, in steps from the start of the performance."""
        return self.position_at(self.now())

    def now(self) -> float:
        """Seconds of the clock."""
        return self._clock()

    def start(self, at_seconds: float | None = None) -> None:
        """Go on from the position where it stands, now or when the clock shows this; nothing changes if it runs."""
        if self._since is None:
            self._since = self.now() if at_seconds is None else at_seconds
            self.changes += 1

    def stop(self) -> None:
        """Stand still where it is now."""
        if self._since is not None:
            self._position, self._since = self.position, None
            self.changes += 1

    def seek(self, position_steps: float) -> None:
        """Jump to this position; RenderError unless it is a finite number of steps, 0 or more."""
        if not (math.isfinite(position_steps) and position_steps >= 0):
            raise RenderError(f"a position is a finite number of steps from 0 on, got {position_steps}")
        self._move(position_steps, self._clock)

    def follow(self, clock: Clock) -> None:
        """Go on by another clock from the position of now."""
        self._move(self.position, clock)

    def repeat(self, loop: Loop | None) -> None:
        """Repeat this part from now on, or none."""
        self._move(self.position, self._clock)
        self._loop = loop

    def position_at(self, clock_seconds: float) -> float:
        """Where it is when the clock shows this, if nothing changes: the pair of `seconds_at`."""
        if self._since is None:
            return self._position
        elapsed = max(0.0, clock_seconds - self._since)
        seconds = self.tempo.seconds_at(self._position) + elapsed
        if self.loop is not None:
            start, end = map(self.tempo.seconds_at, (self.loop.start, self.loop.end))
            if seconds >= end:
                seconds = start + (seconds - end) % (end - start)
        return self.tempo.position_at(seconds)

    def seconds_at(self, position_steps: float) -> float | None:
        """When this position comes for the first time since the last start or jump, in seconds of the clock.

        None while it stands, and for a position that is not played: one that lies behind, or outside of the loop.
        """
        for turn in islice(self.turns(), 2):
            if turn.start <= position_steps < turn.end:
                return turn.seconds + self.tempo.seconds_at(position_steps) - self.tempo.seconds_at(turn.start)
        return None

    def turns(self) -> Iterator[Turn]:
        """The stretches that will be played, from the last start or jump on: without end where there is a loop."""
        if self._since is None:
            return
        loop = self.loop
        yield Turn(self._position, self.tempo.steps if loop is None else loop.end, self._since)
        if loop is not None:
            here, start, end = map(self.tempo.seconds_at, (self._position, loop.start, loop.end))
            for turn in count():
                yield Turn(loop.start, loop.end, self._since + (end - here) + turn * (end - start))

    def _move(self, position: float, clock: Clock) -> None:
        delay = None if self._since is None else max(0.0, self._since - self.now())  # of a start that is still to come
        self._position, self._clock = position, clock
        self._since = None if delay is None else self.now() + delay
        self.changes += 1
