"""How the server holds under load: the page while sounds are asked for, memory, mistakes, and stopping.

    python benchmarks/server_load.py [--quick] [--json FILE]
    pip install schemathesis  # then it sends its requests too

`clave play` in a process of its own, over real sockets, with a home of its own. The page's first byte is timed on new
connections, one after the other, while 200 sounds are asked for on 200 connections at once: the machine is as busy as
decoding makes it, so that an empty server's time stands beside it. Memory is the resident set of the process, read
after each tenth of 3,000 requests (sounds, bars, kits, MIDI files, exports and uploads). Mistakes are answers with 500
or more to requests that are drawn at random from the OpenAPI document (`tests/random_requests.py`).
"""

import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from measuring import options, print_table, write_json

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from random_requests import SOUND, RequestDraw  # pyright: ignore[reportMissingImports]

SOUNDS_AT_ONCE, REQUESTS, DRAWN = 200, 3000, 20_000
JSON = {"content-type": "application/json"}
LEARNING = ("/api/learn/start", "/api/learn/use")  # what takes minutes, or other spaces


class Playing:
    """`clave play`, and what it answers."""

    def __init__(self, home: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        command = [sys.executable, "-m", "clave", "play", "--no-open", "--port", str(self.port), "--home", str(home)]
        self.log = (home / "log").open("w")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        for _ in range(600):
            with suppress(OSError):
                if self.ask("GET", "/api/instrument")[0] == 200:
                    return
            time.sleep(0.1)
        raise SystemExit(f"clave play does not answer: see {home / 'log'}")

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of an answer, on a connection of its own."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        client.request(method, path, body, headers or {})
        answer = client.getresponse()
        content = answer.read()
        client.close()
        return answer.status, content

    def post(self, path: str, message: object) -> int:
        """The status of an answer to a message."""
        return self.ask("POST", path, json.dumps(message).encode(), JSON)[0]

    def memory_mb(self) -> float:
        """The resident set of the process."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1000
        return float("nan")

    def stop(self) -> float:
        """Press Ctrl-C; the seconds until it has gone."""
        begun = time.perf_counter()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
        self.log.close()
        return time.perf_counter() - begun


@contextmanager
def playing() -> Generator[Playing]:
    home = Path(tempfile.mkdtemp(prefix="clave-load-"))
    made = Playing(home)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.process.kill()
            made.process.wait()
        shutil.rmtree(home, ignore_errors=True)


def first_bytes_ms(server: Playing, until: threading.Event, most: int) -> list[float]:
    """How long the page and a file of it take, each on a new connection, until the event or so often."""
    took: list[float] = []
    while len(took) < most and not until.is_set():
        client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        begun = time.perf_counter()
        client.request("GET", "/" if len(took) % 2 else "/icon.svg")
        client.getresponse().read(1)
        took.append((time.perf_counter() - begun) * 1000)
        client.close()
        time.sleep(0.01)
    return took


def page_while_sounds(server: Playing, sounds: int) -> dict[str, float]:
    random = np.random.default_rng(0)
    points = random.standard_normal((sounds, 2)).tolist()
    done = threading.Event()
    quiet = first_bytes_ms(server, done, 50)

    def sound(n: int) -> int:
        return server.post(f"/api/sounds/{n % 8}", {"point": points[n], "variation": 0.3, "seed": n})

    with ThreadPoolExecutor(sounds + 1) as asking:
        timing = asking.submit(first_bytes_ms, server, done, 10_000)
        statuses = Counter(asking.map(sound, range(sounds)))
        done.set()
        busy = timing.result()
    return {
        "page_alone_p50_ms": float(np.median(quiet)),
        "page_alone_max_ms": max(quiet),
        "page_while_sounds_p50_ms": float(np.median(busy)),
        "page_while_sounds_max_ms": max(busy),
        "page_while_sounds_asked": len(busy),
        "sounds_answered": statuses[200],
        "sounds_refused_as_busy": statuses[503],
    }


def memory_mb(server: Playing, requests: int) -> list[float]:
    """After each tenth of so many requests of every kind that a player makes."""
    random, held = np.random.default_rng(1), [server.memory_mb()]
    project = json.dumps({"format": "clave project", "version": 1}).encode()

    def one(n: int) -> None:
        point = random.standard_normal(2).tolist()
        match n % 10:
            case 0 | 1 | 2 | 3:
                status = server.post(f"/api/sounds/{n % 8}", {"point": point, "variation": 0.3, "seed": n})
            case 4 | 5:
                status = server.post("/api/patterns", {"points": [point] * 8, "variation": 0.3, "seed": n})
            case 6:
                status = server.post("/api/kits/draw", {"seed": n})
            case 7:
                status = server.ask("POST", f"/api/sounds/{n % 8}/place", SOUND + n.to_bytes(4, "big"))[0]
            case 8:
                status = server.ask("POST", "/api/project/midi", project, JSON)[0]
            case _:
                status = server.ask(
                    "POST", "/api/project/export/sfz" if n % 100 == 9 else "/api/project/check", project
                )[0]
        assert status in (200, 503), (n, status)

    with ThreadPoolExecutor(8) as asking:
        for tenth in range(10):
            list(asking.map(one, range(tenth * requests // 10, (tenth + 1) * requests // 10)))
            held.append(server.memory_mb())
            print(f"memory after {(tenth + 1) * requests // 10} requests: {held[-1]:.0f} MB", flush=True)
    return held


def mistakes(server: Playing, drawn: int, seed: int) -> Counter[int]:
    """How often each status came; what is 500 or more is printed."""
    document = json.loads(server.ask("GET", "/api/openapi.json")[1])
    drawing, statuses = RequestDraw(document, seed), Counter[int]()
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    for _ in range(drawn):
        request = drawing.draw()
        try:
            client.request(
                request.method, request.path, request.body, {"content-type": request.media_type or "text/plain"}
            )
            answer = client.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            print(f"no answer: {error!r} to {request}"[:500])
            statuses[599] += 1
            client.close()
            continue
        statuses[answer.status] += 1
        if answer.status >= 500:
            print(f"{answer.status} to {request}: {content!r}"[:800])
    client.close()
    return statuses


def schemathesis_mistakes(server: Playing, seconds: float) -> dict[str, float]:
    """Requests that Schemathesis sends in so many seconds an operation, and those with a status of 500 or more.

    One operation at a time: all of them in one run spend their time on drawing whole projects. What begins to learn, or
    changes the spaces, is left to `mistakes`. Nothing where it is not installed.
    """
    if shutil.which("schemathesis") is None:
        return {}
    address = f"http://127.0.0.1:{server.port}/api/openapi.json"
    paths = json.loads(server.ask("GET", "/api/openapi.json")[1])["paths"]
    operations = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    sent, failed = 0, 0
    with tempfile.TemporaryDirectory(prefix="clave-") as folder:
        for method, path in operations:
            if path in LEARNING:
                continue
            report = Path(folder, "report.json")
            only = ["--include-name", f"{method} {path}", "--checks", "not_a_server_error", "--max-time", str(seconds)]
            drawing = ["--phases", "examples,coverage,fuzzing", "--max-examples", "400", "--seed", "14", "--no-shrink"]
            telling = ["--suppress-health-check", "all", "--report", "json", "--report-json-path", str(report)]
            command = ["schemathesis", "run", address, *only, *drawing, *telling]
            subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
            told = json.loads(report.read_text())
            sent += told["test_cases"]["generated"]
            failed += told["test_cases"]["with_failures"] + told["test_cases"]["errored"]
            for failure in told["failures"] + told["errors"]:
                print(f"{method} {path}: {failure}"[:800])
            report.unlink()
    return {"schemathesis_requests": sent, "schemathesis_failures": failed}


def stop_with_half_requests(server: Playing) -> float:
    halves = (b"GET / HT", b"POST /api/bars HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 40\r\n\r\n{", b"")
    begun = [socket.create_connection(("127.0.0.1", server.port)) for _ in halves]
    for connection, half in zip(begun, halves, strict=True):
        connection.sendall(half)
    time.sleep(0.2)
    took = server.stop()
    for connection in begun:
        connection.close()
    return took


def main() -> None:
    given = options(__doc__).parse_args()
    sounds, requests, drawn = (20, 60, 200) if given.quick else (SOUNDS_AT_ONCE, REQUESTS, DRAWN)
    numbers: dict[str, float] = {}
    with playing() as server:
        numbers |= page_while_sounds(server, sounds)
        held = memory_mb(server, requests)
        numbers |= {"memory_start_mb": held[0], "memory_third_mb": held[3], "memory_end_mb": held[-1]}
        numbers["stop_with_half_requests_s"] = stop_with_half_requests(server)
    with playing() as server:
        statuses = mistakes(server, drawn, 14)
        print("statuses:", dict(sorted(statuses.items())))
        numbers |= {"drawn_requests": drawn, "drawn_5xx": sum(n for status, n in statuses.items() if status >= 500)}
        numbers |= schemathesis_mistakes(server, 1 if given.quick else 30)
        numbers["memory_after_drawn_mb"] = server.memory_mb()
    print_table(("what", "measured"), ((name.replace("_", " "), f"{value:.4g}") for name, value in numbers.items()))
    write_json(numbers, given.json)


if __name__ == "__main__":
    main()
