"""How evenly MIDI leaves Python: 16ths and clock at 174 bpm through JACK's dummy driver, two cores loaded.

    python benchmarks/midi_jitter.py [--seconds 600] [--ahead 0.05] [--json FILE]

It needs `jackd` (Debian: jackd2) and the extra `midi`. Three senders play the same messages in the same run, each to a
port of its own: the MIDI process; the chain's own floor, a bare loop in a process that sleeps and sends; and a thread
beside two busy ones, what the process is there for. A listener takes the times at which JACK delivered them. Jitter is
the distance of a delay from the median delay. Where JACK says that it came too late itself (an xrun), it may lose or
delay what anybody sends; so the table is written once more for messages that are due 0.1 s and more away from those.
"""

import argparse
import contextlib
import json
import multiprocessing as mp
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from clave.play.live.midi_messages import HeardMessage
from clave.play.live.midi_process import AHEAD_SECONDS, MidiProcess, before_others, first_in_line
from clave.play.live.rtmidi_system import open_system
from clave.play.midi_out import MidiMessage
from clave.play.scheduler import TICK_SECONDS

TEMPO_BPM = 174
CORES = 2  # that are kept busy beside everything
CONTROL_EVERY = 60 / TEMPO_BPM / 24  # a message a pulse: as dense as a clock
SETTLE_SECONDS = 2.0
PATIENCE_SECONDS = 60.0
AWAY_SECONDS = 0.1  # from an xrun
NAMES = {"process": "the MIDI process", "floor": "bare loop, own process", "thread": "thread beside two busy ones"}


def messages(start: float, seconds: float) -> list[MidiMessage]:
    """Control changes that are numbered, so that each is known again."""
    count = int(seconds / CONTROL_EVERY)
    return [MidiMessage(start + n * CONTROL_EVERY, (0xB0 | n >> 14, n >> 7 & 127, n & 127)) for n in range(count)]


def number_of(data: tuple[int, ...]) -> int:
    return (data[0] & 15) << 14 | data[1] << 7 | data[2]


def burn(until: float) -> None:
    while time.monotonic() < until:
        sum(n * n for n in range(1000))


def bare_loop(due: list[MidiMessage], send: Callable[[tuple[int, ...]], None]) -> None:
    for seconds, data in due:
        time.sleep(max(0.0, seconds - time.monotonic()))
        send(data)


class Together:
    """All ports are open and connected before the music starts."""

    def __init__(self, jobs: int) -> None:
        self._ready, self._go = mp.Barrier(jobs + 1), mp.Barrier(jobs + 1)
        self._start = mp.Value("d", 0.0)

    def start(self) -> float:
        """Wait for the others; when the music starts."""
        self._ready.wait(PATIENCE_SECONDS)
        self._go.wait(PATIENCE_SECONDS)
        return self._start.value

    def lead(self) -> float:
        """The same for the one who says when."""
        self._ready.wait(PATIENCE_SECONDS)
        self._start.value = time.monotonic() + SETTLE_SECONDS
        self._go.wait(PATIENCE_SECONDS)
        return self._start.value


def floor_process(together: Together, seconds: float) -> None:
    port = open_system("clave-floor").create_output("floor")
    start = together.start()
    first_in_line()
    bare_loop(messages(start, seconds), port.send)


def thread_process(together: Together, seconds: float) -> None:
    port = open_system("clave-thread").create_output("thread")
    start = together.start()
    end = start + seconds
    threads = [threading.Thread(target=burn, args=(end,)) for _ in range(2)]
    threads.append(threading.Thread(target=bare_loop, args=(messages(start, seconds), port.send)))
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def clave_process(together: Together, seconds: float, ahead: float, out: Path) -> None:
    """As `clave live` plays: a busy thread, and a scheduler that hands messages to the MIDI process ahead of time."""
    before_others()
    process = MidiProcess("process", virtual=True)
    start = together.start()
    threading.Thread(target=burn, args=(start + seconds,), daemon=True).start()
    due = messages(start, seconds)[::-1]
    while due:
        now = time.monotonic()
        while due and due[-1].seconds <= now + ahead:
            process.send(due.pop())
        process.release(now)
        time.sleep(TICK_SECONDS)
    time.sleep(0.5)
    process.close()
    out.write_text(json.dumps(1000 * process.state.worst_late_seconds))


def burn_beside(together: Together, seconds: float) -> None:
    burn(together.start() + seconds)


