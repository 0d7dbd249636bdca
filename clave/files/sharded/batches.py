"""Files in batches: neighbours by name together, parted so that a file more or less changes one batch."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from clave.files.sharded.place import SourceFile

USUAL = 256  # files of a batch, more than the fewest, half of that; the most are four times as many


def batches(files: Sequence[SourceFile], usual: int = USUAL) -> Iterator[slice]:
    """Where batches begin and end. A name whose hash is divisible by `usual` ends one (content-defined chunking).

    So batches depend on names alone, not on how many workers there are, and are the same again after the next such
    name, whatever was added before it.
    """
    start = 0
    for at, file in enumerate(files):
        length = at + 1 - start
        if length >= 4 * usual or (2 * length >= usual and _number(file.name) % usual == 0):
            yield slice(start, at + 1)
            start = at + 1
    if start < len(files):
        yield slice(start, len(files))


def fingerprint(*facts: Any) -> str:
    """32 hex digits that change with any of these facts, which JSON can write."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]


def content_hash(content: bytes) -> str:
    """32 hex digits that change with any byte."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8).digest(), "big")
