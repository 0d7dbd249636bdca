"""A page as the server sees it: it leads or follows, and keeps a project."""

import time
from queue import Queue
from threading import Thread
from typing import Any

from starlette.testclient import WebSocketTestSession

from clave.app.server.page_bridge import PageBridge
from clave.play.live.patch import patched, read_patch
from clave.play.project import Project


def hear(socket: WebSocketTestSession) -> Any:
    """The next message; an error after ten seconds without one."""
    heard: Queue[Any] = Queue()
    Thread(target=lambda: heard.put(socket.receive_json()), daemon=True).start()
    return heard.get(timeout=10)


class ToyPage:
    """A page that keeps a project as the real one does."""

    def __init__(self, socket: WebSocketTestSession) -> None:
        self.socket, self.project, self.seen = socket, Project(name="of the page"), 0
        self.leads = False
        socket.send_json({"kind": "page"})

    def next(self, kind: str) -> dict[str, Any]:
        """The next message of this kind; those before it are taken as the page takes them."""
        while True:
            message = hear(self.socket)
            if message["kind"] == "role":
                self.leads = message["leads"]
            if message["kind"] == "send project":
                self.socket.send_json({"kind": "project", "project": self.project.model_dump(mode="json")})
            if message["kind"] == "patch":
                self.seen = message["number"]
                self.project = patched(self.project, read_patch(message["changes"]))
            if message["kind"] == kind:
                return message

    def change(self, *changes: Any) -> None:
        """What a hand changes in the page."""
        self.project = patched(self.project, list(changes))
        self.socket.send_json({"kind": "patch", "seen": self.seen, "changes": changes})


def until(true: Any) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def led(socket: WebSocketTestSession, bridge: PageBridge) -> ToyPage:
    """A page that leads, and whose project is known."""
    page = ToyPage(socket)
    page.next("send project")
    until(lambda: bridge.desk.project.name == "of the page")
    return page
