"""Documentation cannot lag: it is read from the code, or run."""

import importlib
import re
import runpy
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import clave
from clave.app.cli import app
from clave.app.cli.opening import with_address
from clave.rhythm import style_facts

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
DOCS: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "make_commands.py"))
CONTROLS: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "make_controls.py"))
BENCH: dict[str, Any] = runpy.run_path(str(ROOT / "benchmarks" / "readme.py"))
CODE_OF_PAGES: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "page_code.py"))
COMMANDS: dict[str, Any] = DOCS["commands"]()
PAGES = sorted((ROOT / "docs").rglob("*.md"))
SUBJECTS = [page for page in PAGES if page.name != "README.md"]
GEAR = [page for page in SUBJECTS if page.parent.name == "gear"]
ALL = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *PAGES]
CODE = re.compile(r"^```.*?^```|^ {4}.*?$|`[^`\n]*`", re.DOTALL | re.MULTILINE)

# Words that the project once used for things that have a name in the field, or that need an explanation of ours.
PRIVATE = {
    "told", "luck", "leaning", "shelf", "workshop", "workbench", "steering", "spelling", "speller", "spelt", "misspelt",
    "taste", "ear", "ears", "eye", "eyes", "asked", "felt", "seen", "sketch", "sketched", "sketches", "touch",
}  # fmt: skip


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """The page without code, quotations of names, and the targets of its links."""
    return re.sub(r"\]\([^)]*\)", "]", CODE.sub(" ", page.read_text("utf-8")))


