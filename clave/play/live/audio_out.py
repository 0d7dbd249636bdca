"""An output that sounds: strokes are mixed into blocks, which a port takes a little before they are heard."""

import threading
from collections.abc import Callable

from clave.errors import AudioPortError
from clave.play.live.audio_mix import Sounding, StreamMix
from clave.play.live.audio_port import AudioPort
from clave.play.output import QueuedStep
from clave.play.performance import Performance, Strike

MOST_KEPT = 4  # performances that are ready to be heard
JUMP_SECONDS = 0.02  # the two clocks are apart by so much: something stood still, or another clock is followed
GAIN = 0.002  # of their difference, at each tick: the drift of a sound card is followed, the grain of its report is not


class AudioOutput:
    """Plays strokes with the sounds of their performance, which is made ready with `prepare` beside the music.

    Times come on the clock of the music; the port has its own, which is followed slowly, so that strokes stay as far
    apart as they are to be. A port that fails is said once, and left: other outputs play on.
    """

    def __init__(self, port: AudioPort, report: Callable[[str], None] = print) -> None:
        self.left_out = 0  # strokes of performances that were not ready
        self._port: AudioPort | None = port
        self._mix, self._report = StreamMix(port.sample_rate), report
        self._ready: list[tuple[Performance, Sounding]] = []
        self._lock = threading.Lock()
        self._ahead: float | None = None  # samples of the port before the clock of the music, in seconds
        self._played: Performance | None = None

    def prepare(self, performance: Performance) -> None:
        """Make what its strokes need; from any thread, and before they are played."""
        sounding = Sounding.of(performance)
        with self._lock:
            self._ready = [(performance, sounding), *self._ready][:MOST_KEPT]

    def play_of(self, performance: Performance) -> None:
        """The strokes that come are of this performance."""
        if performance is self._played:
            return
        with self._lock:
            found = next((sounding for each, sounding in self._ready if each is performance), None)
        if found is not None:
            self._played, self._mix.sounding = performance, found

    # ---- as an output

    def strike(self, strike: Strike, seconds: float) -> None:
        """Queue a stroke."""
        sounding = self._mix.sounding
        if sounding is None or self._port is None:
            self.left_out += 1
            return
        at = 0 if self._ahead is None else round((seconds + self._ahead) * self._mix.sample_rate)
        self._mix.add(sounding.stroke(strike, at))

    def step(self, queued: QueuedStep) -> None:
        """Steps make no sound."""

    def release(self, now: float) -> None:
        """Give the port as many blocks as it takes."""
        if self._port is None:
            return
        try:
            self._follow(now, self._port)
            while self._port.room() >= self._mix.block:
                self._port.write(self._mix.mix())
        except AudioPortError as error:
            self._report(f"{error}; what else plays goes on")
            self._port = None

    def silence(self, now: float) -> None:  # noqa: ARG002 -- of the interface
        """Drop what waits, and fade what sounds."""
        self._mix.silence()

    def close(self) -> None:
        """No more sound."""
        if self._port is not None:
            self._port.close()
            self._port = None

    def _follow(self, now: float, port: AudioPort) -> None:
        """What leaves the port at this moment is so many samples after its first."""
        ahead = (self._mix.mixed - port.waiting()) / self._mix.sample_rate - now
        if self._ahead is None or abs(ahead - self._ahead) > JUMP_SECONDS:
            self._ahead = ahead
        else:
            self._ahead += GAIN * (ahead - self._ahead)
