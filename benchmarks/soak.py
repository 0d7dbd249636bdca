"""Playing on: eight hours in a hurry, by a clock of the benchmark's own, and so many minutes in earnest on busy cores.

    python benchmarks/soak.py [--hours H] [--player-hours H] [--minutes M] [--idle] [--quick] [--json FILE]

    undisturbed       a loop with ratchets, swing, nudges and chance, played by the engine of `clave live`: every step
                      and stroke of its plan is to be sent once, in order and at its time, and nothing else
    a player          the same for steps, while somebody turns something every 15 seconds: maps, lanes, tempo, scenes
    in earnest        `clave live` as a process, its strokes counted where OSC brings them, beside a busy process for
                      each core (none with --idle); none may come twice or out of order, and what is missing is what
                      it says that it left out, as it would have been late

Memory and descriptors are those of the process that plays, at the end of each eighth; the first eighth, in which caches
fill, is where growth is counted from.
"""

import json
import os
import re
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager, suppress
from heapq import heappop, heappush
from itertools import count, islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from measuring import memory_mb, options, players_environment, print_table, write_json

from clave import load_rhythm
from clave.errors import ClaveError, ControlError
from clave.play.arrange import VOICE_SLUGS
from clave.play.live.conductor import START_DELAY_SECONDS
from clave.play.live.engine import Engine
from clave.play.live.osc_packet import Message, read_packet
from clave.play.live.strokes import Strokes
from clave.play.output import QueuedStep
from clave.play.performance import Strike
from clave.play.project import Generated, GenerationSettings, Lane, Project, Scene, TempoChange, save

HERE = "127.0.0.1"
TICK_SECONDS = 0.05  # half of what is looked ahead
SAMPLES = 8  # of memory and descriptors
ACT_SECONDS = 15.0
TIME_TOLERANCE = 1e-6  # seconds: eight hours of steps, added up
MOST_MISSED = 64  # strokes in a row, among which the one that came is looked for
PLANNED_BARS = 64  # at once; the engine performs others
EARLY_SECONDS = 0.5  # no stroke sounds sooner before its step


class Here(Executor):
    """Runs what takes long at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run it, and keep what it returns or refuses."""
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except ClaveError as error:
            done.set_exception(error)
        return done


class Held(NamedTuple):
    """What a process holds."""

    memory_mb: float
    descriptors: int

    @classmethod
    def by(cls, pid: int) -> "Held":
        """What this process holds now."""
        folder = Path(f"/proc/{pid}/fd")
        return cls(memory_mb(pid), len(list(folder.iterdir())) if folder.exists() else 0)


def busy_project() -> Project:
    """Four generated bars, each voice with a lane of its own."""
    settings = GenerationSettings(variation=0.3)
    bars = tuple(
        Generated(point=point, settings=settings) for point in ((0.5, 0.5), (-1.0, 0.4), (0.2, -1.2), (1.4, 0.1))
    )
    lanes = [Lane() for _ in VOICE_SLUGS]
    lanes[1] = Lane(nudge_ms=8.0)
    lanes[2] = Lane(ratchet=2, probability=0.8)
    lanes[3] = Lane(loop_steps=48)
    tempo = (TempoChange(bar=0, tempo_bpm=123.0),)
    return Project(scene=Scene(bars=bars, settings=settings, lanes=tuple(lanes), tempo=tempo, swing=0.58))


def plan_of(project: Project) -> Iterator[tuple[float, int, float]]:
    """The strokes of the project, on and on: seconds since the beginning, voice, velocity."""
    strokes, since = Strokes(load_rhythm()), 0.0
    waiting: list[tuple[float, int, int, float]] = []
    number = 0
    for first in count(0, PLANNED_BARS):
        performance = strokes.perform(project, PLANNED_BARS, first)
        while waiting and waiting[0][0] < since - EARLY_SECONDS:
            seconds, _, voice, velocity = heappop(waiting)
            yield seconds, voice, velocity
        for each in performance.events():
            number += 1
            heappush(waiting, (each.seconds + since, number, each.voice, each.velocity))
        since += performance.seconds


