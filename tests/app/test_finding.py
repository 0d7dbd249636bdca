"""`clave where`, `clave similar` and `clave corpus index`."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from clave import Clip, Pattern, midi, wav
from clave.app.cli import app
from clave.errors import AudioFileError, CorpusError, MidiError, SpaceError
from clave.music.kit import voice
from clave.rhythm.dataset import factory
from clave.sound import sound_index
from clave.sound.dataset import made_clip


def groove(shift: int = 0) -> Pattern:
    hits = np.zeros((8, 64))
    hits[0, [0, 32]], hits[1, [16, 48 + shift]], hits[2, ::8] = 1, 1, 1
    return Pattern.from_hits(hits)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few of our own grooves and drums to search in."""
    monkeypatch.setattr(factory, "TAKES_BESIDE", 1)
    monkeypatch.setattr(sound_index, "FACTORY_DRUMS", 3)


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    midi.write(folder / "groove.mid", [groove(), groove(), groove(4)])
    for number in range(3):
        (folder / "corpus").mkdir(exist_ok=True)
        midi.write(folder / f"corpus/take{number}.mid", [groove(4 * number)])
    wav.write(folder / "snare 1.wav", made_clip(voice("snare"), 1))
    wav.write(folder / "loop.wav", Clip(np.sin(np.arange(44100 * 5) / 9).astype(np.float32) * 0.5, 44100))
    return folder


def run(*line: object) -> dict:
    done = CliRunner().invoke(app, [str(each) for each in line])
    if done.exception is not None:
        raise done.exception
    return json.loads(done.stdout) if "--json" in line else {"text": done.output}


def test_where_says_the_place_styles_and_sources_of_each_bar_that_differs(files: Path) -> None:
    places = run("where", files / "groove.mid", "--json")["places"]
    assert [place["bar"] for place in places] == [1, 3]
    assert sum(places[0]["styles"].values()) <= 1.001
    assert all(near["licence"] and near["source"] for near in places[0]["nearest"])
    assert "of the map" in run("where", files / "groove.mid")["text"]


def test_where_takes_a_sound_s_voice_from_its_name_or_as_it_is_told(files: Path) -> None:
    [place] = run("where", files / "snare 1.wav", "--json")["places"]
    assert (place["voice"], place["voice_from"]) == ("snare", "by its name")
    assert place["nearest"][0]["source"] == "factory snare 1"
    [place] = run("where", files / "snare 1.wav", "--voice", "clap", "--json")["places"]
    assert place["voice"] == "clap"


def test_similar_searches_in_a_folder_and_in_an_index_of_it(files: Path, tmp_path: Path) -> None:
    there = run("similar", files / "groove.mid", "-n", "2", "--in", files / "corpus", "--json")["found"]
    assert [near["source"] for near in there[0]["similar"]] == ["take0.mid", "take1.mid"]
    assert there[0]["similar"][0]["agreement"] == 1
    assert "an index of 3 bars" in run("corpus", "index", files / "corpus", "-o", tmp_path / "it")["text"]
    assert run("similar", files / "groove.mid", "-n", "2", "--in", tmp_path / "it", "--json")["found"] == there
    with pytest.raises(SpaceError, match="is an index of bars, not of sounds"):
        run("similar", files / "snare 1.wav", "--in", tmp_path / "it")


def words(*line: object) -> list[str]:
    """What is printed after the name of the file, and so after the progress of reading."""
    return run("similar", *line)["text"].partition(f"{line[0]}:\n")[2].splitlines()


def test_similar_says_in_words_where_each_comes_from(files: Path) -> None:
    assert words(files / "groove.mid", "-n", "1", "--in", files / "corpus")[:2] == [
        "bar 1",
        "  take0.mid bar 1, style unknown, 100% of strokes agree, licence unknown",
    ]
    voice, nearest = words(files / "snare 1.wav", "-n", "1")
    assert voice == "snare (by its name)"
    assert nearest.startswith("  factory snare 1, distance 0.0")


def test_a_sound_with_a_name_that_says_nothing_is_listened_to(files: Path, tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes((files / "snare 1.wav").read_bytes())
    [place] = run("where", tmp_path / "x.wav", "--json")["places"]
    assert place["voice_from"].startswith("heard, ")


def test_what_cannot_be_found_is_refused(files: Path, tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match=r"is 5\.0 s long: a loop rather than one stroke"):
        run("where", files / "loop.wav")
    midi.write(tmp_path / "empty.mid", [Pattern.empty()])
    with pytest.raises(MidiError):
        run("where", tmp_path / "empty.mid")
    with pytest.raises(CorpusError, match="is not a folder"):
        run("corpus", "index", tmp_path / "nowhere", "-o", tmp_path / "it")
    assert CliRunner().invoke(app, ["where", str(tmp_path / "text.txt")]).exit_code == 2
