"""What page and server say to each other about drum maps: which note of a MIDI file is which voice."""

from typing import Annotated

from pydantic import Field

from clave.app.protocol import Message

FIT, OWN = "fit", "own"  # beside the names of the maps that ship
MapName = Annotated[str, Field(min_length=1, max_length=80)]
Note = Annotated[int, Field(ge=0, le=127)]


class DrumMapFit(Message):
    """How well a map fits the notes of a file: shares of its strokes, 0 to 1."""

    name: str
    known: float  # that it lists
    kit: float  # that it lists as something else than "other"


class DrumMapNote(Message):
    """A note of a file."""

    note: int
    strokes: int
    bars: int  # that have it
    first_bar: int
    voice: str  # of the map, or guessed
    guessed: bool  # the map does not list it: it is left out
    why: str  # of a guess


class DrumMapLook(Message):
    """POST /api/drum-map/look, with a MIDI file as the body: its notes in a map, and how others fit."""

    name: str  # of the map, "own" for the player's
    known: float
    notes: list[DrumMapNote]
    fits: list[DrumMapFit]  # the best first


class DrumMapState(Message):
    """GET /api/drum-map: what MIDI files are read with."""

    reads_with: str  # "fit": the one that fits; "own"; or a name
    names: list[str]  # of the maps that ship
    own: dict[int, str] | None  # the player's: note -> voice
    trouble: str  # why the player's own, which is kept, cannot be read


class DrumMapChoice(Message):
    """POST /api/drum-map: read files with this map from now on."""

    reads_with: MapName


class DrumMapEdit(Message):
    """POST /api/drum-map/own: keep and use this map, with these notes given to other voices, or left out."""

    base: MapName
    notes: dict[Note, str | None]