class Checked:
    """An output that compares what it is given with the plan, and forgets it."""

    def __init__(self, plan: Iterator[tuple[float, int, float]] | None) -> None:
        self.steps = self.strokes = self.wrong_steps = self.wrong_strokes = 0
        self.worst_seconds = 0.0
        self.starts = self.begins = 0.0  # the music, from when on it may sound; its first bar
        self.late = 0
        self.now = 0.0
        self._plan = plan
        self._end: float | None = None  # of the latest step

    def step(self, queued: QueuedStep) -> None:
        """It has to begin where the one before ended."""
        self.steps += 1
        if self._end is not None and abs(queued.seconds - self._end) > TIME_TOLERANCE:
            self.wrong_steps += 1
        self._end = queued.seconds + queued.duration_seconds

    def strike(self, strike: Strike, seconds: float) -> None:
        """It has to be the next one of the plan."""
        self.strokes += 1
        self.late += seconds < self.now
        if self._plan is None:
            return
        wanted, voice, velocity = next(self._plan)
        off = abs(seconds - max(self.starts, self.begins + wanted))
        self.worst_seconds = max(self.worst_seconds, off)
        self.wrong_strokes += off > TIME_TOLERANCE or (voice, velocity) != (strike.voice, strike.velocity)

    def release(self, now: float) -> None:
        """The present time."""
        self.now = now

    def silence(self, now: float) -> None:  # noqa: ARG002 -- of the interface
        """The music begins anew."""
        self._end = None


def in_a_hurry(hours: float, player: bool) -> dict[str, Any]:
    """The engine by a clock that goes as fast as it can."""
    project = busy_project()
    rhythm = load_rhythm()
    plan = None if player else plan_of(project)
    output, seconds, said = Checked(plan), [0.0], list[str]()
    engine = Engine(project, Strokes(rhythm), [output], Here(), clock=lambda: seconds[0], report=said.append)
    engine.tick()
    engine.desk.receive("/clave/transport/play", ())
    output.starts = seconds[0] + TICK_SECONDS
    output.begins = seconds[0] + START_DELAY_SECONDS
    rng, held = np.random.default_rng(7), list[Held]()
    next_act, started = ACT_SECONDS, time.process_time()
    for eighth in range(1, SAMPLES + 1):
        while seconds[0] < eighth * hours * 3600 / SAMPLES:
            seconds[0] += TICK_SECONDS
            engine.tick()
            if player and seconds[0] >= next_act:
                next_act += ACT_SECONDS
                act(engine, rng)
        held.append(Held.by(os.getpid()))
        wrong = output.wrong_steps + output.wrong_strokes + output.late
        so_far = f"{output.steps} steps, {output.strokes} strokes, {wrong} wrong, {held[-1].memory_mb:.1f} MB"
        print(f"{seconds[0] / 3600:.2f} h: {so_far}", file=sys.stderr, flush=True)
    return {
        "hours": hours,
        "steps": output.steps,
        "strokes": output.strokes,
        "steps wrong": output.wrong_steps,
        "strokes wrong": output.wrong_strokes + output.late,
        "left out": engine.conductor.left_out,
        "worst, microseconds": output.worst_seconds * 1e6,
        "errors": len(said),
        "processor seconds": time.process_time() - started,
        **growth(held),
    }


def act(engine: Engine, rng: np.random.Generator) -> None:
    """What a player may do next; what is refused, such as an undo of nothing, is refused."""
    voice = VOICE_SLUGS[rng.integers(len(VOICE_SLUGS))]
    address, *given = [
        ("/clave/map", *rng.uniform(-3, 3, 2).tolist()),
        ("/clave/tempo", float(rng.uniform(60, 200))),
        (f"/clave/voice/{voice}/probability", float(rng.uniform(0, 1))),
        (f"/clave/voice/{voice}/ratchet", int(rng.integers(1, 4))),
        (f"/clave/voice/{voice}/level", float(rng.uniform(0, 2))),
        ("/clave/swing", float(rng.uniform(0.5, 0.75))),
        ("/clave/undo",),
        ("/clave/redo",),
    ][rng.integers(8)]
    with suppress(ControlError):  # nothing to undo
        engine.desk.receive(address, tuple(given))


def growth(held: list[Held]) -> dict[str, Any]:
    """Memory and descriptors, sample by sample, and how much more there is at the end than after the first."""
    memory, descriptors = [each.memory_mb for each in held], [each.descriptors for each in held]
    return {
        "memory, MB": [round(each, 1) for each in memory],
        "memory grown, MB": memory[-1] - memory[0],
        "descriptors": descriptors,
        "descriptors grown": descriptors[-1] - descriptors[0],
    }


@contextmanager
def busy_cores(count: int) -> Generator[None]:
    """So many processes that compute all the time, no more polite than others."""
    with ExitStack() as held:
        for _ in range(count):
            process = held.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            held.callback(process.kill)
        yield


