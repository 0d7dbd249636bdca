"""The thin adapters of rtmidi2 and sounddevice, against stand-ins for these modules: no device is needed."""

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from clave.errors import AudioPortError, MidiPortError, MissingExtraError
from clave.play.live import audio_port, rtmidi_system
from clave.play.live.audio_port import BUFFER_SECONDS, PortAudioPort
from clave.play.live.midi_messages import HeardMessage
from clave.play.live.rtmidi_system import Backend, RtMidiSystem, open_system

# MIDI


class FakePort:
    """What rtmidi2's MidiIn and MidiOut have in common, and what was done with it."""

    ports = ("Drum machine", "Keys")

    def __init__(self, client: str, *_: int) -> None:
        self.client, self.opened, self.closed = client, None, False
        self.sent: list[tuple[int, ...]] = []
        self.callback: Any = None
        self.ignored: dict[str, bool] = {}

    def open_port(self, number: int) -> None:
        if number == 1:
            raise RuntimeError("device or resource busy")
        self.opened = self.ports[number]

    def open_virtual_port(self, name: str) -> None:
        self.opened = name

    def close_port(self) -> None:
        self.closed = True

    def ignore_types(self, **ignored: bool) -> None:
        self.ignored = ignored

    def send_raw(self, *data: int) -> None:
        if self.closed:
            raise RuntimeError("the port is closed")
        self.sent.append(data)


@pytest.fixture
def rtmidi(monkeypatch: pytest.MonkeyPatch) -> list[FakePort]:
    """All the ports that were made."""
    made: list[FakePort] = []

    def make(*arguments: Any) -> FakePort:
        made.append(FakePort(*arguments))
        return made[-1]

    monkeypatch.setitem(sys.modules, "rtmidi2", SimpleNamespace(MidiIn=make, MidiOut=make))
    return made


def test_ports_are_listed_and_messages_go_to_the_one_that_was_opened(rtmidi: list[FakePort]) -> None:
    system = RtMidiSystem(Backend(), "Test")
    assert system.output_names() == system.input_names() == ("Drum machine", "Keys")
    assert len(rtmidi) == 2  # the ports are listed by the same two again and again
    port = system.open_output("Drum machine")
    port.send((0x99, 36, 100))
    assert (port.name, rtmidi[-1].opened, rtmidi[-1].sent) == ("Drum machine", "Drum machine", [(0x99, 36, 100)])
    port.close()
    with pytest.raises(MidiPortError, match="'Drum machine' took no message: the port is closed"):
        port.send((0x99, 36, 100))
    assert {each.client for each in rtmidi} == {"Test"}


def test_a_port_that_is_not_there_or_taken_is_refused(rtmidi: list[FakePort]) -> None:
    system = RtMidiSystem(Backend())
    with pytest.raises(MidiPortError, match="Nobody"):
        system.open_output("Nobody")
    with pytest.raises(MidiPortError, match="'Keys' cannot be opened, another program may hold it: device or resource"):
        system.open_input("Keys", lambda _: None)


def test_what_comes_in_is_heard_with_its_time_clock_included(rtmidi: list[FakePort]) -> None:
    heard: list[HeardMessage] = []
    port = RtMidiSystem(Backend()).open_input("Drum machine", heard.append)
    assert rtmidi[-1].ignored == {"midi_sysex": True, "midi_time": False, "midi_sense": True}
    for gap in (0.0, 0.25):
        rtmidi[-1].callback([0xF8], gap)
    assert [each.data for each in heard] == [(0xF8,), (0xF8,)]
    assert heard[1].seconds <= heard[0].seconds + 0.25
    port.close()
    assert (rtmidi[-1].callback, rtmidi[-1].closed) == (None, True)


def test_virtual_ports_have_the_name_they_are_given(rtmidi: list[FakePort]) -> None:
    system = RtMidiSystem(Backend())
    assert [system.create_output("Out").name, rtmidi[-1].opened] == ["Out", "Out"]
    assert [system.create_input("In", lambda _: None).name, rtmidi[-1].opened] == ["In", "In"]


