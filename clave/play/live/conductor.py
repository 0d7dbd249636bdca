"""Which bar sounds at each step, while what is to be played changes: the twin of the page's conductor and clock.

A `Scheduler` plays one performance from its start to its end. A conductor goes from step to step, and takes another
performance over at the next step, beat or bar, at the place in the count where the music is.
"""

import math
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import accumulate
from typing import NamedTuple, Protocol, runtime_checkable

from clave.music.pattern import Pattern
from clave.music.units import Meter
from clave.play.output import Output, PerformanceOutput, QueuedStep
from clave.play.performance import Performance, Strike
from clave.play.places import BarLines
from clave.play.scheduler import LATEST_SECONDS, LOOK_AHEAD_SECONDS
from clave.play.sequencer import Quantum, next_boundary
from clave.play.transport import Clock

START_DELAY_SECONDS = 0.06
KEPT_SECONDS = 1.0  # marks older than this are forgotten: a hand's stroke is heard a little after its time
ASLEEP_SECONDS = 1.0  # a led step that is later than this: the computer was asleep, and the music is entered anew
_SHORTEST, _LONGEST = 0.5, 2.0  # how far a step may be shortened or lengthened, so that the music is with its leader


@runtime_checkable
class Leader(Protocol):
    """Another program whose place in the music is followed, such as by its MIDI clock."""

    def seconds_of(self, position_steps: float) -> float | None:
        """When it comes to this position, as it goes now, on the conductor's clock; None while it does not play."""
        ...


class Entry(NamedTuple):
    """How a performance comes in."""

    travels: bool = False  # a path or a song, which begins where it is entered
    launch: int = 0  # another number: it is entered anew, at its bar `first`
    first: int = 0
    since: int | None = None  # else it began at this bar of what played before, and goes on from where that is


