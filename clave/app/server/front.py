"""The page at once, and the instrument behind it as soon as it has loaded.

The page's files are answered here for good: in the event loop, without a thread that would wait for those that compute.
"""

import asyncio
import mimetypes
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

from clave.app.server.invitation import Invitation
from clave.app.server.origins import WithOrigins
from clave.app.server.page_files import STATIC
from clave.app.server.security import answer, guarded, turn_away

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from clave.app.server.shared_samples import SharedSamples


class Front:
    """Answers for the page's files; every other request waits until the instrument has loaded, and goes to it.

    `load` makes the instrument, in a thread. What it raises is the result of `loading`. `samples` are for any page.
    Pages of `origins` may use the instrument from elsewhere.
    """

    def __init__(
        self,
        load: "Callable[[], ASGIApp]",
        static: Path = STATIC,
        invitation: Invitation | None = None,
        samples: "SharedSamples | None" = None,
        origins: Sequence[str] = (),
    ) -> None:
        self.loading: Future[ASGIApp] = Future()
        self._load, self._samples = load, samples
        self._files = {} if not static.is_dir() else _files(static)
        self._early = guarded(self._answer_early, invitation)
        self._door = WithOrigins(self._answer, origins) if origins else self._answer

    def start(self) -> None:
        """Begin to load."""
        threading.Thread(target=self._run, name="loading", daemon=True).start()

    def _run(self) -> None:
        try:
            self.loading.set_result(self._load())
        except BaseException as error:  # whatever it is, whoever serves this raises it
            self.loading.set_exception(error)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """One request."""
        await self._door(scope, receive, send)

    async def _answer(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if self._samples is not None and await self._samples.answers(scope, send):
            return
        loaded = self.loading.done() and self.loading.exception() is None
        if loaded and self._file_of(scope) is None:
            await self.loading.result()(scope, receive, send)
        else:
            await self._early(scope, receive, send)

    def _file_of(self, scope: "Scope") -> Path | None:
        return self._files.get(scope["path"]) if scope.get("method") in ("GET", "HEAD") else None

    async def _answer_early(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        file = self._file_of(scope)
        if file is not None:
            await _answer_file(scope, send, file)
            return
        try:
            instrument = await asyncio.shield(asyncio.wrap_future(self.loading))
        except Exception as error:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1011})
                return
            await turn_away(scope, send, 503, f"the instrument could not be loaded: {error}")
        else:
            await instrument(scope, receive, send)


async def _answer_file(scope: "Scope", send: "Send", file: Path) -> None:
    """The file, or 304 to a browser that has it."""
    known = file.stat()
    tag = f'"{known.st_mtime_ns:x}-{known.st_size:x}"'.encode()
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    text = "; charset=utf-8" if media_type.startswith("text/") else ""
    has_it = tag in dict(scope["headers"]).get(b"if-none-match", b"")
    content = b"" if has_it or scope["method"] == "HEAD" else file.read_bytes()
    size = 0 if has_it else known.st_size
    await answer(send, 304 if has_it else 200, media_type + text, content, [(b"etag", tag)], size=size)


def _files(static: Path) -> dict[str, Path]:
    """The files of the page by the paths they are served under."""
    found = {f"/{path.relative_to(static).as_posix()}": path for path in static.rglob("*") if path.is_file()}
    return found | ({"/": found["/index.html"]} if "/index.html" in found else {})
