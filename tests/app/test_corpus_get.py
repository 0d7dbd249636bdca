"""`clave corpus get` and `list`: the licence comes first."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from clave.app.cli import app
from clave.errors import DownloadError
from clave.files.public_data import fetching
from clave.files.public_data.fetching import Fetched
from clave.files.public_data.recipe import Recipe


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be fetched; nothing is."""
    asked: list[Any] = []

    def fetch(recipe: Recipe, folder: Path, *, again: bool = False, progress: Any = None) -> Fetched:
        asked.append((recipe.name, Path(folder), again))
        progress("set.zip", 5, 10)
        unpinned = tuple(file.name for file in recipe.files if file.hash is None)
        return Fetched(Path(folder), 1234, {file.name: "sha256:ab" for file in recipe.files}, unpinned)

    monkeypatch.setattr(fetching, "fetch", fetch)
    return asked


def test_nothing_is_fetched_before_the_licence_is_accepted(fetched: list[Any]) -> None:
    done = CliRunner().invoke(app, ["corpus", "get", "groove-midi"])
    assert isinstance(done.exception, DownloadError)
    assert "then add --accept-licence" in str(done.exception)
    assert "licence: CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)" in done.output
    assert "to give away what was learned: yes, with credit" in done.output
    assert fetched == []


def test_it_is_fetched_with_the_licence_accepted(fetched: list[Any], tmp_path: Path) -> None:
    line = ["corpus", "get", "hydrogen-patterns", "--accept-licence", "-o", str(tmp_path / "h")]
    done = CliRunner().invoke(app, line)
    assert done.exit_code == 0, done.output
    assert fetched == [("hydrogen-patterns", tmp_path / "h", False)]
    assert "not pinned, so that the first download is trusted: sha256:ab" in done.output
    assert "clave learn rhythm" in done.output


def test_the_list_names_each_with_what_its_licence_allows() -> None:
    done = CliRunner().invoke(app, ["corpus", "list"])
    assert done.exit_code == 0
    for name in ("groove-midi", "e-gmd", "lakh", "pdmx", "hydrogen-patterns"):
        assert f"\n{name}\n" in "\n" + done.output
    assert done.output.count("to give away the data:") == 5
