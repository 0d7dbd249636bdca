"""The bars of a project: generated at a point of the map, given, or edited; each says how it is made again.

A bar is data, not strokes: `Generated` names the point and the settings, `Edited` a base and the operations on it. The
space turns `Generated`, and the operations that need it, into strokes; the rest is computed without any model.
"""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from clave.errors import PatternError, ProjectError
from clave.music.arguments import checked
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.shapes import Bool
from clave.music.units import COMMON_TIME, Meter, steps_per_bar
from clave.play.project.value import (
    Deviations,
    Finite,
    Point,
    Seed,
    Share,
    StrokeVelocity,
    TimeSignature,
    Value,
    VoiceIndex,
)

MAX_PHRASE_BARS = 64
MAX_OPERATIONS = 256
MAX_SPACE_OPERATIONS = 32  # of a bar that need the space, which takes 50 to 200 ms for each

StyleChoice = Annotated[str | dict[str, Share] | None, Field(union_mode="left_to_right")]  # a name, a blend, or any
BarStroke = tuple[
    VoiceIndex,
    Annotated[int, Field(ge=0, le=511)],  # step
    StrokeVelocity,
    Annotated[float, Field(ge=-2, lt=2)],  # offset, steps
]
Cell = tuple[
    VoiceIndex,
    Annotated[int, Field(ge=0, le=511)],  # step
    Share,  # velocity; 0 silences the cell
    Annotated[float, Field(ge=-2, lt=2)],  # offset, steps
]
Block = tuple[
    VoiceIndex,
    Annotated[int, Field(ge=0, le=511)],  # first step
    Annotated[int, Field(ge=1, le=512)],  # steps
]
Tap = tuple[
    Annotated[Finite, Field(ge=-2)],  # position in steps from the start of the bar, any fraction
    StrokeVelocity,
]


class RhythmShift(Value):
    """How far the attributes of a bar are shifted, in standard deviations of the bars learned from."""

    density: Deviations = 0.0
    syncopation: Deviations = 0.0
    swing: Deviations = 0.0
    loudness: Deviations = 0.0

    def amounts(self) -> dict[str, float]:
        """The attributes that are shifted at all, with how far."""
        return {name: amount for name in RhythmShift.model_fields if (amount := getattr(self, name))}


class GenerationSettings(Value):
    """What the rhythm space generates a bar from, besides the point."""

    style: StyleChoice = None
    section: str = "beat"
    meter: TimeSignature = COMMON_TIME
    variation: Share = 0.0  # how far a bar varies from what is expected at the point
    density: Share | None = None  # None: as learned
    shift: RhythmShift = RhythmShift()
    seed: Seed = 0


class Phrase(Value):
    """Which bar of a phrase: bars that were generated together and agree."""

    bars: Annotated[int, Field(ge=1, le=MAX_PHRASE_BARS)]
    index: Annotated[int, Field(ge=0)]
    fill: bool = False  # the last bar is one

    @model_validator(mode="after")
    def _index_lies_in_the_phrase(self) -> "Phrase":
        if self.index >= self.bars:
            raise ValueError(f"a phrase of {self.bars} bars has bars 0 to {self.bars - 1}, got index {self.index}")
        return self


class Leg(Value):
    """How far a bar is on the way between two others of the map, from one to the other stroke by stroke."""

    start: Point
    end: Point
    share: Share  # of the strokes that differ, how many have changed


class Generated(Value):
    """The bar that the rhythm space has at a point of its map, or on a leg of a path that is there."""

    kind: Literal["generated"] = "generated"
    point: Point
    settings: GenerationSettings = GenerationSettings()
    phrase: Phrase | None = None
    leg: Leg | None = None  # on which its strokes lie; the bars at both ends have the same settings
    # the bar before, or another, that it hears as it varies; on a leg both ends hear it, but for the one that it is
    hears: "Annotated[Generated | Given, Field(discriminator='kind')] | None" = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "Generated":
        if self.phrase is not None and self.leg is not None:
            raise ValueError("a bar is one of a phrase or lies on the leg of a path, not both")
        return self

    @model_validator(mode="after")
    def _can_hear_it(self) -> "Generated":
        heard = self.hears
        if heard is None:
            return self
        if self.phrase is not None:
            raise ValueError("a bar of a phrase hears the phrase, and no other bar")
        if isinstance(heard, Generated) and heard.hears is not None:
            raise ValueError("the bar that is heard hears none itself")
        if heard.meter != self.meter:
            own, other = (f"{beats}/{unit}" for beats, unit in (self.meter, heard.meter))
            raise ValueError(f"a bar hears one in its meter, {own}; got {other}")
        return self

    def as_heard(self) -> "Generated":
        """The bar as others hear it: as the space has it at its point, or in its phrase."""
        return self.changed(settings=self.settings.changed(shift=RhythmShift()), leg=None, hears=None)

    @property
    def meter(self) -> Meter:
        """Its time signature."""
        return self.settings.meter


