"""Between controls from outside and the pages: one page leads, plays, and has the project; the server has its mirror.

What comes in by OSC or a WebSocket changes the mirror, and the leading page gets the difference. What that page changes
itself comes back in the same form. Where both changed the same field at once, the page is right: it is asked for the
whole project a moment later.
"""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from clave.errors import ClaveError, ControlError, ProjectError
from clave.play.live.arguments import Values
from clave.play.live.controls.control import Action, Places
from clave.play.live.desk import Desk, Sources
from clave.play.live.osc import OscPort
from clave.play.live.patch import difference, patched, read_patch
from clave.play.project.document import Project
from clave.play.project.saving import from_document

MEND_SECONDS = 0.3  # after a change on both sides, before the page is asked for the whole project
TELL_SECONDS = 0.01
MAX_QUEUED = 10_000  # messages to one client: what comes after is lost to one that takes none

Message = dict[str, Any]


@dataclass(eq=False)
class Client:
    """Whoever is connected: a page, or a program that sends controls and may listen.

    `wake` is called, from any thread, when there is something to send.
    """

    wake: Callable[[], None]
    queue: list[Message] = field(default_factory=list[Message])
    page: bool = False
    listens: bool = False
    mirror: Project | None = None  # the project as a leading page has it, once it has read what was sent
    sent: int = 0  # patches
    conflict_at: float | None = None  # seconds of the monotonic clock

    def send(self, message: Message) -> None:
        """Queue a message."""
        if len(self.queue) < MAX_QUEUED:
            self.queue.append(message)
        self.wake()

    def tell(self, news: Message) -> None:
        """Queue values, in one message with those that still wait."""
        if self.queue and self.queue[-1]["kind"] == "values":
            self.queue[-1]["values"] |= news
        else:
            self.send({"kind": "values", "values": news})


