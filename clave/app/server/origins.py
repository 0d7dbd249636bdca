"""Pages elsewhere that the player has allowed: their origins, exactly, and the headers that let a browser go on.

An origin is a scheme, a host and a port, as a browser sends it: `https://strudel.cc`, `http://localhost:4321`. None is
allowed unless it is named.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from clave.errors import ServerError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


def check_origin(origin: str) -> str:
    """The origin itself; ServerError unless it is one exactly as browsers send it."""
    parts = urlsplit(origin)
    try:
        port = parts.port
    except ValueError:
        port = -1
    host = parts.hostname or ""
    plain = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}" + (f":{port}" if port is not None else "")
    default = {"http": 80, "https": 443}.get(parts.scheme)
    if default is None or not host or port in (-1, default) or origin != plain:
        raise ServerError(
            "an origin is http:// or https:// with a host and, if it is no usual one, a port, and nothing after it, as "
            f"https://strudel.cc; got {origin!r}"
        )
    return origin


class WithOrigins:
    """Answers pages of these origins too; everything else goes on to the closed door."""

    def __init__(self, closed: "ASGIApp", origins: Sequence[str]) -> None:
        self._closed = closed
        self._origins = frozenset(each.encode() for each in map(check_origin, origins))

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a page of an allowed origin, its preflight first."""
        headers: dict[bytes, bytes] = {} if scope["type"] == "lifespan" else dict(scope["headers"])
        origin = headers.get(b"origin")
        if origin is None or origin not in self._origins:
            return await self._closed(scope, receive, send)
        allowed = _allowed(origin)
        if scope["type"] == "http" and scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            await send({"type": "http.response.start", "status": 204, "headers": [*allowed, *_PREFLIGHT]})
            return await send({"type": "http.response.body", "body": b""})

        async def send_allowed(message: "Message") -> None:
            if message["type"] == "http.response.start":
                kept: list[Any] = [each for each in message.get("headers", []) if each[0].lower() != b"vary"]
                message = {**message, "headers": [*kept, *allowed]}
            await send(message)

        # The host is checked as for any page: a name that was pointed at this machine stays refused.
        checked = (b"origin", b"sec-fetch-site")
        inner = {**scope, "headers": [each for each in scope["headers"] if each[0] not in checked]}
        return await self._closed(inner, receive, send_allowed)


_PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, POST, PATCH, DELETE"),
    (b"access-control-allow-headers", b"content-type, authorization"),
    (b"access-control-allow-private-network", b"true"),  # a page from the web asks this machine
    (b"access-control-max-age", b"600"),
]


def _allowed(origin: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"access-control-allow-origin", origin), (b"vary", b"Origin")]
