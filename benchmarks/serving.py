"""How long the page waits for a bar: POST /api/patterns against an empty endpoint of the same server.

    python benchmarks/serving.py

A real client and the server in a process of its own, over a real socket; and the decode alone, without HTTP.
"""

import http.client
import json
import multiprocessing
import socket
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from clave import server, space

REQUESTS = 1000


def serve(on: socket.socket) -> None:
    """The instrument, and beside it an endpoint that reads what it is sent and answers with nothing."""
    app = server.create_app(space.load_rhythm())

    async def nothing(_: dict[str, object]) -> dict[str, str]:
        return {}

    app.router.add_api_route("/api/nothing", nothing, methods=["POST"])
    app.router.routes.insert(0, app.router.routes.pop())  # before the files
    server.serve(app, on)


def milliseconds(ask: Callable[[], object]) -> NDArray[np.float64]:
    times: list[float] = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        ask()
        times.append((time.perf_counter() - started) * 1000)
    return np.array(times[REQUESTS // 10 :])  # without the warm-up


def main() -> None:
    on = server.listen(0)
    serving = multiprocessing.get_context("fork").Process(target=serve, args=[on], daemon=True)
    serving.start()
    client = http.client.HTTPConnection("127.0.0.1", on.getsockname()[1])
    rhythm = space.load_rhythm()
    random = np.random.default_rng(0)

    def post(path: str, points: int) -> None:
        body = json.dumps({"points": random.standard_normal((points, 2)).tolist(), "variation": 0.3})
        client.request("POST", path, body, {"content-type": "application/json"})
        answer = client.getresponse()
        told = answer.read()
        assert answer.status == 200, told

    rows = {
        "an empty endpoint": milliseconds(lambda: post("/api/nothing", 1)),
        "`POST /api/patterns`, 1 point": milliseconds(lambda: post("/api/patterns", 1)),
        "`POST /api/patterns`, a journey of 32": milliseconds(lambda: post("/api/patterns", 32)),
        "the decode alone, 1 point": milliseconds(lambda: rhythm.at(random.standard_normal((1, 2)))),
    }
    serving.terminate()
    peer = np.median(rows["an empty endpoint"])
    print("| request | median ms | p95 ms | times the empty endpoint |\n|---|---|---|---|")
    for name, times in rows.items():
        middle = np.median(times)
        print(f"| {name} | {middle:.2f} | {np.percentile(times, 95):.2f} | {middle / peer:.2f} |")


if __name__ == "__main__":
    main()
