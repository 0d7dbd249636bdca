"""Who is answered: pages of this machine, or, where it is open to the network, whoever has the token.

Plain ASGI, so that it stands before everything else and costs nothing.
"""

import json
import re
from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from clave.app.server.invitation import Invitation, is_address

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")
NO_TOKEN = "this instrument is open with its link alone: open the one that clave play --host shows, or scan its code"
ENTER = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Clave</title>
<meta http-equiv="refresh" content="1;url=./"><script>location.replace("./" + location.hash)</script>"""
"""Goes on to the page from a page of our own: a strict cookie is not sent where a link of another page leads."""
SAID = '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Clave</title><p>{}.'
_PORT = re.compile(r":\d+$")
_Headers = list[tuple[bytes, bytes]]


def guarded(app: "ASGIApp", invitation: Invitation | None) -> "ASGIApp":
    """The application behind the door that fits."""
    return OnlyThisMachine(app) if invitation is None else OnlyInvited(app, invitation)


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
        else:
            await turn_away(scope, send, 403, f"this instrument answers only on this machine, not as or to {foreign!r}")


class OnlyInvited:
    """Answers whoever has the token: in a cookie, as `Authorization: Bearer TOKEN`, or once in the link `/?token=`.

    The link is answered with the cookie. A name other than this machine's own, which may have been pointed here, and a
    page from elsewhere, which would use another's cookie, are refused all the same.
    """

    def __init__(self, app: "ASGIApp", invitation: Invitation) -> None:
        self.app, self._invitation = app, invitation

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass on what comes with the token."""
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        headers: _Headers = scope["headers"]
        foreign = _foreign_address(headers)
        if foreign is not None:
            error = f"this instrument answers at its own address, not as or to {foreign!r}"
            return await turn_away(scope, send, 403, error)
        linked = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        enters = scope["path"] == "/" and scope.get("method") == "GET" and linked != ""
        if enters and self._invitation.admits(linked):
            kept = f"{self._invitation.cookie}={self._invitation.token}; HttpOnly; SameSite=Strict; Path=/"
            more = [(b"set-cookie", kept.encode()), (b"referrer-policy", b"no-referrer")]
            return await answer(send, 200, "text/html; charset=utf-8", ENTER.encode(), more)
        given = linked if scope["type"] == "websocket" and linked else _token_in(headers, self._invitation.cookie)
        if enters or not self._invitation.admits(given):
            return await turn_away(scope, send, 401, NO_TOKEN)
        return await self.app(scope, receive, send)


async def turn_away(scope: "Scope", send: "Send", status: int, error: str) -> None:
    """A Refusal, also to a WebSocket, before it is accepted."""
    if scope["type"] != "websocket":
        accepted = dict(scope["headers"]).get(b"accept", b"")
        if status == 401 and b"text/html" in accepted:
            await answer(send, status, "text/html; charset=utf-8", SAID.format(error).encode())
            return
        await refuse(send, status, error)
    elif status == 401 and "websocket.http.response" in scope.get("extensions", {}):
        await refuse(send, status, error, kind="websocket.http.response")
    else:
        await send({"type": "websocket.close", "code": 1008})


async def refuse(send: "Send", status: int, error: str, *, kind: str = "http.response") -> None:
    """A Refusal of the protocol, sent before the protocol is imported."""
    body = json.dumps({"error": error, "kind": "request"}).encode()
    await answer(send, status, "application/json", body, kind=kind)


async def answer(
    send: "Send",
    status: int,
    media_type: str,
    body: bytes,
    more: Sequence[tuple[bytes, bytes]] = (),
    *,
    kind: str = "http.response",
) -> None:
    """A whole answer; the page requests it again the next time."""
    headers = [
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-cache"),
        *more,
    ]
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})


def _names(headers: _Headers) -> tuple[str, str | None]:
    """`Host`, and the host in `Origin` if a page has sent it."""
    named = {b"host": b""} | dict(headers)
    origin = named.get(b"origin")
    host = named[b"host"].decode("latin-1")
    return host, None if origin is None else origin.partition(b"://")[2].decode("latin-1")


def _is_own(name: str) -> bool:
    return _PORT.sub("", name) in OWN_NAMES


def _foreign_name(headers: _Headers) -> str | None:
    """The foreign name in `Host` or `Origin`, if there is one."""
    host, origin = _names(headers)
    return next((name for name in (host, origin) if name is not None and not _is_own(name)), None)


def _foreign_address(headers: _Headers) -> str | None:
    """The same where it may be reached by any address: a name is foreign, and so is a page of another place."""
    host, origin = _names(headers)
    if not (_is_own(host) or is_address(_PORT.sub("", host))):
        return host
    return None if origin is None or origin == host or (_is_own(origin) and _is_own(host)) else origin


def _token_in(headers: _Headers, cookie: str) -> str:
    """The token that a request carries; nothing where it has none."""
    for name, value in headers:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return value[7:].decode("latin-1").strip()
        if name == b"cookie":
            try:
                found = SimpleCookie(value.decode("latin-1")).get(cookie)
            except CookieError:
                found = None
            if found is not None:
                return found.value
    return ""
