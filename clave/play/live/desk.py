"""Where controls arrive, from OSC, a WebSocket or MIDI, and where all who listen are told what has changed."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from clave.play.live.arguments import Values
from clave.play.live.controls.control import Action, PageAction, Places
from clave.play.live.controls.table import changed_by, find, values_of
from clave.play.project.document import Project

Sources = Mapping[str, object]  # of what has changed: who sent it, so that it need not be told
Listener = Callable[[Mapping[str, Values], Sources], None]


@runtime_checkable
class Player(Protocol):
    """Whoever plays the project: the engine of this process, or a page."""

    def act(self, action: Action | PageAction, places: Places, values: Values) -> None:
        """Do what only a player can. Raises ControlError where it cannot be done."""
        ...

    def changed(self, project: Project, label: str, *, at_once: bool) -> None:
        """The project becomes this one; `at_once`: it is heard at the next step, whatever its quantum.

        Raises ControlError where nobody plays it: then it stays as it was.
        """
        ...


class Desk:
    """Holds the project as it is now, moves it by controls, and tells listeners the values that have changed.

    Its methods may be called from several threads. What is not in the project, such as whether music plays, is said
    under addresses of its own (`say`).
    """

    def __init__(self, project: Project, player: Player) -> None:
        self.lock = threading.RLock()
        self._project, self._player = project, player
        self._listeners: list[tuple[Listener, Callable[[], bool]]] = []
        self._said: dict[str, Values] = {}  # beside the project
        self._told: dict[str, Values] = values_of(project)
        self._sources: dict[str, object] = {}  # since the last `tell`
        self._dirty = False

    @property
    def project(self) -> Project:
        """As it is now."""
        return self._project

    def receive(self, address: str, given: Sequence[object], source: object = None) -> None:
        """Carry out a control. Raises ControlError or ProjectError, with rule and value; nothing changes then."""
        with self.lock:
            found = find(address)
            before = project = self._project
            for each in found:
                values = each.control.arguments(given)
                if each.control.action is not None:
                    self._player.act(each.control.action, each.places, values)
                else:
                    project = changed_by(each, project, values)
            self._sources[address] = source
            if found[0].control.action is not None or project is before:
                return
            label = " ".join(address.split("/")[2:])
            self._player.changed(project, label, at_once=found[0].control.at_once)
            self._project, self._dirty = project, True

    def change(self, project: Project, label: str, *, at_once: bool) -> None:
        """A project that was changed from outside as a whole. Raises ControlError where nobody plays it."""
        with self.lock:
            self._player.changed(project, label, at_once=at_once)
            self._project, self._dirty = project, True

    def put(self, project: Project) -> None:
        """The project as whoever plays has made it: nobody is asked to change it again."""
        with self.lock:
            if self._sources:  # a client is told what it has set, where that is otherwise now
                before, now = values_of(self._project), values_of(project)
                self._sources = {
                    address: source
                    for address, source in self._sources.items()
                    if before.get(address) == now.get(address)
                }
            self._project, self._dirty = project, True

    def say(self, address: str, *values: float | int | bool | str) -> None:
        """Something that is no part of the project is so now."""
        with self.lock:
            self._said[address] = values
            self._dirty = True

    def values(self) -> dict[str, Values]:
        """What everything is now, by its address."""
        with self.lock:
            now = values_of(self._project) | self._said
            if not self._is_heard():
                self._told = now  # whoever asks may listen from now on
            return now

    def listen(self, listener: Listener, wanted: Callable[[], bool] = lambda: True) -> None:
        """Tell this one from now on, whenever somebody wants it."""
        self._listeners.append((listener, wanted))

    def _is_heard(self) -> bool:
        return any(wanted() for _, wanted in self._listeners)

    def tell(self) -> bool:
        """Tell the listeners what has changed since the last time: call it some dozen times a second.

        Whether there was anything to tell.
        """
        with self.lock:
            if not self._is_heard():
                self._sources, self._dirty = {}, False
            if not self._dirty:
                return False
            now = self.values()
            changed = {address: values for address, values in now.items() if self._told.get(address) != values}
            sources, self._sources, self._told, self._dirty = self._sources, {}, now, False
        for listener, wanted in self._listeners:
            if changed and wanted():
                listener(changed, sources)
        return bool(changed)
