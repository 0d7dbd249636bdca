"""Controls that are one field of a project: they set it and say what it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from clave.play.live.arguments import Argument, Values
from clave.play.live.controls.control import Change, Control, Places, Read
from clave.play.project.document import Project, Scene


def change_scene(change: Callable[[Scene, Places, Values], Scene]) -> Change:
    """The same change, of the project whose present scene it is."""

    def of_project(project: Project, places: Places, values: Values) -> Project:
        return project.changed(scene=change(project.scene, places, values))

    return of_project


def read_scene(read: Callable[[Scene, Places], Values | None]) -> Read:
    """The same, of the project whose present scene it is."""
    return lambda project, places: read(project.scene, places)


@dataclass(frozen=True)
class Spot:
    """Where a field lies in a project, by names: an empty name stands for the voice that the address names."""

    path: tuple[str, ...]

    def get(self, project: Project, places: Places) -> Any:
        """What is there."""
        at: Any = project
        for name in self.path:
            at = getattr(at, name) if name else at[places[0]]
        return at

    def put(self, project: Project, places: Places, value: Any) -> Project:
        """The project with this value there."""
        return _put(project, self.path, places, value)


def _put(at: Any, path: tuple[str, ...], places: Places, value: Any) -> Any:
    if not path:
        return value
    name, *rest = path
    if name:
        return at.changed(**{name: _put(getattr(at, name), tuple(rest), places, value)})
    parts = list(at)
    parts[places[0]] = _put(parts[places[0]], tuple(rest), places, value)
    return tuple(parts)


def field(
    address: str,
    spot: str,
    takes: Argument,
    help: str,  # noqa: A002 -- as everywhere in the table
    *,
    parameter: str = "",
    at_once: bool = False,
    none: bool = False,
) -> Control:
    """A control of the field at `spot`: names with dots, and `*` for the voice.

    `none`: without an argument, the field has no value.
    """
    place = Spot(tuple("" if name == "*" else name for name in spot.split(".")))

    def change(project: Project, places: Places, values: Values) -> Project:
        return place.put(project, places, values[0] if values else None)

    def read(project: Project, places: Places) -> Values | None:
        value = place.get(project, places)
        return () if value is None else (value,)

    return Control(address, (takes,), help, change, read, None, parameter, at_once, optional=int(none))
