"""The example notebook in a real kernel: every cell runs, and shows what the same cell gives without one.

    pip install nbclient ipykernel
    python benchmarks/notebook.py [--json FILE]

The tests run the cells without a kernel (tests/test_example_notebook.py); this takes its packages and some seconds.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from measuring import options, print_table, write_json
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "examples" / "research.ipynb"
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)  # the kernel finds the same Clave

from test_example_notebook import run  # noqa: E402 -- as the tests run a cell


def main() -> None:
    parser = options(__doc__)
    given = parser.parse_args()
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}}).execute()
        os.chdir(folder)
        rows = compare([cell for cell in notebook.cells if cell.cell_type == "code"])
        os.chdir(here)
    print_table(("cell", "shown as", "kB", "same as without a kernel"), rows)
    write_json({"cells": len(rows), "same": sum(row[3] == "yes" for row in rows)}, given.json)
    sys.exit(any(row[3] == "no" for row in rows))


def compare(cells: list[Any]) -> list[tuple[str, str, float, str]]:
    """A row for each cell: its first line, what the kernel showed, how large that is, and whether it is the same."""
    names: dict[str, Any] = {}
    rows: list[tuple[str, str, float, str]] = []
    for cell in cells:
        value = run(cell.source, names)
        wanted = value._repr_html_() if hasattr(value, "_repr_html_") else None if value is None else repr(value)
        shown = [each.data for each in cell.outputs if each.output_type == "execute_result"]
        text = (shown[0].get("text/html") or shown[0]["text/plain"]) if shown else None
        kind = "nothing" if text is None else "HTML" if "text/html" in shown[0] else "text"
        rows.append(
            (cell.source.splitlines()[0], kind, round(len(text or "") / 1000, 1), "yes" if text == wanted else "no")
        )
    return rows


if __name__ == "__main__":
    main()
