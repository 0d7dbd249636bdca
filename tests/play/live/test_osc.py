"""OSC: packets as others write and read them, bundles at their time, subscribers, and answers to what is wrong."""

import contextlib
import math
import socket
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_packet import OscPacket

from clave.errors import ControlError, OscError
from clave.play.live.arguments import Values
from clave.play.live.controls.control import Action, Places
from clave.play.live.desk import Desk
from clave.play.live.osc import (
    ANSWER_SECONDS,
    HERE,
    LONGEST_WAIT_SECONDS,
    MAX_ANSWERED,
    MAX_AT_ONCE,
    MAX_SUBSCRIBERS,
    OscOutput,
    OscPort,
    open_socket,
    peer_of,
)
from clave.play.live.osc_packet import BUNDLE, Message, read_packet, write_bundle, write_message
from clave.play.output import QueuedStep
from clave.play.performance import Strike
from clave.play.project import Project

PEER, OTHER = ("127.0.0.1", 5001), ("127.0.0.1", 5002)


def foreign(address: str, *arguments: Any) -> bytes:
    """A message as python-osc writes it."""
    builder = OscMessageBuilder(address)
    for each in arguments:
        builder.add_arg(each)
    return builder.build().dgram


@pytest.mark.parametrize(
    "arguments", [(), (1, -2), (0.5, "snare"), (True, False, None), (2**40, b"abc"), ("", "äöü 鼓")]
)
def test_packets_are_those_of_python_osc(arguments: tuple[Any, ...]) -> None:
    packet = foreign("/clave/map", *arguments)
    assert write_message("/clave/map", arguments) == packet
    assert read_packet(packet) == [Message("/clave/map", arguments)]


def test_a_bundle_is_that_of_python_osc_and_says_its_time() -> None:
    packets = [write_message("/a", (1,)), write_message("/b", ("x",))]
    made = write_bundle(packets, 1_700_000_000.25)
    (one, other) = OscPacket(made).messages
    assert [(each.message.address, each.message.params) for each in (one, other)] == [("/a", [1]), ("/b", ["x"])]
    builder = OscBundleBuilder(1_700_000_000.25)  # pyright: ignore[reportArgumentType]
    for packet in packets:
        builder.add_content(OscPacket(packet).messages[0].message)
    first, _ = read_packet(builder.build().dgram)
    assert first.seconds == pytest.approx(1_700_000_000.25, abs=1e-6)
    nested = write_bundle([made, write_message("/c")])
    assert [(each.address, each.seconds) for each in read_packet(nested)] == [
        ("/a", pytest.approx(1_700_000_000.25)), ("/b", pytest.approx(1_700_000_000.25)), ("/c", None),
    ]  # fmt: skip


def test_a_float_of_four_bytes_reads_as_a_person_wrote_it() -> None:
    for value in (0.3, -0.2, 1e-6, 123.456, 1 / 3, 16_777_216.0):
        ((_, (read,), _),) = read_packet(write_message("/a", (value,)))
        assert read == pytest.approx(value, rel=1e-7)
        assert struct.pack(">f", read) == struct.pack(">f", value)
    assert read_packet(write_message("/a", (0.3,)))[0].arguments == (0.3,)


TIME = bytes(8)
BROKEN = {
    b"": "an address",
    b"/a\0": "multiple of 4 bytes, got 3",
    b"clav": "begins with an address",
    b"/aaaaaaa": "no end",
    b"/\xff\0\0": "not UTF-8",
    b"/a\0\0xf\0\0": "begin with a comma, got 'xf'",
    b"/a\0\0,f\0\0": "ends within an argument of type 'f'",
    b"/a\0\0,q\0\0": "unknown type 'q'",
    b"/a\0\0,[i]" + bytes(8): "array",
    b"/a\0\0,b\0\0\x7f\xff\xff\xff": "blob of 2147483647 bytes",
    b"/a\0\0,\0\0\0\0\0\0\0": "4 bytes after its arguments",
    BUNDLE: "a time tag of 8 bytes, got 0",
    BUNDLE + TIME + b"\xff\xff\xff\xfc": "a size within it, a multiple of 4, got -4",
    BUNDLE + TIME + bytes(4): "got 0",
    BUNDLE + TIME + b"\0\0\0\x08/a\0\0": "got 8 at byte 16",
}


@pytest.mark.parametrize(("packet", "said"), BROKEN.items(), ids=range(len(BROKEN)))
def test_a_broken_packet_is_refused_with_the_rule(packet: bytes, said: str) -> None:
    with pytest.raises(OscError, match=said):
        read_packet(packet)


