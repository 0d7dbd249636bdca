"""Every answer in the 400s is a Refusal: one sentence that says what was wrong."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from clave.app.protocol import Kind, Refusal
from clave.errors import (
    AudioFileError,
    ClaveError,
    KitError,
    KitLibraryError,
    LoopError,
    MidiError,
    PatternError,
    ProjectError,
    TransformError,
)

ERRORS: Mapping[type[ClaveError], tuple[int, Kind]] = {
    KitError: (404, "kit"),
    KitLibraryError: (500, "kit"),
    ProjectError: (422, "project"),
    AudioFileError: (422, "sound"),
    LoopError: (422, "sound"),
    TransformError: (422, "sound"),
    MidiError: (422, "midi"),
    PatternError: (422, "midi"),
}
"""Status and kind of each error; of those that are not here, 422 and `space`."""


def refusal(status: int, error: str, kind: Kind = "request") -> Response:
    """A Refusal as an answer."""
    return Response(Refusal(error=error, kind=kind).model_dump_json(), status, media_type="application/json")


def add_refusals(app: FastAPI) -> None:
    """Answer every error of ours, and every request that cannot be read, with a Refusal."""

    @app.exception_handler(ClaveError)
    async def refused(_: Request, error: ClaveError) -> Response:
        status, kind = next((ERRORS[each] for each in type(error).__mro__ if each in ERRORS), (422, "space"))
        return refusal(status, str(error), kind)

    @app.exception_handler(RequestValidationError)
    async def not_understood(_: Request, error: RequestValidationError) -> Response:
        return refusal(422, "; ".join(_sentence(each) for each in error.errors()[:3]))

    @app.exception_handler(HTTPException)
    async def not_there(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return refusal(404, f"there is nothing for {request.method} {request.url.path}", "not found")
        return refusal(error.status_code, f"{request.method} {request.url.path}: {error.detail}")


def _sentence(error: Mapping[str, Any]) -> str:
    """One broken rule: `points.0.1: input should be a finite number, got NaN`."""
    if error["type"] == "json_invalid":
        return "the request is not JSON"
    place = ".".join(str(part) for part in error["loc"][1:]) or "the request"
    got = json.dumps(error.get("input"), default=str)
    rule = str(error["msg"]).removeprefix("Value error, ")
    return f"{place}: {rule[:1].lower()}{rule[1:]}, got {got if len(got) <= 60 else got[:57] + '...'}"
