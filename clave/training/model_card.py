"""What is written beside a model for people: its metrics, and a card with its data, credits and settings."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clave.files import whole_file

CARD_FILE = "card.md"


def write_metrics(folder: Path, metrics: Mapping[str, float]) -> None:
    """Write metrics.json."""
    whole_file.write(folder / "metrics.json", (json.dumps(metrics, indent=2) + "\n").encode())


def model_card(
    facts: Mapping[str, Any],
    metrics: Mapping[str, float],
    settings: Mapping[str, Any],
    *,
    kind: str,
    measured_on: str,
    verdict: str = "",
) -> str:
    """The card of a space of this kind ("rhythm", "sound"); the metrics are `measured_on` what this says."""
    lines = [
        f"# {facts['name']}",
        "",
        f"A {kind} space for Clave.",
        "",
        *markdown_rows("what", "", {key: value for key, value in facts.items() if key != "name"}),
        "",
        *(["## How good it is", "", verdict, ""] if verdict else []),
        f"## Measured on {measured_on}",
        "",
        *markdown_rows("what", "value", {key: f"{value:.4g}" for key, value in metrics.items()}),
        "",
        "## Settings",
        "",
        "```json",
        json.dumps(settings, indent=2),
        "```",
    ]
    return "\n".join(lines) + "\n"


def markdown_rows(name: str, value: str, rows: Mapping[str, Any]) -> list[str]:
    """The lines of a table of two columns with these headings."""
    return [f"| {name} | {value} |", "|---|---|", *(f"| {key} | {each} |" for key, each in rows.items())]
