"""The sounds of the kit for Strudel: `samples('http://localhost:8064')` in its editor finds them here.

Strudel runs in a page from elsewhere, which the instrument refuses. So this stands before everything else, answers for
samples and their list alone, to every page, and only where the player has turned it on.
"""

import asyncio
import json
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from clave.app.server.security import OWN_NAMES
from clave.errors import ClaveError

if TYPE_CHECKING:
    from starlette.types import Scope, Send

    from clave.play.project.document import Scene

LIST = "/strudel.json"
FOLDER = "/samples/"
KEPT_KITS = 4  # lists that were fetched lately; their samples are still there
OPEN = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-private-network", b"true"),  # a page from the web may ask this machine
]
_PORT = re.compile(r":\d+$")

Files = dict[str, bytes]
"""By their paths: the list, and the samples."""


class SharedSamples:
    """Answers for the samples of the kit that plays when their list is fetched.

    `scene` says what plays, and `write` writes its samples into a folder as `write_samples` does; they come once the
    instrument has loaded.
    """

    def __init__(self) -> None:
        self.source: Future[tuple[Callable[[], Scene], Callable[[Scene, Path], None]]] = Future()
        self._kits: dict[str, Files] = {}  # the last that was fetched comes last
        self._lock = threading.Lock()

    async def answers(self, scope: "Scope", send: "Send") -> bool:
        """Answer a request for samples, or for their list; False for what is neither."""
        headers = {name: value.decode("latin-1") for name, value in scope.get("headers", [])}
        if scope["type"] != "http" or not _is_ours(headers.get(b"host", "")):
            return False
        path, method = scope["path"], scope["method"]
        if path == "/" and _PORT.sub("", headers.get(b"origin", "").partition("://")[2]) not in ("", *OWN_NAMES):
            path = LIST  # of a page from elsewhere: where Strudel looks first
        if path != LIST and not path.startswith(FOLDER):
            return False
        if method == "OPTIONS":
            await _send(send, 204, "text/plain", b"")
        elif method not in ("GET", "HEAD"):
            await _send(send, 405, "text/plain", f"samples are read by GET, got {method}".encode())
        elif path == LIST:
            await self._send_list(send, head=method == "HEAD")
        else:
            found = next((files[path] for files in self._kits.values() if path in files), None)
            missing = f"there is no sample {path}: fetch {LIST} again".encode()
            status, kind = (404, "text/plain") if found is None else (200, "audio/wav")
            await _send(send, status, kind, missing if found is None else found, head=method == "HEAD")
        return True

    async def _send_list(self, send: "Send", *, head: bool) -> None:
        scene, write = await asyncio.shield(asyncio.wrap_future(self.source))
        try:
            files = await asyncio.to_thread(self._files, scene(), write)
        except ClaveError as error:
            await _send(send, 500, "text/plain", f"the kit cannot be written: {error}".encode())
        else:
            await _send(send, 200, "application/json", files[LIST], head=head)

    def _files(self, scene: "Scene", write: "Callable[[Scene, Path], None]") -> Files:
        """The samples of this scene's kit; they lie under a name of their own, for Strudel keeps what it has loaded."""
        mix = [each.model_dump_json() for each in scene.mix]
        key = sha256("".join([scene.kit.model_dump_json(), *mix]).encode()).hexdigest()[:8]
        with self._lock:
            files = self._kits.pop(key, None) or _written(scene, write, key)
            self._kits[key] = files
            while len(self._kits) > KEPT_KITS:
                del self._kits[next(iter(self._kits))]
            return files


def _written(scene: "Scene", write: "Callable[[Scene, Path], None]", key: str) -> Files:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(scene, folder)
        listed: dict[str, list[str]] = json.loads((folder / LIST[1:]).read_bytes())
        moved = {path: path.replace(FOLDER, f"{FOLDER}{key}/", 1) for paths in listed.values() for path in paths}
        files = {there: (folder / here[1:]).read_bytes() for here, there in moved.items()}
    names = {sound: [moved[path] for path in paths] for sound, paths in listed.items()}
    return {**files, LIST: json.dumps(names, indent=1).encode()}


def _is_ours(host: str) -> bool:
    return _PORT.sub("", host) in OWN_NAMES


async def _send(send: "Send", status: int, media_type: str, body: bytes, *, head: bool = False) -> None:
    headers = [(b"content-type", media_type.encode()), (b"content-length", str(len(body)).encode()), *OPEN]
    headers.append((b"cache-control", b"no-cache"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