class PageBridge:
    """The player of a desk whose music is played by a page."""

    def __init__(self) -> None:
        self.desk = Desk(Project(), self)
        self.osc: OscPort | None = None
        self.osc_ports: tuple[int | None, tuple[str, ...]] = None, ()  # where OSC comes in, and where it goes
        self._clients: list[Client] = []
        self._leader: Client | None = None
        self._thread: threading.Thread | None = None
        self.takes: dict[str, Callable[[Client, Message], None]] = {}  # further kinds of messages, and who takes them
        self.ticks: list[Callable[[float], None]] = []  # called often, beside
        self.greets: list[Callable[[Client], None]] = []  # called for each page that comes
        self.desk.listen(self._tell, lambda: any(client.listens for client in self._clients))

    # ---- as the player of the desk

    def act(self, action: Action, places: Places, values: Values) -> None:
        """The leading page does it."""
        self._leading().send(
            {"kind": "act", "action": action, "place": places[0] if places else None, "arguments": list(values)}
        )

    def changed(self, project: Project, label: str, *, at_once: bool) -> None:  # noqa: ARG002 -- of the interface
        """The leading page gets the difference; what changes before it is sent goes with it."""
        leader = self._leading()
        last = leader.queue[-1] if leader.queue else None
        if last is None or last["kind"] != "patch":
            leader.send({"kind": "patch", "label": label, "at_once": at_once})
        else:
            last |= {"label": label, "at_once": at_once or last["at_once"]}

    def _leading(self) -> Client:
        if self._leader is None:
            raise ControlError("no page is open to play it; `clave live` plays without one")
        return self._leader

    @property
    def leader(self) -> Client | None:
        """The page that leads."""
        return self._leader

    def tell_pages(self, message: Message) -> None:
        """Send this to every page."""
        with self.desk.lock:
            for client in self._clients:
                if client.page:
                    client.send(message)

    def _tell(self, changed: Mapping[str, Values], sources: Sources) -> None:
        for client in self._clients:
            if client.listens:
                news = {address: list(values) for address, values in changed.items() if sources.get(address) != client}
                client.tell(news)

    # ---- who is connected

    def join(self, wake: Callable[[], None]) -> Client:
        """Somebody has connected."""
        with self.desk.lock:
            client = Client(wake)
            self._clients.append(client)
            self.run()
            return client

    def leave(self, client: Client) -> None:
        """It has gone; if it led, the page that came first after it leads."""
        with self.desk.lock:
            self._clients.remove(client)
            if client is self._leader:
                self._leader = None
                self.desk.say("/clave/playing", 0)
                self._lead(next((each for each in self._clients if each.page), None))

    def _lead(self, client: Client | None) -> None:
        self._leader = client
        if client is not None:
            client.mirror = None
            client.send({"kind": "send project"})
        self._say_roles()

    def _say_roles(self) -> None:
        pages = sum(client.page for client in self._clients)
        port, out = self.osc_ports
        for client in self._clients:
            if client.page:
                leads = client is self._leader
                client.send({"kind": "role", "leads": leads, "pages": pages, "osc_in": port, "osc_out": list(out)})

    # ---- what comes in

    def take(self, client: Client, message: object) -> None:
        """One message of a client. What it says wrong is answered."""
        try:
            if not isinstance(message, dict):
                raise ControlError("a message is an object with a kind")
            self._take(client, message)  # pyright: ignore[reportUnknownArgumentType]
        except ClaveError as error:
            address = message.get("address", "") if isinstance(message, dict) else ""  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
            client.send({"kind": "error", "address": address, "text": str(error)})

    def _take(self, client: Client, message: Message) -> None:
        with self.desk.lock:
            match message:
                case {"kind": "control", "address": str(address), "arguments": list(arguments)}:
                    self.desk.receive(address, arguments, client)  # pyright: ignore[reportUnknownArgumentType]
                case {"kind": "subscribe"}:
                    now = {address: list(values) for address, values in self.desk.values().items()}
                    client.listens = True
                    client.send({"kind": "values", "values": now})
                case {"kind": "page"}:
                    client.page = True
                    for greet in self.greets:
                        greet(client)
                    if self._leader is None:
                        self._lead(client)
                    else:
                        self._say_roles()
                case {"kind": "lead"} if client.page and client is not self._leader:
                    self._lead(client)
                case {"kind": "project", "project": document} if client is self._leader:
                    self._take_project(client, document)
                case {"kind": "patch", "seen": int(seen), "changes": list(changes)} if client is self._leader:
                    self._take_patch(client, seen, changes)  # pyright: ignore[reportUnknownArgumentType]
                case {"kind": "state", "playing": bool(playing), "bar": int(bar)} if client is self._leader:
                    self.desk.say("/clave/playing", int(playing))
                    self.desk.say("/clave/heard/bar", bar)
                case {"kind": "lead" | "project" | "patch" | "state"}:
                    pass  # of a page that leads no more
                case {"kind": str(kind)} if kind in self.takes:
                    self.takes[kind](client, message)
                case _:
                    raise ControlError(f"no message of this kind: {str(message)[:80]}")

    def _take_project(self, client: Client, document: object) -> None:
        client.mirror = from_document(document)
        client.conflict_at = None
        self.desk.put(client.mirror)

    def _take_patch(self, client: Client, seen: int, changes: list[Any]) -> None:
        before = client.mirror
        if before is None:
            return  # it is about to send the whole project
        try:
            same, patch = before is self.desk.project, read_patch(changes)
            client.mirror = patched(before, patch)
            self.desk.put(client.mirror if same else patched(self.desk.project, patch))
        except ProjectError:  # its place is no longer there, or it is no patch
            client.send({"kind": "send project"})
            return
        if seen != client.sent or not same:
            client.conflict_at = time.monotonic()

    # ---- what goes out

    def outgoing(self, client: Client) -> list[Message]:
        """What is to be sent to this one now."""
        with self.desk.lock:
            messages, client.queue = client.queue, []
            ready = [self._ready(client, message) for message in messages]
            return [message for message in ready if message is not None]

    def _ready(self, client: Client, message: Message) -> Message | None:
        """A patch is made as it is sent: from what the page has to what the project is."""
        if message["kind"] != "patch":
            return message
        if client.mirror is None:
            return None  # its whole project comes: it is right
        changes = difference(client.mirror, self.desk.project)
        if not changes:
            return None
        client.mirror = self.desk.project
        client.sent += 1
        return {**message, "number": client.sent, "changes": changes}

    # ---- beside

    def run(self) -> None:
        """Begin to take OSC and to tell listeners, in a thread, if that has not begun."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="live", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        told_at = 0.0
        while True:
            if self.osc is None:
                time.sleep(TELL_SECONDS)
            else:
                with suppress(OSError, ValueError):  # its socket was closed
                    self.osc.poll(TELL_SECONDS)
            now = time.monotonic()
            if now - told_at >= TELL_SECONDS:
                told_at = now
                self.desk.tell()
                self._mend(now)
                for tick in self.ticks:
                    tick(now)

    def _mend(self, now: float) -> None:
        """Ask a page for its project where both sides changed it at once."""
        with self.desk.lock:
            leader = self._leader
            if leader is not None and leader.conflict_at is not None and now - leader.conflict_at > MEND_SECONDS:
                leader.conflict_at = None
                leader.send({"kind": "send project"})
