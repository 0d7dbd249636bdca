"""What page and server say to each other about how the spaces work: part of `clave.app.protocol`."""

from typing import Annotated

from pydantic import Field

from clave.app.protocol import Message, RequestedBar
from clave.play.project.bars import StyleChoice
from clave.play.project.value import Point, Seed, Share
from clave.play.project.voices import KitVoice

StruckCell = tuple[int, int]  # voice, step


class ExplainBarRequest(Message):
    """POST /api/explain/bar: what the encoder makes of this bar."""

    pattern: RequestedBar


class MapEllipse(Message):
    """One standard deviation of a normal distribution over the map."""

    centre: Point
    radii: tuple[float, float]  # map units, the longer one first
    angle: float  # of the longer one, radians from the x axis towards the y axis


class ComparedBar(Message):
    """The cells that are struck in a bar, beside those of the bar that was sent."""

    kept: list[StruckCell]  # in both
    gained: list[StruckCell]
    lost: list[StruckCell]
    f1: float  # 1 is the same strokes


class ExplainedBar(Message):
    """The answer: the bar as a point on the map and as a detail, and the bar that these decode to."""

    guess: Point  # of the encoder network alone
    point: Point  # the likeliest one
    posterior: MapEllipse  # where on the map the bar may lie
    feel: list[float]  # of the detail: how strokes are played
    strokes: list[float]  # of the detail: their number, and the components that say which they are
    again: ComparedBar  # what point and detail decode to


class ExplainPointRequest(Message):
    """POST /api/explain/point: what the decoder makes of this point of the map, beside a bar."""

    point: Point
    pattern: RequestedBar  # gives the meter, and what is compared with
    style: StyleChoice = None
    section: str = "beat"
    density: Share | None = None
    variation: Share = 1.0  # of the bar that is drawn: 1 is a free draw
    seed: Seed = 0


class ExplainedPoint(Message):
    """The answer."""

    probability: list[list[float]]  # of a hit, voice by voice and step by step
    threshold: float  # probability above which a cell sounds by itself
    likely: ComparedBar  # the bar that is chosen from these probabilities
    drawn: ComparedBar  # the bar that the token prior draws


class ExplainSoundRequest(Message):
    """POST /api/explain/sounds/{voice index}: a sound of a kit on its way through the sound space."""

    sound: KitVoice
    with_detail: bool = True  # False: the point on the map alone is decoded


class LevelPicture(Message):
    """A log spectrogram as base64 of a byte a cell, row by row from the lowest band: 255 is loudest, 0 is silent."""

    bands: Annotated[int, Field(ge=1)]
    frames: Annotated[int, Field(ge=1)]
    levels: str


class ExplainedSound(Message):
    """The answer. Silent is 80 dB below the loudest cell of what went in; sounds are WAV files, as base64."""

    nsgt: LevelPicture  # what went in, by a non-stationary Gabor transform, from 50 ms before its onset on
    spectrogram: LevelPicture  # as the space does
    attack_bands: int  # of its rows, the last ones: they show the first milliseconds only
    point: Point  # on the voice's map
    detail: list[float]
    decoded: LevelPicture
    heard: LevelPicture  # of the sound that comes out, its phase estimated
    nsgt_of_sound: LevelPicture
    model_db: float  # from what went in to what is decoded, root mean square over the cells
    phase_db: float  # from what is decoded to what is heard
    phase: str  # how it is found: the end of a sentence
    sound: str
    decoded_sound: str
    random_phase: str  # the decoded sound with random phase