def test_bundles_do_not_lie_in_each_other_without_end() -> None:
    packet = write_message("/a")
    for _ in range(12):
        packet = write_bundle([packet])
    with pytest.raises(OscError, match="8 deep"):
        read_packet(packet)


def test_whatever_comes_is_read_or_refused() -> None:
    rng = np.random.default_rng(3)
    good = [foreign("/clave/map", 0.3, -0.2), write_bundle([foreign("/a", "b", 7, b"xyz"), foreign("/c", True)], 12.5)]
    refused = 0
    for _ in range(3000):
        packet = bytearray(good[rng.integers(2)])
        for place in rng.integers(0, len(packet), rng.integers(1, 5)):
            packet[place] = rng.integers(256)
        try:
            read_packet(bytes(packet[: rng.integers(len(packet)) + 1] if rng.random() < 0.3 else packet))
        except OscError:
            refused += 1
    assert 1000 < refused < 3000


# ---- the port


class NoPlayer:
    """Plays nothing, and refuses to undo."""

    def act(self, action: Action, places: Places, values: Values) -> None:  # noqa: ARG002
        if action == "undo":
            raise ControlError("nothing to undo")

    def changed(self, project: Project, label: str, *, at_once: bool) -> None:
        pass


class Wire:
    """A socket that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, Any]] = []

    def fileno(self) -> int:
        return -1

    def recvfrom(self, size: int, /) -> tuple[bytes, tuple[str, int]]:  # noqa: ARG002
        raise BlockingIOError

    def sendto(self, packet: bytes, peer: tuple[str, int], /) -> int:
        self.sent.append((packet, peer))
        return len(packet)

    def to(self, peer: Any) -> list[Message]:
        """What was sent to this one, since the last time."""
        found = [message for packet, there in self.sent if there == peer for message in read_packet(packet)]
        self.sent = [each for each in self.sent if each[1] != peer]
        return found


class Room:
    """A desk, a port on it, and a clock that stands."""

    def __init__(self) -> None:
        self.desk, self.wire, self.now = Desk(Project(), NoPlayer()), Wire(), 1000.0
        self.ahead = 0.0  # of the wall clock, before the other
        self.port = OscPort(self.desk, self.wire, clock=lambda: self.now, wall=lambda: self.now + self.ahead)


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_message_moves_the_project(room: Room) -> None:
    room.port.take(foreign("/clave/map", 0.3, -0.2), PEER)
    assert room.desk.project.scene.bars[0].point == (0.3, -0.2)
    assert room.wire.sent == []


@pytest.mark.parametrize(
    ("packet", "address", "said"),
    [
        (foreign("/clave/mapp", 1), "/clave/mapp", "no control at '/clave/mapp'"),
        (foreign("/clave/tempo", 1000.0), "/clave/tempo", "got 1000"),
        (foreign("/clave/undo"), "/clave/undo", "nothing to undo"),
        (foreign("/clave/get", "/clave/nose"), "/clave/get", "/clave/nose"),
        (foreign("/clave/subscribe", 70000), "/clave/subscribe", "got [70000]"),
        (foreign("/clave/subscribe", math.nan), "/clave/subscribe", "got [nan]"),
        (foreign("/clave/subscribe", math.inf), "/clave/subscribe", "got [inf]"),
        (b"\0\0\0\0", "", "begins with an address"),
    ],
)
def test_what_is_wrong_is_answered_to_who_sent_it(room: Room, packet: bytes, address: str, said: str) -> None:
    room.port.take(packet, PEER)
    ((there, arguments, _),) = room.wire.to(PEER)
    assert (there, arguments[0]) == ("/clave/error", address)
    assert said in str(arguments[1])


def test_an_error_is_not_answered_with_an_error(room: Room) -> None:
    room.port.take(foreign("/clave/error", "/clave/map", "no"), PEER)
    assert room.wire.sent == []


def test_a_bundle_waits_for_its_time_and_one_that_is_late_does_not(room: Room) -> None:
    later = write_bundle([foreign("/clave/volume", 0.25), foreign("/clave/swing", 0.6)], room.now + 0.5)
    room.port.take(later, PEER)
    room.port.take(write_bundle([foreign("/clave/tempo", 90)], room.now - 3), PEER)
    assert (room.desk.project.volume, room.desk.project.scene.tempo[0].tempo_bpm) == (0.8, 90)
    room.now += 0.49
    room.port.catch_up()
    assert room.desk.project.volume == 0.8
    room.now += 0.02
    room.port.catch_up()
    assert (room.desk.project.volume, room.desk.project.scene.swing) == (0.25, 0.6)


def test_a_message_that_waits_is_on_time_though_the_wall_clock_is_set_back(room: Room) -> None:
    room.port.take(write_bundle([foreign("/clave/volume", 0.25)], room.now + 0.5), PEER)
    room.ahead = -3600.0
    room.now += 0.51
    room.port.catch_up()
    assert room.desk.project.volume == 0.25


def test_a_time_tag_far_ahead_is_refused(room: Room) -> None:
    room.port.take(write_bundle([foreign("/clave/volume", 0.25)], room.now + LONGEST_WAIT_SECONDS + 9), PEER)
    ((_, (address, text), _),) = room.wire.to(PEER)
    assert address == "/clave/volume"
    assert "69 s ahead: at most 60 s" in str(text)


def test_subscribers_get_all_at_first_then_what_others_change(room: Room) -> None:
    room.port.take(foreign("/clave/subscribe"), PEER)
    room.port.take(foreign("/clave/subscribe", 5002), PEER)
    assert {message.address: message.arguments for message in room.wire.to(PEER)} == {
        address: pytest.approx(values) if all(isinstance(each, float) for each in values) else values
        for address, values in room.desk.values().items()
    }
    assert len(room.wire.to(OTHER)) > 250
    room.port.take(foreign("/clave/voice/snare/level", 0.5), PEER)
    room.desk.tell()
    assert room.wire.to(PEER) == [], "it knows"
    assert room.wire.to(OTHER) == [Message("/clave/voice/snare/level", (0.5,))]
    room.port.take(foreign("/clave/unsubscribe", 5002), PEER)
    room.port.take(foreign("/clave/voice/snare/level", 0.75), PEER)
    room.desk.tell()
    assert room.wire.sent == []


def test_a_fader_that_sends_back_what_it_is_told_comes_to_rest(room: Room) -> None:
    """Two clients that echo everything they hear: what one has moved settles after a turn."""
    for peer in (PEER, OTHER):
        room.port.take(foreign("/clave/subscribe"), peer)
        room.wire.to(peer)
    room.port.take(foreign("/clave/swing", 0.6123), PEER)
    for _ in range(5):
        room.desk.tell()
        echoes = [(message, peer) for peer in (PEER, OTHER) for message in room.wire.to(peer)]
        for message, peer in echoes:
            room.port.take(write_message(message.address, message.arguments), peer)
    assert echoes == []


def test_a_value_is_told_on_request(room: Room) -> None:
    room.port.take(foreign("/clave/get", "/clave/quantum"), PEER)
    assert room.wire.to(PEER) == [Message("/clave/quantum", ("bar",))]


TOKEN = "a-token"


def test_another_machine_is_heard_once_it_has_sent_the_token() -> None:
    """127.0.0.2 stands for another machine: its packets come from another address than this one's."""
    desk = Desk(Project(), NoPlayer())
    with open_socket(0, "0.0.0.0") as on, open_socket(0, "127.0.0.2") as other, open_socket(0) as here:
        port = OscPort(desk, on, admits=lambda token: token == TOKEN)
        at = HERE, on.getsockname()[1]

        def answers(sender: socket.socket, address: str, *arguments: Any) -> list[Message]:
            sender.sendto(write_message(address, arguments), at)
            port.poll(1)
            found: list[Message] = []
            with contextlib.suppress(BlockingIOError):
                while True:
                    found += read_packet(sender.recv(65_507))
            return found

        (said,) = answers(other, "/clave/volume", 0.5)
        assert said.address == "/clave/error"
        assert "first sends /clave/token" in str(said.arguments[1])
        assert answers(other, "/clave/token", "wrong") == [], "one answer a second: senders may be forged"
        assert answers(other, "/clave/subscribe") == []
        assert desk.project.volume == Project().volume
        assert answers(here, "/clave/volume", 0.5) == []
        assert desk.project.volume == 0.5, "this machine needs none"

        assert answers(other, "/clave/token", TOKEN) == []
        assert answers(other, "/clave/volume", 0.25) == []
        assert desk.project.volume == 0.25
        assert answers(other, "/clave/get", "/clave/volume") == [Message("/clave/volume", (0.25,))]


