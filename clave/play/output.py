"""What plays a performance: audio, MIDI, OSC. The page has the same interface (`web/src/audio/output.ts`)."""

from typing import NamedTuple, Protocol, runtime_checkable

from clave.play.performance import Performance, Strike


class QueuedStep(NamedTuple):
    """A step of a bar, as it is queued: straight, without swing."""

    bar: int  # of the performance, counted from 0
    step: int  # of the bar, counted from 0
    seconds: float  # when it begins, on the clock of the transport
    duration_seconds: float


@runtime_checkable
class PerformanceOutput(Protocol):
    """An output that needs more of a stroke than the stroke itself, such as the sounds of its performance."""

    def play_of(self, performance: Performance) -> None:
        """The strokes that come are of this performance."""
        ...


@runtime_checkable
class Output(Protocol):
    """It is given everything ahead of its time, in the order of time.

    All times are seconds on the clock of the transport; in `send_all`, which has no clock, from the start of the first
    bar. What comes late, by 50 ms at most, is to sound at once. A scheduler calls the methods one after the other, on
    one thread, and none of them waits.
    """

    def strike(self, strike: Strike, seconds: float) -> None:
        """A stroke, to sound at this time. `strike.seconds` is its time in the performance, from the first bar on."""
        ...

    def step(self, queued: QueuedStep) -> None:
        """A step of the bar begins; the next one begins when it ends."""
        ...

    def release(self, now: float) -> None:
        """The present time, at every tick: all that falls within the look-ahead has been given."""
        ...

    def silence(self, now: float) -> None:
        """The music stops or jumps now: what waits for its time is dropped, and what sounds is ended."""
        ...
