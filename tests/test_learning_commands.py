"""From a folder of MIDI to a space of one's own, by commands alone."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from clave import Pattern, midi

BEATS = ([0, 32], [16, 48], list(range(0, 64, 8)))  # kick, snare, closed hi-hat


def clave(*words: str | Path) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command in a process of its own."""
    command = [sys.executable, "-m", "clave", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve files of four bars in two styles, by folder, one that is broken and one that is a copy."""
    place, random = tmp_path_factory.mktemp("midi"), np.random.default_rng(0)
    for number in range(12):
        bars = []
        for _ in range(4):
            hits = random.random((8, 64)) < 0.02
            for voice, steps in enumerate(BEATS):
                hits[voice, steps] = True
            bars.append(Pattern.from_hits(hits))
        style = place / ("funk" if number % 2 else "jazz")
        style.mkdir(exist_ok=True)
        midi.write(style / f"{number}.mid", bars)
    (place / "funk" / "broken.mid").write_bytes(b"MThd")
    (place / "jazz" / "copy.mid").write_bytes((place / "jazz" / "0.mid").read_bytes())
    return place


@pytest.fixture(scope="module")
def learned(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The space that was learned, and what was said meanwhile."""
    out = tmp_path_factory.mktemp("run") / "mine"
    code, said, error = clave(
        "learn", "rhythm", folder, "-o", out, "--recipe", "quick", "--epochs", "1", "--credit", "me"
    )
    assert code == 0, error
    return out, said


def test_learning_says_what_it_read_and_what_it_refused(learned: tuple[Path, str]) -> None:
    out, said = learned
    assert "14 MIDI files, 12 read, 2 refused" in said
    assert re.search(r"refused: funk/broken\.mid: .+", said)
    assert re.search(r"refused: jazz/copy\.mid: a copy of jazz/0\.mid", said)
    assert "48 kept" in said
    assert "24 funk, 24 jazz" in said
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert set(report["refused"]) == {"funk/broken.mid", "jazz/copy.mid"}
    assert (out / "index.parquet").stat().st_size > 0


def test_what_was_learned_plays(learned: tuple[Path, str], tmp_path: Path) -> None:
    out, _ = learned
    code, said, error = clave("groove", "--rhythm", out, "--style", "funk", "--bars", "2", "-o", tmp_path)
    assert code == 0, error
    assert "funk" in said


def test_a_run_is_not_overwritten_and_a_finished_one_has_figures(learned: tuple[Path, str], folder: Path) -> None:
    out, _ = learned
    before = (out / "report.json").read_bytes()
    code, _, error = clave("learn", "rhythm", folder, "-o", out)
    assert (code, error) == (
        1,
        f"clave: error: {out} already holds a run: go on with --resume or choose another folder\n",
    )
    assert (out / "report.json").read_bytes() == before
    code, said, error = clave("figures", out)
    assert code == 0, error
    assert [Path(line).stat().st_size > 0 for line in said.splitlines()]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["learn", "rhythm", "empty", "-o", "out"], "holds no MIDI file"),
        (["learn", "rhythm", "missing", "-o", "out"], "is not a folder"),
        (["learn", "rhythm", "broken", "-o", "out", "--recipe", "tin"], "no recipe 'tin'; there are: rhythm, quick"),
        (["learn", "rhythm", "broken", "-o", "out", "--drum-map", "tin"], "tin"),
        (["figures", "empty"], "no training run"),
        (["groove", "--rhythm", "empty"], "not a rhythm space"),
        (["play", "--no-open", "--port", "0", "--rhythm", "empty"], "not a rhythm space"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_cannot_be_used_is_one_line(words: list[str], sentence: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "nothing.mid").write_bytes(b"")
    code, _, error = clave(*words)
    assert code == 1
    assert re.fullmatch(rf"clave: error: .*{re.escape(sentence)}.*\n", error), error
    assert not (tmp_path / "out").exists()


def test_where_nothing_can_be_used_each_file_is_told_with_its_reason(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken").mkdir()
    for number in range(25):
        (tmp_path / "broken" / f"{number:02}.mid").write_bytes(b"")
    code, _, error = clave("learn", "rhythm", "broken", "-o", "out")
    assert code == 1
    assert error.splitlines() == [
        *(f"  refused: {number:02}.mid: empty, 0 bytes" for number in range(25)),
        "clave: error: no MIDI file in broken can be learned from, 25 refused",
    ]


def test_learning_needs_a_folder_or_the_factory(tmp_path: Path) -> None:
    code, _, error = clave("learn", "rhythm", "-o", tmp_path / "out")
    assert code == 2
    assert "--factory" in error
