"""What page and server say to each other about what is like a bar, or a sound."""

from typing import Annotated

from pydantic import Field

from clave.app.protocol import Message, RequestedBar
from clave.app.sound_protocol import Detail
from clave.play.project.bars import BarPattern
from clave.play.project.value import Point
from clave.play.project.voices import KitVoice

HowMany = Annotated[int, Field(ge=1, le=50)]


class SimilarBarsRequest(Message):
    """POST /api/similar/bars: where a bar lies on the map, and the bars that are most like it."""

    pattern: RequestedBar
    n: HowMany = 8


class FoundBar(Message):
    """A bar that is like another one."""

    source: str  # file
    bar: int  # of the file, from 1
    style: str  # "" where nobody said
    licence: str
    agreement: float  # hit F1: 1 is the same strokes
    distance: float  # 0 is the same bar
    pattern: BarPattern
    point: Point  # on the map


class StyleShare(Message):
    """How many of the nearest bars are of a style."""

    style: str
    share: float


class SimilarBars(Message):
    """The answer."""

    point: Point
    distance: float  # of the point from the bars that were learned
    styles: list[StyleShare]  # of the most like bars, the largest share first
    found: list[FoundBar]  # the nearest first


class SimilarSoundsRequest(Message):
    """POST /api/similar/sounds/{voice index}: the sounds that are most like that of a kit's voice."""

    sound: KitVoice
    n: HowMany = 8


class FoundSound(Message):
    """A sound that is like another one; the space decodes it at its point, with its detail."""

    source: str
    licence: str
    distance: float
    point: Point
    detail: Detail


class SimilarSounds(Message):
    """The answer, the nearest first."""

    found: list[FoundSound]
