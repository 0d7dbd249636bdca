"""How long the page waits for a bar, a sound and a kit, against an empty endpoint of the same server.

    python benchmarks/serving.py
    taskset -c 0 python benchmarks/serving.py  # on one core

A real client and the server in a process of its own, over a real socket; and the decode alone, without HTTP. A kit is
drawn and its eight sounds are asked for at once, as the page does.
"""

import http.client
import json
import multiprocessing
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from clave.app import server
from clave.rhythm import space
from clave.sound import space as sound_space

REQUESTS = 1000
SOUNDS, KITS = 100, 20


def serve(on: socket.socket) -> None:
    """The instrument, and beside it an endpoint that reads what it is sent and answers with nothing."""
    app = server.create_app(space.load_rhythm(), sound_space.load_sound())

    async def nothing(_: dict[str, object]) -> dict[str, str]:
        return {}

    app.router.add_api_route("/api/nothing", nothing, methods=["POST"])
    app.router.routes.insert(0, app.router.routes.pop())  # before the files
    server.serve(app, on)


def milliseconds(ask: Callable[[], object], requests: int = REQUESTS) -> NDArray[np.float64]:
    times: list[float] = []
    for _ in range(requests):
        started = time.perf_counter()
        ask()
        times.append((time.perf_counter() - started) * 1000)
    return np.array(times[requests // 10 :])  # without the warm-up


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
        content = answer.read()
        assert answer.status == 200, content

    def told(path: str, message: dict[str, object]) -> bytes:
        asking = http.client.HTTPConnection("127.0.0.1", on.getsockname()[1])
        asking.request("POST", path, json.dumps(message), {"content-type": "application/json"})
        answer = asking.getresponse()
        content = answer.read()
        assert answer.status == 200, content
        return content

    def sound(voice: int) -> bytes:
        return told(f"/api/sounds/{voice}", {"point": random.standard_normal(2).tolist(), "variation": 0.3})

    def kit() -> None:
        drawn = json.loads(told("/api/kits/draw", {"seed": int(random.integers(2**32))}))["voices"]
        asked = [{name: voice[name] for name in ("point", "variation", "seed")} for voice in drawn]
        with ThreadPoolExecutor(8) as page:
            list(page.map(lambda voice: told(f"/api/sounds/{voice}", asked[voice]), range(8)))

    rows = {
        "an empty endpoint": milliseconds(lambda: post("/api/nothing", 1)),
        "`POST /api/patterns`, 1 point": milliseconds(lambda: post("/api/patterns", 1)),
        "`POST /api/patterns`, a journey of 32": milliseconds(lambda: post("/api/patterns", 32)),
        "`POST /api/sounds/{voice}`, 1 point": milliseconds(lambda: sound(int(random.integers(8))), SOUNDS),
        "a kit: drawn, then eight sounds at once": milliseconds(kit, KITS),
        "the decode of a bar alone, 1 point": milliseconds(lambda: rhythm.at(random.standard_normal((1, 2)))),
    }
    serving.terminate()
    peer = np.median(rows["an empty endpoint"])
    print("| request | median ms | p95 ms | times the empty endpoint |\n|---|---|---|---|")
    for name, times in rows.items():
        middle = np.median(times)
        print(f"| {name} | {middle:.2f} | {np.percentile(times, 95):.2f} | {middle / peer:.2f} |")


if __name__ == "__main__":
    main()
