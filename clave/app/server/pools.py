"""Where requests are computed: in a few threads of their own, with a bounded queue before them.

The event loop and the threads that read the page's files are never behind them. A request that finds the queue full is
answered 503 at once, with the time after which to try again.
"""

import asyncio
import os
import threading
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from clave.app.server.bodies import MAX_JSON_BYTES, bounded

T = TypeVar("T")
CORES = max(1, min(4, os.cpu_count() or 1))
POOLS: Mapping[str, tuple[int, int]] = {"quick": (CORES, 256), "long": (2, 16), "kept": (2, 64)}
"""Of each pool, the threads and the requests that may wait: bars and sounds; whole files and songs; what is on disk."""
PLACES: Mapping[str, str] = {
    "/": "quick",
    "/api/drum-map": "kept",
    "/api/drum-map/look": "long",
    "/api/kept": "kept",
    "/api/learn": "kept",
    "/api/learn/use": "long",
    "/api/loops": "long",
    "/api/material": "long",
    "/api/midi": "long",
    "/api/path/even": "long",
    "/api/path/wander": "long",
    "/api/project": "long",
    "/api/similar": "long",
    "/api/sounds/{voice}/place": "long",
}
"""The pool of each route whose path begins so; the longest beginning counts."""


class Pool:
    """A few threads, and a queue of so many: what comes beyond that is refused as busy."""

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(threads, f"clave-{name}")
        self._room = threading.BoundedSemaphore(threads + waiting)
        self._most = threads + waiting

    async def run(self, work: Callable[..., T], **given: Any) -> T:
        """The result of the work, done in one of the threads. HTTPException 503 where the queue is full."""
        if not self._room.acquire(blocking=False):
            raise busy(f"{self._most} requests of this kind are being answered or wait")
        try:
            doing = self._threads.submit(partial(work, **given))
        except BaseException:
            self._room.release()
            raise
        doing.add_done_callback(lambda _: self._room.release())  # also where nobody waits for it any more
        return await asyncio.wrap_future(doing)

    def close(self) -> None:
        """End the threads as soon as they have nothing to do."""
        self._threads.shutdown(wait=False)


def busy(why: str) -> HTTPException:
    """What is answered where there is too much to do."""
    return HTTPException(503, f"the instrument is busy: {why}; try again")


def pool_of(path: str) -> str:
    """The name of the pool for a route."""
    return PLACES[max((each for each in PLACES if path.startswith(each)), key=len)]


def use_pools(app: FastAPI, pools: Mapping[str, tuple[int, int]] = POOLS) -> None:
    """Have the routes that are added from now on run in pools, whose threads end with the application."""
    made = {name: Pool(name, *sizes) for name, sizes in pools.items()}
    app.router.route_class = _route_class(made)
    for pool in made.values():
        weakref.finalize(app, pool.close)


def _route_class(made: Mapping[str, Pool]) -> type[APIRoute]:
    """The class of an application's routes: what is no coroutine runs in a pool, and a body in JSON is bounded."""

    class PooledRoute(APIRoute):
        def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
            inner = endpoint if iscoroutinefunction(endpoint) else _in_pool(made[pool_of(path)], endpoint)
            super().__init__(path, inner, **given)

        def get_route_handler(self) -> Callable[[Request], Any]:
            handle = super().get_route_handler()
            if self.body_field is None:  # it takes no body, or a file, which has a limit of its own
                return handle

            async def handle_bounded(request: Request) -> Response:
                return await handle(Request(request.scope, bounded(request, MAX_JSON_BYTES, "a request in JSON")))

            return handle_bounded

    return PooledRoute


def _in_pool(pool: Pool, endpoint: Callable[..., T]) -> Callable[..., Any]:
    @wraps(endpoint)
    async def run(**given: Any) -> T:
        return await pool.run(endpoint, **given)

    return run
