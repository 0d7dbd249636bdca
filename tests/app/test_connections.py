"""Connections: half a request is given up, idle ones make room, and stopping waits for nobody for long."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import uvicorn

from clave.app import server
from clave.app.server import connections, listening


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the length of the body, once it is there."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
    await send({"type": "http.response.body", "body": str(size).encode()[:1]})


class Served:
    """A server in a thread."""

    def __init__(self) -> None:
        self.on = server.listen(0)
        self.port = self.on.getsockname()[1]
        self.server = uvicorn.Server(listening.configuration(echo))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.on]}, daemon=True)
        self.thread.start()

    def sends(self, content: bytes) -> socket.socket:
        """A connection that has sent so much."""
        opened = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        opened.sendall(content)
        return opened

    def asks(self) -> int:
        """The status of a whole request."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        client.request("POST", "/", b"abc")
        status = client.getresponse().status
        client.close()
        return status

    def stop(self) -> float:
        """The seconds that it took to stop."""
        begun = time.monotonic()
        self.server.should_exit = True
        self.thread.join(20)
        assert not self.thread.is_alive()
        return time.monotonic() - begun


@pytest.fixture
def served() -> Iterator[Served]:
    running = Served()
    assert running.asks() == 200
    yield running
    running.stop()


def until_closed(connection: socket.socket) -> bytes:
    content = b""
    with connection, suppress(ConnectionResetError):
        while part := connection.recv(1000):
            content += part
    return content


@pytest.mark.parametrize("before", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"], ids=["first", "further"])
def test_half_a_request_is_given_up_in_words(served: Served, before: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)
    connection = served.sends(before)
    if before:
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x")
    told = until_closed(connection)
    refused = told[told.rindex(b"HTTP/1.1") :]
    assert refused.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert json.loads(refused.partition(b"\r\n\r\n")[2])["error"] == "no whole request came within 0.1 seconds"
    assert served.asks() == 200


def test_a_request_that_is_being_sent_is_not_late(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)
    sending = served.sends(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nab")
    time.sleep(0.2)
    sending.sendall(b"cd")
    assert until_closed(sending).startswith(b"HTTP/1.1 200")


def test_idle_connections_make_room_and_too_many_requests_are_busy(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "most_connections", lambda: 3)
    idle = [served.sends(b"GET") for _ in range(6)]
    assert served.asks() == 200
    assert until_closed(idle[0]) == b""  # the oldest made room
    for each in idle[1:]:
        each.close()
    half = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab"
    answering = [served.sends(half) for _ in range(3)]
    time.sleep(0.1)
    told = until_closed(served.sends(b""))
    assert told.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert json.loads(told.partition(b"\r\n\r\n")[2])["kind"] == "busy"
    for each in answering:
        each.sendall(b"cd")
        assert each.recv(100).startswith(b"HTTP/1.1 200")
        each.close()


def test_stopping_does_not_wait_for_a_request_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "STOP_SECONDS", 0.2)
    running = Served()
    assert running.asks() == 200
    halves = [b"GET / HT", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab", b""]
    begun = [running.sends(each) for each in halves]
    time.sleep(0.05)
    assert running.stop() < 3
    for each in begun:
        each.close()
