"""What page and server say to each other of bars that a hand played: part of `clave.app.protocol`."""

from typing import Annotated

from pydantic import Field, model_validator

from clave.app.protocol import Message
from clave.music.units import COMMON_TIME, Meter, steps_per_bar
from clave.play.project.value import Finite, StrokeVelocity, VoiceIndex

PlayedStroke = tuple[
    VoiceIndex,
    Annotated[Finite, Field(ge=-2)],  # position in steps from the start of the bar, any fraction
    StrokeVelocity,
]


class PlayedRequest(Message):
    """POST /api/patterns/played: a bar that was played by hand; a `Given` with its place on the map answers."""

    meter: Meter = COMMON_TIME
    strokes: Annotated[list[PlayedStroke], Field(min_length=1, max_length=1024)]

    @model_validator(mode="after")
    def _strokes_lie_in_the_bar(self) -> "PlayedRequest":
        steps = steps_per_bar(self.meter)
        for _, position, _ in self.strokes:
            if position >= steps:
                raise ValueError(f"a stroke lies in a bar of {steps} steps, got position {position:g}")
        return self
