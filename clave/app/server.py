"""The instrument over HTTP, for this machine only: the page, the map, the bars at its points, kits and MIDI files.

What computes is no coroutine, and so runs in a thread: the page is answered meanwhile.
"""

import contextlib
import errno
import gzip
import json
import os
import re
import socket
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from clave.app import rhythm_map
from clave.app.kit_builder import BUILT_IN, OfferedKit, Workshop
from clave.app.kit_library import Shelf
from clave.app.protocol import (
    Attributes,
    CompleteRequest,
    CorpusMap,
    DrawnKit,
    FeelRequest,
    Finite,
    Instrument,
    KeptId,
    KeptInfo,
    KeptKit,
    KeptVersion,
    Kind,
    KitDraw,
    KitInfo,
    KitToKeep,
    MapGround,
    Measured,
    MidiRequest,
    Neighbour,
    PatternMade,
    PatternReply,
    PatternRequest,
    PhraseRequest,
    PlacedSound,
    Refusal,
    Rename,
    RhythmShift,
    ShiftReply,
    ShiftRequest,
    SoundMap,
    SoundRequest,
    SpaceInfo,
    TapsRequest,
    VoiceInfo,
    WirePattern,
)
from clave.errors import (
    AudioFileError,
    ClaveError,
    KitError,
    MidiError,
    PatternError,
    ServerError,
    ShelfError,
    TransformError,
)
from clave.files import midi
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.rhythm import attributes
from clave.rhythm.space import RhythmSpace
from clave.sound.space import SoundSpace

PORTS_TO_TRY = 20
MAX_NEIGHBOURS = 64
MAX_FILE_BYTES = 50_000_000  # a minute of 24 bits in stereo at 96 kHz is 35 MB
OUR_NAMES = ("localhost", "127.0.0.1", "[::1]")
STATIC = Path(__file__).parent / "static"
UNBUILT = """<!doctype html><html lang="en"><title>Clave: the page is not built</title>
<h1>The page is not built yet</h1><p>In a source checkout run <code>scripts/play</code>, which builds it and starts
again (it needs Node 20 or newer). An installed wheel carries the page.</p></html>"""


def create_app(
    rhythm: RhythmSpace,
    sound: SoundSpace | None = None,
    kits: Sequence[OfferedKit] = BUILT_IN,
    static: Path = STATIC,
    shelf: Shelf | None = None,
) -> FastAPI:
    """The whole instrument as one application.

    `kits` are synthesised when the page first asks for one. Without a sound space, only they and files are played;
    without a shelf, what the player keeps lasts as long as the application.
    """
    from clave import __version__

    app = FastAPI(
        title="Clave",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        responses={"4XX": {"model": Refusal}},
    )
    app.add_middleware(OnlyThisMachine)
    _refuse_in_words(app)
    shelf = shelf or Shelf()
    workshop = Workshop(sound, kits, shelf)
    _rhythm_map(app, rhythm)
    _patterns(app, rhythm)
    _sounds(app, workshop)
    _kept_kits(app, shelf)
    sound_info = workshop.info()

    @app.get("/api/instrument")
    async def instrument() -> Instrument:
        return Instrument(
            version=__version__,
            space=_space_info(rhythm),
            sound=sound_info,
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
            kits=[KitInfo(name=kit.name, label=kit.label) for kit in kits],
        )

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
        return Response(workshop.kit_clip(name, voice), media_type="audio/wav")

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        if not page_is_built(static):
            return HTMLResponse(UNBUILT, status_code=503)
        return FileResponse(
            static / "index.html", headers={"cache-control": "no-cache"}
        )  # a new version is seen at once

    app.mount("/", StaticFiles(directory=static, check_dir=False))
    return app


def _rhythm_map(app: FastAPI, rhythm: RhythmSpace) -> None:
    """What the rhythm map shows: it stays as it is, and is packed once. The ground waits until somebody asks."""
    corpus = _packed(rhythm_map.corpus_map(rhythm))
    ground = cache(lambda: _packed(rhythm_map.ground(rhythm)))

    @app.get("/api/corpus", response_model=CorpusMap)
    def corpus_map(request: Request) -> Response:
        return _unpacked_for(request, corpus)

    @app.get("/api/map/ground", response_model=MapGround)
    def map_ground(request: Request) -> Response:
        return _unpacked_for(request, ground())

    @app.get("/api/map/neighbours")
    def neighbours(x: Finite, y: Finite, n: Annotated[int, Query(ge=1, le=MAX_NEIGHBOURS)] = 8) -> list[Neighbour]:
        return rhythm_map.neighbours(rhythm, (x, y), n)


