"""MIDI ports by name: what is connected, opened by a part of its name, and opened again after it was unplugged.

`MidiSystem` is what Clave needs of a MIDI library; `rtmidi_system.py` has the one that is used, tests have another.
"""

import re
import sys
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar, runtime_checkable

from clave.errors import MidiPortError
from clave.play.live.midi_messages import HeardMessage

Heard = Callable[[HeardMessage], None]
"""Called in the thread of the MIDI library: it keeps the message, and decides nothing."""


@runtime_checkable
class Port(Protocol):
    """An open port, by the name that the system has for it."""

    name: str

    def close(self) -> None:
        """Give it back."""
        ...


@runtime_checkable
class OutPort(Port, Protocol):
    """An open port that takes messages."""

    def send(self, data: Sequence[int]) -> None:
        """Send one message at once, status byte first; MidiPortError if the port takes none."""
        ...


@runtime_checkable
class MidiSystem(Protocol):
    """The ports of a computer."""

    virtual: bool  # whether it can make ports of its own

    def output_names(self) -> tuple[str, ...]:
        """Ports that messages can be sent to."""
        ...

    def input_names(self) -> tuple[str, ...]:
        """Ports that messages come from."""
        ...

    def open_output(self, name: str) -> OutPort:
        """Open one of `output_names`."""
        ...

    def open_input(self, name: str, heard: Heard) -> Port:
        """Open one of `input_names`."""
        ...

    def create_output(self, name: str) -> OutPort:
        """A virtual port: other programs see it, and listen to it."""
        ...

    def create_input(self, name: str, heard: Heard) -> Port:
        """A virtual port that other programs play to."""
        ...


def stable_name(name: str) -> str:
    """The name without the numbers that ALSA appends, which are others after the next plug.

    >>> stable_name("TR-8S:TR-8S MIDI 1 24:0")
    'TR-8S:TR-8S MIDI 1'
    """
    return re.sub(r"\s\d+:\d+$", "", name)


def find_port(names: Sequence[str], wanted: str) -> str | None:
    """The port of that name, else the one that has it as a part of its name; None if there is none.

    Case does not matter. Raises MidiPortError if several have it: one of them would be a guess.
    """
    key = stable_name(wanted).casefold()
    known = {name: stable_name(name).casefold() for name in names}
    for found in ([name for name in names if name == wanted], [name for name in names if known[name] == key]):
        if found:
            return found[0]
    parts = [name for name in names if key and key in known[name]]
    if len(parts) > 1:
        raise MidiPortError(f"several MIDI ports have {wanted!r} in their names: {', '.join(parts)}; name one of them")
    return parts[0] if parts else None


def no_port(names: Sequence[str], wanted: str) -> MidiPortError:
    """The error for a port that is not there: it lists those that are."""
    there = f"there are: {', '.join(names)}" if names else "none is connected"
    return MidiPortError(f"no MIDI port {wanted!r}; {there}")


def no_virtual_ports(wanted: str, platform: str = sys.platform) -> MidiPortError:
    """The error for a virtual port where the system has none."""
    advice = "install loopMIDI, make a port in it, and name that one" if platform == "win32" else "name one that exists"
    return MidiPortError(f"this system has no virtual MIDI ports, so {wanted!r} cannot be made: {advice}")


def create_output(system: MidiSystem, name: str) -> OutPort:
    """A virtual port; MidiPortError says what to do where the system has none."""
    if not system.virtual:
        raise no_virtual_ports(name)
    return system.create_output(name)


def create_input(system: MidiSystem, name: str, heard: Heard) -> Port:
    """A virtual port that other programs play to; MidiPortError says what to do where the system has none."""
    if not system.virtual:
        raise no_virtual_ports(name)
    return system.create_input(name, heard)


_P = TypeVar("_P", bound=Port)


class KeptPort(Generic[_P]):
    """A port that is waited for while it is gone, and opened again when it is back, by its name.

    Call `look` about once a second. `changes` counts openings and losses, so that state can be sent anew.
    """

    def __init__(self, wanted: str, names: Callable[[], Sequence[str]], open_port: Callable[[str], _P]) -> None:
        self.wanted = wanted
        self.port: _P | None = None
        self.changes = 0
        self._names, self._open = names, open_port

    def look(self) -> _P | None:
        """Open it if it has come, let go of it if it is gone; the port, or None.

        Raises MidiPortError if several ports have the name.
        """
        names = self._names()
        if self.port is not None and self.port.name not in names:
            self.lost()
        if self.port is None:
            found = find_port(names, self.wanted)
            if found is not None:
                self.port = self._open(found)
                self.wanted = stable_name(found)  # another one with the same part in its name does not take its place
                self.changes += 1
        return self.port

    def lost(self) -> None:
        """It took no message, or its name is gone."""
        if self.port is not None:
            self.port.close()
            self.port = None
            self.changes += 1


def keep_output(system: MidiSystem, wanted: str) -> KeptPort[OutPort]:
    """An output that comes back by name; it is not opened before the first `look`."""
    return KeptPort(wanted, system.output_names, system.open_output)


def keep_input(system: MidiSystem, wanted: str, heard: Heard) -> KeptPort[Port]:
    """An input that comes back by name; it is not opened before the first `look`."""
    return KeptPort(wanted, system.input_names, lambda name: system.open_input(name, heard))
