"""OSC over UDP: controls come in, what has changed goes to subscribers, strokes go out."""

import contextlib
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from heapq import heappop, heappush
from select import select
from typing import NamedTuple, Protocol, runtime_checkable

from clave.errors import ClaveError, ControlError, OscError
from clave.music.digits import whole_number
from clave.play.live.arguments import Values
from clave.play.live.controls.control import VOICE_SLUGS
from clave.play.live.desk import Desk, Sources
from clave.play.live.osc_packet import Message, OscValue, read_packet, write_bundle, write_message
from clave.play.output import QueuedStep
from clave.play.performance import Strike

DEFAULT_PORT = 9064
HERE = "127.0.0.1"
MAX_PACKET_BYTES = 65_507  # of UDP over IPv4
MAX_BUNDLE_BYTES = 8000  # of what we send: small enough for every receiver
MAX_SUBSCRIBERS = 32
LONGEST_WAIT_SECONDS = 60.0  # of a time tag
MAX_AT_ONCE = 500  # packets of one `poll`, so that a flood leaves time for the music
MAX_WAITING = 10_000  # messages whose time has not come
MAX_TOKEN_BYTES = 256  # of a packet with the token: more is not read
ANSWER_SECONDS = 1.0  # between two answers to a machine that has not sent it
MAX_ANSWERED = 100  # such machines within that time: an answer may go to whoever a packet pretends to come from
RECEIVE_BYTES = 4_000_000  # that the system keeps for us while we are busy: thousands of messages

Peer = tuple[str, int]


@runtime_checkable
class Datagrams(Protocol):
    """What a port needs of a UDP socket that does not wait."""

    def fileno(self) -> int:
        """For `select`."""
        ...

    def recvfrom(self, size: int, /) -> tuple[bytes, Peer]:
        """A packet, and where it comes from; BlockingIOError where there is none."""
        ...

    def sendto(self, packet: bytes, peer: Peer, /) -> int:
        """Send a packet there."""
        ...


class _Timed(NamedTuple):
    seconds: float  # of the port's clock
    number: int
    message: Message
    peer: Peer


def open_socket(port: int, address: str = HERE) -> socket.socket:
    """A UDP socket that takes packets at this port: of this machine, or at one of its addresses for others.

    Raises OscError for a port that is taken, or an address of another machine.
    """
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with contextlib.suppress(OSError):
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    try:
        opened.bind((address, port))
    except OSError as error:
        opened.close()
        where = f"port {port}" if address == HERE else f"{address}, port {port}"
        raise OscError(f"OSC cannot come in at {where}: {error.strerror or error}") from error
    opened.setblocking(False)
    return opened


def peer_of(text: str) -> Peer:
    """Where OSC goes, from "HOST:PORT" or a port of this machine. Raises OscError for anything else."""
    host, _, port = text.rpartition(":")
    number = whole_number(port, 65_535)
    if not number:
        raise OscError(f"OSC goes to HOST:PORT, with a port from 1 to 65535, got {text!r}")
    try:
        return socket.gethostbyname(host or HERE), number
    except OSError as error:
        raise OscError(f"OSC goes to HOST:PORT, and there is no host {host!r}") from error


class Guests:
    """Which other machines are heard: those that have sent the token."""

    def __init__(self, admits: Callable[[str], bool] | None) -> None:
        self._admits = admits
        self._known: set[str] = {HERE}  # addresses
        self._answered: dict[str, float] = {}  # when those that are not known were told so

    def know(self, address: str) -> bool:
        """Whether what comes from there is carried out."""
        return address in self._known

    def meet(self, packet: bytes, address: str, now: float) -> str:
        """The first packet of another machine; the answer, if it is to get one, says what is missing."""
        if self._admits is not None and len(packet) <= MAX_TOKEN_BYTES:
            with contextlib.suppress(OscError):
                first = read_packet(packet)[0]
                if first.address == "/clave/token" and self._admits(str((*first.arguments, "")[0])):
                    self._known.add(address)
                    return ""
        self._answered = {each: at for each, at in self._answered.items() if now - at < ANSWER_SECONDS}
        if address in self._answered or len(self._answered) >= MAX_ANSWERED:
            return ""
        self._answered[address] = now
        if self._admits is None:
            return "OSC is taken from this machine alone: start clave with --host"
        return "another machine first sends /clave/token with the token that clave printed"


