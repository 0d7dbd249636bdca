"""The page is there at once; whatever needs the instrument waits until it has loaded."""

import asyncio
import http.client
import json
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from toy_rhythm import ToyRhythm

from clave.app import server
from clave.app.protocol import Refusal
from clave.errors import SpaceError


@pytest.fixture
def static(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>Clave</title>", "utf-8")
    (tmp_path / "assets" / "page.js").write_text("1", "utf-8")
    return tmp_path


class Served:
    """An instrument that loads when it is let, and what it answers."""

    def __init__(self, static: Path, error: Exception | None = None, loaded: Callable[[], object] = int) -> None:
        self.may_load, self.raised = threading.Event(), list[BaseException]()

        def load() -> Any:
            assert self.may_load.wait(10)
            if error is not None:
                raise error
            return server.create_app(ToyRhythm(), static=static)

        self.on = server.listen(0)
        self.front = server.Front(load, static)
        self.front.loading.add_done_callback(lambda _: loaded())
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        try:
            server.serve(self.front, self.on)
        except BaseException as raised:
            self.raised.append(raised)
        finally:
            self.on.close()

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, str, str]:
        """Status, media type and text of an answer."""
        client = http.client.HTTPConnection("127.0.0.1", self.on.getsockname()[1], timeout=10)
        client.request(method, path, body, {"content-type": "application/json", **headers})
        answer = client.getresponse()
        text = answer.read().decode()
        client.close()
        return answer.status, str(answer.headers["content-type"]), text


def test_the_page_comes_before_the_instrument_which_answers_when_it_is_there(static: Path) -> None:
    served = Served(static)
    assert served.ask("GET", "/") == (200, "text/html; charset=utf-8", "<title>Clave</title>")
    status, media_type, text = served.ask("GET", "/assets/page.js")
    assert (status, media_type.split(";")[0], text) == (200, "text/javascript", "1")
    answers: list[tuple[int, str, str]] = []
    asking = threading.Thread(target=lambda: answers.append(served.ask("GET", "/api/instrument")))
    asking.start()
    asking.join(0.1)
    assert answers == []
    served.may_load.set()
    asking.join(10)
    assert answers[0][0] == 200
    assert json.loads(answers[0][2])["space"]["name"] == "toy"
    assert served.ask("GET", "/")[2] == "<title>Clave</title>"
    assert served.ask("POST", "/api/patterns", '{"points": [[0, 0]]}')[0] == 200
    assert served.ask("GET", "/nowhere")[0] == 404


def test_an_instrument_that_cannot_be_loaded_stops_the_server_with_its_reason(static: Path) -> None:
    served = Served(static, SpaceError("a broken space"))
    answers: list[tuple[int, str, str]] = []
    asking = threading.Thread(target=lambda: answers.append(served.ask("GET", "/api/instrument")))
    asking.start()
    asking.join(0.1)
    served.may_load.set()
    asking.join(10)
    served.thread.join(10)
    assert [str(error) for error in served.raised] == ["a broken space"]
    assert answers[0][0] == 503
    assert "a broken space" in Refusal.model_validate_json(answers[0][2]).error


def early(static: Path, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    """What is answered before anything has loaded."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    named = [(name.encode(), value.encode()) for name, value in {"host": "localhost", **headers}.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": named}

    async def ask() -> None:
        await asyncio.wait_for(server.Front(lambda: None, static)(scope, receive, send), 0.05)  # pyright: ignore

    with ThreadPoolExecutor(1) as thread:  # this one may have the event loop of a browser
        thread.submit(asyncio.run, ask()).result()
    return sent[0]["status"], sent[1]["body"]


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> list[uvicorn.Server]:
    """Those that run."""
    found, run = list[uvicorn.Server](), uvicorn.Server.run

    def kept(each: uvicorn.Server, sockets: Any = None) -> None:
        found.append(each)
        run(each, sockets)

    monkeypatch.setattr(uvicorn.Server, "run", kept)
    return found


def test_a_server_that_is_stopped_as_it_has_loaded_ends(static: Path, servers: list[uvicorn.Server]) -> None:
    served = Served(static, loaded=lambda: setattr(servers[0], "should_exit", True))  # as Ctrl-C does
    assert served.ask("GET", "/")[0] == 200
    served.may_load.set()
    served.thread.join(5.0)
    assert not served.thread.is_alive(), "Ctrl-C at the moment when it has loaded was forgotten"
    assert served.raised == []


def test_a_server_that_is_stopped_long_before_waits_for_it(static: Path, servers: list[uvicorn.Server]) -> None:
    served = Served(static)
    assert served.ask("GET", "/")[0] == 200
    servers[0].should_exit = True
    served.thread.join(1.0)
    assert served.thread.is_alive(), "a thread that loads networks while Python ends would abort the program"
    served.may_load.set()
    served.thread.join(5.0)
    assert not served.thread.is_alive()
    assert served.raised == []


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example"}, {"origin": "http://evil.example"}, {"origin": "null"}], ids=str
)
def test_strangers_are_refused_before_anything_has_loaded(static: Path, headers: dict[str, str]) -> None:
    status, body = early(static, "/", **headers)
    assert status == 403
    assert "only on this machine" in Refusal.model_validate_json(body).error


@pytest.mark.parametrize("path", ["/..%2findex.html", "/../index.html", "/assets", "/assets/../index.html", "//"])
def test_no_path_leads_out_of_the_page(static: Path, path: str) -> None:
    (static.parent / "index.html").write_text("secret", "utf-8")
    with pytest.raises(TimeoutError):
        early(static, path)


def test_a_page_that_is_not_built_is_left_to_the_instrument(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):
        early(tmp_path / "nothing", "/")
    with pytest.raises(TimeoutError):
        early(tmp_path, "/", "POST")


def test_the_page_never_waits_for_what_computes_and_a_browser_that_has_it_is_told_so(static: Path) -> None:
    """Its files are answered in the event loop: with an instrument of which every request waits for ever, too."""
    served = Served(static)
    served.may_load.set()
    assert served.ask("GET", "/api/instrument")[0] == 200
    hangs = asyncio.Event()

    async def instrument(*_: Any) -> None:
        await hangs.wait()

    served.front.loading = Future()
    served.front.loading.set_result(instrument)
    client = http.client.HTTPConnection("127.0.0.1", served.on.getsockname()[1], timeout=10)
    client.request("GET", "/assets/page.js")
    first = client.getresponse()
    assert (first.status, first.read(), first.headers["cache-control"]) == (200, b"1", "no-cache")
    for method, headers, status, length in (
        ("GET", {"if-none-match": f'W/"x", {first.headers["etag"]}'}, 304, "0"),
        ("GET", {"if-none-match": '"another"'}, 200, "1"),
        ("HEAD", {}, 200, "1"),
    ):
        client.request(method, "/assets/page.js", headers=headers)
        answer = client.getresponse()
        answer.read()
        assert (answer.status, answer.headers["content-length"]) == (status, length), (method, headers)
    client.close()
