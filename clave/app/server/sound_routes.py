"""Points of the sound maps as sounds, sounds as points, and files."""

from typing import Annotated

from fastapi import Depends, FastAPI, Response

from clave.app.kit_builder import KitBuilder
from clave.app.server.bodies import limited_body
from clave.app.sound_protocol import PlacedSound, SoundMap, SoundRequest
from clave.music.kit import VOICES

MAX_FILE_BYTES = 50_000_000  # a minute of 24 bits in stereo at 96 kHz is 35 MB


def add_sound_routes(app: FastAPI, builder: KitBuilder) -> None:
    """What the sound maps show, and the sounds at their points."""
    read_file = limited_body(MAX_FILE_BYTES, "a sound file")

    @app.get("/api/sounds/{voice}/map")
    def sound_map(voice: int) -> SoundMap:
        return builder.map(voice)

    @app.post("/api/sounds/{voice}", response_class=Response)
    def sound_at(voice: int, request: SoundRequest) -> Response:
        made = builder.sound(voice, request)
        return Response(made.wav, media_type="audio/wav", headers={"clave-heard": made.heard.model_dump_json()})

    @app.post("/api/sounds/{voice}/place")
    def place(voice: int, content: Annotated[bytes, Depends(read_file)]) -> PlacedSound:
        return builder.place(voice, content)

    @app.get("/api/files/{digest}.wav", response_class=Response)
    def file(digest: str, voice: int = VOICES[-1].index, levelled: bool = True) -> Response:
        return Response(builder.file(digest, voice, levelled=levelled), media_type="audio/wav")
