"""MIDI out in a process of its own, so that nothing that Python does beside it delays a message.

A thread shares the interpreter with whatever else the program computes; a process does not. Messages go to it through
a pipe, ahead of their time, and it sends each when its time has come. Both sides read `time.monotonic`, which is one
clock for all processes of a computer. When the pipe ends, as the program was closed or has died, it ends all notes.
"""

import json
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from clave.errors import ClaveError, MidiPortError
from clave.play.live.midi_ports import KeptPort, OutPort, create_output, find_port, keep_output, no_port
from clave.play.live.timed_queue import Message, TimedQueue
from clave.play.midi_out import MidiMessage
from clave.play.output import QueuedStep
from clave.play.performance import Strike

AHEAD_SECONDS = 0.05  # how long before its time a message should be here
START_SECONDS = 30.0  # how long the process may take to open its port
LOOK_SECONDS = 1.0  # how often it looks whether its port is still there
_IDLE_SECONDS = 0.005  # it looks only if nothing is due for so long
_WAIT_SECONDS = 0.5
_FRAME = struct.Struct("<dH")  # seconds, length; a length of 0 is the order to be silent


class _Pipe:
    """What has come through the pipe: a thread reads it, the sending loop takes it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.changed = threading.Condition()
        self.ended = False
        self._frames: list[tuple[float, Message]] = []
        self._stream = stream
        threading.Thread(target=self._read, daemon=True).start()

    def take(self) -> list[tuple[float, Message]]:
        """Everything that has come; call it with `changed` held."""
        frames, self._frames = self._frames, []
        return frames

    def wait(self, seconds: float) -> None:
        """Until something comes, but no longer than this; call it with `changed` held."""
        if not self._frames and not self.ended and seconds > 0:
            self.changed.wait(seconds)

    def _read(self) -> None:
        while len(head := self._stream.read(_FRAME.size)) == _FRAME.size:
            seconds, length = _FRAME.unpack(head)
            data = tuple(self._stream.read(length))
            with self.changed:
                self._frames.append((seconds, data))
                self.changed.notify()
        with self.changed:
            self.ended = True
            self.changed.notify()


def serve(
    stream: IO[bytes], kept: KeptPort[OutPort], report: Callable[[dict[str, object]], None], queue: TimedQueue
) -> None:
    """Send what comes through the stream, each message at its time, until the stream ends; then end all notes."""
    pipe, next_look = _Pipe(stream), time.monotonic() + LOOK_SECONDS
    told: dict[str, object] = {}
    while not pipe.ended:
        with pipe.changed:
            due = queue.next_seconds
            now = time.monotonic()
            pipe.wait(min(_WAIT_SECONDS, next_look - now, due - now if due is not None else _WAIT_SECONDS))
            frames = pipe.take()
        for seconds, data in frames:
            if data:
                queue.add(seconds, data)
            else:
                _send(kept, queue.silence())
        now = time.monotonic()
        _send(kept, queue.due(now))
        due = queue.next_seconds
        if now >= next_look and (due is None or due - now > _IDLE_SECONDS):
            next_look = now + LOOK_SECONDS
            with suppress(MidiPortError):
                kept.look()
            state = _state(kept, queue)
            if state != told:
                report(state)
                told = state
    _send(kept, queue.end())
    report(_state(kept, queue))
    kept.lost()


def _send(kept: KeptPort[OutPort], messages: Sequence[Message]) -> None:
    for message in messages:
        if kept.port is None:
            return
        try:
            kept.port.send(message)
        except MidiPortError:
            kept.lost()


def _state(kept: KeptPort[OutPort], queue: TimedQueue) -> dict[str, object]:
    return {
        "port": kept.port.name if kept.port else None,
        "dropped_notes": queue.dropped_notes,
        "dropped_pulses": queue.dropped_pulses,
        "worst_late_seconds": queue.worst_late_seconds,
    }


@dataclass(frozen=True)
class ProcessState:
    """What the process said last, about once a second."""

    port: str | None = None  # None while it is not connected
    dropped_notes: int = 0
    dropped_pulses: int = 0
    worst_late_seconds: float = 0.0
    error: str | None = None


class MidiProcess:
    """A port in a process of its own, and the last of the outputs that send through it.

    Outputs give it messages with `send`; at the end of each tick `release` writes all of them to the pipe at once, as
    each write may have to wait for other threads. Nothing fails if the process has died or its port is gone: `state`
    says so, and a port that is gone is waited for.

    `port` is a name or a part of one; with `virtual`, a new port of that name. Raises MidiPortError if there is no such
    port now, or no rtmidi2. `report` is told when the port goes and when it is back.
    """

    def __init__(
        self,
        port: str,
        *,
        virtual: bool = False,
        command: Sequence[str] | None = None,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        command = command or [sys.executable, "-m", "clave.play.live.midi_process"]
        ask = json.dumps({"port": port, "virtual": virtual})
        self._process = subprocess.Popen([*command, ask], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self._gathered, self._port, self._report = bytearray(), port, report
        self._opened = threading.Event()
        self.state = ProcessState()
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        answered = self._opened.wait(START_SECONDS)
        if self.state.error or not answered:
            self.close()
            raise MidiPortError(self.state.error or f"the MIDI process did not open {port!r} in {START_SECONDS:g} s")
        self._told = self.state

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def send(self, message: MidiMessage) -> None:
        """A message for its time, which is one of `time.monotonic`; it goes with the next `release`."""
        self._gathered += _FRAME.pack(message.seconds, len(message.data)) + bytes(message.data)

    def drop(self) -> None:
        """With the next `release`: drop the notes and pulses that wait, end what sounds, stop who follows the clock."""
        self._gathered += _FRAME.pack(0.0, 0)

    def strike(self, strike: Strike, seconds: float) -> None:
        """Strokes come as messages."""

    def step(self, queued: QueuedStep) -> None:
        """Steps come as messages."""

    def release(self, now: float) -> None:  # noqa: ARG002, as in Output
        """Hand over what was gathered."""
        if self.state is not self._told:
            self._tell(self._told, self.state)
        if self._gathered:
            frames = bytes(self._gathered)
            self._gathered.clear()
            self._write(frames)

    def silence(self, now: float) -> None:
        """Be silent at once."""
        self.drop()
        self.release(now)

    def close(self) -> None:
        """End all notes and the process."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(1.0)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _tell(self, before: ProcessState, after: ProcessState) -> None:
        """Say that the port has gone or come back."""
        self._told = after
        if after.error and not before.error:
            self._report(
                f"{after.error}: nothing goes to {self._port!r} until Clave is started again; the rest plays on"
            )
        elif before.port is not None and after.port is None:
            self._report(f"the MIDI port {self._port!r} is gone, and is waited for; the rest plays on")
        elif before.port is None and after.port is not None:
            self._report(f"the MIDI port {after.port!r} is there again")

    def _write(self, frames: bytes) -> None:
        stream = self._process.stdin
        assert stream is not None
        if stream.closed:
            return
        try:
            stream.write(frames)
        except OSError:
            self.state = ProcessState(error="the MIDI process has ended")

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.state = ProcessState(**json.loads(line))
            self._opened.set()
        if not self._opened.is_set():
            self.state = ProcessState(error=f"the MIDI process ended with status {self._process.wait()}")
        self._opened.set()


