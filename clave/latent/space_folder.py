"""A space as a folder: its settings in config.json, and its networks and arrays as files beside it.

Each kind of space has a `SpaceFormat`: its name, the rules of its settings, and what changed from one version to the
next. A folder of an older version is read as if it were of the newest: `upgrades[0]` turns the settings of version 1
into those of version 2, `upgrades[1]` those of 2 into those of 3, and each of them knows the names that files had
before. Nothing in the folder is written. A new version is one more `Upgrade`:

    FORMAT = SpaceFormat("sound", RULES, upgrades=(Upgrade(rename_settings, {"decoder.onnx": "voice.onnx"}),))

Versions count for each kind on its own. A folder of a version that does not exist yet is refused.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from clave.errors import SpaceError
from clave.files import whole_file
from clave.files.json_file import read_json

Settings = dict[str, Any]
Rules = Mapping[str, tuple[str, Callable[[Any], bool]]]
"""The settings that a space must have: each name with its rule in words, and a test of a value."""


@dataclass(frozen=True)
class Upgrade:
    """What changed from one version to the next."""

    settings: Callable[[Settings], Settings]  # a pure function: settings of this version to those of the next
    old_file_names: Mapping[str, str] = field(default_factory=dict[str, str])  # by the name that the next version has


@dataclass(frozen=True)
class SpaceFormat:
    """A kind of space: its name ("rhythm", "sound" ...), the rules of its settings, and its older versions."""

    kind: str
    rules: Rules
    upgrades: tuple[Upgrade, ...] = ()

    @property
    def name(self) -> str:
        """The "format" of its config.json."""
        return f"clave {self.kind} space"

    @property
    def version(self) -> int:
        """The version that is written."""
        return 1 + len(self.upgrades)


@dataclass(frozen=True)
class SpaceFolder:
    """A folder that holds a space, with its settings as the newest version has them."""

    path: Path
    settings: Settings
    old_file_names: Mapping[str, str] = field(default_factory=dict[str, str])  # by the name of today, where it differs

    def file(self, name: str) -> Path:
        """Where the file of this name lies; in a folder of an older version it may be called differently."""
        return self.path / self.old_file_names.get(name, name)


def write_settings(folder: Path, space_format: SpaceFormat, **settings: Any) -> None:
    """Write config.json, in the newest version."""
    text = json.dumps({"format": space_format.name, "version": space_format.version, **settings}, indent=2)
    whole_file.write(folder / "config.json", (text + "\n").encode())


def open_space(folder: Path, space_format: SpaceFormat) -> SpaceFolder:
    """Read config.json and bring it to the newest version: the pair of `write_settings`.

    Raises SpaceError, with the reason, for a folder that holds no such space, one of a newer version, and settings that
    break a rule.
    """
    path, kind = folder / "config.json", space_format.kind
    if not path.is_file():
        raise SpaceError(f"{folder} is not a {kind} space: it has no config.json")
    try:
        settings: Settings = read_json(path)
    except (OSError, ValueError) as error:
        raise SpaceError(f"{path} is not JSON: {error}") from error
    if not isinstance(settings, dict) or settings.get("format") != space_format.name:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise SpaceError(f"{path} does not describe a {kind} space: its format is not {space_format.name!r}")
    version = settings.get("version")
    if type(version) is not int or not 1 <= version <= space_format.version:
        raise SpaceError(
            f"{path} is of format version {version}; this Clave reads versions 1 to {space_format.version}"
        )
    old_names: dict[str, str] = {}
    for upgrade in space_format.upgrades[version - 1 :]:
        try:
            settings = upgrade.settings(settings)
        except KeyError as error:
            raise SpaceError(f"{path} lacks {error.args[0]}") from error
        old_names = _chained(old_names, upgrade.old_file_names)
    _check(path, settings, space_format.rules)
    return SpaceFolder(folder, settings, old_names)


def folder_hash(folder: Path) -> str:
    """The first 16 digits of a SHA-256; two spaces that were learned apart differ in their settings' scores."""
    settings = folder / "config.json"
    if not settings.is_file():
        return ""  # a space that was made in memory
    whole = hashlib.sha256(settings.read_bytes())
    for path in sorted(folder.glob("*.onnx")):
        whole.update(f"{path.name} {path.stat().st_size}".encode())
    return whole.hexdigest()[:16]


def renamed(settings: Settings, names: Mapping[str, str]) -> Settings:
    """The same settings under other names, given as old name -> new name; what has no new name keeps its own."""
    return {names.get(name, name): value for name, value in settings.items()}


def are_names(value: Any) -> bool:
    """Whether this is a list of texts."""
    return isinstance(value, list) and all(isinstance(name, str) for name in cast(list[Any], value))


def is_card(value: Any) -> bool:
    """Whether this is a model card: a mapping with a name, a licence and a credit."""
    return has(value, ("name", "licence", "credit"), lambda one: isinstance(one, str))


def has(value: Any, names: Sequence[str], holds: Callable[[Any], bool]) -> bool:
    """Whether this is a mapping that has these names, each with a value that passes the test."""
    return isinstance(value, dict) and all(name in value and holds(value[name]) for name in names)


def _chained(names: Mapping[str, str], next_names: Mapping[str, str]) -> dict[str, str]:
    """Names in the folder by the names of the next version, from those by the names of this one."""
    kept = {name: old for name, old in names.items() if name not in next_names.values()}
    return kept | {new: names.get(before, before) for new, before in next_names.items()}


def _check(path: Path, settings: Settings, rules: Rules) -> None:
    missing = rules.keys() - settings.keys()
    if missing:
        raise SpaceError(f"{path} lacks {', '.join(sorted(missing))}")
    for name, (rule, holds) in rules.items():
        if not holds(settings[name]):
            raise SpaceError(f"{path}: {name} is {rule}, got {settings[name]!r}")
