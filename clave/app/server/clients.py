"""Who is connected to `/api/live`, and what waits to be sent to each."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from clave.play.live.arguments import Values
from clave.play.project.document import Project

MAX_QUEUED = 1000  # messages to one client; values and patches join those that wait, so that few come near it

Message = dict[str, Any]

_DEVICES = ("iPhone", "iPad", "Android", "CrOS", "Windows", "Macintosh", "Linux")  # looked for in this order
_NAMES = {
    "Android": "Android device",
    "CrOS": "Chromebook",
    "Windows": "Windows computer",
    "Macintosh": "Mac",
    "Linux": "Linux computer",
}


class Shared(dict[str, Any]):
    """A message that many get: it is written once, and never changed."""

    @cached_property
    def text(self) -> str:
        """As it is sent."""
        return text_of(dict(self))


def text_of(message: Message) -> str:
    """A message as it is sent."""
    return message.text if isinstance(message, Shared) else json.dumps(message, allow_nan=False)


def device_of(address: str, user_agent: str) -> str:
    """What a player calls the device of a page: "iPad at 192.168.1.7"."""
    found = next((each for each in _DEVICES if re.search(each, user_agent)), "")
    return f"{_NAMES.get(found, found) or 'device'} at {address}"


@dataclass(eq=False)
class Client:
    """Whoever is connected: a page, or a program that sends controls and may listen.

    `wake` is called, from any thread, when there is something to send.
    """

    wake: Callable[[], None]
    where: str = ""  # its device
    queue: list[Message] = field(default_factory=list[Message])
    page: bool = False
    listens: bool = False
    slow: bool = False  # it takes nothing: what waited was dropped, and its connection is to be closed
    mirror: Project | None = None  # the project as a page has it, once it has read what was sent; None: not known
    sent: int = 0  # patches, and whole projects
    conflict_at: float | None = None  # seconds of the monotonic clock

    def send(self, message: Message) -> None:
        """Queue a message."""
        if len(self.queue) >= MAX_QUEUED:
            self.slow, self.queue = True, []
        if not self.slow:
            self.queue.append(message)
        self.wake()

    def tell(self, news: Shared) -> None:
        """Queue values, in one message with those that still wait."""
        if self.queue and self.queue[-1]["kind"] == "values":
            self.queue[-1] = Shared(kind="values", values=self.queue[-1]["values"] | news["values"])
        else:
            self.send(news)

    def replace(self, message: Message) -> None:
        """Queue what makes the last message of its kind needless."""
        if self.queue and self.queue[-1]["kind"] == message["kind"]:
            self.queue[-1] = message
        else:
            self.send(message)

    def patch(self, label: str, *, at_once: bool) -> None:
        """Queue what has changed: its difference is made as it is sent, so that changes before that go with it."""
        last = self.queue[-1] if self.queue else None
        if last is None or last["kind"] != "patch":
            self.send({"kind": "patch", "label": label, "at_once": at_once})
        else:
            last |= {"label": label, "at_once": at_once or last["at_once"]}


def tell_all(listeners: Iterable[Client], changed: Mapping[str, Values], sources: Mapping[str, object]) -> None:
    """Tell them what has changed: each the same message, but for what it has set itself."""
    news = Shared(kind="values", values={address: list(values) for address, values in changed.items()})
    senders = set(sources.values())
    for client in listeners:
        if client not in senders:
            client.tell(news)
            continue
        others = {address: each for address, each in news["values"].items() if sources.get(address) != client}
        if others:
            client.tell(Shared(kind="values", values=others))
