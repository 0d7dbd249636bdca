"""A pure function mapped over many tasks: here, by processes of this machine, or by a Dask cluster.

Tasks are handed out a few at a time, so that millions of them need no memory, and a task whose worker dies is given to
another. Results come as they are done, each with the number of its task; who wants an order sorts by it.
"""

import multiprocessing
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from typing import Any, TypeVar, cast

from clave.errors import MissingExtraError, StorageError

Task = TypeVar("Task")
Result = TypeVar("Result")

TRIES = 3  # of a task whose worker dies
TASKS_A_WORKER = 3  # handed out at a time, so that none waits
CONNECT_SECONDS = 10.0
THREADS_OF_MATRICES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Pool = Callable[[], AbstractContextManager[tuple[Executor, int]]]
"""Opens an executor and says how many workers it has; opened again where all of it broke."""


def processes(count: int) -> Pool:
    """So many processes of this machine."""

    @contextmanager
    def opened() -> Generator[tuple[Executor, int]]:
        context = multiprocessing.get_context("spawn")  # a fork would copy the threads' locks of Arrow
        with _one_thread_each(), ProcessPoolExecutor(count, mp_context=context) as executor:
            yield executor, count

    return opened


@contextmanager
def _one_thread_each() -> Generator[None]:
    """Processes that are started now multiply matrices with one thread each: there is one of them for each core."""
    before = {name: os.environ.get(name) for name in THREADS_OF_MATRICES}
    os.environ.update({name: value or "1" for name, value in before.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]


def cluster(address: str, *, connect_seconds: float = CONNECT_SECONDS) -> Pool:
    """The workers of a Dask scheduler, tcp://host:8786. They need this Clave, and to see the same folders."""
    if find_spec("distributed") is None:
        raise MissingExtraError("distributed missing: --cluster needs the extra `scale`, pip install 'clave[scale]'")

    @contextmanager
    def opened() -> Generator[tuple[Executor, int]]:
        from distributed import Client

        try:
            client = Client(address, timeout=connect_seconds, set_as_default=False)
        except Exception as error:
            reason = " ".join(str(error).split())
            raise StorageError(
                f"no Dask scheduler answers at {address}: {reason}; is `dask scheduler` running?"
            ) from error
        with client:
            workers = sum(cast("dict[str, int]", client.nthreads()).values())
            if not workers:
                raise StorageError(f"the Dask scheduler at {address} has no workers; start some: dask worker {address}")
            yield client.get_executor(pure=False, retries=TRIES), workers

    return opened


def mapped(
    function: Callable[[Task], Result], tasks: Sequence[Task], pool: Pool | None = None
) -> Iterator[tuple[int, Result]]:
    """The result of each task, with its number, as they are done; without a pool one after another, here.

    Raises StorageError for a task whose worker dies each of three times, and whatever the function itself raises.
    """
    if pool is None:
        yield from enumerate(map(function, tasks))
        return
    waiting = list(range(len(tasks)))[::-1]  # the next one last
    deaths = dict[int, int]()
    while waiting:
        with pool() as (executor, workers):
            yield from _until_broken(function, tasks, executor, workers, waiting, deaths)


def read_ahead(function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
    """The result of each task in order; a thread makes the next one while this one is used."""
    with ThreadPoolExecutor(1) as thread:
        coming: Future[Result] | None = None
        for task in tasks:
            after = thread.submit(function, task)
            if coming is not None:
                yield coming.result()
            coming = after
        if coming is not None:
            yield coming.result()


def _until_broken(
    function: Callable[[Any], Any],
    tasks: Sequence[Any],
    executor: Executor,
    workers: int,
    waiting: list[int],
    deaths: dict[int, int],
) -> Iterator[tuple[int, Any]]:
    """Results until all are there or the executor breaks; what is not done is put back."""
    running: dict[Future[Any], int] = {}
    limit = workers if deaths else workers * TASKS_A_WORKER  # few at a time, to find the one that kills
    try:
        while waiting or running:
            while waiting and len(running) < limit:
                task = waiting.pop()
                try:
                    running[executor.submit(function, tasks[task])] = task
                except BrokenExecutor:
                    waiting.append(task)
                    raise
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                result = future.result()
                yield running.pop(future), result
    except BrokenExecutor as error:
        lost = sorted(running.values(), reverse=True)
        for task in lost[-workers:]:  # the first ones handed out: only these can have been running
            deaths[task] = deaths.get(task, 0) + 1
            if deaths[task] >= TRIES:
                raise StorageError(f"a worker died {TRIES} times over {tasks[task]}") from error
        waiting += lost
    except BaseException:
        for future in running:
            future.cancel()
        raise
