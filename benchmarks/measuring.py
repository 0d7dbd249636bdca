"""What the benchmarks share: their options, the data folder, clocks, a running server, real one-shots and JSON."""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from clave import wav
from clave.errors import AudioFileError
from clave.music.clip import Clip


def options(doc: str | None) -> argparse.ArgumentParser:
    """A parser with the options that every benchmark of the README's table has."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    parser.add_argument("--quick", action="store_true", help="few repetitions and little data: does it run at all?")
    return parser


def add_folder(parser: argparse.ArgumentParser, below: str) -> None:
    """The data folder as an argument; else the folder of this name in $CLAVE_DATA."""
    data = os.environ.get("CLAVE_DATA")
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?" if data else None,
        default=Path(data, below) if data else None,
        help=f"the data; else $CLAVE_DATA/{below}",
    )


def write_json(numbers: Mapping[str, Any], file: Path | None) -> None:
    """Write the numbers where the caller wants them, if anywhere."""
    if file is not None:
        file.write_text(json.dumps(numbers, indent=2) + "\n", "utf-8")


def print_table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A table in Markdown."""
    head = list(head)
    for line in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(map(str, line))} |", flush=True)


def optional_import(name: str) -> ModuleType | None:
    """A peer, or None where it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        return None


def wall_ms(work: Callable[[], object], times: int) -> np.ndarray:
    """Milliseconds that pass during each call; a tenth more calls go first, uncounted, to warm up."""
    passed: list[float] = []
    for _ in range(times + max(1, times // 10)):
        started = time.perf_counter()
        work()
        passed.append((time.perf_counter() - started) * 1000)
    return np.array(passed[-times:])


def best_seconds(work: Callable[[], object], times: int) -> float:
    """Seconds of the quickest of some calls, after one that is not counted."""
    return float(wall_ms(work, times).min()) / 1000


def median_of(measure: Callable[[], float], times: int) -> float:
    """The median of a number that is measured some times, after once that is not counted (it warms the disk)."""
    measure()
    return statistics.median(measure() for _ in range(times))


def players_environment() -> dict[str, str]:
    """The environment of a process that starts as a player's does, with every module compiled already."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class Instrument(NamedTuple):
    """A running `clave play`."""

    address: str  # ends with /
    process: "subprocess.Popen[str]"
    started: float  # time.perf_counter() before the process was made


@contextmanager
def instrument() -> Iterator[Instrument]:
    """`clave play` in a process of its own, on a free port and with an empty home; it ends with the block."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "clave", "play", "--no-open", "--port", "0", "--home"]
    with (
        tempfile.TemporaryDirectory() as home,
        subprocess.Popen([*command, home], env=players_environment(), stdout=subprocess.PIPE, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found is not None, "clave play did not say where it plays"
            yield Instrument(found[0], process, started)
        finally:
            process.terminate()


def fetch(address: str, message: object = None) -> bytes:
    """GET, or POST this message as JSON; the whole answer."""
    body = None if message is None else json.dumps(message).encode()
    request = urllib.request.Request(address, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def memory_mb(pid: int) -> float:
    """Memory that a process holds; NaN where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    held = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.exists() else None
    return int(held[1]) / 1000 if held else float("nan")


def processor_seconds(pid: int) -> float:
    """Processor time of a process so far; NaN where the system does not tell."""
    status = Path(f"/proc/{pid}/stat")
    if not status.exists():
        return float("nan")
    user, system = status.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def real_one_shots(folder: Path, each: int, rng: np.random.Generator) -> Iterator[tuple[int, Clip]]:
    """Up to so many one-shots of each voice, in the order of a draw, as voice index and clip.

    Voices are read from the names of files and folders. What cannot be read, is silent or shorter than 500 samples is
    passed over.
    """
    paths: dict[int, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in wav.SUFFIXES and (voice := wav.voice_of_path(path, folder)) is not None:
            paths[voice.index].append(path)
    for index, found in sorted(paths.items()):
        left = each
        for path in rng.permutation(np.array(found, object)):
            if not left:
                break
            try:
                clip = wav.one_shot(wav.read(path))
            except AudioFileError:
                continue
            if clip.peak > 0 and len(clip) > 500:
                yield index, clip
                left -= 1
