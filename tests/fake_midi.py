"""MIDI ports for tests: what is sent is kept, what comes in is said by the test, ports come and go."""

from collections.abc import Sequence

from clave.errors import MidiPortError
from clave.play.live.midi_messages import HeardMessage
from clave.play.live.midi_ports import Heard


class FakePort:
    """Keeps what is sent to it; a broken one takes nothing."""

    def __init__(self, name: str, heard: Heard | None = None) -> None:
        self.name, self.heard = name, heard
        self.sent: list[tuple[int, ...]] = []
        self.open, self.broken = True, False

    def send(self, data: Sequence[int]) -> None:
        if self.broken:
            raise MidiPortError(f"the MIDI port {self.name!r} took no message")
        self.sent.append(tuple(data))

    def close(self) -> None:
        self.open = False


class FakeMidi:
    """A computer with these ports; `play` is a message that comes in through one of them."""

    def __init__(self, outputs: Sequence[str] = (), inputs: Sequence[str] = (), *, virtual: bool = True) -> None:
        self.outputs, self.inputs, self.virtual = list(outputs), list(inputs), virtual
        self.opened: list[FakePort] = []

    def output_names(self) -> tuple[str, ...]:
        return tuple(self.outputs)

    def input_names(self) -> tuple[str, ...]:
        return tuple(self.inputs)

    def open_output(self, name: str) -> FakePort:
        assert name in self.outputs
        return self._made(FakePort(name))

    def open_input(self, name: str, heard: Heard) -> FakePort:
        assert name in self.inputs
        return self._made(FakePort(name, heard))

    def create_output(self, name: str) -> FakePort:
        return self._made(FakePort(name))

    def create_input(self, name: str, heard: Heard) -> FakePort:
        return self._made(FakePort(name, heard))

    def play(self, name: str, seconds: float, *data: int) -> None:
        for port in self.opened:
            if port.open and port.name == name and port.heard is not None:
                port.heard(HeardMessage(seconds, data))

    def _made(self, port: FakePort) -> FakePort:
        self.opened.append(port)
        return port
