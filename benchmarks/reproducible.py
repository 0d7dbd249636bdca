"""Whether learning the same twice, in two processes, gives the same weights, bit for bit.

    python benchmarks/reproducible.py MIDI SOUNDS [--epochs 2] [--threads 2] [--quick] [--json FILE]

Learns a rhythm space from a folder of MIDI files and a sound space from one of one-shots, each twice and from scratch,
with several threads, and compares all files of weights; of a checkpoint the tensors, as it also says how long an epoch
took.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from measuring import options, print_table, write_json

WEIGHTS = (".onnx", ".safetensors", ".npz", ".bin")


def learned(kind: str, source: Path, out: Path, given: list[str]) -> dict[str, str]:
    """The hash of each file of weights of a run in a process of its own."""
    command = [sys.executable, "-m", "clave", "learn", kind, str(source), "--from", "scratch", "-o", str(out), *given]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    paths = sorted(path for path in out.iterdir() if path.suffix in WEIGHTS)
    return {path.name: hashlib.sha256(weights_of(path)).hexdigest() for path in paths}


def weights_of(path: Path) -> bytes:
    """What is to be equal: all of the file, but the remarks in the head of safetensors."""
    content = path.read_bytes()
    if path.suffix != ".safetensors":
        return content
    end = 8 + int.from_bytes(content[:8], "little")
    head = json.loads(content[8:end])
    head.pop("__metadata__", None)
    return json.dumps(head).encode() + content[end:]


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("midi", type=Path)
    parser.add_argument("sounds", type=Path)
    parser.add_argument("--epochs", type=int, default=2, metavar="N")
    parser.add_argument("--threads", type=int, default=2, metavar="N")
    given = parser.parse_args()
    epochs = 1 if given.quick else given.epochs
    numbers: dict[str, list[str]] = {}
    rows: list[tuple[str, int, str]] = []
    for kind, source in (("rhythm", given.midi), ("sound", given.sounds)):
        words = ["--epochs", str(epochs), "--threads", str(given.threads)]
        with tempfile.TemporaryDirectory(prefix="clave-") as name:
            one, other = (learned(kind, source, Path(name, each), words) for each in ("one", "other"))
        numbers[kind] = [file for file in one.keys() | other.keys() if one.get(file) != other.get(file)]
        rows.append((kind, len(one), ", ".join(sorted(numbers[kind])) or "none"))
    print_table(["space", "files of weights", "files that differ"], rows)
    write_json(numbers, given.json)
    sys.exit(any(numbers.values()))


if __name__ == "__main__":
    main()