class BarPattern(Value):
    """One bar, as the list of its strokes."""

    meter: TimeSignature = COMMON_TIME
    strokes: tuple[BarStroke, ...] = ()

    @model_validator(mode="after")
    def _strokes_lie_in_the_bar(self) -> "BarPattern":
        steps, taken = steps_per_bar(self.meter), set[tuple[int, int]]()
        for voice, step, _, _ in self.strokes:
            if step >= steps:
                beats, unit = self.meter
                raise ValueError(f"a bar of {beats}/{unit} has steps 0 to {steps - 1}, got step {step}")
            if (voice, step) in taken:
                raise ValueError(f"one stroke a place, got two for the {VOICES[voice].name} at step {step}")
            taken.add((voice, step))
        return self

    @classmethod
    @checked(ProjectError)
    def of(cls, pattern: Pattern) -> "BarPattern":
        """The strokes of a pattern, in the order they sound."""
        return cls.model_construct(meter=pattern.meter, strokes=tuple(map(tuple, pattern.strokes())))

    def pattern(self) -> Pattern:
        """The pattern again."""
        velocity, offset = np.zeros((2, len(VOICES), steps_per_bar(self.meter)), np.float32)
        for voice, step, stroke_velocity, stroke_offset in self.strokes:
            velocity[voice, step], offset[voice, step] = stroke_velocity, stroke_offset
        return Pattern(velocity, offset, self.meter)


class Given(Value):
    """A bar that was played, read from a file, or written by hand."""

    kind: Literal["given"] = "given"
    pattern: BarPattern
    source: str = ""  # the file it comes from
    point: Point | None = None  # where it lies on the map; None: nobody has asked

    @property
    def meter(self) -> Meter:
        """Its time signature."""
        return self.pattern.meter


class SetCells(Value):
    """Strokes written by hand: each cell gets this velocity and offset, or falls silent. Needs no model."""

    kind: Literal["cells"] = "cells"
    cells: Annotated[tuple[Cell, ...], Field(min_length=1, max_length=8 * 512)]


class Humanise(Value):
    """The same strokes, played by a drummer: velocity and micro-timing from the space."""

    kind: Literal["humanise"] = "humanise"
    amount: Share = 1.0
    style: StyleChoice = None
    like: "Bar | None" = None  # a bar that lends its feel
    seed: Seed = 0


class Shift(Value):
    """The bar with its attributes shifted."""

    kind: Literal["shift"] = "shift"
    shift: RhythmShift


class Complete(Value):
    """Blocks of the bar stay, struck or silent; the rest is written anew around them."""

    kind: Literal["complete"] = "complete"
    keep: Annotated[tuple[Block, ...], Field(max_length=4096)]
    style: StyleChoice = None
    section: str = "beat"
    seed: Seed = 0


class FollowTaps(Value):
    """Drums for a rhythm that was tapped take the place of the bar, in its meter."""

    kind: Literal["taps"] = "taps"
    taps: Annotated[tuple[Tap, ...], Field(min_length=1, max_length=256)]
    style: StyleChoice = None
    section: str = "beat"
    seed: Seed = 0


Operation = Annotated[SetCells | Humanise | Shift | Complete | FollowTaps, Field(discriminator="kind")]


class Edited(Value):
    """A bar on which operations were done, one after the other."""

    kind: Literal["edited"] = "edited"
    base: Annotated[Generated | Given, Field(discriminator="kind")]
    operations: Annotated[tuple[Operation, ...], Field(min_length=1, max_length=MAX_OPERATIONS)]

    @model_validator(mode="after")
    def _operations_can_be_done(self) -> "Edited":
        check_operations(self.operations, self.meter)
        return self

    @property
    def meter(self) -> Meter:
        """Its time signature."""
        return self.base.meter


Bar = Annotated[Generated | Given | Edited, Field(discriminator="kind")]
Generated.model_rebuild()
Humanise.model_rebuild()
Edited.model_rebuild()


