"""The player's own MIDI files as material of a project."""

from typing import Annotated

from fastapi import Depends, FastAPI, Query

from clave.app.drum_maps import DrumMaps
from clave.app.material import MAX_MIDI_BYTES, read_material
from clave.app.server.bodies import limited_body
from clave.play.project.material import MAX_NAME_LENGTH, MaterialFile
from clave.rhythm.space import RhythmSpace

MidiBody = Annotated[bytes, Depends(limited_body(MAX_MIDI_BYTES, "a MIDI file"))]


def add_material_routes(app: FastAPI, rhythm: RhythmSpace, maps: DrumMaps) -> None:
    """POST /api/material?name=, with a MIDI file as the body: its bars with their places, and what is left out.

    It is read with the drum map that was chosen at /api/drum-map.
    """

    @app.post("/api/material")
    def material(
        content: MidiBody, name: Annotated[str, Query(min_length=1, max_length=MAX_NAME_LENGTH)] = "a MIDI file"
    ) -> MaterialFile:
        return read_material(content, name, rhythm, maps.current())
