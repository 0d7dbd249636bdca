"""Between controls from outside and the pages: one page leads, plays, and has the project; the server has its mirror.

What comes in by OSC or a WebSocket changes the mirror, and the leading page gets the difference. What that page changes
itself comes back in the same form. Where both changed the same field at once, the page is right: it is asked for the
whole project a moment later.

Where the instrument is open to the network, the other pages follow: they get every change, and what they change goes to
the leading page. Where a follower and others changed the same field at once, the follower gets the whole project.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from clave.app.server.bridge_thread import BridgeThread
from clave.app.server.clients import Client, Message, tell_all
from clave.app.server.invitation import Invitation
from clave.errors import ClaveError, ControlError, ProjectError
from clave.play.live.arguments import Values
from clave.play.live.controls.control import Action, Places
from clave.play.live.desk import Desk, Sources
from clave.play.live.osc import OscPort
from clave.play.live.patch import difference, patched, read_patch
from clave.play.project.document import Project
from clave.play.project.saving import from_document
from clave.rhythm.space import RhythmSpace

MEND_SECONDS = 0.3  # after a change on both sides, before a whole project is exchanged


class PageBridge:
    """The player of a desk whose music is played by a page; with an invitation, all pages play one project."""

    def __init__(self, invitation: Invitation | None = None) -> None:
        self.desk = Desk(Project(), self)
        self.invitation = invitation
        self.osc: OscPort | None = None
        self.osc_ports: tuple[int | None, tuple[str, ...]] = None, ()  # where OSC comes in, and where it goes
        self._clients: list[Client] = []
        self._leader: Client | None = None
        self._played: Message = {"kind": "leader", "playing": False, "bar": 0, "song": False, "slot": None}
        self.takes: dict[str, Callable[[Client, Message], None]] = {}  # further kinds of messages, and who takes them
        self.beside = BridgeThread(self)
        self.use_space: Callable[[RhythmSpace], None] | None = None  # of what answers beside it, once it is there
        self.greets: list[Callable[[Client], None]] = []  # called for each page that comes
        self.desk.listen(self._tell, lambda: any(client.listens for client in self._clients))

    # ---- as the player of the desk

    def act(self, action: Action, places: Places, values: Values) -> None:
        """The leading page does it."""
        self._leading().send(
            {"kind": "act", "action": action, "place": places[0] if places else None, "arguments": list(values)}
        )

    def changed(self, project: Project, label: str, *, at_once: bool) -> None:  # noqa: ARG002 -- of the interface
        """The leading page gets the difference, and those that follow it."""
        self._leading().patch(label, at_once=at_once)
        self._pass_on(label, at_once=at_once)

    def _pass_on(self, label: str, *, at_once: bool) -> None:
        for follower in self._followers():
            if follower.mirror is not None:
                follower.patch(label, at_once=at_once)

    def _follows(self, client: Client) -> bool:
        opened, led = self.invitation is not None, self._leader is not None
        return opened and led and client.page and client is not self._leader

    def _followers(self) -> list[Client]:
        return [client for client in self._clients if self._follows(client)]

    def _leading(self) -> Client:
        if self._leader is None:
            raise ControlError("no page is open to play it; `clave live` plays without one")
        return self._leader

    @property
    def clients(self) -> Sequence[Client]:
        """All that are connected."""
        return self._clients

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
        tell_all([each for each in self._clients if each.listens], changed, sources)

    # ---- who is connected

    def join(self, wake: Callable[[], None], where: str = "") -> Client:
        """Somebody has connected, with this device."""
        with self.desk.lock:
            client = Client(wake, where)
            self._clients.append(client)
            self.beside.run()
            return client

    def leave(self, client: Client) -> None:
        """It has gone; if it led, the page that came first after it leads."""
        with self.desk.lock:
            self._clients.remove(client)
            if client is self._leader:
                self._leader = None
                self._take_state({"kind": "state", "playing": False, "bar": 0})
                self._lead(next((each for each in self._clients if each.page), None))
            elif client.page:
                self._say_roles()

    def _lead(self, client: Client | None) -> None:
        if self._leader is not None:
            self._leader.mirror = self._leader.conflict_at = None
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
                leads, follows = client is self._leader, self._follows(client)
                role = {"kind": "role", "leads": leads, "pages": pages, "osc_in": port, "osc_out": list(out)}
                where = self._leader.where if follows and self._leader else ""
                client.send({**role, "opened": self.invitation is not None, "follows": follows, "where": where})
                if follows:
                    client.replace(self._played)

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
                        self._give_project(client)
                case {"kind": "lead"} if client.page and client is not self._leader:
                    self._lead(client)
                case {"kind": "project", "project": document} if client is self._leader:
                    self._take_project(client, document)
                case {"kind": "patch", "seen": int(seen), "changes": list(changes)}:
                    label, at_once = str(message.get("label", "")), bool(message.get("at_once", False))
                    self._take_patch(client, seen, changes, label, at_once=at_once)  # pyright: ignore[reportUnknownArgumentType]
                case {"kind": "state", "playing": bool(), "bar": int()} if client is self._leader:
                    self._take_state(message)
                case {"kind": "lead" | "project" | "state"}:
                    pass  # of a page that leads no more
                case {"kind": str(kind)} if kind in self.takes:
                    self.takes[kind](client, message)
                case _:
                    raise ControlError(f"no message of this kind: {str(message)[:80]}")

    def _take_project(self, client: Client, document: object) -> None:
        client.mirror = from_document(document)
        client.conflict_at = None
        self.desk.put(client.mirror)
        for follower in self._followers():
            self._give_project(follower)

    def _give_project(self, client: Client) -> None:
        """A follower gets all of it, if it is known."""
        if self._follows(client) and self._leader is not None and self._leader.mirror is not None:
            client.mirror = self.desk.project  # what changes until it is sent goes with it
            client.conflict_at = None
            client.replace({"kind": "project"})

    def _take_patch(self, client: Client, seen: int, changes: list[Any], label: str, *, at_once: bool) -> None:
        before, leads = client.mirror, client is self._leader
        if before is None or not (leads or self._follows(client)):
            return  # a whole project is on its way, or it is alone with its own
        try:
            same, patch = before is self.desk.project, read_patch(changes)
            client.mirror = patched(before, patch)
            project = client.mirror if same else patched(self.desk.project, patch)
        except ProjectError:  # its place is no longer there, or it is no patch
            self._exchange(client)
            return
        if leads:
            self.desk.put(project)
            self._pass_on(label, at_once=at_once)
        else:
            self.desk.change(project, label, at_once=at_once)
        if seen != client.sent or not same:
            client.conflict_at = time.monotonic()

    def _exchange(self, client: Client) -> None:
        """The whole project: of the page that leads, which is right, or of the server for one that follows."""
        client.conflict_at = None
        if client is self._leader:
            client.send({"kind": "send project"})
        else:
            self._give_project(client)

    def _take_state(self, message: Message) -> None:
        """What the leading page plays."""
        song, slot = bool(message.get("song")), message.get("slot")
        bar, playing = int(message["bar"]), bool(message["playing"])
        self._played = {"kind": "leader", "playing": playing, "bar": bar, "song": song, "slot": slot}
        self.desk.say("/clave/playing", int(playing))
        self.desk.say("/clave/heard/bar", bar)
        for follower in self._followers():
            follower.replace(self._played)

    # ---- what goes out

    def outgoing(self, client: Client) -> list[Message]:
        """What is to be sent to this one now."""
        with self.desk.lock:
            messages, client.queue = client.queue, []
            ready = [self._ready(client, message) for message in messages]
            return [message for message in ready if message is not None]

    def _ready(self, client: Client, message: Message) -> Message | None:
        """A patch is made as it is sent: from what the page has to what the project is; so is a whole project."""
        if message["kind"] == "project":
            client.mirror = self.desk.project
            client.sent += 1
            return {**message, "number": client.sent, "project": client.mirror.model_dump(mode="json")}
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

    def mend(self, now: float) -> None:
        """Exchange the whole project where both sides changed it at once."""
        with self.desk.lock:
            for client in self._clients:
                if client.conflict_at is not None and now - client.conflict_at > MEND_SECONDS:
                    self._exchange(client)
