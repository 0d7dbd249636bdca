"""Learning from the page: a stub stands for the training process."""

import sys
import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from toy_rhythm import ToyRhythm

from clave.app import learner as learner_module
from clave.app.learn_protocol import LearnStart, LearnState
from clave.app.learner import Learner
from clave.app.server import create_app
from clave.app.server.switching import Switching
from clave.errors import TrainingError

STUB = """
import json, pathlib, sys
say = lambda **event: print(json.dumps(event), flush=True)
out = pathlib.Path(sys.argv[sys.argv.index("-o") + 1])
say(kind="said", text="8 files")
say(kind="found", what="rhythm", files=8, read=7, used=32, refused=1, refusals={"a.mid": "empty"})
if "--look" in sys.argv:
    sys.exit(0)
if "broken" in sys.argv[1]:
    sys.exit("clave: error: broken/a.mid: No space left on device")
say(kind="training", what="rhythm", folder=str(out / "rhythm"), epochs=2)
say(kind="progress", what="training", done=1, whole=4, left=2.5)
say(kind="estimate", seconds=3.0, epochs=2, text="about 3 s here")
say(kind="epoch", number=1, epochs=2, seconds=1.0, best=True, scores={}, text="epoch 1 of 2: hit F1 0.80")
(out / "rhythm").mkdir(parents=True, exist_ok=True)
(out / "rhythm" / "preview.wav").write_bytes(b"RIFF")
(out / "rhythm" / "checkpoint.json").write_text("{}")
word = sys.stdin.readline().strip()
if word != "use":
    sys.exit(130)
card = {"verdict": {"playable": False, "says": "hit F1 0.2 is too little", "rows": []}}
(out / "rhythm" / "config.json").write_text(json.dumps({"card": card}))
"""


@pytest.fixture
def learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Learner:
    monkeypatch.setattr(learner_module, "NEEDED", ())
    (tmp_path / "stub.py").write_text(STUB)
    (tmp_path / "midi").mkdir()
    return Learner(tmp_path / "learned", (sys.executable, str(tmp_path / "stub.py")))


def application_of(learner: Learner, rhythm=None):
    app = create_app(rhythm or ToyRhythm())
    app.state.learner = learner
    return app


def client_of(learner: Learner, host: str = "127.0.0.1", name: str = "localhost") -> TestClient:
    return TestClient(application_of(learner), base_url=f"http://{name}", client=(host, 50000))


def until(learner: Learner, reached) -> LearnState:
    end = time.monotonic() + 20
    while not reached(state := learner.state()):
        assert time.monotonic() < end, state
        time.sleep(0.02)
    return state


def test_from_a_folder_to_a_space_that_is_shown_with_its_verdict(learner: Learner, tmp_path: Path) -> None:
    page = client_of(learner)
    begun = page.post("/api/learn/start", json={"name": "mine", "folder": str(tmp_path / "midi")})
    assert begun.status_code == 200, begun.text
    again = page.post("/api/learn/start", json={"name": "other", "folder": str(tmp_path / "midi")})
    assert again.json()["error"] == "mine is being learned: stop it first, or wait"
    state = until(learner, lambda now: now.previews and now.epochs and now.progress)
    assert state.phase == "training"
    assert (state.found[0].used, state.found[0].refusals) == (32, {"a.mid": "empty"})
    assert state.progress is not None
    assert (state.progress.done, state.progress.left) == (1, 2.5)
    assert list(state.epochs) == ["epoch 1 of 2: hit F1 0.80"]
    assert page.get("/api/learn/preview/rhythm.wav").content == b"RIFF"
    assert page.get("/api/learn/preview/sound.wav").status_code == 404
    page.post("/api/learn/stop", json={"use": True})
    space = until(learner, lambda now: now.phase == "learned").spaces[0]
    assert (space.name, space.rhythm, space.sound, space.resumable) == ("mine", True, False, True)
    assert space.verdict is not None
    assert (space.verdict.playable, space.verdict.says) == (False, "hit F1 0.2 is too little")


def test_a_stopped_run_is_kept_and_a_look_trains_nothing(learner: Learner, tmp_path: Path) -> None:
    learner.start(LearnStart(name="mine", folder=str(tmp_path / "midi")))
    until(learner, lambda now: now.previews and now.phase == "training" and now.progress)
    learner.stop(use=False)
    stopped = until(learner, lambda now: now.phase == "stopped")
    assert stopped.spaces[0].resumable
    learner.start(LearnStart(name="mine", folder=str(tmp_path / "midi"), look=True))
    assert until(learner, lambda now: now.phase == "found").found[0].files == 8
    with pytest.raises(TrainingError, match="nothing is being learned"):
        learner.stop(use=True)


def test_dropped_files_are_kept_below_their_space_and_a_failure_is_said(learner: Learner) -> None:
    page = client_of(learner)
    kept = page.post("/api/learn/files?name=mine&path=loops/funk/1.mid", content=b"MThd")
    assert kept.status_code == 200, kept.text
    assert (learner.folder / "mine" / "files" / "loops" / "funk" / "1.mid").read_bytes() == b"MThd"
    for path in ("../../1.mid", "notes.txt"):
        refused = page.post(f"/api/learn/files?name=mine&path={path}", content=b"x")
        assert (refused.status_code, path in refused.json()["error"]) == (422, True)
    learner.keep_file("broken", "a.mid", b"MThd")
    learner.start(LearnStart(name="broken"))
    assert until(learner, lambda now: now.phase == "failed").error == "broken/a.mid: No space left on device"


@pytest.mark.parametrize(("host", "name"), [("192.168.0.7", "localhost"), ("127.0.0.1", "studio.local")])
def test_other_devices_do_not_learn_here(host: str, name: str, learner: Learner) -> None:
    for answer in (
        client_of(learner, host, name).get("/api/learn"),
        client_of(learner, host, name).post("/api/learn/start", json={"name": "mine", "folder": "/"}),
    ):
        assert answer.status_code == 403


def test_without_torch_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learner_module, "NEEDED", ("no_such_package",))
    learner = Learner(tmp_path)
    assert "pip install 'clave[train]'" in (learner.state().unavailable or "")
    with pytest.raises(TrainingError, match="no_such_package missing"):
        learner.start(LearnStart(name="mine", folder=str(tmp_path)))


def test_a_space_plays_at_once_and_the_first_one_comes_back(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(ToyRhythm):
        pass

    monkeypatch.setattr("clave.app.server.switching.load_rhythm", lambda _: Other())
    made: list[type] = []

    def make(rhythm, sound):
        made.append(type(rhythm))
        return application_of(learner, rhythm)

    switching = Switching(make, ToyRhythm(), None)
    page = TestClient(switching, base_url="http://localhost", client=("127.0.0.1", 50000))
    refused = page.post("/api/learn/use", json={"name": "mine"})
    assert "clave play --rhythm" in refused.json()["error"]  # one application alone is served
    learner.switch = switching.use
    assert "no space that plays" in page.post("/api/learn/use", json={"name": "mine"}).json()["error"]
    (learner.folder / "mine" / "rhythm").mkdir(parents=True)
    (learner.folder / "mine" / "rhythm" / "config.json").write_text("{}")
    assert page.post("/api/learn/use", json={"name": "mine"}).json()["in_use"] == "mine"
    assert made == [ToyRhythm, Other]
    assert page.post("/api/learn/use", json={}).json()["in_use"] is None
    assert page.get("/api/instrument").status_code == 200
    assert made == [ToyRhythm, Other]
