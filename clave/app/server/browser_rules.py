"""What browsers are told about every answer: who may load it, and what a page of ours may load itself."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'"
)
"""Content security policy of the page, with a server and without. Styles are set on elements, as colours of voices;
sounds and the worker that keeps time are blobs of its own."""

HEADERS = (
    (b"content-security-policy", f"{PAGE_POLICY}; frame-ancestors 'none'".encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
)
OPENER = (b"cross-origin-opener-policy", b"same-origin")


class WithBrowserRules:
    """Adds these headers to every answer, unless it has its own. `here`: it is reached under names of this machine.

    Elsewhere, by plain http, browsers ignore the rule for windows that open each other, and complain of it.
    """

    def __init__(self, app: "ASGIApp", *, here: bool) -> None:
        self._app = app
        self._headers = (*HEADERS, OPENER) if here else HEADERS

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """One request."""

        async def send_with_rules(message: "Message") -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                given = list(message.get("headers", []))
                names = {name.lower() for name, _ in given}
                more = [each for each in self._headers if each[0] not in names]
                message = {**message, "headers": [*given, *more]}
            await send(message)

        await self._app(scope, receive, send_with_rules)