def python_of(page: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def test_the_page_of_commands_is_what_the_program_says() -> None:
    assert (ROOT / "docs" / "commands.md").read_text("utf-8") == DOCS["page"](), "run `python docs/make_commands.py`"


def test_the_page_of_controls_is_what_the_table_says() -> None:
    text = (ROOT / "docs" / "osc.md").read_text("utf-8")
    assert text == CONTROLS["page"](), "run `python docs/make_controls.py`"
    assert all(f"| `{control.address}` |" in text for group in CONTROLS["GROUPS"].values() for control in group)


def test_the_page_of_styles_and_its_pictures_are_what_the_templates_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thousand bars of each count are drawn for a few styles; for the others the page's own count stands."""
    page = (ROOT / "docs" / "styles.md").read_text("utf-8")
    count, recounted = style_facts._bar_count, clave.grooves.STYLES[::9]

    def on_the_page(name: str, section: str) -> int:
        entry = page.partition(f"\n## {name.capitalize()}\n")[2]
        return int(re.search(rf"(\d+) {section}s", entry)[1])  # type: ignore[index]

    monkeypatch.setattr(
        style_facts, "_bar_count",
        lambda name, section: (count if name in recounted else on_the_page)(name, section),
    )  # fmt: skip
    runpy.run_path(str(ROOT / "docs" / "make_styles.py"))["write"](tmp_path)
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*.*")}
    assert len(made) == 1 + len(clave.grooves.STYLES)
    for path in made:
        there, here = (folder / path for folder in (ROOT / "docs", tmp_path))
        assert there.read_text("utf-8") == here.read_text("utf-8"), "run `python docs/make_styles.py`"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_stands_in_the_readme_and_explains_every_option(name: str) -> None:
    assert name in README
    assert COMMANDS[name].help
    for typed, text, _ in DOCS["options"](COMMANDS[name]):
        assert text, f"{name} {typed} has no help"


def examples() -> list[str]:
    """Every line in README and docs that begins with `clave `."""
    text = "\n".join([*(page.read_text("utf-8") for page in ALL), *DOCS["EXAMPLES"].values()])
    lines = (line.strip() for line in text.splitlines() if re.match(r"( {4})?clave ", line))
    return sorted({line.split("#")[0].strip() for line in lines})


@pytest.mark.parametrize("line", examples())
def test_each_example_names_a_command_options_and_values_that_it_takes(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = max((name for name in COMMANDS if line.startswith(name)), key=len)
    known = {option for each in COMMANDS[name].params for option in each.opts}
    words = shlex.split(line.removeprefix(name))
    assert {word for word in words if re.match(r"--?[a-z]", word)} <= known
    for word in words:
        if word.endswith(".json"):
            clave.project.save(clave.Project(), tmp_path / word)
    COMMANDS[name].make_context(name, with_address(words))  # each value is of its kind and in its range


@pytest.mark.parametrize(
    "line",
    [
        line
        for line in examples()
        if line.startswith(("clave groove", "clave kits"))
        and not re.search(r"my-|paper-sound", line)
        and not any(line in page.read_text("utf-8") for page in GEAR)  # whose commands run in their order
    ],
)
def test_examples_that_write_run(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, shlex.split(line)[1:])
    assert done.exit_code == 0, done.output


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for code in python_of(ROOT / "README.md"):
        exec(compile(code, "README.md", "exec"), names)
    assert (tmp_path / "groove.mid").exists()
    assert [bar.hits.tolist() for bar in names["again"]] == [bar.hits.tolist() for bar in names["bars"]]


@pytest.fixture(scope="module")
def spaces_once() -> Iterator[None]:
    """Each shipped space is opened once for all pages, instead of once a page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clave, "load_rhythm", cache(clave.load_rhythm))
        patch.setattr(clave, "load_sound", cache(clave.load_sound))
        yield


@pytest.mark.usefixtures("spaces_once")
@pytest.mark.parametrize("path", [path for path in PAGES if python_of(path)], ids=shown)
def test_the_python_of_each_page_runs_and_prints_what_the_page_says(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = path.read_text("utf-8")
    names: dict[str, Any] = {}
    for block, printed, names in CODE_OF_PAGES["run_python"](page, shown(path)):  # noqa: B007
        assert block.output in (None, printed)
    for sound in CODE_OF_PAGES["sounds"](page):
        assert isinstance(names.get(sound), clave.Clip), f"{sound} is no clip after the page's Python has run"
        assert 0.05 < names[sound].peak <= 1
        assert names[sound].seconds < 30


@pytest.mark.parametrize(
    "path", [path for path in PAGES if path not in GEAR and "\n```\n\n```text" in path.read_text("utf-8")], ids=shown
)
def test_the_commands_of_each_page_print_what_the_page_says(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for block in CODE_OF_PAGES["blocks"](path.read_text("utf-8")):
        if block.language == "sh" and block.output is not None:
            assert CODE_OF_PAGES["run_commands"](block.code) == block.output


def test_each_public_name_stands_in_the_docs() -> None:
    text = README + "".join(path.read_text("utf-8") for path in PAGES)
    missing = [name for name in clave.__all__ if not name.startswith("_") and not re.search(rf"\b{name}\b", text)]
    assert missing == []


def test_each_script_stands_in_the_docs() -> None:
    text = README + (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for script in ("install", "check", "test", "build", "play", "bench", "docs"):
        assert f"scripts/{script}" in text
        assert (ROOT / "scripts" / script).stat().st_mode & 0o111


@pytest.mark.parametrize("path", ALL, ids=shown)
def test_links_of_the_docs_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
        assert target.startswith("https://") or (path.parent / target).exists(), target


def paths_in(page: Path) -> Iterator[str]:
    """Every file or folder of ours that a page names in code."""
    tops = "|".join(("clave", "web", "tests", "docs", "benchmarks", "scripts"))
    for quoted in re.findall(r"`([^`\n]+)`", page.read_text("utf-8")):
        yield from re.findall(rf"(?<![\w./-])(?:{tops})/[\w./-]+", quoted)


@pytest.mark.parametrize("path", ALL, ids=shown)
def test_files_that_the_docs_name_are_there(path: Path) -> None:
    built = ("acme-e8.toml",)  # what an example tells the reader to add
    missing = [path for path in paths_in(path) if not (ROOT / path).exists() and not path.endswith(built)]
    assert missing == []


@pytest.mark.parametrize("path", ALL, ids=shown)
def test_names_of_clave_that_the_docs_quote_exist(path: Path) -> None:
    for dotted in re.findall(r"`(clave(?:\.\w+)+)", path.read_text("utf-8")):
        names = dotted.split(".")
        found: Any = clave
        for name in names[1:]:
            if not hasattr(found, name):
                importlib.import_module(f"{found.__name__}.{name}")
            found = getattr(found, name)


def test_pages_that_the_code_names_are_there() -> None:
    for path in [*(ROOT / "clave").rglob("*.py"), *(ROOT / "benchmarks").glob("*.py")]:
        for named in re.findall(r"docs/[\w/-]+\.md", path.read_text("utf-8")):
            assert (ROOT / named).exists(), f"{shown(path)} names {named}"


@pytest.mark.parametrize("path", SUBJECTS, ids=shown)
def test_each_page_begins_with_a_paragraph_and_explains_before_it_tabulates(path: Path) -> None:
    head, first, *_ = path.read_text("utf-8").split("\n\n")
    assert re.fullmatch(r"# .+", head)
    assert re.match(r"[A-Z]", first), "prose before any table, list or code"
    assert len(first.split()) >= 20, "what is it, and what is it for?"
    text = path.read_text("utf-8")
    beginning = text[: text.find("\n| ")] if "\n| " in text else text
    assert re.search(r"```|^ {4}\S|[Ff]or (example|instance)|To try one", beginning, re.MULTILINE), "an example"


@pytest.mark.parametrize("path", [path for path in SUBJECTS if path.parent.name == "docs"], ids=shown)
def test_the_list_of_pages_has_each_page(path: Path) -> None:
    assert f"]({path.name})" in (path.parent / "README.md").read_text("utf-8")


PICTURES: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "make_gear.py"))


@pytest.mark.parametrize("path", GEAR, ids=shown)
def test_each_page_on_gear_is_listed_and_its_figure_is_what_is_drawn(path: Path) -> None:
    assert f"](gear/{path.name})" in (ROOT / "docs" / "README.md").read_text("utf-8")
    text = path.read_text("utf-8")
    assert f"]({path.stem}.svg)" in text
    drawn = PICTURES["svg"](PICTURES["FIGURES"][path.stem])
    assert path.with_suffix(".svg").read_text("utf-8") == drawn, "run `python docs/make_gear.py`"
    for picture in re.findall(r"\]\(([\w-]+\.(?:svg|png))\)", text):
        assert (path.parent / picture).stat().st_size < 150_000


def runs_here(line: str) -> bool:
    """Not what goes on until it is stopped, and not what TorchScript compiles, which has a test of its own."""
    return line.startswith("clave ") and not re.match(r"clave (play|live)|.*torchscript", line)


@pytest.mark.parametrize("path", [path for path in GEAR if "```sh" in path.read_text("utf-8")], ids=shown)
def test_the_commands_of_a_page_on_gear_run_one_after_the_other(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = path.read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    for line in filter(runs_here, "\n".join(blocks).splitlines()):
        done = CliRunner().invoke(app, shlex.split(line)[1:])
        assert done.exit_code == 0, f"{line}: {done.output} {done.exception}"
    for written in re.findall(r"`((?:out|my-kit|strudel|tidal)/[\w.-]+\.\w+)`", text):
        assert (tmp_path / written).exists(), written


@pytest.mark.parametrize("path", [path for path in SUBJECTS if path.parent.name == "experiments"], ids=shown)
def test_each_experiment_is_listed_and_led_to(path: Path) -> None:
    assert f"]({path.name})" in (path.parent / "README.md").read_text("utf-8")
    others = [other for other in PAGES if other.parent.name == "docs"]
    assert any(f"](experiments/{path.name})" in other.read_text("utf-8") for other in others)


def test_experiments_are_told_on_their_own_pages() -> None:
    for page in (page for page in SUBJECTS if page.parent.name == "docs"):
        assert not re.search(r"^#+ .*(tried|failed)", page.read_text("utf-8"), re.MULTILINE | re.IGNORECASE), page.name


@pytest.mark.parametrize(
    "path", [path for path in ALL if path.name != "commands.md"], ids=shown
)  # the help's own words
def test_docs_use_words_that_need_no_explanation_of_ours(path: Path) -> None:
    found = sorted(set(re.findall(r"[a-z]+", prose(path).lower())) & PRIVATE)
    assert found == []


def test_terms_of_the_glossary_are_used_and_each_has_one_entry() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    entries = [row.split(" | ")[0] for row in re.findall(r"^\| (?!term)(.+) \|$", text, re.MULTILINE)]
    terms = [term.strip() for entry in entries for term in entry.split(", ")]
    assert len(terms) == len(set(terms)) > 60
    pages = [page for page in ALL if page.name != "glossary.md"]
    rest = " ".join(page.read_text("utf-8") for page in [*pages, ROOT / "web" / "README.md"]).lower()
    rest = " ".join(rest.split())
    unused = [entry for entry in entries if not any(term.strip().lower() in rest for term in entry.split(", "))]
    assert unused == []


# The README's table


def measurements(**changed: Any) -> dict[str, Any]:
    one = {"date": "2026-01-01", "commit": "abc1234", "cpu": "a processor", "cores": 2}
    return {
        row.key: BENCH["Measurement"](**one | changed, numbers=dict.fromkeys(row.needs, 1.0)) for row in BENCH["ROWS"]
    }


def test_the_table_of_the_readme_is_what_was_measured() -> None:
    kept = BENCH["load"](ROOT / "benchmarks" / "results.json")
    assert BENCH["in_readme"](README, BENCH["table"](kept)) == README, "run `scripts/bench --write`"


def test_a_row_of_the_table_that_is_not_measured_is_refused_by_name() -> None:
    kept = measurements()
    del kept["server"]
    with pytest.raises(BENCH["NotMeasuredError"], match=r"not measured: server$"):
        BENCH["table"](kept)
    kept = measurements()
    kept["phase"] = BENCH["Measurement"]("2026-01-01", "abc1234", "a processor", 2, {})
    with pytest.raises(BENCH["NotMeasuredError"], match=r"not measured: phase$"):
        BENCH["table"](kept)


def test_rows_of_two_machines_are_refused_and_rows_of_two_commits_say_so() -> None:
    kept = measurements()
    assert "2 cores, 2026-01-01, at commit abc1234." in BENCH["table"](kept).splitlines()[0]
    kept["server"] = measurements(date="2026-02-02", commit="def5678")["server"]
    lines = BENCH["table"](kept).splitlines()
    assert lines[2] == "| what | Clave | beside it | measured |"
    assert [line for line in lines if "2026-02-02, def5678 |" in line] == [
        line for line in lines if "clave play" in line
    ]
    kept["server"] = measurements(cpu="another")["server"]
    with pytest.raises(BENCH["NotMeasuredError"], match="2 machines"):
        BENCH["table"](kept)


def test_what_cannot_be_measured_here_is_refused_before_anything_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLAVE_DATA", raising=False)
    with pytest.raises(BENCH["NotMeasuredError"], match=r"map \(needs data: set CLAVE_DATA\)"):
        BENCH["refuse_missing"]([row for row in BENCH["ROWS"] if row.key in ("map", "decode")], "python")


def test_each_row_of_the_table_has_its_program() -> None:
    for row in BENCH["ROWS"]:
        text = (ROOT / "benchmarks" / f"{row.program}.py").read_text("utf-8")
        assert "write_json(" in text
        assert "options(__doc__)" in text  # --quick and --json
