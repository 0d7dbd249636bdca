"""Notices that our own MIDI out is heard by our MIDI in, and cuts it: each note would play itself for ever."""

from collections import deque
from collections.abc import Sequence

from clave.play.live.midi_messages import CLOCK, NOTE_ON

ECHO_SECONDS = 0.08  # a message that comes back within this is an echo
SURE_NOTES = 8  # so many more echoes than other notes
SURE_PULSES = 48  # two quarters of pulses that all come a constant time after ours
_STEADY_SECONDS = 0.002
_KEPT = 512


class LoopGuard:
    """For one input: tell it what is sent and what is heard; `cut` is true once the input hears the output.

    Notes count when the very same bytes come back; a player beside us rarely strikes the same note with the same
    velocity eight times. Pulses count only while we lead: those that follow ours at a constant distance are ours.
    """

    def __init__(self) -> None:
        self.cut = False
        self._sent: deque[tuple[float, tuple[int, ...]]] = deque(maxlen=_KEPT)
        self._pulses: deque[float] = deque(maxlen=_KEPT)  # when ours leave, which may be told ahead
        self._echoes = 0
        self._delays: deque[float] = deque(maxlen=SURE_PULSES)

    def sent(self, seconds: float, data: Sequence[int]) -> None:
        """A message leaves at this time, on the computer's clock; it may be told ahead."""
        if data[0] == CLOCK:
            self._pulses.append(seconds)
        elif data[0] & 0xF0 == NOTE_ON and data[2] > 0:
            self._sent.append((seconds, tuple(data)))

    def heard(self, seconds: float, data: Sequence[int], *, leading: bool = True) -> bool:
        """A message has come in; whether it may be listened to."""
        ours = next((at for at in reversed(self._pulses) if at <= seconds), None)
        if data[0] == CLOCK and leading and ours is not None:
            self._delays.append(seconds - ours)
            steady = max(self._delays) - min(self._delays) <= _STEADY_SECONDS
            self.cut |= len(self._delays) == SURE_PULSES and steady
        elif data[0] & 0xF0 == NOTE_ON and len(data) == 3 and data[2] > 0:
            echo = next(
                (each for each in self._sent if each[1] == tuple(data) and 0 <= seconds - each[0] <= ECHO_SECONDS), None
            )
            if echo is not None:
                self._sent.remove(echo)
            self._echoes = max(0, self._echoes + (1 if echo is not None else -2))
            self.cut |= self._echoes >= SURE_NOTES
        return not self.cut

    def mend(self) -> None:
        """Listen again, as after the player has changed the cables."""
        self.cut, self._echoes = False, 0
        self._sent.clear()
        self._delays.clear()
