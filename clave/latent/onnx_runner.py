"""Networks as ONNX files, run by ONNX Runtime on one thread."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from clave.errors import SpaceError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


class Network:
    """A network that is ready to run, with the shapes of its inputs."""

    def __init__(self, session: "InferenceSession") -> None:
        self._session = session
        self.inputs = {each.name: tuple(each.shape[1:]) for each in session.get_inputs()}  # listing them takes a while
        self.get_outputs = session.get_outputs

    def run(self, inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Its outputs for these inputs; inputs that it does not take are ignored."""
        taken = {name: np.ascontiguousarray(inputs[name]) for name in self.inputs}
        return cast(list[np.ndarray], self._session.run(None, taken))


def session(path: Path, **inputs: tuple[int, ...] | None) -> Network:
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
        network = Network(ort.InferenceSession(path, options, providers=["CPUExecutionProvider"]))
    except Exception as error:  # onnxruntime raises its own kinds, all derived from RuntimeError or not at all
        raise SpaceError(f"{path} cannot be run: {error}") from error
    takes = network.inputs
    wanted = {name: takes.get(name) if shape is None else shape for name, shape in inputs.items()}
    if not takes or not takes.items() <= wanted.items():  # the paper's model takes hits alone
        raise SpaceError(f"{path} is a foreign model: it takes {_shapes(takes)} instead of {_shapes(wanted)}")
    return network


def input_size(network: Network, name: str) -> int:
    """The length of the first axis after the batch of this input."""
    return int(network.inputs[name][0])


def run(network: Network, **inputs: np.ndarray) -> list[np.ndarray]:
    """`Network.run`, with its inputs by name."""
    return network.run(inputs)


def _shapes(inputs: Mapping[str, tuple[int, ...] | None]) -> str:
    return ", ".join(f"{name} {' x '.join(map(str, shape or ('?',)))}" for name, shape in inputs.items())
