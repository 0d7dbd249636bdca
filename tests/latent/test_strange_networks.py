"""Networks of strangers: looked at, tried once under a limit, and checked in every run."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from clave.errors import SpaceError
from clave.latent import network_trial, onnx_runner
from clave.latent.onnx_runner import run, session

ROW = np.zeros((1, 2), np.float32)


def network(path, *nodes, functions=(), **numbers):
    """A file of these nodes, from `map` to `y`; numbers are its weights."""
    opset = [helper.make_opsetid("", 17)]
    kinds = {name: TensorProto.INT64 if name == "shape" else TensorProto.FLOAT for name in numbers}
    weights = [helper.make_tensor(name, kinds[name], [len(value)], value) for name, value in numbers.items()]
    graph = helper.make_graph(
        list(nodes), "graph", [helper.make_tensor_value_info("map", TensorProto.FLOAT, ["rows", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], weights,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=opset, ir_version=8, functions=list(functions))
    onnx.save(model, path)
    return path


ADD = helper.make_node("Add", ["map", "w"], ["y"])


def test_a_plain_one_is_taken_and_checked_in_every_run(tmp_path):
    path = network(tmp_path / "net.onnx", helper.make_node("Div", ["map", "map"], ["z"]),
                   helper.make_node("Max", ["z", "w"], ["y"]), w=[0, 0])  # fmt: skip
    with pytest.raises(SpaceError, match=r"net\.onnx is broken: y holds numbers that are not finite"):
        session(path, map=(2,))
    network(path, helper.make_node("Log", ["map"], ["z"]), helper.make_node("Exp", ["z"], ["y"]))
    opened = session(path, [(2,)], map=(2,))  # of zeros comes 0
    np.testing.assert_allclose(run(opened, map=ROW + 1)[0], ROW + 1)
    with pytest.raises(SpaceError, match="not finite"):
        run(opened, map=ROW - 1)
    with pytest.raises(SpaceError, match=r"net\.onnx cannot be run"):
        run(opened, map=np.zeros((1, 3), np.float32))


def test_other_shapes_than_a_space_needs_are_refused_as_it_is_opened(tmp_path):
    path = network(tmp_path / "net.onnx", ADD, w=[1, 2])
    for wanted in ([(3,)], [(2, 2)], [(2,), (2,)]):
        with pytest.raises(SpaceError, match=r"is a foreign model: it gives 2 instead of"):
            session(path, wanted, map=(2,))
    network(path, helper.make_node("ReduceSum", ["map"], ["y"], keepdims=0))
    with pytest.raises(SpaceError, match="y has no row for each of the 1 that it was given"):
        session(path, map=(2,))


def test_weights_that_are_not_finite_are_refused(tmp_path):
    path = network(tmp_path / "net.onnx", ADD, w=[1, float("nan")])
    with pytest.raises(SpaceError, match="y holds numbers that are not finite; learn the space anew"):
        session(path, map=(2,))


def test_what_may_run_without_end_is_refused_before_it_runs(tmp_path):
    body = helper.make_graph([helper.make_node("Identity", ["c"], ["d"])], "body", [], [])
    path = network(tmp_path / "net.onnx", helper.make_node("Loop", ["", "c", "map"], ["y"], body=body))
    with pytest.raises(SpaceError, match="has the operator Loop, which may run without end"):
        session(path, map=(2,))
    opset = [helper.make_opsetid("", 17)]
    function = helper.make_function("own", "Twice", ["a"], ["b"], [helper.make_node("Add", ["a", "a"], ["b"])], opset)
    network(path, ADD, w=[1, 1], functions=[function])
    with pytest.raises(SpaceError, match="defines functions of its own"):
        session(path, map=(2,))
    network(path, helper.make_node("Add", ["map", "map"], ["y"], domain="com.microsoft"))
    with pytest.raises(SpaceError, match=r"the operator Add of com\.microsoft"):
        session(path, map=(2,))


def test_weights_in_other_files_are_refused(tmp_path):
    weight = helper.make_tensor("w", TensorProto.FLOAT, [2], [1, 2])
    graph = helper.make_graph([ADD], "graph", [], [], [weight])
    entry = graph.initializer[0].external_data.add()
    entry.key, entry.value = "location", "../../secret.bin"
    path = tmp_path / "net.onnx"
    path.write_bytes(helper.make_model(graph).SerializeToString())
    with pytest.raises(SpaceError, match=r"weights in '\.\./\.\./secret\.bin'; they lie in it, or in shared\.bin"):
        session(path, map=(2,))


def test_more_memory_or_time_than_any_of_ours_is_refused(tmp_path, monkeypatch):
    path = network(
        tmp_path / "net.onnx", helper.make_node("ConstantOfShape", ["shape"], ["c"]),
        helper.make_node("ReduceSum", ["c"], ["r"], keepdims=0), helper.make_node("Add", ["map", "r"], ["y"]),
        shape=[40_000, 40_000],
    )  # fmt: skip
    with pytest.raises(SpaceError, match=r"net\.onnx cannot be run: .*memory"):
        session(path, map=(2,))
    monkeypatch.setattr(network_trial, "MAX_SECONDS", 0.001)
    steps = [helper.make_node("MatMul", [f"c{number}", "c0"], [f"c{number + 1}"]) for number in range(100)]
    end = [helper.make_node("ReduceSum", ["c100"], ["r"], keepdims=0), helper.make_node("Add", ["map", "r"], ["y"])]
    network(path, helper.make_node("ConstantOfShape", ["shape"], ["c0"]), *steps, *end, shape=[250, 250])
    with pytest.raises(SpaceError, match=r"it took more than 0\.001 s for one row"):
        session(path, map=(2,))


def test_a_file_beyond_all_sizes_is_not_read(tmp_path, monkeypatch):
    path = network(tmp_path / "net.onnx", ADD, w=[1, 2])
    monkeypatch.setattr("clave.latent.onnx_file.MAX_BYTES", 50)
    with pytest.raises(SpaceError, match="a network has at most 50"):
        session(path, map=(2,))
    monkeypatch.setattr(onnx_runner, "SHIPPED", tmp_path)  # what came with Clave is as trusted as its code
    session(path, map=(2,))
