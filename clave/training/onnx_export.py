"""The networks of a model as ONNX files, which play without torch."""

import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from clave.errors import MissingExtraError
from clave.files import whole_file
from clave.latent.onnx_runner import SHARED_FILE
from clave.training.models.onnx_graph import OnnxGraph
from clave.training.tensor_file import MIN_HALVED_SIZE

OPSET = 17  # of ONNX: the first with layer normalisation
MIN_SHARED_BYTES = 2**16


def write_graphs(folder: Path, graphs: Mapping[str, OnnxGraph]) -> None:
    """Write each graph as the ONNX file of its name, and what several of them hold once, in SHARED_FILE.

    Large weights are stored in half precision and computed with in single, so the model has to be rounded before
    (`model.load_state_dict(halved(model.state_dict()))`) if the two are to agree exactly.
    """
    models = {name: _exported(graph) for name, graph in graphs.items()}
    if shared := _share_weights([model.graph for model in models.values()]):
        whole_file.write(folder / SHARED_FILE, shared)
    for name, model in models.items():
        whole_file.write(folder / f"{name}.onnx", model.SerializeToString())


def _exported(graph: OnnxGraph) -> Any:
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError("writing ONNX needs the extra `train`: pip install 'clave[train]'") from error

    buffer: Any = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch recommends its other exporter, which takes ten times as long
        torch.onnx.export(
            graph.module.eval(), tuple(graph.inputs.values()), buffer,
            input_names=list(graph.inputs), output_names=list(graph.outputs), dynamo=False,
            dynamic_axes={name: {0: "batch"} for name in (*graph.inputs, *graph.outputs)}, opset_version=OPSET,
        )  # fmt: skip
    model = onnx.load_from_string(buffer.getvalue())
    _constants_to_weights(model.graph)
    _halve_weights(model.graph)
    onnx.checker.check_model(model)
    return model


def _constants_to_weights(graph: Any) -> None:
    """Constants that were computed while exporting become weights, so that they are halved like these."""
    for node in [each for each in graph.node if each.op_type == "Constant" and each.attribute[0].name == "value"]:
        node.attribute[0].t.name = node.output[0]
        graph.initializer.append(node.attribute[0].t)
        graph.node.remove(node)


def _halve_weights(graph: Any) -> None:
    """Large weights are stored in half precision, each with a cast to single precision before its use."""
    from onnx import TensorProto, helper, numpy_helper

    for weight in list(graph.initializer):
        values = numpy_helper.to_array(weight)
        if weight.data_type == TensorProto.FLOAT and values.size >= MIN_HALVED_SIZE:
            half = numpy_helper.from_array(values.astype("float16"), weight.name + "_half")
            cast = helper.make_node("Cast", [half.name], [weight.name], to=TensorProto.FLOAT)
            graph.initializer.remove(weight)
            graph.initializer.append(half)
            graph.node.insert(0, cast)


def _share_weights(graphs: Sequence[Any]) -> bytes:
    """Large weights that are equal in several graphs become references to what is returned, which holds each once."""
    from onnx.external_data_helper import set_external_data

    holders: dict[bytes, list[Any]] = {}
    for weight in [each for graph in graphs for each in graph.initializer]:
        if len(weight.raw_data) >= MIN_SHARED_BYTES:
            holders.setdefault(weight.raw_data, []).append(weight)
    shared = b""
    for data, weights in holders.items():
        if len(weights) > 1:
            for weight in weights:
                set_external_data(weight, SHARED_FILE, offset=len(shared), length=len(data))
                weight.ClearField("raw_data")
            shared += data
    return shared
