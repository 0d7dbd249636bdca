"""Undo and redo of whole projects. Changes with one label in quick succession, such as a moved fader, count as one."""

import math

from clave.play.project.document import Project

MERGE_SECONDS = 0.7
MOST_STEPS_BACK = 200
ANSWER_LABEL = "answer"  # bars that answer a player: all of them in a row are one change, however long it lasts


class History:
    """Where a project was, and how it came to what it is; the page has the same rule (`web/src/rules/history.ts`)."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._label = ""
        self._past: list[tuple[Project, str]] = []
        self._future: list[tuple[Project, str]] = []
        self._changed_at = -math.inf  # seconds

    def change(self, project: Project, label: str, now: float) -> None:
        """A new present; `now`, in seconds, decides whether it continues the change before it."""
        soon = now - self._changed_at < MERGE_SECONDS or label == ANSWER_LABEL
        continues = label == self._label and soon and not self._future
        if not continues:
            self._past = [*self._past, (self.project, self._label)][-MOST_STEPS_BACK:]
        self.project, self._label, self._future, self._changed_at = project, label, [], now

    def undo(self) -> bool:
        """Back by one change. False: there is none."""
        if not self._past:
            return False
        self._future.append((self.project, self._label))
        self.project, self._label = self._past.pop()
        self._changed_at = -math.inf
        return True

    def redo(self) -> bool:
        """The pair of `undo`."""
        if not self._future:
            return False
        self._past.append((self.project, self._label))
        self.project, self._label = self._future.pop()
        self._changed_at = -math.inf
        return True
