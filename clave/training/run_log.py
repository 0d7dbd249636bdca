"""The log of a run: the losses of each epoch, as JSON to be read back and as CSV for a spreadsheet."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clave.errors import TrainingError

LOG = "log.json"
EXAMPLES_FILE = "examples.mid"  # held-out bars, which a rhythm run keeps for its figures


def write_log(folder: Path, log: Sequence[dict[str, Any]]) -> None:
    """Write log.json and log.csv; a row has the keys epoch, seconds, train and tuning, the last two by loss."""
    (folder / LOG).write_text(json.dumps(log, indent=2) + "\n")
    flat = [
        {"epoch": row["epoch"], "seconds": round(row["seconds"], 2)}
        | {f"{part}_{name}": value for part in ("train", "tuning") for name, value in row[part].items()}
        for row in log
    ]
    with (folder / "log.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(flat[0]))
        writer.writeheader()
        writer.writerows(flat)


def read_log(folder: Path) -> list[dict[str, Any]]:
    """Read log.json; TrainingError for a folder without one."""
    path = folder / LOG
    if not path.is_file():
        raise TrainingError(f"{folder} holds no training run: there is no {LOG}")
    return json.loads(path.read_text())