@dataclass(frozen=True, eq=False)
class Prepared:
    """Some bars of the music, performed and ready to be played. Where the music is elsewhere, they are repeated."""

    performance: Performance
    lines: BarLines  # of all bars
    begins: int  # which of them the performance begins with
    quantum: Quantum  # when it takes the place of what plays
    entry: Entry

    def has(self, bar: int) -> bool:
        """Whether this bar is among them, counted from the beginning of the music."""
        return self.begins <= bar < self.begins + len(self.performance.bars)

    def within(self, bar: int) -> int:
        """Which bar of the performance is played as this one."""
        return (bar - self.begins) % len(self.performance.bars)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each bar of the performance begins, in steps, and the last one ends."""
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
        return self.performance.bars[self.within(bar)].meter


class Heard(NamedTuple):
    """Where the music is."""

    bar: int  # since what plays began, counted from 0
    step: int  # of the bar
    launch: int  # what plays came by


class Place(NamedTuple):
    """Where a moment lies in the music."""

    bar: int  # as in `Heard`
    step: float  # of the bar
    meter: Meter  # of the bar


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
        self.awaits = False  # whether more is being performed: the music does not begin with bars that are not there
        self.left_out = 0  # strokes that would have been late by more than 50 ms
        self.failed: Callable[[Exception], None] = raise_it  # hears of an output that fails: the others play on
        self._clock, self._look_ahead = clock, look_ahead_seconds
        self._playing: Prepared | None = None
        self._bar = self._step = 0  # that is queued next
        self._seconds: float | None = None  # when that is, on the clock; None while the music stands
        self._waiting: list[_Waiting] = []
        self._number = 0
        self._marks: deque[tuple[float, Heard]] = deque()
        self._leader: Leader | None = None
        self._position = 0.0  # of the leader at the step that is queued next
        self._entered_at: float | None = None  # position of the leader at which the music is still to be entered

    @property
    def running(self) -> bool:
        """Whether music plays."""
        return self._seconds is not None

    @property
    def next_bar(self) -> int:
        """The bar whose steps are queued now."""
        return self._bar

    def start(self, bar: int = 0) -> None:
        """Play what is wanted from the start of this bar on; while a leader plays, from where that is."""
        self._silence()
        self._playing, self._bar, self._step, self._entered_at = None, bar, 0, self._leader_position()
        self._seconds = self._clock() + START_DELAY_SECONDS

    def stop(self) -> None:
        """Outputs fall silent."""
        self._seconds = self._entered_at = None
        self._silence()

    def heard(self) -> Heard | None:
        """Where the music is now; None before its first step, and while it stands."""
        now = self._clock()
        while len(self._marks) > 1 and self._marks[1][0] <= now - KEPT_SECONDS:
            self._marks.popleft()
        return next((heard for at, heard in reversed(self._marks) if at <= now), None)

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

    def lead(self, leader: Leader | None) -> None:
        """While this one plays, each step comes when it comes there; None: steps last as long as the tempo says."""
        self._leader = leader

    def enter(self, position_steps: float) -> None:
        """Play from here on, in steps since the beginning, with the leader, which is here now."""
        self.start()
        self._entered_at = position_steps

    def place_at(self, seconds: float) -> Place | None:
        """Where the music is at this time of the clock; None where nothing was heard or queued then."""
        after = next((n for n, (at, _) in enumerate(self._marks) if at > seconds), len(self._marks))
        if after == 0 or self._playing is None:
            return None
        at, here = self._marks[after - 1]
        share = (seconds - at) / (self._marks[after][0] - at) if after < len(self._marks) else 0.0
        return Place(here.bar, here.step + share, self._playing.meter(here.bar))

    def pattern(self, bar: int) -> Pattern | None:
        """What is struck in this bar of what plays, or would; None before anything is decoded."""
        played = self._playing or self.wanted
        return None if played is None else played.performance.bars[played.within(bar)]

    def bar_start(self, bar: int) -> int:
        """Where this bar of what plays begins, in steps: for a `ClockOutput`, also while performances change."""
        return 0 if self._playing is None else self._playing.lines.steps(bar)

    def tick(self) -> None:
        """Queue what falls before the horizon, and tell the outputs the time."""
        now = self._clock()
        while self._seconds is not None:
            self._take_over()
            self._enter(now)
            if self._playing is None:
                self._seconds = max(self._seconds, now + START_DELAY_SECONDS)  # nothing is decoded yet
                break
            if self._leader is None and self._seconds < now - ASLEEP_SECONDS:
                self._skip(self._playing, self._seconds, now)
            if self._seconds - self._playing.early_seconds > now + self._look_ahead:
                break
            self._queue_step(self._playing, self._seconds, now)
        while self._waiting and self._waiting[0].seconds <= now + self._look_ahead:
            self._send(heappop(self._waiting))
        self._tell(lambda output: output.release(now))

    def _tell(self, act: Callable[[Output], None]) -> None:
        """What one of them raises keeps neither the others nor the next step from being played."""
        for output in self.outputs:
            try:
                act(output)
            except Exception as error:
                self.failed(error)

    def _enter(self, now: float) -> None:
        """Begin with the first step of the leader that is not too late, once something is there to be played."""
        leader, playing, position = self._leader, self._playing, self._entered_at
        if leader is not None and self._seconds is not None and self._seconds < now - ASLEEP_SECONDS:
            position = self._position
        if leader is None or playing is None or position is None:
            return
        step = math.ceil(position)
        at, then = leader.seconds_of(step), leader.seconds_of(step + 1)
        if at is None or then is None or then <= at:
            return
        late = max(0, math.ceil((now - LATEST_SECONDS - at) / (then - at)))
        self._position, self._seconds, self._entered_at = float(step + late), at + late * (then - at), None
        self._bar, self._step = playing.lines.place_at(step + late)

    def _leader_position(self) -> float | None:
        """Where the leader is now, in steps; None while it does not play."""
        if self._leader is None:
            return None
        here, then = self._leader.seconds_of(0), self._leader.seconds_of(1)
        return None if here is None or then is None else max(0.0, (self._clock() - here) / (then - here))

    def _lasts(self, planned: float, seconds: float) -> float:
        """How long the step that begins at this time lasts: until the leader comes to its end, if it plays."""
        if self._leader is None:
            return planned
        here, end = self._leader.seconds_of(self._position), self._leader.seconds_of(self._position + 1)
        if here is None or end is None:
            return planned
        return min(max(end - seconds, _SHORTEST * (end - here)), _LONGEST * (end - here))

    def bar_of(self, entry: Entry) -> int:
        """Which bar of something that comes in like this would be queued next, if it took over now."""
        playing = self._playing
        if playing is None:
            return self._bar
        if entry.launch != playing.entry.launch:
            return entry.first if entry.since is None else max(0, self._bar - entry.since)
        return 0 if entry.travels and not playing.entry.travels else self._bar

    def _take_over(self) -> None:
        """Change over to what is wanted, if it may begin at this step."""
        playing, wanted = self._playing, self.wanted
        if wanted is None or wanted is playing:
            return
        if playing is None:
            self._begin(wanted)
            return
        launched = wanted.entry.launch != playing.entry.launch
        entering = wanted.entry.travels and not playing.entry.travels
        bar = self.bar_of(wanted.entry)
        if self._step != 0:
            here, coming = playing.meter(self._bar), wanted.meter(bar)
            if (
                here != coming
                or (entering and not launched)
                or next_boundary(self._step, wanted.quantum, here) != self._step
            ):
                return
        self._playing, self._bar = wanted, bar

    def _begin(self, wanted: Prepared) -> None:
        """Play from the bar where it starts, or where the leader is, once that bar is there or cannot be had."""
        before = self._bar
        if self._entered_at is not None:
            self._bar, _ = wanted.lines.place_at(math.ceil(self._entered_at))
        comes = self.awaits or self._bar != before
        if wanted.has(self._bar) or not comes:
            self._playing = wanted

    def _queue_step(self, playing: Prepared, seconds: float, now: float) -> None:
        bar, step, at = playing.within(self._bar), self._step, playing.performance.tempo.seconds_at
        place = playing.starts[bar] + step
        begins = at(place)
        planned = at(place + 1) - begins
        lasts = self._lasts(planned, seconds)
        if seconds >= now - LATEST_SECONDS:
            self._wait(QueuedStep(self._bar, step, seconds, lasts), seconds, playing.performance)
            self._marks.append((seconds, Heard(self._bar, step, playing.entry.launch)))
        for strike in playing.strikes.get((bar, step), ()):
            due = seconds + (strike.seconds - begins) * (lasts / planned)
            if due < now - LATEST_SECONDS:
                self.left_out += 1
            else:
                self._wait(strike, max(due, now), playing.performance)
        self._seconds = seconds + lasts
        self._position += 1
        self._step += 1
        if self._step == playing.performance.bars[bar].steps:
            self._bar, self._step = self._bar + 1, 0

    def _skip(self, playing: Prepared, seconds: float, now: float) -> None:
        """The computer was asleep: go on with the first step from now on, in time, without playing those before it.

        How far the music would have come, and what was left out, is counted as if these bars had been repeated.
        """
        tempo, steps = playing.performance.tempo, playing.starts[-1]
        here = playing.starts[playing.within(self._bar)] + self._step
        skipped, within = divmod(tempo.seconds_at(here) + now - seconds, tempo.seconds_at(steps))
        there = min(math.ceil(tempo.position_at(within) - 1e-6), steps)
        passed = int(skipped) * steps + there - here
        struck = Counter(
            playing.starts[bar] + step for bar, step in playing.strikes for _ in playing.strikes[bar, step]
        )
        self.left_out += int(skipped) * struck.total() + sum(
            (number if place < there else 0) - (number if place < here else 0) for place, number in struck.items()
        )
        self._seconds = seconds + skipped * tempo.seconds_at(steps) + tempo.seconds_at(there) - tempo.seconds_at(here)
        self._position += passed
        self._bar, self._step = playing.lines.place_at(playing.lines.steps(self._bar) + self._step + passed)

    def _wait(self, item: QueuedStep | Strike, seconds: float, performance: Performance) -> None:
        self._number += 1
        heappush(self._waiting, _Waiting(seconds, self._number, item, performance))

    def _send(self, due: _Waiting) -> None:
        self._tell(lambda output: _give(output, due))

    def _silence(self) -> None:
        self._waiting.clear()
        self._marks.clear()
        now = self._clock()
        self._tell(lambda output: output.silence(now))


def _give(output: Output, due: _Waiting) -> None:
    if isinstance(due.item, QueuedStep):
        output.step(due.item)
    else:
        if isinstance(output, PerformanceOutput):
            output.play_of(due.performance)
        output.strike(due.item, due.seconds)


def raise_it(error: Exception) -> None:
    """Where nobody else hears of it."""
    raise error
