"""Learning from the page, on this machine alone: look, train, stop, go on, and play what was learned."""

import re
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from clave.app.drum_maps import DrumMaps
from clave.app.learn_protocol import LearnStart, LearnState, LearnStop, LearnUse, SpaceName
from clave.app.learner import Learner
from clave.app.server.bodies import limited_body
from clave.app.server.security import OWN_NAMES

MAX_FILE_BYTES = 64_000_000
LOOPBACK = ("127.0.0.1", "::1")
FileBody = Annotated[bytes, Depends(limited_body(MAX_FILE_BYTES, "a file to learn from"))]


def only_here(request: Request) -> None:
    """403 for whoever is at another device: learning reads folders of this machine, and takes its processor."""
    name = re.sub(r":\d+$", "", request.headers.get("host", ""))
    server = (request.scope.get("server") or [""])[0]  # its address in the network, where it is open to it
    if request.client is None or request.client.host not in (*LOOPBACK, server) or name not in (*OWN_NAMES, server):
        raise HTTPException(403, "learning is for the machine that Clave runs on")


def learner_of(request: Request) -> Learner:
    """The learner of the application."""
    return request.app.state.learner


Ours = Annotated[Learner, Depends(learner_of)]


def add_learn_routes(app: FastAPI, maps: DrumMaps) -> None:
    """GET /api/learn says how it stands; each POST but that of a file answers with the same.

    MIDI is read with the drum map that was chosen at /api/drum-map.
    The learner is `app.state.learner`; one that outlives the application takes its place there.
    """
    app.state.learner = Learner()
    here = [Depends(only_here)]

    @app.get("/api/learn", dependencies=here)
    def state(learner: Ours) -> LearnState:
        return learner.state()

    @app.post("/api/learn/files", dependencies=here, status_code=204)
    def keep_file(
        learner: Ours, content: FileBody, name: SpaceName, path: Annotated[str, Query(min_length=1, max_length=1000)]
    ) -> None:
        learner.keep_file(name, path, content)

    @app.post("/api/learn/start", dependencies=here)
    def start(learner: Ours, chosen: LearnStart) -> LearnState:
        learner.start(chosen, drum_map=maps.option())
        return learner.state()

    @app.post("/api/learn/stop", dependencies=here)
    def stop(learner: Ours, wanted: LearnStop) -> LearnState:
        learner.stop(use=wanted.use)
        return learner.state()

    @app.post("/api/learn/use", dependencies=here)
    def use(learner: Ours, wanted: LearnUse) -> LearnState:
        learner.use(wanted.name)
        return learner.state()

    @app.get("/api/learn/preview/{what}.wav", dependencies=here, response_class=Response)
    def preview(learner: Ours, what: Literal["rhythm", "sound"]) -> Response:
        path = learner.preview(what)
        if not path.is_file():
            raise HTTPException(404)
        return FileResponse(path, media_type="audio/wav", headers={"cache-control": "no-store"})
