"""Which bars of a project are performed while it plays: a few around the present one.

So a change costs as much after hours as at the beginning, and what was performed long ago is dropped.
"""

from typing import NamedTuple

from clave.play.places import natural_bars
from clave.play.project.document import Project

LEAST_BARS = 4  # after which the window moves on
MOST_REPEATED_BARS = 8  # a round as short as this is performed whole: it may be repeated until the next window is there


class Window(NamedTuple):
    """Bars that are performed together."""

    first: int  # counted from 0
    bars: int


class Windows:
    """Finds the window of a bar: half of it is played before the next one is performed, and the bar before is in it."""

    def __init__(self) -> None:
        self._latest: tuple[Project, int] | None = None  # and how far its window moves each time

    def around(self, project: Project, bar: int) -> Window:
        """The bars that are performed when this one is to be played next."""
        if self._latest is None or self._latest[0] is not project:
            self._latest = project, _moves_by(natural_bars(project))
        size = self._latest[1]
        return Window(max(0, bar - 1) // size * size, 2 * size)


def _moves_by(natural: int) -> int:
    return LEAST_BARS if natural > MOST_REPEATED_BARS else natural * -(-LEAST_BARS // natural)
