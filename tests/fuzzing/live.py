"""What comes in while music plays: OSC packets, and messages on the WebSocket."""

import json
import struct
from collections.abc import Sequence
from random import Random
from typing import Any

from random_projects import random_project

from clave.app.server.clients import text_of
from clave.app.server.page_bridge import PageBridge
from clave.play.live.arguments import Value, from_json_text
from clave.play.live.controls.table import values_of
from clave.play.live.desk import Desk
from clave.play.live.osc import HERE, OscPort
from clave.play.live.osc_packet import OscValue, write_bundle, write_message
from clave.play.project import Project
from fuzzing.door import Door
from fuzzing.mutations import VALUES, json_bytes, mutated_bytes, mutated_json


class _Silent:
    """Plays nothing, and takes everything."""

    def act(self, *_: object) -> None:
        pass

    def changed(self, *_: object, at_once: bool) -> None:
        pass


class _Nowhere:
    """A socket of which nothing comes; what is sent is looked at."""

    def fileno(self) -> int:
        return -1

    def recvfrom(self, _size: int, /) -> tuple[bytes, tuple[str, int]]:
        raise BlockingIOError

    def sendto(self, packet: bytes, _peer: tuple[str, int], /) -> int:
        return len(packet)


def _addresses() -> list[tuple[str, Sequence[Value]]]:
    return [*values_of(Project()).items(), ("/clave/get", ("/clave/tempo",)), ("/clave/subscribe", (9000,)),
            ("/clave/voice/*/level", (0.5,)), ("/clave/project", ("{}",)), ("/clave/scene/2/launch", ())]  # fmt: skip


def _values(given: Sequence[Value], random: Random) -> list[Any]:
    values: list[Any] = list(given)
    for _ in range(random.randrange(3)):
        at = random.randrange(len(values) + 1)
        values[at : at + random.randrange(2)] = [random.choice(VALUES)]
    return values


class OscDoor(Door):
    """OSC packets."""

    name, weight = "osc", 3.0

    def __init__(self) -> None:
        self._addresses = _addresses()
        self._port = OscPort(Desk(Project(), _Silent()), _Nowhere())

    def case(self, random: Random) -> bytes:
        """A control with other arguments, alone or in bundles; sometimes with bytes changed."""
        packets = [self._message(random) for _ in range(random.randint(1, 3))]
        packet = packets[0] if len(packets) == 1 else write_bundle(packets, random.choice((None, 0.0, 2e9)))
        for _ in range(random.choice((0, 0, 0, 2, 20))):
            packet = write_bundle([packet])
        return mutated_bytes(packet, random, packets, most=3) if random.random() < 0.6 else packet

    def _message(self, random: Random) -> bytes:
        address, given = random.choice(self._addresses)
        values: list[OscValue] = [each for each in _values(given, random) if _fits(each)]
        return write_message(address, values)

    def open(self, case: bytes) -> None:
        """As one from this machine; those that wait for their time are carried out too."""
        self._port.take(case, (HERE, 9999))
        self._port.catch_up()


def _fits(value: object) -> bool:
    try:
        write_message("/", [value])  # pyright: ignore[reportArgumentType] -- what does not fit raises
    except (struct.error, TypeError, OverflowError, ValueError):
        return False
    return True


class SocketDoor(Door):
    """Messages on `/api/live`: a line each."""

    name, weight = "websocket", 3.0

    def __init__(self) -> None:
        self._addresses = _addresses()
        self._project = json.loads(random_project(3).model_dump_json(by_alias=True))
        self._bridge = PageBridge()

    def case(self, random: Random) -> bytes:
        """A page that comes, and some messages of it."""
        lines: list[bytes] = []
        for _ in range(random.randint(1, 4)):
            message = self._message(random)
            if random.random() < 0.6:
                message = mutated_json(message, random, most=2)
            lines.append(json_bytes(message, random, damaged=0.05).replace(b"\n", b" "))
        return b"\n".join(lines)

    def _message(self, random: Random) -> Any:
        address, given = random.choice(self._addresses)
        return random.choice((
            {"kind": "control", "address": address, "arguments": _values(given, random)},
            {"kind": "subscribe"},
            {"kind": "lead"},
            {"kind": "project", "project": self._project},
            {"kind": "patch", "seen": 0, "label": "map", "changes": [[["scene", "mix", 1, "level"], 0.5]]},
            {"kind": "patch", "seen": 1, "changes": [[["scene", "tempo", 0, "tempo_bpm"], random.choice(VALUES)]]},
            {"kind": "state", "playing": True, "bar": 7, "song": False, "slot": None},
        ))  # fmt: skip

    def open(self, case: bytes) -> None:
        """Each line as the server takes it, and what goes out as it sends it."""
        bridge = self._bridge
        client = bridge.join(lambda: None)
        try:
            bridge.take(client, {"kind": "page"})
            bridge.take(client, {"kind": "project", "project": self._project})
            for line in case.split(b"\n"):
                bridge.take(client, from_json_text("a message", line.decode("utf-8", "replace")))
                for message in bridge.outgoing(client):
                    text_of(message)
        finally:
            bridge.leave(client)
