"""How quickly OSC reaches what plays: the page in a browser, and the engine that plays without one.

    python benchmarks/osc.py [--quick] [--json FILE]

    in the page       from the moment a message is sent until the project of the open page has its value, or a later
                      one: for a voice's level, and for a place on the map, which the page decodes and draws
    page late         how much later than it should a timer of the page comes meanwhile: what no message can be under
    a second          messages that are sent, each second one wrong; and how many of the wrong ones were answered
    feedback          from a message to the news that another client gets of it

The page is asked for the time at which its project changed; both clocks are those of one machine. Needs Chromium and a
built page (scripts/page).
"""

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from measuring import options, players_environment, print_table, write_json
from playwright.sync_api import Page, sync_playwright

import clave
from clave.play.live.osc_packet import Message, read_packet, write_message

HERE = "127.0.0.1"
MOVES, BURST, A_SECOND = 300, 5000, 1000
MOVE_SECONDS = 1 / 60

WATCH = """read => {
    const value = new Function("scene", `return ${read}`);
    const found = { arrived: [], late: [] };
    window.found = found;
    let last = null;
    clave.store.project.subscribe(({ scene }) => {
        const now = value(scene);
        if (now !== last) found.arrived.push([now, performance.timeOrigin + performance.now()]);
        last = now;
    });
    let due = performance.now() + 10;
    window.timer = setInterval(() => {
        const now = performance.now();
        found.late.push(Math.max(0, now - due));
        due = now + 10;
    }, 10);
}"""
LEVEL = "/clave/voice/snare/level", "scene.mix[1].level"
PLACE = "/clave/map", "(scene.bars[0].point ?? scene.bars[0].base.point)[0]"


@contextmanager
def running(*arguments: str) -> Iterator[tuple[str, int]]:
    """A command of `clave` with OSC, its first line, and the port that OSC comes in at."""
    command = [sys.executable, "-m", "clave", *arguments]
    with subprocess.Popen(command, env=players_environment(), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            found = re.search(r"OSC \D*127\.0\.0\.1:(\d+)", said) or re.search(r":(\d+)", process.stdout.readline())
            assert found is not None, said
            yield said, int(found[1])
        finally:
            process.terminate()


class Peer:
    """Another program that speaks OSC."""

    def __init__(self, port: int) -> None:
        self._to = HERE, port
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
        self._socket.bind((HERE, 0))

    def send(self, address: str, *arguments: Any) -> None:
        """One message."""
        self._socket.sendto(write_message(address, arguments), self._to)

    def hear(self, seconds: float) -> Iterator[Message]:
        """Whatever comes within so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                packet = self._socket.recv(65_507)
            except TimeoutError:
                return
            yield from read_packet(packet)


def in_the_page(page: Page, peer: Peer, control: tuple[str, str], moves: int) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds from each of so many moves of a control to the page's project; and how late its timers are."""
    address, read = control
    page.evaluate(WATCH, read)
    sent: list[tuple[float, float]] = []
    started = time.perf_counter()
    for move in range(moves):
        value = round(0.1 + 1.8 * move / moves, 5)
        while time.perf_counter() < started + move * MOVE_SECONDS:
            time.sleep(0.0005)
        sent.append((value, time.time() * 1000))
        peer.send(address, value, *([0.25] if control is PLACE else []))
    time.sleep(1)
    found = page.evaluate("() => { clearInterval(window.timer); return window.found; }")
    arrived = [(value, at) for value, at in found["arrived"] if at >= sent[0][1]]
    delays = [min(at for there, at in arrived if there >= value - 1e-9) - at_sent for value, at_sent in sent]
    return np.array(delays), np.array(found["late"])


def burst(peer: Peer, count: int) -> tuple[float, int]:
    """Messages a second that were sent, and how many of the wrong ones among them, each second one, were answered.

    A change is not answered, so that the wrong ones stand for all of them.
    """
    started = time.perf_counter()
    for number in range(count):
        while time.perf_counter() < started + number / A_SECOND:
            time.sleep(0.0002)
        peer.send("/clave/volume", 2.0 if number % 2 else 0.5 + number / count / 4)
    took = time.perf_counter() - started
    return count / took, sum(message.address == "/clave/error" for message in peer.hear(2))


def feedback(one: Peer, other: Peer, count: int) -> np.ndarray:
    """Milliseconds from a message of one client to the news of another."""
    other.send("/clave/subscribe")
    list(other.hear(0.5))
    found: list[float] = []
    for number in range(count):
        started = time.perf_counter()
        one.send("/clave/voice/snare/level", 0.1 + number / 1000)
        for message in other.hear(1):
            if message.address == "/clave/voice/snare/level":
                found.append((time.perf_counter() - started) * 1000)
                break
    return np.array(found)


def main() -> None:
    parser = options(__doc__)
    arguments = parser.parse_args()
    moves, sent, told = (60, 1000, 20) if arguments.quick else (MOVES, BURST, 200)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    numbers: dict[str, float] = {}
    with (
        tempfile.TemporaryDirectory() as home,
        running("play", "--no-open", "--port", "0", "--home", home, "--osc-in", "0") as (said, port),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(bypass_csp=True)
        found = re.search(r"http://\S+", said)
        assert found is not None
        page.goto(found[0])
        page.wait_for_function("clave.store.corpus.value && clave.live.value?.state.value.leads")
        page.get_by_role("button", name="Play", exact=True).first.click()
        page.wait_for_function("clave.store.kitBuffers.value.length === 8 && clave.store.ground.value !== null")
        time.sleep(3)  # what the server makes once, such as the kit, is made
        peer = Peer(port)
        for name, control in (("level", LEVEL), ("map", PLACE)):
            for what, each in zip(("", "late_"), in_the_page(page, peer, control, moves), strict=True):
                numbers |= {f"page_{name}_{what}p{share}_ms": float(np.percentile(each, share)) for share in (50, 95)}
        rate, answered = burst(peer, sent)
        numbers |= {"a_second": rate, "wrong": sent // 2, "wrong_answered": answered}
        delays = feedback(peer, Peer(port), told)
        numbers |= {"feedback_p50_ms": float(np.median(delays)), "feedback_p95_ms": float(np.percentile(delays, 95))}
        browser.close()
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project.json"
        clave.project.save(clave.Project(), project)
        with running("live", str(project), "--osc-in", "0") as (_, port):
            time.sleep(2)
            rate, answered = burst(Peer(port), sent)
            numbers |= {"engine_a_second": rate, "engine_wrong_answered": answered}
            delays = feedback(Peer(port), Peer(port), told)
            numbers["engine_feedback_p95_ms"] = float(np.percentile(delays, 95))
    print_table(("what", "measured"), [(name, f"{value:.1f}") for name, value in numbers.items()])
    write_json(numbers, arguments.json)


if __name__ == "__main__":
    main()
