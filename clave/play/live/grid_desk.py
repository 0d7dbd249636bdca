"""A grid of pads at the desk of an engine: it launches scenes, chooses a voice, and toggles its 16ths."""

from collections.abc import Sequence

import numpy as np

from clave.errors import ControlError
from clave.music.kit import VOICES
from clave.music.units import STEPS_PER_SIXTEENTH
from clave.play.live.controls.control import VOICE_SLUGS
from clave.play.live.engine import Engine
from clave.play.live.midi_grid import (
    SIXTEENTHS,
    WRITTEN_VELOCITY,
    GridLights,
    GridView,
    dark,
    grid_model,
    lights,
    pad_at,
)
from clave.play.live.midi_messages import NOTE_ON
from clave.play.live.midi_state import Message


class GridDesk:
    """Give it what the pads send; `changes` gives the lights that are others by now."""

    def __init__(self, engine: Engine, model: str = "launchpad") -> None:
        self._engine, self._model = engine, grid_model(model)
        self._lights = GridLights(self._model)
        self._voice = 0

    def hear(self, data: Sequence[int]) -> None:
        """A message of the grid. ControlError, or what the desk refuses, where a pad cannot do what it is for."""
        if len(data) != 3 or data[0] & 0xF0 != NOTE_ON or data[2] == 0:
            return
        place = self._model.pad(data[1])
        if place is None:
            return
        pad = pad_at(*place)
        if pad.kind == "voice":
            self._voice = pad.number
        elif pad.kind == "scene":
            self._engine.desk.receive(f"/clave/scene/{pad.number + 1}/launch", ())
        else:
            self._toggle(pad.number)

    def changes(self) -> list[Message]:
        """Messages for the pads whose light is another by now."""
        return self._lights.changes(lights(self.view()))

    def dark(self) -> list[Message]:
        """Messages that put all lights out."""
        return self._lights.changes(dark())

    def forget(self) -> None:
        """The grid is new: all lights are sent with the next `changes`."""
        self._lights.forget()

    def view(self) -> GridView:
        """What the grid shows now."""
        engine = self._engine
        heard = engine.conductor.heard()
        current, queued = engine.slots
        return GridView(
            scenes=[scene is not None for scene in engine.desk.project.scenes],
            current=current,
            queued=queued,
            voice=self._voice,
            struck=[bool(steps) for steps in self._steps_of_bar()],
            sounding=None if heard is None else heard.step // STEPS_PER_SIXTEENTH,
        )

    def _bar(self) -> int:
        heard = self._engine.conductor.heard()
        return 0 if heard is None else heard.bar

    def _steps_of_bar(self) -> list[list[int]]:
        """Of each 16th of the bar that is heard, the steps on which the chosen voice is struck."""
        pattern = self._engine.conductor.pattern(self._bar())
        if pattern is None:
            return []
        struck = np.flatnonzero(pattern.hits[self._voice]).tolist()
        count = min(SIXTEENTHS, pattern.steps // STEPS_PER_SIXTEENTH)
        return [[step for step in struck if step // STEPS_PER_SIXTEENTH == each] for each in range(count)]

    def _toggle(self, sixteenth: int) -> None:
        scene, rows = self._engine.desk.project.scene, self._steps_of_bar()
        if sixteenth >= len(rows):
            return
        if scene.path is not None and scene.path.travelling:
            raise ControlError(f"the {VOICES[self._voice].name} is on a path: pads write into the bars of a loop")
        address = f"/clave/bar/{self._bar() % len(scene.bars) + 1}/cell"
        cells = [(step, 0.0) for step in rows[sixteenth]] or [(sixteenth * STEPS_PER_SIXTEENTH, WRITTEN_VELOCITY)]
        for step, velocity in cells:
            self._engine.desk.receive(address, (VOICE_SLUGS[self._voice], step + 1, velocity))
