"""Every answer that is no success is a Refusal: one sentence that says what was wrong, or that we made a mistake."""

import json
import logging
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
    KitLibraryBusyError,
    KitLibraryError,
    KitLibraryFullError,
    LoopError,
    MidiError,
    PatternError,
    ProjectError,
    TransformError,
)

RETRY_SECONDS = 1  # after which what was busy may be tried again
ERRORS: Mapping[type[ClaveError], tuple[int, Kind]] = {
    KitError: (404, "kit"),
    KitLibraryBusyError: (503, "busy"),
    KitLibraryFullError: (413, "kit"),
    KitLibraryError: (500, "kit"),
    ProjectError: (422, "project"),
    AudioFileError: (422, "sound"),
    LoopError: (422, "sound"),
    TransformError: (422, "sound"),
    MidiError: (422, "midi"),
    PatternError: (422, "midi"),
}
"""Status and kind of each error; of those that are not here, 422 and `space`."""


def refusal(status: int, error: str, kind: Kind = "request", *, retry: bool = False) -> Response:
    """A Refusal as an answer; `retry`: it says when to try again."""
    headers = {"retry-after": str(RETRY_SECONDS)} if retry else None
    return Response(Refusal(error=error, kind=kind).model_dump_json(), status, headers, media_type="application/json")


def add_refusals(app: FastAPI) -> None:
    """Answer every error of ours, and every request that cannot be read, with a Refusal."""

    @app.exception_handler(ClaveError)
    async def refused(_: Request, error: ClaveError) -> Response:
        status, kind = next((ERRORS[each] for each in type(error).__mro__ if each in ERRORS), (422, "space"))
        return refusal(status, str(error), kind, retry=status == 503)

    @app.exception_handler(RequestValidationError)
    async def not_understood(_: Request, error: RequestValidationError) -> Response:
        return refusal(422, "; ".join(_sentence(each) for each in error.errors()[:3]))

    @app.exception_handler(HTTPException)
    async def not_there(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return refusal(404, f"there is nothing for {request.method} {request.url.path}", "not found")
        kind: Kind = "busy" if error.status_code == 503 else "request"
        said = f"{request.method} {request.url.path}: {error.detail}"
        return refusal(error.status_code, said, kind, retry=error.status_code == 503)

    @app.exception_handler(Exception)
    async def not_foreseen(request: Request, error: Exception) -> Response:
        """The server logs the traceback, which is raised again once this was sent."""
        logging.getLogger("uvicorn.error").error("%s %s could not be answered", request.method, request.url.path)
        said = f"{request.method} {request.url.path}: Clave made a mistake ({type(error).__name__}); its log has more"
        return refusal(500, said, "server")


def _sentence(error: Mapping[str, Any]) -> str:
    """One broken rule: `points.0.1: input should be a finite number, got NaN`."""
    if error["type"] == "json_invalid":
        return "the request is not JSON"
    place = ".".join(str(part) for part in error["loc"][1:]) or "the request"
    got = json.dumps(error.get("input"), default=str)
    rule = str(error["msg"]).removeprefix("Value error, ")
    return f"{place}: {rule[:1].lower()}{rule[1:]}, got {got if len(got) <= 60 else got[:57] + '...'}"
