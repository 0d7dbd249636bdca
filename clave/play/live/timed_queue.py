"""MIDI messages that wait for their time; what is too late is dropped, and what sounds can be ended."""

from heapq import heapify, heappop, heappush
from itertools import count

from clave.play.live.midi_clock import PulseGate
from clave.play.live.midi_messages import (
    ALL_NOTES_OFF,
    CLOCK_MESSAGES,
    CONTROL,
    NOTE_OFF,
    NOTE_ON,
    STOP,
    channel_of,
)
from clave.play.scheduler import LATEST_SECONDS

Message = tuple[int, ...]


class TimedQueue:
    """Give it messages ahead of their time, and ask for those that are due."""

    def __init__(self) -> None:
        self.dropped_notes = 0
        self.worst_late_seconds = 0.0  # of what was sent
        self._gate = PulseGate()
        self._waiting: list[tuple[float, int, Message]] = []  # a heap: by time, then in the order of `add`
        self._number = count()
        self._sounding: set[tuple[int, int]] = set()  # channel from 0, note
        self._channels: set[int] = set()  # from 0, on which a note was sent

    @property
    def dropped_pulses(self) -> int:
        """Pulses of the clock that were too late, or waited for a 16th after one that was."""
        return self._gate.dropped

    @property
    def next_seconds(self) -> float | None:
        """When the next message is due."""
        return self._waiting[0][0] if self._waiting else None

    def add(self, seconds: float, data: Message) -> None:
        """A message for this time."""
        heappush(self._waiting, (seconds, next(self._number), data))

    def due(self, now: float) -> list[Message]:
        """What is to be sent now, in order."""
        found: list[Message] = []
        while self._waiting and self._waiting[0][0] <= now:
            seconds, _, data = heappop(self._waiting)
            sent = self._passed(data, now - seconds)
            if sent:
                self.worst_late_seconds = max(self.worst_late_seconds, now - seconds)
            found += sent
        return found

    def silence(self) -> list[Message]:
        """Drop the notes and pulses that wait; what ends the notes that sound, and stops who follows the clock."""
        self._waiting = [each for each in self._waiting if not _plays(each[2])]
        heapify(self._waiting)
        ends: list[Message] = [(NOTE_OFF | channel, note, 0) for channel, note in sorted(self._sounding)]
        self._sounding.clear()
        return ends + (self._gate.take((STOP,), 0.0) if self._gate.running else [])

    def end(self) -> list[Message]:
        """The same for good, with all notes off on each channel that was played."""
        self._waiting.clear()
        return self.silence() + [(CONTROL | channel, ALL_NOTES_OFF, 0) for channel in sorted(self._channels)]

    def _passed(self, data: Message, late_seconds: float) -> list[Message]:
        status, channel = data[0] & 0xF0, data[0] & 0x0F
        if data[0] in CLOCK_MESSAGES:
            return self._gate.take(data, late_seconds)
        if status == NOTE_ON and data[2] > 0:
            if late_seconds > LATEST_SECONDS:
                self.dropped_notes += 1
                return []
            self._sounding.add((channel, data[1]))
            self._channels.add(channel)
        elif status in (NOTE_OFF, NOTE_ON):
            self._sounding.discard((channel, data[1]))
        return [data]


def _plays(data: Message) -> bool:
    """Whether it is a note or belongs to the clock."""
    return data[0] in CLOCK_MESSAGES or (channel_of(data) is not None and data[0] & 0xF0 in (NOTE_OFF, NOTE_ON))
