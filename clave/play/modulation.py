"""What parameters are at a moment: their value, automated over the bars, with the waves of modulation around it."""

import math
from array import array
from bisect import bisect_right
from collections.abc import Sequence

from clave.music.units import Meter
from clave.play.chance import WALK, chance
from clave.play.project.movement import PARAMETERS, Automation, Modulation
from clave.play.travel import looks_each

MOST_WALKS = 64  # that are remembered, with 8 bytes for each turn


def wave(modulation: Modulation, position: float, walk: "RandomWalk") -> float:
    """The wave in [-1, 1] at this position, in the unit of the modulation (bars or beats from the scene's start).

    `walk` is what the shape `random` follows.
    """
    turns = position / modulation.period + modulation.phase
    within = turns - math.floor(turns)
    match modulation.shape:
        case "sine":
            return math.sin(2 * math.pi * within)
        case "triangle":
            later = within + 0.25
            return 1 - 4 * abs(later - math.floor(later) - 0.5)
        case "saw":
            return 2 * within - 1
        case "square":
            return 1.0 if within < 0.5 else -1.0
        case "steps":
            return modulation.values[min(int(within * len(modulation.values)), len(modulation.values) - 1)]
        case "random":
            return walk.at(turns)


class RandomWalk:
    """A walk in [-1, 1] that takes a random step of up to 1/2 each turn, turned back at the edges, straight between.

    It depends on the two seeds and on the place alone; where it has been is remembered, so that a late place is cheap.
    """

    def __init__(self, seed: int, own_seed: int) -> None:
        self._seeds = seed, own_seed
        self._places = array("d", [2 * chance(seed, WALK, own_seed, 0) - 1])

    def at(self, turns: float) -> float:
        """Where it is after so many turns, 0 or more."""
        last = math.floor(turns)
        seed, own_seed = self._seeds
        while len(self._places) < last + 2:
            there = self._places[-1] + (2 * chance(seed, WALK, own_seed, len(self._places)) - 1) / 2
            self._places.append(2 - there if there > 1 else -2 - there if there < -1 else there)
        here, after = self._places[last], self._places[last + 1]
        return here + (after - here) * (turns - last)


class Walks:
    """Random walks by their seeds, each with the places where it has been."""

    def __init__(self) -> None:
        self._walks: dict[tuple[int, int], RandomWalk] = {}

    def of(self, seed: int, own_seed: int) -> RandomWalk:
        """The walk of these two seeds."""
        if (seed, own_seed) not in self._walks:
            self._walks[seed, own_seed] = RandomWalk(seed, own_seed)
            for oldest in list(self._walks)[:-MOST_WALKS]:
                del self._walks[oldest]
        return self._walks[seed, own_seed]


def automated(automation: Automation, bar: float) -> float:
    """The value at this place, in bars: straight between breakpoints, level before the first and after the last.

    Where it loops, the place is that within its round.
    """
    points = automation.breakpoints
    if automation.loop_bars is not None:
        bar -= automation.loop_bars * math.floor(bar / automation.loop_bars)
    place = bisect_right([each.bar for each in points], bar)
    if place == 0:
        return points[0].value
    if place == len(points):
        return points[-1].value
    before, after = points[place - 1], points[place]
    return before.value + (after.value - before.value) * (bar - before.bar) / (after.bar - before.bar)


class Movement:
    """All automation and modulation of a scene."""

    def __init__(
        self, automations: Sequence[Automation], modulations: Sequence[Modulation], seed: int, walks: Walks
    ) -> None:
        self._automations = {each.parameter: each for each in automations}
        self._modulations: dict[str, list[tuple[Modulation, RandomWalk]]] = {}
        for each in modulations:
            self._modulations.setdefault(each.parameter, []).append((each, walks.of(seed, each.seed)))

    def moves(self, parameter: str) -> bool:
        """Whether anything moves this parameter."""
        return parameter in self._automations or parameter in self._modulations

    def looks(self, parameters: Sequence[str], meter: Meter) -> list[int]:
        """The steps of a bar at which automation wants these parameters read; the first is 0."""
        found = [self._automations[name] for name in parameters if name in self._automations]
        return sorted({0, *(step for each in found for step in looks_each(each.quantum, meter))})

    def value(self, parameter: str, own: float, bars: float, beats: float) -> float:
        """What the parameter is so many bars, or beats, from the start of the scene; `own` is its value at rest.

        The result is kept within the range of the parameter.
        """
        if not self.moves(parameter):
            return own
        value = automated(self._automations[parameter], bars) if parameter in self._automations else own
        for each, walk in self._modulations.get(parameter, ()):
            value += each.depth * wave(each, bars if each.unit == "bars" else beats, walk)
        low, high, _, _ = PARAMETERS[parameter]
        return min(max(value, low), high)
