"""Answers only to pages of this machine."""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from clave.app.server.refusals import refusal

OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")


class OnlyThisMachine:
    """Answers a browser only under this machine's own names.

    A page from elsewhere, even one whose name was pointed at 127.0.0.1, is refused.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes under our own names."""
        foreign = _foreign_name(Headers(scope=scope)) if scope["type"] == "http" else None
        if foreign is None:
            await self.app(scope, receive, send)
        else:
            answer = refusal(403, f"this instrument answers only on this machine, not as or to {foreign!r}")
            await answer(scope, receive, send)


def _foreign_name(headers: Headers) -> str | None:
    """The foreign name in `Host` or `Origin`, if there is one."""
    named = [headers.get("host", ""), headers.get("origin", "http://localhost").partition("://")[2]]
    return next((name for name in named if re.sub(r":\d+$", "", name) not in OWN_NAMES), None)
