"""Strokes as MIDI messages, each at its time: notes of the drum channel, as a port takes them."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Sequence
from math import inf
from typing import NamedTuple

from clave.errors import MidiPortError
from clave.files.midi.drum_map import DRUM_CHANNEL
from clave.music.kit import VOICES
from clave.music.units import velocity_to_midi
from clave.play.output import QueuedStep
from clave.play.performance import Performance, Strike
from clave.play.scheduler import send_all

NOTE_SECONDS = 0.03  # drum machines listen to the start of a note
VOICE_NOTES = tuple(voice.note for voice in VOICES)
NOTE_OFF, NOTE_ON = 0x80 | DRUM_CHANNEL - 1, 0x90 | DRUM_CHANNEL - 1


class MidiMessage(NamedTuple):
    """A message and its time. At the same time, a note ends before another begins."""

    seconds: float  # on the clock of the transport
    data: tuple[int, ...]  # status byte first; of a note: status, note, velocity in 0..127


class MidiOutput:
    """An output that sends each message when its time has come: at the first tick that is not before it.

    A note lasts 30 ms, or until the same note is struck again. What sends messages at their time by itself, as a
    `MidiProcess` does, is given them `ahead_seconds` before, at most the look-ahead of the scheduler less 30 ms;
    `drop`, if given, is called in a silence, and ends what sounds there. `notes` has a note for each voice, the channel
    counts from 1; MidiPortError if one of them cannot be sent.
    """

    def __init__(
        self,
        send: Callable[[MidiMessage], None],
        *,
        ahead_seconds: float = 0.0,
        drop: Callable[[], None] | None = None,
        channel: int = DRUM_CHANNEL,
        notes: Sequence[int] = VOICE_NOTES,
    ) -> None:
        if not 1 <= channel <= 16:
            raise MidiPortError(f"a MIDI channel is one of 1 to 16, got {channel}")
        if len(notes) != len(VOICES) or not all(0 <= note <= 127 for note in notes):
            raise MidiPortError(f"there is a note in 0..127 for each of {len(VOICES)} voices, got {list(notes)}")
        self._send, self._ahead, self._drop = send, ahead_seconds, drop
        self._notes, self._on, self._off = tuple(notes), 0x90 | channel - 1, 0x80 | channel - 1
        self._waiting: list[MidiMessage] = []  # in order of time
        self._ends: dict[int, MidiMessage] = {}  # of each note, the note off that was queued last
        self._sounding: set[int] = set()  # notes that were sent and not ended

    def strike(self, strike: Strike, seconds: float) -> None:
        """Queue a note; the level of its voice changes nothing."""
        note = self._notes[strike.voice]
        ends = self._ends.get(note)
        if ends is not None and ends.seconds > seconds:
            place = bisect_left(self._waiting, ends)
            if self._waiting[place : place + 1] == [ends]:  # not sent yet
                del self._waiting[place]
                insort(self._waiting, ends._replace(seconds=seconds))
        self._ends[note] = off = MidiMessage(seconds + NOTE_SECONDS, (self._off, note, 0))
        insort(self._waiting, MidiMessage(seconds, (self._on, note, velocity_to_midi(strike.velocity))))
        insort(self._waiting, off)

    def step(self, queued: QueuedStep) -> None:
        """Steps send nothing."""

    def release(self, now: float) -> None:
        """Send what is due, or will be when `ahead_seconds` have passed."""
        due = bisect_right(self._waiting, now + self._ahead, key=lambda message: message.seconds)
        messages, self._waiting = self._waiting[:due], self._waiting[due:]
        for message in messages:
            status, note, _ = message.data
            (self._sounding.add if status == self._on else self._sounding.discard)(note)
            self._send(message)

    def silence(self, now: float) -> None:
        """Drop what waits, and end the notes that sound."""
        self._waiting.clear()
        self._ends.clear()
        if self._drop is not None:
            self._sounding.clear()
            self._drop()
        for note in sorted(self._sounding):
            self._send(MidiMessage(now, (self._off, note, 0)))
        self._sounding.clear()


def midi_messages(performance: Performance) -> list[MidiMessage]:
    """All messages of a performance in order of time, in seconds from the start of its first bar."""
    messages: list[MidiMessage] = []
    output = MidiOutput(messages.append)
    send_all(performance, output)
    output.release(inf)
    return messages
