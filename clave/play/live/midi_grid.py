"""A controller with 8 x 8 pads, such as a Launchpad: what each pad does, and its light.

From the top: four rows of scenes, a row of the eight voices, and three rows of 16ths of the chosen voice. The twin in
the page is `web/src/midi/midiGrid.ts`; both are tested on `tests/fixtures/midi.json`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from clave.errors import MidiMapError
from clave.play.live.midi_messages import NOTE_ON
from clave.play.live.midi_state import Message

Colour = Literal["off", "dim", "green", "amber", "red"]
GRID = 8  # rows and columns
SCENE_ROWS, VOICE_ROW, FIRST_STEP_ROW = 4, 4, 5
SCENES, SIXTEENTHS = SCENE_ROWS * GRID, (GRID - FIRST_STEP_ROW) * GRID
WRITTEN_VELOCITY = 0.8  # of a stroke that a pad writes


@dataclass(frozen=True)
class GridModel:
    """How a controller with 8 x 8 pads numbers them, and its velocities for colours."""

    name: str
    first_note: int  # of the lowest row's left pad
    row_notes: int  # from a row to the one above
    colours: Mapping[Colour, int]

    def note(self, row: int, column: int) -> int:
        """Of a pad; rows count from the top, columns from the left, both from 0."""
        return self.first_note + (GRID - 1 - row) * self.row_notes + column

    def pad(self, note: int) -> tuple[int, int] | None:
        """Row and column of a note: the inverse of `note`; None for one that is no pad."""
        up, column = divmod(note - self.first_note, abs(self.row_notes)) if self.row_notes > 0 else (-1, 0)
        if self.row_notes < 0:
            down, column = divmod(note - self.first_note - (GRID - 1) * self.row_notes, -self.row_notes)
            up = GRID - 1 - down
        return (GRID - 1 - up, column) if 0 <= up < GRID and 0 <= column < GRID else None


GRID_MODELS = {
    each.name: each
    for each in (
        GridModel("launchpad", 11, 10, {"off": 0, "dim": 1, "green": 21, "amber": 9, "red": 5}),  # X, Mini MK3, Pro
        GridModel(
            "launchpad-s", 112, -16, {"off": 12, "dim": 29, "green": 60, "amber": 63, "red": 15}
        ),  # S, Mini MK1, MK2
    )
}
"""Launchpads: the later ones in programmer mode, the first ones in their X-Y layout, which counts rows from the top."""


def grid_model(name: str) -> GridModel:
    """A model by name; MidiMapError lists those there are."""
    if name not in GRID_MODELS:
        raise MidiMapError(f"a grid is one of {', '.join(GRID_MODELS)}, got {name!r}")
    return GRID_MODELS[name]


class Pad(NamedTuple):
    """What a pad is for."""

    kind: Literal["scene", "voice", "sixteenth"]
    number: int  # counted from 0


class GridView(NamedTuple):
    """What a grid shows."""

    scenes: Sequence[bool]  # which places hold a scene
    current: int | None  # the scene that plays
    queued: int | None  # the one that comes next
    voice: int  # whose 16ths are shown
    struck: Sequence[bool]  # the 16ths of the bar, whether it has strokes there
    sounding: int | None  # the 16th that sounds


def pad_at(row: int, column: int) -> Pad:
    """The pad in this row and column, counted from the top left."""
    if row < SCENE_ROWS:
        return Pad("scene", row * GRID + column)
    return Pad("voice", column) if row == VOICE_ROW else Pad("sixteenth", (row - FIRST_STEP_ROW) * GRID + column)


def lights(view: GridView) -> list[list[Colour]]:
    """The colour of each pad: a scene that plays is green, the next one amber, others dim.

    The chosen voice is amber. A 16th with strokes is green, red while it sounds.
    """

    def colour(pad: Pad) -> Colour:
        index = pad.number
        if pad.kind == "scene":
            there = index < len(view.scenes) and view.scenes[index]
            return (
                "off" if not there else "green" if index == view.current else "amber" if index == view.queued else "dim"
            )
        if pad.kind == "voice":
            return "amber" if index == view.voice else "dim"
        if index >= len(view.struck):
            return "off"
        sounds = index == view.sounding
        return ("red" if sounds else "green") if view.struck[index] else ("dim" if sounds else "off")

    return [[colour(pad_at(row, column)) for column in range(GRID)] for row in range(GRID)]


def dark() -> list[list[Colour]]:
    """All lights out."""
    off: Colour = "off"
    return [[off] * GRID for _ in range(GRID)]


class GridLights:
    """Sends a grid the lights that have changed."""

    def __init__(self, model: GridModel) -> None:
        self._model = model
        self._shown: dict[tuple[int, int], Colour] = {}

    def changes(self, lights: Sequence[Sequence[Colour]]) -> list[Message]:
        """Messages for the pads that have another colour by now."""
        found: list[Message] = []
        for row, colours in enumerate(lights):
            for column, colour in enumerate(colours):
                if self._shown.get((row, column)) != colour:
                    self._shown[row, column] = colour
                    found.append((NOTE_ON, self._model.note(row, column), self._model.colours[colour]))
        return found

    def forget(self) -> None:
        """The grid is new: everything is sent with the next `changes`."""
        self._shown.clear()
