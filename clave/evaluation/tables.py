"""Tables of measurements: as Markdown and CSV, and written to a folder beside their numbers and figures."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clave.files import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Cell = Callable[[Mapping[str, Any]], str]
"""The text of a cell, from the measurements of its row; "" where the row lacks that measurement."""

Column = tuple[str, Cell]
"""The heading of a column and its cells."""


def number(key: str, digits: int, scale: float = 1.0) -> Cell:
    """A measurement times `scale`, with so many digits after the point."""
    return lambda row: f"{scale * row[key]:.{digits}f}" if row.get(key) is not None else ""


def percent(key: str) -> Cell:
    """A share in [0, 1] as a percentage."""
    return lambda row: f"{row[key]:.1%}" if row.get(key) is not None else ""


def markdown_table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """The lines of a table below its headings."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (heads, ["---"] * len(heads), *lines))


def csv_table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """The same table for a spreadsheet."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([heads, *lines])
    return text.getvalue()


def write_table(
    folder: Path,
    name: str,
    markdown: str,
    result: Mapping[str, Any],
    heads: Sequence[str],
    lines: Sequence[Sequence[str]],
) -> list[Path]:
    """Write a table as NAME.md, NAME.json and NAME.csv, each whole or not at all, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {".md": markdown, ".json": json.dumps(result, indent=2) + "\n", ".csv": csv_table(heads, lines)}
    for suffix, text in texts.items():
        whole_file.write(folder / f"{name}{suffix}", text.encode())
    return [folder / f"{name}{suffix}" for suffix in texts]


def write(folder: Path, markdown: str, result: Mapping[str, Any], figures: "Mapping[str, Figure]") -> list[Path]:
    """Write evaluation.md, evaluation.json and the figures, and return the paths of all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "evaluation.md", folder / "evaluation.json"]
    whole_file.write(paths[0], markdown.encode())
    whole_file.write(paths[1], (json.dumps(result, indent=2) + "\n").encode())
    for name, figure in figures.items():
        paths.append(folder / f"{name}.png")
        with whole_file.writing(paths[-1]) as file:
            figure.savefig(file, format="png", dpi=120)
    return paths
