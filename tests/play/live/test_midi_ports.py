"""MIDI ports by name: found, lost, found again, and errors that say what to do."""

import pytest
from fake_midi import FakeMidi

from clave.errors import MidiPortError
from clave.play.live.midi_messages import HeardMessage, channel_of, read_song_position, song_position
from clave.play.live.midi_ports import (
    create_input,
    create_output,
    find_port,
    keep_input,
    keep_output,
    no_port,
    no_virtual_ports,
    stable_name,
)

NAMES = ("Midi Through:Midi Through Port-0 14:0", "TR-8S:TR-8S MIDI 1 24:0", "TR-8S:TR-8S CTRL 24:1")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("TR-8S:TR-8S MIDI 1 24:0", NAMES[1]),
        ("tr-8s:tr-8s midi 1", NAMES[1]),
        ("TR-8S:TR-8S MIDI 1 28:0", NAMES[1]),  # its numbers of another day
        ("ctrl", NAMES[2]),
        ("Launchpad", None),
        ("", None),
    ],
)
def test_a_port_is_found_by_its_name_or_a_part_of_it(wanted: str, found: str | None) -> None:
    assert find_port(NAMES, wanted) == found


def test_a_part_that_several_ports_have_is_refused() -> None:
    with pytest.raises(MidiPortError, match=r"several MIDI ports have 'TR-8S' in their names: TR-8S:TR-8S MIDI 1"):
        find_port(NAMES, "TR-8S")


def test_errors_say_what_to_do() -> None:
    assert str(no_port(NAMES[1:2], "Volca")) == "no MIDI port 'Volca'; there are: TR-8S:TR-8S MIDI 1 24:0"
    assert str(no_port((), "Volca")) == "no MIDI port 'Volca'; none is connected"
    assert "loopMIDI" in str(no_virtual_ports("Clave", "win32"))
    assert "loopMIDI" not in str(no_virtual_ports("Clave", "linux"))
    without = FakeMidi(virtual=False)
    with pytest.raises(MidiPortError, match="no virtual MIDI ports, so 'Clave' cannot be made"):
        create_output(without, "Clave")
    with pytest.raises(MidiPortError, match="no virtual MIDI ports"):
        create_input(without, "Clave", lambda _: None)
    assert create_output(FakeMidi(), "Clave").name == "Clave"


def test_an_output_that_is_unplugged_comes_back_by_name() -> None:
    system = FakeMidi(outputs=[NAMES[0]])
    kept = keep_output(system, "TR-8S MIDI")
    assert kept.look() is None
    system.outputs.append(NAMES[1])
    first = kept.look()
    assert first is not None
    assert kept.look() is first
    system.outputs.remove(NAMES[1])
    assert kept.look() is None
    assert not system.opened[0].open
    system.outputs.append("TR-8S:TR-8S MIDI 1 28:0")
    again = kept.look()
    assert again is not None
    assert again.name == "TR-8S:TR-8S MIDI 1 28:0"
    assert kept.changes == 3


def test_an_output_that_takes_no_message_is_opened_again() -> None:
    system = FakeMidi(outputs=["TR-8S"])
    kept = keep_output(system, "TR-8S")
    first = kept.look()
    kept.lost()
    assert kept.look() is not first


def test_an_input_that_comes_back_is_heard() -> None:
    system, heard = FakeMidi(inputs=["Pads 20:0"]), list[HeardMessage]()
    kept = keep_input(system, "Pads", heard.append)
    kept.look()
    system.play("Pads 20:0", 1.0, 0x99, 36, 100)
    system.inputs[:] = []
    kept.look()
    system.play("Pads 20:0", 2.0, 0x99, 36, 100)
    system.inputs[:] = ["Pads 21:0"]
    kept.look()
    system.play("Pads 21:0", 3.0, 0x99, 36, 100)
    assert [each.seconds for each in heard] == [1.0, 3.0]


def test_numbers_of_alsa_are_no_part_of_a_name() -> None:
    assert stable_name("Volca Beats 3") == "Volca Beats 3"
    assert stable_name("a 12:3 b 130:12") == "a 12:3 b"


@pytest.mark.parametrize("sixteenths", [0, 1, 127, 128, 5000, 16_383])
def test_a_song_position_is_read_as_it_was_written(sixteenths: int) -> None:
    message = song_position(sixteenths)
    assert max(message[1:]) < 128
    assert read_song_position(message) == sixteenths


def test_what_is_no_song_position_is_refused() -> None:
    with pytest.raises(MidiPortError, match=r"0\.\.16383, got 16384"):
        song_position(16_384)


def test_only_messages_of_a_channel_have_one() -> None:
    assert [channel_of(data) for data in ((0x99, 36, 1), (0x80, 1, 1), (0xEF, 0, 0), (0xF8,), (0xF0, 1), ())] == [
        10, 1, 16, None, None, None,
    ]  # fmt: skip
