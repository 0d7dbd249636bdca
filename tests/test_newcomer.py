"""`scripts/newcomer`: it finds every command of the README and the tour, and notices what a command did not do."""

import runpy
import shlex
import sys
import wave
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NEWCOMER: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "newcomer.py"))
README = (ROOT / "README.md").read_text("utf-8")
STEPS = list(NEWCOMER["steps"](README))
FailedError = NEWCOMER["FailedError"]


def test_every_line_of_the_readme_that_a_shell_would_run_is_a_step() -> None:
    lines = [line.split("  #")[0].strip() for line in README.splitlines()]
    typed = [line for line in lines if line.startswith(("clave ", "scripts/", "pip ")) and "clave/" not in line]
    assert [step.text for step in STEPS if step.language == "sh"] == typed
    assert len(typed) > 35
    assert [step.title for step in STEPS if step.language == "python"] == [
        f"Python, {README.partition('```python')[2].partition('```')[0].strip().count(chr(10)) + 1} lines"
    ]


@pytest.mark.parametrize("table", ["SHORTENED", "LEFT_OUT", "BEFORE"])
def test_the_tables_name_commands_of_the_readme_alone(table: str) -> None:
    for beginning in NEWCOMER[table]:
        assert any(step.text.startswith(beginning) for step in STEPS), beginning


def test_what_the_readme_takes_for_granted_is_made() -> None:
    """The reader's own files are named in the commands before any command writes them."""
    written, own = set[str](), set[str]()
    for step in STEPS:
        words = shlex.split(step.text) if step.text.startswith("clave ") else []
        own |= {word for word in words[2:] if word.startswith(("my-", "other-")) and word not in written}
        written |= {word for option, word in pairwise(words) if option in ("-o", "--save")}
        own -= written
    text = (ROOT / "scripts" / "newcomer_material.py").read_text("utf-8")
    own -= {"other-rhythm"}  # a copy of my-rhythm: see BEFORE
    assert own == {"my-midi", "my-drums", "other-drums", "my-loops", "my-song.json"}
    assert all(f'"{name}"' in text for name in own)


def test_a_block_of_python_goes_on_where_the_ones_before_it_ended() -> None:
    page = "```python\na = 1\n```\n\n```sh\nclave kits\n```\n\n```python\nprint(a)\n```\n\n```text\n1\n```\n"
    found = [(each.language, each.text, each.output) for each in NEWCOMER["steps"](page)]
    assert found == [("python", "a = 1\n", ""), ("sh", "clave kits", ""), ("python", "a = 1\nprint(a)\n", "1\n")]


def test_the_tour_is_run_after_the_readme() -> None:
    assert NEWCOMER["PAGES"] == ("README.md", "docs/first-minute.md")
    tour = list(NEWCOMER["steps"]((ROOT / "docs" / "first-minute.md").read_text("utf-8")))
    assert {step.language for step in tour} == {"sh", "python"}


def step(line: str, output: str = "") -> Any:
    return NEWCOMER["Step"]("sh", line, output)


def test_a_command_that_fails_says_so_and_what_it_printed(tmp_path: Path) -> None:
    program = [sys.executable, "-c", "print('so it goes'); raise SystemExit(3)"]
    with pytest.raises(FailedError, match="exit code 3: so it goes"):
        NEWCOMER["finished"](program, tmp_path, {})
    with pytest.raises(FailedError, match="there is no no-such-program"):
        NEWCOMER["finished"](["no-such-program"], tmp_path, {"PATH": ""})


def test_a_server_that_does_not_come_up_says_so_and_is_not_waited_for(tmp_path: Path) -> None:
    serve = NEWCOMER["served"]
    with pytest.raises(FailedError, match="it stopped before it served: no page"):
        serve([sys.executable, "-c", "print('no page')"], tmp_path, {})
    unreachable = "print('http://127.0.0.1:9/', flush=True); import time; time.sleep(60)"
    with pytest.raises(FailedError, match="it did not answer"):
        serve([sys.executable, "-c", unreachable], tmp_path, {})


def test_files_that_are_missing_silent_or_broken_are_noticed(tmp_path: Path) -> None:
    check = NEWCOMER["check_files"]
    with pytest.raises(FailedError, match="it wrote nothing to out"):
        check("clave groove -o out", tmp_path, {})
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "groove.mid").write_bytes(b"MThd and so on")
    check("clave groove -o out", tmp_path, {})
    with wave.open(str(tmp_path / "out" / "groove.wav"), "wb") as file:
        file.setparams((1, 2, 44_100, 0, "NONE", ""))
        file.writeframes(bytes(100))
    with pytest.raises(FailedError, match=r"groove\.wav is silent"):
        check("clave groove -o out", tmp_path, {})
    before = NEWCOMER["snapshot"](tmp_path)
    with pytest.raises(FailedError, match="it wrote nothing to out"):
        check("clave groove -o out", tmp_path, before)


def test_output_that_is_wrong_is_noticed() -> None:
    check = NEWCOMER["check_output"]
    check("8 bars at 120 bpm\nfinance, information\n", "8 bars at 120 bpm\n")
    with pytest.raises(FailedError, match="did not print '9 bars"):
        check("8 bars at 120 bpm\n", "9 bars at 120 bpm\n")
    with pytest.raises(FailedError, match="a number that is none"):
        check("hit F1 nan\n", "")
    with pytest.raises(FailedError, match="a traceback"):
        check("Traceback (most recent call last):\n", "")
