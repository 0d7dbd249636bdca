"""MIDI clock that is sent: 24 pulses a quarter, straight whatever the swing, with start, continue and position."""

from collections.abc import Callable

from clave.music.units import STEPS_PER_SIXTEENTH
from clave.play.live.midi_messages import (
    CLOCK,
    CONTINUE,
    LAST_SONG_POSITION,
    PULSES_PER_SIXTEENTH,
    SONG_POSITION,
    START,
    STOP,
    read_song_position,
    song_position,
)
from clave.play.midi_out import MidiMessage
from clave.play.output import QueuedStep
from clave.play.performance import Strike

START_LEAD_SECONDS = 0.002  # from Start to the first pulse: MIDI asks for 1 ms
LATEST_PULSE_SECONDS = 0.02  # a pulse that is later than this is dropped; at 120 bpm they are 21 ms apart
_SAME_SECONDS = 0.001  # two steps that are farther apart do not follow each other
_PULSES_OF_STEP = ((0.0, 2 / 3), (1 / 3,))  # 3 pulses in 2 steps: shares of an even step, and of an odd one


class ClockOutput:
    """An output that sends the clock, ahead of its time; what takes the messages sends each at its time.

    The follower is started at the start of the performance, and elsewhere continued from a song position, at the next
    16th. A loop sends no jump: the follower counts on. `silence` sends nothing: a `TimedQueue` stops the follower when
    it drops what waits.
    """

    def __init__(self, send: Callable[[MidiMessage], None], bar_start: Callable[[int], int]) -> None:
        self._send = send
        self._bar_start = bar_start  # of each bar of the performance, in steps
        self._steps = 0  # since the follower was started
        self._end: float | None = None  # of the last step, in seconds; None while the follower stands

    def strike(self, strike: Strike, seconds: float) -> None:
        """Strokes send nothing."""

    def step(self, queued: QueuedStep) -> None:
        """The pulses that fall into this step."""
        if self._end is not None and abs(self._end - queued.seconds) > _SAME_SECONDS:
            self._end = None  # steps were left out
            self._send(MidiMessage(queued.seconds - START_LEAD_SECONDS, (STOP,)))
        if self._end is None and not self._begin(queued):
            return
        for share in _PULSES_OF_STEP[self._steps % 2]:
            self._send(MidiMessage(queued.seconds + share * queued.duration_seconds, (CLOCK,)))
        self._steps += 1
        self._end = queued.seconds + queued.duration_seconds

    def release(self, now: float) -> None:
        """Nothing waits here."""

    def silence(self, now: float) -> None:  # noqa: ARG002, as in Output
        """The next step starts the follower again."""
        self._end = None

    def _begin(self, queued: QueuedStep) -> bool:
        """Start the follower with this step; False if it is not on a 16th."""
        position = self._bar_start(queued.bar) + queued.step
        sixteenth, within = divmod(position, STEPS_PER_SIXTEENTH)
        if within or sixteenth > LAST_SONG_POSITION:
            return False
        start = queued.seconds - START_LEAD_SECONDS
        if sixteenth == 0:
            self._send(MidiMessage(start, (START,)))
        else:
            self._send(MidiMessage(start - START_LEAD_SECONDS, song_position(sixteenth)))
            self._send(MidiMessage(start, (CONTINUE,)))
        self._steps = 0
        return True


class PulseGate:
    """Keeps a burst of late pulses from a follower, which would count on too fast: it is moved to its place instead.

    Pulses later than 20 ms are dropped. At the next 16th whose pulse is in time, the follower is stopped, told the song
    position, and continued.
    """

    def __init__(self) -> None:
        self.running = False  # whether the follower was started
        self.dropped = 0
        self._pulses = 0  # of the next pulse, from the start of the song
        self._lost = False  # the follower has missed pulses

    def take(self, data: tuple[int, ...], late_seconds: float) -> list[tuple[int, ...]]:
        """What to send in place of this message, which is a clock message and due since so many seconds."""
        status, late = data[0], late_seconds > LATEST_PULSE_SECONDS
        if status == CLOCK:
            return self._pulse(data, late)
        if status == SONG_POSITION:
            self._pulses = PULSES_PER_SIXTEENTH * read_song_position(data)
        elif status in (START, CONTINUE):
            self._pulses = 0 if status == START else self._pulses
            self.running, self._lost = True, late
        elif status == STOP:
            self.running = self._lost = False
        return [] if self._lost else [data]

    def _pulse(self, data: tuple[int, ...], late: bool) -> list[tuple[int, ...]]:
        sixteenth, within = divmod(self._pulses, PULSES_PER_SIXTEENTH)
        self._pulses += 1
        self._lost |= late
        if not self._lost:
            return [data]
        if late or within or sixteenth > LAST_SONG_POSITION:
            self.dropped += 1
            return []
        self._lost = False
        return [(STOP,), song_position(sixteenth), (CONTINUE,), data]