def test_the_library_is_tried_in_a_process_of_its_own_and_may_hang(
    rtmidi: list[FakePort], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], **options: Any) -> Any:
        assert options["env"]["JACK_NO_START_SERVER"] == "1"
        return subprocess.CompletedProcess(command, 0, "ports: 2\n", "")

    monkeypatch.setattr(rtmidi_system.subprocess, "run", run)
    assert open_system("Test").output_names() == FakePort.ports

    def hang(command: list[str], **options: Any) -> Any:
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(rtmidi_system.subprocess, "run", hang)
    monkeypatch.setattr(rtmidi_system.sys, "platform", "darwin")
    with pytest.raises(MidiPortError, match="it did not answer within 20 s"):
        open_system()


# Audio


class FakeAudio:
    """sounddevice with three devices, one of which cannot be opened."""

    class PortAudioError(Exception):
        pass

    default = SimpleNamespace(device=(0, 1))

    def __init__(self) -> None:
        self.devices = [
            {"name": name, "index": index, "max_output_channels": channels}
            for index, (name, channels) in enumerate((("Microphone", 0), ("Built-in", 2), ("Scarlett 2i2", 4)))
        ]
        self.made: list[FakeAudio] = []
        self.write_available, self.blocks, self.gone = 1000, list[np.ndarray](), False

    def query_devices(self) -> list[dict[str, Any]]:
        return self.devices

    def OutputStream(self, **settings: Any) -> "FakeAudio":  # noqa: N802 -- sounddevice's name
        if settings["device"] == 2 and settings["samplerate"] != 44_100:
            raise self.PortAudioError("Invalid sample rate")
        self.settings = settings
        return self

    def start(self) -> None:
        self.started = True

    def write(self, block: np.ndarray) -> bool:
        if self.gone:
            raise self.PortAudioError("Stream is stopped")
        self.blocks.append(block)
        self.write_available -= len(block)
        return len(self.blocks) == 2  # an underrun before the second

    def abort(self, **_: bool) -> None:
        self.aborted = True

    def close(self, **_: bool) -> None:
        self.closed = True


@pytest.fixture
def audio(monkeypatch: pytest.MonkeyPatch) -> FakeAudio:
    made = FakeAudio()
    monkeypatch.setitem(sys.modules, "sounddevice", made)
    return made


def test_audio_goes_to_the_device_and_what_waits_and_was_late_is_known(audio: FakeAudio) -> None:
    port = PortAudioPort(None, 48_000)
    assert (port.name, port.sample_rate) == ("Built-in", 48_000)
    assert audio.settings == {
        "samplerate": 48_000, "channels": 2, "dtype": "float32", "device": 1, "latency": BUFFER_SECONDS,
    }  # fmt: skip
    assert (port.room(), port.waiting()) == (1000, 0)
    for late in (0, 1):
        port.write(np.zeros((2, 100), np.float32))
        assert port.underruns == late
    assert audio.blocks[0].shape == (100, 2)
    assert (port.room(), port.waiting()) == (800, 200)
    audio.gone = True
    with pytest.raises(AudioPortError, match="'Built-in' is gone: Stream is stopped"):
        port.write(np.zeros((2, 100), np.float32))
    port.close()
    assert audio.aborted
    assert audio.closed


def test_a_device_is_chosen_by_name_or_a_part_of_it(audio: FakeAudio) -> None:
    assert [PortAudioPort(name, 44_100).name for name in ("Scarlett 2i2", "scarlett", "built")] == [
        "Scarlett 2i2", "Scarlett 2i2", "Built-in",
    ]  # fmt: skip
    with pytest.raises(AudioPortError, match="no sound device 'Microphone'; there are: Built-in, Scarlett 2i2"):
        PortAudioPort("Microphone", 44_100)  # it has no outputs
    with pytest.raises(AudioPortError, match="'Scarlett 2i2' cannot be opened: Invalid sample rate"):
        PortAudioPort("Scarlett", 96_000)
    audio.default = SimpleNamespace(device=(0, 7))  # the system's choice has gone
    assert PortAudioPort(None, 44_100).name == "Built-in"
    audio.devices = audio.devices[:1]
    with pytest.raises(AudioPortError, match=r"there is no sound device$"):
        PortAudioPort(None, 44_100)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for error, wanted, says in (
        (ModuleNotFoundError("sounddevice"), MissingExtraError, r"clave\[audio\]"),
        (OSError("PortAudio library not found"), AudioPortError, "install libportaudio2"),
    ):

        def missing(_: str, error: Exception = error) -> Any:
            raise error

        monkeypatch.setattr(audio_port, "import_module", missing)
        with pytest.raises(wanted, match=says):
            PortAudioPort(None, 44_100)
