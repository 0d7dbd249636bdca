"""Networks as ONNX files, run by ONNX Runtime on one thread."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from clave.errors import SpaceError
from clave.latent.network_trial import Shape, check_output, first_line, try_network
from clave.latent.onnx_file import SHARED_FILE, check_file

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


__all__ = ["SHARED_FILE", "Network", "input_size", "resting", "run", "session"]

SHIPPED = Path(__file__).parents[1] / "weights"  # networks that came with Clave are not tried when they are opened


class Network:
    """A network that is ready to run, with the shapes of one row of its inputs and outputs."""

    def __init__(self, open_session: "Callable[[], InferenceSession]", path: Path) -> None:
        self.path, self._open = path, open_session
        session = self._session = open_session()
        self.inputs = {each.name: tuple(each.shape[1:]) for each in session.get_inputs()}  # listing them takes a while
        self.outputs = {each.name: tuple(each.shape[1:]) for each in session.get_outputs()}

    def rest(self) -> None:
        """Give its memory back until it runs for the first time, which then takes some milliseconds more."""
        self._session = None

    def run(self, inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Its outputs for these inputs; inputs that it does not take are ignored.

        SpaceError if it fails, or if what comes out is not a row of finite numbers for each row that went in.
        """
        session = self._session
        if session is None:  # in two threads at once it is opened twice, and one of the two stays
            session = self._session = self._open()
        taken = {name: np.ascontiguousarray(inputs[name]) for name in self.inputs}
        try:
            outputs = cast(list[np.ndarray], session.run(None, taken))
        except Exception as error:  # onnxruntime raises its own kinds, all derived from RuntimeError or not at all
            raise SpaceError(f"{self.path} cannot be run: {first_line(error)}") from error
        rows = len(next(iter(taken.values())))
        for name, value in zip(self.outputs, outputs, strict=True):
            check_output(self.path, name, value, rows)
        return outputs


def session(path: Path, outputs: Sequence[Shape] | None = None, **inputs: tuple[int, ...] | None) -> Network:
    """The network in this file, which may take these inputs and no others.

    Each input is given with its shape for one row, or None for any shape. The network need not take all of them.
    `outputs` are the shapes of a row of what comes out first. Raises SpaceError for a file that is missing, is no
    network or takes other inputs, and for one from elsewhere that something else comes out of (`network_trial`).
    """
    _require(path)
    if SHIPPED not in path.parents:
        check_file(path)
        try_network(path, outputs)
    network = Network(lambda: _opened(path), path)
    takes = network.inputs
    wanted = {name: takes.get(name) if shape is None else shape for name, shape in inputs.items()}
    if not takes or not takes.items() <= wanted.items():  # the paper's model takes hits alone
        raise SpaceError(f"{path} is a foreign model: it takes {_shapes(takes)} instead of {_shapes(wanted)}")
    return network


def resting(path: Path, outputs: Sequence[Shape] | None = None, **inputs: tuple[int, ...] | None) -> Network:
    """The same, checked and at rest: for a network that many players never need."""
    network = session(path, outputs, **inputs)
    network.rest()
    return network


def _opened(path: Path) -> "InferenceSession":
    import onnxruntime as ort  # here, so that patterns and files work without waiting for it

    _require(path)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1  # the networks are small: threads cost more than they give
    options.enable_cpu_mem_arena = False  # it never gives back what a large batch once took
    options.log_severity_level = 4
    try:
        return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"], enable_fallback=0)
    except Exception as error:
        raise SpaceError(f"{path} cannot be run: {first_line(error)}") from error


def _require(path: Path) -> None:
    if not path.is_file():
        raise SpaceError(f"{path.parent} is not a whole space: {path.name} is missing")


def input_size(network: Network, name: str) -> int:
    """The length of the first axis after the batch of this input."""
    return int(network.inputs[name][0])


def run(network: Network, **inputs: np.ndarray) -> list[np.ndarray]:
    """`Network.run`, with its inputs by name."""
    return network.run(inputs)


def _shapes(inputs: Mapping[str, tuple[int, ...] | None]) -> str:
    return ", ".join(f"{name} {' x '.join(map(str, shape or ('?',)))}" for name, shape in inputs.items())
