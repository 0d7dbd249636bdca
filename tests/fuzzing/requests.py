"""Every endpoint of the server, by its own description."""

import asyncio
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from clave.app.learner import Learner
from clave.app.server import create_app
from clave.app.server.pools import pool_of
from clave.errors import ClaveError
from clave.rhythm.space import load_rhythm
from clave.sound.space import load_sound
from fuzzing.door import Broken, Door
from fuzzing.music_files import midi_seeds, sound_seeds
from fuzzing.mutations import VALUES, json_bytes, mutated_bytes, mutated_json, mutated_text
from fuzzing.schema_values import SchemaValues

STUCK_SECONDS = 10.0
HEADERS = ("content-type", "content-length", "origin", "host", "range", "accept", "cookie", "authorization",
           "content-encoding", "if-modified-since", "sec-fetch-site", "x-forwarded-host")  # fmt: skip
LONG_PATIENCE = 10


class HttpDoor(Door):
    """Requests: drawn by the server's description, then changed in one place or another."""

    name, weight, noisy = "http", 6.0, True  # what computes may warn of numbers
    similar = False

    def __init__(self) -> None:
        home = Path(tempfile.mkdtemp())
        os.environ["CLAVE_HOME"] = str(home)
        (home / "static").mkdir()
        (home / "static" / "index.html").write_text("<!doctype html><title>Clave</title>")
        self._app = create_app(load_rhythm(), load_sound(), static=home / "static")
        self._app.state.learner = Learner(home / "learned", ("true",))
        self._document = self._app.openapi()
        self._uploads = [*midi_seeds(), *sound_seeds()]
        self._asked = [(path, method) for path, methods in self._document["paths"].items() for method in methods
                       if path.startswith("/api/similar/") == self.similar]  # fmt: skip

    def case(self, random: Random) -> bytes:
        """A line of JSON (method, path, headers), then the body."""
        values = SchemaValues(self._document, random)
        path, method = random.choice(self._asked)
        rule = self._document["paths"][path][method]
        headers = {"host": "localhost:8000"}
        query: list[tuple[str, str]] = []
        for each in rule.get("parameters", ()):
            given = self._parameter(values.value(each["schema"]), random)
            if each["in"] == "path":
                path = path.replace("{" + each["name"] + "}", quote(given, safe="", errors="replace"))
            elif each["in"] == "query" and random.random() < 0.7:
                query.append((each["name"], given))
        body, kind = self._body(rule, values, random)
        headers["content-type"] = kind
        if random.random() < 0.15:
            headers[random.choice(HEADERS)] = random.choice(
                ("", "*", "http://localhost:1", "-1", "9" * 30, "\xff", "a=b; c")
            )
        if random.random() < 0.03:
            path = mutated_text(path, random)
        head = [random.choice((method, method, method, method, "GET", "PUT")).upper(), path,
                urlencode(query, errors="replace"), headers]  # fmt: skip
        return json.dumps(head).encode() + b"\n" + body

    def _parameter(self, given: Any, random: Random) -> str:
        if random.random() < 0.3:
            given = random.choice((*VALUES, "kick", "1", 1, "9" * 25))
        return str(given).lower() if isinstance(given, bool) else str(given)

    def _body(self, rule: Any, values: SchemaValues, random: Random) -> tuple[bytes, str]:
        content = rule.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            value = values.value(content["application/json"]["schema"])
            if random.random() < 0.6:
                value = mutated_json(value, random, most=2)
            return json_bytes(value, random, damaged=0.05), "application/json"
        if random.random() < 0.5:
            return b"", "application/octet-stream"
        upload = random.choice(self._uploads)
        return mutated_bytes(upload, random, most=3) if random.random() < 0.6 else upload, "application/octet-stream"

    def open(self, case: bytes) -> None:
        """Answered with anything but a status in the 500s; 503 says that it is busy, or that there is no page."""
        head, _, body = case.partition(b"\n")
        method, path, query, headers = json.loads(head)
        status, answer = asyncio.run(self._answer(method, path, query, headers, body))
        if status >= 500 and status != 503:
            raise Broken(f"status {status} of {method} {path}: {answer[:200]!r}")
        if status >= 400 and answer and b'"error"' not in answer and method != "HEAD":
            raise Broken(f"status {status} of {method} {path} is no Refusal: {answer[:200]!r}")
        if status >= 400:
            raise ClaveError(f"{status}: {answer[:200]!r}")

    async def _answer(
        self, method: str, path: str, query: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes]:
        sent: list[Any] = []
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            if waiting:
                return waiting.pop()
            await asyncio.sleep(STUCK_SECONDS)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        listed = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        if "content-length" not in headers:
            listed.append((b"content-length", str(len(body)).encode()))
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
                 "path": path, "raw_path": path.encode("latin-1", "replace"), "query_string": query.encode("latin-1"),
                 "root_path": "", "headers": listed, "client": ("127.0.0.1", 5000),
                 "server": ("127.0.0.1", 8000)}  # fmt: skip
        await self._app(scope, receive, send)
        status = next(each["status"] for each in sent if each["type"] == "http.response.start")
        return status, b"".join(each.get("body", b"") for each in sent)

    def patience(self, case: bytes) -> int:
        """Long for what is long by itself, as an even path between far bars: nothing else waits for its pool."""
        with suppress(ValueError, TypeError):
            _, path, *_ = json.loads(case.partition(b"\n")[0])
            return LONG_PATIENCE if pool_of(path) == "long" else 1
        return 1

    def warm(self) -> None:
        """Ask for much of it once."""
        for seed in range(20):
            with suppress(Exception):  # found again when it is tried
                self.open(self.case(Random(seed)))


class SimilarDoor(HttpDoor):
    """Questions for what is similar, of which the first makes an index."""

    name, weight, heavy, similar = "similar", 0.1, True, True

    def warm(self) -> None:
        """Make the indices."""
        self.open(_asking("/api/similar/bars", {"pattern": {"meter": [4, 4], "strokes": [[0, 0, 1, 0]]}}))
        self.open(_asking("/api/similar/sounds/0", {"sound": {"from": "map", "point": [0, 0]}}))


def _asking(path: str, body: Any) -> bytes:
    head = ["POST", path, "", {"host": "localhost:8000", "content-type": "application/json"}]
    return json.dumps(head).encode() + b"\n" + json.dumps(body).encode()
