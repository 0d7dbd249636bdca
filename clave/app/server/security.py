"""Who is answered: pages of this machine, or, where it is open to the network, whoever has the token.

Plain ASGI, so that it stands before everything else and costs nothing.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from clave.app.server.browser_rules import WithBrowserRules
from clave.app.server.invitation import Invitation, is_address

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")
NO_TOKEN = "this instrument is open with its link alone: open the one that clave play --host shows, or scan its code"
ENTER = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Clave</title>
<meta http-equiv="refresh" content="1;url=./"><script>location.replace("./" + location.hash)</script>"""
"""Goes on to the page from a page of our own: a strict cookie is not sent where a link of another page leads."""
ELSEWHERE = (
    "this instrument answers its own page; what asked is a page elsewhere (its browser says so in Sec-Fetch-Site), "
    "which clave play --allow-origin may let in"
)
SAID = '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Clave</title><p>{}.'
_PORT = re.compile(r":\d+$")
_Headers = list[tuple[bytes, bytes]]


def guarded(app: "ASGIApp", invitation: Invitation | None) -> "ASGIApp":
    """The application behind the door that fits."""
    if invitation is None:
        return WithBrowserRules(OnlyOwnPage(app, _is_own, "this instrument answers only on this machine"), here=True)
    own = OnlyOwnPage(OnlyInvited(app, invitation), _is_own_or_address, "this instrument answers at its own address")
    return WithBrowserRules(own, here=False)


class OnlyOwnPage:
    """Answers a browser only under names that are `own`, and only the page that comes from here.

    A page from elsewhere, one of another port of this machine, and one whose name was pointed here are refused, with or
    without a token: it would use another's cookie.
    """

    def __init__(self, app: "ASGIApp", own: Callable[[str], bool], refusal: str) -> None:
        self.app, self._own, self._refusal = app, own, refusal

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass on what comes under own names, from our own page."""
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        foreign = _foreign_name(scope["headers"], self._own)
        if foreign is not None:
            return await turn_away(scope, send, 403, f"{self._refusal}, not as or to {foreign!r}")
        if _asked_elsewhere(scope):
            return await turn_away(scope, send, 403, ELSEWHERE)
        return await self.app(scope, receive, send)


class OnlyInvited:
    """Answers whoever has the token: in a cookie, as `Authorization: Bearer TOKEN`, or once in the link `/?token=`.

    The link is answered with the cookie.
    """

    def __init__(self, app: "ASGIApp", invitation: Invitation) -> None:
        self.app, self._invitation = app, invitation

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass on what comes with the token."""
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        headers: _Headers = scope["headers"]
        linked = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        enters = scope["path"] == "/" and scope.get("method") == "GET" and linked != ""
        if enters and self._invitation.admits(linked):
            kept = f"{self._invitation.cookie}={self._invitation.token}; HttpOnly; SameSite=Strict; Path=/"
            more = [(b"set-cookie", kept.encode()), (b"content-security-policy", _enter_policy())]
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
    size: int | None = None,
) -> None:
    """A whole answer; the page requests it again the next time. `size` is that of a body which is not sent."""
    headers = [
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(body) if size is None else size).encode()),
        (b"cache-control", b"no-cache"),
        *more,
    ]
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})


@cache
def _enter_policy() -> bytes:
    """The one script of that page, by its hash, and nothing else."""
    script = ENTER.partition("<script>")[2].partition("</script>")[0]
    known = b64encode(sha256(script.encode()).digest()).decode()
    return f"default-src 'none'; script-src 'sha256-{known}'; base-uri 'none'; frame-ancestors 'none'".encode()


def _names(headers: _Headers) -> tuple[str, str | None]:
    """`Host`, and `Origin` if a page has sent it."""
    named = {b"host": b""} | dict(headers)
    origin = named.get(b"origin")
    return named[b"host"].decode("latin-1"), None if origin is None else origin.decode("latin-1")


def _is_own(host: str) -> bool:
    """Whether this is a name of this machine alone."""
    return _PORT.sub("", host) in OWN_NAMES


def _is_own_or_address(host: str) -> bool:
    """The same where it may be reached by any address."""
    return _is_own(host) or is_address(_PORT.sub("", host))


def _foreign_name(headers: _Headers, own: Callable[[str], bool]) -> str | None:
    """The foreign name in `Host` or `Origin`, if there is one: an origin is ours with our name and port alone."""
    host, origin = _names(headers)
    if not own(host):
        return host
    return None if origin is None or origin == f"http://{host}" else origin


def _asked_elsewhere(scope: "Scope") -> bool:
    """Whether a browser says that a page of another site, or of another port, is asking. A link to the page is none."""
    named: dict[bytes, bytes] = dict(scope["headers"])
    if named.get(b"sec-fetch-site", b"none") in (b"none", b"same-origin"):
        return False
    follows = named.get(b"sec-fetch-mode") == b"navigate" and named.get(b"sec-fetch-dest") == b"document"
    return not (follows and scope["path"] == "/" and scope.get("method") == "GET")


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
