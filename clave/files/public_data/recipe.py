"""Recipes of public data: TOML files that say where it is, how large, under which licence, and what it is good for."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from clave.errors import DownloadError

RECIPES = Path(__file__).parent / "recipes"
KINDS = ("bars", "sounds")
HASHES = ("sha256", "md5")


@dataclass(frozen=True)
class RemoteFile:
    """A file to download."""

    url: str
    name: str  # here
    size: int | None = None  # bytes; None: not known
    hash: str | None = None  # "sha256:..." or "md5:..."; None: not pinned, recorded at the first download


@dataclass(frozen=True)
class Recipe:
    """A data set."""

    name: str
    title: str
    kind: str  # one of KINDS
    licence: str
    licence_url: str
    train: str  # what the licence allows, in a sentence: to learn from it,
    ship: str  # to give away what was learned,
    redistribute: str  # and to give away the data
    citation: str
    homepage: str
    files: tuple[RemoteFile, ...]
    keep: tuple[str, ...]  # patterns of the names in archives that are unpacked
    unpacked_limit: int  # bytes, of all that is unpacked

    @property
    def size(self) -> int | None:
        """Bytes to download, where known."""
        sizes = [each.size for each in self.files]
        return None if None in sizes else sum(cast(list[int], sizes))


def names() -> tuple[str, ...]:
    """The names of all recipes."""
    return tuple(sorted(path.stem for path in RECIPES.glob("*.toml")))


def recipe(name: str | Path) -> Recipe:
    """The recipe of this name, or in this TOML file; DownloadError, with the rule, for what is none."""
    text = str(name)
    path = Path(name) if text.endswith(".toml") else RECIPES / f"{text}.toml"
    if not text.endswith(".toml") and text not in names():
        raise DownloadError(f"no public data is called {text!r}; there are: {', '.join(names())}; or name a .toml file")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DownloadError(f"{path} is no recipe: {error}") from error
    return _checked(path, content)


def _checked(path: Path, content: Mapping[str, Any]) -> Recipe:
    texts = ("title", "kind", "licence", "licence_url", "train", "ship", "redistribute", "citation", "homepage")
    for key in texts:
        if not isinstance(content.get(key), str) or not content[key]:
            raise DownloadError(f"{path}: {key} is a text, got {content.get(key)!r}")
    if content["kind"] not in KINDS:
        raise DownloadError(f"{path}: kind is one of {', '.join(KINDS)}, got {content['kind']!r}")
    unknown = content.keys() - {*texts, "files", "keep", "unpacked_limit"}
    if unknown:
        raise DownloadError(f"{path}: a recipe has no {', '.join(sorted(unknown))}")
    files: Any = content.get("files")
    if not isinstance(files, list) or not files:
        raise DownloadError(f"{path}: files is a list of tables, at least one, got {files!r}")
    limit: Any = content.get("unpacked_limit")
    if type(limit) is not int or limit <= 0:
        raise DownloadError(f"{path}: unpacked_limit is a number of bytes above 0, got {limit!r}")
    keep: Any = content.get("keep", ["*"])
    if not isinstance(keep, list) or not all(isinstance(each, str) for each in cast(list[Any], keep)):
        raise DownloadError(f"{path}: keep is a list of patterns such as '*.mid', got {keep!r}")
    return Recipe(
        name=path.stem, **{key: content[key] for key in texts},
        files=tuple(_file(path, each) for each in cast(list[Any], files)), keep=tuple(cast(list[str], keep)),
        unpacked_limit=limit,
    )  # fmt: skip


def _file(path: Path, given: Any) -> RemoteFile:
    table: dict[str, Any] = given if isinstance(given, dict) else {}
    url, size = table.get("url"), table.get("size")
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise DownloadError(f"{path}: the url of a file begins with https:// or http://, got {url!r}")
    name = table.get("name", url.split("?")[0].rsplit("/", 1)[-1])
    if not isinstance(name, str) or not name or name.startswith(".") or set(name) & set('/\\:*?"<>|'):
        raise DownloadError(f"{path}: the name of a file is one that every system lets it have, got {name!r}")
    if size is not None and (type(size) is not int or size <= 0):
        raise DownloadError(f"{path}: the size of a file is a number of bytes above 0, got {size!r}")
    pinned = [f"{kind}:{table[kind].lower()}" for kind in HASHES if isinstance(table.get(kind), str)]
    if any(len(each.split(":")[1]) != {"sha256": 64, "md5": 32}[each.split(":")[0]] for each in pinned):
        raise DownloadError(f"{path}: a sha256 has 64 digits and an md5 32, got {pinned}")
    return RemoteFile(url, name, size, pinned[0] if pinned else None)
