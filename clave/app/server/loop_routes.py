"""Drum loops as bars and sounds."""

from typing import Annotated

from fastapi import Depends, FastAPI, Query

from clave.app.loop_protocol import LoopCorrection, LoopFile
from clave.app.loops import Loops
from clave.app.server.bodies import limited_body
from clave.play.project.material import MAX_NAME_LENGTH

MAX_LOOP_BYTES = 50_000_000  # a minute of 24 bits in stereo at 96 kHz is 35 MB
LoopBody = Annotated[bytes, Depends(limited_body(MAX_LOOP_BYTES, "a loop"))]
LoopName = Annotated[str, Query(min_length=1, max_length=MAX_NAME_LENGTH)]


def add_loop_routes(app: FastAPI, loops: Loops) -> None:
    """POST /api/loops?name= reads a sound file; POST /api/loops/{loop} reads it again, as it was corrected."""

    @app.post("/api/loops")
    def take(content: LoopBody, name: LoopName = "the loop") -> LoopFile:
        return loops.take(content, name)

    @app.post("/api/loops/{loop}")
    def correct(loop: str, correction: LoopCorrection) -> LoopFile:
        return loops.corrected(loop, correction)
