"""An index of similar bars or sounds as a folder: vectors to search in, and what each row is.

    config.json      kind, version, what made the vectors, how many rows
    projection.npz   vectors to their principal components
    vectors.npy      the rows in 8 bits, up to 100,000; with more, in 16 bits in vectors.faiss
    names.json       lists of names that columns point into
    *.npy            columns, a number a row or many

The folder is written beside its place and then moved there. It is read memory-mapped: only what is searched is loaded.
"""

import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from clave.errors import PatternError, SpaceError
from clave.files import whole_file, whole_folder
from clave.files.array_file import arrays_of, map_array
from clave.files.json_file import MAX_BYTES, read_json
from clave.latent.nearest import MAX_EXACT, ExactSearch, FaissSearch, Projection, Search, fit_projection, write_faiss
from clave.latent.space_folder import are_names
from clave.music.shapes import Float16, Float32, Shaped

FORMAT, VERSION = "clave index", 1
CONFIG, PROJECTION, NAMES = "config.json", "projection.npz", "names.json"
EXACT_VECTORS, FAISS_VECTORS = "vectors.npy", "vectors.faiss"
PROJECTED_ON = 20_000  # vectors, at most, whose principal components are those of the index
ROWS_AT_ONCE = 50_000  # given to FAISS
LARGEST = 1e9  # number of a projection, so that the squares of what it gives are finite

Names = Mapping[str, Sequence[str]]
Column = tuple[str, tuple[int, ...]]
"""Of an index: kinds of numbers, as NumPy has them, and the shape of a row."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Some rows of an index that is being written."""

    vectors: Float32[np.ndarray, "row number"]
    columns: Mapping[str, Shaped[np.ndarray, "row ..."]]  # by name; the same in all batches
    lists: Mapping[str, Shaped[np.ndarray, "item ..."]] = field(
        default_factory=dict[str, np.ndarray]
    )  # one after another


@dataclass(frozen=True, eq=False)
class Index:
    """An index as it was read; its columns and lists are memory-mapped."""

    folder: Path
    made_by: str  # what made the vectors: a rule, or the hash of a space
    projection: Projection
    search: Search
    columns: Mapping[str, Shaped[np.ndarray, "_ ..."]]  # and lists
    names: Names

    def __len__(self) -> int:
        return len(self.search)


def write_index(
    folder: str | Path, kind: str, made_by: str, batches: Iterable[Batch], names: Names, max_exact: int = MAX_EXACT
) -> int:
    """Write an index of all these rows, and say how many there are; another index in the folder is replaced.

    `names` may grow while the batches come. Raises SpaceError if there is no row, or the folder holds something else.
    """
    target = Path(folder)
    if target.exists() and not (target / CONFIG).is_file():
        raise SpaceError(f"{target} is not an index, and is not replaced by one: choose another folder")
    with whole_folder.new(target) as part:
        rows = _write(part, kind, made_by, batches, max_exact)
        listed = {name: list(values) for name, values in names.items()}
        whole_file.write(part / NAMES, json.dumps(listed).encode())
    return rows


def open_index(folder: str | Path, kind: str) -> Index:
    """The pair of `write_index`; SpaceError, with the reason, for what is not an index of this kind and version."""
    path = Path(folder)
    config = _config(path, kind)
    try:
        with arrays_of(path / PROJECTION) as file:
            projection = _checked(*(file[name].astype(np.float32) for name in ("mean", "axes", "scale")))
        names = read_json(path / NAMES, most_bytes=10 * MAX_BYTES)
        columns = {name: map_array(path / f"{name}.npy") for name in config["columns"]}
        exact = None if config["search"] == "faiss" else map_array(path / EXACT_VECTORS)
        if exact is not None and (exact.dtype != np.int8 or exact.shape[1:] != projection.scale.shape):
            raise ValueError(f"its vectors are {exact.dtype} {list(exact.shape)}")
        if not all(map(are_names, names.values())):
            raise ValueError("its names are lists of texts")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise SpaceError(f"{path} is not a complete index: {error}; make it anew") from error
    if exact is None:
        search = FaissSearch(path / FAISS_VECTORS, len(projection.scale), config["rows"])
    else:
        search = ExactSearch(exact, projection.scale)
    lengths = {
        len(search),
        config["rows"],
        *(len(columns[name]) for name in config["columns"] if name not in config["lists"]),
    }
    if len(lengths) != 1:
        raise SpaceError(f"{path} is not a complete index: its columns are {sorted(lengths)} long; make it anew")
    return Index(path, config["made_by"], projection, search, columns, names)


def check_columns(index: Index, columns: Mapping[str, Column], names: Iterable[str]) -> None:
    """SpaceError unless the index has these columns, each of its kind, and these lists of names."""
    for name, (kinds, row) in columns.items():
        found = index.columns.get(name)
        if found is None or found.dtype.kind not in kinds or found.shape[1:] != row:
            got = "none" if found is None else f"{found.dtype} {list(found.shape)}"
            raise SpaceError(f"{index.folder} is not a complete index: {name} has {list(row)} numbers a row, got {got}")
    missing = set(names) - set(index.names)
    if missing:
        raise SpaceError(f"{index.folder} is not a complete index: its {NAMES} lacks {', '.join(sorted(missing))}")


@contextmanager
def reading_row(index: Index, row: int) -> Generator[None]:
    """What a row of an index points at: SpaceError where there is no such thing."""
    try:
        yield
    except (IndexError, ValueError, PatternError) as error:
        raise SpaceError(f"{index.folder} is not a complete index: row {row}, {error}; make it anew") from error


