"""The probe of rtmidi2, and the times that it gives messages."""

import numpy as np
import pytest

from clave.errors import MidiPortError, MissingExtraError
from clave.play.live import rtmidi_system
from clave.play.live.rtmidi_system import Backend, DeltaStamps, probe

MISMATCH = "JACK protocol mismatch 8\nCannot connect to the server\nterminate called after throwing 'RtMidiError'"


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtmidi_system.sys, "platform", "linux")
    monkeypatch.setattr(rtmidi_system.ctypes.util, "find_library", lambda _: "libjack.so.0")


def test_the_first_backend_that_works_is_taken() -> None:
    assert probe(lambda _: (0, "")) == Backend()


def test_the_systems_own_jack_library_stands_in_for_the_one_that_kills() -> None:
    tried: list[Backend] = []

    def run(backend: Backend) -> tuple[int, str]:
        tried.append(backend)
        return (0, "ports: 1") if backend.library else (-6, MISMATCH)

    assert probe(run) == Backend(3, "libjack.so.0")
    assert tried[0] == Backend()


def test_what_each_try_said_is_in_the_error() -> None:
    said = {
        Backend(): (1, "RuntimeError: MidiOutAlsa::initialize: error creating ALSA sequencer client object."),
        Backend(3, "libjack.so.0"): (134, "MidiOutJack::initialize: JACK server not running?"),
        Backend(3): (-6, MISMATCH),
    }
    with pytest.raises(MidiPortError) as refusal:
        probe(said.__getitem__)
    for rule in ("ALSA sequencer", "JACK: no server is running", "speaks another protocol than the server"):
        assert rule in str(refusal.value)


def test_a_missing_package_names_its_extra() -> None:
    with pytest.raises(MissingExtraError, match=r"clave\[midi\]"):
        probe(lambda _: (1, "ModuleNotFoundError: No module named 'rtmidi2'"))


def test_a_thread_that_wakes_late_does_not_change_the_times() -> None:
    rng = np.random.default_rng(0)
    sent = np.cumsum(rng.uniform(0.005, 0.03, 500))
    woken = sent + 0.0004 + rng.exponential(0.004, 500)
    stamps = DeltaStamps()
    found = [stamps.stamp(gap, now) for gap, now in zip(np.diff(sent, prepend=0), woken, strict=True)]
    off = np.array(found) - sent
    assert np.ptp(off[50:]) < 0.0005
    assert np.ptp(woken[50:] - sent[50:]) > 0.01


def test_a_drift_between_the_clocks_is_followed() -> None:
    stamps = DeltaStamps()
    off = [stamps.stamp(0.02, 0.02 * (n + 1) * 1.0001) - 0.02 * (n + 1) * 1.0001 for n in range(5000)]
    assert min(off) > -0.001
