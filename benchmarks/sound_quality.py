"""How good the shipped sound space is on unseen kits: what the README shows of `clave evaluate sound`.

    python benchmarks/sound_quality.py FOLDER [--quick] [--json FILE]

FOLDER (or $CLAVE_DATA/oneshots) holds one-shots with their manifest.csv: those that the space has learned from and
others. It takes about half an hour on one core; `--quick` takes every fourth sound, and its numbers mean nothing.
"""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from measuring import add_folder, options, print_table, write_json


def main() -> None:
    parser = options(__doc__)
    add_folder(parser, "oneshots")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch, "table")
        command = [sys.executable, "-m", "clave", "evaluate", "sound", str(given.folder), "-o", str(out)]
        if given.quick:
            listing = part_of(given.folder / "manifest.csv", Path(scratch, "part.csv"), every=4)
            command += ["--list", str(listing), "--draws", "3", "--sounds", "1"]
        subprocess.run(command, check=True)
        numbers = numbers_of(json.loads((out / "evaluation.json").read_text("utf-8")))
    print_table(("number", "value"), ((name, f"{value:.4g}") for name, value in numbers.items()))
    write_json(numbers, given.json)


def part_of(manifest: Path, part: Path, every: int) -> Path:
    """A list with every so-manieth sound of another."""
    head, *rows = manifest.read_text("utf-8").splitlines(keepends=True)
    part.write_text("".join([head, *rows[::every]]), "utf-8")
    assert next(csv.reader([head])), "a list has columns"
    return part


def numbers_of(table: dict[str, Any]) -> dict[str, float]:
    """What the README shows of an evaluation.json."""
    name = table["spaces"][0]
    decoded, samples, sets, paths = (table[part] for part in ("reconstruction", "samples", "sets", "paths"))
    ours, nearest = decoded[name], decoded["the nearest training sound"]
    alone = decoded["the spectrogram alone, no model"]
    return {
        "distance_db": ours["log_spectral_distance_db"],
        "error_db": ours["multi_resolution_db"],
        "nearest_distance_db": nearest["log_spectral_distance_db"],
        "nearest_error_db": nearest["multi_resolution_db"],
        "alone_distance_db": alone["log_spectral_distance_db"],
        "alone_error_db": alone["multi_resolution_db"],
        "attack_ms": ours["attack_error_ms"],
        "decay": ours["decay_error"],
        "nearest_attack_ms": nearest["attack_error_ms"],
        "nearest_decay": nearest["decay_error"],
        "draws": table["draws"],
        "recognised": samples[f"samples, {name}"]["recognised"],
        "real_recognised": samples["real, held out"]["recognised"],
        "kid_floors": sets[f"samples, {name}"]["times_floor"],
        "learned_kid_floors": sets["real, training"]["times_floor"],
        "path": paths[name]["largest_to_mean"],
        "fade": paths[f"cross-fade, {name}"]["largest_to_mean"],
        "point_p95_ms": 1000 * table["speed"][name]["point_p95_s"],
        "kit_s": table["speed"][name]["kit_s"],
    }


if __name__ == "__main__":
    main()
