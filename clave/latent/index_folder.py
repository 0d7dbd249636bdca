"""An index of similar bars or sounds as a folder: vectors to search in, and what each row is.

    config.json      kind, version, what made the vectors, how many rows
    projection.npz   vectors to their principal components
    vectors.npy      the rows in 8 bits, up to 100,000; with more, in 16 bits in vectors.faiss
    names.json       lists of names that columns point into
    *.npy            columns, a number a row or many

The folder is written beside its place and then moved there. It is read memory-mapped: only what is searched is loaded.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from clave.errors import SpaceError
from clave.files import whole_file, whole_folder
from clave.latent.nearest import MAX_EXACT, ExactSearch, FaissSearch, Projection, Search, fit_projection, write_faiss
from clave.music.shapes import Float16, Float32, Shaped

FORMAT, VERSION = "clave index", 1
CONFIG, PROJECTION, NAMES = "config.json", "projection.npz", "names.json"
EXACT_VECTORS, FAISS_VECTORS = "vectors.npy", "vectors.faiss"
PROJECTED_ON = 20_000  # vectors, at most, whose principal components are those of the index
ROWS_AT_ONCE = 50_000  # given to FAISS

Names = Mapping[str, Sequence[str]]


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
    """The pair of `write_index`; SpaceError, with the reason, for what is no whole index of this kind and version."""
    path = Path(folder)
    config = _config(path, kind)
    try:
        with np.load(path / PROJECTION, allow_pickle=False) as file:
            projection = Projection(*(file[name].astype(np.float32) for name in ("mean", "axes", "scale")))
        names = json.loads((path / NAMES).read_text(encoding="utf-8"))
        columns = {name: np.load(path / f"{name}.npy", mmap_mode="r") for name in config["columns"]}
        exact = None if config["search"] == "faiss" else np.load(path / EXACT_VECTORS, mmap_mode="r")
    except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise SpaceError(f"{path} is no whole index: {error}; make it anew") from error
    search = FaissSearch(path / FAISS_VECTORS) if exact is None else ExactSearch(exact, projection.scale)
    lengths = {
        len(search),
        config["rows"],
        *(len(columns[name]) for name in config["columns"] if name not in config["lists"]),
    }
    if len(lengths) != 1:
        raise SpaceError(f"{path} is no whole index: its columns are {sorted(lengths)} long; make it anew")
    return Index(path, config["made_by"], projection, search, columns, names)


def check_made_by(index: Index, made_by: str, what: str) -> None:
    """SpaceError unless the vectors of the index were made in this way."""
    if index.made_by != made_by:
        raise SpaceError(
            f"{index.folder} was made by {index.made_by!r}, not by {what} ({made_by!r}): "
            "their distances mean nothing together; make the index anew"
        )


def _config(path: Path, kind: str) -> dict[str, Any]:
    try:
        config = json.loads((path / CONFIG).read_text(encoding="utf-8"))
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
        raise SpaceError(f"{path} is no whole index: its {CONFIG} lacks {', '.join(sorted(missing))}")
    return config


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
