"""The answer and Ableton Link by way of the server: what pages are told, and what they tell."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_link import FakeSession, FakeTimeline
from fastapi.testclient import TestClient
from toy_rhythm import ToyRhythm
from typer.testing import CliRunner

from clave.app.cli import app as commands
from clave.app.server import create_app
from clave.app.server import together as together_module
from clave.app.server.page_bridge import Client, PageBridge
from clave.app.server.together import Together, bar_in
from clave.errors import ClaveError, ControlError
from clave.play.live import link_host
from clave.play.live.answering import PlayedBar, PlayedStroke
from clave.play.project import Project, save
from clave.rhythm.answering import Answer


class Placed(ToyRhythm):
    def locate(self, patterns):
        return np.zeros((len(patterns), 2), np.float32)


class Table:
    """A bridge without its thread, one page that leads it, and a session that the test moves."""

    def __init__(self, tempo_bpm: float = 97.0, peers: int = 1) -> None:
        self.bridge = PageBridge()
        self.bridge.beside.run = lambda: None  # the test ticks
        self.timeline = FakeTimeline(time.monotonic, tempo_bpm)
        self.timeline.peers = peers
        self.session = FakeSession(self.timeline)
        self.together = Together(self.bridge, Placed(), opens=lambda _: self.session)
        self.page = self.bridge.join(lambda: None)
        self.take({"kind": "page"})
        self.take({"kind": "project", "project": Project().model_dump(mode="json")})

    def take(self, message: dict[str, Any], client: Client | None = None) -> None:
        self.bridge.take(client or self.page, message)

    def tick(self, seconds: float = 0.05) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.together.tick(0.0)
            time.sleep(0.002)

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in self.bridge.outgoing(self.page) if each["kind"] == kind]


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    monkeypatch.setattr(together_module, "open_session", None)
    table = Table()
    monkeypatch.setattr(table.together.link, "_check", lambda: None)
    yield table
    table.together.link.close()


def test_a_page_is_told_where_the_session_is_and_the_project_takes_its_tempo(table: Table) -> None:
    table.take({"kind": "control", "address": "/clave/link", "arguments": [True]})
    table.tick(0.1)
    messages = table.bridge.outgoing(table.page)
    (session, *_) = [each["session"] for each in messages if each["kind"] == "session"]
    assert (session["tempo_bpm"], session["peers"], session["playing"]) == (97.0, 1, False)
    assert session["beat"] == pytest.approx(
        table.timeline.beat() - (time.monotonic() - session["seconds"]) * 97 / 60, abs=0.01
    )
    (patch,) = [each for each in messages if each["kind"] == "patch"]
    assert patch["changes"] == [[["scene", "tempo", 0, "tempo_bpm"], 97.0]] or patch["changes"] == [
        (["scene", "tempo", 0, "tempo_bpm"], 97.0)
    ]
    said = [each["values"] for each in messages if each["kind"] == "said"]
    assert {"/clave/link/peers": [1]} in said
    table.take({"kind": "patch", "seen": 1, "changes": [[["scene", "tempo", 0, "tempo_bpm"], 140]]})
    table.tick()
    assert table.timeline.tempo_bpm == 140, "a hand in the page moves all"


def test_start_and_stop_go_both_ways(table: Table) -> None:
    table.take({"kind": "control", "address": "/clave/link", "arguments": [True]})
    table.tick()
    table.bridge.outgoing(table.page)
    table.take({"kind": "link", "playing": True, "seconds": time.monotonic() + 0.1, "quantum": 3, "start": 7})
    assert table.timeline.playing
    assert table.session.quantum == 3.0
    table.tick()
    assert table.told("session")[-1]["session"]["start"] == 7
    table.timeline.playing = False
    table.tick()
    assert table.told("act")[-1]["action"] == "stop"
    table.timeline.playing = True
    table.tick()
    assert table.told("act")[-1]["action"] == "play"
    table.take({"kind": "link", "playing": False})
    assert not table.timeline.playing
    table.take({"kind": "link", "playing": True, "seconds": 1.0, "quantum": -3})
    assert "at most 64 quarters, got -3" in table.told("error")[-1]["text"]
    table.take({"kind": "control", "address": "/clave/link", "arguments": [False]})
    table.tick()
    assert table.told("session")[-1]["session"] is None
    assert table.session.closed


def test_a_page_that_comes_later_takes_the_tempo_of_the_others(table: Table) -> None:
    table.take({"kind": "control", "address": "/clave/link", "arguments": [True]})
    table.tick()
    other = table.bridge.join(lambda: None)
    table.take({"kind": "page"}, other)
    table.take({"kind": "lead"}, other)
    table.tick()
    assert table.timeline.tempo_bpm == 97.0, "before its project is known"
    table.take({"kind": "project", "project": Project().model_dump(mode="json")}, other)
    table.tick()
    assert table.timeline.tempo_bpm == 97.0
    assert table.bridge.desk.project.scene.tempo[0].tempo_bpm == 97.0


def test_without_link_a_page_is_told_which_extra_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clave.play.live.link_session.find_spec", lambda _: None)
    monkeypatch.setattr(link_host, "check_installed", link_host.check_installed)
    table = Table()
    table.take({"kind": "control", "address": "/clave/link", "arguments": [1]})
    assert "pip install 'clave[link]'" in table.told("error")[-1]["text"]


def test_the_time_is_told_to_who_asks(table: Table) -> None:
    table.take({"kind": "time", "sent": 12.5})
    (told,) = table.told("time")
    assert told["sent"] == 12.5
    assert told["seconds"] == pytest.approx(time.monotonic(), abs=1)


def test_a_bar_that_was_played_in_the_page_is_answered_there(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    def fake(space: Any, played: Any, kind: str, distance: float, **given: Any) -> Answer:
        return Answer(played, (0.5, 0.5))

    monkeypatch.setattr("clave.play.live.answering.answer", fake)
    table.take({"kind": "control", "address": "/clave/answer", "arguments": ["agree"]})
    table.bridge.outgoing(table.page)
    table.take({"kind": "played", "meter": [4, 4], "strokes": [[1, 0.5, 16.25], [0, 1, -1]]})
    table.tick(0.3)
    messages = table.bridge.outgoing(table.page)
    patch = next(each for each in messages if each["kind"] == "patch")
    assert (patch["label"], patch["at_once"]) == ("answer", False)
    bar = table.bridge.desk.project.scene.bars[0]
    assert sorted(bar.pattern.strokes) == [(0, 0, 1.0, -1.0), (1, 16, 0.5, pytest.approx(0.25, abs=0.02))]
    assert {"/clave/player/map": [0.0, 0.0]} in [each["values"] for each in messages if each["kind"] == "said"]
    late = table.bridge.join(lambda: None)
    table.take({"kind": "page"}, late)
    said = next(each for each in table.bridge.outgoing(late) if each["kind"] == "said")
    assert said["values"]["/clave/answer"] == ["agree"]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({}, "a bar has a meter and at most 256 strokes"),
        ({"meter": [4, 4], "strokes": [[0, 0.5, 1]] * 257}, "at most 256 strokes"),
        ({"meter": [4, 3], "strokes": []}, None),
        ({"meter": [4, 3], "strokes": [[0, 0.5, 1]]}, "meter|whole number of steps|4/3"),
        ({"meter": [4, 4], "strokes": [[8, 0.5, 1]]}, r"a voice from 0 to 7 or none.* got \[8, 0.5, 1\]"),
        ({"meter": [4, 4], "strokes": [[0, 0, 1]]}, r"velocity in \(0, 1\]"),
        ({"meter": [4, 4], "strokes": [[None, 1, 62]]}, r"\[-2, 62\) steps"),
        ({"meter": [4, 4], "strokes": ["kick"]}, "got kick"),
    ],
)
def test_what_is_no_bar_is_refused(message: dict[str, Any], said: str | None) -> None:
    if said is None:
        assert bar_in(message) == PlayedBar((4, 3), ())
        return
    with pytest.raises(ClaveError, match=said):
        bar_in(message)
    assert bar_in({"meter": [4, 4], "strokes": [[None, 1, 2]]}).strokes == (PlayedStroke(None, 1.0, 2.0),)


def test_the_commands_name_the_extra_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clave.play.live.link_session.find_spec", lambda _: None)
    path = tmp_path / "groove.json"
    save(Project(), path)
    for command in (["live", str(path), "--osc-in", "0"], ["play", "--no-open", "--sound", "none"]):
        done = CliRunner().invoke(commands, [*command, "--link"])
        assert "pip install 'clave[link]'" in str(done.exception)
    done = CliRunner().invoke(commands, ["live", str(path), "--osc-in", "0", "--player-cc", "20,21,22,23"])
    assert "--player-cc sends controls to the port of --midi-out" in str(done.exception)
    done = CliRunner().invoke(commands, ["live", str(path), "--link", "--clock-in", "DAW"])
    assert "one leads" in done.output


def test_an_application_has_both(tmp_path: Path) -> None:
    bridge = PageBridge()
    with TestClient(create_app(Placed(), static=tmp_path, bridge=bridge), base_url="http://localhost"):
        assert bridge.desk.values()["/clave/answer"] == ("off",)
        assert bridge.desk.values()["/clave/link"] == (0,)
        with pytest.raises(ControlError, match="distance"):
            bridge.desk.receive("/clave/answer/distance", (2,))
