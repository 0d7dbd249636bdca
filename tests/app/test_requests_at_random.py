"""Hundreds of random requests to every endpoint, from valid to nonsense: each is answered or refused in words."""

import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from random_requests import RequestDraw
from toy_rhythm import ToyRhythm

from clave import load_rhythm, load_sound
from clave.app.kit_library import KitLibrary
from clave.app.learner import Learner
from clave.app.protocol import Refusal
from clave.app.server import create_app
from clave.errors import SpaceError
from clave.music.pattern import Pattern
from clave.rhythm.space import RhythmSpace

REQUESTS = 200


class Broken(ToyRhythm):
    """A space with a mistake of ours in it."""

    def at(self, *_given, **_named) -> list[Pattern]:  # pyright: ignore
        raise ValueError("a mistake")


def without_index(*_given: object, **_named: object) -> None:
    """The shipped index takes seconds to read."""
    raise SpaceError("this space has nothing to search in")


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(RhythmSpace, "similar", without_index)
    app = create_app(load_rhythm(), load_sound(), library=KitLibrary(tmp_path / "kept.sqlite"), static=tmp_path)
    app.state.learner = Learner(tmp_path / "learned", ["true"])
    return TestClient(app, "http://127.0.0.1:8064", raise_server_exceptions=False)


def test_no_request_is_answered_with_a_mistake_of_ours(client: TestClient) -> None:
    drawing, statuses = RequestDraw(client.get("/api/openapi.json").json(), seed=14), list[int]()
    for _ in range(REQUESTS):
        drawn = drawing.draw()
        headers = {"content-type": drawn.media_type} if drawn.media_type else {}
        answer = client.request(drawn.method, drawn.path, content=drawn.body, headers=headers)
        assert answer.status_code < 500, (drawn, answer.text)
        if answer.status_code >= 400:
            assert Refusal.model_validate(answer.json()).error
        statuses.append(answer.status_code)
    assert sum(status < 300 for status in statuses) > REQUESTS // 5, "most are refused: nothing is tried"


def test_a_mistake_of_ours_is_said_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    client = TestClient(create_app(Broken()), "http://127.0.0.1:8064", raise_server_exceptions=False)
    with caplog.at_level(logging.ERROR):
        answer = client.post("/api/patterns", json={"points": [[0, 0]]})
    told = Refusal.model_validate(answer.json())
    assert (answer.status_code, told.kind) == (500, "server")
    assert told.error == "POST /api/patterns: Clave made a mistake (ValueError); its log has more"
    assert "POST /api/patterns could not be answered" in caplog.text
