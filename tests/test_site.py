"""The site holds all there is: pages, public names, formats, settings; and its figures are those of this program.

`scripts/docs` builds it, in CI; here is what can be known without building.
"""

import doctest
import importlib
import inspect
import json
import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

import clave
from clave.files.midi import drum_map_names
from clave.play.formats.table import GROOVE_FORMATS, KIT_FORMATS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
CODE_FILES = sorted((ROOT / "clave").rglob("*.py"))
PAGES = sorted(DOCS.rglob("*.md"))
SITE: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
FIGURES: dict[str, Any] = runpy.run_path(str(DOCS / "make_figures.py"))
CODE: dict[str, Any] = runpy.run_path(str(DOCS / "page_code.py"))


@pytest.fixture(scope="module")
def hooks() -> Iterator[ModuleType]:
    """docs/site_hooks.py, imported as mkdocs does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(DOCS), *sys.path])
        yield importlib.import_module("site_hooks")


def menu(entries: Any = None) -> Iterator[str]:
    """The pages in the menu, in order."""
    for entry in SITE["nav"] if entries is None else entries:
        for value in entry.values() if isinstance(entry, dict) else [entry]:
            yield from [value] if isinstance(value, str) else menu(value)


def test_each_page_is_in_the_menu_once(hooks: ModuleType) -> None:
    here = [path.relative_to(DOCS).as_posix() for path in PAGES]
    made = [place for place in hooks.site_pages.SOURCES if place.endswith(".md")]
    assert sorted(menu()) == sorted([*here, *made])


def test_what_pages_are_made_of_is_there(hooks: ModuleType) -> None:
    for source in [*hooks.site_pages.SOURCES.values(), *hooks.site_pages.PLACES]:
        assert (ROOT / source).exists(), source


def test_links_of_all_pages_lead_to_pages_of_the_site(hooks: ModuleType) -> None:
    there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.*")}
    there |= {*hooks.site_pages.SOURCES, *hooks.site_pages.PLACES.values()}
    for path in PAGES:
        here = path.relative_to(DOCS).as_posix()
        moved = hooks.relinked(path.read_text("utf-8"), here, f"docs/{here}")
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", moved):
            place = hooks.posixpath.normpath(hooks.posixpath.join(hooks.posixpath.dirname(here), target))
            assert place in there, f"{here}: {target}"


def test_links_into_the_repository_lead_to_their_pages(hooks: ModuleType) -> None:
    linked = hooks.relinked("[a](../../CONTRIBUTING.md#tests), [b](/docs/phase.md)", "gear/daw.md", "docs/gear/daw.md")
    assert linked == "[a](../contributing.md#tests), [b](../phase.md)"
    assert hooks.relinked("[a](docs/phase.md)", "contributing.md", "CONTRIBUTING.md") == "[a](phase.md)"
    assert hooks.relinked("[a](../README.md)", "phase.md", "docs/phase.md") == "a"
    with pytest.raises(hooks.PluginError, match=r"phase.md links to tests/live.py, which is no page"):
        hooks.relinked("[a](../tests/live.py)", "phase.md", "docs/phase.md")


def modules() -> dict[str, ModuleType]:
    """The public modules by their public names."""
    return {name: found for name in clave.__all__ if inspect.ismodule(found := getattr(clave, name))}


def in_reference() -> set[str]:
    """What the reference has an entry for, by its full name."""
    return {
        name for path in (DOCS / "reference").glob("*.md") for name in re.findall(r"^::: (\S+)", path.read_text(), re.M)
    }


def test_each_public_name_has_its_entry_in_the_reference() -> None:
    missing = {f"clave.{name}" for name in clave.__all__ if not name.startswith("_")} - in_reference()
    assert missing == set(), "a line `::: NAME` in a page of docs/reference"


@pytest.mark.parametrize("name", modules())
def test_each_name_of_a_public_module_says_what_it_is(name: str) -> None:
    """A module's names are shown with it: those of `__all__`, or without one, all that are its own."""
    module = modules()[name]
    own = [each for each, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__]
    for each in getattr(module, "__all__", [each for each in own if not each.startswith("_")]):
        value = getattr(module, each)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__doc__, f"clave.{name}.{each} has no docstring"


@pytest.mark.parametrize("path", [path for path in CODE_FILES if ">>> " in path.read_text("utf-8")], ids=str)
def test_the_examples_in_docstrings_give_what_they_say(path: Path) -> None:
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    runner = doctest.DocTestRunner(verbose=False)
    for each in doctest.DocTestFinder().find(module, extraglobs={"clave": clave}):
        runner.run(each)
    assert runner.failures == 0


