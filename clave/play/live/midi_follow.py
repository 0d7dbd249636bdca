"""Follows a MIDI clock that comes in: its tempo and phase, its start, stop, continue and song position.

The MIDI thread only stamps messages. `ClockFollower.hear` takes them elsewhere, in order, and `update` says what the
transport is to do. `FollowedClock` is a clock for `Transport.follow`: it runs as the other program plays. The twin in
the page is `web/src/midi/clockFollower.ts`.
"""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from clave.play.live.midi_messages import (
    CLOCK,
    CONTINUE,
    PULSES_PER_SIXTEENTH,
    SONG_POSITION,
    START,
    STEPS_PER_PULSE,
    STOP,
    read_song_position,
)
from clave.play.live.pulse_line import PulseLine
from clave.play.tempo import TempoCurve
from clave.play.transport import Clock, Transport

MISSED_PULSES = 12  # half a quarter without a pulse: the clock has stopped
RESUME_SECONDS = 2.0  # pulses that come back sooner are taken up in time, as if they had not been away
GENTLE_SECONDS, STRONG_SECONDS = 0.12, 0.08  # time constants of phase correction: within 10 ms, and beyond
GENTLE_WITHIN_SECONDS = 0.01
UNKNOWN_INTERVAL_SECONDS = 60 / 24 / 120  # before the second pulse
_SLOWEST, _FASTEST = 0.25, 4.0  # how far correction may change the pace


class Command(NamedTuple):
    """What the transport is to do."""

    kind: Literal["start", "jump", "stop"]
    position_steps: float  # where the music is at that moment
    seconds: float  # when, on the computer's clock: a little ago


class ClockFollower:
    """Give it all messages of the clock, in order, and call `update` often.

    Pulses without a start give the tempo only. While playing, positions move with the pulses, smoothly: a phase error
    is corrected over 0.2 s within 10 ms, over 0.08 s beyond. After 12 missed pulses the music stops; if they come back
    within 2 s, it goes on where the other program is by then, else it waits for a start.
    """

    def __init__(self) -> None:
        self.playing = False
        self.lost = False  # it was playing, and pulses have stopped coming
        self._line = PulseLine()
        self._waiting: float | None = None  # position at which the next pulse starts or moves the music
        self._stopped_at = 0.0  # position in steps, while nothing plays
        self._zero = 0.0  # the pulse, by the count of the line, at which position 0 is or would have been
        self._shown, self._shown_at = 0.0, 0.0  # position in pulses, and when it was shown, while playing
        self.nudge_seconds = 0.0  # play so much earlier, later below 0: what the cable, the device and the room delay
        self._last: float | None = None  # time of the last pulse
        self._commands: list[Command] = []

    @property
    def tempo_bpm(self) -> float | None:
        """Quarters a minute; None until half a quarter of pulses has come, and when they have stopped."""
        return self._line.tempo_bpm if self._line.locked and self._last is not None else None

    def hear(self, seconds: float, data: Sequence[int]) -> None:
        """A message, with the time at which it came in; those that do not belong to the clock are left alone."""
        status = data[0]
        if status == CLOCK:
            self._pulse(seconds)
        elif status == START:
            self._waiting = 0.0
        elif status == CONTINUE:
            if not self.playing and self._waiting is None:
                self._waiting = self._stopped_at
        elif status == SONG_POSITION and len(data) == 3:
            position = read_song_position(data) * PULSES_PER_SIXTEENTH * STEPS_PER_PULSE
            if self.playing:
                self._waiting = position
            else:
                self._stopped_at, self._waiting = position, None
        elif status == STOP:
            self._waiting = None
            self.lost = False
            self._stop(seconds)

    def update(self, now: float) -> list[Command]:
        """What has happened since the last call; call it at every tick."""
        silent_after = MISSED_PULSES * (self._line.interval or math.inf)
        if self._last is not None and now - self._last > silent_after:
            self.lost = self.playing
            self._stop(now)
            self._last = None
        commands, self._commands = self._commands, []
        return commands

    def position(self, now: float) -> float:
        """Where the music is now, in steps; it stands while nothing plays. Times may not go back."""
        if not self.playing:
            return self._stopped_at
        interval = self._line.interval or UNKNOWN_INTERVAL_SECONDS
        passed = max(0.0, now - self._shown_at)
        self._shown_at += passed
        error = (self._line.index_at(now) - self._zero + self.nudge_seconds / interval) - (
            self._shown + passed / interval
        )
        constant = GENTLE_SECONDS if abs(error) * interval <= GENTLE_WITHIN_SECONDS else STRONG_SECONDS
        moved = passed / interval + error * -math.expm1(-passed / constant)
        self._shown += min(max(moved, _SLOWEST * passed / interval), _FASTEST * passed / interval)
        return self._shown * STEPS_PER_PULSE

    def steps_per_second(self) -> float:
        """The pace of the other program; that of 120 bpm before its second pulse."""
        return STEPS_PER_PULSE / (self._line.interval or UNKNOWN_INTERVAL_SECONDS)

    def forget(self, now: float) -> None:
        """Stop, and know nothing more of the clock that was followed; the nudge stays."""
        self._stop(now)
        self._line, self._waiting, self._last, self._stopped_at, self.lost = PulseLine(), None, None, 0.0, False

    def _pulse(self, seconds: float) -> None:
        gap = seconds - self._last if self._last is not None else None
        away = gap is None and self._line.interval > 0
        if away:
            missed = max(1, round((seconds - self._line.seconds) / self._line.interval))
            self._line.forget_time(seconds, self._line.index + missed)
        else:
            self._line.pulse(seconds)
        self._last = seconds
        if self._waiting is not None:
            self._begin(self._waiting, seconds)
        elif away and self.lost:
            if seconds - self._shown_at <= RESUME_SECONDS:
                self._begin((self._line.index - self._zero) * STEPS_PER_PULSE, seconds)
            self.lost = False

    def _begin(self, position_steps: float, seconds: float) -> None:
        """The music is at this position with the pulse that has come."""
        kind = "jump" if self.playing else "start"
        self._waiting, self.playing, self.lost = None, True, False
        pulse = round(self._line.index_at(seconds))
        self._zero = pulse - position_steps / STEPS_PER_PULSE
        self._shown, self._shown_at = position_steps / STEPS_PER_PULSE, seconds
        self._commands.append(Command(kind, position_steps, seconds))

    def _stop(self, seconds: float) -> None:
        if not self.playing:
            return
        self._stopped_at = self.position(max(seconds, self._shown_at))
        self.playing = False
        self._commands.append(Command("stop", self._stopped_at, seconds))


