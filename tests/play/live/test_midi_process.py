"""MIDI out in its own process: messages come at their time beside busy threads, and nothing hangs, whatever happens."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from clave.errors import MidiPortError
from clave.play.live.midi_process import MidiProcess
from clave.play.midi_out import MidiMessage

CHILD = """
import sys, time
from clave.play.live import midi_clock, timed_queue
from clave.play.live.midi_ports import KeptPort
from clave.play.live.midi_process import first_in_line, report_line, serve
from clave.play.live.timed_queue import TimedQueue

midi_clock.LATEST_PULSE_SECONDS = timed_queue.LATEST_SECONDS = 60  # a busy machine drops nothing

class File:
    name = "file"
    def __init__(self):
        self.lines = open(sys.argv[1], "a", buffering=1)
    def send(self, data):
        print(time.monotonic(), *data, file=self.lines)
    def close(self):
        self.lines.close()

port = File()
kept = KeptPort("file", lambda: ("file",), lambda name: port)
kept.look()
report_line({"port": "file"})
first_in_line()
serve(sys.stdin.buffer, kept, report_line, TimedQueue())
"""

PARENT = """
import os, sys, time
from clave.play.live.midi_process import MidiProcess
from clave.play.midi_out import MidiMessage
process = MidiProcess("file", command=[sys.executable, "-c", sys.argv[1], sys.argv[2]])
now = time.monotonic()
process.send(MidiMessage(now, (0x99, 36, 100)))
process.send(MidiMessage(now + 30, (0x99, 38, 100)))
process.release(now)
while not os.path.exists(sys.argv[2]) or not open(sys.argv[2]).read():
    time.sleep(0.02)
os._exit(1)
"""


def child(path: Path) -> list[str]:
    return [sys.executable, "-c", CHILD, str(path)]


def sent(path: Path) -> list[tuple[float, tuple[int, ...]]]:
    rows = [line.split() for line in path.read_text().splitlines()]
    return [(float(seconds), tuple(map(int, data))) for seconds, *data in rows]


def wait_for(path: Path, count: int) -> None:
    """Until so many messages were sent, or for 10 s."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not (path.exists() and len(sent(path)) >= count):
        time.sleep(0.02)


def test_every_message_comes_at_its_time_beside_two_busy_threads(tmp_path: Path) -> None:
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            sum(n * n for n in range(1000))

    busy = [threading.Thread(target=work) for _ in range(2)]
    process = MidiProcess("file", command=child(tmp_path / "sent"))
    try:
        for thread in busy:
            thread.start()
        start = time.monotonic() + 0.3
        due = [start + 0.005 * n for n in range(200)]
        for n, seconds in enumerate(due):
            process.send(MidiMessage(seconds, (0xB0, n % 100, n // 100)))
        process.release(start)
        while time.monotonic() < due[-1] + 0.1:
            time.sleep(0.05)
    finally:
        done.set()
        process.close()
    found = sent(tmp_path / "sent")
    assert [data for _, data in found] == [(0xB0, n % 100, n // 100) for n in range(200)]
    late = np.array([seconds for seconds, _ in found]) - due
    assert late.min() >= 0
    assert np.median(late) < 0.02  # benchmarks/midi_jitter.py measures it; here other tests run beside it


def test_silence_and_close_end_what_sounds(tmp_path: Path) -> None:
    process = MidiProcess("file", command=child(tmp_path / "sent"))
    now = time.monotonic()
    for seconds, data in ((now, (0x99, 36, 100)), (now + 30, (0x99, 38, 100)), (now + 0.05, (0xFA,))):
        process.send(MidiMessage(seconds, data))
    process.release(now)
    wait_for(tmp_path / "sent", 2)
    process.silence(now)
    process.send(MidiMessage(time.monotonic(), (0x99, 42, 100)))
    process.release(now)
    wait_for(tmp_path / "sent", 5)
    process.close()
    assert not process.alive
    messages = [data for _, data in sent(tmp_path / "sent")]
    assert messages == [
        (0x99, 36, 100),
        (0xFA,),
        (0x89, 36, 0),
        (0xFC,),
        (0x99, 42, 100),
        (0x89, 42, 0),
        (0xB9, 123, 0),
    ]
    process.silence(now)  # nobody is there: nothing happens
    process.close()


def test_notes_end_when_the_program_dies(tmp_path: Path) -> None:
    path = tmp_path / "sent"
    done = subprocess.run([sys.executable, "-c", PARENT, CHILD, str(path)], check=False, timeout=30)
    assert done.returncode == 1
    wait_for(path, 3)
    assert [data for _, data in sent(path)] == [(0x99, 36, 100), (0x89, 36, 0), (0xB9, 123, 0)]


def test_a_process_that_dies_is_noticed_and_nothing_fails(tmp_path: Path) -> None:
    process = MidiProcess("file", command=child(tmp_path / "sent"))
    process._process.kill()
    process._process.wait()
    for _ in range(3):
        process.send(MidiMessage(0.0, (0x99, 36, 100)))
        process.release(0.0)
    assert not process.alive
    assert process.state.error == "the MIDI process has ended"
    process.close()


def test_what_keeps_the_port_from_opening_is_the_error() -> None:
    says = 'import json; print(json.dumps({"error": "no MIDI port \'Volca\'; none is connected"}))'
    with pytest.raises(MidiPortError, match="no MIDI port 'Volca'; none is connected"):
        MidiProcess("Volca", command=[sys.executable, "-c", says])
    with pytest.raises(MidiPortError, match="ended with status 3"):
        MidiProcess("Volca", command=[sys.executable, "-c", "raise SystemExit(3)"])
