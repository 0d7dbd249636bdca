"""How long a person waits: `clave groove` to files on disk, `clave play` to the first byte of the page, and its memory.

    python benchmarks/cold_start.py [--quick] [--json FILE]

Every start is a process of its own; the peers, bare imports in the same run, say how slow the machine is.
"""

import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from measuring import fetch, instrument, median_of, memory_mb, options, players_environment, print_table, write_json

TIMES = 5


def command_seconds(*command: str) -> float:
    """From start to exit."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, env=players_environment(), stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def groove_seconds(kit: str) -> float:
    """`clave groove --bars 8`, from start to exit, three files on disk."""
    with tempfile.TemporaryDirectory() as out:
        seconds = command_seconds("-m", "clave", "groove", "--bars", "8", "--kit", kit, "-o", out)
        assert len(list(Path(out).iterdir())) == 3
        return seconds


def first_byte_seconds() -> float:
    """`clave play` to the first byte of the page."""
    with instrument() as playing, urllib.request.urlopen(playing.address) as answer:
        answer.read(1)
        return time.perf_counter() - playing.started


def server_mb() -> float:
    """What `clave play` holds after the page, a bar, a sound, a kit and the map."""
    with instrument() as playing:
        fetch(playing.address)
        fetch(f"{playing.address}api/patterns", {"points": [[0, 0]]})
        fetch(f"{playing.address}api/sounds/0", {"point": [0, 0]})
        fetch(f"{playing.address}api/kits/analogue/0.wav")
        fetch(f"{playing.address}api/corpus")
        return memory_mb(playing.process.pid)


def main() -> None:
    given = options(__doc__).parse_args()
    times = 1 if given.quick else TIMES
    seconds = {
        "groove": median_of(lambda: groove_seconds("analogue"), times),
        "groove_space": median_of(lambda: groove_seconds("space"), times),
        "first_byte": median_of(first_byte_seconds, times),
        "onnxruntime": median_of(lambda: command_seconds("-c", "import onnxruntime"), times),
        "torch": median_of(lambda: command_seconds("-c", "import torch"), times),
    }
    labels = {
        "groove": "`clave groove --bars 8 --kit analogue`, files on disk",
        "groove_space": "the same with drums decoded from the sound space",
        "first_byte": "`clave play`, first byte of the page",
        "onnxruntime": "bare `import onnxruntime`",
        "torch": "bare `import torch`",
    }
    print_table(
        (f"start, median of {times}", "seconds", "times `import onnxruntime`"),
        ((labels[name], f"{s:.2f}", f"{s / seconds['onnxruntime']:.1f}") for name, s in seconds.items()),
    )
    held = server_mb()
    print(f"\nmemory of the server: {held:.0f} MB")
    write_json({f"{name}_s": each for name, each in seconds.items()} | {"server_mb": held}, given.json)


if __name__ == "__main__":
    main()
