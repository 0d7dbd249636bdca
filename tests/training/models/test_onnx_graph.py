import torch
from torch import nn
from toy_bars import untrained

from clave.training.models.onnx_graph import ModelMethod
from clave.training.models.paper_rhythm_vae import PaperConfig


def test_a_method_is_a_module_with_the_weights_of_its_model():
    model = nn.Linear(3, 2)
    module = ModelMethod(model, lambda x: 2 * model(x))
    x = torch.randn(4, 3)
    assert torch.equal(module(x), 2 * model(x))
    assert [name for name, _ in module.named_parameters()] == ["model.weight", "model.bias"]


def test_the_examples_of_a_graph_run_through_its_module():
    for model in (untrained(), PaperConfig().build().eval()):
        for name, graph in model.onnx_graphs().items():
            outputs = graph.module(*graph.inputs.values())
            outputs = outputs if isinstance(outputs, tuple) else (outputs,)
            assert len(outputs) == len(graph.outputs), name
            assert {len(each) for each in (*graph.inputs.values(), *outputs)} == {2}, name
