"""State that goes back to controllers: values of knobs, and lights of a grid of 8 x 8 pads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from clave.errors import MidiMapError
from clave.play.live.midi_in import FINE_NUMBERS_ABOVE
from clave.play.live.midi_map import RELATIVE, Binding, MidiMap
from clave.play.live.midi_messages import CONTROL, NOTE_ON

Message = tuple[int, ...]
Colour = Literal["off", "dim", "green", "amber", "red"]
GRID = 8  # rows and columns


def value_messages(binding: Binding, value: float) -> list[Message]:
    """What shows this value, in [0, 1] of the target's range, on the control; a relative one keeps no position."""
    if binding.kind in RELATIVE:
        return []
    share = min(max((value - binding.low) / (binding.high - binding.low), 0.0), 1.0)
    channel = (binding.channel or 1) - 1
    if binding.kind == "note":
        return [(NOTE_ON | channel, binding.number, 127 if share >= 0.5 else 0)]
    if binding.kind == "absolute-14":
        both = round(share * 16383)
        fine = binding.number + FINE_NUMBERS_ABOVE
        return [(CONTROL | channel, binding.number, both >> 7), (CONTROL | channel, fine, both & 127)]
    return [(CONTROL | channel, binding.number, round(share * 127))]


class StateOut:
    """Sends a controller what has changed, and all of it when it is new; not what the control itself has just set."""

    def __init__(self, midi_map: MidiMap) -> None:
        self.map = midi_map
        self._shown: dict[Binding, list[Message]] = {}

    def changes(self, values: Mapping[str, float]) -> list[Message]:
        """Messages for the controls that show something else by now."""
        found: list[Message] = []
        for binding in self.map.controls:
            if binding.target in values:
                messages = value_messages(binding, values[binding.target])
                if messages != self._shown.get(binding):
                    self._shown[binding] = messages
                    found += messages
        return found

    def moved(self, target: str, value: float) -> None:
        """The player's hand has set this value: the control shows it already."""
        for binding in self.map.controls:
            if binding.target == target:
                self._shown[binding] = value_messages(binding, value)

    def forget(self) -> None:
        """The controller is new, or was unplugged: everything is sent with the next `changes`."""
        self._shown.clear()


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


def scene_lights(scenes: int, current: int | None, queued: int | None) -> list[list[Colour]]:
    """A pad for each scene, row by row: the one that plays is green, the one that comes next amber."""

    def colour(scene: int) -> Colour:
        return "green" if scene == current else "amber" if scene == queued else "dim" if scene < scenes else "off"

    return [[colour(row * GRID + column) for column in range(GRID)] for row in range(GRID)]


def step_lights(struck: Sequence[Sequence[bool]], playing: int | None) -> list[list[Colour]]:
    """A row for each of the eight voices, a column for each of eight 16ths, bool [8, 8]; the one that sounds is red."""
    return [
        ["red" if column == playing and hit else "green" if hit else "dim" if column == playing else "off"
         for column, hit in enumerate(row)]
        for row in struck
    ]  # fmt: skip


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
