"""What page and server say to each other.

`web/src/protocol.ts` mirrors this file; both are tested on the same fixtures, `tests/fixtures/protocol.json`.
"""

from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from clave.errors import PatternError
from clave.kit import VOICES
from clave.pattern import Pattern
from clave.units import steps_per_bar

Finite = Annotated[float, Field(allow_inf_nan=False)]
Point = tuple[Finite, Finite]
WireStroke = tuple[
    Annotated[int, Field(ge=0, le=7)],  # voice
    Annotated[int, Field(ge=0, le=511)],  # step
    Annotated[float, Field(gt=0, le=1)],  # velocity
    Annotated[float, Field(ge=-2, lt=2)],  # offset, steps
]


class Message(BaseModel):
    """Unknown fields are refused: a typo must not be lost in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WirePattern(Message):
    """One bar, as the list of its strokes."""

    meter: tuple[int, int] = (4, 4)
    strokes: list[WireStroke]

    @classmethod
    def of(cls, pattern: Pattern) -> "WirePattern":
        """The strokes of a pattern, in the order they sound."""
        return cls.model_construct(meter=pattern.meter, strokes=[tuple(stroke) for stroke in pattern.strokes()])

    def pattern(self) -> Pattern:
        """The pattern again; raises PatternError for a stroke outside the bar or two at one place."""
        velocity, offset = np.zeros((2, len(VOICES), steps_per_bar(self.meter)), np.float32)
        for voice, step, stroke_velocity, stroke_offset in self.strokes:
            if step >= velocity.shape[1]:
                beats, unit = self.meter
                raise PatternError(f"a bar of {beats}/{unit} has steps 0 to {velocity.shape[1] - 1}, got step {step}")
            if velocity[voice, step]:
                raise PatternError(f"one stroke a place, got two for the {VOICES[voice].name} at step {step}")
            velocity[voice, step], offset[voice, step] = stroke_velocity, stroke_offset
        return Pattern(velocity, offset, self.meter)


class VoiceInfo(Message):
    """One row of the table of voices."""

    name: str
    note: int
    colour: str
    choke_group: int | None
    aliases: list[str]


class KitInfo(Message):
    """A kit that the server can give; its clips are at /api/kits/{name}/{voice index}.wav."""

    name: str
    label: str


class SpaceInfo(Message):
    """The rhythm space that is being played."""

    name: str
    styles: list[str]
    sections: list[str]
    bars: int  # points on the map
    licence: str
    credit: str


class Instrument(Message):
    """GET /api/instrument: all that the page must know before it draws."""

    version: str
    space: SpaceInfo
    voices: list[VoiceInfo]
    kits: list[KitInfo]


class CorpusMap(Message):
    """GET /api/corpus: the bars that the space was learned from, column by column."""

    x: list[float]
    y: list[float]
    style: list[int]  # index into styles; -1 is unlabelled
    styles: list[str]
    source: list[int]  # index into sources
    sources: list[str]  # file names as a person reads them
    credit: str


class PatternRequest(Message):
    """POST /api/patterns: which bars lie at these points."""

    points: Annotated[list[Point], Field(min_length=1, max_length=256)]
    style: str | None = None
    section: str = "beat"
    variation: Annotated[float, Field(ge=0, le=1)] = 0.0
    density: Annotated[float, Field(ge=0, le=1)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0


class PatternReply(Message):
    """One bar a point, in the order asked."""

    patterns: list[WirePattern]


class MidiRequest(Message):
    """POST /api/midi: answers with a Standard MIDI File."""

    patterns: Annotated[list[WirePattern], Field(min_length=1, max_length=1024)]
    tempo_bpm: Annotated[float, Field(ge=20, le=400)] = 120.0
    swing: Annotated[float, Field(ge=0.25, le=0.75)] = 0.5
    on_grid: bool = False


class Refusal(Message):
    """The body of every 4xx answer: what was wrong, in a sentence for a person."""

    error: str
    kind: Literal["request", "space", "midi", "kit", "not found"] = "request"
