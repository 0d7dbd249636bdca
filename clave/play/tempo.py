"""Tempo over the bars of a performance: when each position sounds, through steps and ramps."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from clave.music.units import STEPS_PER_QUARTER, seconds_per_step
from clave.play.project.movement import TempoChange


@dataclass(frozen=True)
class BarTempo:
    """The tempo of one bar, linear in musical time from its start to its end."""

    steps: int
    start_bpm: float
    end_bpm: float


def tempo_of_bar(changes: Sequence[TempoChange], bar: int) -> tuple[float, float]:
    """The tempo at the start and at the end of this bar, in quarters a minute.

    A ramp goes in equal parts a bar from the change before it to the bar of its own change.
    """
    place = bisect_right([change.bar for change in changes], bar) - 1
    now = changes[place]
    then = changes[place + 1] if place + 1 < len(changes) else now
    if not then.ramp or then is now:
        return now.tempo_bpm, now.tempo_bpm
    rise = (then.tempo_bpm - now.tempo_bpm) / (then.bar - now.bar)
    return now.tempo_bpm + rise * (bar - now.bar), now.tempo_bpm + rise * (bar + 1 - now.bar)


class TempoCurve:
    """When a position sounds: seconds from the start, for positions in steps from the start.

    Before the first bar and after the last one, the tempo stays what it is there; `before` is the tempo of a bar that
    is played before the first. Raises RenderError for a tempo outside [20, 400] quarters a minute.
    """

    def __init__(self, bars: Sequence[BarTempo], before: BarTempo | None = None) -> None:
        self.bars, self._before = tuple(bars), before
        self._starts, self._seconds, self._pieces = [0.0], [0.0], list[BarTempo]()
        for bar in bars:
            for bpm in (bar.start_bpm, bar.end_bpm):
                seconds_per_step(bpm)  # refuses what cannot be played
            last = self._pieces[-1] if self._pieces else None
            steady = bar.start_bpm == bar.end_bpm
            if last and steady and last.start_bpm == last.end_bpm == bar.start_bpm:
                self._pieces[-1] = piece = BarTempo(last.steps + bar.steps, bar.start_bpm, bar.end_bpm)
                self._starts[-1], self._seconds[-1] = self._starts[-2] + piece.steps, 0.0
            else:
                self._pieces.append(piece := bar)
                self._starts.append(self._starts[-1] + bar.steps)
                self._seconds.append(0.0)
            self._seconds[-1] = self._seconds[-2] + _seconds_into(piece, piece.steps)

    @property
    def steps(self) -> float:
        """Length of all bars."""
        return self._starts[-1]

    @property
    def seconds(self) -> float:
        """How long they last."""
        return self._seconds[-1]

    def seconds_at(self, position_steps: float) -> float:
        """When this position sounds; below 0 before the start."""
        if position_steps < 0 and self._before is not None:
            return _seconds_before(self._before, position_steps)
        if position_steps < 0 or not self._pieces:
            first = self._pieces[0].start_bpm if self._pieces else 120.0
            return position_steps * seconds_per_step(first)
        if position_steps >= self._starts[-1]:
            return self._seconds[-1] + (position_steps - self._starts[-1]) * seconds_per_step(self._pieces[-1].end_bpm)
        piece = bisect_right(self._starts, position_steps) - 1
        return self._seconds[piece] + _seconds_into(self._pieces[piece], position_steps - self._starts[piece])

    def position_at(self, seconds: float) -> float:
        """The position that sounds at this time, in steps: the inverse of `seconds_at`."""
        if seconds < 0 and self._before is not None:
            return _position_before(self._before, seconds)
        if seconds < 0 or not self._pieces:
            first = self._pieces[0].start_bpm if self._pieces else 120.0
            return seconds / seconds_per_step(first)
        if seconds >= self._seconds[-1]:
            return self._starts[-1] + (seconds - self._seconds[-1]) / seconds_per_step(self._pieces[-1].end_bpm)
        piece = bisect_right(self._seconds, seconds) - 1
        return self._starts[piece] + _steps_into(self._pieces[piece], seconds - self._seconds[piece])

    def bpm_at(self, position_steps: float) -> float:
        """The tempo at this position."""
        if not self._pieces:
            return 120.0
        piece = min(max(bisect_right(self._starts, position_steps) - 1, 0), len(self._pieces) - 1)
        bar, start = self._pieces[piece], self._starts[piece]
        if position_steps < 0 and self._before is not None:
            bar, start = self._before, -self._before.steps
        share = min(max((position_steps - start) / bar.steps, 0.0), 1.0)
        return bar.start_bpm + (bar.end_bpm - bar.start_bpm) * share


def _seconds_into(bar: BarTempo, steps: float) -> float:
    """The integral of the time a step takes, 60 / (16 bpm), over so many steps from the start of the bar."""
    rise = bar.end_bpm - bar.start_bpm
    if rise == 0:
        return steps * seconds_per_step(bar.start_bpm)
    per_bpm = 60 * bar.steps / (STEPS_PER_QUARTER * rise)
    return per_bpm * math.log(1 + rise * steps / (bar.steps * bar.start_bpm))


def _seconds_before(bar: BarTempo, position_steps: float) -> float:
    """When a position below 0 sounds, where this bar ends at 0."""
    within = bar.steps + position_steps
    into = _seconds_into(bar, within) if within >= 0 else within * seconds_per_step(bar.start_bpm)
    return into - _seconds_into(bar, bar.steps)


def _steps_into(bar: BarTempo, seconds: float) -> float:
    """How many steps pass in so many seconds from the start of the bar: the inverse of `_seconds_into`."""
    rise = bar.end_bpm - bar.start_bpm
    if rise == 0:
        return seconds / seconds_per_step(bar.start_bpm)
    per_bpm = 60 * bar.steps / (STEPS_PER_QUARTER * rise)
    return math.expm1(seconds / per_bpm) * bar.steps * bar.start_bpm / rise


def _position_before(bar: BarTempo, seconds: float) -> float:
    """Which position sounds at this time below 0: the inverse of `_seconds_before`."""
    into = seconds + _seconds_into(bar, bar.steps)
    within = _steps_into(bar, into) if into >= 0 else into / seconds_per_step(bar.start_bpm)
    return within - bar.steps
