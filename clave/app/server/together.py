"""What the server does beside the page that plays: it answers the player, and is in a Link session in its place.

A page sends the bars that were played in it (`played`), asks for the time (`time`), and says when its music begins or
ends (`link`). Pages are told what is said of the answer, the player and the session (`said`), and the leading one where
the session is (`session`), in seconds of this server's clock.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from clave.app.server.clients import Client, Message
from clave.app.server.page_bridge import PageBridge
from clave.errors import ControlError
from clave.music.kit import VOICES
from clave.music.pattern import MAX_OFFSET
from clave.music.units import Meter, steps_per_bar
from clave.play.live.answering import Answering, PlayedBar, PlayedStroke
from clave.play.live.arguments import Values
from clave.play.live.link_host import LinkHost
from clave.play.live.link_session import LinkSession, OpenSession, open_session
from clave.rhythm.space import RhythmSpace

SESSION_SECONDS = 0.25  # between two messages that say where the session is
MOST_STROKES = 256  # of a bar that was played
LONGEST_QUANTUM = 64.0  # quarters


class PageLink:
    """A page in a Link session: it keeps time by itself, from what it is told here."""

    def __init__(self, bridge: PageBridge) -> None:
        self._bridge = bridge
        self._theirs = False  # whether the session plays
        self._start: Any = None  # the latest start of the page, by its own name
        self._quantum = 4.0
        self._sent: tuple[Any, ...] = ()
        self._sent_at = 0.0
        self._session: LinkSession | None = None

    def joined(self, session: LinkSession) -> None:
        """Pages are told at the next tick."""
        self._session, self._theirs, self._sent = session, session.playing(), ()

    def left(self) -> None:
        """Pages keep their own time."""
        self._session = None
        self._bridge.tell_pages({"kind": "session", "session": None})

    def follow(self, session: LinkSession) -> None:
        """Share start and stop, and say where the session is: at once when it changes."""
        theirs = session.playing()
        if theirs != self._theirs:
            self._theirs = theirs
            with suppress(ControlError):  # no page is open
                self._bridge.act("play" if theirs else "stop", (), ())
        now = session.tempo_bpm(), session.peers(), theirs, self._start, self._bridge.leader
        moment = session.moment()
        if now == self._sent and moment.seconds - self._sent_at < SESSION_SECONDS:
            return
        self._sent, self._sent_at = now, moment.seconds
        if self._bridge.leader is not None:
            told = {
                "seconds": moment.seconds,
                "beat": moment.beat,
                "tempo_bpm": now[0],
                "peers": now[1],
                "playing": theirs,
                "quantum": self._quantum,
                "start": self._start,
            }
            self._bridge.leader.send({"kind": "session", "session": told})

    def take(self, client: Client, message: Message) -> None:
        """The music of a page begins, in this many seconds of our clock and in bars so long; or it ends."""
        session = self._session
        if session is None or client is not self._bridge.leader:
            return
        match message:
            case {"playing": True, "seconds": int() | float() as seconds, "quantum": int() | float() as quantum}:
                if not 0 < quantum <= LONGEST_QUANTUM:
                    raise ControlError(f"a bar has more than 0 and at most {LONGEST_QUANTUM:g} quarters, got {quantum}")
                self._quantum = float(quantum)
                session.set_quantum(self._quantum)
                if not session.playing():
                    session.start(float(seconds))
                    self._start = message.get("start")
                self._theirs, self._sent = True, ()
            case {"playing": False}:
                self._theirs = False
                if session.playing():
                    session.stop()
            case _:
                raise ControlError(f"a page says when it plays and how long a bar is, got {str(message)[:80]}")


class Together:
    """The answer and the session for the pages of a bridge."""

    def __init__(self, bridge: PageBridge, rhythm: RhythmSpace, opens: OpenSession = open_session) -> None:
        self._bridge = bridge
        self._said: dict[str, list[Any]] = {}
        self._led: tuple[Client | None, bool] = None, False
        self._page_link = PageLink(bridge)
        beside = ThreadPoolExecutor(1, "answering")
        self.link = LinkHost(bridge.desk, self._page_link, opens=opens, report=self._report)
        self.answering = Answering(bridge.desk, rhythm, beside, report=self._report, said=self._say)
        bridge.beside.ticks.append(self.tick)
        bridge.greets.append(self._greet)
        bridge.takes |= {"time": _tell_time, "played": self._take_bar, "link": self._page_link.take}

    def tick(self, _: float) -> None:
        """In the thread of the bridge."""
        leader = self._bridge.leader
        now = leader, leader is not None and leader.mirror is not None
        if now != self._led:
            self._led = now
            self.link.take_theirs()
        if leader is None or now[1]:  # else its project is about to come, with a tempo of its own
            self.link.tick()
        with self._bridge.desk.lock:
            self.answering.tick()
            for address in ("/clave/link", "/clave/link/peers", "/clave/link/tempo"):
                self._say(address, self._bridge.desk.said(address))

    def _say(self, address: str, values: Values) -> None:
        if self._said.get(address) != list(values):
            self._said[address] = list(values)
            self._bridge.tell_pages({"kind": "said", "values": {address: list(values)}})

    def _greet(self, client: Client) -> None:
        client.send({"kind": "said", "values": dict(self._said)})

    def _report(self, sentence: str) -> None:
        self._bridge.tell_pages({"kind": "error", "address": "", "text": sentence})

    def _take_bar(self, client: Client, message: Message) -> None:
        if client is self._bridge.leader:
            self.answering.bar(bar_in(message))


def together(bridge: PageBridge, rhythm: RhythmSpace) -> PageBridge:
    """The bridge, with the answer and the session beside it; one that has them answers in this space from now on."""
    if bridge.use_space is None:
        bridge.use_space = Together(bridge, rhythm).answering.use
    bridge.use_space(rhythm)
    return bridge


def bar_in(message: Message) -> PlayedBar:
    """The bar of a message. Raises ControlError, with the rule and the value, for what is none."""
    match message:
        case {"meter": [int(beats), int(unit)], "strokes": [*strokes]} if len(strokes) <= MOST_STROKES:
            meter: Meter = beats, unit
            return PlayedBar(meter, tuple(_stroke_in(each, meter) for each in strokes))
        case _:
            raise ControlError(f"a bar has a meter and at most {MOST_STROKES} strokes, got {str(message)[:80]}")


def _stroke_in(given: object, meter: Meter) -> PlayedStroke:
    end = steps_per_bar(meter) - MAX_OFFSET
    match given:
        case [None | int() as voice, int() | float() as velocity, int() | float() as position] if (
            (voice is None or (type(voice) is int and 0 <= voice < len(VOICES)))
            and 0 < velocity <= 1
            and -MAX_OFFSET <= position < end
        ):
            return PlayedStroke(voice, float(velocity), float(position))
        case _:
            raise ControlError(
                f"a stroke is a voice from 0 to {len(VOICES) - 1} or none, a velocity in (0, 1] and a position in "
                f"[{-MAX_OFFSET:g}, {end:g}) steps, got {str(given)[:80]}"
            )


def _tell_time(client: Client, message: Message) -> None:
    """The time here, for a page that finds out how far its clock is from ours."""
    client.send({"kind": "time", "sent": message.get("sent"), "seconds": time.monotonic()})
