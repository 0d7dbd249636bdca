"""The MIDI messages that live playing sends and reads: status bytes, and the pairs that write and read them."""

from collections.abc import Sequence
from typing import NamedTuple

from clave.errors import MidiPortError
from clave.music.units import STEPS_PER_QUARTER

NOTE_OFF, NOTE_ON, CONTROL, PROGRAM = 0x80, 0x90, 0xB0, 0xC0  # plus the channel, from 0
SYSEX, SONG_POSITION, CLOCK, START, CONTINUE, STOP = 0xF0, 0xF2, 0xF8, 0xFA, 0xFB, 0xFC
ALL_NOTES_OFF = 123  # a control number
PULSES_PER_QUARTER = 24
PULSES_PER_SIXTEENTH = 6  # song position counts 16ths
STEPS_PER_PULSE = STEPS_PER_QUARTER / PULSES_PER_QUARTER
LAST_SONG_POSITION = 2**14 - 1  # in 16ths: 1024 bars of 4/4
CLOCK_MESSAGES = frozenset((SONG_POSITION, CLOCK, START, CONTINUE, STOP))


class HeardMessage(NamedTuple):
    """A message that came in, with the time at which the MIDI thread received it."""

    seconds: float  # of the wall clock, `time.monotonic`
    data: tuple[int, ...]  # status byte first


def song_position(sixteenths: int) -> tuple[int, int, int]:
    """The message that moves a follower to this 16th; MidiPortError outside 0..16383."""
    if not 0 <= sixteenths <= LAST_SONG_POSITION:
        raise MidiPortError(f"a song position is a 16th in 0..{LAST_SONG_POSITION}, got {sixteenths}")
    return SONG_POSITION, sixteenths & 0x7F, sixteenths >> 7


def read_song_position(data: Sequence[int]) -> int:
    """The 16th that a song position message names: the inverse of `song_position`."""
    return data[1] | data[2] << 7


def channel_of(data: Sequence[int]) -> int | None:
    """The channel of a message, 1 to 16; None for one that belongs to the whole port, as the clock's."""
    return (data[0] & 0x0F) + 1 if data and NOTE_OFF <= data[0] < SYSEX else None
