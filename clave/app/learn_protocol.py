"""What page and server say to each other about learning."""

from typing import Annotated, Literal

from pydantic import Field

from clave.app.protocol import Message, VerdictInfo

LearnPhase = Literal["idle", "looking", "found", "training", "stopped", "learned", "failed"]
SpaceName = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[\w][\w .()+-]*$")]


class LearnFound(Message):
    """What a folder holds of one kind."""

    what: Literal["rhythm", "sound"]
    files: int
    read: int
    used: int  # bars or sounds
    refused: int
    refusals: dict[str, str]  # file -> reason, the first ones


class LearnProgress(Message):
    """How far one task is."""

    what: str
    done: int
    whole: int
    left: float | None  # seconds; None: not known yet


class LearnedSpace(Message):
    """A space of one's own in the folder of what is kept."""

    name: str
    rhythm: bool
    sound: bool
    resumable: bool  # whether its training can go on
    verdict: VerdictInfo | None  # the worse of both


class LearnState(Message):
    """GET /api/learn: what is being learned, and what was."""

    unavailable: str | None  # why nothing can be learned here
    phase: LearnPhase
    name: str
    folder: str
    said: list[str]  # the latest lines
    found: list[LearnFound]
    begins: str  # what the training begins with, and why
    progress: LearnProgress | None
    estimate: str
    epochs: list[str]  # a line each, the latest ones
    previews: list[Literal["rhythm", "sound"]]
    error: str
    spaces: list[LearnedSpace]
    in_use: str | None  # the space of one's own that plays; None: the one that `clave play` was started with


class LearnStart(Message):
    """POST /api/learn/start: learn from a folder of this machine, or, without one, from the files that were dropped."""

    name: SpaceName
    folder: str | None = None
    look: bool = False  # only say what is found
    quick: bool = True
    minutes: Annotated[float, Field(gt=0, le=10_000)] | None = None
    epochs: Annotated[int, Field(ge=1, le=100_000)] | None = None
    resume: bool = False


class LearnStop(Message):
    """POST /api/learn/stop: end the training; `use` writes the space of what is learned so far."""

    use: bool = False


class LearnUse(Message):
    """POST /api/learn/use: play this space of one's own; None: what `clave play` was started with."""

    name: SpaceName | None = None
