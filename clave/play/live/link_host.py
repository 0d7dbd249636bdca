"""Joins and leaves a Link session as a control says, and keeps its tempo and that of a desk equal."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, runtime_checkable

from clave.errors import ClaveError, ControlError
from clave.music.units import MAX_TEMPO_BPM, MIN_TEMPO_BPM
from clave.play.live.arguments import Values
from clave.play.live.controls.control import Places
from clave.play.live.desk import Desk
from clave.play.live.link_session import LinkSession, OpenSession, check_installed, open_session
from clave.play.transport import Clock

MICROSECONDS = 60e6  # a minute's: Link keeps the length of a beat in whole microseconds
DIGITS = 3  # of a tempo that was taken over
PEERS_SECONDS = 0.5  # after a session was joined, until others in it are known


def same_tempo(one: float, other: float) -> bool:
    """Whether Link can tell two tempos apart."""
    return abs(MICROSECONDS / one - MICROSECONDS / other) < 1.5


@runtime_checkable
class LinkUser(Protocol):
    """Whoever plays in time with a session."""

    def joined(self, session: LinkSession) -> None:
        """A session is there."""
        ...

    def follow(self, session: LinkSession) -> None:
        """Called at every tick while it is."""
        ...

    def left(self) -> None:
        """It is not there any more."""
        ...


class LinkHost:
    """Holds the session; `switch` is what the control `/clave/link` does. Call `tick` often, in one thread."""

    def __init__(
        self,
        desk: Desk,
        user: LinkUser,
        *,
        opens: OpenSession = open_session,
        check: Callable[[], None] = check_installed,
        report: Callable[[str], None] = print,
        wall: Clock = time.monotonic,
    ) -> None:
        self.session: LinkSession | None = None
        self._desk, self._user, self._opens, self._check, self._report, self._wall = (
            desk,
            user,
            opens,
            check,
            report,
            wall,
        )
        self._joining: Future[LinkSession] | None = None
        self._wanted = False
        self._joined_at = 0.0
        self._theirs = 0.0  # the tempo of the session, and ours, when they were equal last
        self._ours = 0.0
        self._told: tuple[int, float, bool] | None = None
        desk.does["link"] = self.switch
        desk.say("/clave/link", 0)
        desk.say("/clave/link/peers", 0)

    @property
    def settled(self) -> bool:
        """Whether nothing is to be waited for: a session is joined and others in it are known, or none is wanted."""
        return not self._wanted or (self.session is not None and self._wall() - self._joined_at > PEERS_SECONDS)

    def switch(self, places: Places, values: Values) -> None:  # noqa: ARG002 -- as every action
        """Join or leave. Raises MissingExtraError where there is no Link."""
        wanted = bool(values[0])
        if wanted and not self._wanted:
            self._check()
        self._wanted = wanted

    def tick(self) -> None:
        """Join, leave, follow."""
        if not self._wanted:
            self._leave()
        elif self.session is None:
            self._join()
        else:
            with self._desk.lock:
                self._share_tempo(self.session)
                self._user.follow(self.session)
            self._tell(self.session)

    def take_theirs(self) -> None:
        """The project has become another one: it takes the tempo of the session, if anybody else is there."""
        self._theirs = 0.0

    def close(self) -> None:
        """Leave, also a session that is being joined."""
        self._wanted = False
        if self._joining is not None:
            with_it = self._joining.exception() is None
            self.session = self._joining.result() if with_it else None
            self._joining = None
        self._leave()

    def _join(self) -> None:
        if self._joining is None:
            self._joining = coming = Future[LinkSession]()
            tempo = self._desk.project.scene.tempo[0].tempo_bpm
            threading.Thread(target=_open, args=(self._opens, tempo, coming), name="link", daemon=True).start()
            self._ours = self._theirs = tempo
        if not self._joining.done():
            return
        coming, self._joining = self._joining, None
        try:
            self.session = coming.result()
        except ClaveError as error:
            self._wanted = False
            self._report(str(error))
            return
        self._joined_at = self._wall()
        self._user.joined(self.session)

    def _leave(self) -> None:
        if self._joining is not None and self._joining.done():
            self.session = None if self._joining.exception() else self._joining.result()
            self._joining = None
        if self.session is None:
            return
        self._user.left()
        self.session.close()
        self.session = self._told = None
        self._desk.say("/clave/link", 0)
        self._desk.say("/clave/link/peers", 0)

    def _share_tempo(self, session: LinkSession) -> None:
        """Whichever has changed is followed by the other; where both have, the session is right."""
        theirs, ours = session.tempo_bpm(), self._desk.project.scene.tempo[0].tempo_bpm
        if self._theirs == 0.0 and session.peers() == 0:
            self._theirs, self._ours = theirs, 0.0  # nobody else is there: ours is right
        if self._theirs == 0.0 or not same_tempo(theirs, self._theirs):
            wanted = round(min(max(theirs, MIN_TEMPO_BPM), MAX_TEMPO_BPM), DIGITS)
            if not same_tempo(wanted, ours):
                try:
                    self._desk.receive("/clave/tempo", (wanted,), self)
                except ControlError:  # nobody plays it: a page that comes is told then
                    return
            self._theirs, self._ours = theirs, self._desk.project.scene.tempo[0].tempo_bpm
        elif ours != self._ours:
            if not same_tempo(ours, theirs):
                session.set_tempo(ours)
            self._ours, self._theirs = ours, session.tempo_bpm()

    def _tell(self, session: LinkSession) -> None:
        now = session.peers(), round(session.tempo_bpm(), DIGITS), session.playing()
        if now != self._told:
            self._told = now
            self._desk.say("/clave/link", 1)
            self._desk.say("/clave/link/peers", now[0])
            self._desk.say("/clave/link/tempo", now[1])


def _open(opens: OpenSession, tempo_bpm: float, coming: "Future[LinkSession]") -> None:
    try:
        coming.set_result(opens(tempo_bpm))
    except BaseException as error:  # whoever waits for it raises it
        coming.set_exception(error)
