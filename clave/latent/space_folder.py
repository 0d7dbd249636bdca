"""A space as a folder: what all spaces keep in it and how it is read."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from clave.errors import SpaceError

if TYPE_CHECKING:
    pass

FORMAT_VERSION = 1

Rules = Mapping[str, tuple[str, Callable[[Any], bool]]]
"""What config.json says of a space: each name with its rule in words, and whether a value keeps it."""


def format_of(kind: str) -> str:
    """What config.json calls the kind of its space."""
    return f"clave {kind} space"


def write_settings(folder: Path, kind: str, **settings: Any) -> None:
    """config.json of a space."""
    text = json.dumps({"format": format_of(kind), "version": FORMAT_VERSION, **settings}, indent=2)
    (folder / "config.json").write_text(text + "\n")


def read_settings(folder: Path, kind: str, rules: Rules) -> dict[str, Any]:
    """config.json of a space of this kind, "rhythm" or "sound": the pair of `write_settings`.

    Raises SpaceError, with the reason, for a folder that is not such a space of this version, or breaks a rule.
    """
    path = folder / "config.json"
    if not path.is_file():
        raise SpaceError(f"{folder} is not a {kind} space: it has no config.json")
    try:
        settings: dict[str, Any] = json.loads(path.read_text())
    except ValueError as error:
        raise SpaceError(f"{path} is not JSON: {error}") from error
    if not isinstance(settings, dict) or settings.get("format") != format_of(kind):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise SpaceError(f"{path} does not describe a {kind} space: its format is not {format_of(kind)!r}")
    if settings.get("version") != FORMAT_VERSION:
        raise SpaceError(f"{path} is of format version {settings.get('version')}; this Clave reads {FORMAT_VERSION}")
    missing = rules.keys() - settings.keys()
    if missing:
        raise SpaceError(f"{path} lacks {', '.join(sorted(missing))}")
    for name, (rule, holds) in rules.items():
        if not holds(settings[name]):
            raise SpaceError(f"{path}: {name} is {rule}, got {settings[name]!r}")
    return settings


def are_names(value: Any) -> bool:
    """Whether this is a list of texts."""
    return isinstance(value, list) and all(isinstance(name, str) for name in cast(list[Any], value))


def has(value: Any, names: Sequence[str], holds: Callable[[Any], bool]) -> bool:
    """Whether this is a mapping with these names, and what stands there holds."""
    return isinstance(value, dict) and all(name in value and holds(value[name]) for name in names)
