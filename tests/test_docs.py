"""Documentation cannot lag: it is read from the code, or run."""

import re
import runpy
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import clave
from clave.app.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
DOCS: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "make_commands.py"))
STYLES: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "make_styles.py"))
COMMANDS: dict[str, Any] = DOCS["commands"]()
BLOCKS = [(found[1], found[2]) for found in re.finditer(r"```(\w*)\n(.*?)```", README, re.DOTALL)]


def test_the_page_of_commands_is_what_the_program_says() -> None:
    assert (ROOT / "docs" / "commands.md").read_text("utf-8") == DOCS["page"](), "run `python docs/make_commands.py`"


def test_the_page_of_styles_and_its_pictures_are_what_the_templates_give() -> None:
    assert (ROOT / "docs" / "styles.md").read_text("utf-8") == STYLES["page"](), "run `python docs/make_styles.py`"
    for name in clave.grooves.STYLES:
        style = clave.grooves.style(name)
        drawn = (ROOT / "docs" / "styles" / f"{STYLES['slug'](style)}.svg").read_text("utf-8")
        assert drawn == STYLES["drawing"](style), "run `python docs/make_styles.py`"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_stands_in_the_readme_and_explains_every_option(name: str) -> None:
    assert name in README
    assert COMMANDS[name].help
    for typed, text, _ in DOCS["options"](COMMANDS[name]):
        assert text, f"{name} {typed} has no help"


def examples() -> list[str]:
    """Every line in README and docs that begins with `clave `."""
    text = README + "\n".join(DOCS["EXAMPLES"].values())
    return sorted({line.split("#")[0].strip() for line in text.splitlines() if line.startswith("clave ")})


@pytest.mark.parametrize("line", examples())
def test_each_example_names_a_command_and_options_that_exist(line: str) -> None:
    name = max((name for name in COMMANDS if line.startswith(name)), key=len)
    known = {option for each in COMMANDS[name].params for option in each.opts}
    words = shlex.split(line.removeprefix(name))
    assert {word for word in words if re.match(r"--?[a-z]", word)} <= known


@pytest.mark.parametrize(
    "line", [line for line in examples() if line.startswith(("clave groove", "clave kits")) and "my-" not in line]
)
def test_examples_that_write_run(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, shlex.split(line)[1:])
    assert done.exit_code == 0, done.output


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told: dict[str, Any] = {}
    for language, code in BLOCKS:
        if language == "python":
            exec(compile(code, "README.md", "exec"), told)
    assert (tmp_path / "groove.mid").exists()
    assert [bar.hits.tolist() for bar in told["again"]] == [bar.hits.tolist() for bar in told["bars"]]


def test_each_public_name_stands_in_the_docs() -> None:
    text = README + "".join(path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md"))
    missing = [name for name in clave.__all__ if not name.startswith("_") and not re.search(rf"\b{name}\b", text)]
    assert missing == []


def test_each_script_stands_in_the_docs() -> None:
    text = README + (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for script in ("install", "check", "test", "build", "play"):
        assert f"scripts/{script}" in text
        assert (ROOT / "scripts" / script).stat().st_mode & 0o111


def test_links_of_the_docs_lead_somewhere() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            assert target.startswith("https://") or (page.parent / target).exists(), f"{page.name}: {target}"
