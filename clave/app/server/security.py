"""Answers only to pages of this machine; plain ASGI, so that it stands before everything else and costs nothing."""

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")
_PORT = re.compile(r":\d+$")


class OnlyThisMachine:
    """Answers a browser only under this machine's own names.

    A page from elsewhere, even one whose name was pointed at 127.0.0.1, is refused.
    """

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass on what comes under our own names."""
        foreign = None if scope["type"] == "lifespan" else _foreign_name(scope["headers"])
        if foreign is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: 403
        else:
            await refuse(send, 403, f"this instrument answers only on this machine, not as or to {foreign!r}")


async def refuse(send: "Send", status: int, error: str) -> None:
    """A Refusal of the protocol, sent before the protocol is imported."""
    body = json.dumps({"error": error, "kind": "request"}).encode()
    await answer(send, status, "application/json", body)


async def answer(send: "Send", status: int, media_type: str, body: bytes) -> None:
    """A whole answer; the page requests it again the next time."""
    headers = [
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-cache"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _foreign_name(headers: list[tuple[bytes, bytes]]) -> str | None:
    """The foreign name in `Host` or `Origin`, if there is one."""
    named = {b"host": b"", b"origin": b"http://localhost"} | dict(headers)
    for name in (named[b"host"], named[b"origin"].partition(b"://")[2]):
        if _PORT.sub("", name.decode("latin-1")) not in OWN_NAMES:
            return name.decode("latin-1")
    return None
