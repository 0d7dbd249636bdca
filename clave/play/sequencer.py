"""From patterns to timed events, and the other rules of playing: pure functions that know no model and make no sound.

The page plays by the same rules in `web/src/rules/sequencer.ts`; `tests/fixtures/sequencer.json` holds both to them.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, Protocol, runtime_checkable

import numpy as np

from clave.errors import PatternError, RenderError
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.units import STEPS_PER_WHOLE, Meter, check_swing, seconds_per_step, steps_per_bar, swing_steps

Point = tuple[float, float]
Journey = Literal["once", "loop", "ping-pong"]
Quantum = Literal["step", "beat", "bar"]

MAX_LEVEL = 2.0  # linear, +6 dB


@runtime_checkable
class TimedStroke(Protocol):
    """A stroke of a voice at a time."""

    @property
    def seconds(self) -> float:
        """From the start of the first bar."""
        ...

    @property
    def voice(self) -> int:
        """Row."""
        ...


class Event(NamedTuple):
    """One sound to be made."""

    seconds: float  # from the start of the first bar; below 0 for an early stroke on its first beat
    voice: int  # row
    velocity: float  # in (0, 1]


def events(patterns: Iterable[Pattern], tempo_bpm: float = 120.0, swing: float = 0.5) -> tuple[Event, ...]:
    """All strokes of these bars in the order they sound; voices in their own order where two sound at once.

    Swing moves the step, counting pairs of 16ths from each bar line; the offset is added afterwards, so that a
    played stroke keeps its distance from the beat. Raises RenderError for a tempo or swing out of range.
    """
    step_seconds = seconds_per_step(tempo_bpm)
    check_swing(swing)
    found: list[Event] = []
    bar_start = 0
    for pattern in patterns:
        rows, steps = np.nonzero(pattern.velocity)
        offsets = pattern.offset[rows, steps].astype(np.float64)
        seconds = (bar_start + swing_steps(steps, swing) + offsets) * step_seconds
        velocities = pattern.velocity[rows, steps].astype(np.float64)
        found += map(Event, seconds.tolist(), rows.tolist(), velocities.tolist())
        bar_start += pattern.steps
    return tuple(sorted(found))


def duration_seconds(patterns: Iterable[Pattern], tempo_bpm: float = 120.0) -> float:
    """How long these bars last."""
    return sum(pattern.steps for pattern in patterns) * seconds_per_step(tempo_bpm)


def stops(strokes: Sequence[TimedStroke]) -> tuple[float | None, ...]:
    """When each of these events, given in time order, is silenced; None where it may ring out.

    A stroke silences what still rings in its choke group, an earlier stroke of its own voice included. Strokes at
    the very same time leave each other alone.
    """
    silenced: list[float | None] = []
    next_in_group: dict[int, list[float]] = {}  # the two latest different times so far, from the end on
    for stroke in reversed(strokes):
        group = VOICES[stroke.voice].choke_group
        if group is None:
            silenced.append(None)
            continue
        later = next_in_group.get(group, [])
        silenced.append(next((seconds for seconds in later if seconds > stroke.seconds), None))
        if not later or later[0] > stroke.seconds:
            next_in_group[group] = [stroke.seconds, *later[:1]]
    return tuple(reversed(silenced))


def velocity_gain(velocity: float) -> float:
    """How loud a stroke sounds, linear: the square of its velocity, so half the velocity is 12 dB less.

    General MIDI synthesizers and SFZ players use the same curve, so that exported kits sound alike.
    """
    return velocity * velocity


def audible(muted: Sequence[bool], soloed: Sequence[bool]) -> tuple[bool, ...]:
    """Which voices sound: the soloed ones if any voice is soloed, else all; a muted voice never does."""
    anyone = any(soloed)
    return tuple(not mute and (solo or not anyone) for mute, solo in zip(muted, soloed, strict=True))


def stereo_gains(level: float, pan: float) -> tuple[float, float]:
    """Left and right gain of a voice: level in [0, 2], linear; pan from -1, left, to 1, right.

    Power is constant over the arc, 3 dB less on each side in the middle, as Web Audio's StereoPanner has it.
    """
    if not 0 <= level <= MAX_LEVEL:
        raise RenderError(f"a level lies in [0, {MAX_LEVEL:g}] (1 leaves the sound as it is), got {level}")
    if not -1 <= pan <= 1:
        raise RenderError(f"a pan lies in [-1, 1], left to right, got {pan}")
    angle = (pan + 1) * math.pi / 4
    return level * math.cos(angle), level * math.sin(angle)


def along(bar: int, bars: int, mode: Journey = "once") -> float:
    """How far a journey of so many bars has come in this bar, counted from 0: 0 is its start, 1 its end.

    "once" stays at the end, "loop" jumps back to the start after the last bar, "ping-pong" turns round; the bars at
    both ends are played once a turn. A journey of one bar stays at its start.
    """
    if bars < 1 or bar < 0:
        raise RenderError(f"a journey has at least 1 bar and they count from 0, got bar {bar} of {bars}")
    last = bars - 1
    if last == 0:
        return 0.0
    if mode == "once":
        return min(bar, last) / last
    if mode == "loop":
        return bar % bars / last
    if mode == "ping-pong":
        return (last - abs(last - bar % (2 * last))) / last
    raise RenderError(f"a journey goes once, in a loop or ping-pong, got {mode!r}")


def journey(a: Point, b: Point, bars: int, mode: Journey = "once") -> tuple[Point, ...]:
    """One round of the journey from A to B, a point for each bar; A and B themselves are its ends.

    "once" and "loop" have that many points, "ping-pong" goes back as well: 2 * bars - 2, or 1 if it has one bar.
    """
    round_bars = max(1, 2 * bars - 2) if mode == "ping-pong" else bars
    places = [along(bar, bars, mode) for bar in range(round_bars)]
    if not places:
        raise RenderError(f"a journey has at least 1 bar, got {bars}")
    return tuple(((1 - t) * a[0] + t * b[0], (1 - t) * a[1] + t * b[1]) for t in places)


def section_of(bar: int, fill_every: int, section: str = "beat") -> str:
    """What this bar plays, counted from 0: the last of each `fill_every` bars is a fill, the others are `section`.

    0 places no fills. The count goes on through the turns of a journey.
    """
    if bar < 0 or fill_every < 0:
        raise RenderError(f"bars count from 0 and a fill comes every 0 (never) or more, got bar {bar}, {fill_every}")
    return "fill" if fill_every and (bar + 1) % fill_every == 0 else section


def steps_per_beat(meter: Meter) -> float:
    """How many steps a beat has: 16 in 4/4 and 3/4, and 24 in 6/8, whose beat is a dotted quarter.

    Meters of eighths or shorter whose count is 6, 9, 12 ... beat in threes.
    """
    beats, unit = meter
    compound = unit >= 8 and beats > 3 and beats % 3 == 0
    return STEPS_PER_WHOLE / unit * (3 if compound else 1)


def next_boundary(position_steps: float, quantum: Quantum, meter: Meter) -> float:
    """Where a change requested at this position of the bar takes effect: the next step, beat or bar line.

    Both are in steps from the start of the bar, in straight time. One requested exactly on a line comes there.
    """
    bar = steps_per_bar(meter)
    if quantum not in ("step", "beat", "bar"):
        raise RenderError(f"a change comes at the next step, beat or bar, got {quantum!r}")
    if not math.isfinite(position_steps):
        raise RenderError(f"a position is a finite number of steps, got {position_steps}")
    size = {"step": 1.0, "beat": steps_per_beat(meter), "bar": float(bar)}[quantum]
    return math.ceil(position_steps / size) * size


def splice(playing: Pattern, coming: Pattern, boundary_steps: float) -> Pattern:
    """The bar in which a change takes effect: steps before the boundary are the old ones, the rest are the new.

    A stroke goes by its step, not by its offset: one that comes early belongs to the beat that it announces.
    Raises PatternError if the meters differ; such a change waits for the bar line.
    """
    if playing.meter != coming.meter:
        raise PatternError(f"bars of {playing.meter} and {coming.meter} join at a bar line only")
    old = np.arange(playing.steps) < boundary_steps
    return Pattern(
        np.where(old, playing.velocity, coming.velocity),
        np.where(old, playing.offset, coming.offset),
        playing.meter,
    )
