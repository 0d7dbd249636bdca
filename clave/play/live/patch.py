"""The difference between two projects, as what the server and the page tell each other: which field has become what.

A path goes by the names in the project's file: `["scene", "lanes", 1, "density"]`. The page has the same two functions
(`web/src/rules/patch.ts`), held to the same fixture.
"""

from collections.abc import Mapping, Sequence
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
    own = {field.alias or name: name for name, field in type(value).model_fields.items()}
    return own | {name: name for name in value.__pydantic_extra__ or {}}


def _as_json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, tuple | list):
        return [_as_json(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def patched(project: Project, patch: Sequence[tuple[Sequence[Step], Any]]) -> Project:
    """The project with these fields changed: the pair of `difference`.

    Raises ProjectError, with the place, for a path that leads nowhere or a value that breaks a rule.
    """
    for place, value in patch:
        try:
            project = _put(project, list(place), value)
        except ProjectError as error:
            raise ProjectError(f"{'.'.join(map(str, place))}: {error}") from error
    return project


def _put(at: Any, place: list[Step], value: Any) -> Any:
    if not place:
        return value
    first, rest = place[0], place[1:]
    if isinstance(at, Value) and isinstance(first, str):
        name = _fields(at).get(first, first)
        if rest and not hasattr(at, name):
            raise ProjectError(f"there is no field {first!r}")
        return at.changed(**{name: _put(getattr(at, name, None), rest, value)})
    if isinstance(at, tuple) and type(first) is int and 0 <= first < len(at):  # pyright: ignore[reportUnknownArgumentType]
        parts: list[Any] = list(at)  # pyright: ignore[reportUnknownArgumentType]
        parts[first] = _put(parts[first], rest, value)
        return tuple(parts)
    if isinstance(at, Mapping) and isinstance(first, str):
        return {**at, first: _put(at.get(first), rest, value)}  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
    raise ProjectError(f"the path leads nowhere at {first!r}")
