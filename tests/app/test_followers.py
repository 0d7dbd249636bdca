"""An instrument that is open to the network: all pages play one project, one of them leads, the others follow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from toy_page import ToyPage, hear, led, until
from toy_rhythm import ToyRhythm

from clave.app.server import clients, create_app, live_routes, page_bridge
from clave.app.server.clients import Client
from clave.app.server.invitation import Invitation
from clave.app.server.page_bridge import PageBridge
from clave.play.live.patch import patched
from clave.play.project import Project
from clave.play.project.saving import from_document

HERE = "http://192.168.1.5:8064"


@pytest.fixture
def bridge() -> PageBridge:
    return PageBridge(Invitation(port=8064))


@pytest.fixture
def client(bridge: PageBridge, tmp_path: Path) -> Iterator[TestClient]:
    assert bridge.invitation is not None
    headers = {"authorization": f"Bearer {bridge.invitation.token}", "user-agent": "Mozilla/5.0 (iPad)"}
    app = create_app(ToyRhythm(), static=tmp_path, bridge=bridge)
    with TestClient(app, base_url=HERE, headers=headers) as client:
        yield client


LIVE = "ws://192.168.1.5:8064/api/live"


class Follower(ToyPage):
    """A page that takes the project of the one that leads."""

    follows, where = False, ""

    def next(self, kind: str) -> dict[str, Any]:
        message = super().next(kind)
        if kind == "role":
            self.follows, self.where = message["follows"], message["where"]
        if kind == "project":
            self.seen = message["number"]
            self.project = from_document(message["project"])
        return message


def followed(socket: Any) -> Follower:
    page = Follower(socket)
    page.next("role")
    page.next("project")
    return page


def test_what_a_follower_changes_moves_the_leader_and_the_other_way_round(
    client: TestClient, bridge: PageBridge
) -> None:
    with client.websocket_connect(LIVE) as one, client.websocket_connect(LIVE) as other:
        leader = led(one, bridge)
        follower = followed(other)
        assert (follower.follows, follower.leads, follower.where) == (True, False, "iPad at testclient")
        assert follower.project == leader.project
        follower.change((["volume"], 0.25))
        leader.next("patch")
        assert leader.project.volume == 0.25
        leader.change((["scene", "swing"], 0.6))
        follower.next("patch")
        assert follower.project == leader.project == bridge.desk.project
        bridge.desk.receive("/clave/tempo", (97,))
        leader.next("patch")
        follower.next("patch")
        assert follower.project == leader.project == bridge.desk.project


def test_a_follower_does_what_only_the_leader_can(client: TestClient, bridge: PageBridge) -> None:
    with client.websocket_connect(LIVE) as one, client.websocket_connect(LIVE) as other:
        leader = led(one, bridge)
        follower = followed(other)
        other.send_json({"kind": "control", "address": "/clave/scene/3/launch", "arguments": []})
        assert leader.next("act")["action"] == "launch"
        one.send_json({"kind": "state", "playing": True, "bar": 7, "song": True, "slot": 2})
        played = follower.next("leader")
        assert played == {"kind": "leader", "playing": True, "bar": 7, "song": True, "slot": 2}


def test_who_takes_the_sound_leads_and_the_other_follows(client: TestClient, bridge: PageBridge) -> None:
    with client.websocket_connect(LIVE) as one, client.websocket_connect(LIVE) as other:
        before = led(one, bridge)
        after = followed(other)
        after.change((["volume"], 0.25))
        before.next("patch")
        other.send_json({"kind": "lead"})
        after.next("role")
        assert after.leads
        until(lambda: bridge.desk.project == after.project)
        now = Follower.__new__(Follower)
        now.__dict__ |= before.__dict__
        now.next("role")
        assert now.follows
        now.next("project")
        assert now.project.volume == 0.25
        now.change((["volume"], 0.75))
        after.next("patch")
        assert after.project.volume == 0.75


def test_where_a_follower_and_others_change_at_once_the_leader_is_right(
    client: TestClient, bridge: PageBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_bridge, "MEND_SECONDS", 0.02)
    with client.websocket_connect(LIVE) as one, client.websocket_connect(LIVE) as other:
        leader = led(one, bridge)
        follower = followed(other)
        leader.change((["scene", "tempo", 0, "tempo_bpm"], 90.0))
        until(lambda: bridge.desk.project == leader.project)
        follower.change((["scene", "tempo", 0, "tempo_bpm"], 140.0), (["volume"], 0.5))  # before it has read the 90
        leader.next("patch")
        follower.next("project")
        assert follower.project == leader.project == bridge.desk.project
        nowhere = [["scene", "bars", 9, "point"], [0.0, 0.0]]
        other.send_json({"kind": "patch", "seen": follower.seen, "changes": [nowhere]})
        follower.next("project")
        assert follower.project == bridge.desk.project


def test_where_the_leader_goes_its_follower_leads(client: TestClient, bridge: PageBridge) -> None:
    with client.websocket_connect(LIVE) as other:
        with client.websocket_connect(LIVE) as one:
            led(one, bridge)
            follower = followed(other)
            follower.change((["volume"], 0.25))
            until(lambda: bridge.desk.project.volume == 0.25)
        follower.next("send project")
        until(lambda: bridge.desk.project == follower.project)


def test_a_page_that_is_not_open_to_the_network_stays_alone(tmp_path: Path) -> None:
    bridge = PageBridge()
    with TestClient(create_app(ToyRhythm(), static=tmp_path, bridge=bridge), base_url="http://localhost") as client:
        live = "ws://localhost/api/live"
        with client.websocket_connect(live) as one, client.websocket_connect(live) as other:
            led(one, bridge)
            alone = Follower(other)
            role = alone.next("role")
            assert (role["opened"], role["follows"]) == (False, False)
            alone.change((["volume"], 0.25))
            other.send_json({"kind": "subscribe"})
            assert alone.next("values")["values"]["/clave/volume"] == [Project().volume]
            assert bridge.desk.project.volume == Project().volume


def test_a_message_that_many_get_is_written_once(bridge: PageBridge, monkeypatch: pytest.MonkeyPatch) -> None:
    listeners = [bridge.join(lambda: None) for _ in range(100)]
    bridge.desk.put(Project())
    for each in listeners:
        bridge.take(each, {"kind": "subscribe"})
        bridge.outgoing(each)
    with bridge.desk.lock:  # the bridge's own thread tells meanwhile
        bridge.desk.put(patched(bridge.desk.project, [(("volume",), 0.25)]))
        bridge.desk.tell()
        written: list[Any] = []
        monkeypatch.setattr(clients.json, "dumps", lambda message, **_: written.append(message) or "text")
        sent = [clients.text_of(message) for each in listeners for message in bridge.outgoing(each)]
    assert sent == ["text"] * 100
    assert written == [{"kind": "values", "values": {"/clave/volume": [0.25]}}]


def test_values_that_wait_become_one_message_and_no_queue_grows_without_end() -> None:
    client = Client(lambda: None)
    for number in range(5000):
        client.tell(clients.Shared(kind="values", values={"/clave/volume": [number]}))
    assert client.queue == [{"kind": "values", "values": {"/clave/volume": [4999]}}]
    for number in range(clients.MAX_QUEUED + 10):
        client.send({"kind": "error", "text": str(number)})
    assert (client.slow, client.queue) == (True, [])


def test_who_takes_nothing_is_told_and_left(
    client: TestClient, bridge: PageBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client.websocket_connect(LIVE) as one:
        one.send_json({"kind": "subscribe"})
        hear(one)
        (slow,) = bridge._clients  # pyright: ignore[reportPrivateUsage]
        slow.slow = True
        slow.wake()
        closed = one.receive()
    assert (closed["code"], closed["reason"]) == (live_routes.TRY_AGAIN_LATER, live_routes.TOO_SLOW)
