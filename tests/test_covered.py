"""The table of `scripts/coverage`: rooms are summed, what is missing most comes first, too little is an error."""

import json
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def file(lines: int, reached: int, branches: int, taken: int, missing: list[int]) -> dict[str, Any]:
    counts = {"num_statements": lines, "covered_lines": reached, "num_branches": branches, "covered_branches": taken}
    return {"summary": counts, "missing_lines": missing}


def test_rooms_are_summed_and_files_with_most_missing_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from covered import main

    files = {
        "clave/play/plan.py": file(80, 78, 20, 20, [4, 9]),
        "clave/play/live/osc.py": file(20, 16, 0, 0, [3, 4, 5, 9]),
        "clave/errors.py": file(10, 10, 0, 0, []),
    }
    (tmp_path / "c.json").write_text(json.dumps({"files": files}))
    main([str(tmp_path / "c.json"), "--files", "2", "--lines", "94", "--branches", "100"])
    said = capsys.readouterr().out
    assert "| errors | 10 | 100.0 % | 0 | 100.0 % |" in said
    assert "| play | 100 | 94.0 % | 20 | 100.0 % |" in said
    assert "| all | 110 | 94.5 % | 20 | 100.0 % |" in said
    assert said.splitlines()[-2:] == ["    4 clave/play/live/osc.py: 3-5, 9", "    2 clave/play/plan.py: 4, 9"]
    with pytest.raises(SystemExit, match=r"less than 95 % of lines or 0 % of branches is reached"):
        main([str(tmp_path / "c.json"), "--lines", "95"])