def test_a_token_may_begin_a_bundle_and_without_host_none_is_right() -> None:
    bundle = write_bundle([write_message("/clave/token", (TOKEN,)), write_message("/clave/volume", (0.25,))])
    for admits, heard in ((lambda token: token == TOKEN, 0.25), (None, Project().volume)):
        desk, on = Desk(Project(), NoPlayer()), Wire()
        OscPort(desk, on, admits=admits).take(bundle, ("192.168.1.7", 5001))
        assert desk.project.volume == heard
    assert "start clave with --host" in str(on.sent[0])


def test_who_has_no_token_gets_few_answers() -> None:
    desk, on, now = Desk(Project(), NoPlayer()), Wire(), [100.0]
    port = OscPort(desk, on, admits=lambda _: False, clock=lambda: now[0])
    for number in range(1000):
        port.take(write_message("/clave/volume", (0.25,)), (f"10.0.{number // 250}.{number % 250}", 5001))
    assert len(on.sent) == MAX_ANSWERED
    now[0] += ANSWER_SECONDS
    port.take(write_message("/clave/volume", (0.25,)), ("10.0.0.1", 5001))
    assert len(on.sent) == MAX_ANSWERED + 1


def test_there_are_not_more_subscribers_than_can_be_told(room: Room) -> None:
    for port in range(MAX_SUBSCRIBERS + 1):
        room.port.take(foreign("/clave/subscribe", 6000 + port), PEER)
    assert len(room.port.subscribers) == MAX_SUBSCRIBERS
    assert room.wire.to(PEER)[-1].address == "/clave/error"


