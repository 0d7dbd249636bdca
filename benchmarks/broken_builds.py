"""Builds of a corpus that are broken off: killed ten times, or with a worker of a Dask cluster killed half-way.

    python benchmarks/broken_builds.py [--files 10000] [--kills 10] [--seed 0] [--quick] [--json FILE]

A corpus of bars and one of one-shots are each built without disturbance first. Then the same build is killed (SIGKILL)
at random moments and started again; after each kill no file may be there that is not whole. Last, two Dask workers read
the files, and one is killed when half of the shards are written. All three corpora must be the same, byte for byte.
"""

import filecmp
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from generated_drums import write_sounds
from generated_midi import write_folder
from measuring import options, print_table, write_json

from clave.files.sharded.building import read_index
from clave.files.sharded.place import place_at

WAIT_S = 600.0


def building(source: Path, out: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "clave", "corpus", "build", str(source), "-o", str(out), *options]


def broken_files(out: Path) -> list[str]:
    """Shards whose name is not the hash of what they hold, and what an index names that is not there."""
    broken = [
        path.name
        for path in (out / "rows").glob("*.parquet")
        if hashlib.sha256(path.read_bytes()).hexdigest()[:32] != path.stem
    ]
    index = read_index(place_at(out))
    if index is not None:
        broken += [each.rows for each in index.batches if not (out / f"rows/{each.rows}.parquet").is_file()]
    return broken


def differing(one: Path, other: Path) -> list[str]:
    """Files of either that the other has not, or not the same."""
    names = [
        {str(path.relative_to(each)) for path in each.rglob("*") if path.is_file() and not path.name.startswith(".")}
        for each in (one, other)
    ]
    return sorted((names[0] ^ names[1]) | set(filecmp.cmpfiles(one, other, names[0] & names[1], shallow=False)[1]))


class Times(NamedTuple):
    """Of an undisturbed build, in seconds from its start."""

    first_shard: float
    end: float


def built(source: Path, out: Path) -> Times:
    """Build without disturbance."""
    begun = time.monotonic()
    process = subprocess.Popen(building(source, out, "--jobs", "2"), stdout=subprocess.DEVNULL)
    while not list((out / "rows").glob("*.parquet")) and process.poll() is None:
        time.sleep(0.01)
    first = time.monotonic() - begun
    assert process.wait() == 0
    return Times(first, time.monotonic() - begun)


def killed(source: Path, whole: Path, out: Path, kills: int, rng: np.random.Generator, times: Times) -> dict[str, Any]:
    """A build that is killed so many times within the time of one, and then goes on to its end."""
    broken, shards = 0, list[int]()
    for _ in range(kills):
        process = subprocess.Popen(
            building(source, out, "--jobs", "2"), stdout=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(
            times.first_shard * rng.uniform(0.5, 1) + rng.uniform(0, 2) * (times.end - times.first_shard) / kills
        )
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        broken += len(broken_files(out))
        shards.append(len(list((out / "rows").glob("*.parquet"))))
    subprocess.run(building(source, out, "--jobs", "2"), check=True, stdout=subprocess.DEVNULL)
    return {"kills": kills, "broken": broken, "differing": len(differing(whole, out)), "shards_after_kills": shards}


def worker_killed(source: Path, whole: Path, out: Path, log: Path) -> dict[str, Any]:
    """A build by two Dask workers, one of which is killed when half of the shards are there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address, started = f"tcp://127.0.0.1:{port}", list[subprocess.Popen[bytes]]()
    scheduler, worker = ([sys.executable, "-m", f"distributed.cli.dask_{what}"] for what in ("scheduler", "worker"))
    with log.open("wb") as said:
        try:
            for command in (
                [*scheduler, "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
                *2 * [[*worker, address, "--nthreads", "1", "--no-dashboard"]],
            ):
                started.append(subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True))
            time.sleep(8)
            build = subprocess.Popen(building(source, out, "--cluster", address), stdout=subprocess.DEVNULL)
            half, ends = len(list((whole / "rows").iterdir())) // 2, time.monotonic() + WAIT_S
            while len(list((out / "rows").glob("*.parquet"))) < half and build.poll() is None:
                assert time.monotonic() < ends, "no shards are written"
                time.sleep(0.02)
            os.killpg(started[1].pid, signal.SIGKILL)
            at = len(list((out / "rows").glob("*.parquet")))
            code = build.wait(WAIT_S)
        finally:
            for process in started:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
    return {
        "exit_code": code,
        "shards_at_kill": at,
        "shards": len(list((whole / "rows").iterdir())),
        "differing": len(differing(whole, out)),
    }


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    files, kills = (400, 2) if given.quick else (given.files, given.kills)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="clave-") as place:
        root, rng = Path(place), np.random.default_rng(given.seed)
        sources = {"bars": write_folder(root / "midi", files), "sounds": write_sounds(root / "drums", files // 5)}
        for kind, source in sources.items():
            whole = root / f"{kind}-whole"
            times = built(source, whole)
            found[f"{kind} killed"] = killed(source, whole, root / f"{kind}-killed", kills, rng, times)
            found[f"{kind} on Dask"] = worker_killed(source, whole, root / f"{kind}-dask", root / f"{kind}.log")
    print_table(("build", "found"), ((name, str(row)) for name, row in found.items()))
    write_json(found, given.json)


if __name__ == "__main__":
    main()
