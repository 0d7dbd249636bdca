"""The tempo and phase behind the pulses of a MIDI clock that comes in, though they jitter and some are lost.

Pulses lie on a line: the time of each is its number times the interval, plus noise. Several explanations of what has
come are kept side by side: how many pulses were lost and where, and when the tempo changed. Each of them is a line that
a Kalman filter follows, with the noise that it has seen so far, and a cost: how unlikely it makes what has come (a
negative log likelihood; Reid, "An Algorithm for Tracking Multiple Targets", 1979). The cheapest is believed. So a wrong
decision is taken back once later pulses speak against it. The twin in the page is `web/src/midi/pulseLine.ts`; both
are tested on `tests/fixtures/midi.json`.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

SHORTEST_SECONDS, LONGEST_SECONDS = 60 / 24 / 420, 60 / 24 / 19  # between two pulses: 420 and 19 bpm
LOCKED_PULSES = 12  # half a quarter: then the tempo is known well enough to be followed
MEMORY_SECONDS = 6.0  # of the filter; with a jitter of 3 ms, one second would give the tempo within 0.4 bpm only
QUICK_PULSES = 14  # the memory after a line was found to bend
MOST_EXPLANATIONS = 12
_LOST_COST, _CHANGE_COST = 4.0, 12.0  # natural logarithms of how rare they are: 1 pulse in 55, 1 in 160,000
_HOPELESS_COST = 14.0  # above the cheapest: never mind
_MOST_SLOTS = 11  # from one pulse to the next: after 12 that are missing, the clock has stopped
_ANOTHER_TEMPO = 0.5  # standard deviation of a new interval, of the old one
_FIRST_NOISE_SECONDS, _FIRST_PULSES = 0.001, 4.0  # what is known of the noise before the first pulse, as if by so many
_NOISE_PULSES = 100.0  # that the noise is known by, at most
_BEND, _BEND_SHARE = 1.3, 1 / 8  # the mean of residuals, in standard deviations, above which a line bends
_FADING = 0.5  # a filter that fades so is as steady as a line through twice as many pulses
_SAME_INTERVAL, _SAME_SECONDS = 1e-3, 3e-4  # two lines that are nearer to each other are one


@dataclass(frozen=True, slots=True)
class _Line:
    """One explanation, and what it costs. Variances are those of a noise of 1."""

    index: float  # of the latest pulse, counted from 0
    seconds: float  # when that one was, by the line
    interval: float  # seconds from pulse to pulse
    phase_variance: float = 1.0
    covariance: float = 1.0
    interval_variance: float = 2.0
    pulses: int = 2  # that it rests on
    noise_pulses: float = _FIRST_PULSES  # that its noise is known by
    noise_squares: float = _FIRST_PULSES * _FIRST_NOISE_SECONDS**2  # their sum, in seconds squared
    mean: float = 0.0  # of the residuals, in standard deviations
    cost: float = 0.0

    @property
    def noise_variance(self) -> float:
        """In seconds squared."""
        return self.noise_squares / self.noise_pulses

    def after(self, seconds: float, slots: int) -> "_Line | None":
        """The same line with this pulse, so many pulses after the latest; None where it would be no clock."""
        phase = self.phase_variance + slots * (2 * self.covariance + slots * self.interval_variance)
        both = self.covariance + slots * self.interval_variance
        expected = self.seconds + slots * self.interval
        residual, spread = seconds - expected, phase + 1
        interval = self.interval + residual * both / spread
        if not SHORTEST_SECONDS <= interval <= LONGEST_SECONDS:
            return None
        variance = self.noise_variance * spread
        unlikely = math.log(variance) / 2
        unlikely += (self.noise_pulses + 1) / 2 * math.log1p(residual**2 / (variance * self.noise_pulses))
        noise_pulses = self.noise_pulses + 1
        kept = min(1.0, _NOISE_PULSES / noise_pulses)
        memory = max(float(QUICK_PULSES), MEMORY_SECONDS / interval) * _FADING
        fades = 1 / (1 - 1 / memory) if self.pulses + 1 > memory else 1.0
        line = _Line(
            self.index + slots,
            expected + residual * phase / spread,
            interval,
            phase_variance=phase / spread * fades,
            covariance=both / spread * fades,
            interval_variance=(self.interval_variance - both**2 / spread) * fades,
            pulses=self.pulses + 1,
            noise_pulses=noise_pulses * kept,
            noise_squares=(self.noise_squares + residual**2 / spread) * kept,
            mean=self.mean + (residual / math.sqrt(variance) - self.mean) * _BEND_SHARE,
            cost=self.cost + unlikely + _LOST_COST * (slots - 1),
        )
        return line._shortened() if abs(line.mean) > _BEND and line.pulses > QUICK_PULSES else line

    def another(self) -> "_Line":
        """The tempo changes with the latest pulse: what comes next says to which."""
        return replace(
            self,
            phase_variance=self.phase_variance + 1,
            covariance=0.0,
            interval_variance=(_ANOTHER_TEMPO * self.interval) ** 2 / self.noise_variance,
            pulses=1,
            mean=0.0,
            cost=self.cost + _CHANGE_COST,
        )

    def _shortened(self) -> "_Line":
        """The line bends: only its last pulses count."""
        n = QUICK_PULSES
        return replace(
            self,
            phase_variance=max(self.phase_variance, 2 * (2 * n - 1) / (n * (n + 1))),
            covariance=max(self.covariance, 6 / (n * (n + 1))),
            interval_variance=max(self.interval_variance, 12 / (n * (n * n - 1))),
            pulses=n,
            mean=0.0,
        )

    def is_like(self, other: "_Line") -> bool:
        """Whether both say the same."""
        near = abs(self.interval - other.interval) < _SAME_INTERVAL * self.interval
        return self.index == other.index and near and abs(self.seconds - other.seconds) < _SAME_SECONDS


class PulseLine:
    """Give it the time of each pulse; it says which pulse is at which time."""

    def __init__(self) -> None:
        self._first: float | None = None  # time of the first pulse
        self._lines: list[_Line] = []  # explanations, the cheapest first

    @property
    def index(self) -> float:
        """Of the latest pulse; pulses are counted from 0."""
        return self._lines[0].index if self._lines else 0.0

    @property
    def seconds(self) -> float:
        """When that one was, by the line."""
        return self._lines[0].seconds if self._lines else self._first or 0.0

    @property
    def interval(self) -> float:
        """Seconds from pulse to pulse; 0 before the second pulse."""
        return self._lines[0].interval if self._lines else 0.0

    @property
    def locked(self) -> bool:
        """Whether it knows the tempo well enough to be followed."""
        return bool(self._lines) and self._lines[0].pulses >= LOCKED_PULSES

    @property
    def tempo_bpm(self) -> float | None:
        """Quarters a minute; None before the second pulse."""
        return 60 / 24 / self.interval if self._lines else None

    def index_at(self, seconds: float) -> float:
        """How many pulses have come at this time, as if they went on as they do."""
        return self.index + (seconds - self.seconds) / self.interval if self._lines else self.index

    def seconds_of(self, index: float) -> float:
        """When this pulse is: the inverse of `index_at`."""
        return self.seconds + (index - self.index) * self.interval

    def forget_time(self, seconds: float, index: float) -> None:
        """Pulses come again after a pause, and this is the first: keep the tempo, and begin the line here."""
        self._lines = [replace(each, index=index, seconds=seconds, cost=0.0) for each in self._lines[:1]]
        self._lines = [replace(each.another(), interval_variance=2.0, pulses=2, cost=0.0) for each in self._lines]

    def pulse(self, seconds: float) -> None:
        """A pulse came at this time."""
        if self._first is None:
            self._first = seconds
        elif not self._lines:
            gap = seconds - self._first
            if gap <= LONGEST_SECONDS:
                self._lines = [_Line(1.0, seconds, max(gap, SHORTEST_SECONDS))]
            else:
                self._first = seconds
        else:
            self._lines = _cheapest(sorted(self._explanations(seconds), key=lambda each: each.cost)) or self._lines

    def _explanations(self, seconds: float) -> Iterator[_Line]:
        """Each line goes on, or has lost pulses, or is another from its latest pulse on."""
        for line in self._lines:
            near = math.floor((seconds - line.seconds) / line.interval + 0.5)
            ways = [line.after(seconds, 1), line.another().after(seconds, 1)]
            if 1 < near <= _MOST_SLOTS:
                ways.append(line.after(seconds, near))
            yield from (each for each in ways if each is not None)


def _cheapest(lines: list[_Line]) -> list[_Line]:
    """Those that are worth keeping, with costs above that of the first."""
    kept: list[_Line] = []
    for line in lines:
        if line.cost > lines[0].cost + _HOPELESS_COST or len(kept) == MOST_EXPLANATIONS:
            break
        if not any(line.is_like(each) for each in kept):
            kept.append(line)
    return [replace(each, cost=each.cost - lines[0].cost) for each in kept]
