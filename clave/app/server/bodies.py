"""Bodies of requests: refused as soon as they are too large, come too slowly, or are too many at once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from fastapi import Request
from starlette.exceptions import HTTPException

from clave.music.digits import whole_number

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_JSON_BYTES = 4_000_000  # 1024 bars of a MIDI file, densely struck, are 3 MB
MAX_HELD_BYTES = 256_000_000  # of all requests that are being answered
JSON_WEIGHT = 16  # a message takes so many times the memory of its text
SILENT_SECONDS = 20.0  # that a body may send nothing


def bounded(request: Request, max_bytes: int, what: str) -> "Receive":
    """How to receive the body of a request; HTTPException 413 as soon as it is known to be larger."""
    received = 0

    async def receive() -> "Message":
        nonlocal received
        announced = request.headers.get("content-length", "0")
        too_large = announced.isdigit() and whole_number(announced, max_bytes) is None
        message = None if too_large else await request.receive()
        received += max_bytes + 1 if message is None else len(message.get("body", b""))
        if message is None or received > max_bytes:
            raise HTTPException(413, f"{what} is at most {max_bytes / 1e6:g} MB")
        return message

    return receive


def limited_body(max_bytes: int, what: str) -> Callable[[Request], Awaitable[bytes]]:
    """A dependency that reads a body that is a file; what is larger is refused before it is read, or while it is."""

    async def read(request: Request) -> bytes:
        return await Request(request.scope, bounded(request, max_bytes, what)).body()

    return read


class PatientBodies:
    """Stops waiting for a body of which nothing comes, and takes only so many bytes of all bodies at once.

    A body counts until its request is answered; one in JSON counts for what becomes of it.
    """

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app
        self._held = 0  # bytes; changed in the event loop alone

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """One request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        weight = JSON_WEIGHT if b"json" in dict(scope["headers"]).get(b"content-type", b"") else 1
        mine, more = 0, True

        async def receive_in_time() -> "Message":
            nonlocal mine, more
            if not more:  # it waits for the client to go
                return await receive()
            message = await _in_time(receive)
            more = message.get("more_body", False)
            size = weight * len(message.get("body", b""))
            if self._held + size > MAX_HELD_BYTES:
                raise HTTPException(503, "the instrument is busy: too much is being sent at once; try again")
            mine, self._held = mine + size, self._held + size
            return message

        try:
            await self._app(scope, receive_in_time, send)
        finally:
            self._held -= mine


async def _in_time(receive: "Receive") -> "Message":
    try:
        async with asyncio.timeout(SILENT_SECONDS):
            return await receive()
    except TimeoutError:
        raise HTTPException(408, f"nothing came of the request's body for {SILENT_SECONDS:g} seconds") from None
