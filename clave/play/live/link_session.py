"""Ableton Link: programs of one network share a tempo, a place in the bar, and whether music plays.

`LinkSession` is what Clave needs of a Link library; `open_session` joins with aalink (extra `link`), and tests have
another.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple, Protocol, runtime_checkable

from clave.errors import MissingExtraError

JOIN_SECONDS = 0.5  # before it is enabled: sooner, another session may take our tempo instead of us theirs
SLOWEST_BPM, FASTEST_BPM = 20.0, 999.0  # of Link
_READ_SECONDS = 0.0001  # a reading that took longer is read again, as the processor was elsewhere meanwhile
_READINGS = 5


class Moment(NamedTuple):
    """A place on the timeline of the session, and when it is."""

    seconds: float  # of `time.monotonic`
    beat: float  # quarters; a bar begins where it is a multiple of the quantum


@runtime_checkable
class LinkSession(Protocol):
    """A session that this program has joined. Only one thread uses it."""

    def peers(self) -> int:
        """How many others are in it."""
        ...

    def tempo_bpm(self) -> float:
        """Quarters a minute, for all."""
        ...

    def set_tempo(self, tempo_bpm: float) -> None:
        """Change the tempo of all."""
        ...

    def set_quantum(self, quarters: float) -> None:
        """How long a bar is: bars of this length begin together with those of others."""
        ...

    def moment(self) -> Moment:
        """Where the session is now."""
        ...

    def playing(self) -> bool:
        """Whether those who share start and stop play."""
        ...

    def start(self, seconds: float) -> None:
        """Say that music plays, and count beats so that 0 comes at this time of `time.monotonic`.

        Where others are in the session, beat 0 comes at their next bar line from then on.
        """
        ...

    def stop(self) -> None:
        """Say that music stops."""
        ...

    def close(self) -> None:
        """Leave it."""
        ...


OpenSession = Callable[[float], LinkSession]
"""Joins, or begins a session at this tempo if there is none; it may take a second."""


def check_installed() -> None:
    """MissingExtraError, which names the extra, unless aalink is there."""
    if find_spec("aalink") is None:
        raise MissingExtraError("Ableton Link needs the package aalink: pip install 'clave[link]'")


def open_session(tempo_bpm: float) -> "AalinkSession":
    """Join with aalink, in a thread without an event loop. Raises MissingExtraError where it is not installed."""
    check_installed()
    session = AalinkSession(tempo_bpm)
    time.sleep(JOIN_SECONDS)
    session.enable()
    return session


class AalinkSession:
    """A session of aalink, of which only what can be read at any time is used: no callbacks, no event loop."""

    def __init__(self, tempo_bpm: float) -> None:
        import asyncio

        async def made() -> Any:  # it has to be made where an event loop runs
            return import_module("aalink").Link(min(max(tempo_bpm, SLOWEST_BPM), FASTEST_BPM))

        with ThreadPoolExecutor(1) as thread:  # one may be running in this one
            self._link = thread.submit(lambda: asyncio.run(made())).result()
        self._link.start_stop_sync_enabled = True
        self._link.quantum = 4.0

    def enable(self) -> None:
        """Let others see it."""
        self._link.enabled = True

    def peers(self) -> int:
        """How many others are in it."""
        return int(self._link.num_peers)

    def tempo_bpm(self) -> float:
        """Quarters a minute, for all."""
        return float(self._link.tempo)

    def set_tempo(self, tempo_bpm: float) -> None:
        """Change the tempo of all."""
        self._link.tempo = min(max(tempo_bpm, SLOWEST_BPM), FASTEST_BPM)

    def set_quantum(self, quarters: float) -> None:
        """How long a bar is."""
        self._link.quantum = quarters

    def moment(self) -> Moment:
        """Where the session is now: of several readings the first quick one, or the quickest."""
        best = float("inf"), Moment(0.0, 0.0)
        for _ in range(_READINGS):
            before = time.monotonic()
            beat = float(self._link.beat)
            after = time.monotonic()
            best = min(best, (after - before, Moment((before + after) / 2, beat)))
            if best[0] < _READ_SECONDS:
                break
        return best[1]

    def playing(self) -> bool:
        """Whether those who share start and stop play."""
        return bool(self._link.playing)

    def start(self, seconds: float) -> None:
        """Say that music plays; Link counts microseconds of a clock of its own."""
        away = timedelta(seconds=seconds - time.monotonic())
        self._link.set_is_playing_and_request_beat_at_time(True, self._link.time + away, 0.0)

    def stop(self) -> None:
        """Say that music stops."""
        self._link.playing = False

    def close(self) -> None:
        """Leave it."""
        self._link.enabled = False
