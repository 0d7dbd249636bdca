"""Learning from the page: a stub stands for the training process."""

import sys
import time
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient
from starlette.exceptions import HTTPException
from starlette.requests import Request
from toy_rhythm import ToyRhythm

from clave.app import learner as learner_module
from clave.app.learn_protocol import LearnStart, LearnState
from clave.app.learner import Learner
from clave.app.server import create_app
from clave.app.server.learn_routes import only_here
from clave.app.server.page_bridge import PageBridge
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
    assert kept.status_code == 204, kept.text
    assert page.get("/api/learn").json()["spaces"][0]["files"] == 1
    assert (learner.folder / "mine" / "files" / "loops" / "funk" / "1.mid").read_bytes() == b"MThd"
    for path in ("../../1.mid", "notes.doc"):
        refused = page.post(f"/api/learn/files?name=mine&path={path}", content=b"x")
        assert (refused.status_code, path in refused.json()["error"]) == (422, True)
    learner.keep_file("broken", "a.mid", b"MThd")
    learner.start(LearnStart(name="broken"))
    assert until(learner, lambda now: now.phase == "failed").error == "broken/a.mid: No space left on device"


def test_what_is_learned_with_is_chosen(learner: Learner, tmp_path: Path) -> None:
    (tmp_path / "stub.py").write_text("import json, sys; print(json.dumps({'kind': 'said', 'text': str(sys.argv)}))")
    said = {}
    for way in ("auto", "scratch", "quick"):
        learner.start(LearnStart(name="mine", folder=str(tmp_path), way=way, minutes=2))
        said[way] = until(learner, lambda now: now.phase == "learned").said[0]
    assert "--minutes" in said["auto"]
    assert "--from" not in said["auto"]
    assert "--recipe" not in said["auto"]  # neither quick nor small: the command decides by the files
    assert "'--from', 'scratch'" in said["scratch"]
    assert "'--recipe', 'quick'" in said["quick"]


def test_the_machine_learns_under_its_own_address_in_the_network_too() -> None:
    for client, host, served, allowed in [
        ("192.168.0.5", "192.168.0.5:80", "192.168.0.5", True),
        ("192.168.0.7", "192.168.0.5:80", "192.168.0.5", False),
    ]:
        scope = {"type": "http", "client": (client, 1), "server": (served, 80), "headers": [(b"host", host.encode())]}
        with nullcontext() if allowed else pytest.raises(HTTPException):
            only_here(Request(scope))


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


class Other(ToyRhythm):
    """The space of one's own."""


def switched(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> tuple[Switching, list[type], list[str]]:
    """An application whose spaces change, the spaces that it was made with, and what pages were told."""
    monkeypatch.setattr("clave.app.server.switching.load_rhythm", lambda _: Other())
    made: list[type] = []
    told: list[str] = []

    def make(rhythm, sound):
        made.append(type(rhythm))
        return application_of(learner, rhythm)

    switching = Switching(make, ToyRhythm(), None, lambda: told.append("other spaces"))
    learner.switch = switching.use
    return switching, made, told


def test_a_space_plays_at_once_and_the_first_one_comes_back(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = client_of(learner).post("/api/learn/use", json={"name": "mine"})
    assert "clave play --rhythm" in refused.json()["error"]  # one application alone is served
    switching, made, told = switched(learner, monkeypatch)
    page = TestClient(switching, base_url="http://localhost", client=("127.0.0.1", 50000))
    assert "no space that plays" in page.post("/api/learn/use", json={"name": "mine"}).json()["error"]
    (learner.folder / "mine" / "rhythm").mkdir(parents=True)
    (learner.folder / "mine" / "rhythm" / "config.json").write_text("{}")
    assert page.post("/api/learn/use", json={"name": "mine"}).json()["in_use"] == "mine"
    assert type(switching.rhythm) is Other
    assert page.post("/api/learn/use", json={}).json()["in_use"] is None
    assert page.get("/api/instrument").status_code == 200
    assert (made, len(told)) == ([ToyRhythm, Other, ToyRhythm], 2)


def test_the_chosen_space_plays_after_a_restart(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    switched(learner, monkeypatch)
    config = learner.folder / "mine" / "rhythm" / "config.json"
    config.parent.mkdir(parents=True)
    config.write_text("{}")
    learner.use("mine")
    again = Learner(learner.folder)
    switching, _, _ = switched(again, monkeypatch)
    again.resume_use()
    assert (again.in_use, type(switching.rhythm)) == ("mine", Other)
    config.unlink()
    later = Learner(learner.folder)
    switched(later, monkeypatch)
    with pytest.raises(TrainingError, match="no space that plays"):
        later.resume_use()
    assert later.in_use is None


def test_with_pages_of_other_devices_the_answer_goes_to_the_new_space() -> None:
    bridge, first, second = PageBridge(), ToyRhythm(), Other()
    create_app(first, bridge=bridge)
    ticks = len(bridge.beside.ticks)
    create_app(second, bridge=bridge)
    assert len(bridge.beside.ticks) == ticks  # there is one answer and one session
    assert bridge.use_space is not None
    assert bridge.use_space.__self__._space is second


def test_dropped_files_leave_room_on_the_disk(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=500_000_003))
    learner.keep_file("mine", "a.mid", b"abc")
    with pytest.raises(
        TrainingError, match=r"b.mid is not kept: the disk .* has 500 MB left, of which 500 MB stay free"
    ):
        learner.keep_file("mine", "b.mid", b"abcd")


@pytest.mark.parametrize("folder", ["ö" * 300, "~nobody-here/drums", "a\0b"], ids=["long", "of nobody", "NUL"])
def test_a_folder_that_the_system_cannot_even_look_for_is_refused(learner: Learner, folder: str) -> None:
    with pytest.raises(TrainingError, match="is not a folder"):
        learner.start(LearnStart(name="mine", folder=folder))


def test_a_file_whose_name_the_disk_cannot_hold_is_refused(learner: Learner) -> None:
    with pytest.raises(TrainingError, match="cannot be kept: "):
        learner.keep_file("mine", "\N{DRUM WITH DRUMSTICKS}" * 200 + ".mid", b"MThd")
