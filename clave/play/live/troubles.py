"""Errors while music plays: the same one is reported once in a row, and the music goes on."""

from collections.abc import Callable

from clave.errors import ClaveError
from clave.play.live.conductor import ASLEEP_SECONDS
from clave.play.project.document import Project


class Troubles:
    """Reports to `report` that the computer slept, and what has failed."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report, self._failure = report, ""
        self._refused: tuple[str, Project] | None = None
        self._ticked: float | None = None  # seconds of the clock

    def tick(self, now: float, *, playing: bool) -> None:
        """Say how much was left out when nothing came for long."""
        before, self._ticked = self._ticked, now
        if playing and before is not None and now - before > ASLEEP_SECONDS:
            missed = f"{now - before:.0f} s of music were left out"
            self._report(f"{missed}, as the computer was asleep or too busy; it goes on in time")

    def output_failed(self, error: Exception) -> None:
        """An output has raised this."""
        self._once(f"what plays along has failed, and the rest plays on: {error!r}")

    def cannot_be_played(self, error: Exception) -> None:
        """A change that is no mistake of the player's could not be performed."""
        self._once(f"a change cannot be played, and what played before goes on: {error!r}")

    def refused(self, error: ClaveError, project: Project) -> None:
        """Some bars of this project cannot be performed: said once for each change, however often they come round."""
        known = self._refused
        if known is None or known[0] != str(error) or known[1] is not project:
            self._refused = str(error), project
            self._report(str(error))

    def _once(self, sentence: str) -> None:
        if sentence != self._failure:
            self._failure = sentence
            self._report(sentence)