def report_line(state: dict[str, object]) -> None:
    """A state as a line of JSON on the standard output; nobody may read it any more."""
    with suppress(OSError, ValueError):
        print(json.dumps(state), flush=True)


def before_others() -> None:
    """Ask the system to prefer this process, where it may: for a program that plays, before its threads begin."""
    with suppress(OSError, AttributeError):
        os.nice(-10)


def first_in_line() -> None:
    """Ask the system to run this process before all others, where it may: it sleeps nearly all the time."""
    before_others()
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))


def main(ask: str) -> int:
    """Open the port that the JSON text asks for, and serve the standard input."""
    import signal

    from clave.play.live.rtmidi_system import open_system

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the program, which then closes the pipe
    wanted = json.loads(ask)
    queue = TimedQueue()
    try:
        system = open_system()
        kept = keep_output(system, wanted["port"])
        if wanted["virtual"]:
            port = create_output(system, wanted["port"])
            kept = KeptPort(port.name, lambda: (port.name,), lambda _: port)
        elif find_port(system.output_names(), wanted["port"]) is None:
            raise no_port(system.output_names(), wanted["port"])
        kept.look()
    except ClaveError as error:
        report_line({"error": str(error)})
        return 1
    report_line(_state(kept, queue))
    first_in_line()
    serve(sys.stdin.buffer, kept, report_line, queue)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
