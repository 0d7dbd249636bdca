"""Connections of clients: how many there may be, and how soon each must have sent the head of its request."""

import asyncio
import json
from functools import cache
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_CONNECTIONS = 400  # a browser opens six to a server, and a WebSocket a page
SPARE_FILES = 100  # descriptors for everything else: models, kits, MIDI
HEAD_SECONDS = 10.0  # from connecting, or the first byte of a further request, until its head is there


@cache
def most_connections() -> int:
    """As many as there are descriptors for: macOS gives a process 256."""
    try:
        import resource
    except ImportError:  # Windows
        return MAX_CONNECTIONS
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_CONNECTIONS if files == resource.RLIM_INFINITY else max(32, min(MAX_CONNECTIONS, files - SPARE_FILES))


class Connection(H11Protocol):
    """One connection. When there are too many, those that wait for nothing make room, the oldest first."""

    _head: asyncio.TimerHandle | None = None
    taken_at = 0.0  # seconds of the loop's clock

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Take it, unless there are too many that are being answered."""
        super().connection_made(transport)
        self.taken_at = self.loop.time()
        self._expect_head()
        if len(self.connections) > most_connections() and not self._makes_room():
            self._turn_away(503, f"the instrument answers {most_connections()} connections at once; try again")

    def data_received(self, data: bytes) -> None:
        """Read on, and stop the time while a request is being answered."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if not self.waits_for_head or self.transport.is_closing():
            self._stop_time()
        elif self._head is None:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._stop_time()
        super().connection_lost(exc)

    @property
    def waits_for_head(self) -> bool:
        """Whether no request is being answered, and none has been read to the end of its head."""
        return self.conn.our_state is h11.IDLE and self.conn.their_state is h11.IDLE

    def _expect_head(self) -> None:
        self._head = self.loop.call_later(HEAD_SECONDS, self._is_late)

    def _stop_time(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _is_late(self) -> None:
        self._head = None
        if not self.transport.is_closing():
            self._turn_away(408, f"no whole request came within {HEAD_SECONDS:g} seconds")

    def _makes_room(self) -> bool:
        others: set[Any] = self.connections
        waiting = [each for each in others if isinstance(each, Connection) and each is not self and each.waits_for_head]
        if not waiting:
            return False
        min(waiting, key=lambda each: each.taken_at).timeout_keep_alive_handler()
        return True

    def _turn_away(self, status: int, error: str) -> None:
        body = json.dumps({"error": error, "kind": "busy" if status == 503 else "request"}).encode()
        lines = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            "content-type: application/json",
            f"content-length: {len(body)}",
            "retry-after: 1",
            "connection: close",
        )
        self.transport.write("\r\n".join([*lines, "", ""]).encode() + body)
        self.transport.close()
