"""What page and server say to each other.

The page's types and checks are generated from these models: after a change run `python tests/make_openapi.py`, then
`npm run types` in `web/`. Both sides are tested on the same messages, `tests/fixtures/protocol.json`.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from clave.music.units import COMMON_TIME, Meter
from clave.play.project.bars import Bar, BarPattern, Block, Generated, RhythmShift, StyleChoice, Tap, space_operations
from clave.play.project.document import Project, SpaceReference
from clave.play.project.value import Point, Seed, Share, Value
from clave.play.project.voices import SoundShift

KitName = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^\S(.*\S)?$")]
MAX_REQUEST_OPERATIONS = 512  # two for each of 256 bars, as a humanised and shifted groove has
Kind = Literal["request", "space", "midi", "kit", "sound", "project", "not found", "busy", "server"]


class Message(BaseModel):
    """Unknown fields are refused: a typo must not be lost in silence."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        serialize_by_alias=True,
        validate_by_name=True,
    )


def _without_unknown_fields(value: Value) -> Value:
    """A value as part of a request: unknown fields, which a project keeps, are typos here."""
    if value.__pydantic_extra__:
        raise ValueError(f"unknown: {', '.join(value.__pydantic_extra__)}")
    return value


RequestedBar = Annotated[BarPattern, AfterValidator(_without_unknown_fields)]
RequestedRhythmShift = Annotated[RhythmShift, AfterValidator(_without_unknown_fields)]
RequestedSoundShift = Annotated[SoundShift, AfterValidator(_without_unknown_fields)]


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


class StyleHome(Message):
    """Where a style is at home on the rhythm map, and how it is usually played."""

    style: str
    point: Point
    tempo_bpm: float | None  # None: unknown
    meter: Meter


class StyleMeters(Message):
    """Which style plays in each meter as it was learned there."""

    style: str
    nearest: list[str | None]  # of each of the space's meters: the style itself if it has bars in it, else the nearest


class VerdictInfo(Message):
    """What was found of a space when it was learned."""

    playable: bool
    says: str
    rows: list[dict[str, Any]] = []


class SpaceInfo(Message):
    """The rhythm space that is being played."""

    name: str
    reference: SpaceReference
    styles: list[str]
    style_homes: list[StyleHome]  # of each style that has bars on the map
    style_meters: list[StyleMeters]  # of each style
    sections: list[str]
    meters: list[Meter]
    directions: list[str]  # what `RhythmShift` may move: "density" and so on; none for a space without detail
    bars: int  # points on the map
    licence: str
    credit: str
    verdict: VerdictInfo | None = None  # None: it was learned without one


class SoundInfo(Message):
    """The sound space that is being played."""

    name: str
    reference: SpaceReference
    voices: list[str]  # names of those it has learned
    licence: str
    credit: str
    sounds: int  # points on its maps
    detail_size: int
    directions: list[str]  # what `shift` may move: "brightness" and so on
    verdict: VerdictInfo | None = None  # of a space that was learned with one


class Instrument(Message):
    """GET /api/instrument: all that the page must know before it draws."""

    version: str
    space: SpaceInfo
    sound: SoundInfo | None  # None plays kits only
    voices: list[VoiceInfo]
    kits: list[KitInfo]


class CorpusMap(Message):
    """GET /api/corpus: the bars that the space was learned from, column by column."""

    x: list[float]
    y: list[float]
    style: list[int]  # index into styles; -1 is unlabelled
    styles: list[str]
    section: list[int]  # index into sections
    sections: list[str]
    source: list[int]  # index into sources
    sources: list[str]  # file names as a person reads them
    licences: list[str]  # of each source
    own: list[int] = []  # of a fine-tuned space: the sources that are the player's own
    credit: str


class MapGround(Message):
    """GET /api/map/ground: the map beneath its points, on a square lattice from (-span, -span) to (span, span).

    Each list has size * size shares, row by row: the first row is y = -span, from x = -span on.
    """

    size: int  # points in a row
    span: float  # map units
    distance: list[float]  # 0 among what was learned, 1 far from all of it
    styles: dict[str, list[float]]  # density of each style, the most of it 1


class Neighbour(Message):
    """GET /api/map/neighbours?x=&y=&n=: one of the bars that were learned from, the nearest first."""

    x: float
    y: float
    style: str | None  # None is unlabelled
    section: str
    source: str
    licence: str
    distance: float  # map units


