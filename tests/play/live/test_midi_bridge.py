"""MIDI in as an engine has it: inputs that come and go, events, learn, one clock, loops cut."""

import pytest
from fake_midi import FakeMidi

from clave.play.live.loop_guard import SURE_NOTES
from clave.play.live.midi_bridge import MidiBridge
from clave.play.live.midi_in import Moved, Struck
from clave.play.live.midi_map import Binding, map_of_drums
from clave.play.midi_out import MidiMessage

VALUES = {"density": 0.5}


def bridge(system: FakeMidi, **given) -> MidiBridge:
    return MidiBridge(system, map_of_drums(), VALUES.get, **given)


def test_all_inputs_play_also_those_that_come_later() -> None:
    system = FakeMidi(inputs=["Pads 20:0"])
    midi = bridge(system)
    assert midi.tick(0.0) == []
    system.inputs.append("Keys 24:0")
    midi.tick(1.5)
    system.play("Pads 20:0", 1.6, 0x99, 36, 127)
    system.play("Keys 24:0", 1.7, 0x90, 38, 127)
    assert midi.tick(1.8) == [Struck(0, 1.0, 1.6), Struck(1, 1.0, 1.7)]
    assert midi.tick(1.9) == []
    midi.close()
    assert not any(port.open for port in system.opened)


def test_an_input_that_is_named_is_waited_for() -> None:
    system = FakeMidi()
    midi = bridge(system, inputs=["pads"])
    midi.tick(0.0)
    assert midi.notices(0.0) == ["pads is not connected"]
    system.inputs += ["My Pads 20:0", "Keys"]
    midi.tick(2.0)
    system.play("My Pads 20:0", 2.1, 0x99, 36, 127)
    system.play("Keys", 2.1, 0x99, 36, 127)
    assert len(midi.tick(2.2)) == 1
    assert midi.notices(2.2) == []
    system.inputs[:] = ["My Pads A", "My Pads B"]
    midi = bridge(system, inputs=["pads"])
    midi.tick(0.0)
    assert "several MIDI ports have 'pads'" in midi.notices(0.0)[1]


def test_a_control_is_learned_and_then_moves_its_target() -> None:
    system = FakeMidi(inputs=["Knobs"])
    midi = bridge(system)
    midi.tick(0.0)
    midi.learn("density")
    for value in (60, 61, 62, 63):
        system.play("Knobs", 0.1, 0xB0, 20, value)
    assert midi.tick(0.2) == [Binding("density", 20, channel=1)]
    system.play("Knobs", 0.3, 0xB0, 20, 64)
    assert midi.tick(0.4) == [Moved("density", 64 / 127)]
    midi.midi_map = map_of_drums()
    system.play("Knobs", 0.5, 0xB0, 20, 65)
    assert midi.tick(0.6) == []


@pytest.mark.parametrize("follow", [True, False])
def test_a_clock_is_followed_if_it_is_wanted_and_the_other_is_named(follow: bool) -> None:
    system = FakeMidi(inputs=["Drums", "DAW"])
    midi = bridge(system, follow=follow)
    midi.tick(0.0)
    commands = []
    for pulse in range(100):
        for name in system.inputs:
            if pulse == 50:
                system.play(name, 1.0 + pulse * 0.02 - 0.01, 0xFA)
            system.play(name, 1.0 + pulse * 0.02, 0xF8)
        commands += midi.tick(1.0 + pulse * 0.02)
    if follow:
        assert [each.kind for each in commands] == ["start"]
        assert midi.clocks.follower.tempo_bpm == pytest.approx(125)
        assert midi.notices(3.0) == ["DAW sends a clock too, which is not followed"]
    else:
        assert commands == midi.notices(3.0) == []


def test_an_input_that_hears_us_is_cut_off_and_mended() -> None:
    system = FakeMidi(inputs=["Thru"])
    midi = bridge(system)
    midi.tick(0.0)
    struck = 0
    for n in range(2 * SURE_NOTES):
        midi.sent(MidiMessage(n * 0.1, (0x99, 36, 60 + n)))
        system.play("Thru", n * 0.1 + 0.005, 0x99, 36, 60 + n)
        struck += len(midi.tick(n * 0.1 + 0.01))
    assert struck == SURE_NOTES - 1
    assert midi.notices(2.0) == ["Thru hears what we send: cut off"]
    midi.mend()
    system.play("Thru", 3.0, 0x99, 36, 60)
    assert len(midi.tick(3.0)) == 1