def listen(together: Together, seconds: float, name: str, out: Path) -> None:
    system, heard = open_system(f"clave-hears-{name}"), list[HeardMessage]()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := [each for each in system.input_names() if each.endswith(f":{name}")]):
        if time.monotonic() > deadline:
            raise SystemExit(f"the port {name} did not come")
        time.sleep(0.05)
    port = system.open_input(found[0], heard.append)
    first_in_line()
    time.sleep(together.start() + seconds + SETTLE_SECONDS - time.monotonic())
    port.close()
    out.write_text(json.dumps(heard))


@contextlib.contextmanager
def jack() -> Iterator[list[float]]:
    """JACK's server, and the times of its xruns so far."""
    command = [shutil.which("jackd") or "jackd", "-R", "-d", "dummy", "-r", "48000", "-p", "64"]
    try:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except FileNotFoundError:
        sys.exit("there is no jackd here: install JACK (Debian: apt install jackd2)")
    xruns = list[float]()
    reader = threading.Thread(target=read_xruns, args=(server, xruns))
    reader.start()
    try:
        time.sleep(1.5)
        yield xruns
    finally:
        server.terminate()
        server.wait()
        reader.join()


def read_xruns(server: subprocess.Popen, xruns: list[float]) -> None:
    first_in_line()
    for line in server.stdout:
        if "XRun" in line:
            xruns.append(time.monotonic())


def measured(heard: list[list], start: float, seconds: float, xruns: list[float]) -> dict[str, float]:
    due = {number_of(each.data): each.seconds for each in messages(start, seconds)}
    near = np.array([-np.inf, *xruns, np.inf])
    due = {
        n: at
        for n, at in due.items()
        if min(abs(near[np.searchsorted(near, at) + np.array([-1, 0])] - at)) > AWAY_SECONDS
    }
    came = [(at, number_of(tuple(data))) for at, data in heard if data[0] >> 4 == 0xB]
    delays = np.array([at - due[number] for at, number in came if number in due]) * 1000
    if not len(delays):
        return {}
    jitter = np.abs(delays - np.median(delays))
    return {
        "messages": len(due),
        "lost": len(due) - len(delays),
        "delay_p50_ms": float(np.median(delays)),
        "jitter_p99_ms": float(np.quantile(jitter, 0.99)),
        "jitter_worst_ms": float(jitter.max()),
        "over_5_ms": int((jitter > 5).sum()),
    }


def show(which: str, rows: dict[str, dict[str, float]]) -> None:
    columns = "messages | lost | median delay | jitter p99 | jitter worst | over 5 ms"
    print(f"\n| sender, {which} | {columns} |\n|---|---|---|---|---|---|---|")
    for name, row in rows.items():
        if row:
            count, lost, *rest, over = row.values()
            times = " | ".join(f"{each:.2f} ms" for each in rest)
            print(f"| {NAMES[name]} | {count} | {lost} | {times} | {over} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument(
        "--ahead", type=float, default=AHEAD_SECONDS, help="how long before its time a message is given"
    )
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    mp.set_start_method("spawn")
    senders = {"process": clave_process, "floor": floor_process, "thread": thread_process}
    with tempfile.TemporaryDirectory() as folder, jack() as xruns:
        together = Together(2 * len(senders) + CORES)
        given_to_all = (together, given.seconds)
        more = {"process": (given.ahead, Path(folder) / "late")}
        jobs = [mp.Process(target=each, args=(*given_to_all, *more.get(name, ()))) for name, each in senders.items()]
        jobs += [mp.Process(target=listen, args=(*given_to_all, name, Path(folder) / name)) for name in senders]
        jobs += [mp.Process(target=burn_beside, args=given_to_all) for _ in range(CORES)]
        for job in jobs:
            job.start()
        start = together.lead()
        for job in jobs:
            job.join()
        load = os.getloadavg()[1]  # of the last five minutes
        heard = {name: json.loads((Path(folder) / name).read_text()) for name in senders}
        late = json.loads((Path(folder) / "late").read_text())
    found = {"load": load, "ahead_seconds": given.ahead, "xruns": len(xruns), "left_late_ms": late}
    for which, away in (("all", []), ("away from xruns", xruns)):
        found[which] = {name: measured(each, start, given.seconds, away) for name, each in heard.items()}
        show(which, found[which])
    print(f"\n{given.seconds:g} s at {TEMPO_BPM} bpm, {len(xruns)} xruns, load {load:.0f}")
    print(f"the MIDI process handed messages to its port {late:.2f} ms late at worst")
    if given.json:
        given.json.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
