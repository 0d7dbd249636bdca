"""Where live audio goes: a thin port, and the one of PortAudio through sounddevice, the extra `audio`."""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, Protocol, runtime_checkable

import numpy as np

from clave.errors import AudioPortError, MissingExtraError
from clave.music.shapes import Float32

BUFFER_SECONDS = 0.06  # that wait in the device: what is played is that late after it was mixed


@runtime_checkable
class AudioPort(Protocol):
    """A device that takes stereo samples before they are heard. None of its methods waits."""

    sample_rate: int
    name: str

    def room(self) -> int:
        """How many samples it takes now."""
        ...

    def waiting(self) -> int:
        """How many samples it has that are not yet heard."""
        ...

    def write(self, block: Float32[np.ndarray, "side sample"]) -> None:
        """Take a block. Raises AudioPortError where the device has gone."""
        ...

    def close(self) -> None:
        """What waits is dropped."""
        ...


class PortAudioPort:
    """A device of the system."""

    def __init__(self, name: str | None, sample_rate: int) -> None:
        """Raises MissingExtraError without sounddevice, AudioPortError where there is no such device."""
        sd = _sounddevice()
        device = _device(sd, name)
        try:
            self._stream: Any = sd.OutputStream(
                samplerate=sample_rate, channels=2, dtype="float32", device=device["index"], latency=BUFFER_SECONDS
            )
            self._stream.start()
        except sd.PortAudioError as error:
            raise AudioPortError(f"the sound device {device['name']!r} cannot be opened: {_said(error)}") from error
        self.sample_rate, self.name = sample_rate, str(device["name"])
        self._errors = sd.PortAudioError
        self._capacity = max(int(self._stream.write_available), 1)
        self.underruns = 0

    def room(self) -> int:
        """How many samples it takes now."""
        available = int(self._asked(lambda: self._stream.write_available))
        self._capacity = max(self._capacity, available)
        return available

    def waiting(self) -> int:
        """How many samples it has that are not yet heard."""
        return self._capacity - self.room()

    def write(self, block: Float32[np.ndarray, "side sample"]) -> None:
        """Take a block."""
        self.underruns += bool(self._asked(lambda: self._stream.write(np.ascontiguousarray(block.T))))

    def close(self) -> None:
        """What waits is dropped."""
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except self._errors as error:
            raise AudioPortError(f"the sound device {self.name!r} is gone: {_said(error)}") from error


def open_again(name: str | None, sample_rate: int) -> PortAudioPort:
    """The same after a device has gone: PortAudio has to begin anew to see which ones are there now."""
    sd = _sounddevice()
    try:
        sd._terminate()
        sd._initialize()
    except sd.PortAudioError as error:
        raise AudioPortError(f"PortAudio cannot begin anew: {_said(error)}") from error
    return PortAudioPort(name, sample_rate)


def _sounddevice() -> Any:
    try:
        return import_module("sounddevice")
    except ModuleNotFoundError as error:
        raise MissingExtraError("live audio needs the extra `audio`: pip install 'clave[audio]'") from error
    except OSError as error:  # the wheels for Linux bring no PortAudio
        raise AudioPortError("PortAudio is missing: install libportaudio2 (Debian, Ubuntu) or portaudio") from error


def _device(sd: Any, name: str | None) -> Any:
    """The device of this name, or a part of it; without one, the system's own choice."""
    devices = [device for device in _devices(sd) if device["max_output_channels"] >= 2]
    if name is None:
        chosen = next((device for device in devices if device["index"] == sd.default.device[1]), None)
        chosen = chosen or next(iter(devices), None)
        if chosen is None:
            raise AudioPortError("there is no sound device")
        return chosen
    same = [device for device in devices if device["name"] == name]
    found = same or [device for device in devices if name.lower() in device["name"].lower()]
    if not found:
        known: Sequence[str] = [device["name"] for device in devices]
        raise AudioPortError(f"there is no sound device {name!r}; there are: {', '.join(known) or 'none'}")
    return found[0]


def _devices(sd: Any) -> Iterator[Any]:
    try:
        yield from sd.query_devices()
    except sd.PortAudioError as error:
        raise AudioPortError(f"sound devices cannot be listed: {_said(error)}") from error


def _said(error: Exception) -> str:
    return str(error.args[0]) if error.args else str(error)
