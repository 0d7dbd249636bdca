"""Runs, spaces and evaluations side by side: what was set differently, what it cost, and what came out.

Each is a column of one table, read from the files that it left, with no model run. Of settings only those are shown
that several have and that differ; a score that one lacks is blank there.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, cast

from clave.errors import ClaveError, SpaceError, TrainingError
from clave.latent.space_folder import SpaceFormat, open_space
from clave.latent.verdict import verdict_in
from clave.rhythm.space_format import RHYTHM_FORMAT
from clave.sound.space_format import SOUND_FORMAT
from clave.training.checkpoint import SETTINGS as CHECKPOINT
from clave.training.recipes import recipe_from_dict
from clave.training.run_log import read_log
from clave.training.shipped import WEIGHTS_FILE

CONFIG, EVALUATION, BEST = "config.json", "evaluation.json", "best.safetensors"
_LEFT = (CONFIG, EVALUATION, CHECKPOINT)  # what runs, spaces and evaluations are known by
FORMATS: Mapping[str, SpaceFormat] = {each.name: each for each in (RHYTHM_FORMAT, SOUND_FORMAT)}
LEAST = 2


@dataclass(frozen=True)
class Compared:
    """One column: a run, a space, or what an evaluation says of one."""

    name: str
    kind: str  # "rhythm space", "sound run", "rhythm evaluation" ...
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])  # always shown
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])  # shown where they differ
    scores: Mapping[str, float] = field(default_factory=dict[str, float])


class Comparison(NamedTuple):
    """What can be compared, and what cannot be read and why."""

    columns: list[Compared]
    unread: dict[str, str]  # path -> reason


def compare(paths: Sequence[Path]) -> Comparison:
    """Read these runs, spaces, evaluations and experiments; TrainingError where fewer than two can be read."""
    columns, unread = list[Compared](), dict[str, str]()
    for path in paths:
        try:
            columns += _read(path)
        except (ClaveError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            unread[str(path)] = _reason(error)
    if len(columns) < LEAST:
        broken = "".join(f"; {reason}" for reason in unread.values())
        raise TrainingError(f"a comparison needs two runs, spaces or evaluations, got {len(columns)}{broken}")
    return Comparison(_named_apart(columns), unread)


def table(compared: Comparison) -> tuple[list[str], list[list[str]]]:
    """The heads and lines of the table, a column each."""
    columns = compared.columns
    lines = [["kind", *(each.kind for each in columns)]]
    for part in ("facts", "settings", "scores"):
        rows: list[Mapping[str, Any]] = [getattr(each, part) for each in columns]
        for name in dict.fromkeys(name for row in rows for name in row):
            if part != "settings" or _differs([row[name] for row in rows if name in row]):
                lines.append([name.replace("_", " "), *(_shown(row.get(name)) for row in rows)])
    return ["", *(each.name for each in columns)], lines


def markdown(compared: Comparison) -> str:
    """The table, aligned so that it reads as text too, and what could not be read."""
    heads, lines = table(compared)
    widths = [max(len(line[i]) for line in (heads, *lines)) for i in range(len(heads))]
    rule = ["-" * max(3, width) for width in widths]
    rows = [
        f"| {' | '.join(cell.ljust(max(3, width)) for cell, width in zip(line, widths, strict=True))} |"
        for line in (heads, rule, *lines)
    ]
    unread = [f"\n{path}: not compared: {reason}" for path, reason in compared.unread.items()]
    return "\n".join([*rows, *unread]) + "\n"


def to_dict(compared: Comparison) -> dict[str, Any]:
    """All that was read, settings that are alike too, ready for JSON."""
    columns = [
        {"name": each.name, "kind": each.kind, "facts": dict(each.facts), "settings": dict(each.settings),
         "scores": dict(each.scores)}
        for each in compared.columns
    ]  # fmt: skip
    return {"compared": columns, "unread": compared.unread}


def _differs(values: Sequence[Any]) -> bool:
    """A setting that one column alone has belongs to another kind of model."""
    return len(values) > 1 and any(value != values[0] for value in values)


def _read(path: Path) -> list[Compared]:
    """The columns of a folder, of those in it (such as an experiment's), or of an evaluation.json."""
    if path.is_file():
        return _evaluation(path)
    if not path.is_dir():
        raise TrainingError(f"{path}: no such folder")
    if (path / EVALUATION).is_file():
        return _evaluation(path / EVALUATION)
    if (path / CONFIG).is_file() or (path / CHECKPOINT).is_file():
        return [_run(path)]
    parts = [each for each in sorted(path.iterdir()) if any((each / name).is_file() for name in _LEFT)]
    if not parts:
        raise TrainingError(f"{path} holds no run, no space and no evaluation")
    return [column for part in parts for column in _read(part)]


def _run(path: Path) -> Compared:
    """A training run, or a space without one, such as those that ship."""
    has_space, has_run = (path / CONFIG).is_file(), (path / CHECKPOINT).is_file()
    facts: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    scores: dict[str, float] = {}
    kind = ""
    if has_run:
        kept = json.loads((path / CHECKPOINT).read_text("utf-8"))
        recipe = _recipe(kept)
        settings |= _flat({name: value for name, value in recipe.items() if name != "name"})
        facts |= {"recipe": recipe["name"], **_of_log(path)}
        kind = "sound run" if "sound" in str(recipe.get("model", {}).get("kind")) else "rhythm run"
    if has_space:
        space = _space_settings(path)
        kind = space["format"].removeprefix("clave ")
        card = space["card"]
        facts |= {"recipe": card.get("recipe", ""), "clave": card.get("clave", "")}
        facts |= {name: card[name] for name in ("bars", "kits", "files", "sounds") if name in card}
        if not has_run:
            settings |= _flat({"model": space.get("model", {})}) | {"seed": card.get("seed")}
        scores |= {name: value for name, value in space.get("metrics", {}).items() if _is_score(value)}
        verdict = verdict_in(path)
        facts |= {} if verdict is None else {"verdict": "playable" if verdict.playable else "not good enough"}
    facts["parameters"] = _parameters(path)
    return Compared(path.resolve().name, kind, facts, _without_vocabulary(settings), scores)


def _recipe(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """The recipe of a checkpoint, or the settings of one that fine-tunes a space."""
    if "fine_tuning" in kept:
        return {"name": f"fine-tuning of {Path(kept['space']).name}", **kept["fine_tuning"]}
    recipe_from_dict(kept["recipe"])  # of another version: refused, by name
    return kept["recipe"]


def _of_log(path: Path) -> dict[str, Any]:
    """Epochs and seconds of training, and its best losses on the tuning part."""
    log = read_log(path)
    if not log:
        return {"epochs": 0}
    facts = {"epochs": len(log), "seconds": round(sum(row["seconds"] for row in log), 3)}
    if "total" not in log[0]["tuning"]:  # one that fine-tunes a space
        return facts
    best = min(log, key=lambda row: row["tuning"]["total"])
    return facts | {"best epoch": best["epoch"], "best tuning loss": best["tuning"]["total"]}


def _space_settings(path: Path) -> dict[str, Any]:
    """Its config.json, brought to the newest version; SpaceError for a newer one or another program's."""
    name = json.loads((path / CONFIG).read_text("utf-8")).get("format")
    if name not in FORMATS:
        raise SpaceError(f"{path / CONFIG} describes no space that can be compared: its format is {name!r}")
    return open_space(path, FORMATS[name]).settings


def _parameters(path: Path) -> int | None:
    """How many numbers its weights are."""
    from safetensors import safe_open

    weights = next((path / name for name in (WEIGHTS_FILE, BEST) if (path / name).is_file()), None)
    if weights is None:
        return None
    with safe_open(weights, "numpy") as tensors:
        shapes = [tensors.get_slice(name).get_shape() for name in tensors.keys()]  # noqa: SIM118 -- no mapping
    return sum(math.prod(shape) for shape in shapes)


def _evaluation(path: Path) -> list[Compared]:
    """What an evaluation says of each space it measured; what it says of others is left out."""
    result = cast(dict[str, Any], json.loads(path.read_text("utf-8")))
    names = cast(list[str], result.get("spaces") or [result.get("space")])
    if not all(isinstance(name, str) for name in names):  # pyright: ignore[reportUnnecessaryIsInstance] -- read from a file
        raise TrainingError(f"{path} is no evaluation of ours: it names no space")
    kind = "sound evaluation" if "spaces" in result else "rhythm evaluation"
    shown = ("clave", "seed", "samples", "draws", "folder")
    facts = {name: result[name] for name in shown if name in result and not isinstance(result[name], dict)}
    return [Compared(name, kind, facts, {}, dict(_own_scores(result, name))) for name in names]


def _own_scores(values: Mapping[str, Any], space: str, above: tuple[str, ...] = ()) -> Iterator[tuple[str, float]]:
    """The numbers of this space, each with the way to it, without its name; those of single voices are left out."""
    for name, value in values.items():
        if name.endswith("by_voice"):
            continue
        way = (*above, name)
        if isinstance(value, Mapping):
            yield from _own_scores(cast(Mapping[str, Any], value), space, way)
        elif _is_score(value) and any(part == space or _says(part, space) for part in way):
            plain = (part if part != space else "" for part in way if part != "splits")
            yield " / ".join(_without(part, space) for part in plain if part), float(value)


def _says(part: str, space: str) -> bool:
    return space in part.split(", ")


def _without(part: str, space: str) -> str:
    return ", ".join(each for each in part.split(", ") if each != space) or part


def _is_score(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _flat(values: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Nested settings by their ways: "model / hidden"."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        way = f"{above} / {name}" if above else name
        if isinstance(value, Mapping):
            found |= _flat(cast(Mapping[str, Any], value), way)
        else:
            found[way] = value
    return found


def _without_vocabulary(settings: Mapping[str, Any]) -> dict[str, Any]:
    """It follows from the data, and is long."""
    return {name: value for name, value in settings.items() if name != "model / vocabulary"}


def _named_apart(columns: list[Compared]) -> list[Compared]:
    """Names that occur twice get a number."""
    names = [each.name for each in columns]
    found = list[Compared]()
    for i, each in enumerate(columns):
        number = names[: i + 1].count(each.name)
        name = each.name if names.count(each.name) == 1 else f"{each.name} ({number})"
        found.append(Compared(name, each.kind, each.facts, each.settings, each.scores))
    return found


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    return ", ".join(map(str, cast(list[Any], value))) if isinstance(value, list) else str(value).replace("|", "/")


def _reason(error: Exception) -> str:
    if isinstance(error, ClaveError | OSError):
        return str(error)
    return f"broken, or of another version ({type(error).__name__}: {error})"
