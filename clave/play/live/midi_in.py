"""What comes in by MIDI, as what it means: strokes, moved controls, launched scenes.

`Inbox` keeps messages where the MIDI thread leaves them. `MidiInput` reads them by a `MidiMap`, in the thread that
plays. The twin in the page is `web/src/midi/midiIn.ts`; both are tested on `tests/fixtures/midi.json`.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from clave.play.live.midi_map import RELATIVE, Binding, Kind, MidiMap
from clave.play.live.midi_messages import CONTROL, NOTE_OFF, NOTE_ON, PROGRAM, HeardMessage, channel_of

NEAR = 1.5 / 127  # a control that stands so near the present value has taken it over
FINE_NUMBERS_ABOVE = 32  # the fine control of a 14-bit pair


class Struck(NamedTuple):
    """A note that plays a voice."""

    voice: int
    velocity: float  # in (0, 1]
    seconds: float  # of the computer's clock


class Moved(NamedTuple):
    """A control that moves something; its present value follows."""

    target: str
    value: float  # in [0, 1] of the range of the target


class Launched(NamedTuple):
    """A program change."""

    scene: int  # counted from 0


class Inbox:
    """Messages of one input, left by the MIDI thread: it appends, and decides nothing."""

    def __init__(self) -> None:
        self._messages: deque[HeardMessage] = deque()

    def hear(self, message: HeardMessage) -> None:
        """Called in the MIDI thread."""
        self._messages.append(message)

    def take(self) -> list[HeardMessage]:
        """What has come since the last call, in order."""
        return [self._messages.popleft() for _ in range(len(self._messages))]


def relative_steps(kind: Kind, value: int) -> int:
    """How many steps up (or down, below 0) the byte of an endless encoder means."""
    if kind == "relative-twos-complement":
        return value - 128 if value >= 64 else value
    if kind == "relative-offset":
        return value - 64
    return -(value & 63) if value >= 64 else value


class Takeover:
    """Soft takeover: a control that stands elsewhere moves nothing, until it passes or meets the present value."""

    def __init__(self) -> None:
        self._before: float | None = None  # where the control stood
        self._set: float | None = None  # the value that it gave last

    def take(self, value: float, present: float) -> bool:
        """Whether the control, which now stands here, may set the present value."""
        before, self._before = self._before, value
        holds = self._set is not None and abs(self._set - present) <= NEAR  # nobody else has moved it since
        passes = before is not None and (before - present) * (value - present) <= 0
        taken = holds or passes or abs(value - present) <= NEAR
        self._set = value if taken else None
        return taken


class MidiInput:
    """Reads messages by a map. `present` gives the present value of a target in [0, 1], or None if there is none."""

    def __init__(self, midi_map: MidiMap, present: Callable[[str], float | None]) -> None:
        self._present = present
        self._takeovers: dict[Binding, Takeover] = {}
        self._coarse: dict[tuple[int, int], int] = {}  # of a 14-bit pair: channel and number, value
        self._fine: set[tuple[int, int]] = set()  # pairs whose fine control was heard
        self.map = midi_map

    def hear(self, message: HeardMessage) -> list[Struck | Moved | Launched]:
        """What this message means; nothing if the map does not say."""
        data, channel = message.data, channel_of(message.data)
        if channel is None or len(data) < 2:
            return []
        kind = data[0] & 0xF0
        if kind == PROGRAM:
            return [Launched(data[1])] if self.map.programs else []
        if len(data) < 3:
            return []
        if kind in (NOTE_ON, NOTE_OFF):
            return self._note(channel, data[1], data[2] if kind == NOTE_ON else 0, message.seconds)
        return self._control(channel, data[1], data[2]) if kind == CONTROL else []

    def _note(self, channel: int, note: int, velocity: int, seconds: float) -> list[Struck | Moved | Launched]:
        for each in self.map.controls:
            if each.kind == "note" and each.number == note and each.hears(channel):
                return [Moved(each.target, each.high if velocity else each.low)]
        row = self.map.notes.get(note)
        if row is None or velocity == 0 or self.map.channel not in (None, channel):
            return []
        return [Struck(row, velocity / 127, seconds)]

    def _control(self, channel: int, number: int, value: int) -> list[Struck | Moved | Launched]:
        for each in self.map.controls:
            if each.kind == "note" or not each.hears(channel):
                continue
            if each.kind == "absolute-14" and number in (each.number, each.number + FINE_NUMBERS_ABOVE):
                share = self._pair(channel, each.number, number, value)
                return [] if share is None else self._absolute(each, share)
            if number == each.number:
                return self._relative(each, value) if each.kind in RELATIVE else self._absolute(each, value / 127)
        return []

    def _pair(self, channel: int, coarse_number: int, number: int, value: int) -> float | None:
        """The position of a 14-bit control; None while its other half is still to come."""
        key = channel, coarse_number
        if number != coarse_number:
            self._fine.add(key)
            return (self._coarse.get(key, 0) << 7 | value) / 16383
        self._coarse[key] = value
        return None if key in self._fine else (value << 7) / 16383

    def _absolute(self, binding: Binding, share: float) -> list[Struck | Moved | Launched]:
        value, present = binding.low + share * (binding.high - binding.low), self._present(binding.target)
        if binding.takeover and present is not None:
            takeover = self._takeovers.setdefault(binding, Takeover())
            if not takeover.take(value, present):
                return []
        return [Moved(binding.target, value)]

    def _relative(self, binding: Binding, byte: int) -> list[Struck | Moved | Launched]:
        present = self._present(binding.target)
        if present is None:
            return []
        low, high = sorted((binding.low, binding.high))
        up = 1 if binding.high > binding.low else -1
        value = present + up * relative_steps(binding.kind, byte) * binding.step
        return [Moved(binding.target, min(max(value, low), high))]


class Learner:
    """Finds the control that the player moves, and how it counts: for "learn", give it each message until it answers.

    A note answers at once, when it is struck; a control after four messages, when it is clear how it counts.
    """

    ENOUGH = 4

    def __init__(self, target: str) -> None:
        self._target = target
        self._values: dict[tuple[int, int], list[int]] = {}  # of each channel and number

    def hear(self, data: Sequence[int]) -> Binding | None:
        """A binding, once it is known."""
        channel = channel_of(data)
        if channel is None or len(data) < 3:
            return None
        if data[0] & 0xF0 == NOTE_ON and data[2] > 0:
            return Binding(self._target, data[1], "note", channel)
        if data[0] & 0xF0 != CONTROL:
            return None
        number = data[1]
        self._values.setdefault((channel, number), []).append(data[2])
        coarse = number - FINE_NUMBERS_ABOVE
        for pair in (number, coarse):
            both = self._values.get((channel, pair)), self._values.get((channel, pair + FINE_NUMBERS_ABOVE))
            if 0 <= pair < FINE_NUMBERS_ABOVE and all(both) and sum(len(each or ()) for each in both) >= self.ENOUGH:
                return Binding(self._target, pair, "absolute-14", channel)
        values = self._values[channel, number]
        if len(values) < self.ENOUGH:
            return None
        return Binding(self._target, number, _kind_of(values), channel)


def _kind_of(values: Sequence[int]) -> Kind:
    """How a control counts, by its first values: endless encoders send a few small steps again and again.

    A knob that is turned sends values that differ from one message to the next.
    """
    if len(set(values)) > 2:
        return "absolute"
    if all(abs(value - 64) <= 3 and value != 64 for value in values):
        return "relative-offset"
    if all(0 < value <= 3 or value >= 125 for value in values):
        return "relative-twos-complement"
    if all(0 < value <= 3 or 65 <= value <= 67 for value in values):
        return "relative-sign"
    return "absolute"
