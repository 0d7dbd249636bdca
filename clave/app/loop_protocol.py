"""What page and server say to each other of drum loops: part of `clave.app.protocol`, in a file of its own."""

from typing import Annotated

from pydantic import Field

from clave.app.protocol import Message
from clave.music.units import Meter
from clave.play.project.bars import Given
from clave.play.project.material import MAX_NAME_LENGTH, MaterialFile
from clave.play.project.value import Digest, Share, StrokeVelocity, TimeSignature, VoiceIndex
from clave.play.project.voices import KitVoice

MAX_STROKES = 4096  # of a loop

HeardStroke = tuple[
    Annotated[float, Field(ge=0, le=60)],  # seconds from the start of the file
    VoiceIndex,
    StrokeVelocity,
    Share,  # how sure it is
]


class LoopGrid(Message):
    """Where bars lie in a loop."""

    tempo_bpm: float
    meter: TimeSignature
    first_beat_s: float


class LoopCut(Message):
    """The sound of a voice that was cut out of a loop, as a voice of a kit."""

    voice: VoiceIndex
    sound: KitVoice
    start_s: float
    end_s: float
    alone: bool  # no other voice is struck with it


class LoopFile(Message):
    """POST /api/loops?name=, with a sound file as the body: what the drum loop in it holds."""

    loop: Digest  # by which it is corrected
    seconds: float
    grid: LoopGrid
    other_grids: list[LoopGrid]  # that may be meant, the likeliest first
    strokes: list[HeardStroke]
    strokes_sure: Share  # the mean of them
    grid_sure: Share
    material: MaterialFile  # its bars that differ, each with its place on the map
    bars: list[Given]  # all of them, in their order
    cuts: list[LoopCut]  # a voice each


class LoopCorrection(Message):
    """POST /api/loops/{loop}: the same loop, with what a person knows of it; what is None is found again."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME_LENGTH)] = "the loop"
    tempo_bpm: float | None = None
    meter: TimeSignature | None = None
    first_beat_s: float | None = None
    strokes: Annotated[list[HeardStroke], Field(max_length=MAX_STROKES)] | None = None

    def time_signature(self) -> Meter | None:
        """The meter, as the rhythm rooms write it."""
        return None if self.meter is None else (self.meter[0], self.meter[1])
