"""Spaces are changed as often as one likes: the applications before are gone, with their threads."""

import threading
import weakref

from fastapi import FastAPI
from fastapi.testclient import TestClient
from toy_rhythm import ToyRhythm

from clave.app.kit_library import KitLibrary
from clave.app.server import create_app
from clave.app.server.page_bridge import PageBridge
from clave.app.server.switching import Switching


def test_applications_that_are_used_no_more_are_gone_with_their_threads() -> None:
    bridge, library, made = PageBridge(), KitLibrary(), list[weakref.ref[FastAPI]]()

    def make(*_: object) -> FastAPI:
        app = create_app(ToyRhythm(), library=library, bridge=bridge)
        made.append(weakref.ref(app))
        return app

    switching = Switching(make, ToyRhythm(), None)
    client, before = TestClient(switching, "http://127.0.0.1:8064"), set(threading.enumerate())
    for _ in range(4):
        assert client.get("/api/kept").status_code == 200
        switching.use(None, None)
    assert sum(app() is not None for app in made) <= 2
    ours = [each for each in set(threading.enumerate()) - before if each.name.startswith("clave-")]
    for each in ours[:-2]:
        each.join(5)
    assert sum(each.is_alive() for each in ours) <= 2
