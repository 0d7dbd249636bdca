"""The networks of a space folder as compiled functions."""

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import torch

from clave.errors import ExportError, TrainingError
from clave.latent.space_folder import SpaceFolder
from clave.training.models.onnx_graph import OnnxGraph
from clave.training.shipped import load_model


def traced_networks(space: SpaceFolder, names: tuple[str, ...], *, first_output: bool = False) -> list[Any]:
    """These networks of the space as compiled functions, each for one row at a time, with all outputs or the first.

    Raises ExportError where its model has others.
    """
    graphs = _graphs(space)
    missing = [name for name in names if name not in graphs]
    if missing:
        raise ExportError(
            f"{space.path} has no network {missing[0]!r}, it has {', '.join(graphs)}: "
            "TorchScript is written of spaces with detail; `--format onnx` writes any space"
        )
    return [_traced(graphs[name], first_output) for name in names]


def _graphs(space: SpaceFolder) -> dict[str, OnnxGraph]:
    try:
        model: Any = load_model(space).requires_grad_(False)
    except TrainingError as error:
        raise ExportError(str(error)) from error
    return dict(model.onnx_graphs())


def _traced(graph: OnnxGraph, first_output: bool) -> Any:
    """A network with its weights as constants: only those that it needs, of a model that has more."""
    row = tuple(example[:1] for example in graph.inputs.values())
    module = graph.module.eval()

    def run(*inputs: torch.Tensor) -> Any:
        outputs = module(*inputs)
        return outputs[0] if first_output and isinstance(outputs, tuple) else outputs

    with torch.no_grad(), torchscript():
        return torch.jit.trace(run, row, check_trace=False)


@contextmanager
def torchscript() -> Generator[None]:
    """Without torch's warnings: it recommends newer formats, which nn~ does not read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
