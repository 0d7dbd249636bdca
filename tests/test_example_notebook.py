"""The example notebook runs from top to bottom, and each cell shows and prints what it did before."""

import contextlib
import io
import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "examples" / "research.ipynb"
run: Any = runpy.run_path(str(ROOT / "docs" / "page_code.py"))["run_cell"]
FIVE = "[{}]".format(", ".join(f"Pattern(4/4, {strokes} strokes)" for strokes in (15, 17, 20, 25, 29)))
SHOWN = [
    r"<clave\.rhythm\.space\.RhythmSpace object .*",
    re.escape(FIVE),
    r"Clip\(.*shape=\(441000,\).*",
    r"Kit\('space', 0\.45 s, 0\.19 s, 0\.18 s, .*",
    rf"Reading\(patterns={re.escape(FIVE)}, report=ReadingReport\(.*drum_map='general-midi'.*",
    r"None",
    r"\d{7}",
]  # the last value of each cell


def test_the_example_notebook_runs_and_shows_what_it_should(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = json.loads(NOTEBOOK.read_text("utf-8"))
    assert document["nbformat"] == 4
    names: dict[str, Any] = {}
    printed = io.StringIO()
    cells = [each for each in document["cells"] if each["cell_type"] == "code"]
    for cell, shown in zip(cells, SHOWN, strict=True):
        assert cell["outputs"] == [], "a notebook is kept without its outputs"
        with contextlib.redirect_stdout(printed):
            value = run("".join(cell["source"]), names)
        assert re.fullmatch(shown, repr(value), re.DOTALL)
        assert value is None or isinstance(value, int) or "<" in value._repr_html_()
    lines = printed.getvalue().splitlines()
    assert len(lines) > 3
    assert all(re.fullmatch(r"(\w+) factory \1 \d CC0, grooves written for Clave \d+", line) for line in lines)
