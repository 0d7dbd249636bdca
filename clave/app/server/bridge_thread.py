"""What a bridge does beside those who call it: it takes OSC, and says what has changed."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol, runtime_checkable

from clave.app.server.clients import Client
from clave.play.live.desk import Desk
from clave.play.live.osc import OscPort

TELL_SECONDS = 0.01
SECONDS_A_LISTENER = 0.00008  # that telling may take: of more than a hundred, each is told less often


@runtime_checkable
class Bridge(Protocol):
    """What such a thread works for: a `PageBridge`."""

    desk: Desk
    osc: OscPort | None

    @property
    def clients(self) -> Sequence[Client]:
        """All that are connected."""
        ...

    def mend(self, now: float) -> None:
        """Exchange the whole project where both sides changed it at once."""
        ...


class BridgeThread:
    """The thread of a bridge. `ticks` are called often in it, with the time of the monotonic clock."""

    def __init__(self, bridge: Bridge) -> None:
        self.ticks: list[Callable[[float], None]] = [bridge.mend]
        self._bridge = bridge
        self._thread: threading.Thread | None = None
        self._told_at = 0.0  # seconds of the monotonic clock

    def run(self) -> None:
        """Begin to take OSC and to tell listeners, if that has not begun."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="live", daemon=True)
            self._thread.start()

    def tell_in(self) -> float:
        """Seconds until listeners may be told of what has just changed."""
        pause = max(TELL_SECONDS, SECONDS_A_LISTENER * len(self._bridge.clients))
        return max(0.0, self._told_at + pause - time.monotonic())

    def tell(self) -> None:
        """Tell them what has changed; what changes soon after goes together."""
        if self._bridge.desk.tell():
            self._told_at = time.monotonic()

    def _work(self) -> None:
        ticked_at = 0.0
        while True:
            if self._bridge.osc is None:
                time.sleep(TELL_SECONDS)
            else:
                with suppress(OSError, ValueError):  # its socket was closed
                    self._bridge.osc.poll(TELL_SECONDS)
            if self.tell_in() == 0.0:
                self.tell()
            now = time.monotonic()
            if now - ticked_at >= TELL_SECONDS:
                ticked_at = now
                for tick in self.ticks:
                    tick(now)