def _packed(message: BaseModel) -> bytes:
    return gzip.compress(message.model_dump_json().encode(), 6)


def _unpacked_for(request: Request, packed: bytes) -> Response:
    """A packed message, unpacked for whoever can't."""
    as_it_is = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"vary": "accept-encoding"} | ({"content-encoding": "gzip"} if as_it_is else {})
    return Response(packed if as_it_is else gzip.decompress(packed), headers=headers, media_type="application/json")


def _patterns(app: FastAPI, rhythm: RhythmSpace) -> None:
    """Bars at points of the rhythm map, and bars made from other bars."""

    @app.post("/api/patterns", response_model=PatternReply)
    def at_points(asked: PatternRequest) -> Response:
        found = rhythm.at(
            np.array(asked.points, np.float32),
            style=asked.style,
            section=asked.section,
            variation=asked.variation,
            density=asked.density,
            seed=asked.seed,
            meter=asked.meter,
        )
        shift = _moved(asked.shift)
        return _bars([rhythm.shifted(pattern, shift) for pattern in found] if shift else found)

    @app.post("/api/phrases", response_model=PatternReply)
    def phrase(asked: PhraseRequest) -> Response:
        return _bars(
            rhythm.phrase(
                asked.point,
                bars=asked.bars,
                style=asked.style,
                variation=asked.variation,
                fill=asked.fill,
                seed=asked.seed,
                meter=asked.meter,
            )
        )

    @app.post("/api/patterns/feel")
    def feel(asked: FeelRequest) -> PatternMade:
        like = asked.like and asked.like.pattern()
        made = rhythm.feel(asked.pattern.pattern(), style=asked.style, amount=asked.amount, like=like, seed=asked.seed)
        return PatternMade(pattern=WirePattern.of(made))

    @app.post("/api/patterns/complete")
    def complete(asked: CompleteRequest) -> PatternMade:
        made = rhythm.complete(
            asked.pattern.pattern(), asked.kept(), style=asked.style, section=asked.section, seed=asked.seed
        )
        return PatternMade(pattern=WirePattern.of(made))

    @app.post("/api/patterns/taps")
    def taps(asked: TapsRequest) -> PatternMade:
        made = rhythm.drums_for(
            asked.taps, style=asked.style, section=asked.section, seed=asked.seed, meter=asked.meter
        )
        return PatternMade(pattern=WirePattern.of(made))

    @app.post("/api/patterns/shift")
    def shift(asked: ShiftRequest) -> ShiftReply:
        before = asked.pattern.pattern()
        after = rhythm.shifted(before, _moved(asked.shift))
        heard = [
            Attributes(**dict(zip(attributes.NAMES, row, strict=True)))
            for row in attributes.measure([before, after]).tolist()
        ]
        return ShiftReply(pattern=WirePattern.of(after), measured=Measured(before=heard[0], after=heard[1]))


def _moved(shift: RhythmShift) -> dict[str, float]:
    """The directions that are asked for."""
    return {name: amount for name, amount in shift.model_dump().items() if amount}


def _bars(patterns: Sequence[Pattern]) -> Response:
    """A PatternReply, valid by construction: nothing is checked again."""
    reply = PatternReply.model_construct(patterns=[WirePattern.of(pattern) for pattern in patterns])
    return Response(reply.model_dump_json(), media_type="application/json")


def _sounds(app: FastAPI, workshop: Workshop) -> None:
    """Points of the sound maps as sounds, sounds as points."""

    @app.get("/api/sounds/{voice}/map")
    def sound_map(voice: int) -> SoundMap:
        return workshop.map(voice)

    @app.post("/api/sounds/{voice}", response_class=Response)
    def sound_at(voice: int, asked: SoundRequest) -> Response:
        made = workshop.sound(voice, asked)
        return Response(made.wav, media_type="audio/wav", headers={"clave-heard": made.heard.model_dump_json()})

    @app.post("/api/sounds/{voice}/place")
    def place(voice: int, content: Annotated[bytes, Depends(_body)]) -> PlacedSound:
        return workshop.place(voice, content)

    @app.get("/api/files/{digest}.wav", response_class=Response)
    def file(digest: str, voice: int = VOICES[-1].index) -> Response:
        return Response(workshop.file(digest, voice), media_type="audio/wav")

    @app.post("/api/kits/draw")
    def draw(asked: KitDraw) -> DrawnKit:
        return DrawnKit(voices=workshop.draw(asked.seed, asked.kept))


