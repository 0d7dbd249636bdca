"""`clave learn FOLDER`: what is found, what is said while it learns, and how it is asked to end."""

import io
import json
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from clave import Pattern, load_rhythm, midi
from clave.app.cli import app, learn_report
from clave.app.cli.learn_folder import with_command
from clave.app.cli.learn_report import JsonReport, TerminalReport, said_of_epoch, said_of_time
from clave.app.cli.progress import bars as progress_bars
from clave.errors import CorpusError, TrainingError
from clave.files import audio_file
from clave.music.kit import VOICES
from clave.sound import drum_synth
from clave.training.run import Epoch

pytestmark = pytest.mark.usefixtures("rough_spaces")
COMMANDS = ["rhythm", "sound", "voices", "folder"]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["drums", "-o", "x"], ["folder", "drums", "-o", "x"]),
        (["-o", "x", "drums"], ["folder", "-o", "x", "drums"]),
        (["rhythm", "drums"], ["rhythm", "drums"]),
        (["./rhythm"], ["folder", "./rhythm"]),
        (["--help"], ["--help"]),
        ([], []),
    ],
)
def test_a_folder_needs_no_command(given: list[str], meant: list[str]) -> None:
    assert with_command(given, COMMANDS) == meant


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six files of two bars, and two sounds of a kit, which are too few."""
    place, random = tmp_path_factory.mktemp("mixed"), np.random.default_rng(0)
    for number in range(6):
        hits = random.random((2, 8, 64)) < 0.03
        hits[:, 0, [0, 32]] = True
        midi.write(place / f"{number}.mid", [Pattern.from_hits(bar) for bar in hits])
    kit = drum_synth.kit("analogue")
    for voice in VOICES[:2]:
        audio_file.write(place / f"{voice.name}.wav", kit[voice])
    return place


def lines_of(*words: str | Path) -> list[dict]:
    ran = CliRunner().invoke(app, ["learn", *map(str, words), "--progress", "json"], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_a_look_says_what_a_folder_holds_and_trains_nothing(mixed: Path, tmp_path: Path) -> None:
    found = {
        line["what"]: line for line in lines_of(mixed, "-o", tmp_path / "out", "--look") if line["kind"] == "found"
    }
    assert (found["rhythm"]["files"], found["rhythm"]["used"]) == (6, 12)
    assert (found["sound"]["files"], found["sound"]["used"]) == (2, 2)
    assert not (tmp_path / "out").exists()


def test_what_is_enough_is_learned_and_what_is_not_is_said(mixed: Path, tmp_path: Path) -> None:
    lines = lines_of(mixed, "-o", tmp_path / "out", "--from", "scratch", "--recipe", "quick", "--epochs", "1")
    (learned,) = (line for line in lines if line["kind"] == "learned")
    assert (learned["what"], learned["verdict"]["playable"]) == ("rhythm", False)
    (epoch,) = (line for line in lines if line["kind"] == "epoch")
    assert "held-out hit F1" in epoch["text"]
    assert {"hit_f1_map", "hit_f1_next_16th"} == set(epoch["scores"])
    assert any(line["kind"] == "estimate" and line["seconds"] > 0 for line in lines)
    said = [line["text"] for line in lines if line["kind"] == "said"]
    assert any(line.startswith("sounds not used: ") for line in said), said
    assert any(line.startswith(f"{tmp_path / 'out' / 'rhythm'}: not good enough to play. ") for line in said)
    assert said[-1] == f"{tmp_path / 'out'} holds nothing yet that is good enough to play"
    assert len(load_rhythm(tmp_path / "out" / "rhythm").sample(1)) == 1
    assert (tmp_path / "out" / "rhythm" / "preview.wav").is_file()
    with pytest.raises(TrainingError, match="already holds a run: go on with --resume"):
        CliRunner().invoke(app, ["learn", str(mixed), "-o", str(tmp_path / "out")], catch_exceptions=False)


def test_a_folder_without_drums_is_refused_with_what_is_read(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"holds neither MIDI files \(\.mid.*\) nor sounds \(\.wav"):
        CliRunner().invoke(app, ["learn", str(tmp_path)], catch_exceptions=False)


def test_an_epoch_is_said_in_what_a_person_can_read() -> None:
    epoch = Epoch(3, 14, 12.0, {}, {}, True, {"hit_f1_map": 0.841, "hit_f1_next_16th": 0.7})
    assert (
        said_of_epoch(epoch)
        == "epoch 3 of 14: held-out hit F1 0.84 by two numbers on the map, 0.70 16th by 16th (12 s)"
    )
    sounds = Epoch(1, 2, 300.0, {}, {}, True, {"error_db_map": 7.94, "error_db_detail": 4.3})
    assert "within 7.9 dB by two numbers on the map, 4.3 dB with their detail (5 min)" in said_of_epoch(sounds)
    assert [said_of_time(each) for each in (0.21, 90, 600, 10_000)] == ["0.2 s", "90 s", "10 min", "2.8 h"]


@pytest.mark.parametrize(("commands", "wish"), [("use\n", "use"), ("what\nlater\n", "later"), ("", "later")])
def test_a_program_ends_a_run_by_a_word_or_by_its_end(commands: str, wish: str) -> None:
    report = JsonReport(io.StringIO(), io.StringIO(commands))
    report.listens()
    end = time.monotonic() + 5
    while report.wish() is None and time.monotonic() < end:
        time.sleep(0.01)
    assert report.wish() == wish


def test_progress_for_a_program_comes_with_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([0.0, 0.1, 10.0, 11.0])
    monkeypatch.setattr(learn_report, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    out = io.StringIO()
    report = JsonReport(out, io.StringIO())
    for done in (1, 2, 6, 11):
        report.follow("training", done, 11)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(line["done"], line["left"]) for line in lines] == [(1, None), (6, 10.0), (11, 0.0)]


@pytest.mark.parametrize(("answer", "wish"), [("u", "use"), ("l", "later"), ("", None)])
def test_ctrl_c_asks_what_to_do(answer: str, wish: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    report = TerminalReport(progress_bars())
    with pytest.raises(KeyboardInterrupt):  # nothing is learned before the first step
        report._interrupt(2, None)
    assert report.wish() is None
    report._interrupt(2, None)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    monkeypatch.setattr(learn_report.sys.stdin, "isatty", lambda: True, raising=False)
    assert report.wish() == wish
    assert report.wish() is None


def test_where_nobody_can_be_asked_ctrl_c_keeps_the_run_for_later() -> None:
    report = TerminalReport(progress_bars())
    report.wish()
    report._interrupt(2, None)
    assert report.wish() == "later"
