"""The instrument over HTTP, for this machine only: the page, the map, the bars at its points, kits and MIDI files."""

import contextlib
import errno
import gzip
import json
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles
from jaxtyping import Float32
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from clave import midi, wav
from clave.errors import ClaveError, KitError, MidiError, PatternError, ServerError
from clave.kit import VOICES, Kit
from clave.pattern import Pattern
from clave.protocol import (
    CorpusMap,
    Instrument,
    KitInfo,
    MidiRequest,
    PatternReply,
    PatternRequest,
    Refusal,
    SpaceInfo,
    VoiceInfo,
    WirePattern,
)

DEFAULT_PORT = 8064  # eight voices, 64 steps
PORTS_TO_TRY = 20
STATIC = Path(__file__).parent / "static"
UNBUILT = """<!doctype html><html lang="en"><title>Clave: the page is not built</title>
<h1>The page is not built yet</h1><p>In a source checkout run <code>scripts/play</code>, which builds it and starts
again (it needs Node 20 or newer). An installed wheel carries the page.</p></html>"""


# ruff: noqa: D102
@runtime_checkable
class Corpus(Protocol):
    """The bars behind a map."""

    @property
    def map(self) -> Float32[np.ndarray, "bar 2"]: ...
    @property
    def styles(self) -> Sequence[str]: ...
    @property
    def sources(self) -> Sequence[str]: ...


@runtime_checkable
class Rhythm(Protocol):
    """What the page asks of a rhythm space."""

    @property
    def styles(self) -> Sequence[str]: ...
    @property
    def sections(self) -> Sequence[str]: ...
    @property
    def corpus(self) -> Corpus: ...
    @property
    def card(self) -> Mapping[str, Any]: ...
    def at(
        self,
        points: Float32[np.ndarray, "bar 2"],
        *,
        style: str | None,
        section: str,
        variation: float,
        density: float | None,
        seed: int,
    ) -> list[Pattern]: ...


Kits = Mapping[str, Callable[[], Kit]]
"""Kits by name, made when first asked for."""

Kind = Literal["request", "space", "midi", "kit", "not found"]


def create_app(rhythm: Rhythm, kits: Kits, static: Path = STATIC) -> FastAPI:
    """The whole instrument as one application; `kits` are synthesised when the page first asks for one."""
    from clave import __version__

    app = FastAPI(title="Clave", version=__version__, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.add_middleware(OnlyThisMachine)
    _refuse_in_words(app)
    shelf = KitShelf(kits)
    corpus = gzip.compress(_corpus_map(rhythm).model_dump_json().encode(), 6)

    @app.get("/api/instrument")
    async def instrument() -> Instrument:
        return Instrument(
            version=__version__,
            space=_space_info(rhythm),
            voices=[
                VoiceInfo(
                    name=voice.name,
                    note=voice.note,
                    colour=voice.colour,
                    choke_group=voice.choke_group,
                    aliases=list(voice.aliases),
                )
                for voice in VOICES
            ],
            kits=[KitInfo(name=name, label=name.replace("-", " ").capitalize()) for name in kits],
        )

    @app.get("/api/corpus", response_model=CorpusMap)
    async def corpus_map(request: Request) -> Response:
        packed = "gzip" in request.headers.get("accept-encoding", "")
        headers = {"vary": "accept-encoding"} | ({"content-encoding": "gzip"} if packed else {})
        return Response(corpus if packed else gzip.decompress(corpus), headers=headers, media_type="application/json")

    @app.post("/api/patterns")
    async def patterns(asked: PatternRequest) -> PatternReply:
        found = rhythm.at(
            np.array(asked.points, np.float32),
            style=asked.style,
            section=asked.section,
            variation=asked.variation,
            density=asked.density,
            seed=asked.seed,
        )
        return PatternReply.model_construct(patterns=[WirePattern.of(pattern) for pattern in found])

    @app.post("/api/midi", response_class=Response)
    async def midi_file(asked: MidiRequest) -> Response:
        content = midi.to_bytes(
            [bar.pattern() for bar in asked.patterns],
            tempo_bpm=asked.tempo_bpm,
            swing=asked.swing,
            on_grid=asked.on_grid,
        )
        headers = {"content-disposition": 'attachment; filename="groove.mid"'}
        return Response(content, headers=headers, media_type="audio/midi")

    @app.get("/api/kits/{name}/{voice}.wav", response_class=Response)
    def kit_clip(name: str, voice: int) -> Response:  # in a thread: a kit may take a moment to make
        return Response(shelf.wav(name, voice), media_type="audio/wav")

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        index = static / "index.html"
        if not index.is_file():
            return HTMLResponse(UNBUILT, status_code=503)
        return FileResponse(index, headers={"cache-control": "no-cache"})  # a new version is seen at once

    app.mount("/", StaticFiles(directory=static, check_dir=False))
    return app


class KitShelf:
    """Kits as WAV files, each made once, by whoever asks first."""

    def __init__(self, kits: Kits) -> None:
        self._kits = kits
        self._made: dict[str, list[bytes]] = {}
        self._making = threading.Lock()  # the page asks for eight clips at once

    def wav(self, name: str, voice: int) -> bytes:
        """One clip of a kit; raises KitError for a kit or a voice that is not there."""
        if name not in self._kits:
            raise KitError(f"no kit {name!r}; there are: {', '.join(self._kits)}")
        if not 0 <= voice < len(VOICES):
            raise KitError(f"a kit has voices 0 to {len(VOICES) - 1}, got {voice}")
        with self._making:
            if name not in self._made:
                self._made[name] = [wav.to_bytes(clip) for clip in self._kits[name]().clips]
        return self._made[name][voice]


class OnlyThisMachine:
    """Answers a browser only under this machine's own names.

    A page from elsewhere, even one whose name was pointed at 127.0.0.1, is refused.
    """

    NAMES = ("localhost", "127.0.0.1", "[::1]")

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            origin = headers.get("origin", "null")
            hosts = [headers.get("host", ""), *([] if origin == "null" else [origin.partition("://")[2]])]
            for host in hosts:
                if host.rpartition(":")[0] not in self.NAMES and host not in self.NAMES:
                    return await _refusal(403, f"this instrument answers only on this machine, not as {host!r}")(
                        scope, receive, send
                    )
        return await self.app(scope, receive, send)


def listen(port: int = DEFAULT_PORT) -> socket.socket:
    """A listening socket on 127.0.0.1: the port asked for, or the next free one; 0 takes any.

    Raises ServerError when twenty ports in a row are taken or the port may not be used.
    """
    last = min(port + PORTS_TO_TRY, 65_536) if port else 1
    for candidate in range(port, last):
        try:
            return socket.create_server(("127.0.0.1", candidate), backlog=128)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise ServerError(f"cannot use port {candidate}: {error.strerror}") from error
    raise ServerError(f"ports {port} to {last - 1} are all taken; name a free one with --port")


def serve(app: FastAPI, on: socket.socket) -> None:
    """Answer on this socket until Ctrl-C."""
    import uvicorn

    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", ws="none")
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[on])