def place_in(names: Sequence[str], number: int) -> str:
    """The name at this place; IndexError where there is none, which is never counted from the end."""
    if not 0 <= number < len(names):
        raise IndexError(f"number {number} of {len(names)} names")
    return names[number]


def check_made_by(index: Index, made_by: str, what: str) -> None:
    """SpaceError unless the vectors of the index were made in this way."""
    if index.made_by != made_by:
        raise SpaceError(
            f"{index.folder} was made by {index.made_by!r}, not by {what} ({made_by!r}): "
            "their distances mean nothing together; make the index anew"
        )


def _config(path: Path, kind: str) -> dict[str, Any]:
    try:
        config = read_json(path / CONFIG)
    except (OSError, ValueError) as error:
        raise SpaceError(f"{path} is not an index: {error}") from error
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        raise SpaceError(f"{path} is not an index: the format of its {CONFIG} is not {FORMAT!r}")
    if config.get("version") != VERSION:
        raise SpaceError(f"{path} is an index of version {config.get('version')}; this Clave reads version {VERSION}")
    if config.get("kind") != kind:
        raise SpaceError(f"{path} is an index of {config.get('kind')}, not of {kind}")
    missing = {"made_by", "rows", "search", "columns", "lists"} - config.keys()
    if missing:
        raise SpaceError(f"{path} is not a complete index: its {CONFIG} lacks {', '.join(sorted(missing))}")
    for listed in (config["columns"], config["lists"]):
        if not isinstance(listed, list) or not all(isinstance(name, str) and name.isidentifier() for name in listed):
            raise SpaceError(f"{path} is not a complete index: columns and lists are names, got {str(listed)[:200]}")
    if type(config["rows"]) is not int or not isinstance(config["made_by"], str):
        raise SpaceError(f"{path} is not a complete index: it has a number of rows and a text that says what made it")
    return config


def _checked(
    mean: Float32[np.ndarray, "..."], axes: Float32[np.ndarray, "..."], scale: Float32[np.ndarray, "..."]
) -> Projection:
    """The projection, if it is one."""
    if mean.ndim != 1 or scale.ndim != 1 or axes.shape != (len(mean), len(scale)) or not len(scale):
        raise ValueError(f"its projection is of {list(mean.shape)}, {list(axes.shape)} and {list(scale.shape)} numbers")
    if not all((np.abs(each) < LARGEST).all() for each in (mean, axes, scale)) or not (scale > 0).all():
        raise ValueError(f"its projection is made of finite numbers below {LARGEST:g}, and of scales above 0")
    return Projection(mean, axes, scale)


def index_in_memory(made_by: str, batches: Iterable[Batch], names: Names) -> Index:
    """The same without a folder; searched exactly, however many rows there are."""
    projection, components, columns, _ = _collected(batches)
    search = ExactSearch(projection.stored(components), projection.scale)
    return Index(Path("an index in memory"), made_by, projection, search, columns, names)


Collected = tuple[Projection, Float16[np.ndarray, "row component"], dict[str, np.ndarray], list[str]]


def _collected(batches: Iterable[Batch]) -> Collected:
    """The projection of the first rows, the components of all, columns and lists, and the names of lists."""
    first, rest = _beginning(iter(batches))
    projection = fit_projection(np.concatenate([each.vectors for each in first])[:PROJECTED_ON])
    components: list[Float16[np.ndarray, "_ component"]] = []
    columns: dict[str, list[np.ndarray]] = {name: [] for name in (*first[0].columns, *first[0].lists)}
    for batch in chain(first, rest):
        components.append(projection(batch.vectors).astype(np.float16))
        for name, values in {**batch.columns, **batch.lists}.items():
            columns[name].append(values)
    joined = {name: np.concatenate(values) for name, values in columns.items()}
    return projection, np.concatenate(components), joined, list(first[0].lists)


def _write(part: Path, kind: str, made_by: str, batches: Iterable[Batch], max_exact: int) -> int:
    projection, components, columns, lists = _collected(batches)
    for name, values in columns.items():
        with whole_file.writing(part / f"{name}.npy") as file:
            np.save(file, values, allow_pickle=False)
    with whole_file.writing(part / PROJECTION) as file:
        np.savez(file, mean=projection.mean, axes=projection.axes, scale=projection.scale)
    exact = len(components) <= max_exact
    if exact:
        with whole_file.writing(part / EXACT_VECTORS) as file:
            np.save(file, projection.stored(components), allow_pickle=False)
    else:
        pieces = (components[at : at + ROWS_AT_ONCE] for at in range(0, len(components), ROWS_AT_ONCE))
        write_faiss(part / FAISS_VECTORS, pieces, len(components))
    config = {
        "format": FORMAT, "version": VERSION, "kind": kind, "made_by": made_by, "rows": len(components),
        "search": "exact" if exact else "faiss", "columns": list(columns), "lists": lists,
    }  # fmt: skip
    whole_file.write(part / CONFIG, (json.dumps(config, indent=2) + "\n").encode())
    return len(components)


def _beginning(batches: Iterator[Batch]) -> tuple[list[Batch], Iterator[Batch]]:
    """The first batches that have rows, until they have PROJECTED_ON of them; and those that follow."""
    first: list[Batch] = []
    for batch in batches:
        if len(batch.vectors):
            first.append(batch)
        if sum(len(each.vectors) for each in first) >= PROJECTED_ON:
            break
    if not first:
        raise SpaceError("an index needs at least one row, got none")
    return first, batches
