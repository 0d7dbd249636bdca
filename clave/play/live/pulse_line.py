"""The tempo and phase behind the pulses of a MIDI clock that comes in, though they jitter and some are lost.

Pulses lie on a line: the time of each is its number times the interval, plus noise. A growing-memory filter, the
recursive form of a least-squares line (Morrison, "Introduction to Sequential Smoothing and Prediction", 1969), follows
it: right after a change of tempo it trusts each pulse much, and after some seconds little. The twin in the page
is `web/src/midi/pulseLine.ts`; both are tested on `tests/fixtures/midi.json`.
"""

import math
from collections.abc import Sequence

SHORTEST_SECONDS, LONGEST_SECONDS = 60 / 24 / 420, 60 / 24 / 19  # between two pulses: 420 and 19 bpm
MEMORY_SECONDS = 4.0  # with a jitter of 3 ms one second gives the tempo within 0.4 bpm only, four within 0.06
QUICK_PULSES = 14  # the memory after the line was found to bend
RELOCK_PULSES = 4  # so many in a row that do not fit begin a new line
_LEAST_TOLERANCE_SECONDS = 0.002
_WIDEST_TOLERANCE = 0.45  # of an interval
_TOLERANCE_SIGMAS = 3.5
_LEAST_SIGMA_SECONDS = 0.0003
_LOST_COST, _CHANGE_COST = 4.0, 10.0  # natural logarithms of how rare they are: 1 pulse in 55, 1 in 22,000
_SURE = 4.0  # natural logarithm of how much likelier one has to be
_MOST_PENDING = 12
_BEND_SECONDS, _BEND_SIGMAS = 0.0005, 1.3  # the mean of residuals, above which the line bends
_MEAN_SHARE, _NOISE_SHARE = 1 / 8, 1 / 16  # of a new residual in its mean, and in that of its changes
_MEAN_CHANGE_PER_SIGMA = 2 / math.sqrt(math.pi)  # of two independent Gaussian residuals