def in_earnest(minutes: float, load: int) -> dict[str, Any]:
    """`clave live` in a process of its own, heard by OSC."""
    project = busy_project()
    plan = plan_of(project)
    with ExitStack() as held, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
        ear.bind((HERE, 0))
        file = Path(held.enter_context(tempfile.TemporaryDirectory()), "project.json")
        save(project, file)
        command = [sys.executable, "-m", "clave", "live", str(file), "--osc-in", "0", "--osc-out"]
        command += [f"{HERE}:{ear.getsockname()[1]}", "--seconds", str(minutes * 60)]
        process = held.enter_context(
            subprocess.Popen(
                command, env=players_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
        held.callback(process.terminate)
        assert process.stdout is not None
        assert re.search(r"OSC in at", process.stdout.readline()), "clave live did not begin"
        held.enter_context(busy_cores(load))
        heard, samples = listened(ear, process, minutes * 60)
        assert process.stderr is not None
        said = process.stderr.read()
    left_out = re.search(r"(\d+) strokes would have been", said)
    found = compared(heard, plan) | {"left out": int(left_out[1]) if left_out else 0}
    return {"minutes": minutes, "busy processes": load, **found, **growth(samples), "said": said.splitlines()}


def listened(
    ear: socket.socket, process: "subprocess.Popen[str]", seconds: float
) -> tuple[list[tuple[float, Message]], list[Held]]:
    """What has come until the process ended, and when; and what it held meanwhile."""
    heard: list[tuple[float, Message]] = []
    samples: list[Held] = []
    apart = seconds / (SAMPLES + 1)
    look = time.monotonic() + apart
    while process.poll() is None or select.select([ear], [], [], 0)[0]:
        if select.select([ear], [], [], 0.2)[0]:
            now = time.monotonic()
            heard += [(now, message) for message in read_packet(ear.recv(65_536))]
        if time.monotonic() >= look and len(samples) < SAMPLES and process.poll() is None:
            look += apart
            samples.append(Held.by(process.pid))
    return heard, samples


def compared(heard: list[tuple[float, Message]], plan: Iterator[tuple[float, int, float]]) -> dict[str, Any]:
    """What was missing, came twice or late; lateness is counted from the stroke that was quickest to come."""
    strokes = [(at, each.arguments) for at, each in heard if each.address == "/clave/strike"]
    steps = [each.arguments for _, each in heard if each.address == "/clave/step"]
    places = [(int(bar) - 1) * 16 + int(step) - 1 for bar, step in steps]  # type: ignore[arg-type]
    ahead, wrong, missing, late = deque[tuple[float, int, float]](), 0, 0, list[float]()
    for at, (voice, velocity, *_) in strokes:
        ahead.extend(islice(plan, MOST_MISSED - len(ahead)))
        here = (VOICE_SLUGS.index(str(voice)), round(float(velocity), 5))  # type: ignore[arg-type]
        passed = next((n for n, (_, row, loud) in enumerate(ahead) if (row, round(loud, 5)) == here), None)
        if passed is None:
            wrong += 1
            continue
        missing += passed
        late.append(at - ahead[passed][0])
        for _ in range(passed + 1):
            ahead.popleft()
    lateness = (np.array(late) - min(late)) * 1000
    return {
        "steps": len(places) * 4,
        "strokes": len(strokes),
        "steps wrong": sum(after <= before for before, after in pairwise(places)),
        "strokes wrong": wrong,
        "strokes missing": missing,
        "late, ms: median, 99 of 100, worst": np.percentile(lateness, [50, 99, 100]).round(2).tolist(),
    }


def main() -> None:
    """Print what was counted."""
    parser = options(__doc__)
    parser.add_argument("--hours", type=float, default=8.0, help="in a hurry")
    parser.add_argument("--player-hours", type=float, default=0.5, help="the same with a player: much slower")
    parser.add_argument("--minutes", type=float, default=30.0, help="in earnest; 0: not at all")
    parser.add_argument("--idle", action="store_true", help="no busy processes beside it")
    given = parser.parse_args()
    hours, minutes = (0.05, 0.1) if given.quick else (given.hours, given.minutes)
    found = {"undisturbed": in_a_hurry(hours, player=False)}
    found["a player"] = in_a_hurry(min(hours, given.player_hours), player=True)
    if minutes:
        found["in earnest"] = in_earnest(minutes, 0 if given.idle else os.cpu_count() or 1)
    rows = list(dict.fromkeys(name for each in found.values() for name in each))
    print_table(("what", *found), [(name, *(shown(each.get(name)) for each in found.values())) for name in rows])
    write_json(found, given.json)


def shown(value: object) -> str:
    """A cell of the table."""
    if isinstance(value, float):
        return f"{value:.3g}"
    return "" if value is None else json.dumps(value)


if __name__ == "__main__":
    main()
