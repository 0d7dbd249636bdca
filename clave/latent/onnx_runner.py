"""Networks as ONNX files, run by ONNX Runtime on one thread."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from clave.errors import SpaceError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


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