@pytest.fixture
def sockets() -> Iterator[tuple[Any, Any]]:
    with open_socket(0) as here, open_socket(0) as there:
        yield here, there


def test_a_thousand_messages_over_a_real_socket_are_all_carried_out(sockets: tuple[Any, Any]) -> None:
    here, there = sockets
    desk = Desk(Project(), NoPlayer())
    port = OscPort(desk, here)
    for number in range(1000):
        there.sendto(foreign("/clave/voice/snare/level", number / 1000), here.getsockname())
        if number % 50 == 0:
            port.poll()
    port.poll(0.2)
    assert port.received == 1000
    assert desk.project.scene.mix[1].level == 0.999


def test_a_port_that_is_taken_is_refused(sockets: tuple[Any, Any]) -> None:
    number = sockets[0].getsockname()[1]
    with pytest.raises(OscError, match=f"port {number}"):
        open_socket(number)


@pytest.mark.parametrize("text", ["", "nose", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:9.5"])
def test_where_osc_goes_is_a_host_and_a_port(text: str) -> None:
    with pytest.raises(OscError, match="HOST:PORT"):
        peer_of(text)
    assert peer_of("127.0.0.1:57120") == peer_of("57120") == ("127.0.0.1", 57120)


# ---- strokes


def strike(voice: int) -> Strike:
    return Strike(0.0, voice, 0.5, 0.0, 0.0, 1.0, 1.0, -0.25, voice, 0, 0)


def test_strokes_go_out_at_their_time_or_before_it_with_the_time_in_the_bundle() -> None:
    for ahead in (0.0, 0.08):
        sent: list[bytes] = []
        output = OscOutput(sent.append, ahead, wall=lambda seconds: 5000 + seconds)
        output.step(QueuedStep(2, 4, 10.0, 0.03))
        output.step(QueuedStep(2, 5, 10.03, 0.03))
        output.strike(strike(1), 10.0)
        output.strike(strike(0), 10.5)
        output.release(10.0 - ahead - 0.001)
        assert sent == []
        output.release(10.0 - ahead + 0.001)
        (packet,) = sent
        step, hit = read_packet(packet)
        assert (step.address, step.arguments) == ("/clave/step", (3, 2))
        assert (hit.address, hit.arguments) == ("/clave/strike", ("snare", 0.5, 1.0, -0.25))
        assert hit.seconds is None if ahead == 0 else math.isclose(hit.seconds or 0, 5000 + ahead - 0.001, abs_tol=1e-6)
        output.silence(10.1)
        output.release(math.inf)
        assert len(sent) == 1


def test_a_flood_leaves_time_for_the_music(sockets: tuple[Any, Any]) -> None:
    here, there = sockets
    port = OscPort(Desk(Project(), NoPlayer()), here)
    for _ in range(600):
        there.sendto(foreign("/clave/undo", 1), here.getsockname())
    port.poll(1)
    assert port.received == MAX_AT_ONCE
    port.poll(1)
    assert port.received == 600


def test_who_has_set_a_value_hears_when_another_hand_changes_it(room: Room) -> None:
    room.port.take(foreign("/clave/swing", 0.6), PEER)
    room.desk.tell()
    room.port.take(foreign("/clave/subscribe"), PEER)
    assert Message("/clave/swing", (0.6,)) in room.wire.to(PEER)
    room.port.take(foreign("/clave/swing", 0.625), PEER)
    room.desk.put(room.desk.project.changed(scene=room.desk.project.scene.changed(swing=0.75)))
    room.desk.tell()
    assert room.wire.to(PEER) == [Message("/clave/swing", (0.75,))]
