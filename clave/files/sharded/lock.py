"""One writer at a time: a folder or bucket is locked while it is built, and free again when its builder dies."""

import json
import os
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from clave.errors import StorageError
from clave.files.sharded.place import LocalPlace, Place, RemotePlace

LOCK_FILE = ".building.lock"
BEAT_SECONDS = 30.0  # a builder in a bucket says so often that it lives
DEAD_SECONDS = 180.0  # without a word: the builder is gone


@contextmanager
def locked(place: Place) -> Generator[None]:
    """Hold the lock of a place. Raises StorageError, with what to do, where another run holds it.

    On a disk the system lets go of it when its process ends, however it ends. In a bucket the lock is a file that is
    renewed every half minute; one that is three minutes old, or of a process of this machine that is gone, is taken.
    """
    if isinstance(place, LocalPlace):
        with _locked_folder(place):
            yield
    else:
        assert isinstance(place, RemotePlace)
        with _locked_bucket(place):
            yield


@contextmanager
def _locked_folder(place: LocalPlace) -> Generator[None]:
    from filelock import FileLock, Timeout

    path = Path(place.root, LOCK_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise StorageError(
            f"{place}: another run is writing here; wait for its end or choose another folder"
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _locked_bucket(place: RemotePlace) -> Generator[None]:
    if not place.create(LOCK_FILE, _claim()):
        _take_over(place)
    stopped = threading.Event()
    beating = threading.Thread(target=_beat, args=(place, stopped), daemon=True)
    beating.start()
    try:
        yield
    finally:
        stopped.set()
        beating.join()
        place.remove(LOCK_FILE)


def _take_over(place: RemotePlace) -> None:
    """Take a lock whose holder is gone, or StorageError."""
    try:
        holder = json.loads(place.read(LOCK_FILE) or b"{}")
        host, process, since = str(holder.get("host")), int(holder.get("process", 0)), float(holder.get("alive", 0))
    except (ValueError, TypeError, AttributeError):
        host, process, since = "", 0, 0.0
    silent = abs(time.time() - since)  # a clock may have been set back since
    here_and_gone = host == socket.gethostname() and not _is_running(process)
    if silent < DEAD_SECONDS and not here_and_gone:
        raise StorageError(
            f"{place}: process {process} on {host} is writing here, alive {silent:.0f} s ago; wait for its end, choose "
            f"another address, or come again in {DEAD_SECONDS:.0f} s if it was killed"
        )
    place.write(LOCK_FILE, _claim())


def _beat(place: RemotePlace, stopped: threading.Event) -> None:
    while not stopped.wait(BEAT_SECONDS):
        try:
            place.write(LOCK_FILE, _claim())
        except StorageError:  # the build itself will say so
            continue


def _claim() -> bytes:
    return json.dumps({"host": socket.gethostname(), "process": os.getpid(), "alive": time.time()}).encode()


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
