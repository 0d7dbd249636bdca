"""How many bars it takes to hear all of a scene: until its rounds, own loops, waves and curves begin anew together."""

import math
from collections.abc import Iterator

from clave.music.units import Meter, steps_per_bar
from clave.play.project.document import Scene
from clave.play.project.voices import Lane, Rounds
from clave.play.sequencer import steps_per_beat

MAX_WHOLE_BARS = 64  # what would take longer is left out


def whole_round(scene: Scene, size: int, round_bars: int) -> int:
    """A multiple of `size` bars, 64 at most unless `size` is more; `round_bars` is the length of a round of the scene.

    Random walks never begin anew, and what does not end with a bar is left out.
    """
    total = size
    for length in _lengths(scene, round_bars):
        together = math.lcm(total, length)
        if together <= MAX_WHOLE_BARS:
            total = together
    ends = [each.breakpoints[-1].bar for each in scene.automations if each.loop_bars is None]
    until = total * math.ceil(max(ends, default=0) / total)
    return until if total < until <= MAX_WHOLE_BARS else total


def _lengths(scene: Scene, round_bars: int) -> Iterator[int]:
    """After how many bars each part of the scene begins anew."""
    travels = scene.path is not None and scene.path.travelling
    meters: set[Meter] = {scene.settings.meter} if travels else {bar.meter for bar in scene.bars}
    meter = meters.pop() if len(meters) == 1 else None  # else no number of bars is a number of beats
    for lane in scene.lanes:
        rounds = math.lcm(_cycle(lane.rounds), _cycle(lane.ratchet_rounds) if lane.ratchet > 1 else 1)
        if lane.loop_steps is None:
            yield rounds * round_bars
        elif meter is not None:
            yield _bars_of_loop(lane, rounds, steps_per_bar(meter))
    beats = 1 if meter is None else steps_per_bar(meter) / steps_per_beat(meter)
    for each in scene.modulations:
        if each.shape != "random" and (each.unit == "bars" or meter is not None):
            yield from _whole(each.period / (1 if each.unit == "bars" else beats))
    for each in scene.automations:
        yield from _whole(each.loop_bars or 0)


def _cycle(rounds: Rounds) -> int:
    length = 1 if all(rounds.cycle) or rounds.first == "only" else len(rounds.cycle)
    return length if rounds.first == "too" else max(length, 2)


def _bars_of_loop(lane: Lane, rounds: int, steps: int) -> int:
    return math.lcm((lane.loop_steps or steps) * rounds, steps) // steps


def _whole(bars: float) -> Iterator[int]:
    if bars >= 1 and bars == math.floor(bars):
        yield math.floor(bars)
