"""`clave export` and the page's formats: the same table, from a project or from options."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import unquote

import mido
import numpy as np
import pytest
import soundfile
from fastapi.testclient import TestClient
from live import busy_bars
from toy_rhythm import ToyRhythm
from toy_tones import ToyTones
from typer.testing import CliRunner

from clave.app import server
from clave.app.cli import app
from clave.play.formats import FORMATS, KitOptions
from clave.play.kit_takes import sampled_kit
from clave.play.project import Project, ProjectKit, Scene, TempoChange, save
from clave.play.project.document import SongPart
from clave.play.project.voices import KitVoice
from clave.rhythm import space
from clave.sound import space as sound_space


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "load_rhythm", lambda *_: ToyRhythm())
    monkeypatch.setattr(sound_space, "load_sound", lambda *_: ToyTones())


@pytest.fixture
def song(tmp_path: Path) -> Path:
    scene = Scene(name="verse", bars=busy_bars(2))
    save(Project(name="mine", scene=scene, scenes=(scene,), song=(SongPart(scene=0, bars=3),)), tmp_path / "mine.json")
    return tmp_path / "mine.json"


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["export", *map(str, words)])
    return done.exit_code, done.output if done.exception is None or done.exit_code == 2 else str(done.exception)


def test_a_song_and_its_scene_are_written_apart(toy: None, song: Path, tmp_path: Path) -> None:
    assert run("song", song, "-o", tmp_path / "song")[0] == 0
    assert run("groove", song, "-o", tmp_path / "scene", "--on-grid")[0] == 0
    whole, loop = (mido.MidiFile(tmp_path / each / "mine.mid") for each in ("song", "scene"))
    assert sum(message.type == "marker" for message in whole.tracks[0]) == 1
    assert not any(message.type == "marker" for message in loop.tracks[0])
    assert whole.length > loop.length


def test_a_groove_is_made_from_options(toy: None, tmp_path: Path) -> None:
    code, said = run("groove", "--at", 0.5, 0, "--bars", 2, "--kit", "analogue", "--format", "wav", "-o", tmp_path)
    assert code == 0, said
    assert soundfile.info(tmp_path / "groove.wav").duration == 4


def test_a_project_without_a_song_and_words_that_are_no_choice_are_refused(toy: None, tmp_path: Path) -> None:
    save(Project(), tmp_path / "plain.json")
    for words, reason in (
        (("song", tmp_path / "plain.json"), "has no song"),
        (("groove", tmp_path / "plain.json", "--format", "sfz"), "got the format 'sfz'"),
        (("groove", tmp_path / "plain.json", "--tail", "long"), "one of cut, wrap, ring"),
        (("kit", "--kit", "analogue", "--takes", "99"), "1 to 16 takes, got 99"),
        (("model", "drums"), "rhythm or sound, got 'drums'"),
    ):
        code, said = run(*words, "-o", tmp_path / "out")
        assert code != 0
        assert reason in said
    assert not (tmp_path / "out").exists()


def test_a_model_runs_by_its_readme_alone(tmp_path: Path) -> None:
    for which, last in (("rhythm", "kick"), ("sound", "(1, 140, 64)")):
        folder = tmp_path / which
        assert run("model", which, "-o", folder)[0] == 0
        example = (folder / "README.md").read_text().split("```python")[1].split("```")[0]
        checked = example + "\nimport sys\nassert not any(each.startswith('clave') for each in sys.modules)\n"
        command = [sys.executable, "-I", "-c", checked]
        assert last in subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def test_the_page_saves_every_format(song: Path) -> None:
    client = TestClient(server.create_app(ToyRhythm(), sound=ToyTones()), base_url="http://127.0.0.1")
    listed = client.get("/api/formats").json()
    assert [each["name"] for each in listed] == list(FORMATS)
    for name in ("midi", "strudel"):
        reply = client.post(f"/api/project/export/{name}", content=song.read_bytes())
        assert reply.status_code == 200
        disposition = unquote(reply.headers["content-disposition"])
        if name == "midi":
            assert disposition.endswith("mine.mid")
            assert mido.MidiFile(file=io.BytesIO(reply.content)).length > 0
        else:
            assert disposition.endswith("mine-strudel.zip")
            assert "strudel.json" in zipfile.ZipFile(io.BytesIO(reply.content)).namelist()
            assert any("the room" in each for each in json.loads(unquote(reply.headers["clave-remarks"])))
    refused = client.post("/api/project/export/pdf", content=song.read_bytes())
    assert refused.status_code == 422
    assert "got the format 'pdf'" in refused.json()["error"]


def test_a_kept_project_has_an_address_for_each_file_and_old_ones_go(song: Path) -> None:
    client = TestClient(server.create_app(ToyRhythm(), sound=ToyTones()), base_url="http://127.0.0.1")
    kept = client.post("/api/project/kept", content=song.read_bytes()).json()
    assert kept["stem"] == "mine"
    for each in client.get("/api/formats").json():
        if each["name"] in ("midi", "svg", "h2pattern", "h2drumkit"):
            reply = client.get(f"/api/project/kept/{kept['key']}/{each['name']}")
            assert reply.status_code == 200
            assert reply.headers["content-type"].split(";")[0] == each["media_type"]
            name = unquote(reply.headers["content-disposition"]).partition("''")[2]
            assert name.endswith(each["suffix"])
            assert zipfile.is_zipfile(io.BytesIO(reply.content)) == name.endswith(".zip")
    for tempo in range(100, 116):
        another = Project(scene=Scene(tempo=(TempoChange(bar=0, tempo_bpm=float(tempo)),)))
        client.post("/api/project/kept", content=another.model_dump_json())
    gone = client.get(f"/api/project/kept/{kept['key']}/midi")
    assert gone.status_code == 422
    assert "is kept no longer: open the Export menu again" in gone.json()["error"]


def test_takes_are_neighbours_of_the_sound_and_not_the_sound_again() -> None:
    shipped = sound_space.load_sound()
    point = shipped.places(3)["snare"]
    others = KitVoice(origin="factory", kit="analogue")
    drawn = KitVoice(origin="map", point=point, seed=3)
    scene = Scene(kit=ProjectKit(name="one", voices=(others, drawn, *(others,) * 6)))
    kit, remarks = sampled_kit(scene, shipped, KitOptions(layers=1, takes=3))
    assert remarks == []
    sound, *neighbours = kit.voices[1].layers[0]
    far = shipped.sample(3, "snare", seed=5)

    def apart(one, other) -> float:
        return float(np.abs(shipped.spectrogram.forward(one) - shipped.spectrogram.forward(other)).mean())

    away = [apart(sound, each) for each in neighbours]
    assert min(away) > 0.01
    assert max(away) < 0.15 * min(apart(sound, each) for each in far)
    assert apart(*neighbours) > 0.01
    assert [len(each.layers[0]) for each in kit.voices] == [3] * 8
    assert "neighbours" in kit.credit
    assert "small changes" in kit.credit
    again, _ = sampled_kit(scene, shipped, KitOptions(layers=1, takes=3))
    np.testing.assert_array_equal(again.voices[1].layers[0][2].samples, neighbours[1].samples)
