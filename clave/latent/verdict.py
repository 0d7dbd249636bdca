"""What was found of a space when it was learned: whether it is good enough to be played, in plain words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from clave.files.json_file import read_json


@dataclass(frozen=True)
class Verdict:
    """Whether a space can be played, why, and what was measured beside the shipped one."""

    playable: bool
    says: str  # a sentence or two for a person
    rows: tuple[Mapping[str, Any], ...] = ()  # of a table, each by column

    def to_dict(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return {**asdict(self), "rows": [dict(row) for row in self.rows]}


def verdict_of(settings: Mapping[str, Any]) -> Verdict | None:
    """The verdict in the settings of a space, or in its card; None for a space that was learned without one."""
    card: Any = settings.get("card")
    in_card: Any = cast(Mapping[str, Any], card).get("verdict") if isinstance(card, Mapping) else None
    found: Any = settings.get("verdict") or in_card
    if not isinstance(found, Mapping):
        return None
    given = cast(Mapping[str, Any], found)
    rows = tuple(row for row in given.get("rows", ()) if isinstance(row, Mapping))
    return Verdict(bool(given.get("playable", True)), str(given.get("says", "")), rows)


def verdict_in(folder: Path) -> Verdict | None:
    """The verdict of the space in this folder; None where there is none."""
    try:
        settings: Any = read_json(folder / "config.json")
    except (OSError, ValueError):
        return None
    return verdict_of(settings) if isinstance(settings, dict) else None
