"""Points of the sound maps as sounds, sounds as points, and files."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from clave.app.kit_builder import KitBuilder
from clave.app.protocol import PlacedSound, SoundMap, SoundRequest
from clave.music.kit import VOICES

MAX_FILE_BYTES = 50_000_000  # a minute of 24 bits in stereo at 96 kHz is 35 MB


def add_sound_routes(app: FastAPI, builder: KitBuilder) -> None:
    """What the sound maps show, and the sounds at their points."""

    @app.get("/api/sounds/{voice}/map")
    def sound_map(voice: int) -> SoundMap:
        return builder.map(voice)

    @app.post("/api/sounds/{voice}", response_class=Response)
    def sound_at(voice: int, request: SoundRequest) -> Response:
        made = builder.sound(voice, request)
        return Response(made.wav, media_type="audio/wav", headers={"clave-heard": made.heard.model_dump_json()})

    @app.post("/api/sounds/{voice}/place")
    def place(voice: int, content: Annotated[bytes, Depends(_body)]) -> PlacedSound:
        return builder.place(voice, content)

    @app.get("/api/files/{digest}.wav", response_class=Response)
    def file(digest: str, voice: int = VOICES[-1].index) -> Response:
        return Response(builder.file(digest, voice), media_type="audio/wav")


async def _body(request: Request) -> bytes:
    """The bytes of a sound file; refused as soon as there are too many."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MAX_FILE_BYTES:
            raise HTTPException(413, f"a sound file is at most {MAX_FILE_BYTES / 1e6:.0f} MB")
    return bytes(content)
