"""What moves in a project: tempo, a path over the map, modulation and automation of named parameters."""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field, model_validator

from clave.music.kit import VOICES
from clave.music.playback_settings import MAX_DECAY, MAX_GAIN, MAX_TUNE, MIN_DECAY, MIN_GAIN, MIN_TUNE
from clave.music.units import MAX_SWING, MAX_TEMPO_BPM, MIN_SWING, MIN_TEMPO_BPM
from clave.play.project.bars import MAX_OPERATIONS, Operation, check_operations
from clave.play.project.value import Finite, Point, Seed, Share, Value
from clave.play.project.voices import MAX_CUTOFF_HZ, MAX_NUDGE_MS, MAX_RATCHET, MIN_CUTOFF_HZ
from clave.play.sequencer import MAX_LEVEL, Quantum

MAX_PATH_POINTS = 4096
MAX_BARS = 1024
MAP_UNITS = "map units"
MAP_EDGE = 3.0  # map units; every finite point decodes, but what moves stays on the map that the page shows
CUTOFF_OCTAVES = math.log2(MAX_CUTOFF_HZ / MIN_CUTOFF_HZ)


class TempoChange(Value):
    """The tempo from this bar on: at once, or reached in a ramp from the change before."""

    bar: Annotated[int, Field(ge=0, lt=1_000_000)]
    tempo_bpm: Annotated[float, Field(ge=MIN_TEMPO_BPM, le=MAX_TEMPO_BPM)]  # quarter notes a minute
    ramp: bool = False  # linear in musical time


def _from_bar_0_on(changes: tuple[TempoChange, ...]) -> tuple[TempoChange, ...]:
    bars = [change.bar for change in changes]
    if bars[0] != 0 or bars != sorted(set(bars)):
        raise ValueError(f"a tempo map begins at bar 0 and each bar has one tempo, in order, got bars {bars}")
    if changes[0].ramp:
        raise ValueError("the tempo at bar 0 has nothing to come from: it is no ramp")
    return changes


TempoMap = Annotated[tuple[TempoChange, ...], Field(min_length=1, max_length=4096), AfterValidator(_from_bar_0_on)]


class Anchor(Value):
    """A place on the map with a name, that a path may go through."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    point: Point


class PathEdit(Value):
    """What was done to one bar of a path's round."""

    bar: Annotated[int, Field(ge=0, lt=2 * MAX_BARS)]
    operations: Annotated[tuple[Operation, ...], Field(min_length=1, max_length=MAX_OPERATIONS)]
    fill: bool = False  # done to the fill that stands in for it

    @model_validator(mode="after")
    def _operations_can_be_done(self) -> "PathEdit":
        check_operations(self.operations, None)  # the meter is that of the scene, which may change
        return self


class Path(Value):
    """A way over the map, travelled in so many bars a round.

    Bars are evenly spaced along its length, the first at its start and the last at its end, unless `stops` says where
    along it each of them stands.
    """

    points: Annotated[tuple[Point, ...], Field(max_length=MAX_PATH_POINTS)] = ()  # none: through the scene's anchors
    curve: Literal["line", "smooth"] = "line"  # smooth: a Catmull-Rom spline through the points
    smoothing: Share = 0.0  # of a path drawn by hand
    bars: Annotated[int, Field(ge=1, le=MAX_BARS)] = 8  # from one end to the other
    way: Literal["once", "loop", "ping-pong"] = "loop"
    # strokes: from one point's bar to the next one's with no more changes than are needed (`clave.play.travel` says
    # which points); map: each bar is the one that the map has there
    between: Literal["strokes", "map"] = "strokes"
    quantum: Quantum = "bar"  # how often the place on the path is looked at: step is a 16th here
    travelling: bool = True  # False: it is there, but the scene's loop plays
    edits: Annotated[tuple[PathEdit, ...], Field(max_length=4 * MAX_BARS)] = ()
    # shares of its length, one a bar, so that what one hears changes evenly (`clave.play.even_change`); None: evenly
    # spaced, and so is an empty list, whose shares are still to be found
    stops: Annotated[tuple[Share, ...], Field(max_length=MAX_BARS)] | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "Path":
        if len(self.points) == 1:
            raise ValueError("a path has two points or more, got 1")
        if self.stops and len(self.stops) != self.bars:
            raise ValueError(f"a path of {self.bars} bars has as many stops, or none, got {len(self.stops)}")
        if any(later < earlier for earlier, later in pairwise(self.stops or ())):
            raise ValueError(f"the stops of a path never go back, got {list(self.stops or ())[:8]}")
        places = [(edit.bar, edit.fill) for edit in self.edits]
        if len(set(places)) < len(places):
            raise ValueError("the edits of a path name each bar once")
        return self


class Parameter(NamedTuple):
    """What may be modulated or automated."""

    low: float
    high: float
    unit: str
    each: Literal["step", "bar"]  # how often it is read


def slug(name: str) -> str:
    """A voice's name in the name of a parameter: "closed hi-hat" is "closed-hi-hat"."""
    return name.replace(" ", "-")


