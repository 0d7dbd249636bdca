import numpy as np
import pytest

from clave.errors import SpaceError
from clave.latent.onnx_runner import input_size, resting, run, session
from clave.rhythm.space import SHIPPED_RHYTHM

FEEL = SHIPPED_RHYTHM / "feel_prior.onnx"
SHAPES = {"map": (2,), "style": (50,), "section": (2,), "meter": (8,)}


def rows(count):
    return {name: np.ones((count, *shape), np.float32) for name, shape in SHAPES.items()}


def test_a_network_runs_on_what_it_takes_and_ignores_the_rest():
    network = session(FEEL, **SHAPES, other=(3,))
    mean, std = run(network, **rows(2), other=np.zeros((2, 3)))
    assert mean.shape == std.shape == (2, 14)
    np.testing.assert_array_equal(mean[0], mean[1])
    again, _ = run(network, **{name: np.asfortranarray(value) for name, value in rows(2).items()})
    np.testing.assert_array_equal(again, mean)


def test_a_network_at_rest_was_checked_and_runs_like_any_other():
    network = resting(FEEL, **SHAPES)
    assert network.inputs == session(FEEL, **SHAPES).inputs
    for _ in range(2):
        for ours, theirs in zip(run(network, **rows(2)), run(session(FEEL, **SHAPES), **rows(2)), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    with pytest.raises(SpaceError, match="foreign model"):
        resting(FEEL, map=(2,))


def test_the_size_of_an_input_is_known():
    assert input_size(session(FEEL, **{**SHAPES, "style": None}), "style") == 50


def test_a_network_of_other_inputs_is_refused():
    with pytest.raises(
        SpaceError, match=r"feel_prior\.onnx is a foreign model: it takes .*style 50.* instead of .*style 7"
    ):
        session(FEEL, **{**SHAPES, "style": (7,)})
    with pytest.raises(SpaceError, match="foreign model"):
        session(FEEL, map=(2,))


def test_what_is_missing_or_broken_is_refused(tmp_path):
    with pytest.raises(SpaceError, match=r"not a whole space: net\.onnx is missing"):
        session(tmp_path / "net.onnx")
    (tmp_path / "net.onnx").write_bytes(FEEL.read_bytes()[:1000])
    with pytest.raises(SpaceError, match=r"net\.onnx cannot be run"):
        session(tmp_path / "net.onnx")
