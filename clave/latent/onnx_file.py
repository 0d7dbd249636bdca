"""What an ONNX file would make ONNX Runtime do, read from the file before any of it is loaded.

ONNX is a protocol buffer; the few fields that matter are found by their numbers (onnx/onnx.proto), and weights are
skipped by their length.
"""

from collections.abc import Iterator
from pathlib import Path

from clave.errors import SpaceError

MAX_BYTES = 500_000_000  # of a network with its weights; the largest of ours has 4 MB
SHARED_FILE = "shared.bin"  # weights that several networks of a folder have in common, as ONNX's external data

_GRAPH, _FUNCTIONS = 7, 25  # of a model
_NODE, _INITIALISER = 1, 5  # of a graph
_OPERATOR, _DOMAIN, _ATTRIBUTE = 4, 7, 5  # of a node
_TENSOR, _SUBGRAPH, _SUBGRAPHS = 5, 6, 11  # of an attribute
_EXTERNAL = 13  # of a tensor: pairs of a key and a value
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5  # how a field is written

Field = tuple[int, memoryview]


def check_file(path: Path) -> None:
    """SpaceError for a network that could run without end, unfolds into more than it is, or reads other files.

    Loops and branches are graphs in a graph, and a model may define functions that call each other: none of ours has
    either. Weights lie in the file or in the shared one beside it.
    """
    for file in (path, path.parent / SHARED_FILE):
        if file.is_file() and file.stat().st_size > MAX_BYTES:
            raise SpaceError(f"{file} has {file.stat().st_size} bytes; a network has at most {MAX_BYTES}")
    try:
        for number, model in _fields(memoryview(path.read_bytes())):
            if number == _FUNCTIONS:
                raise SpaceError(f"{path} defines functions of its own; a network of Clave has none")
            if number == _GRAPH:
                _check_graph(path, model)
    except OSError as error:
        raise SpaceError(f"{path} cannot be read: {error.strerror or error}") from error
    except (IndexError, ValueError) as error:
        raise SpaceError(f"{path} cannot be run: it is no network ({error})") from error


def _check_graph(path: Path, graph: memoryview) -> None:
    for number, each in _fields(graph):
        if number == _NODE:
            _check_node(path, each)
        elif number == _INITIALISER:
            _check_tensor(path, each)


def _check_node(path: Path, node: memoryview) -> None:
    fields = list(_fields(node))
    operator = next((_text(each) for number, each in fields if number == _OPERATOR), "")
    domain = next((_text(each) for number, each in fields if number == _DOMAIN), "")
    if domain not in ("", "ai.onnx"):
        raise SpaceError(f"{path} has the operator {operator} of {domain}; a network of Clave has ONNX's own alone")
    for number, attribute in fields:
        for inside, value in _fields(attribute) if number == _ATTRIBUTE else ():
            if inside in (_SUBGRAPH, _SUBGRAPHS):
                raise SpaceError(
                    f"{path} has the operator {operator}, which may run without end; no network of Clave has"
                )
            if inside == _TENSOR:
                _check_tensor(path, value)


def _check_tensor(path: Path, tensor: memoryview) -> None:
    for number, pair in _fields(tensor):
        if number != _EXTERNAL:
            continue
        entry = {inside: _text(text) for inside, text in _fields(pair)}
        if entry.get(1) == "location" and entry.get(2) != SHARED_FILE:
            raise SpaceError(f"{path} has weights in {entry.get(2)!r}; they lie in it, or in {SHARED_FILE} beside it")


def _text(value: memoryview) -> str:
    return bytes(value[:200]).decode("utf-8", "replace")


def _fields(message: memoryview) -> Iterator[Field]:
    """The fields of a message that hold bytes, by number; the others are passed over. ValueError for what is none."""
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        kind = key & 7
        if kind == _VARINT:
            _, at = _number(message, at)
        elif kind in (_FIXED_64, _FIXED_32):
            at += 8 if kind == _FIXED_64 else 4
        elif kind == _BYTES:
            size, at = _number(message, at)
            if at + size > len(message):
                raise ValueError(f"a field of {size} bytes reaches out of the file")
            yield key >> 3, message[at : at + size]
            at += size
        else:
            raise ValueError(f"a field of the unknown kind {kind}")


def _number(message: memoryview, at: int) -> tuple[int, int]:
    """A number of variable length, and where it ends."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
        if shift > 63:
            raise ValueError("a number of more than 64 bits")
