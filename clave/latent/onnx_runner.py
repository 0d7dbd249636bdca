"""Networks as ONNX files, run by ONNX Runtime on one thread."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from clave.errors import SpaceError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def session(path: Path, **inputs: tuple[int, ...] | None) -> "InferenceSession":
    """The network in this file, which may take these inputs and no others.

    Each input is given with its shape for one row, or None for any shape. The network need not take all of them.
    Raises SpaceError for a file that is missing, is no network, or takes other inputs.
    """
    import onnxruntime as ort  # here, so that patterns and files work without waiting for it

    if not path.is_file():
        raise SpaceError(f"{path.parent} is not a whole space: {path.name} is missing")
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1  # the networks are small: threads cost more than they give
    options.log_severity_level = 4
    try:
        network = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises its own kinds, all derived from RuntimeError or not at all
        raise SpaceError(f"{path} cannot be run: {error}") from error
    takes = {each.name: tuple(each.shape[1:]) for each in network.get_inputs()}
    wanted = {name: takes.get(name) if shape is None else shape for name, shape in inputs.items()}
    if not takes or not takes.items() <= wanted.items():  # the paper's model takes hits alone
        raise SpaceError(f"{path} is a foreign model: it takes {_shapes(takes)} instead of {_shapes(wanted)}")
    return network


def input_size(network: "InferenceSession", name: str) -> int:
    """The length of the first axis after the batch of this input."""
    return int(next(each.shape[1] for each in network.get_inputs() if each.name == name))


def run(network: "InferenceSession", **inputs: np.ndarray) -> list[np.ndarray]:
    """Its outputs for these inputs; inputs that it does not take are ignored."""
    taken = [each.name for each in network.get_inputs()]
    outputs = network.run(None, {name: np.ascontiguousarray(inputs[name]) for name in taken})
    return cast(list[np.ndarray], outputs)


def _shapes(inputs: Mapping[str, tuple[int, ...] | None]) -> str:
    return ", ".join(f"{name} {' x '.join(map(str, shape or ('?',)))}" for name, shape in inputs.items())
