"""A project as one JSON file that outlives its program: a version, and a pure upgrade from each version to the next."""

import json
import os
from collections.abc import Callable, Mapping
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

from pydantic import BaseModel, ValidationError

from clave.errors import ProjectError
from clave.files import whole_file
from clave.play.project.document import FORMAT, VERSION, Project
from clave.play.project.value import first_rule_broken

MAX_FILE_BYTES = 32_000_000

Document = dict[str, Any]

UPGRADES: Mapping[int, Callable[[Document], Document]] = {}
"""From a version to the next: what makes a document of version n one of version n + 1. Empty while there is one."""


def save(project: Project, path: str | os.PathLike[str]) -> None:
    """Write a project as JSON, whole or not at all: `load` gives it back, unknown fields included."""
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        whole_file.write(target, to_json(project).encode())
    except OSError as error:
        raise ProjectError(f"{target} cannot be written: {error.strerror or error}") from error


def load(path: str | os.PathLike[str]) -> Project:
    """The project in a JSON file; one of an older version is upgraded.

    Raises ProjectError, with the file, the place, the rule and the value, for what is no whole project, or one of a
    newer version.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ProjectError(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        return from_json(content)
    except ProjectError as error:
        raise ProjectError(f"{path} is no project: {error}") from error


def to_json(project: Project) -> str:
    """The text of its file: indented, so that a difference between two shows."""
    return json.dumps(project.model_dump(mode="json"), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(content: str | bytes) -> Project:
    """The project in this text: the pair of `to_json`. Raises ProjectError for what is none."""
    if len(content) > MAX_FILE_BYTES:
        raise ProjectError(f"a project has at most {MAX_FILE_BYTES} bytes, got {len(content)}")
    try:
        document: Any = json.loads(content, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise ProjectError(f"it is not JSON: {error}") from error
    return from_document(document)


def from_document(document: Any) -> Project:
    """The project that a JSON document says. Raises ProjectError for what is none."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:  # pyright: ignore[reportUnknownMemberType]
        raise ProjectError(f"its format is {FORMAT!r}, and this one is not")
    try:
        return _validated(upgraded(document))  # pyright: ignore[reportUnknownArgumentType]
    except RecursionError as error:  # also of telling what is wrong, which shows the value
        raise ProjectError("its bars lean on each other more deeply than a project can") from error


def _validated(document: Document) -> Project:
    try:
        return Project.model_validate(document)
    except ValidationError as error:
        raise ProjectError(first_rule_broken(error)) from error


def upgraded(document: Document, upgrades: Mapping[int, Callable[[Document], Document]] = UPGRADES) -> Document:
    """The same document in the words of this version. Raises ProjectError for a newer one, or none at all."""
    version = document.get("version")
    if type(version) is not int or version < 1:
        raise ProjectError(f"its version is a whole number from 1 on, got {version!r}")
    if version > VERSION:
        raise ProjectError(f"it is of version {version}, and this Clave reads up to {VERSION}: update Clave to open it")
    while version < VERSION:
        document = {**upgrades[version](document), "version": version + 1}
        version += 1
    return document


def schema() -> Document:
    """The JSON Schema of a project file of this version."""
    made = Project.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Clave project", **made}


def unknown_fields(value: Any, place: str = "") -> list[str]:
    """Where a project has fields that this version does not know: they are kept, and change nothing."""
    found: list[str] = []
    if isinstance(value, BaseModel):
        found += [f"{place}{name}" for name in value.__pydantic_extra__ or {}]
        for name in type(value).model_fields:
            found += unknown_fields(getattr(value, name), f"{place}{name}.")
    elif isinstance(value, tuple):
        for index, each in enumerate(value):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            found += unknown_fields(each, f"{place}{index}.")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"numbers are finite, got {name}")


def _finite(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _no_number(text)
