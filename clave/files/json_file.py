"""JSON files from anywhere: of a bounded size, nested no deeper than Python can read."""

import json
from pathlib import Path
from typing import Any

MAX_BYTES = 32_000_000


def read_json(path: Path, most_bytes: int = MAX_BYTES) -> Any:
    """The value in this file. OSError if it cannot be opened, ValueError if it is no JSON or too large."""
    size = path.stat().st_size
    if size > most_bytes:
        raise ValueError(f"{size} bytes; at most {most_bytes} are read")
    return parse_json(path.read_text(encoding="utf-8"))


def parse_json(text: str | bytes) -> Any:
    """The value that this text says. ValueError if it is no JSON, also where it lies too deep in itself."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("its lists lie too deep in each other") from error
