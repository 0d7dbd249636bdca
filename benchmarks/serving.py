"""How long the page waits for a bar, a sound and a kit, against an empty endpoint of the same server.

    python benchmarks/serving.py [--quick] [--json FILE]
    taskset -c 0 python benchmarks/serving.py  # on one core

A real client and the server in a process of its own, over a real socket; and the decode alone, without HTTP. A kit is
drawn and its eight sounds are requested at once, as the page does. Without variation a bar is what the model expects at
its point; with it, the bar is drawn token by token, which takes longer.
"""

import http.client
import json
import multiprocessing
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from measuring import options, print_table, wall_ms, write_json

from clave.app import server
from clave.latent.code import Code
from clave.rhythm import space
from clave.sound import space as sound_space

REQUESTS, SOUNDS, KITS = 1000, 100, 20
VARIATION = 0.3


def serve(on: socket.socket) -> None:
    """The instrument, and beside it an endpoint that reads what it is sent and answers with nothing."""
    app = server.create_app(space.load_rhythm(), sound_space.load_sound())

    async def nothing(_: dict[str, object]) -> dict[str, str]:
        return {}

    app.router.add_api_route("/api/nothing", nothing, methods=["POST"])
    app.router.routes.insert(0, app.router.routes.pop())  # before the files
    server.serve(app, on)


def post(client: http.client.HTTPConnection, path: str, message: dict[str, object]) -> bytes:
    client.request("POST", path, json.dumps(message), {"content-type": "application/json"})
    answer = client.getresponse()
    content = answer.read()
    assert answer.status == 200, content
    return content


def main() -> None:
    given = options(__doc__).parse_args()
    requests, sounds, kits = (20, 4, 2) if given.quick else (REQUESTS, SOUNDS, KITS)
    on = server.listen(0)
    port = on.getsockname()[1]
    serving = multiprocessing.get_context("fork").Process(target=serve, args=[on], daemon=True)
    serving.start()
    kept = http.client.HTTPConnection("127.0.0.1", port)
    rhythm = space.load_rhythm()
    random = np.random.default_rng(0)

    def patterns(points: int, variation: float = 0.0, path: str = "/api/patterns") -> bytes:
        return post(kept, path, {"points": random.standard_normal((points, 2)).tolist(), "variation": variation})

    def once(path: str, message: dict[str, object]) -> bytes:
        return post(http.client.HTTPConnection("127.0.0.1", port), path, message)

    def sound(voice: int) -> bytes:
        return once(f"/api/sounds/{voice}", {"point": random.standard_normal(2).tolist(), "variation": VARIATION})

    def kit() -> None:
        drawn = json.loads(once("/api/kits/draw", {"seed": int(random.integers(2**32))}))["voices"]
        origins = [{name: voice[name] for name in ("point", "variation", "seed")} for voice in drawn]
        with ThreadPoolExecutor(8) as page:
            list(page.map(lambda voice: once(f"/api/sounds/{voice}", origins[voice]), range(8)))

    def point() -> np.ndarray:
        return random.standard_normal((1, 2)).astype(np.float32)

    known = rhythm.expected(random.standard_normal((256, 2)).astype(np.float32))

    def decode() -> object:
        row = random.integers(len(known), size=1)
        return rhythm.decode(Code(known.map[row], known.detail[row]))

    rows: dict[str, tuple[str, Callable[[], object], int]] = {
        "empty": ("an empty endpoint", lambda: patterns(1, path="/api/nothing"), requests),
        "patterns": ("`POST /api/patterns`, 1 point", lambda: patterns(1), requests),
        "drawn": (f"the same with variation {VARIATION:g}", lambda: patterns(1, VARIATION), requests),
        "journey": ("`POST /api/patterns`, 32 points", lambda: patterns(32), requests // 10),
        "sound": ("`POST /api/sounds/{voice}`, 1 point", lambda: sound(int(random.integers(8))), sounds),
        "kit": ("a kit: drawn, then eight sounds at once", kit, kits),
        "at": ("a bar from a point, without HTTP", lambda: rhythm.at(point()), requests),
        "decode": ("a bar from map and detail, without HTTP", decode, requests),
    }
    times = {name: wall_ms(work, count) for name, (_, work, count) in rows.items()}
    serving.terminate()
    peer = np.median(times["empty"])
    print_table(
        ("request", "median ms", "p95 ms", "times the empty endpoint"),
        (
            (rows[name][0], f"{np.median(ms):.2f}", f"{np.quantile(ms, 0.95):.2f}", f"{np.median(ms) / peer:.2f}")
            for name, ms in times.items()
        ),
    )
    numbers = {f"{name}_p50_ms": float(np.median(ms)) for name, ms in times.items()}
    write_json(numbers | {f"{name}_p95_ms": float(np.quantile(ms, 0.95)) for name, ms in times.items()}, given.json)


if __name__ == "__main__":
    main()
