"""Drum maps: the notes of dropped MIDI files, and which map they are read with."""

from typing import Annotated

from fastapi import Depends, FastAPI, Query, Response

from clave.app.drum_map_protocol import FIT, DrumMapChoice, DrumMapEdit, DrumMapLook, DrumMapState, MapName
from clave.app.drum_maps import OWN_FILE, DrumMaps
from clave.app.material import MAX_MIDI_BYTES
from clave.app.server.bodies import limited_body
from clave.errors import MidiError
from clave.play.project.material import MAX_NAME_LENGTH

MAX_MAP_BYTES = 100_000
MidiBody = Annotated[bytes, Depends(limited_body(MAX_MIDI_BYTES, "a MIDI file"))]
MapBody = Annotated[bytes, Depends(limited_body(MAX_MAP_BYTES, "a drum map"))]


def add_drum_map_routes(app: FastAPI, maps: DrumMaps) -> None:
    """GET /api/drum-map says what files are read with; each POST but `look` answers with the same."""

    @app.get("/api/drum-map")
    def state() -> DrumMapState:
        return maps.state()

    @app.post("/api/drum-map")
    def choose(choice: DrumMapChoice) -> DrumMapState:
        maps.choose(choice.reads_with)
        return maps.state()

    @app.post("/api/drum-map/own")
    def edit(wanted: DrumMapEdit) -> DrumMapState:
        maps.edit(wanted.base, wanted.notes)
        return maps.state()

    @app.get("/api/drum-map/own.toml", response_class=Response)
    def export() -> Response:
        headers = {"content-disposition": f'attachment; filename="{OWN_FILE}"', "cache-control": "no-store"}
        return Response(maps.text(), headers=headers, media_type="application/toml")

    @app.post("/api/drum-map/own.toml")
    def take(content: MapBody) -> DrumMapState:
        try:
            maps.take(content.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise MidiError(f"the drum map is no text in UTF-8: {error}") from error
        return maps.state()

    @app.post("/api/drum-map/look")
    def look(
        content: MidiBody,
        name: Annotated[str, Query(min_length=1, max_length=MAX_NAME_LENGTH)] = "a MIDI file",
        drum_map: Annotated[MapName, Query()] = FIT,
    ) -> DrumMapLook:
        return maps.look(content, name, drum_map)
