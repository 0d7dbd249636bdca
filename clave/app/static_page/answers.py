"""What the server would answer to a page's requests, asked without a server: it becomes files of the static page."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from clave.errors import ExportError

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def answer(app: "ASGIApp", path: str) -> bytes:
    """The body of the answer to GET /api/`path`; ExportError for any answer but a success."""
    with ThreadPoolExecutor(1) as thread:  # whoever calls may have an event loop of their own, as a notebook has
        status, body = thread.submit(lambda: asyncio.run(_ask(app, f"/api/{path}"))).result()
    if status != 200:
        raise ExportError(f"the instrument has no {path} for a page: {body.decode(errors='replace')}")
    return body


async def _ask(app: "ASGIApp", path: str) -> tuple[int, bytes]:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"localhost")], "client": None, "server": ("localhost", 80),
    }  # fmt: skip
    await app(scope, receive, send)  # pyright: ignore[reportArgumentType]
    status = next(int(each["status"]) for each in sent if each["type"] == "http.response.start")
    return status, b"".join(each.get("body", b"") for each in sent if each["type"] == "http.response.body")
