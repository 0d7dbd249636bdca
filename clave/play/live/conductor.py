"""Which bar sounds at each step, while what is to be played changes: the twin of the page's conductor and clock.

A `Scheduler` plays one performance from its start to its end. A conductor goes from step to step, and takes another
performance over at the next step, beat or bar, at the place in the count where the music is.
"""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import accumulate
from typing import NamedTuple

from clave.music.units import Meter
from clave.play.output import Output, PerformanceOutput, QueuedStep
from clave.play.performance import Performance, Strike
from clave.play.scheduler import LATEST_SECONDS, LOOK_AHEAD_SECONDS
from clave.play.sequencer import Quantum, next_boundary
from clave.play.transport import Clock

START_DELAY_SECONDS = 0.06
KEPT_SECONDS = 4.0  # marks older than this are forgotten


@dataclass(frozen=True, eq=False)
class Prepared:
    """A performance that is ready to be played, and how it comes in.

    Its bars are repeated, so they have to be whole rounds.
    """

    performance: Performance
    quantum: Quantum = "bar"  # when it takes the place of what plays
    travels: bool = False  # a path or a song, which begins where it is entered
    launch: int = 0  # another number: it is entered anew, at its bar `first`
    first: int = 0
    since: int | None = None  # else it began at this bar of what played before, and goes on from where that is

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each bar begins, in steps, and the last one ends."""
        return tuple(accumulate((bar.steps for bar in self.performance.bars), initial=0))

    @cached_property
    def strikes(self) -> dict[tuple[int, int], list[Strike]]:
        """By bar and step."""
        found: dict[tuple[int, int], list[Strike]] = {}
        for strike in self.performance.events():
            found.setdefault((strike.bar, strike.step), []).append(strike)
        return found

    @cached_property
    def early_seconds(self) -> float:
        """The most that a stroke sounds before its step."""
        at = self.performance.tempo.seconds_at
        return max(
            (at(self.starts[each.bar] + each.step) - each.seconds for each in self.performance.events()), default=0.0
        )

    def meter(self, bar: int) -> Meter:
        """Of this bar."""
        return self.performance.bars[bar % len(self.performance.bars)].meter


class Heard(NamedTuple):
    """Where the music is."""

    bar: int  # since what plays began, counted from 0
    step: int  # of the bar
    launch: int  # what plays came by


class _Waiting(NamedTuple):
    seconds: float
    number: int
    item: QueuedStep | Strike
    performance: Performance


class Conductor:
    """Queues steps and strokes a little ahead of their time; `tick` has to come more often than that."""

    def __init__(
        self, outputs: Sequence[Output], clock: Clock = time.monotonic, look_ahead_seconds: float = LOOK_AHEAD_SECONDS
    ) -> None:
        self.outputs = list(outputs)
        self.wanted: Prepared | None = None  # what is to be heard as soon as it may begin
        self.left_out = 0  # strokes that would have been late by more than 50 ms
        self._clock, self._look_ahead = clock, look_ahead_seconds
        self._playing: Prepared | None = None
        self._bar = self._step = 0  # that is queued next
        self._seconds: float | None = None  # when that is, on the clock; None while the music stands
        self._waiting: list[_Waiting] = []
        self._number = 0
        self._marks: deque[tuple[float, Heard]] = deque()

    @property
    def running(self) -> bool:
        """Whether music plays."""
        return self._seconds is not None

    @property
    def next_bar(self) -> int:
        """The bar whose steps are queued now."""
        return self._bar

    def start(self, bar: int = 0) -> None:
        """Play what is wanted from the start of this bar on."""
        self._silence()
        self._playing, self._bar, self._step = None, bar, 0
        self._seconds = self._clock() + START_DELAY_SECONDS

    def stop(self) -> None:
        """Outputs fall silent."""
        self._seconds = None
        self._silence()

    def heard(self) -> Heard | None:
        """Where the music is now; None before its first step, and while it stands."""
        now = self._clock()
        while len(self._marks) > 1 and self._marks[1][0] <= now:
            self._marks.popleft()
        return self._marks[0][1] if self._marks and self._marks[0][0] <= now else None

    def place(self) -> tuple[int, Meter, float] | None:
        """The bar that is heard, its meter, and the position in it in steps, fractional; None as for `heard`."""
        if self.heard() is None or self._playing is None:
            return None
        (seconds, here), now = self._marks[0], self._clock()
        coming = self._marks[1][0] - seconds if len(self._marks) > 1 else 0.0
        return here.bar, self._playing.meter(here.bar), here.step + (now - seconds) / coming if coming else here.step

    def now(self) -> float:
        """Seconds of the clock by which it plays."""
        return self._clock()

    def follow(self, clock: Clock) -> None:
        """Go on by another clock from now on, such as one that is led from outside."""
        shift = clock() - self._clock()
        self._clock = clock
        if self._seconds is not None:
            self._seconds += shift
        self._waiting = [each._replace(seconds=each.seconds + shift) for each in self._waiting]
        self._marks = deque((seconds + shift, heard) for seconds, heard in self._marks)

    def tick(self) -> None:
        """Queue what falls before the horizon, and tell the outputs the time."""
        now = self._clock()
        while self._seconds is not None:
            self._take_over()
            if self._playing is None:
                self._seconds = max(self._seconds, now + START_DELAY_SECONDS)  # nothing is decoded yet
                break
            if self._seconds - self._playing.early_seconds > now + self._look_ahead:
                break
            self._queue_step(self._playing, self._seconds, now)
        while self._waiting and self._waiting[0].seconds <= now + self._look_ahead:
            self._send(heappop(self._waiting))
        for output in self.outputs:
            output.release(now)

    def _take_over(self) -> None:
        """Change over to what is wanted, if it may begin at this step."""
        playing, wanted = self._playing, self.wanted
        if wanted is None or wanted is playing:
            return
        if playing is None:
            self._playing = wanted
            return
        launched = wanted.launch != playing.launch
        entering = wanted.travels and not playing.travels
        entered = wanted.first if wanted.since is None else max(0, self._bar - wanted.since)
        bar = entered if launched else 0 if entering else self._bar
        if self._step != 0:
            here, coming = playing.meter(self._bar), wanted.meter(bar)
            if (
                here != coming
                or (entering and not launched)
                or next_boundary(self._step, wanted.quantum, here) != self._step
            ):
                return
        self._playing, self._bar = wanted, bar

    def _queue_step(self, playing: Prepared, seconds: float, now: float) -> None:
        count = len(playing.performance.bars)
        bar, step, at = self._bar % count, self._step, playing.performance.tempo.seconds_at
        place = playing.starts[bar] + step
        begins = at(place)
        lasts = at(place + 1) - begins
        if seconds >= now - LATEST_SECONDS:
            self._wait(QueuedStep(self._bar, step, seconds, lasts), seconds, playing.performance)
            self._marks.append((seconds, Heard(self._bar, step, playing.launch)))
        for strike in playing.strikes.get((bar, step), ()):
            due = seconds + strike.seconds - begins
            if due < now - LATEST_SECONDS:
                self.left_out += 1
            else:
                self._wait(strike, max(due, now), playing.performance)
        self._seconds = seconds + lasts
        self._step += 1
        if self._step == playing.performance.bars[bar].steps:
            self._bar, self._step = self._bar + 1, 0

    def _wait(self, item: QueuedStep | Strike, seconds: float, performance: Performance) -> None:
        self._number += 1
        heappush(self._waiting, _Waiting(seconds, self._number, item, performance))

    def _send(self, due: _Waiting) -> None:
        for output in self.outputs:
            if isinstance(due.item, QueuedStep):
                output.step(due.item)
            else:
                if isinstance(output, PerformanceOutput):
                    output.play_of(due.performance)
                output.strike(due.item, due.seconds)

    def _silence(self) -> None:
        self._waiting.clear()
        self._marks.clear()
        now = self._clock()
        for output in self.outputs:
            output.silence(now)