class OscPort:
    """Takes controls from a socket, and answers on it. Call `poll` often.

    Beside the table of controls it knows `/clave/subscribe [port]`, `/clave/unsubscribe [port]` and
    `/clave/get address`. What it cannot carry out is answered with `/clave/error address text`. A message in a bundle
    is carried out at the time that its tag names; a time that has passed is now.

    `admits` says whether a token is the right one: another machine is heard once it has sent `/clave/token token`. What
    it sends before is refused, with one answer a second at most. Without `admits` no other machine is heard.

    Time tags name seconds of the wall clock. How far ahead they lie is looked at once, when a message comes: a wall
    clock that is set back meanwhile keeps none of them waiting.
    """

    def __init__(
        self,
        desk: Desk,
        on: Datagrams,
        subscribers: Sequence[Peer] = (),
        *,
        admits: Callable[[str], bool] | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.received = 0  # messages
        self._desk, self._socket, self._clock, self._wall = desk, on, clock, wall
        self._subscribers: dict[Peer, None] = dict.fromkeys(subscribers)
        self._waiting: list[_Timed] = []
        self._number = 0
        self._guests = Guests(admits)
        desk.listen(self._tell, lambda: bool(self._subscribers))

    @property
    def subscribers(self) -> tuple[Peer, ...]:
        """Who is told what changes."""
        return tuple(self._subscribers)

    def poll(self, timeout_seconds: float = 0.0) -> None:
        """Carry out what has come and what is due; wait so long for the first packet."""
        wait = timeout_seconds
        if self._waiting:
            wait = min(wait, max(0.0, self._waiting[0].seconds - self._clock()))
        ready, _, _ = select([self._socket], [], [], wait)
        for _ in range(MAX_AT_ONCE if ready else 0):
            try:
                packet, peer = self._socket.recvfrom(MAX_PACKET_BYTES)
            except BlockingIOError:
                break
            except OSError:
                continue  # a subscriber has gone: Windows says so here
            self.take(packet, peer)
        self.catch_up()

    def catch_up(self) -> None:
        """Carry out what has waited for its time."""
        now = self._clock()
        while self._waiting and self._waiting[0].seconds <= now:
            due = heappop(self._waiting)
            self._carry_out(due.message, due.peer)

    def take(self, packet: bytes, peer: Peer) -> None:
        """One packet, from this peer."""
        now = self._clock()
        if not self._guests.know(peer[0]):
            if refused := self._guests.meet(packet, peer[0], now):
                self._refuse(peer, "/clave/token", refused)
            if not self._guests.know(peer[0]):
                return
        try:
            messages = read_packet(packet)
        except OscError as error:
            self._refuse(peer, "", error)
            return
        wall = self._wall()
        for message in messages:
            self.received += 1
            wait = 0.0 if message.seconds is None else message.seconds - wall
            if wait <= 0:
                self._carry_out(message, peer)
            elif wait > LONGEST_WAIT_SECONDS or len(self._waiting) >= MAX_WAITING:
                ahead = f"its time tag lies {wait:.0f} s ahead"
                most = f"at most {LONGEST_WAIT_SECONDS:.0f} s, and {MAX_WAITING} messages, wait"
                self._refuse(peer, message.address, f"{ahead}: {most}")
            else:
                self._number += 1
                heappush(self._waiting, _Timed(now + wait, self._number, message, peer))

    def _carry_out(self, message: Message, peer: Peer) -> None:
        address, arguments, _ = message
        if address == "/clave/error":
            return  # of another Clave: an answer to it would be answered without end
        try:
            match address:
                case "/clave/token":
                    pass  # whoever sends it is known already
                case "/clave/subscribe":
                    self._subscribe(self._answers_to(arguments, peer))
                case "/clave/unsubscribe":
                    self._subscribers.pop(self._answers_to(arguments, peer), None)
                case "/clave/get":
                    self._answer(arguments, peer)
                case _:
                    self._desk.receive(address, arguments, peer)
        except ClaveError as error:
            self._refuse(peer, address, error)

    def _answers_to(self, arguments: Sequence[OscValue], peer: Peer) -> Peer:
        """The peer itself, or another port of its machine."""
        if not arguments:
            return peer
        port = arguments[0]
        if not isinstance(port, int | float) or not 1 <= port <= 65_535 or port != int(port) or len(arguments) > 1:
            raise ControlError(f"it takes a port from 1 to 65535, or nothing, got {list(arguments)}")
        return peer[0], int(port)

    def _subscribe(self, peer: Peer) -> None:
        if peer not in self._subscribers and len(self._subscribers) >= MAX_SUBSCRIBERS:
            raise ControlError(f"there are {MAX_SUBSCRIBERS} subscribers already")
        now = self._desk.values()
        self._subscribers[peer] = None
        self._send_values(now, peer)

    def _answer(self, arguments: Sequence[OscValue], peer: Peer) -> None:
        values = self._desk.values()
        wanted = arguments[0] if arguments else None
        if not isinstance(wanted, str) or wanted not in values:
            raise ControlError(f"it takes the address of something that has a value, got {list(arguments)}")
        self._send(write_message(wanted, values[wanted]), peer)

    def _tell(self, changed: Mapping[str, Values], sources: Sources) -> None:
        for peer in self._subscribers:
            news = {address: values for address, values in changed.items() if sources.get(address) != peer}
            self._send_values(news, peer)

    def _send_values(self, values: Mapping[str, Values], peer: Peer) -> None:
        """In bundles that are no larger than others can take."""
        packets: list[bytes] = []
        size = 0
        for packet in (write_message(address, each) for address, each in values.items()):
            if packets and size + len(packet) > MAX_BUNDLE_BYTES:
                self._send(write_bundle(packets), peer)
                packets, size = [], 0
            packets.append(packet)
            size += len(packet) + 4
        if packets:
            self._send(write_bundle(packets), peer)

    def _refuse(self, peer: Peer, address: str, error: ClaveError | str) -> None:
        self._send(write_message("/clave/error", (address, str(error))), peer)

    def _send(self, packet: bytes, peer: Peer) -> None:
        with contextlib.suppress(OSError):  # nobody there, or no room: UDP promises nothing
            self._socket.sendto(packet, peer)


class OscOutput:
    """An output that sends `/clave/strike voice velocity level pan` for each stroke, and `/clave/step bar step`.

    Each goes out `ahead_seconds` before its time, in a bundle that names that time; with 0, at its time, to be done at
    once. Steps are told on 16ths.
    """

    def __init__(
        self,
        send: Callable[[bytes], None],
        ahead_seconds: float = 0.0,
        wall: Callable[[float], float] = lambda seconds: time.time() + seconds,
    ) -> None:
        self._send, self._ahead, self._wall = send, ahead_seconds, wall
        self._waiting: list[tuple[float, int, bytes]] = []
        self._number = 0

    def strike(self, strike: Strike, seconds: float) -> None:
        """Queue a stroke."""
        loud = VOICE_SLUGS[strike.voice], float(strike.velocity), float(strike.level), float(strike.pan)
        self._wait(seconds, write_message("/clave/strike", loud))

    def step(self, queued: QueuedStep) -> None:
        """Queue the 16ths, counted from 1."""
        if queued.step % 4 == 0:
            self._wait(queued.seconds, write_message("/clave/step", (queued.bar + 1, queued.step // 4 + 1)))

    def release(self, now: float) -> None:
        """Send what is due: what sounds at one time in one bundle."""
        while self._waiting and self._waiting[0][0] - self._ahead <= now:
            seconds = self._waiting[0][0]
            packets: list[bytes] = []
            while self._waiting and self._waiting[0][0] == seconds:
                packets.append(heappop(self._waiting)[2])
            self._send(write_bundle(packets, self._wall(seconds - now) if self._ahead else None))

    def silence(self, now: float) -> None:  # noqa: ARG002 -- of the interface
        """Drop what waits: a stroke that was sent cannot be called back."""
        self._waiting.clear()

    def _wait(self, seconds: float, packet: bytes) -> None:
        self._number += 1
        heappush(self._waiting, (seconds, self._number, packet))
