"""How quickly a hundred WebSocket clients hear of what one player changes, and what that costs the server.

    python benchmarks/watchers.py [--quick] [--watchers 100] [--json FILE]

A player, who stands for the leading page, moves the map 60 times a second for 20 seconds; every other client has
subscribed. In the same run, and with the same clients, a bare server does the least that can be done: uvicorn and
Starlette send each message of the player on to everybody, as it is.

    p50, p95, worst   from the moment the player sends a change until a client has it, or a later one
    cores             processor time of the server, of all its threads, for each second of the run
    messages          that all clients have got, a second: the changes of a hundredth of a second come as one

With --idle N so many more clients read nothing, as a phone that sleeps: the others must not notice.
Processor time is read from /proc, and so on Linux alone. Both clocks are those of one machine.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from measuring import options, players_environment, print_table, write_json
from websockets.asyncio.client import ClientConnection, connect

from clave.play.project import Project

MOVES_A_SECOND = 60
SECONDS, QUICK_SECONDS = 20.0, 3.0
NUMBER = re.compile(rb'"/clave/map/x": \[([-0-9.e]+)\]|"peer": ([-0-9.e]+)')


class Heard(NamedTuple):
    """What one client has got: when, and the value it was told."""

    at: list[float]
    value: list[float]


class Serving(NamedTuple):
    """A server of this run."""

    address: str
    pid: int


@contextmanager
def started(*command: str) -> Iterator[Serving]:
    """A server that says its address in its first line."""
    with subprocess.Popen(command, env=players_environment(), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://(\S+:\d+)", process.stdout.readline())
            assert found is not None
            yield Serving(found[1], process.pid)
        finally:
            process.terminate()


def peer() -> None:
    """The bare server: what the player sends goes to everybody else."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import WebSocketRoute
    from starlette.websockets import WebSocket, WebSocketDisconnect

    from clave.app.server import listen

    everybody: list[WebSocket] = []

    async def live(socket: WebSocket) -> None:
        await socket.accept()
        everybody.append(socket)
        try:
            while True:
                text = await socket.receive_text()
                await asyncio.gather(*(each.send_text(text) for each in everybody if each is not socket))
        except WebSocketDisconnect:
            everybody.remove(socket)

    on = listen(0)
    print(f"http://127.0.0.1:{on.getsockname()[1]}", flush=True)
    app = Starlette(routes=[WebSocketRoute("/api/live", live)])
    config = uvicorn.Config(
        app, log_level="error", lifespan="off", ws="websockets-sansio", ws_per_message_deflate=False
    )
    uvicorn.Server(config).run(sockets=[on])


async def watch(socket: ClientConnection, heard: Heard) -> None:
    """Note what comes, as bytes: a client that does more would be measured too."""
    async for message in socket:
        found = NUMBER.search(message if isinstance(message, bytes) else message.encode())
        if found is not None:
            heard.at.append(time.perf_counter())
            heard.value.append(float(found[1] or found[2]))


async def play(player: ClientConnection, moves: int, *, bare: bool) -> list[tuple[float, float]]:
    """Move the map; when, and where to."""
    sent: list[tuple[float, float]] = []
    started_at = time.perf_counter()
    for move in range(moves):
        await asyncio.sleep(max(0.0, started_at + move / MOVES_A_SECOND - time.perf_counter()))
        value = round(2.9 * (move + 1) / moves, 6)
        message: dict[str, Any] = {"peer": value}
        if not bare:
            message = {"kind": "patch", "seen": 0, "changes": [[["scene", "bars", 0, "point"], [value, 0.25]]]}
        sent.append((time.perf_counter(), value))
        await player.send(json.dumps(message))
    return sent


def processor_seconds(pid: int) -> float:
    """Of all threads of a process, so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def led(player: ClientConnection) -> None:
    """The player's page leads, and its project is known."""
    await player.send(json.dumps({"kind": "page"}))
    while json.loads(await player.recv())["kind"] != "send project":
        pass
    await player.send(json.dumps({"kind": "project", "project": Project().model_dump(mode="json")}))


async def measured(serving: Serving, watchers: int, idle: int, seconds: float, *, bare: bool) -> dict[str, float]:
    """One run against one server."""
    url, moves = f"ws://{serving.address}/api/live", round(seconds * MOVES_A_SECOND)
    given: dict[str, Any] = {"compression": None, "max_queue": None, "ping_interval": None}
    async with connect(url, **given) as player:
        if not bare:
            await led(player)
        sockets = [await connect(url, **given) for _ in range(watchers)]
        sleeping = [await connect(url, compression=None, ping_interval=None, max_queue=1) for _ in range(idle)]
        if not bare:
            for socket in (*sockets, *sleeping):
                await socket.send(json.dumps({"kind": "subscribe"}))
        heard = [Heard([], []) for _ in sockets]
        watching = [asyncio.create_task(watch(*each)) for each in zip(sockets, heard, strict=True)]
        await asyncio.sleep(1.5)
        before, since = processor_seconds(serving.pid), time.perf_counter()
        counted = sum(len(each.at) for each in heard)
        sent = await play(player, moves, bare=bare)
        took, spent = time.perf_counter() - since, processor_seconds(serving.pid) - before
        await asyncio.sleep(1)
        messages = sum(len(each.at) for each in heard) - counted
        for socket in sleeping:
            socket.transport.abort()
        await asyncio.gather(*(socket.close() for socket in sockets))
        await asyncio.gather(*watching)
    delays = np.concatenate([delays_of(sent, each) for each in heard]) * 1000
    return {
        "p50_ms": float(np.median(delays)),
        "p95_ms": float(np.percentile(delays, 95)),
        "worst_ms": float(delays.max()),
        "cores": spent / took,
        "messages_a_second": messages / took,
    }


def delays_of(sent: list[tuple[float, float]], heard: Heard) -> np.ndarray:
    """Seconds from each change until the client had it, or a later one."""
    values, at = np.array(heard.value), np.array(heard.at)
    where = np.searchsorted(values, [value - 1e-9 for _, value in sent])
    assert (where < len(values)).all(), "the last change did not arrive"
    return at[where] - np.array([moment for moment, _ in sent])


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--watchers", type=int, default=100, metavar="N")
    parser.add_argument("--idle", type=int, default=0, metavar="N", help="so many more that read nothing")
    parser.add_argument("--peer", action="store_true", help="be the bare server")
    given = parser.parse_args()
    if given.peer:
        return peer()
    seconds = QUICK_SECONDS if given.quick else SECONDS
    numbers: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as home:
        play_it = (sys.executable, "-m", "clave", "play", "--no-open", "--port", "0", "--home", home, "--sound", "none")
        for name, command in (("clave", play_it), ("bare server", (sys.executable, __file__, "--peer"))):
            with started(*command) as serving:
                bare = name != "clave"
                numbers[name] = asyncio.run(measured(serving, given.watchers, given.idle, seconds, bare=bare))
    columns = list(next(iter(numbers.values())))
    print_table(
        ("server", *columns), [(name, *(f"{row[each]:.2f}" for each in columns)) for name, row in numbers.items()]
    )
    write_json(numbers, given.json)
    return None


if __name__ == "__main__":
    main()
