"""A hash of the code that reads files: batches are read again only when that code has changed."""

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

_CODE = (".py", ".toml", ".json", ".onnx")


@cache
def code_version(modules: tuple[str, ...], packages: tuple[str, ...] = ()) -> str:
    """16 hex digits that change with the source of these modules and of all in these folders, and with these packages.

    A release of Clave that leaves them as they are leaves the digits as they are.
    """
    digest = hashlib.sha256()
    for module in modules:
        for path in _files(module):
            digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    for package in packages:
        digest.update(f"{package} {version(package)}\0".encode())
    return digest.hexdigest()[:16]


def _files(module: str) -> list[Path]:
    """The file of a module, or all files of a package and those that lie beside its code."""
    spec = find_spec(module)
    assert spec is not None, f"there is no module {module}"
    assert spec.origin is not None, f"{module} is not a file"
    path = Path(spec.origin)
    if path.name != "__init__.py":
        return [path]
    return sorted(each for each in path.parent.rglob("*") if each.suffix in _CODE)
