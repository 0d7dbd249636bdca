"""A space as a folder: what all spaces keep in it and how it is read."""

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from jaxtyping import Float32
from numpy.typing import ArrayLike

from clave.errors import SpaceError
from clave.units import Meter

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

FORMAT_VERSION = 1

Rules = Mapping[str, tuple[str, Callable[[Any], bool]]]
"""What config.json says of a space: each name with its rule in words, and whether a value keeps it."""


@dataclass(frozen=True, eq=False)
class Code:
    """Where patterns or sounds lie in a space: their points on the map, and the detail below it.

    Whatever can be read as rows of numbers becomes float32; SpaceError for what cannot.
    """

    map: Float32[np.ndarray, "row map"]
    detail: Float32[np.ndarray, "row detail"]
    meters: tuple[Meter, ...] = ()  # of each bar; 4/4 unless they are told

    def __post_init__(self) -> None:
        for name in ("map", "detail"):
            rows = getattr(self, name)
            try:
                object.__setattr__(self, name, np.asarray(rows, np.float32))
            except (TypeError, ValueError) as error:
                raise SpaceError(f"the {name} of a code is rows of numbers, got {rows!r}") from error

    def __len__(self) -> int:
        return len(self.map)


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


def session(path: Path, **inputs: tuple[int, ...] | None) -> "InferenceSession":
    """A network that takes these inputs, each with the shape it has for one row, or None for any.

    It may do without some of them.
    """
    import onnxruntime as ort  # here, so that patterns and files work without waiting for it

    if not path.is_file():
        raise SpaceError(f"{path.parent} is not a whole space: {path.name} is missing")
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1  # the nets are small: threads cost more than they give
    options.log_severity_level = 4
    try:
        network = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises its own kinds, all derived from RuntimeError or not at all
        raise SpaceError(f"{path} cannot be run: {error}") from error
    takes = {each.name: tuple(each.shape[1:]) for each in network.get_inputs()}
    wanted = {name: takes.get(name) if shape is None else shape for name, shape in inputs.items()}
    if not takes or not takes.items() <= wanted.items():  # the paper's model does without offsets
        raise SpaceError(f"{path} is a foreign model: it takes {_told(takes)} instead of {_told(wanted)}")
    return network


def _told(inputs: Mapping[str, tuple[int, ...] | None]) -> str:
    return ", ".join(f"{name} {' x '.join(map(str, shape or ('?',)))}" for name, shape in inputs.items())


def run(network: "InferenceSession", **inputs: np.ndarray) -> list[np.ndarray]:
    """Its outputs for these inputs; those that it does not take are left out."""
    wanted = [each.name for each in network.get_inputs()]
    outputs = network.run(None, {name: np.ascontiguousarray(inputs[name]) for name in wanted})
    return cast(list[np.ndarray], outputs)


def map_points(points: ArrayLike) -> Float32[np.ndarray, "row map"]:
    """What a caller gave as map points, as finite numbers [n, 2]; SpaceError if they are none."""
    try:
        where = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SpaceError(f"map points are numbers [n, 2], got {points!r}") from error
    if where.ndim != 2 or where.shape[1] != 2:
        raise SpaceError(f"map points are an array [n, 2], got shape {list(where.shape)}")
    if not np.isfinite(where).all():
        row = int(np.flatnonzero(~np.isfinite(where).all(axis=1))[0])
        raise SpaceError(f"a map point is two finite numbers, got {where[row].tolist()} at row {row}")
    return np.clip(where, -1e6, 1e6).astype(np.float32)


def generator(seed: int) -> np.random.Generator:
    """Random numbers from this seed; SpaceError if it is none."""
    try:
        return np.random.default_rng(operator.index(seed))
    except (TypeError, ValueError) as error:
        raise SpaceError(f"a seed is a whole number of at least 0, got {seed!r}") from error


def check_share(name: str, value: float) -> float:
    """The value itself; SpaceError unless it lies in [0, 1]."""
    if not 0 <= value <= 1:
        raise SpaceError(f"{name} lies in [0, 1], got {value}")
    return value
