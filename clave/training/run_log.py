"""The log of a run: the losses of each epoch, as JSON to be read back and as CSV for a spreadsheet."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clave.errors import TrainingError
from clave.files import whole_file

LOG = "log.json"
EXAMPLES_FILE = "examples.mid"  # held-out bars, which a rhythm run keeps for its figures


def write_log(folder: Path, log: Sequence[dict[str, Any]]) -> None:
    """Write log.json and log.csv; a row has epoch, seconds, train and tuning, and scores where they were measured."""
    whole_file.write(folder / LOG, (json.dumps(log, indent=2) + "\n").encode())
    flat = [
        {"epoch": row["epoch"], "seconds": round(row["seconds"], 2)}
        | {f"{part}_{name}": value for part in ("train", "tuning") for name, value in row[part].items()}
        | row.get("scores", {})
        for row in log
    ]
    names = dict.fromkeys(name for row in flat for name in row)  # of all rows: a run may go on without scores
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(names))
    writer.writeheader()
    writer.writerows(flat)
    whole_file.write(folder / "log.csv", text.getvalue().encode())


def read_log(folder: Path) -> list[dict[str, Any]]:
    """Read log.json; TrainingError for a folder without one."""
    path = folder / LOG
    if not path.is_file():
        raise TrainingError(f"{folder} holds no training run: there is no {LOG}")
    return json.loads(path.read_text())
