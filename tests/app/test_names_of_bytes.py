"""Names of files whose bytes are no UTF-8, through the commands that take files and folders."""

from pathlib import Path

import pytest
from midi_files import midi_file, notes
from typer.testing import CliRunner

from clave import factory, wav
from clave.app.cli import app

LATIN_1 = "caf\udce9"  # as Python has the byte E9 of a name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / f"{LATIN_1} loops"
    try:
        place.mkdir()
    except OSError:
        pytest.skip("names here are UTF-8")
    wav.write(tmp_path / "x.wav", factory.kit("punch")["kick"])
    (tmp_path / "x.wav").rename(place / f"kick {LATIN_1}.wav")
    (place / f"{LATIN_1}.mid").write_bytes(midi_file(notes(0, 480, 960)))
    return place


def test_a_kit_of_such_a_folder_plays_and_its_project_plays_again(folder: Path, tmp_path: Path) -> None:
    saved, out = tmp_path / "project.json", tmp_path / "out"
    command = ["groove", "--style", "house", "--bars", "1", "--kit", str(folder), "-o", str(out), "--save", str(saved)]
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert "kick: kick caf\\xe9.wav" in result.output
    assert r"kick caf\\xe9.wav" in saved.read_text("utf-8")
    again = CliRunner().invoke(app, ["render", str(saved), "-o", str(tmp_path / "again")], catch_exceptions=False)
    assert again.exit_code == 0
    assert (out / "groove.wav").read_bytes() == (tmp_path / "again" / "groove.wav").read_bytes()


def test_such_a_folder_is_looked_into_and_a_file_in_it_found(folder: Path) -> None:
    look = CliRunner().invoke(app, ["learn", str(folder), "--look"], catch_exceptions=False)
    assert "1 MIDI files and 1 sound files found" in look.output
    where = CliRunner().invoke(app, ["drum-map", str(folder / f"{LATIN_1}.mid")], catch_exceptions=False)
    assert "3 strokes" in where.output
