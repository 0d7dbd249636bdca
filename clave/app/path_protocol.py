"""What page and server say to each other of paths: part of `clave.app.protocol`, in a file of its own."""

from typing import Annotated

from pydantic import Field, model_validator

from clave.app.protocol import Message
from clave.music.units import COMMON_TIME
from clave.play.project.bars import GenerationSettings
from clave.play.project.movement import MAX_BARS, MAX_PATH_POINTS, Path
from clave.play.project.value import Point, Seed, Share, TimeSignature


class EvenRequest(Message):
    """POST /api/path/even: where the bars of a path stand so that what one hears changes evenly."""

    path: Path
    points: Annotated[tuple[Point, ...], Field(max_length=MAX_PATH_POINTS)] = ()  # of the anchors, if the path has none
    settings: GenerationSettings = GenerationSettings()
    most: Annotated[int, Field(ge=1, le=512)] | None = None  # strokes that may come or go from bar to bar

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "EvenRequest":
        if len(self.path.points or self.points) < 2:
            raise ValueError(f"a path has two points or more, got {len(self.path.points or self.points)}")
        return self


class EvenReply(Message):
    """The stops that were found, and what changes between them."""

    stops: Annotated[list[Share], Field(max_length=MAX_BARS)]  # shares of the path's length, one a bar
    changes: list[int]  # strokes that come or go from each bar to the next
    least: int  # the smallest limit that can be kept: so many strokes change at once somewhere
    needed_bars: int | None  # that the limit takes, or `least` where that is larger; None: no limit was set


class WanderRequest(Message):
    """POST /api/path/wander: a walk over the map from this point on, like that of a drummer."""

    point: Point
    bars: Annotated[int, Field(ge=2, le=MAX_BARS)] = 16
    like: str | None = None  # one of GET /api/path/drummers; None: any of them
    seed: Seed = 0
    meter: TimeSignature = COMMON_TIME


class WanderReply(Message):
    """A point a bar, and where each lies along the path through them."""

    points: Annotated[list[Point], Field(max_length=MAX_BARS)]
    stops: Annotated[list[Share], Field(max_length=MAX_BARS)]
