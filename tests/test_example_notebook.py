"""The example notebook runs from top to bottom, and each cell's last value can be shown."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).parents[1] / "examples" / "research.ipynb"
SHOWN = {"RhythmSpace", "Bars", "Clip", "Kit", "Reading", "int"}


def run(source: str, names: dict[str, Any]) -> Any:
    """What a notebook does with a cell: run it, and return the value of its last line if that is an expression."""
    cell = ast.parse(source, str(NOTEBOOK))
    last = cell.body.pop() if isinstance(cell.body[-1], ast.Expr) else None
    exec(compile(cell, str(NOTEBOOK), "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), str(NOTEBOOK), "eval"), names)


def test_the_example_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = json.loads(NOTEBOOK.read_text("utf-8"))
    assert document["nbformat"] == 4
    names: dict[str, Any] = {}
    shown = set[str]()
    for cell in (each for each in document["cells"] if each["cell_type"] == "code"):
        assert cell["outputs"] == [], "a notebook is kept without its outputs"
        value = run("".join(cell["source"]), names)
        shown.add(type(value).__name__)
        assert value is None or isinstance(value, int) or "<" in value._repr_html_()
    assert shown >= SHOWN
