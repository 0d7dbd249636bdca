"""Requests are computed in small pools; the page's files never wait behind them, and a full queue is said."""

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from toy_rhythm import ToyRhythm

from clave.app.protocol import Refusal
from clave.app.server import create_app
from clave.app.server.pools import POOLS, pool_of, use_pools
from clave.app.server.refusals import add_refusals

ON_THE_LOOP = {  # nothing of these computes
    "/",
    "/api/devices",
    "/api/formats",
    "/api/instrument",
    "/api/project",
    "/api/project/schema",
}


def test_a_full_queue_is_answered_at_once_and_other_work_goes_on() -> None:
    app, begun, may_end = FastAPI(), threading.Semaphore(0), threading.Event()
    use_pools(app, {"quick": (2, 1), "kept": (1, 1)})
    add_refusals(app)

    @app.get("/api/sounds")
    def sound() -> str:
        begun.release()
        assert may_end.wait(10)
        return threading.current_thread().name

    @app.get("/api/kept")
    def kept() -> str:
        return threading.current_thread().name

    with TestClient(app) as client, ThreadPoolExecutor(8) as asking:
        taken = [asking.submit(client.get, "/api/sounds") for _ in range(2)]
        assert [begun.acquire(timeout=10) for _ in taken] == [True, True]
        more = [asking.submit(client.get, "/api/sounds") for _ in range(6)]
        for _, answered in zip(range(5), as_completed(more, timeout=10), strict=False):  # one of the six waits
            assert answered.result().status_code == 503
        assert client.get("/api/kept").json().startswith("clave-kept")
        may_end.set()
        given = [each.result() for each in (*taken, *more)]
    busy = [each for each in given if each.status_code == 503]
    assert len(busy) == 5
    assert {each.headers["retry-after"] for each in busy} == {"1"}
    told = Refusal.model_validate(busy[0].json())
    assert (told.kind, "busy: 3 requests" in told.error) == ("busy", True)
    assert len({each.json() for each in given if each.status_code == 200}) <= 2


def test_whatever_computes_has_a_pool(tmp_path: Path) -> None:
    """No endpoint is left to the threads that read the page's files, and none but a few known ones is on the loop."""
    routes = [each for each in create_app(ToyRhythm(), static=tmp_path).routes if isinstance(each, APIRoute)]
    assert len(routes) > 40
    for each in routes:
        assert iscoroutinefunction(each.endpoint), each.path
        pooled = hasattr(each.endpoint, "__wrapped__")
        assert pooled or each.path in ON_THE_LOOP or each.path.startswith("/api/devices"), each.path


@pytest.mark.parametrize(
    ("path", "pool"),
    [("/api/bars", "quick"), ("/api/sounds/{voice}", "quick"), ("/api/sounds/{voice}/place", "long"),
     ("/api/project/export/{name}", "long"), ("/api/kept/{kit}", "kept"), ("/api/drum-map/look", "long")],
)  # fmt: skip
def test_what_takes_long_does_not_keep_bars_waiting(path: str, pool: str) -> None:
    assert pool_of(path) == pool
    assert all(threads <= 4 for threads, _ in POOLS.values())