def _parameters() -> dict[str, Parameter]:
    found = {
        "map.x": Parameter(-MAP_EDGE, MAP_EDGE, MAP_UNITS, "bar"),
        "map.y": Parameter(-MAP_EDGE, MAP_EDGE, MAP_UNITS, "bar"),
        "variation": Parameter(0, 1, "share", "bar"),
        "density": Parameter(0, 1, "share", "bar"),
        "shift.density": Parameter(-3, 3, "standard deviations", "bar"),
        "shift.syncopation": Parameter(-3, 3, "standard deviations", "bar"),
        "shift.swing": Parameter(-3, 3, "standard deviations", "bar"),
        "shift.loudness": Parameter(-3, 3, "standard deviations", "bar"),
        "swing": Parameter(MIN_SWING, MAX_SWING, "place of the second 16th", "bar"),
        "tempo": Parameter(MIN_TEMPO_BPM, MAX_TEMPO_BPM, "quarters a minute", "bar"),
    }
    for voice in VOICES:
        found |= {
            f"{slug(voice.name)}.{name}": parameter
            for name, parameter in {
                "sound.x": Parameter(-MAP_EDGE, MAP_EDGE, MAP_UNITS, "bar"),
                "sound.y": Parameter(-MAP_EDGE, MAP_EDGE, MAP_UNITS, "bar"),
                "shift.brightness": Parameter(-3, 3, "standard deviations", "bar"),
                "shift.decay": Parameter(-3, 3, "standard deviations", "bar"),
                "shift.pitch": Parameter(-3, 3, "standard deviations", "bar"),
                "shift.noisiness": Parameter(-3, 3, "standard deviations", "bar"),
                "tune": Parameter(MIN_TUNE, MAX_TUNE, "semitones", "bar"),
                "decay": Parameter(MIN_DECAY, MAX_DECAY, "ratio", "bar"),
                "gain": Parameter(MIN_GAIN, MAX_GAIN, "linear", "bar"),
                "density": Parameter(0, 1, "share of strokes", "bar"),
                "level": Parameter(0, MAX_LEVEL, "linear", "step"),
                "pan": Parameter(-1, 1, "left to right", "step"),
                "probability": Parameter(0, 1, "share of strokes", "step"),
                "ratchet": Parameter(1, MAX_RATCHET, "strokes, rounded", "step"),
                "ratchet_probability": Parameter(0, 1, "share of strokes", "step"),
                "swing": Parameter(MIN_SWING, MAX_SWING, "place of the second 16th", "bar"),
                "accent": Parameter(-1, 1, "share", "step"),
                "cutoff": Parameter(0, CUTOFF_OCTAVES, f"octaves above {MIN_CUTOFF_HZ:g} Hz", "step"),
                "send": Parameter(0, 1, "linear", "step"),
                "nudge": Parameter(-MAX_NUDGE_MS, MAX_NUDGE_MS, "milliseconds", "step"),
            }.items()
        }
    return found


PARAMETERS: Mapping[str, Parameter] = _parameters()
"""What may be modulated or automated, by name. Values are kept within their range."""


def _known(name: str) -> str:
    if name not in PARAMETERS:
        raise ValueError(f"no parameter {name!r}; there are: {', '.join(PARAMETERS)}")
    return name


ParameterName = Annotated[str, AfterValidator(_known)]


class Modulation(Value):
    """A parameter that swings around its value: depth times a wave between -1 and 1."""

    parameter: ParameterName
    shape: Literal["sine", "triangle", "saw", "square", "steps", "random"]
    period: Annotated[float, Field(gt=0, le=4096)]  # in `unit`; of a random walk, from one step to the next
    unit: Literal["bars", "beats"] = "bars"
    phase: Annotated[float, Field(ge=0, lt=1)] = 0.0  # of a period
    depth: Finite  # in the unit of the parameter
    values: Annotated[tuple[Annotated[float, Field(ge=-1, le=1)], ...], Field(max_length=64)] = ()  # of `steps`
    seed: Seed = 0  # of `random`

    @model_validator(mode="after")
    def _has_its_steps(self) -> "Modulation":
        if (self.shape == "steps") != bool(self.values):
            raise ValueError("the shape `steps` has one value or more, and no other shape has any")
        return self


class Breakpoint(Value):
    """A value that an automated parameter has at this place, in bars from the start of the scene."""

    bar: Annotated[float, Field(ge=0, le=1_000_000)]
    value: Finite


class Automation(Value):
    """The value of a parameter over the bars of a scene: straight between its breakpoints, level beyond them.

    With `loop_bars` it begins anew after so many bars, and breakpoints after that are not reached.
    """

    parameter: ParameterName
    breakpoints: Annotated[tuple[Breakpoint, ...], Field(min_length=1, max_length=4096)]
    loop_bars: Annotated[int, Field(ge=1, le=MAX_BARS)] | None = None  # begins anew after so many bars; None: once
    quantum: Quantum = "bar"  # how often it moves a bar's place and settings: step is a 16th here

    @model_validator(mode="after")
    def _goes_forward(self) -> "Automation":
        bars = [each.bar for each in self.breakpoints]
        if any(later <= earlier for earlier, later in pairwise(bars)):
            raise ValueError(f"breakpoints come one after the other, got bars {bars[:8]}")
        parameter = PARAMETERS[self.parameter]
        for each in self.breakpoints:
            if parameter.unit == MAP_UNITS:
                continue  # played at the map's edge, and remarked
            if not parameter.low <= each.value <= parameter.high:
                raise ValueError(
                    f"{self.parameter} lies in [{parameter.low:g}, {parameter.high:g}], got {each.value:g} at bar "
                    f"{each.bar:g}"
                )
        return self
