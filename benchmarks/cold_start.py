"""How long a person waits: `clave groove` to files on disk, `clave play` to the first byte of the page, and its memory.

    python benchmarks/cold_start.py

Every start is a process of its own; the peers, bare imports in the same run, say how slow the machine is.
"""

import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

TIMES = 5


def command_seconds(*command: str) -> float:
    """From start to exit."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def groove_seconds(kit: str) -> float:
    """`clave groove --bars 8`, from start to exit, three files on disk."""
    with tempfile.TemporaryDirectory() as out:
        seconds = command_seconds("-m", "clave", "groove", "--bars", "8", "--kit", kit, "-o", out)
        assert len(list(Path(out).iterdir())) == 3
        return seconds


def play() -> tuple[float, float]:
    """`clave play`: seconds to the first byte of the page, and MB held after a kit, a bar and a sound."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "clave", "play", "--no-open", "--port", "0", "--home"]
    with (
        tempfile.TemporaryDirectory() as home,
        subprocess.Popen([*command, home], stdout=subprocess.PIPE, text=True) as playing,
    ):
        assert playing.stdout is not None
        address = re.search(r"http://\S+", playing.stdout.readline())
        assert address is not None
        with urllib.request.urlopen(address[0]) as answer:
            answer.read(1)
        seconds = time.perf_counter() - started
        asked = b'{"points": [[0, 0]]}'
        said = {"content-type": "application/json"}
        bar = urllib.request.Request(f"{address[0]}api/patterns", asked, said)
        sound = urllib.request.Request(f"{address[0]}api/sounds/0", b'{"point": [0, 0]}', said)
        for each in (bar, sound, f"{address[0]}api/kits/analogue/0.wav", f"{address[0]}api/corpus"):
            with urllib.request.urlopen(each) as answer:
                answer.read()
        status = Path(f"/proc/{playing.pid}/status")
        held = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.exists() else None
        playing.terminate()
    return seconds, int(held[1]) / 1000 if held else float("nan")


def median(measure: Callable[[], float]) -> float:
    measure()  # warm the disk
    return statistics.median(measure() for _ in range(TIMES))


def main() -> None:
    peer = median(lambda: command_seconds("-c", "import onnxruntime"))
    torch = median(lambda: command_seconds("-c", "import torch"))
    groove = median(lambda: groove_seconds("analogue"))
    decoded = median(lambda: groove_seconds("space"))
    first_byte = median(lambda: play()[0])
    print("| start, median of five | seconds | times `import onnxruntime` |\n|---|---|---|")
    for name, seconds in (
        ("`clave groove --bars 8 --kit analogue`, files on disk", groove),
        ("the same with drums decoded from the sound space", decoded),
        ("`clave play`, first byte of the page", first_byte),
        ("bare `import onnxruntime`", peer),
        ("bare `import torch`", torch),
    ):
        print(f"| {name} | {seconds:.2f} | {seconds / peer:.1f} |")
    print(f"\nmemory of the server: {play()[1]:.0f} MB")


if __name__ == "__main__":
    main()