def _space_info(rhythm: Rhythm) -> SpaceInfo:
    return SpaceInfo(
        name=rhythm.card["name"],
        styles=list(rhythm.styles),
        sections=list(rhythm.sections),
        bars=len(rhythm.corpus.map),
        licence=rhythm.card["licence"],
        credit=rhythm.card["credit"],
    )


def _corpus_map(rhythm: Rhythm) -> CorpusMap:
    """The corpus with each name once, coordinates to 1/1000: a tenth of a pixel on the map."""
    sources, source = np.unique(np.array(rhythm.corpus.sources, str), return_inverse=True)
    place = {style: n for n, style in enumerate(rhythm.styles)}
    return CorpusMap(
        x=[round(float(x), 3) for x in rhythm.corpus.map[:, 0]],
        y=[round(float(y), 3) for y in rhythm.corpus.map[:, 1]],
        style=[place.get(style, -1) for style in rhythm.corpus.styles],
        styles=list(rhythm.styles),
        source=[int(n) for n in source],
        sources=[str(name) for name in sources],
        credit=rhythm.card["credit"],
    )


def _refusal(status: int, error: str, kind: Kind = "request") -> Response:
    return Response(Refusal(error=error, kind=kind).model_dump_json(), status, media_type="application/json")


def _refuse_in_words(app: FastAPI) -> None:
    """Every answer in the 400s is a Refusal: one sentence that says what was wrong."""

    @app.exception_handler(ClaveError)
    async def refused(_: Request, error: ClaveError) -> Response:
        match error:
            case KitError():
                return _refusal(404, str(error), "kit")
            case MidiError() | PatternError():
                return _refusal(422, str(error), "midi")
            case _:
                return _refusal(422, str(error), "space")

    @app.exception_handler(RequestValidationError)
    async def misunderstood(_: Request, error: RequestValidationError) -> Response:
        return _refusal(422, "; ".join(_in_words(each) for each in error.errors()[:3]))

    @app.exception_handler(HTTPException)
    async def not_there(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return _refusal(404, f"there is nothing at {request.url.path}", "not found")
        return _refusal(error.status_code, f"{request.method} {request.url.path}: {error.detail}")


def _in_words(error: Mapping[str, Any]) -> str:
    """One broken rule: `points.0.1: input should be a finite number, got NaN`."""
    place = ".".join(str(part) for part in error["loc"][1:]) or "the request"
    got = json.dumps(error.get("input"), default=str)
    rule = str(error["msg"])
    return f"{place}: {rule[:1].lower()}{rule[1:]}, got {got if len(got) <= 60 else got[:57] + '...'}"
