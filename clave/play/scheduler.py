"""Sends the strokes and steps of a performance to its outputs, a little ahead of their time.

A `Scheduler` follows a transport: at every tick it sends whatever falls within the look-ahead, in order, each once.
`play` ticks until the end; `send_all` sends a whole performance at once, to an output that writes a file.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import accumulate, count, pairwise
from math import ceil, inf
from typing import NamedTuple

from clave.play.output import Output, QueuedStep
from clave.play.performance import Performance, Strike
from clave.play.transport import Transport, Turn

LOOK_AHEAD_SECONDS = 0.1
LATEST_SECONDS = 0.05  # a stroke that is later than this is left out: a gap sounds better than many strokes at once
TICK_SECONDS = 0.005


class _Due(NamedTuple):
    """What is to be sent, in the order in which it is: by time; a step before its strokes."""

    seconds: float  # of the clock
    number: int  # of two at once, which is first
    item: QueuedStep | Strike


def send_all(performance: Performance, output: Output) -> None:
    """The whole performance at once, in order of time; second 0 is the start of its first bar.

    Strokes that come early on the first beat have times below 0. `release` is not called: there is no present time.
    """
    for due in _in_order(performance, iter([Turn(0.0, performance.tempo.steps, 0.0)])):
        _send(due, output)


def play(
    performance: Performance,
    outputs: Sequence[Output],
    transport: Transport,
    *,
    wait: Callable[[float], None] = time.sleep,
) -> int:
    """Play from where the transport is to the end, or until it is stopped; then outputs fall silent.

    Returns how many strokes and steps were left out because they would have been more than 50 ms late. `wait` lets so
    many seconds pass.
    """
    scheduler = Scheduler(performance, outputs, transport)
    transport.start()
    try:
        while transport.running and not scheduler.finished:
            scheduler.tick()
            wait(TICK_SECONDS)
    finally:
        transport.stop()
        scheduler.tick()
    return scheduler.left_out


class Scheduler:
    """Sends what is due to each of the outputs at every `tick`, which has to come more often than it looks ahead.

    After a start, a stop, a seek or another change of the transport, outputs are silenced, and what is due from then on
    is sent anew. A stroke belongs to its step: after a seek to a bar line, one that comes early on its first beat is
    played, at the moment of the seek, and one that comes late on the beat before is not.
    """

    def __init__(
        self,
        performance: Performance,
        outputs: Sequence[Output],
        transport: Transport,
        *,
        look_ahead_seconds: float = LOOK_AHEAD_SECONDS,
    ) -> None:
        self.left_out = 0  # strokes and steps that would have been late by more than LATEST_SECONDS
        self._performance, self._outputs, self._transport = performance, tuple(outputs), transport
        self._look_ahead = look_ahead_seconds
        self._changes: int | None = None  # of the transport, up to which this is up to date
        self._coming: Iterator[_Due] = iter(())
        self._next: _Due | None = None

    @property
    def finished(self) -> bool:
        """Whether the performance has come to its end."""
        transport = self._transport
        return transport.loop is None and transport.position >= self._performance.tempo.steps

    def tick(self) -> None:
        """Send what falls within the look-ahead, and tell the outputs the time."""
        now = self._transport.now()
        if self._changes != self._transport.changes:
            self._changes = self._transport.changes
            for output in self._outputs:
                output.silence(now)
            since = self._transport.since
            self._coming = _in_order(self._performance, self._transport.turns(), -inf if since is None else since)
            self._next = next(self._coming, None)
        while self._next is not None and self._next.seconds <= now + self._look_ahead:
            if self._next.seconds < now - LATEST_SECONDS:
                self.left_out += 1
            else:
                for output in self._outputs:
                    _send(self._next, output)
            self._next = next(self._coming, None)
        for output in self._outputs:
            output.release(now)


def _send(due: _Due, output: Output) -> None:
    if isinstance(due.item, QueuedStep):
        output.step(due.item)
    else:
        output.strike(due.item, due.seconds)


def _in_order(performance: Performance, turns: Iterator[Turn], earliest: float = -inf) -> Iterator[_Due]:
    """The steps and strokes of these turns in order of time, made as they are taken; none sounds before `earliest`.

    A stroke may sound before the bar, or the turn, in which its step lies: it is merged into the one before.
    """
    seconds_at = performance.tempo.seconds_at
    starts = list(accumulate((bar.steps for bar in performance.bars), initial=0))
    strokes: list[list[Strike]] = [[] for _ in performance.bars]
    early = 0.0  # seconds: the most that a stroke sounds before its step
    for strike in performance.events():
        strokes[strike.bar].append(strike)
        early = max(early, seconds_at(starts[strike.bar] + strike.step) - strike.seconds)

    waiting: list[_Due] = []
    number = count()
    for turn in turns:
        shift = turn.seconds - seconds_at(turn.start)  # from seconds of the performance to those of the clock
        for bar, (bar_start, bar_end) in enumerate(pairwise(starts)):
            played = range(ceil(max(bar_start, turn.start)), ceil(min(bar_end, turn.end)))
            if not played:
                continue
            while waiting and waiting[0].seconds < seconds_at(played.start) + shift - early:
                yield heappop(waiting)
            for place in played:
                begins, ends = seconds_at(place), seconds_at(place + 1)
                step = QueuedStep(bar, place - bar_start, begins + shift, ends - begins)
                heappush(waiting, _Due(step.seconds, next(number), step))
            for strike in strokes[bar]:
                if bar_start + strike.step in played:
                    heappush(waiting, _Due(max(strike.seconds + shift, earliest), next(number), strike))
    while waiting:
        yield heappop(waiting)
