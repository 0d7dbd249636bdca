"""The difference between two projects, as what the server and the page tell each other: which field has become what.

A path goes by the names in the project's file: `["scene", "lanes", 1, "density"]`. The page has the same two functions
(`web/src/rules/patch.ts`), held to the same fixture.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from clave.errors import ProjectError
from clave.play.project.document import Project
from clave.play.project.value import Value

Step = str | int
Patch = list[tuple[list[Step], Any]]  # where, and what is there now, as JSON


def difference(before: Any, after: Any) -> Patch:
    """The patch that makes the second value of the first; of a list that has become longer or shorter, all of it."""
    found: Patch = []
    _compare(before, after, [], found)
    return found


def _compare(before: Any, after: Any, place: list[Step], found: Patch) -> None:
    if before is after:
        return
    if isinstance(before, Value) and type(before) is type(after):
        for name, there in _fields(after).items():
            _compare(getattr(before, there, None), getattr(after, there), [*place, name], found)
    elif isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):  # pyright: ignore[reportUnknownArgumentType]
        for index, (one, other) in enumerate(zip(before, after, strict=True)):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            _compare(one, other, [*place, index], found)
    elif before != after:
        found.append((place, _as_json(after)))


def _fields(value: Value) -> dict[str, str]:
    """Names in the file, and in Python; fields that this version does not know are among them."""
    own = {each.alias or name: name for name, each in type(value).model_fields.items()}
    return own | {name: name for name in value.__pydantic_extra__ or {}}


def _as_json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, tuple | list):
        return [_as_json(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def read_patch(changes: object) -> Patch:
    """The patch that a JSON document says; ProjectError for what is none."""
    found: Patch = []
    for change in changes if isinstance(changes, list) else [None]:  # pyright: ignore[reportUnknownVariableType]
        match change:
            case [[*place], value] if place and all(type(step) in (str, int) for step in place):
                found.append((place, value))
            case _:
                raise ProjectError(f"a change is a place and a value, got {str(change)[:80]}")  # pyright: ignore[reportUnknownArgumentType]
    return found


def patched(project: Project, patch: Sequence[tuple[Sequence[Step], Any]]) -> Project:
    """The project with these fields changed, all at once: the pair of `difference`.

    Raises ProjectError, with the place, for a path that leads nowhere or a value that breaks a rule.
    """
    root = _Tree()
    for place, value in patch:
        at = root
        for step in place:
            at = at.below.setdefault(step, _Tree())
        at.value, at.ends = value, True
    return _put(project, root, "")


def check_place(project: Project, place: Sequence[Step]) -> None:
    """ProjectError unless there is a field at this place that this version knows."""
    at: Any = project
    for count, step in enumerate(place, 1):
        if isinstance(at, Value) and isinstance(step, str) and step in _fields(at):
            at = getattr(at, _fields(at)[step])
        elif isinstance(at, tuple) and type(step) is int and 0 <= step < len(at):  # pyright: ignore[reportUnknownArgumentType]
            at = at[step]  # pyright: ignore[reportUnknownVariableType]
        else:
            raise ProjectError(f"there is no field {'.'.join(map(str, place[:count]))!r}")


@dataclass
class _Tree:
    """What a patch changes below a place."""

    value: Any = None
    ends: bool = False  # the value stands here
    below: dict[Step, "_Tree"] = field(default_factory=dict[Step, "_Tree"])


def _put(at: Any, tree: _Tree, place: str) -> Any:
    if tree.ends:
        return tree.value
    if not tree.below:
        return at
    names = _fields(at) if isinstance(at, Value) else {}
    found: dict[Any, Any] = {}
    for step, each in tree.below.items():
        here = f"{place}.{step}".lstrip(".")
        if isinstance(at, Value) and isinstance(step, str) and (each.ends or step in names):
            name = names.get(step, step)
            found[name] = _put(getattr(at, name, None), each, here)
        elif isinstance(at, tuple) and type(step) is int and 0 <= step < len(at):  # pyright: ignore[reportUnknownArgumentType]
            found[step] = _put(at[step], each, here)
        else:
            raise ProjectError(f"there is no field {here!r}")
    if isinstance(at, Value):
        try:
            return at.changed(**found)
        except ProjectError as error:
            raise ProjectError(f"{place or 'the project'}: {error}") from error
    return tuple(found.get(index, each) for index, each in enumerate(at))
