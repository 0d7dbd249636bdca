"""What a run was made with, for the card of its space: data, code and versions, by hash and number."""

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import torch

from clave.files.sharded.code_version import code_version
from clave.training.workers import Workers

DATA_HASH, CODE_HASH, MADE_WITH = "data sha256", "code hash", "made with"
CODE: Mapping[str, tuple[str, ...]] = {
    "rhythm": ("clave.music", "clave.latent", "clave.rhythm", "clave.training"),
    "sound": ("clave.music", "clave.audio", "clave.latent", "clave.sound", "clave.training"),
}
"""The code that decides what a run of a kind of space learns."""


def provenance(kind: str, data_hash: str, workers: Workers) -> dict[str, Any]:
    """Rows of the card: with the same data, code, versions, threads and seed the same weights are learned again."""
    return {DATA_HASH: data_hash, CODE_HASH: code_hash(kind), MADE_WITH: made_with(workers)}


def code_hash(kind: str) -> str:
    """16 hex digits that change with the code that learns this kind of space."""
    return code_version(CODE[kind])


def made_with(workers: Workers) -> str:
    """Versions, and what else the last digits of weights depend on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "numpy", "onnx"))
    count = torch.get_num_threads()
    threads = f"{count} thread{'s' if count > 1 else ''}"
    several = f", {workers.count} workers" if workers.count > 1 else ""
    return (
        f"Python {platform.python_version()}, {packages}; {threads}{several} on {workers.device.type} "
        f"({platform.system()} {platform.machine()}), {workers.precision}"
    )