def test_comments_of_fields_become_their_description(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    griffe = pytest.importorskip("griffe")
    (tmp_path / "drums.py").write_text(
        'class Stroke:\n    """One.\n\n    >>> 1 + 1\n    2\n    """\n\n'
        "    velocity: float  # in (0, 1]\n    step: int  # noqa: A003\n"
    )
    extensions = griffe.load_extensions(str(DOCS / "comments_as_docs.py"))
    stroke = griffe.load("drums", search_paths=[tmp_path], extensions=extensions)["Stroke"]
    assert stroke["velocity"].docstring.value == "In (0, 1]."
    assert stroke["step"].docstring is None
    assert stroke.docstring.value == "One.\n\n```python\n>>> 1 + 1\n2\n```"


@pytest.mark.parametrize("name", FIGURES["FIGURES"])
def test_each_figure_is_drawn_from_this_program_and_these_weights(name: str) -> None:
    path = DOCS / "how-it-works" / f"{name}.svg"
    drawn = FIGURES["drawn_from"](FIGURES["FIGURES"][name][1])
    assert f"drawn from {drawn}" in path.read_text("utf-8"), "run `python docs/make_figures.py`"
    assert path.stat().st_size < 110_000


def test_figures_and_pictures_are_small_and_each_is_shown() -> None:
    text = "".join(path.read_text("utf-8") for path in PAGES)
    assert (DOCS / "how-it-works" / "overview.svg").read_text("utf-8") == FIGURES["overview"]()
    pictures = [*(DOCS / "how-it-works").glob("*.svg"), *(DOCS / "pictures").glob("*")]
    assert [path.name for path in pictures if f"{path.name})" not in text] == []
    assert sum(path.stat().st_size for path in (DOCS / "pictures").glob("*")) < 400_000


def test_no_two_pages_of_a_folder_play_different_sounds_of_one_name() -> None:
    played = [(path.parent, name) for path in PAGES for name in set(CODE["sounds"](path.read_text("utf-8")))]
    assert len(played) == len(set(played)) > 20


def test_blocks_know_what_they_print() -> None:
    page = "```python\nprint(1)\n```\n\n```text\n1\n```\n\n```sh\nclave kits\n```\n\nA.\n\n```text\n2\n```\n"
    assert [(each.language, each.output) for each in CODE["blocks"](page)] == [
        ("python", "1\n"), ("sh", None), ("text", None),
    ]  # fmt: skip


def test_each_format_drum_map_kit_and_environment_variable_is_described() -> None:
    exports = (DOCS / "exports.md").read_text("utf-8")
    assert [name for name in [*GROOVE_FORMATS, *KIT_FORMATS] if f"`{name}`" not in exports] == []
    maps = (DOCS / "drum-maps.md").read_text("utf-8")
    assert [name for name in drum_map_names() if f"`{name}`" not in maps] == []
    everything = "".join(path.read_text("utf-8") for path in [*PAGES, ROOT / "README.md"])
    assert [kit.name for kit in clave.factory.KITS if f"`{kit.name}`" not in everything] == []
    code = "".join(path.read_text("utf-8") for path in CODE_FILES)
    variables = set(re.findall(r'"(CLAVE_[A-Z_]+)"', code))
    assert variables
    assert [name for name in variables if name not in everything] == []


def test_each_field_of_a_project_and_of_a_message_has_its_line(hooks: ModuleType) -> None:
    schema = hooks.site_pages.site_schema
    project = json.loads((DOCS / "project.schema.json").read_text("utf-8"))
    openapi = json.loads((ROOT / "tests" / "fixtures" / "openapi.json").read_text("utf-8"))
    for page, schemas in (
        (schema.project(), {"Project": project} | project["$defs"]),
        (schema.messages(), openapi["components"]["schemas"]),
    ):
        for name, each in schemas.items():
            section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
            assert all(f"| `{field}` |" in section for field in each.get("properties", {})), name
            assert each.get("description") or name.startswith(("HTTP", "Validation")), f"{name} has no docstring"


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"type": "number", "minimum": 0, "exclusiveMaximum": 1}, "number in [0, 1)"),
        ({"type": "number", "exclusiveMinimum": 0}, "number in (0, inf)"),
        ({"type": "array", "items": {"type": "string"}, "minItems": 8, "maxItems": 8}, "list of text, 8 of them"),
        ({"anyOf": [{"$ref": "#/$defs/Lane"}, {"type": "null"}]}, "[Lane](#lane) or null"),
        ({"enum": ["bars", "beats"]}, '`"bars"`, `"beats"`'),
        ({}, "anything"),
    ],
)
def test_what_a_field_takes_is_said_in_words(hooks: ModuleType, field: dict[str, Any], words: str) -> None:
    assert hooks.site_pages.site_schema.kind(field) == words


def test_each_benchmark_is_listed_with_its_command(hooks: ModuleType) -> None:
    page = hooks.site_pages.benchmarks()
    for path in (ROOT / "benchmarks").glob("*.py"):
        runs = "__main__" in path.read_text("utf-8")
        assert (f"`python benchmarks/{path.name}`" in page) is runs


def test_each_shipped_model_has_its_card_on_the_site(hooks: ModuleType) -> None:
    assert {path.parent.name for path in (ROOT / "clave" / "weights").glob("*/card.md")} == set(hooks.site_pages.CARDS)
    for space in hooks.site_pages.CARDS:
        card = (ROOT / "clave" / "weights" / space / "card.md").read_text("utf-8")
        assert card.partition("\n")[2] in hooks.site_pages.card(space)


def test_ci_builds_the_site() -> None:
    assert "scripts/docs" in (ROOT / ".github" / "workflows" / "docs.yml").read_text("utf-8")
    assert "--strict" in (ROOT / "scripts" / "docs").read_text("utf-8")
