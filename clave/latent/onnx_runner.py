"""Networks as ONNX files, run by ONNX Runtime on one thread."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from clave.errors import SpaceError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


SHARED_FILE = "shared.bin"  # weights that several networks of a folder have in common, as ONNX's external data


class Network:
    """A network that is ready to run, with the shapes of one row of its inputs and outputs."""

    def __init__(self, open_session: "Callable[[], InferenceSession]") -> None:
        self._open = open_session
        session = self._session = open_session()
        self.inputs = {each.name: tuple(each.shape[1:]) for each in session.get_inputs()}  # listing them takes a while
        self.outputs = {each.name: tuple(each.shape[1:]) for each in session.get_outputs()}

    def rest(self) -> None:
        """Give its memory back until it runs for the first time, which then takes some milliseconds more."""
        self._session = None

    def run(self, inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Its outputs for these inputs; inputs that it does not take are ignored."""
        session = self._session
        if session is None:  # in two threads at once it is opened twice, and one of the two stays
            session = self._session = self._open()
        taken = {name: np.ascontiguousarray(inputs[name]) for name in self.inputs}
        return cast(list[np.ndarray], session.run(None, taken))


def session(path: Path, **inputs: tuple[int, ...] | None) -> Network:
    """The network in this file, which may take these inputs and no others.

    Each input is given with its shape for one row, or None for any shape. The network need not take all of them.
    Raises SpaceError for a file that is missing, is no network, or takes other inputs.
    """
    network = Network(lambda: _opened(path))
    takes = network.inputs
    wanted = {name: takes.get(name) if shape is None else shape for name, shape in inputs.items()}
    if not takes or not takes.items() <= wanted.items():  # the paper's model takes hits alone
        raise SpaceError(f"{path} is a foreign model: it takes {_shapes(takes)} instead of {_shapes(wanted)}")
    return network


def resting(path: Path, **inputs: tuple[int, ...] | None) -> Network:
    """The same, checked and at rest: for a network that many players never need."""
    network = session(path, **inputs)
    network.rest()
    return network


def _opened(path: Path) -> "InferenceSession":
    import onnxruntime as ort  # here, so that patterns and files work without waiting for it

    if not path.is_file():
        raise SpaceError(f"{path.parent} is not a whole space: {path.name} is missing")
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1  # the networks are small: threads cost more than they give
    options.enable_cpu_mem_arena = False  # it never gives back what a large batch once took
    options.log_severity_level = 4
    try:
        return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises its own kinds, all derived from RuntimeError or not at all
        raise SpaceError(f"{path} cannot be run: {error}") from error


def input_size(network: Network, name: str) -> int:
    """The length of the first axis after the batch of this input."""
    return int(network.inputs[name][0])


def run(network: Network, **inputs: np.ndarray) -> list[np.ndarray]:
    """`Network.run`, with its inputs by name."""
    return network.run(inputs)


def _shapes(inputs: Mapping[str, tuple[int, ...] | None]) -> str:
    return ", ".join(f"{name} {' x '.join(map(str, shape or ('?',)))}" for name, shape in inputs.items())
