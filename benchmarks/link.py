"""How well Clave keeps time in an Ableton Link session, beside two bare peers of aalink in the same run.

    python benchmarks/link.py [--seconds 60] [--json FILE]

Needs Linux, `unshare` and `ip`, and the extra `link`. Two network namespaces are made, joined by a cable (veth). In one
of them is a bare peer of aalink; in the other one too, and an engine of Clave as `clave live --link` runs it. All read
the same monotonic clock. The phase error is how far the place in the bar is from that of the bare peer on the other
side, every 10 ms. After a third of the time the other side changes the tempo, after two thirds Clave does; half a
second after each is counted by itself. Then the cable is pulled for 8 s and plugged in again.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

TICK_SECONDS, READ_SECONDS, AFTER_CHANGE_SECONDS, PULLED_SECONDS, BACK_SECONDS = 0.001, 0.01, 0.5, 8.0, 6.0
TEMPOS = (103.0, 140.0, 90.0)  # the session's, then as the other side sets it, then as we do
QUANTUM = 4.0


class Reading(NamedTuple):
    """Where somebody is, and when."""

    seconds: float  # monotonic
    beat: float
    tempo_bpm: float
    peers: int


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


# ---- the other side


def be_the_peer(change_at: float) -> None:
    """A bare peer: it waits for its end of the cable, reads its place every 10 ms, and says it in lines."""
    print(os.getpid(), flush=True)
    sys.stdin.readline()
    from clave.play.live.link_session import open_session

    ip("link", "set", "lo", "up")
    ip("addr", "add", "10.64.0.2/24", "dev", "vb")
    ip("link", "set", "vb", "up")
    session = open_session(TEMPOS[0])
    changed = False
    while True:
        at, beat = session.moment()
        print(json.dumps([at, beat, session.tempo_bpm(), session.peers()]), flush=True)
        if at >= change_at and not changed:
            changed = True
            session.set_tempo(TEMPOS[1])
        time.sleep(READ_SECONDS)


@contextmanager
def the_other_side(change_at: float) -> Iterator[list[Reading]]:
    """What the peer on the other side has read so far."""
    command = ["unshare", "-n", sys.executable, __file__, "--peer", str(change_at)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as peer:
        assert peer.stdin is not None
        assert peer.stdout is not None
        pid = int(peer.stdout.readline())
        ip("link", "set", "lo", "up")
        ip("link", "add", "va", "type", "veth", "peer", "name", "vb")
        ip("link", "set", "vb", "netns", str(pid))
        ip("addr", "add", "10.64.0.1/24", "dev", "va")
        ip("link", "set", "va", "up")
        peer.stdin.write("go\n")
        peer.stdin.flush()
        found: list[Reading] = []
        threading.Thread(
            target=lambda: found.extend(Reading(*json.loads(line)) for line in peer.stdout or ()), daemon=True
        ).start()
        try:
            yield found
        finally:
            peer.kill()


# ---- this side


class Log:
    """Readings of a bare peer and of the engine, and how long ticks took."""

    def __init__(self) -> None:
        self.bare: list[Reading] = []
        self.ours: list[Reading] = []  # beat: the place in our bar
        self.sent: list[tuple[float, float]] = []  # when a step was due by the tick that noticed it, and its place
        self.longest_tick = 0.0


class Sent:
    """An output that notes when each step is noticed to be due, as outputs that send at their time do."""

    def __init__(self, log: Log) -> None:
        self._log, self._waiting = log, []

    def step(self, queued: Any) -> None:
        """Wait for it."""
        self._waiting.append(queued)

    def strike(self, strike: Any, seconds: float) -> None:
        """Nothing."""

    def release(self, now: float) -> None:
        """Note what is due."""
        while self._waiting and self._waiting[0].seconds <= now:
            self._log.sent.append((time.monotonic(), self._waiting.pop(0).step / 16))

    def silence(self, now: float) -> None:  # noqa: ARG002 -- of the interface
        """Forget what waits."""
        self._waiting.clear()


def play(seconds: float, change_at: float, log: Log) -> dict[str, Any]:
    """An engine in the session, and a bare peer beside it."""
    import clave
    from clave.play.live.engine import Engine
    from clave.play.live.link_clock import LinkClock
    from clave.play.live.link_host import LinkHost
    from clave.play.live.link_player import LinkPlayer
    from clave.play.live.link_session import open_session
    from clave.play.live.strokes import Strokes

    bare = open_session(61.0)
    with ThreadPoolExecutor(1) as beside:
        clock = LinkClock()
        engine = Engine(clave.Project(), Strokes(clave.load_rhythm()), [Sent(log)], beside)
        host = LinkHost(engine.desk, LinkPlayer(engine, clock))
        engine.desk.receive("/clave/link", (1,))
        begin, read_at, begun, changed = time.monotonic(), 0.0, False, False
        stages = seconds, seconds + PULLED_SECONDS, seconds + PULLED_SECONDS + BACK_SECONDS
        pulled, plugged, peers = False, False, dict[str, int]()
        while (now := time.monotonic()) < begin + stages[2]:
            if not begun and host.settled:
                begun = True
                engine.desk.receive("/clave/transport/play", ())
            if now >= change_at and not changed:
                changed = True
                engine.desk.receive("/clave/tempo", (TEMPOS[2],))
            if now >= begin + stages[0] and not pulled:
                peers["before"], pulled = bare.peers(), True
                ip("link", "set", "va", "down")
            if now >= begin + stages[1] and not plugged:
                peers["pulled"], plugged = bare.peers(), True
                ip("link", "set", "va", "up")
            ticked = time.monotonic()
            host.tick()
            engine.tick()
            log.longest_tick = max(log.longest_tick, time.monotonic() - ticked)
            if now - read_at >= READ_SECONDS:
                read_at = now
                log.bare.append(Reading(*bare.moment(), bare.tempo_bpm(), bare.peers()))
                place = engine.conductor.place_at(engine.conductor.now())
                if place is not None:
                    log.ours.append(Reading(time.monotonic(), place.step / 16, 0.0, 0))
            time.sleep(TICK_SECONDS)
        peers["plugged in again"] = bare.peers()
        closing = time.monotonic()
        host.close()
        bare.close()
    return {"peers": peers, "begin": begin, "closed in": round(time.monotonic() - closing, 3)}


def errors_ms(ours: list[Reading], theirs: list[Reading]) -> tuple[np.ndarray, np.ndarray]:
    """When, and how far apart the places in the bar are then."""
    at = np.array([each.seconds for each in theirs])
    beat = np.array([each.beat for each in theirs])
    tempo = np.array([each.tempo_bpm for each in theirs])
    when = np.array([each.seconds for each in ours])
    near = np.clip(np.searchsorted(at, when) - 1, 0, len(at) - 1)
    there = beat[near] + (when - at[near]) * tempo[near] / 60
    off = (np.array([each.beat for each in ours]) - there + QUANTUM / 2) % QUANTUM - QUANTUM / 2
    return when, off * 60_000 / tempo[near]


def table(log: Log, theirs: list[Reading], facts: dict[str, Any], changes: list[float], seconds: float) -> list[Any]:
    rows: list[Any] = []
    sent = [Reading(at, place, 0.0, 0) for at, place in log.sent]
    begin = facts["begin"] + 4.0  # all have met
    for name, readings in (("two bare peers", log.bare), ("Clave's place", log.ours), ("steps as sent", sent)):
        when, error = errors_ms(readings, theirs)
        near = np.any([np.abs(when - each - 0.25) < 0.25 + 1e-9 for each in changes], axis=0)
        near |= np.any([(when > each) & (when < each + AFTER_CHANGE_SECONDS) for each in changes], axis=0)
        met = (when > begin) & (when < facts["begin"] + seconds)
        again = when > facts["begin"] + seconds + PULLED_SECONDS + 3.0
        for title, rows_in in (("steady", met & ~near), ("after a change", met & near), ("plugged in again", again)):
            found = np.abs(error[rows_in])
            if found.size:
                p50, p95 = np.percentile(found, [50, 95])
                rows.append([name, title, int(found.size), float(p50), float(p95), float(found.max())])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--peer", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peer is not None:
        be_the_peer(given.peer)
    elif not given.inside:
        os.execvp("unshare", ["unshare", "-rn", sys.executable, *sys.argv, "--inside"])
    else:
        measure(given.seconds, given.json)


def measure(seconds: float, json_file: Path | None) -> None:
    start = time.monotonic()
    changes = [start + 5 + seconds / 3, start + 5 + seconds * 2 / 3]
    log = Log()
    with the_other_side(changes[0]) as theirs:
        time.sleep(2.0)
        facts = play(seconds, changes[1], log)
        rows = table(log, list(theirs), facts, changes, seconds)
    print("| phase beside the peer on the other side | when | readings | median | p95 | worst |")
    print("|---|---|---|---|---|---|")
    for name, title, count, p50, p95, worst in rows:
        print(f"| {name} | {title} | {count} | {p50:.2f} ms | {p95:.2f} ms | {worst:.2f} ms |")
    print(f"\nothers in the session: {facts['peers']}; longest tick {log.longest_tick * 1000:.0f} ms;", end=" ")
    print(f"left in {facts['closed in']} s; load {os.getloadavg()[0]:.0f}")
    if json_file is not None:
        json_file.write_text(json.dumps({"rows": rows, **facts, "longest_tick": log.longest_tick}), "utf-8")


if __name__ == "__main__":
    main()