class PulseLine:
    """Give it the time of each pulse; it says which pulse is at which time.

    Pulses that do not fit are left out. After four of them in a row it decides what happened: pulses were lost, if
    those that came lie on the old line, or the tempo has changed.
    """

    def __init__(self) -> None:
        self.index = 0.0  # of the latest pulse on the line; pulses are counted from 0
        self.seconds = 0.0  # when that one was, by the line
        self.interval = 0.0  # seconds from pulse to pulse; 0 before the second pulse
        self.relocks = 0
        self._count = 0  # pulses that the line rests on
        self._pending: list[float] = []  # times of pulses since that did not fit
        self._mean = self._noise = self._last = 0.0  # of the residuals, in seconds

    @property
    def locked(self) -> bool:
        """Whether it knows the tempo well enough to be followed: half a quarter of pulses."""
        return self._count >= 12

    @property
    def tempo_bpm(self) -> float | None:
        """Quarters a minute; None before the second pulse."""
        return 60 / 24 / self.interval if self.interval else None

    def index_at(self, seconds: float) -> float:
        """How many pulses have come at this time, as if they went on as they do."""
        return self.index + (seconds - self.seconds) / self.interval if self.interval else self.index

    def seconds_of(self, index: float) -> float:
        """When this pulse is: the inverse of `index_at`."""
        return self.seconds + (index - self.index) * self.interval

    def forget_time(self, seconds: float, index: float) -> None:
        """Pulses come again after a pause, and this is the first: keep the tempo, and begin the line here."""
        self.index, self.seconds, self._pending = index, seconds, []
        self._count = min(self._count, 2)
        self._mean = 0.0

    def pulse(self, seconds: float) -> None:
        """A pulse came at this time."""
        if self._count == 0:
            self.seconds, self._count = seconds, 1
            return
        gap = seconds - self.seconds
        if self._count == 1:
            if SHORTEST_SECONDS <= gap <= LONGEST_SECONDS:
                self.index, self.seconds, self.interval, self._count = self.index + 1, seconds, gap, 2
            elif gap > LONGEST_SECONDS:
                self.seconds = seconds
            return
        slots = len(self._pending) + 1
        if abs(gap - slots * self.interval) <= self._tolerance():
            self._pending.clear()
            self._fit(seconds, slots)
            return
        self._pending.append(seconds)
        if len(self._pending) >= RELOCK_PULSES:
            self._decide()

    def _tolerance(self) -> float:
        widest = _WIDEST_TOLERANCE * self.interval
        if self._count < 8:
            return widest
        return min(widest, max(_LEAST_TOLERANCE_SECONDS, _TOLERANCE_SIGMAS * self._sigma()))

    def _sigma(self) -> float:
        """Standard deviation of the pulses around the line, from changes of residuals: a bend leaves those small."""
        return self._noise / _MEAN_CHANGE_PER_SIGMA

    def _fit(self, seconds: float, slots: int) -> None:
        """Move the line towards this pulse, so many pulses after the latest."""
        self.seconds += slots * self.interval
        self.index += slots
        residual = seconds - self.seconds
        self._count = min(self._count + 1, max(QUICK_PULSES, int(MEMORY_SECONDS / self.interval)))
        n = self._count - 1  # of this pulse, counted from 0
        self.seconds += residual * 2 * (2 * n + 1) / ((n + 1) * (n + 2))
        faster = self.interval + residual * 6 / ((n + 1) * (n + 2)) / slots
        self.interval = min(max(faster, SHORTEST_SECONDS), LONGEST_SECONDS)
        self._noise += (abs(residual - self._last) - self._noise) * max(_NOISE_SHARE, 1 / self._count)
        self._last = residual
        self._mean += (residual - self._mean) * _MEAN_SHARE
        if abs(self._mean) > max(_BEND_SECONDS, _BEND_SIGMAS * self._sigma()) and self._count > QUICK_PULSES:
            self._count = QUICK_PULSES
            self._mean = 0.0

    def _decide(self) -> None:
        """Whether the pending pulses lie on the old line, some lost between them, or on a new one.

        Compared are negative log likelihoods, with Gaussian jitter and rare losses and changes; while they are close,
        it waits for more pulses.
        """
        gaps = [seconds - self.seconds for seconds in self._pending]
        slots: list[int] = []
        for gap in gaps:
            slots.append(max(slots[-1] + 1 if slots else 1, math.floor(gap / self.interval + 0.5)))
        variance = 2 * max(self._sigma(), _LEAST_SIGMA_SECONDS) ** 2
        off = sum((gap - slot * self.interval) ** 2 for gap, slot in zip(gaps, slots, strict=True)) / variance
        same = off + _LOST_COST * (slots[-1] - len(slots))
        other = _squares_off_line([0.0, *gaps]) / variance + _CHANGE_COST
        if abs(same - other) < _SURE and len(gaps) < _MOST_PENDING:
            return
        if other < same:
            self._relock()
            return
        pending, self._pending = self._pending, []
        for seconds, slot, before in zip(pending, slots, [0, *slots], strict=False):
            self._fit(seconds, slot - before)

    def _relock(self) -> None:
        """Begin a new line with the pending pulses; each of them counts as one pulse."""
        pending, self._pending = self._pending, []
        self.relocks += 1
        self._count, self._mean = 1, 0.0
        start = self.seconds
        slope = _slope([0.0, *(seconds - start for seconds in pending)])
        self.interval = min(max(slope, SHORTEST_SECONDS), LONGEST_SECONDS)
        middle = (start + sum(pending)) / (len(pending) + 1)
        self.index += len(pending)
        self.seconds = middle + self.interval * len(pending) / 2
        self._count = len(pending) + 1


def _slope(times: Sequence[float]) -> float:
    """Of the least-squares line through times that are one pulse apart."""
    middle = (len(times) - 1) / 2
    spread = sum((n - middle) ** 2 for n in range(len(times)))
    return sum((n - middle) * time for n, time in enumerate(times)) / spread


def _squares_off_line(times: Sequence[float]) -> float:
    """The sum of squared distances from the least-squares line through times that are one pulse apart."""
    slope, middle, mean = _slope(times), (len(times) - 1) / 2, sum(times) / len(times)
    return sum((time - mean - slope * (n - middle)) ** 2 for n, time in enumerate(times))
