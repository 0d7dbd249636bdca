"""`/api/live`: the WebSocket on which the page, or any program of this machine, hears and sends controls."""

import asyncio
import json
from contextlib import suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from clave.app.server.page_bridge import Client, PageBridge
from clave.errors import ControlError
from clave.play.live.arguments import from_json_text


def add_live_routes(app: FastAPI, bridge: PageBridge) -> None:
    """The WebSocket of this bridge."""

    @app.websocket("/api/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        loop, waiting = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # the server is stopping
                loop.call_soon_threadsafe(waiting.set)

        client = bridge.join(wake)
        writing = asyncio.create_task(_write(socket, bridge, client, waiting))
        try:
            while True:
                bridge.take(client, _read(await socket.receive_text()))
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
    with suppress(RuntimeError, WebSocketDisconnect):  # it has gone: the reader notices
        while True:
            await waiting.wait()
            waiting.clear()
            for message in bridge.outgoing(client):
                await socket.send_text(json.dumps(message, allow_nan=False))
