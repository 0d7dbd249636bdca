"""The networks of a model as ONNX graphs: what playing runs, with example inputs to trace them with."""

from collections.abc import Callable
from typing import Any, NamedTuple

from torch import Tensor, nn


class OnnxGraph(NamedTuple):
    """A network that is exported as an ONNX file.

    A model gives its graphs with `onnx_graphs() -> Mapping[str, OnnxGraph]`, by the name of their file without
    ".onnx". Axis 0 of every input and output is the batch, of any length.
    """

    module: nn.Module
    inputs: dict[str, Tensor]  # examples by name, in the order in which `module` takes them
    outputs: tuple[str, ...]  # names, in the order in which `module` returns them


class ModelMethod(nn.Module):
    """A method of a model as a module, which is what the exporter takes; it keeps the model's weights as its own."""

    def __init__(self, model: nn.Module, method: Callable[..., Any]) -> None:
        super().__init__()
        self.model = model
        self._method = method

    def forward(self, *inputs: Tensor) -> Any:
        """What the method returns for these inputs."""
        return self._method(*inputs)
