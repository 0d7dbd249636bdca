"""An engine in a Link session: its bars begin with those of the session, and start and stop are shared."""

from clave.music.units import STEPS_PER_QUARTER, steps_per_bar
from clave.play.live.engine import Engine
from clave.play.live.link_clock import LinkClock
from clave.play.live.link_session import LinkSession, Moment
from clave.play.scheduler import LATEST_SECONDS

JUMP_QUARTERS = 0.25  # a session that moves by more is entered anew at its next bar line


def next_bar_line(moment: Moment, quantum: float, tempo_bpm: float) -> float:
    """The beat at which a bar begins: the next one, or one that has just passed."""
    phase = moment.beat % quantum
    just_passed = phase * 60 / tempo_bpm < LATEST_SECONDS
    return moment.beat - phase + (0.0 if just_passed else quantum)


class LinkPlayer:
    """What a `LinkHost` needs of an engine. Its clock is that of the conductor from the beginning."""

    def __init__(self, engine: Engine, clock: LinkClock | None = None) -> None:
        self.clock = clock or LinkClock()
        self._engine, self._conductor = engine, engine.conductor
        self._conductor.follow(self.clock)
        self._conductor.outputs.insert(0, self.clock)
        self._quantum = 4.0
        self._seen: tuple[Moment, float] | None = None  # where the session was, and its tempo
        self._theirs = False  # whether the session plays, and whether we do, when it was looked at last
        self._ours = False

    def joined(self, session: LinkSession) -> None:
        """Music that plays begins anew with the session's next bar."""
        self.clock.session = session
        self._theirs, self._ours = session.playing(), False
        if self._conductor.running:
            self._conductor.start(self._conductor.next_bar)

    def left(self) -> None:
        """The music goes on by the computer's clock."""
        self.clock.session = None

    def follow(self, session: LinkSession) -> None:
        """Share start and stop, and stay in phase."""
        self._share_playing(session)
        if not self._conductor.running:
            return
        if self.clock.ready:
            self._begin(session)
        elif self.clock.origin is not None:
            self._mend(session)

    def _share_playing(self, session: LinkSession) -> None:
        theirs, ours = session.playing(), self._conductor.running
        if theirs != self._theirs and theirs != ours:
            self._engine.act("play" if theirs else "stop", (), ())
        elif ours != self._ours and not ours and theirs:
            session.stop()
        self._theirs, self._ours = session.playing(), self._conductor.running

    def _begin(self, session: LinkSession) -> None:
        """Bars begin together; what nobody else plays yet may begin at once where nobody else is there."""
        playing = self._conductor.wanted
        if playing is None:
            return
        bar = steps_per_bar(playing.meter(self._conductor.next_bar))
        self._quantum = bar / STEPS_PER_QUARTER
        session.set_quantum(self._quantum)
        if session.playing():
            origin = next_bar_line(session.moment(), self._quantum, session.tempo_bpm())
        else:
            session.start(session.moment().seconds + self.clock.begins_in)
            self._theirs, origin = True, 0.0
        self._seen = session.moment(), session.tempo_bpm()
        self.clock.lead(origin)

    def _mend(self, session: LinkSession) -> None:
        """Beats are renumbered by whole bars when somebody starts; another jump is that of a session we came into."""
        before, now = self._seen, (session.moment(), session.tempo_bpm())
        self._seen = now
        if before is None or self.clock.origin is None:
            return
        minutes = (now[0].seconds - before[0].seconds) / 60
        jump = now[0].beat - before[0].beat - minutes * now[1]
        bars = round(jump / self._quantum)
        self.clock.origin += bars * self._quantum
        if abs(jump - bars * self._quantum) > JUMP_QUARTERS + minutes * abs(now[1] - before[1]):
            self._conductor.start(self._conductor.next_bar)
