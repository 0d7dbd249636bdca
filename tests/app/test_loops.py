"""Drum loops in the page: read, corrected by hand, their sounds kept; and a loop as a project."""

import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fastapi.testclient import TestClient
from scipy.signal import resample_poly
from typer.testing import CliRunner

import clave
from clave import load_rhythm
from clave.app import server
from clave.app.cli import app as commands
from clave.app.kit_library import KitLibrary
from clave.app.loop_project import loop_project, write_kit
from clave.app.loop_protocol import LoopFile
from clave.app.project_files import keep_files
from clave.app.protocol import Refusal
from clave.app.server import loop_routes
from clave.play.sounds import find_on_disk
from clave.sound.loops import LoopHint, LoopReading, read

BEAT = {0: (0, 24, 32), 1: (16, 48), 2: range(0, 64, 8)}


@cache
def rendered() -> clave.Clip:
    hits = np.zeros((8, 64), bool)
    for voice, steps in BEAT.items():
        hits[voice, list(steps)] = True
    return clave.render([clave.Pattern.from_hits(hits)] * 2, clave.factory.kit("analogue"), 104)


@cache
def reading() -> LoopReading:
    known = LoopHint(tempo_bpm=104, meter=(4, 4), first_beat_s=0.0)
    return read(rendered(), known, name="break.wav", space=load_rhythm())


def content(samples: np.ndarray | None = None, *, rate: int = 44_100, form: str = "WAV") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, rendered().samples if samples is None else samples, rate, format=form)
    return file.getvalue()


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(server.create_app(load_rhythm()), base_url="http://localhost")


@pytest.fixture(scope="module")
def taken(client: TestClient) -> LoopFile:
    mono = resample_poly(rendered().samples, 160, 147)
    body = content(np.stack([mono, 0.5 * mono], axis=1), rate=48_000, form="OGG")
    answer = client.post("/api/loops", params={"name": "break.wav"}, content=body)
    assert answer.status_code == 200, answer.text
    return LoopFile.model_validate_json(answer.text)


def refusal(
    client: TestClient, path: str, body: bytes | None = None, asked: dict[str, object] | None = None
) -> tuple[int, str, str]:
    answer = client.post(path, content=body) if body is not None else client.post(path, json=asked or {})
    said = Refusal.model_validate_json(answer.text)
    return answer.status_code, said.kind, said.error


def test_a_loop_gives_its_bars_with_their_places_and_its_sounds(client: TestClient, taken: LoopFile) -> None:
    assert taken.grid.tempo_bpm == pytest.approx(104, rel=0.005)
    assert taken.material.bars[0].bar == 0
    assert all(abs(x) <= 3 and abs(y) <= 3 for x, y in (bar.point for bar in taken.material.bars))
    assert {0, 1} <= {cut.voice for cut in taken.cuts}
    for cut in taken.cuts:
        assert client.get(f"/api/files/{cut.sound.file}.wav", params={"voice": cut.voice}).status_code == 200


def test_what_a_person_says_of_the_grid_is_kept(client: TestClient, taken: LoopFile) -> None:
    answer = client.post(f"/api/loops/{taken.loop}", json={"name": "break.wav", "tempo_bpm": 60, "first_beat_s": 0.0})
    slow = LoopFile.model_validate_json(answer.text)
    assert (slow.grid.tempo_bpm, slow.grid.first_beat_s) == (60, 0)
    assert slow.material.name == "break.wav"


def test_strokes_that_a_person_corrected_are_those_of_the_bars(client: TestClient, taken: LoopFile) -> None:
    strokes = [(seconds, 6 if voice == 1 else voice, velocity, 1.0) for seconds, voice, velocity, _ in taken.strokes]
    asked = {"strokes": strokes, **taken.grid.model_dump()}
    claps = LoopFile.model_validate_json(client.post(f"/api/loops/{taken.loop}", json=asked).text)
    struck = {voice for bar in claps.material.bars for voice, *_ in bar.pattern.strokes}
    assert 6 in struck
    assert 1 not in struck
    assert claps.strokes_sure == 1


