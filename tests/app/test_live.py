"""Pages, programs and OSC by way of the server: one page leads, and all that moves its project is told."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from fake_midi import FakeMidi
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from toy_page import ToyPage, hear, led, until
from toy_rhythm import ToyRhythm
from typer.testing import CliRunner

from clave.app.cli import app as commands
from clave.app.cli import sounding
from clave.app.server import create_app, page_bridge
from clave.app.server.front import Front
from clave.app.server.page_bridge import PageBridge
from clave.errors import AudioPortError, ControlError
from clave.play.live import midi_process, rtmidi_system
from clave.play.live.controls.control import ACTIONS
from clave.play.live.midi_map import Binding, map_of_drums, save_map
from clave.play.live.midi_messages import CLOCK, CONTINUE, START
from clave.play.live.osc import OscPort, open_socket
from clave.play.live.osc_packet import read_packet, write_message
from clave.play.midi_out import NOTE_OFF, NOTE_ON, MidiMessage
from clave.play.output import QueuedStep
from clave.play.performance import Strike
from clave.play.project import Project, Scene, save

LIVE = "ws://localhost/api/live"
HERE = "http://localhost"


@pytest.fixture
def bridge() -> PageBridge:
    return PageBridge()


@pytest.fixture
def client(bridge: PageBridge, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(ToyRhythm(), static=tmp_path, bridge=bridge), base_url=HERE) as client:
        yield client


def test_a_control_moves_the_page_and_the_page_moves_who_listens(client: TestClient, bridge: PageBridge) -> None:
    with client.websocket_connect(LIVE) as one, client.websocket_connect(LIVE) as other:
        page = led(one, bridge)
        other.send_json({"kind": "subscribe"})
        values = hear(other)["values"]
        assert values["/clave/name"] == ["of the page"]
        assert len(values) > 250

        other.send_json({"kind": "control", "address": "/clave/map", "arguments": [0.3, -0.2]})
        patch = page.next("patch")
        assert (patch["label"], patch["at_once"]) == ("map", True)
        assert page.project.scene.bars[0].point == (0.3, -0.2)
        assert page.project == bridge.desk.project

        page.change((["scene", "mix", 1, "level"], 0.5))
        told: dict[str, Any] = {}
        while "/clave/voice/snare/level" not in told:
            told |= hear(other)["values"]
        assert told["/clave/voice/snare/level"] == [0.5]
        assert "/clave/map" not in told, "who has sent it knows"


def test_the_page_does_what_only_a_player_can(client: TestClient, bridge: PageBridge) -> None:
    with client.websocket_connect(LIVE) as one:
        page = led(one, bridge)
        bridge.desk.receive("/clave/scene/3/launch", ())
        act = page.next("act")
        assert (act["action"], act["place"], act["arguments"]) == ("launch", 2, [])
        bridge.desk.receive("/clave/voice/snare/strike", (0.5,))
        act = page.next("act")
        assert (act["action"], act["place"], act["arguments"]) == ("strike", 1, [0.5])
        one.send_json({"kind": "state", "playing": True, "bar": 7})
        until(lambda: bridge.desk.values().get("/clave/heard/bar") == (7,))
        assert bridge.desk.values()["/clave/playing"] == (1,)


def test_changes_that_wait_go_together_and_in_order(client: TestClient, bridge: PageBridge) -> None:
    with client.websocket_connect(LIVE) as one:
        page = led(one, bridge)
        with bridge.desk.lock:
            for number in range(100):
                bridge.desk.receive("/clave/tempo", (100 + number,))
            bridge.desk.receive("/clave/transport/play", ())
        assert page.next("patch")["changes"] == [[["scene", "tempo", 0, "tempo_bpm"], 199.0]]
        assert page.next("act")["action"] == "play"


def test_where_both_sides_change_at_once_the_page_is_right(
    client: TestClient, bridge: PageBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_bridge, "MEND_SECONDS", 0.02)
    with client.websocket_connect(LIVE) as one:
        page = led(one, bridge)
        bridge.desk.receive("/clave/tempo", (90,))
        page.change((["scene", "tempo", 0, "tempo_bpm"], 140.0), (["volume"], 0.5))  # before it has read the 90
        until(lambda: bridge.desk.project.volume == 0.5)
        page.next("send project")
        until(lambda: bridge.desk.project == page.project)


def test_one_page_leads_and_the_next_takes_over(client: TestClient, bridge: PageBridge) -> None:
    with client.websocket_connect(LIVE) as other:
        with client.websocket_connect(LIVE) as one:
            led(one, bridge)
            second = ToyPage(other)
            second.project = Project(name="second")
            second.next("role")
            assert not second.leads
            second.change((["volume"], 0.1))
            other.send_json({"kind": "lead"})
            second.next("send project")
            until(lambda: bridge.desk.project.name == "second")
            assert bridge.desk.project.volume == 0.1
        bridge.desk.receive("/clave/volume", (0.4,))
        second.next("patch")
        assert second.project.volume == 0.4
        with client.websocket_connect(LIVE) as third:
            ToyPage(third).next("role")
            other.close()
            until(lambda: hear(third)["kind"] == "send project")


def test_without_a_page_nothing_is_changed_and_that_is_said(client: TestClient, bridge: PageBridge) -> None:
    with client.websocket_connect(LIVE) as other:
        for address, given in (("/clave/volume", [0.4]), ("/clave/undo", [])):
            other.send_json({"kind": "control", "address": address, "arguments": given})
            error = hear(other)
            assert (error["kind"], error["address"]) == ("error", address)
            assert "no page is open" in error["text"]
    assert bridge.desk.project.volume == 0.8


@pytest.mark.parametrize(
    "message",
    [
        '{"kind": "nose"}',
        "[]",
        "nose",
        '{"kind": "control", "address": 3, "arguments": []}',
        '{"kind": "control"}',
        "[" * 3000,
    ],
)
def test_a_message_that_is_none_is_answered_and_the_socket_stays(
    client: TestClient, bridge: PageBridge, message: str
) -> None:
    with client.websocket_connect(LIVE) as other:
        other.send_text(message)
        assert hear(other)["kind"] == "error"
        other.send_json({"kind": "subscribe"})
        assert hear(other)["kind"] == "values"


@pytest.mark.parametrize(
    "changes", [[[["scene", "nose", 1], 2]], [[["volume"], 9]], [[[], {}]], [1], [[["scenes", 9], None]]]
)
def test_a_patch_that_cannot_be_applied_asks_for_the_whole_project(
    client: TestClient, bridge: PageBridge, changes: Any
) -> None:
    with client.websocket_connect(LIVE) as one:
        page = led(one, bridge)
        one.send_json({"kind": "patch", "seen": 0, "changes": changes})
        page.next("send project")


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"host": "evil.example"}])
def test_a_page_from_elsewhere_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(LIVE, headers=headers):
        pass


def test_a_socket_waits_until_the_instrument_has_loaded(tmp_path: Path) -> None:
    front = Front(lambda: create_app(ToyRhythm(), static=tmp_path), static=tmp_path)
    front.start()
    with TestClient(front, base_url=HERE).websocket_connect(LIVE) as other:
        other.send_json({"kind": "subscribe"})
        assert hear(other)["kind"] == "values"


def test_osc_moves_the_page(client: TestClient, bridge: PageBridge) -> None:
    with open_socket(0) as on, open_socket(0) as peer, client.websocket_connect(LIVE) as one:
        peer.setblocking(True)
        peer.settimeout(10)
        bridge.osc = OscPort(bridge.desk, on, [peer.getsockname()])
        page = led(one, bridge)
        peer.sendto(write_message("/clave/map", (0.3, -0.2)), on.getsockname())
        page.next("patch")
        assert page.project.scene.bars[0].point == (0.3, -0.2)
        page.change((["scene", "swing"], 0.6))
        told: dict[str, Any] = {}
        while "/clave/swing" not in told:
            told |= {each.address: each.arguments for each in read_packet(peer.recv(65_507))}
        assert told["/clave/swing"] == (0.6,)
        bridge.osc = None


def test_every_action_reaches_a_page_by_its_name(bridge: PageBridge) -> None:
    client = bridge.join(lambda: None)
    bridge.take(client, {"kind": "page"})
    for action in ACTIONS:
        bridge.act(action, (), ())
    assert [each["action"] for each in bridge.outgoing(client) if each["kind"] == "act"] == list(ACTIONS)
    bridge.leave(client)
    with pytest.raises(ControlError, match="no page is open"):
        bridge.act("play", (), ())


def test_clave_live_plays_a_project_and_tells_where(tmp_path: Path) -> None:
    path = tmp_path / "groove.json"
    save(Project(scene=Scene()), path)
    with open_socket(0) as peer:
        out = f"127.0.0.1:{peer.getsockname()[1]}"
        done = CliRunner().invoke(commands, ["live", str(path), "--osc-in", "0", "--osc-out", out, "--seconds", "2"])
        assert done.exit_code == 0, done.output
        assert f"out to {out}" in done.output
        heard = {message.address for message in read_all(peer)}
    assert {"/clave/playing", "/clave/strike", "/clave/step"} <= heard


class Device:
    """What stands for a MIDI process."""

    def __init__(self, port: str, report: Any = print) -> None:
        self.port, self.report, self.closed, self.dropped = port, report, False, 0
        self.messages: list[MidiMessage] = []
        DEVICES.append(self)

    def send(self, message: MidiMessage) -> None:
        self.messages.append(message)

    def drop(self) -> None:
        self.dropped += 1

    def strike(self, strike: Strike, seconds: float) -> None: ...

    def step(self, queued: QueuedStep) -> None: ...

    def release(self, now: float) -> None: ...

    def silence(self, now: float) -> None: ...

    def close(self) -> None:
        self.closed = True


DEVICES: list[Device] = []


def test_clave_live_plays_a_midi_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "groove.json"
    save(Project(scene=Scene()), path)
    monkeypatch.setattr(midi_process, "MidiProcess", Device)
    done = CliRunner().invoke(commands, ["live", str(path), "--osc-in", "0", "--midi-out", "TR", "--seconds", "2"])
    assert done.exit_code == 0, done.output
    assert "MIDI to TR" in done.output
    (device,) = DEVICES
    assert (device.port, device.closed, device.dropped > 0) == ("TR", True, True)
    assert {message.data[0] for message in device.messages} == {NOTE_ON, NOTE_OFF}


def test_clave_live_is_led_by_a_clock_and_played_by_pads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, made = tmp_path / "groove.json", FakeMidi(inputs=["Pads 20:0", "DAW 24:0"], outputs=["Pads 20:0"])
    save(Project(scene=Scene()), path)
    save_map(map_of_drums().with_binding(Binding("volume", 20)), tmp_path / "desk.json")
    monkeypatch.setattr(midi_process, "MidiProcess", Device)
    monkeypatch.setattr(rtmidi_system, "open_system", lambda: made)
    monkeypatch.setattr(midi_process, "before_others", lambda: None)

    def lead() -> None:
        while not any(port.name.startswith("DAW") for port in made.opened):
            time.sleep(0.01)
        made.play("DAW 24:0", time.monotonic(), START)
        for _ in range(40):
            made.play("DAW 24:0", time.monotonic(), CLOCK)
            time.sleep(0.02)
        made.play("Pads 20:0", time.monotonic(), 0x99, 39, 127)

    leading = Thread(target=lead)
    leading.start()
    wired = ["--midi-out", "TR", "--clock-out", "--midi-in", "pads", "--midi-map", str(tmp_path / "desk.json")]
    done = CliRunner().invoke(
        commands, ["live", str(path), "--osc-in", "0", *wired, "--clock-in", "daw", "--seconds", "5"]
    )
    leading.join()
    assert done.exit_code == 0, done.output
    sent = [message.data for message in DEVICES[-1].messages]
    assert (NOTE_ON, 39, 127) in sent, "the clap of a hand"
    assert {(START,), (CONTINUE,)} & set(sent), "who follows us starts too, or is moved to where we are"
    assert (CLOCK,) in sent
    assert [port.sent for port in made.opened if port.sent] == [[(0xB0, 20, 102)]], "the fader moves to the volume"
    assert not any(port.open for port in made.opened)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--clock-out"], "the port of --midi-out, which is not given"),
        (["--midi-map", "desk.json"], "what the ports of --midi-in do, and none is given"),
        (["--midi-in", "pads", "--midi-map", "nose.json"], "nose.json: cannot be read"),
        (["--grid", "pads", "--grid-model", "push"], "a grid is one of launchpad, launchpad-s, got 'push'"),
    ],
)
def test_midi_that_cannot_be_wired_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], said: str
) -> None:
    path = tmp_path / "groove.json"
    save(Project(), path)
    monkeypatch.setattr(rtmidi_system, "open_system", FakeMidi)
    monkeypatch.setattr(midi_process, "before_others", lambda: None)
    done = CliRunner().invoke(commands, ["live", str(path), "--osc-in", "0", *options])
    assert said in str(done.exception)


def read_all(peer: Any) -> Iterator[Any]:
    while True:
        try:
            yield from read_packet(peer.recv(65_507))
        except BlockingIOError:
            return


@pytest.mark.parametrize(
    ("option", "said"), [(("--osc-out", "nose"), "HOST:PORT"), (("--osc-in", "TAKEN"), "OSC cannot come in")]
)
def test_a_port_that_cannot_be_had_is_one_line(tmp_path: Path, option: tuple[str, str], said: str) -> None:
    path = tmp_path / "groove.json"
    save(Project(), path)
    with open_socket(0) as taken:
        given = [each.replace("TAKEN", str(taken.getsockname()[1])) for each in option]
        for command in (["live", str(path)], ["play", "--no-open", "--sound", "none"]):
            done = CliRunner().invoke(commands, [*command, *given])
            assert said in str(done.exception)


def test_clave_live_sounds_through_a_device_and_plays_on_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "groove.json"
    save(Project(scene=Scene()), path)
    written: list[Any] = []

    class Speaker:
        """A device that takes all it is given."""

        sample_rate, name = 44_100, "a speaker"

        def __init__(self, name: str | None, _: int) -> None:
            if name == "Scarlett":
                raise AudioPortError("there is no sound device 'Scarlett'; there are: a speaker")

        def room(self) -> int:
            return 4096 if len(written) < 200 else 0

        def waiting(self) -> int:
            return 0

        def write(self, block: Any) -> None:
            written.append(block)

        def close(self) -> None:
            written.append(None)

    monkeypatch.setattr(sounding, "PortAudioPort", Speaker)
    command = ["live", str(path), "--osc-in", "0", "--home", str(tmp_path), "--seconds", "1.5"]
    done = CliRunner().invoke(commands, [*command, "--audio"])
    assert done.exit_code == 0, done.output
    assert "Sound goes to a speaker" in done.output
    assert written[-1] is None
    assert len(written) > 100
    done = CliRunner().invoke(commands, [*command, "--audio", "Scarlett"])
    assert done.exit_code == 0, done.output
    assert "no sound device 'Scarlett'; there are: a speaker; what else plays goes on" in done.output
