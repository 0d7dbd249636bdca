"""From a folder of MIDI to a space of one's own, by commands alone."""

import io
import json
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from clave import Pattern, corpus, load_rhythm, midi
from clave.app import cli
from clave.app.cli import app
from clave.errors import SpaceError, TrainingError
from clave.training import rhythm_data

pytestmark = pytest.mark.usefixtures("rough_spaces")
BEATS = ([0, 32], [16, 48], list(range(0, 64, 8)))  # kick, snare, closed hi-hat


def clave(*words: str | Path) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command, run in this process."""
    out, error = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(error):
        patch.setattr(sys, "argv", ["clave", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
    return int(stopped.value.code or 0), out.getvalue(), error.getvalue()


def some_bars(random: np.random.Generator, count: int) -> list[Pattern]:
    """A beat with a few strokes anywhere, each bar another."""
    bars: list[Pattern] = []
    for _ in range(count):
        hits = random.random((8, 64)) < 0.02
        for voice, steps in enumerate(BEATS):
            hits[voice, steps] = True
        bars.append(Pattern.from_hits(hits))
    return bars


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve files of four bars in two styles, by folder, one that is broken and one that is a copy."""
    place, random = tmp_path_factory.mktemp("midi"), np.random.default_rng(0)
    for number in range(12):
        style = place / ("funk" if number % 2 else "jazz")
        style.mkdir(exist_ok=True)
        midi.write(style / f"{number}.mid", some_bars(random, 4))
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


def test_what_was_learned_plays_in_a_process_of_its_own(learned: tuple[Path, str], tmp_path: Path) -> None:
    command = ["groove", "--rhythm", learned[0], "--style", "funk", "--bars", "2", "-o", tmp_path]
    done = subprocess.run(
        [sys.executable, "-m", "clave", *map(str, command)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "funk" in done.stdout


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


def learn_quickly(folder: Path, out: Path, *words: str) -> str:
    """What `learn rhythm` says; what it raises."""
    command = ["learn", "rhythm", str(folder), "-o", str(out), "--recipe", "quick", "--epochs", "1", *words]
    return CliRunner().invoke(app, command, catch_exceptions=False).stdout


def test_two_files_one_of_them_without_a_style_are_enough_to_play(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    (tmp_path / "midi" / "My Jams").mkdir(parents=True)
    midi.write(tmp_path / "midi" / "My Jams" / "a.mid", some_bars(random, 8))
    midi.write(tmp_path / "midi" / "b.mid", some_bars(random, 4))
    said = learn_quickly(tmp_path / "midi", tmp_path / "out")
    assert "styles, from the folder's name: 8 My Jams, 4 without one" in said
    assert re.search(
        rf"\d+ bars to learn from, \d+ to tune on, \d+ to score; held out: {rhythm_data.HELD_OUT['bars']}", said
    )
    space = load_rhythm(tmp_path / "out")
    assert space.styles == ("My Jams",)
    assert sorted(space.corpus.styles) == [""] * 4 + ["My Jams"] * 8
    assert len(space.sample(3, style="My Jams")) == 3


def test_ones_own_folder_and_the_factory_are_learned_together(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = partial(corpus.from_factory, ("funk", "house"))
    monkeypatch.setattr(corpus, "from_factory", few)
    monkeypatch.setattr(corpus, "TAKES_BESIDE", 3)
    said = learn_quickly(folder, tmp_path, "--factory")
    assert "styles, from the folder's name: 24 funk, 24 jazz\n" in said
    assert "styles, from the templates: " in said
    assert f"held out: {rhythm_data.HELD_OUT['stratified']}" in said
    space = load_rhythm(tmp_path)
    assert space.styles == ("funk", "house", "jazz")
    ours = [style for style, source in zip(space.corpus.styles, space.corpus.sources, strict=True)
            if source.startswith(corpus.FACTORY)]  # fmt: skip
    assert len(ours) == len(few(takes=3))
    assert ours.count("funk") == few(takes=3).report.styles["funk"] == space.corpus.styles.count("funk") - 24


@pytest.mark.parametrize(
    ("bars", "message"), [([1], "got 1 bars, 1 distinct"), ([3, 5], "got 8 bars, 1 distinct")], ids=["one bar", "equal"]
)
def test_bars_that_are_all_equal_are_refused_with_what_is_needed(bars: list[int], message: str, tmp_path: Path) -> None:
    (tmp_path / "midi").mkdir()
    for number, count in enumerate(bars):
        midi.write(tmp_path / "midi" / f"{number}.mid", some_bars(np.random.default_rng(0), 1) * count)
    with pytest.raises(TrainingError, match=f"learning needs three bars whose strokes differ, .*{message}"):
        learn_quickly(tmp_path / "midi", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_of_three_four_alone_is_learned_and_plays(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    (tmp_path / "midi" / "waltz").mkdir(parents=True)
    for number in range(4):
        hits = random.random((4, 8, 48)) < 0.05
        hits[:, 0, 0] = hits[:, 1, 16] = True
        bars = [Pattern.from_hits(bar, meter=(3, 4)) for bar in hits]
        midi.write(tmp_path / "midi" / "waltz" / f"{number}.mid", bars)
    assert "meters: 16 3/4" in learn_quickly(tmp_path / "midi", tmp_path / "out")
    play = ["groove", "--rhythm", str(tmp_path / "out"), "--kit", "analogue", "--bars", "2", "-o", str(tmp_path)]
    assert "3/4" in CliRunner().invoke(app, [*play, "--meter", "3/4"], catch_exceptions=False).stdout
    assert [bar.meter for bar in midi.read(tmp_path / "groove.mid").patterns][:2] == [(3, 4)] * 2
    with pytest.raises(SpaceError, match="has learned 3/4, got 4/4"):
        CliRunner().invoke(app, play, catch_exceptions=False)


def test_our_own_grooves_alone_are_learned_and_play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "from_factory", partial(corpus.from_factory, ("funk", "house"), takes=3))
    command = ["learn", "rhythm", "--factory", "-o", str(tmp_path / "out"), "--recipe", "quick", "--epochs", "1"]
    assert "styles, from the templates: " in CliRunner().invoke(app, command, catch_exceptions=False).stdout
    play = ["groove", "--rhythm", str(tmp_path / "out"), "--style", "house", "--kit", "analogue", "--bars", "1"]
    assert "house" in CliRunner().invoke(app, [*play, "-o", str(tmp_path)], catch_exceptions=False).stdout