def test_a_correction_of_a_loop_that_is_gone_says_what_to_do(client: TestClient) -> None:
    assert refusal(client, f"/api/loops/{'0' * 64}") == (
        422,
        "sound",
        "the loop 000000000000... is not here any more: drop it again",
    )


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"tempo_bpm": 20}, "[60, 200] bpm, got 20"),
        ({"meter": [2, 2]}, "got 2/2"),
        ({"strokes": [[0.1, 9, 0.5, 1]]}, "strokes.0.1"),
        ({"strokes": [[61, 0, 0.5, 1]]}, "strokes.0.0"),
    ],
)
def test_a_correction_out_of_range_is_refused(
    client: TestClient, taken: LoopFile, wrong: dict[str, object], rule: str
) -> None:
    status, _, error = refusal(client, f"/api/loops/{taken.loop}", asked=wrong)
    assert status == 422
    assert rule in error


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "empty (0 bytes)"),
        (b"no sound", "not a sound file that can be read"),
        (content(np.zeros(88_200)), "silence, no strokes"),
        (content(np.zeros(61 * 8000), rate=8000), "61 s long; sounds are at most 60 s"),
    ],
    ids=["empty", "text", "silence", "a minute and more"],
)
def test_what_is_no_loop_is_refused_by_name(client: TestClient, body: bytes, rule: str) -> None:
    status, kind, error = refusal(client, "/api/loops?name=mine.wav", body)
    assert (status, kind) == (422, "sound")
    assert error.startswith("mine.wav: ")
    assert rule in error


def test_a_body_that_is_too_large_is_refused_while_it_comes_in(client: TestClient) -> None:
    status, _, error = refusal(client, "/api/loops", bytes(loop_routes.MAX_LOOP_BYTES + 1))
    assert status == 413
    assert "a loop is at most 50 MB" in error


def test_a_loop_as_a_project_plays_its_bars_on_its_sounds(tmp_path: Path) -> None:
    project = loop_project(reading(), write_kit(reading(), tmp_path), load_rhythm())
    performance = clave.perform(project, find_file=find_on_disk(tmp_path))
    assert performance.remarks == ()
    assert performance.tempo.bpm_at(0) == pytest.approx(104, rel=0.005)
    assert [bar.hits.sum() for bar in performance.bars] == [bar.hits.sum() for bar in reading().bars]
    kick = performance.kit.clips[0].samples
    assert np.abs(kick).max() == pytest.approx(reading().one_shots["kick"].peak, rel=0.01)


def test_the_files_of_a_project_are_kept_from_its_folder(tmp_path: Path) -> None:
    project = loop_project(reading(), write_kit(reading(), tmp_path), load_rhythm())
    (tmp_path / "kit" / "snare.wav").unlink()
    library = KitLibrary()
    keep_files(project, tmp_path, library)
    kept = {voice.file_name: library.has_file(voice.file or "") for voice in project.scene.kit.voices if voice.file}
    assert kept["kit/kick.wav"]
    assert not kept["kit/snare.wav"]


def test_the_command_writes_bars_kit_and_a_project_that_plays_them(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "break.wav", rendered().samples.T, rendered().sample_rate)
    line = ("loop", str(tmp_path / "break.wav"), "--tempo", "104", "--meter", "4/4", "-o", str(tmp_path / "out"))
    done = CliRunner().invoke(commands, line)
    assert done.exit_code == 0, done.output
    bars = clave.midi.read(tmp_path / "out/loop.mid").patterns
    assert [bar.hits.tolist() for bar in bars] == [bar.hits.tolist() for bar in reading().bars]
    project = clave.project.load(tmp_path / "out/project.json")
    played = clave.perform(project)
    assert [bar.hits.tolist() for bar in played.bars] == [bar.hits.tolist() for bar in bars]
    kept = sorted(path.name for path in (tmp_path / "out/kit").glob("*.wav"))
    assert kept
    assert all(f"{Path('kit', name)}: " in done.output for name in kept)


def test_the_command_refuses_a_wrong_meter_and_a_file_that_is_no_sound(tmp_path: Path) -> None:
    (tmp_path / "break.wav").write_bytes(b"RIFF")
    wrong = CliRunner().invoke(commands, ["loop", str(tmp_path / "break.wav"), "--meter", "four"])
    assert wrong.exit_code != 0
    none = CliRunner().invoke(commands, ["loop", str(tmp_path / "break.wav"), "-o", str(tmp_path / "out")])
    assert "break.wav" in str(none.exception)
    assert not (tmp_path / "out").exists()
