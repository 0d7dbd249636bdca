"""A bar that is played live, as a pattern: strokes snap to the grid, and what is off it stays as their offsets."""

from clave.music.pattern import MAX_OFFSET, Pattern, Stroke
from clave.music.units import COMMON_TIME, Meter, steps_per_bar


class BarCapture:
    """Give it strokes with their positions; it gives each bar once it is complete.

    A stroke less than half a 16th before the bar line belongs to the bar that begins there.
    """

    def __init__(self, meter: Meter = COMMON_TIME) -> None:
        self.meter = meter
        self._steps = steps_per_bar(meter)
        self._played: list[tuple[float, int, float]] = []  # position in steps, voice, velocity

    def strike(self, voice: int, velocity: float, position_steps: float) -> None:
        """A stroke, in steps from the start of the performance."""
        self._played.append((position_steps, voice, velocity))

    def last(self, position_steps: float) -> Pattern | None:
        """The last bar that is over at this position and has strokes, else what was played of the present one."""
        self._played = [each for each in self._played if each[0] <= position_steps + MAX_OFFSET]
        bars = sorted({int((place + MAX_OFFSET) // self._steps) for place, _, _ in self._played})
        over = [bar for bar in bars if (bar + 1) * self._steps - MAX_OFFSET <= position_steps]
        return self._pattern(over[-1] if over else bars[-1]) if bars else None

    def complete(self, bar: int, position_steps: float) -> Pattern | None:
        """This bar, counted from 0, if it is over at this position and something was played in it.

        Strokes of earlier bars are forgotten.
        """
        start = bar * self._steps - MAX_OFFSET
        end = start + self._steps
        if position_steps < end:
            return None
        found = self._pattern(bar)
        self._played = [each for each in self._played if each[0] >= end]
        return found

    def _pattern(self, bar: int) -> Pattern | None:
        start = bar * self._steps - MAX_OFFSET
        found = [each for each in self._played if start <= each[0] < start + self._steps]
        if not found:
            return None
        strokes = (Stroke(row, 0, velocity, place - bar * self._steps) for place, row, velocity in found)
        return Pattern.from_strokes(strokes, self.meter)