def check_operations(operations: "tuple[Operation, ...]", meter: Meter | None) -> None:
    """ValueError for operations that reach out of a bar of this meter, if it is known, or for too many of them."""
    needed = sum(map(space_operations, operations))
    if needed > MAX_SPACE_OPERATIONS:
        raise ValueError(f"a bar has at most {MAX_SPACE_OPERATIONS} operations that need the space, got {needed}")
    if meter is None:
        return
    steps = steps_per_bar(meter)
    for operation in operations:
        if isinstance(operation, SetCells) and (step := max(cell[1] for cell in operation.cells)) >= steps:
            raise ValueError(f"the bar has steps 0 to {steps - 1}, got a cell at step {step}")
        if isinstance(operation, FollowTaps) and (last := max(position for position, _ in operation.taps)) >= steps + 2:
            raise ValueError(f"a tap has a position in [-2, {steps + 2}) steps, got {last:g}")
        if isinstance(operation, Complete):
            try:
                kept_cells(operation.keep, meter)
            except PatternError as error:
                raise ValueError(str(error)) from error


def space_operations(part: "Operation | Generated | Given | Edited") -> int:
    """How often the space has to work long for a bar or an operation, bars included that are heard or lend their feel.

    Cells written by hand count nothing, nor does a generated bar that is neither shifted nor part of a phrase.
    """
    match part:
        case Given() | SetCells():
            return 0
        case Generated():
            heard = 0 if part.hears is None else space_operations(part.hears)
            return bool(part.settings.shift.amounts()) + (part.phrase is not None) + heard
        case Edited():
            return space_operations(part.base) + sum(map(space_operations, part.operations))
        case Humanise():
            return 1 + (0 if part.like is None else space_operations(part.like))
        case _:
            return 1


def kept_cells(blocks: tuple[Block, ...], meter: Meter) -> Bool[np.ndarray, "voice step"]:
    """The cells of these blocks; PatternError for a block that reaches out of the bar."""
    cells = np.zeros((len(VOICES), steps_per_bar(meter)), bool)
    for voice, first, steps in blocks:
        if first + steps > cells.shape[1]:
            raise PatternError(
                f"a bar of {meter[0]}/{meter[1]} has steps 0 to {cells.shape[1] - 1}, "
                f"got a block from {first} to {first + steps - 1}"
            )
        cells[voice, first : first + steps] = True
    return cells


def edited(bar: "Generated | Given | Edited", *operations: Operation) -> "Generated | Given | Edited":
    """The bar with these operations done on it, after those that were done before."""
    if not operations:
        return bar
    if isinstance(bar, Edited):
        return Edited(base=bar.base, operations=(*bar.operations, *operations))
    return Edited(base=bar, operations=operations)


def model_part(bar: "Generated | Given | Edited") -> "Generated | Edited | None":
    """As much of a bar as only a space can make: what to request of it. None where it is not needed.

    The operations behind the last one that needs the space are left out: `finished` does them.
    """
    if isinstance(bar, Given):
        return None
    if isinstance(bar, Generated):
        return bar
    last = max((place for place, each in enumerate(bar.operations) if not isinstance(each, SetCells)), default=-1)
    if last < 0:
        return model_part(bar.base)
    return Edited(base=bar.base, operations=bar.operations[: last + 1])


def finished(bar: "Generated | Given | Edited", made: Pattern | None) -> Pattern:
    """The strokes of a bar, from what the space made of its `model_part`; None where it has none."""
    if isinstance(bar, Given):
        return bar.pattern.pattern()
    if made is None:
        if not isinstance(bar, Edited) or model_part(bar) is not None:
            raise PatternError(f"this bar was not decoded: {bar!r}")
        made = finished(bar.base, None)
    if isinstance(bar, Edited):
        part = model_part(bar)
        done = len(part.operations) if isinstance(part, Edited) else 0
        for operation in bar.operations[done:]:
            if isinstance(operation, SetCells):
                made = with_cells(made, operation.cells)
    return made


def with_cells(pattern: Pattern, cells: tuple[Cell, ...]) -> Pattern:
    """The pattern with each of these cells at its velocity and offset."""
    velocity, offset = pattern.velocity.copy(), pattern.offset.copy()
    for voice, step, cell_velocity, cell_offset in cells:
        velocity[voice, step], offset[voice, step] = cell_velocity, cell_offset
    return Pattern(velocity, offset, pattern.meter)