def _kept_kits(app: FastAPI, shelf: Shelf) -> None:
    """The kits that the player keeps, with their history."""

    @app.get("/api/kept")
    def kept(deleted: bool = False) -> list[KeptInfo]:
        return shelf.kits(deleted=deleted)

    @app.post("/api/kept")
    def keep(asked: KitToKeep) -> KeptId:
        return KeptId(id=shelf.keep(asked.name, asked.voices))

    @app.get("/api/kept/{kit}")
    def kept_kit(kit: int) -> KeptKit:
        return shelf.kit(kit)

    @app.get("/api/kept/{kit}/history")
    def history(kit: int) -> list[KeptVersion]:
        return shelf.history(kit)

    @app.get("/api/kept/{kit}/history/{version}")
    def kept_version(kit: int, version: int) -> KeptKit:
        return shelf.kit(kit, version)

    @app.patch("/api/kept/{kit}")
    def rename(kit: int, asked: Rename) -> KeptKit:
        shelf.rename(kit, asked.name)
        return shelf.kit(kit)

    @app.delete("/api/kept/{kit}")
    def delete(kit: int) -> KeptKit:
        shelf.delete(kit)
        return shelf.kit(kit)

    @app.post("/api/kept/{kit}/restore")
    def restore(kit: int) -> KeptKit:
        shelf.restore(kit)
        return shelf.kit(kit)


async def _body(request: Request) -> bytes:
    """The bytes of a sound file; refused as soon as there are too many."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MAX_FILE_BYTES:
            raise HTTPException(413, f"a sound file is at most {MAX_FILE_BYTES / 1e6:.0f} MB")
    return bytes(content)


class OnlyThisMachine:
    """Answers a browser only under this machine's own names.

    A page from elsewhere, even one whose name was pointed at 127.0.0.1, is refused.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is asked under our own names."""
        stranger = _stranger(Headers(scope=scope)) if scope["type"] == "http" else None
        if stranger is None:
            await self.app(scope, receive, send)
        else:
            refusal = _refusal(403, f"this instrument answers only on this machine, not as or to {stranger!r}")
            await refusal(scope, receive, send)


def _stranger(headers: Headers) -> str | None:
    """The foreign name in `Host` or `Origin`, if there is one."""
    said = [headers.get("host", ""), headers.get("origin", "http://localhost").partition("://")[2]]
    return next((name for name in said if re.sub(r":\d+$", "", name) not in OUR_NAMES), None)


def page_is_built(static: Path = STATIC) -> bool:
    """Whether there is a page to serve."""
    return (static / "index.html").is_file()


def listen(port: int) -> socket.socket:
    """A listening socket on 127.0.0.1: the port asked for, or the next free one; 0 takes any.

    Raises ServerError when twenty ports in a row are taken or the port may not be used.
    """
    last = min(port + PORTS_TO_TRY, 65_536) if port else 1
    for candidate in range(port, last):
        # asyncio sends small answers at once only where the protocol is named: unnamed, each would wait for 40 ms
        on = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if os.name == "posix":  # elsewhere this would share a port that is taken
                on.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            on.bind(("127.0.0.1", candidate))
            on.listen(128)
            return on
        except OSError as error:
            on.close()
            if error.errno != errno.EADDRINUSE:
                raise ServerError(f"cannot use port {candidate}: {error.strerror}") from error
    raise ServerError(f"ports {port} to {last - 1} are all taken; name a free one with --port")


def serve(app: FastAPI, on: socket.socket) -> None:
    """Answer on this socket until Ctrl-C."""
    import uvicorn

    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", ws="none")
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[on])


def _space_info(rhythm: RhythmSpace) -> SpaceInfo:
    return SpaceInfo(
        name=rhythm.card["name"],
        styles=list(rhythm.styles),
        sections=list(rhythm.sections),
        meters=list(rhythm.meters),
        directions=list(rhythm.directions),
        bars=len(rhythm.corpus.map),
        licence=rhythm.card["licence"],
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
            case ShelfError():
                return _refusal(500, str(error), "kit")
            case AudioFileError() | TransformError():
                return _refusal(422, str(error), "sound")
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
            return _refusal(404, f"there is nothing for {request.method} {request.url.path}", "not found")
        return _refusal(error.status_code, f"{request.method} {request.url.path}: {error.detail}")


def _in_words(error: Mapping[str, Any]) -> str:
    """One broken rule: `points.0.1: input should be a finite number, got NaN`."""
    if error["type"] == "json_invalid":
        return "the request is not JSON"
    place = ".".join(str(part) for part in error["loc"][1:]) or "the request"
    got = json.dumps(error.get("input"), default=str)
    rule = str(error["msg"])
    return f"{place}: {rule[:1].lower()}{rule[1:]}, got {got if len(got) <= 60 else got[:57] + '...'}"