class FollowedClock:
    """A clock for `Transport.follow` that runs at the pace of the other program: seconds of the performance's tempo.

    Its seconds are those the performance counts in, so that positions come out right whatever its tempo is. Behind the
    performance's end, as in a loop, this holds for a performance of one tempo. `wall_seconds` turns them into the wall
    clock's, for what sends messages at their time by itself.
    """

    def __init__(self, follower: ClockFollower, tempo: TempoCurve, wall: Clock) -> None:
        self.follower, self.tempo = follower, tempo
        self._wall = wall
        self._seconds, self._wall_at = 0.0, wall()
        self._position: float | None = None  # in steps, when it was read last; None while the other program stands

    def __call__(self) -> float:
        """Seconds; they never go back, and go on while the other program stands."""
        now = self._wall()
        if not self.follower.playing or self._position is None:
            self._seconds += max(0.0, now - self._wall_at)
            self._position = None
        else:
            position = self.follower.position(now)
            self._seconds += max(0.0, self.tempo.seconds_at(position) - self.tempo.seconds_at(self._position))
            self._position = position
        self._wall_at = now
        return self._seconds

    def wall_seconds(self, seconds: float) -> float:
        """When it shows this, on the computer's clock, if the other program goes on as it does."""
        ahead = seconds - self._seconds
        if self._position is None:
            return self._wall_at + ahead
        position = self.tempo.position_at(self.tempo.seconds_at(self._position) + ahead)
        return self._wall_at + (position - self._position) / self.follower.steps_per_second()

    def obey(self, command: Command, transport: Transport) -> None:
        """Start, move or stop a transport that follows this clock."""
        if transport.running:
            transport.stop()
        if command.kind == "stop":
            return
        now = self._wall()
        self._seconds += max(0.0, now - self._wall_at)
        self._wall_at = now
        self._position = self.follower.position(now)
        since = self.tempo.seconds_at(self._position) - self.tempo.seconds_at(command.position_steps)
        transport.seek(command.position_steps)
        transport.start(self._seconds - since)


class ClockLeader:
    """A program whose clock is followed, as the leader of a `Conductor`: steps come when it comes to them."""

    def __init__(self, follower: ClockFollower, wall: Clock) -> None:
        self.follower, self._wall = follower, wall

    def seconds_of(self, position_steps: float) -> float | None:
        """When it comes to this position, if it goes on as it does; None while it stands."""
        if not self.follower.playing:
            return None
        now = self._wall()
        return now + (position_steps - self.follower.position(now)) / self.follower.steps_per_second()


class ClockSources:
    """One clock is followed, and the others are named: two would tear the music apart.

    The first that sends anything is followed, until it has been silent for 2 s or another one is chosen by name.
    `others` names those that send pulses too.
    """

    def __init__(self) -> None:
        self.followed: str | None = None
        self.chosen: str | None = None  # follow this one only
        self.follower = ClockFollower()
        self._heard: dict[str, float] = {}  # when each sent a pulse last

    def choose(self, source: str | None, now: float) -> None:
        """Follow this one, or whichever comes first."""
        self.chosen = source
        if source is not None:
            self._take(source, now)

    def hear(self, source: str, seconds: float, data: Sequence[int]) -> None:
        """A message of the clock from one of the sources."""
        free = self.followed is None or (data[0] == CLOCK and self._silent(seconds))
        if free and self.chosen is None and source != self.followed:
            self._take(source, seconds)
        if data[0] == CLOCK:
            self._heard[source] = seconds
        if source == self.followed:
            self.follower.hear(seconds, data)

    def others(self, now: float) -> tuple[str, ...]:
        """Sources that send a clock that is not followed."""
        there = (each for each, at in self._heard.items() if now - at < RESUME_SECONDS)
        return tuple(sorted(each for each in there if each != self.followed))

    def _silent(self, now: float) -> bool:
        """Whether the one that is followed has not sent a pulse for 2 s, and so may be replaced."""
        return now - self._heard.get(self.followed or "", -math.inf) > RESUME_SECONDS

    def _take(self, source: str, now: float) -> None:
        if self.followed not in (None, source):
            self.follower.forget(now)
        self.followed = source
