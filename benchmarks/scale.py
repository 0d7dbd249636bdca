"""How building a corpus grows with the number of files: time, memory and bytes for 1k, 10k and 100k generated files.

    python benchmarks/scale.py [--files 1000 10000 100000] [--folder DIR] [--jobs 1] [--quick] [--json FILE]
    python benchmarks/scale.py --sounds [--variants 2] [--files 1000] ...

Files of eight bars of our own grooves, or one-shots of our own synthesizer, are written below DIR first, the same each
time; those that are there are kept.
Each size is built in a process of its own, so that its peak of memory is its own. With one job the time is that of the
processor, which a busy machine bends less than a clock. "Again" is a second build of what has not changed.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from generated_drums import total_seconds, write_sounds
from generated_midi import total_bytes, write_folder
from measuring import options, print_table, write_json

from clave.files.sharded.workers import THREADS_OF_MATRICES

SIZES = (1_000, 10_000, 100_000)


def measure(folder: Path, files: int, jobs: int, sounds: bool, variants: int) -> dict[str, Any]:
    """One size, built twice."""
    from clave.files.sharded.workers import processes
    from clave.rhythm import dataset
    from clave.sound import dataset as sound_dataset

    kind = "sounds" if sounds else "midi"
    build_sounds = partial(sound_dataset.build, variants=variants)
    write, build = (write_sounds, build_sounds) if sounds else (write_folder, dataset.build)
    source, out = write(folder / f"{kind}-{files}", files), folder / f"corpus-{kind}-{files}"
    shutil.rmtree(out, ignore_errors=True)
    pool = processes(jobs) if jobs > 1 else None
    clock = time.process_time if jobs == 1 else time.perf_counter
    started = clock()
    report: Any = build(source, out, pool=pool)
    first = clock() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started = clock()
    build(source, out, pool=pool)
    again = clock() - started
    started = clock()
    (sound_dataset if sounds else dataset).open_corpus(out)
    opened = clock() - started
    what = (
        {"sounds": report.sounds, "times_real_time": total_seconds(source) / first}
        if sounds
        else {"bars": report.bars, "files_a_second": files / first}
    )
    return {
        "files": files,
        **what,
        "seconds": first,
        "again_seconds": again,
        "open_seconds": opened,
        "peak_mb": peak,
        "source_bytes": total_bytes(source),
        "corpus_bytes": total_bytes(out),
    }


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--files", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "clave-scale")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--sounds", action="store_true", help="one-shots instead of MIDI files")
    parser.add_argument("--variants", type=int, default=2, help="of each one-shot, besides itself")
    parser.add_argument("--one", type=int, help="this size alone, as JSON: what the benchmark calls itself with")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.folder, given.one, given.jobs, given.sounds, given.variants)))
        return
    rows: list[dict[str, Any]] = []
    for files in [200] if given.quick else given.files:
        numbers = ["--one", str(files), "--jobs", str(given.jobs), "--variants", str(given.variants)]
        command = [sys.executable, __file__, *numbers, "--folder", given.folder, *["--sounds"] * given.sounds]
        one_thread = os.environ | dict.fromkeys(THREADS_OF_MATRICES, "1")  # so that a core is one
        done = subprocess.run(command, env=one_thread, check=True, capture_output=True, text=True)
        rows.append(json.loads(done.stdout.splitlines()[-1]))
    print_table(rows[0], ([f"{value:.4g}" for value in row.values()] for row in rows))
    write_json({str(row["files"]): row for row in rows}, given.json)


if __name__ == "__main__":
    main()
