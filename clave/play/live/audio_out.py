"""An output that sounds: strokes are mixed into blocks, which a port takes a little before they are heard."""

import threading
from collections.abc import Callable
from contextlib import suppress

from clave.errors import AudioPortError, ClaveError
from clave.play.live.audio_mix import Sounding, StreamMix
from clave.play.live.audio_port import AudioPort
from clave.play.live.ready_sounds import ReadySounds
from clave.play.output import QueuedStep
from clave.play.performance import Performance, Strike

MOST_KEPT = 4  # performances that are ready to be heard
JUMP_SECONDS = 0.02  # the two clocks are apart by so much: something stood still, or another clock is followed
STALLED_SECONDS = 4.0  # a device that takes nothing for so long is gone
LONGEST_LOOK_SECONDS = 0.25  # between two looks, as far as they count: a computer that was asleep has seen nothing
RETRY_SECONDS = 2.0  # how often it is looked for
GAIN = 0.002  # of their difference, at each tick: the drift of a sound card is followed, the grain of its report is not


class AudioOutput:
    """Plays strokes with the sounds of their performance, which is made ready with `prepare` beside the music.

    Times come on the clock of the music; the port has its own, which is followed slowly, so that strokes stay as far
    apart as they are to be. A port that fails is said once, and left: other outputs play on. `reopen` is then tried
    every two seconds, on a thread of its own; what it opens, at the same rate, is played on.
    """

    def __init__(
        self,
        port: AudioPort,
        report: Callable[[str], None] = print,
        reopen: Callable[[], AudioPort] | None = None,
        *,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self.left_out = 0  # strokes of performances that were not ready
        self._port: AudioPort | None = port
        self._reopen, self._retry_seconds = reopen, retry_seconds
        self._found: AudioPort | None = None  # opened again, and not yet played on
        self._closed = threading.Event()
        self._stuck_seconds, self._looked_at = 0.0, 0.0  # that the port has taken nothing
        self._mix, self._report = StreamMix(port.sample_rate), report
        self._ready: list[tuple[Performance, Sounding]] = []
        self._sounds = ReadySounds()
        self._lock = threading.Lock()
        self._ahead: float | None = None  # samples of the port before the clock of the music, in seconds
        self._played: Performance | None = None

    def prepare(self, performance: Performance) -> None:
        """Make what its strokes need; from any one thread, and before they are played."""
        sounding = Sounding.of(performance, self._sounds)
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
            self._take_up()
        if self._port is None:
            return
        try:
            self._follow(now, self._port)
            self._check_stalled(now, self._port)
            while self._port.room() >= self._mix.block:
                self._port.write(self._mix.mix())
        except AudioPortError as error:
            self._lose(error)

    def silence(self, now: float) -> None:  # noqa: ARG002 -- of the interface
        """Drop what waits, and fade what sounds."""
        self._mix.silence()

    def close(self) -> None:
        """No more sound."""
        self._closed.set()
        for port in (self._port, self._found):
            if port is not None:
                port.close()
        self._port = self._found = None

    def _check_stalled(self, now: float, port: AudioPort) -> None:
        passed, self._looked_at = min(now - self._looked_at, LONGEST_LOOK_SECONDS), now
        self._stuck_seconds = 0.0 if port.room() >= self._mix.block else self._stuck_seconds + passed
        if self._stuck_seconds > STALLED_SECONDS:
            raise AudioPortError(f"the sound device {port.name!r} has taken nothing for {STALLED_SECONDS:g} s")

    def _lose(self, error: AudioPortError) -> None:
        port, self._port, self._ahead, self._stuck_seconds = self._port, None, None, 0.0
        self._mix.silence()
        if self._reopen is None or port is None:
            self._report(f"{error}; what else plays goes on")
            return
        self._report(f"{error}; it is waited for, and what else plays goes on")
        threading.Thread(target=self._look_for, args=(port, self._reopen), name="sound device", daemon=True).start()

    def _look_for(self, port: AudioPort, reopen: Callable[[], AudioPort]) -> None:
        with suppress(ClaveError):
            port.close()
        while not self._closed.wait(self._retry_seconds):
            with suppress(ClaveError):
                found = reopen()
                self._found = found
                if self._closed.is_set():
                    found.close()
                return

    def _take_up(self) -> None:
        """Play on the port that was found, if any."""
        if self._found is not None:
            self._port, self._found = self._found, None
            self._report(f"sound goes to {self._port.name} again")

    def _follow(self, now: float, port: AudioPort) -> None:
        """What leaves the port at this moment is so many samples after its first."""
        ahead = (self._mix.mixed - port.waiting()) / self._mix.sample_rate - now
        if self._ahead is None or abs(ahead - self._ahead) > JUMP_SECONDS:
            self._ahead = ahead
        else:
            self._ahead += GAIN * (ahead - self._ahead)
