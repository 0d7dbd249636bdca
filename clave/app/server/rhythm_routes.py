"""The rhythm map, the bars at its points, and bars made from other bars."""

import gzip
from collections.abc import Sequence
from functools import cache
from typing import Annotated

import numpy as np
from fastapi import FastAPI, Query, Request, Response
from pydantic import BaseModel

from clave.app import rhythm_map
from clave.app.path_protocol import EvenReply, EvenRequest, WanderReply, WanderRequest
from clave.app.played_protocol import PlayedRequest
from clave.app.protocol import (
    Attributes,
    BarsRequest,
    CompleteRequest,
    CorpusMap,
    FeelRequest,
    MapGround,
    Measured,
    Neighbour,
    PatternMade,
    PatternReply,
    PatternRequest,
    PhraseRequest,
    ShiftReply,
    ShiftRequest,
    TapsRequest,
)
from clave.music.pattern import Pattern, Stroke
from clave.play.decoding import decode_bars
from clave.play.even_change import even_change
from clave.play.live.keep_played import place_on_map
from clave.play.project.bars import BarPattern, Given, kept_cells
from clave.play.project.document import Scene
from clave.play.project.value import Finite
from clave.play.wander_path import wander_path
from clave.rhythm import attributes
from clave.rhythm.space import RhythmSpace
from clave.rhythm.wander import drummers

MAX_NEIGHBOURS = 64


def add_map_routes(app: FastAPI, rhythm: RhythmSpace) -> None:
    """What the rhythm map shows: it stays as it is, and is compressed once. The ground is computed on first use."""
    corpus = _compressed(rhythm_map.corpus_map(rhythm))
    ground = cache(lambda: _compressed(rhythm_map.ground(rhythm)))

    @app.get("/api/corpus", response_model=CorpusMap)
    def corpus_map(request: Request) -> Response:
        return _decompressed_for(request, corpus)

    @app.get("/api/map/ground", response_model=MapGround)
    def map_ground(request: Request) -> Response:
        return _decompressed_for(request, ground())

    @app.get("/api/map/neighbours")
    def neighbours(x: Finite, y: Finite, n: Annotated[int, Query(ge=1, le=MAX_NEIGHBOURS)] = 8) -> list[Neighbour]:
        return rhythm_map.neighbours(rhythm, (x, y), n)


def _compressed(message: BaseModel) -> bytes:
    return gzip.compress(message.model_dump_json().encode(), 6)


def _decompressed_for(request: Request, compressed: bytes) -> Response:
    """A compressed message, decompressed for a client that cannot."""
    as_it_is = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"vary": "accept-encoding"} | ({"content-encoding": "gzip"} if as_it_is else {})
    return Response(
        compressed if as_it_is else gzip.decompress(compressed), headers=headers, media_type="application/json"
    )


def add_pattern_routes(app: FastAPI, rhythm: RhythmSpace) -> None:
    """Bars at points of the rhythm map, and bars of a project."""

    @app.post("/api/patterns", response_model=PatternReply)
    def at_points(request: PatternRequest) -> Response:
        found = rhythm.at(
            np.array(request.points, np.float32),
            style=request.style,
            section=request.section,
            variation=request.variation,
            density=request.density,
            seed=request.seed,
            meter=request.meter,
        )
        shift = request.shift.amounts()
        return _bars([rhythm.shifted(pattern, shift) for pattern in found] if shift else found)

    @app.post("/api/bars", response_model=PatternReply)
    def bars(request: BarsRequest) -> Response:
        return _bars(decode_bars(request.bars, rhythm))

    @app.post("/api/path/even")
    def even(request: EvenRequest) -> EvenReply:
        path = request.path.changed(points=request.path.points or request.points)
        found = even_change(Scene(path=path, settings=request.settings), rhythm, request.most)
        return EvenReply(
            stops=list(found.stops), changes=list(found.changes), least=found.least, needed_bars=found.needed_bars
        )

    @app.get("/api/path/drummers")
    def known_drummers() -> list[str]:
        return list(drummers(rhythm.corpus))

    @app.post("/api/path/wander")
    def wander(request: WanderRequest) -> WanderReply:
        path = wander_path(rhythm, request.point, request.bars, request.like, request.seed, request.meter)
        return WanderReply(points=list(path.points), stops=list(path.stops or ()))

    @app.post("/api/phrases", response_model=PatternReply)
    def phrase(request: PhraseRequest) -> Response:
        return _bars(
            rhythm.phrase(
                request.point,
                bars=request.bars,
                style=request.style,
                variation=request.variation,
                fill=request.fill,
                seed=request.seed,
                meter=request.meter,
            )
        )


def add_bar_routes(app: FastAPI, rhythm: RhythmSpace) -> None:
    """Bars made from other bars, and from taps."""

    @app.post("/api/patterns/feel")
    def feel(request: FeelRequest) -> PatternMade:
        like = request.like and request.like.pattern()
        made = rhythm.feel(
            request.pattern.pattern(), style=request.style, amount=request.amount, like=like, seed=request.seed
        )
        return PatternMade(pattern=BarPattern.of(made))

    @app.post("/api/patterns/complete")
    def complete(request: CompleteRequest) -> PatternMade:
        bar, keep = request.pattern.pattern(), kept_cells(tuple(request.keep), request.pattern.meter)
        made = rhythm.complete(bar, keep, style=request.style, section=request.section, seed=request.seed)
        return PatternMade(pattern=BarPattern.of(made))

    @app.post("/api/patterns/taps")
    def taps(request: TapsRequest) -> PatternMade:
        made = rhythm.drums_for(
            request.taps, style=request.style, section=request.section, seed=request.seed, meter=request.meter
        )
        return PatternMade(pattern=BarPattern.of(made))

    @app.post("/api/patterns/played")
    def played(request: PlayedRequest) -> Given:
        strokes = [Stroke(voice, 0, velocity, position) for voice, position, velocity in request.strokes]
        return place_on_map(Pattern.from_strokes(strokes, request.meter), rhythm)

    @app.post("/api/patterns/shift")
    def shift(request: ShiftRequest) -> ShiftReply:
        before = request.pattern.pattern()
        after = rhythm.shifted(before, request.shift.amounts())
        measured = [
            Attributes(**dict(zip(attributes.NAMES, row, strict=True)))
            for row in attributes.measure([before, after]).tolist()
        ]
        return ShiftReply(pattern=BarPattern.of(after), measured=Measured(before=measured[0], after=measured[1]))


def _bars(patterns: Sequence[Pattern]) -> Response:
    """A PatternReply, valid by construction: nothing is checked again."""
    reply = PatternReply.model_construct(patterns=[BarPattern.of(pattern) for pattern in patterns])
    return Response(reply.model_dump_json(), media_type="application/json")
