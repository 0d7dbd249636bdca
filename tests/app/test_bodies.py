"""Bodies that are too large, too slow or too many are refused in words, and are not kept."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from toy_rhythm import ToyRhythm

from clave.app.protocol import Refusal
from clave.app.server import bodies, create_app
from clave.app.server.bodies import MAX_JSON_BYTES, PatientBodies

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app(ToyRhythm()), "http://127.0.0.1:8064")


def parts(bytes_in_all: int) -> Iterator[bytes]:
    """A body whose length is not announced."""
    for _ in range(bytes_in_all // 100_000):
        yield b"[" * 100_000


def test_json_beyond_the_limit_is_refused_before_it_is_read(client: TestClient) -> None:
    announced = {**JSON, "content-length": "1000000000"}
    answer = client.post("/api/patterns", content=b"{}", headers=announced)
    assert (answer.status_code, Refusal.model_validate(answer.json()).error) == (
        413,
        "POST /api/patterns: a request in JSON is at most 4 MB",
    )


def test_json_of_unknown_length_is_refused_while_it_comes(client: TestClient) -> None:
    answer = client.post("/api/bars", content=parts(2 * MAX_JSON_BYTES), headers=JSON)
    assert answer.status_code == 413
    assert client.post("/api/patterns", json={"points": [[0, 0]]}).status_code == 200


def test_a_file_has_the_limit_of_its_kind(client: TestClient) -> None:
    answer = client.post("/api/drum-map/own.toml", content=b"#" * 100_001)
    assert (answer.status_code, "a drum map is at most 0.1 MB" in answer.text) == (413, True)
    assert client.post("/api/drum-map/own.toml", content=b"#" * 100_000).status_code != 413


def test_nested_and_broken_json_is_a_refusal(client: TestClient) -> None:
    for content in (b"[" * 100_000, b"9" * 5000, b"\xff", b'{"points": [[0, 1e999]]}', b'{"a": "\\ud800"}'):
        answer = client.post("/api/patterns", content=content, headers=JSON)
        assert 400 <= answer.status_code < 500
        Refusal.model_validate(answer.json())


def answered(asked: list[tuple[dict[str, str], list[bytes]]], seconds: float = 0.0) -> list[Any]:
    """What becomes of requests that send these parts and then nothing; each is what its application got."""

    async def read_all(scope: Any, receive: Any, _: Any) -> None:
        received = 0
        while True:
            message = await receive()
            received += len(message["body"])
            if not message["more_body"]:
                break
        scope["got"].append(received)
        await asyncio.sleep(seconds)

    app = PatientBodies(read_all)

    async def ask(headers: dict[str, str], sent: list[bytes]) -> Any:
        waiting, got = list(sent), list[int]()

        async def receive() -> Any:
            if not waiting:
                await asyncio.sleep(10)
            return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting) or b"" in sent}

        scope: Any = {"type": "http", "headers": [(a.encode(), b.encode()) for a, b in headers.items()], "got": got}
        try:
            await app(scope, receive, None)  # pyright: ignore[reportArgumentType]
        except Exception as error:
            return error
        return got[0]

    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(ask(*each) for each in asked))

    with ThreadPoolExecutor(1) as thread:  # this one may have the event loop of a browser
        return thread.submit(asyncio.run, all_at_once()).result()


def test_a_body_that_stops_coming_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SILENT_SECONDS", 0.05)
    (stalled,) = answered([({}, [b"abc", b""])])
    assert stalled.status_code == 408
    assert "nothing came" in stalled.detail


def test_bodies_count_until_they_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_HELD_BYTES", 1000)
    asked: list[tuple[dict[str, str], list[bytes]]] = [({}, [b"x" * 600]), ({}, [b"x" * 600]), ({}, [b"x" * 300])]
    first, second, third = answered(asked, 0.05)
    assert (first, third) == (600, 300)
    assert (second.status_code, "busy" in second.detail) == (503, True)
    json = {"content-type": "application/json"}
    assert [getattr(each, "status_code", each) for each in answered([(json, [b"x" * 62]), (json, [b"x"])], 0.05)] == [
        62,
        503,
    ]
    assert answered([({}, [b"x" * 900]), ({}, [b"x" * 100])]) == [900, 100]
