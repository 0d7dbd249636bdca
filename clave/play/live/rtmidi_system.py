"""The ports of this computer, through rtmidi2 (extra `midi`).

rtmidi2's wheel brings a JACK client library of protocol 8. A JACK server of another protocol, such as Debian's, makes
it end the whole process. So `probe` tries the library in a process of its own first; the system's JACK library, loaded
before it, answers in its place.
"""

import ctypes
import ctypes.util
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from clave.errors import MidiPortError, MissingExtraError
from clave.play.live.midi_messages import HeardMessage
from clave.play.live.midi_ports import Heard, OutPort, Port, no_port

PROBE_SECONDS = 20.0
_JACK = 3  # rtmidi2.API_UNIX_JACK
_PROBE = """
import sys, ctypes
api, library = int(sys.argv[1]), sys.argv[2]
if library:
    ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
import rtmidi2
port = rtmidi2.MidiOut("clave-probe", api)
if sys.platform != "win32":
    port.open_virtual_port("probe")
print("ports:", len(port.ports))
"""
_HISTORY = 200  # messages: about 4 s of clock


@dataclass(frozen=True)
class Backend:
    """How rtmidi2 is to be loaded."""

    api: int = 0  # rtmidi2's number; 0 is the first that the system has
    library: str = ""  # loaded before it, for all: the system's own JACK library


Run = Callable[[Backend], "tuple[int, str]"]
"""Tries a backend in a process of its own: its exit status, 0 if it works, and what it said."""


def probe(run: Run | None = None) -> Backend:
    """A backend that works on this computer.

    Raises MissingExtraError if rtmidi2 is not installed, and MidiPortError with what each of the tries said.
    """
    run = run or _run_probe
    said: list[str] = []
    for backend in _candidates():
        status, text = run(backend)
        if status == 0:
            return backend
        if "No module named 'rtmidi2'" in text:
            raise MissingExtraError("MIDI ports need the package rtmidi2: pip install 'clave[midi]'")
        said.append(_reason(backend, status, text))
    raise MidiPortError("MIDI does not work on this computer: " + "; ".join(said))


def _candidates() -> list[Backend]:
    if not sys.platform.startswith("linux"):
        return [Backend()]
    library = ctypes.util.find_library("jack") or ""
    return [Backend(), *([Backend(_JACK, library)] if library else []), Backend(_JACK)]


def _run_probe(backend: Backend) -> tuple[int, str]:
    command = [sys.executable, "-c", _PROBE, str(backend.api), backend.library]
    environment = {**os.environ, "JACK_NO_START_SERVER": "1"}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PROBE_SECONDS, check=False, env=environment
        )
    except subprocess.TimeoutExpired:
        return -1, f"it did not answer within {PROBE_SECONDS:g} s"
    return done.returncode, done.stdout + done.stderr


def _reason(backend: Backend, status: int, text: str) -> str:
    way = "JACK" if backend.api == _JACK else "the system's MIDI"
    if "JACK protocol mismatch" in text:
        return (
            f"{way}: rtmidi2's own JACK library speaks another protocol than the server, and ends the process; "
            "the system's library (libjack) is needed"
        )
    if "JACK server not running" in text:
        return f"{way}: no server is running"
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return f"{way}: {lines[-1].strip() if lines else f'the process ended with status {status}'}"


class DeltaStamps:
    """Times of messages from the gaps between them, as the MIDI library measures those before Python's thread wakes.

    A message cannot come before it was sent: the smallest difference between the two clocks lately is the true one.
    """

    def __init__(self) -> None:
        self._library = 0.0  # seconds since the first message, by its gaps
        self._differences: deque[float] = deque(maxlen=_HISTORY)

    def stamp(self, gap_seconds: float, now: float) -> float:
        """When the message came that this thread sees now, so long after the one before it."""
        self._library += gap_seconds
        self._differences.append(now - self._library)
        return min(now, self._library + min(self._differences))


class RtMidiSystem:
    """A `MidiSystem` on rtmidi2. The backend comes from `probe`: one that was not tried may end the process."""

    def __init__(self, backend: Backend, client: str = "Clave") -> None:
        if backend.library:
            ctypes.CDLL(backend.library, mode=ctypes.RTLD_GLOBAL)
        self.virtual = sys.platform != "win32"
        self._rtmidi: Any = import_module("rtmidi2")
        self._api, self._client = backend.api, client
        self._lister: tuple[Any, Any] | None = None

    def output_names(self) -> tuple[str, ...]:
        """Ports that messages can be sent to."""
        return tuple(self._listers()[0].ports)

    def input_names(self) -> tuple[str, ...]:
        """Ports that messages come from."""
        return tuple(self._listers()[1].ports)

    def open_output(self, name: str) -> OutPort:
        """Open one of `output_names`; MidiPortError if it is not there or taken."""
        return _Out(name, self._opened(self._out(), name))

    def open_input(self, name: str, heard: Heard) -> Port:
        """Open one of `input_names`; MidiPortError if it is not there or taken."""
        port = self._in(heard)
        return _In(name, self._opened(port, name))

    def create_output(self, name: str) -> OutPort:
        """A virtual port that other programs listen to."""
        port = self._out()
        port.open_virtual_port(name)
        return _Out(name, port)

    def create_input(self, name: str, heard: Heard) -> Port:
        """A virtual port that other programs play to."""
        port = self._in(heard)
        port.open_virtual_port(name)
        return _In(name, port)

    def _listers(self) -> tuple[Any, Any]:
        if self._lister is None:
            self._lister = self._out(), self._rtmidi.MidiIn(self._client, _QUEUE, self._api)
        return self._lister

    def _out(self) -> Any:
        return self._rtmidi.MidiOut(self._client, self._api)

    def _in(self, heard: Heard) -> Any:
        port = self._rtmidi.MidiIn(self._client, _QUEUE, self._api)
        port.ignore_types(midi_sysex=True, midi_time=False, midi_sense=True)
        stamps = DeltaStamps()

        def called(data: Sequence[int], gap_seconds: float) -> None:
            heard(HeardMessage(stamps.stamp(gap_seconds, time.monotonic()), tuple(data)))

        port.callback = called
        return port

    def _opened(self, port: Any, name: str) -> Any:
        names = port.ports
        if name not in names:
            raise no_port(names, name)
        try:
            port.open_port(names.index(name))
        except RuntimeError as error:
            raise MidiPortError(
                f"the MIDI port {name!r} cannot be opened, another program may hold it: {error}"
            ) from error
        return port


_QUEUE = 1024  # bytes


class _Out:
    def __init__(self, name: str, port: Any) -> None:
        self.name, self._port = name, port

    def send(self, data: Sequence[int]) -> None:
        try:
            self._port.send_raw(*data)
        except RuntimeError as error:
            raise MidiPortError(f"the MIDI port {self.name!r} took no message: {error}") from error

    def close(self) -> None:
        self._port.close_port()


class _In:
    def __init__(self, name: str, port: Any) -> None:
        self.name, self._port = name, port

    def close(self) -> None:
        self._port.callback = None
        self._port.close_port()


def open_system(client: str = "Clave") -> RtMidiSystem:
    """The ports of this computer, after a probe in a process of its own, which takes a tenth of a second."""
    return RtMidiSystem(probe(), client)
