"""A socket on this machine, or on the network, and a server that answers on it."""

import asyncio
import contextlib
import errno
import logging
import os
import socket
from concurrent.futures import wait
from typing import TYPE_CHECKING, Any

from clave.app.server.front import Front
from clave.app.server.invitation import THIS_MACHINE
from clave.app.server.memory import return_freed_memory
from clave.errors import ServerError

if TYPE_CHECKING:
    from concurrent.futures import Future

    import uvicorn
    from starlette.types import ASGIApp

PORTS_TO_TRY = 20
MAX_MESSAGE_BYTES = 32_000_000  # of a WebSocket: as long as a project file
STOP_SECONDS = 3  # that requests may take to their end when the server is stopped
STILL_LOADING_SECONDS = 20  # for the instrument to load: Python aborts if it ends while a thread loads networks


def listen(port: int, address: str = THIS_MACHINE) -> socket.socket:
    """A listening socket at this address of the machine: this port, or the next free one; 0 takes any.

    Raises ServerError when twenty ports in a row are taken, the port may not be used or the address is of another one.
    """
    last = min(port + PORTS_TO_TRY, 65_536) if port else 1
    for candidate in range(port, last):
        # asyncio sends small answers at once only where the protocol is named: unnamed, each would wait for 40 ms
        on = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if os.name == "posix":  # elsewhere this would share a port that is taken
                on.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            on.bind((address, candidate))
            on.listen(128)
            return on
        except OSError as error:
            on.close()
            if error.errno == errno.EADDRNOTAVAIL:
                raise ServerError(f"{address} is no address of this machine: --host alone takes all it has") from error
            if error.errno != errno.EADDRINUSE:
                raise ServerError(f"cannot use port {candidate}: {error.strerror}") from error
    raise ServerError(f"ports {port} to {last - 1} are all taken; name a free one with --port")


class _WebSocket(asyncio.Protocol):
    """The protocol of a WebSocket, imported when the first one is opened: the page comes sooner."""

    def __new__(cls, **given: Any) -> Any:
        from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

        return WebSocketsSansIOProtocol(**given)


def _is_no_refused_handshake(record: logging.LogRecord) -> bool:
    """Uvicorn 0.54 takes a WebSocket that was answered 401 for one that was forgotten."""
    return record.getMessage() != "ASGI callable returned without completing handshake."


def configuration(app: "ASGIApp") -> "uvicorn.Config":
    """How it is served: by connections that are bounded, and stopped within seconds whatever a client has begun."""
    import uvicorn

    from clave.app.server.connections import Connection

    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        http=Connection,
        timeout_graceful_shutdown=STOP_SECONDS,
        ws=_WebSocket,
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,  # nothing is far away: packing takes longer than sending
    )


def serve(app: "ASGIApp", on: socket.socket) -> None:
    """Answer on this socket until Ctrl-C. An instrument that loads behind a Front loads now; raises what stops that."""
    import uvicorn

    return_freed_memory()
    config = configuration(app)
    logging.getLogger("uvicorn.error").addFilter(_is_no_refused_handshake)
    server = uvicorn.Server(config)
    if isinstance(app, Front):

        def stop_if_it_failed(loading: "Future[ASGIApp]") -> None:
            if loading.exception() is not None:  # else a Ctrl-C that came a moment before stays
                server.should_exit = True

        app.loading.add_done_callback(stop_if_it_failed)
        app.start()
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[on])
    if isinstance(app, Front):
        wait([app.loading], STILL_LOADING_SECONDS)
        if app.loading.done():
            app.loading.result()
