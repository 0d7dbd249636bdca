"""`/api/live`: the WebSocket on which the page, or any program that is let in, hears and sends controls."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from clave.app.server.clients import Client, device_of, text_of
from clave.app.server.device_routes import add_device_routes
from clave.app.server.page_bridge import PageBridge
from clave.errors import ControlError
from clave.play.live.arguments import from_json_text

SLOW_SECONDS = 10.0  # that a client may take for what waits
TRY_AGAIN_LATER = 1013  # of RFC 6455's registry
TOO_SLOW = "what was sent was not taken for too long; connect again to get all of it anew"


class _Waking:
    """Wakes the writers of a loop from other threads, with one call for all that are woken together."""

    def __init__(self) -> None:
        self.loop, self._lock = asyncio.get_running_loop(), threading.Lock()
        self._due: set[asyncio.Event] = set()
        self._telling = False

    def tell_soon(self, bridge: PageBridge) -> None:
        """Tell listeners of what a client has just changed: here, without waiting for the bridge's thread."""
        if not self._telling:
            self._telling = True
            self.loop.call_later(bridge.beside.tell_in(), self._tell, bridge)

    def _tell(self, bridge: PageBridge) -> None:
        self._telling = False
        bridge.beside.tell()

    def wakes(self, waiting: asyncio.Event) -> Callable[[], None]:
        """What sets this event."""

        def wake() -> None:
            with self._lock:
                first = not self._due
                self._due.add(waiting)
            if first:
                with suppress(RuntimeError):  # the server is stopping
                    self.loop.call_soon_threadsafe(self._set)

        return wake

    def _set(self) -> None:
        with self._lock:
            due, self._due = self._due, set()
        for waiting in due:
            waiting.set()


def add_live_routes(app: FastAPI, bridge: PageBridge) -> None:
    """The WebSocket of this bridge, and the way in for other devices."""
    add_device_routes(app, bridge.invitation)
    waking: list[_Waking] = []  # of the loop that serves, once it does

    @app.websocket("/api/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        if not waking or waking[0].loop is not asyncio.get_running_loop():
            waking[:] = [_Waking()]
        waiting = asyncio.Event()
        here = device_of(socket.client.host if socket.client else "?", socket.headers.get("user-agent", ""))
        client = bridge.join(waking[0].wakes(waiting), here)
        writing = asyncio.create_task(_write(socket, bridge, client, waiting))
        try:
            while True:
                bridge.take(client, _read(await socket.receive_text()))
                waking[0].tell_soon(bridge)
        except (WebSocketDisconnect, KeyError):  # KeyError: a message in bytes
            pass
        finally:
            bridge.leave(client)
            writing.cancel()


def _read(text: str) -> object:
    with suppress(ControlError):
        return from_json_text("a message", text)
    return None


async def _write(socket: WebSocket, bridge: PageBridge, client: Client, waiting: asyncio.Event) -> None:
    """Send what there is, until it has gone; a client that takes nothing is told, and left."""
    with suppress(RuntimeError, WebSocketDisconnect):  # it has gone: the reader notices
        while not client.slow:
            await waiting.wait()
            waiting.clear()
            try:
                async with asyncio.timeout(SLOW_SECONDS):
                    for message in bridge.outgoing(client):
                        await socket.send_text(text_of(message))
            except TimeoutError:
                client.slow = True
        await socket.close(TRY_AGAIN_LATER, TOO_SLOW)