class PatternRequest(Message):
    """POST /api/patterns: which bars lie at these points."""

    points: Annotated[list[Point], Field(min_length=1, max_length=256)]
    style: StyleChoice = None
    section: str = "beat"
    variation: Share = 0.0
    density: Share | None = None
    seed: Seed = 0
    meter: Meter = COMMON_TIME
    shift: RequestedRhythmShift = RhythmShift()


class PatternReply(Message):
    """One bar a point, in the order of the request; or the bars of a phrase."""

    patterns: list[BarPattern]


class BarsRequest(Message):
    """POST /api/bars: bars as a project holds them; a PatternReply has the strokes of each."""

    bars: Annotated[list[Bar], Field(min_length=1, max_length=256)]

    @model_validator(mode="after")
    def _takes_seconds_at_most(self) -> "BarsRequest":
        legs = {(bar.leg.start, bar.leg.end) for bar in self.bars if isinstance(bar, Generated) and bar.leg is not None}
        needed = sum(map(space_operations, self.bars)) + len(legs)
        if needed > MAX_REQUEST_OPERATIONS:
            raise ValueError(
                f"a request has at most {MAX_REQUEST_OPERATIONS} operations that need the space, got {needed}"
            )
        return self


class PhraseRequest(Message):
    """POST /api/phrases: bars at a point that agree with each other; a PatternReply answers."""

    point: Point
    bars: Annotated[int, Field(ge=1, le=64)] = 4
    style: StyleChoice = None
    variation: Share = 0.25
    fill: bool = True  # the last bar is one
    seed: Seed = 0
    meter: Meter = COMMON_TIME


class FeelRequest(Message):
    """POST /api/patterns/feel: the same strokes, played by a drummer; a PatternMade answers."""

    pattern: RequestedBar
    style: StyleChoice = None
    amount: Share = 1.0
    like: RequestedBar | None = None  # a performance that lends its feel
    seed: Seed = 0


class CompleteRequest(Message):
    """POST /api/patterns/complete: blocks of a bar stay, struck or silent; the rest is played anew around them."""

    pattern: RequestedBar
    keep: Annotated[list[Block], Field(max_length=4096)]
    style: StyleChoice = None
    section: str = "beat"
    seed: Seed = 0


class TapsRequest(Message):
    """POST /api/patterns/taps: drums for a rhythm that was tapped; a PatternMade answers.

    `clave.rhythm.infilling.as_taps` says how taps come to lie on the grid: several loops may be folded into one bar.
    """

    taps: Annotated[list[Tap], Field(min_length=1, max_length=256)]
    meter: Meter = COMMON_TIME
    style: StyleChoice = None
    section: str = "beat"
    seed: Seed = 0


class PatternMade(Message):
    """One bar that was made from another."""

    pattern: BarPattern


class ShiftRequest(Message):
    """POST /api/patterns/shift: a bar with its attributes shifted."""

    pattern: RequestedBar
    shift: RequestedRhythmShift


class Attributes(Message):
    """Attributes of a bar, in the units of `clave.rhythm.attributes`."""

    density: float  # strokes a quarter
    syncopation: float  # a quarter
    swing: float  # place of the second of two: 0.5 straight, 2/3 triplet
    loudness: float  # mean velocity


class Measured(Message):
    """The attributes before and after."""

    before: Attributes
    after: Attributes


class ShiftReply(Message):
    """The answer to a ShiftRequest."""

    pattern: BarPattern
    measured: Measured


class MidiRequest(Message):
    """POST /api/midi: answers with a Standard MIDI File."""

    patterns: Annotated[list[RequestedBar], Field(min_length=1, max_length=1024)]
    tempo_bpm: Annotated[float, Field(ge=20, le=400)] = 120.0
    swing: Annotated[float, Field(ge=0.25, le=0.75)] = 0.5
    on_grid: bool = False


class ProjectReply(Message):
    """POST /api/project/check: a project that can be played, and what a person should know of it."""

    project: Project
    remarks: list[str]  # what of it is silent, plays otherwise than it was made, or is not known here


class Refusal(Message):
    """The body of every 4xx and 5xx answer: what was wrong, in a sentence for a person.

    `busy` comes with 503: the same works later, after the seconds in its header `Retry-After`. `server` is a mistake of
    ours, with 500.
    """

    error: str
    kind: Kind = "request"
