import json
from dataclasses import replace

import numpy as np
import onnxruntime as ort
import pytest
import torch
from torch import nn
from toy_bars import TINY, as_numpy, as_patterns, paper_bars, toy_bars, untrained

from clave import load_rhythm
from clave.latent.onnx_runner import SHARED_FILE
from clave.music.units import METERS
from clave.rhythm.space import SHIPPED_RHYTHM
from clave.rhythm.token_sampler import LAGS
from clave.rhythm.tokens import TOKEN_CELLS
from clave.training.models.bars import SIXTEENTH_COUNT, one_hot
from clave.training.models.condition import Condition
from clave.training.models.onnx_graph import OnnxGraph
from clave.training.models.paper_rhythm_vae import PaperConfig
from clave.training.models.rhythm_vae import RhythmConfig
from clave.training.models.token_prior import BarBefore
from clave.training.onnx_export import write_graphs
from clave.training.tensor_file import halved, load_tensors


def networks(folder):
    """Runs a network of this folder; torch in and out."""

    def run(name, **inputs):
        session = ort.InferenceSession(folder / f"{name}.onnx")
        given = {each.name: inputs[each.name].numpy() for each in session.get_inputs()}
        return [torch.from_numpy(each) for each in session.run(None, given)]

    return run


def close(theirs, ours):
    for one, other in zip(theirs, ours, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize("styles", [2, 0])
def test_each_onnx_graph_computes_what_torch_computes(styles, rows, tmp_path):
    model = untrained(replace(TINY, styles=styles))
    write_graphs(tmp_path, model.onnx_graphs())
    onnx, bars = networks(tmp_path), toy_bars(rows, meters=METERS)
    torch.manual_seed(1)
    condition = Condition(
        torch.randn(rows, 2), torch.rand(rows, styles), torch.rand(rows, 2), one_hot(bars.meter, len(METERS))
    )
    inputs, feel = condition.inputs(), torch.randn(rows, TINY.feel_size)
    bar = {"velocity": bars.velocity, "offset": bars.offset, "meter": condition.meter}
    close(onnx("encoder", **bar), model.encode(*bar.values()))
    close(onnx("map_decoder", **inputs), [model.decode_map(condition)])
    prior = model.prior_of_feel(condition)
    close(onnx("feel_prior", **inputs), [prior.mean, prior.log_std.exp()])
    played = model.decode_dynamics(bars.hits, feel, condition.map, condition.meter)
    distribution = (played.kind_logit, played.level, played.level_std, played.offset_std)
    close(onnx("dynamics", hits=bars.hits, feel=feel, **inputs), (played.velocity, played.offset, *distribution))

    features, embedding = model.condition_features(condition), model.token_prior.embed_tokens()
    state = torch.zeros(rows, 2 * TINY.prior_width)
    for sixteenth in range(3):
        before = (torch.rand(rows, len(LAGS), TOKEN_CELLS) < 0.1).float()
        lagged = torch.randint(len(TINY.vocabulary) + 2, (rows, len(LAGS) + 1))
        place = bars.meter * SIXTEENTH_COUNT + sixteenth
        whole = (torch.rand(rows, SIXTEENTH_COUNT, TOKEN_CELLS) < 0.1).float()
        heard = {"bar_before": whole, "here_before": whole[:, 3:5], "before_known": torch.ones(rows, 1)}
        bar_before = BarBefore(whole, whole[:, None, 3:5], torch.ones(rows, 1))
        step = model.token_prior.step(before, lagged, features, place, bar_before, state, embedding.half().float())
        given = {"before": before, "lagged": lagged, "place": place, "state": state, **heard, **inputs}
        close(onnx("token_prior", **given), step)
        state = step[2]


def test_onnx_of_the_papers_model_is_a_map_alone(tmp_path):
    torch.manual_seed(0)
    model = PaperConfig().build().eval().requires_grad_(False)
    model.load_state_dict(halved(model.state_dict()))
    write_graphs(tmp_path, model.onnx_graphs())
    assert {path.name for path in tmp_path.iterdir()} == {"encoder.onnx", "map_decoder.onnx"}
    onnx, bars, nothing = networks(tmp_path), paper_bars(5), torch.zeros(5, 0)
    point = model.encode_map(bars.velocity, bars.offset, nothing)
    close(onnx("encoder", velocity=bars.velocity), [point])
    close(onnx("map_decoder", map=point), [model.decode_map(Condition(point, nothing, nothing, nothing))])


def settings_of_model(folder):
    settings = json.loads((folder / "config.json").read_text())["model"]
    assert settings.pop("kind") == "rhythm"
    return RhythmConfig.from_settings(settings)


def test_the_onnx_of_the_shipped_space_is_its_weights():
    folder, space = SHIPPED_RHYTHM, load_rhythm()
    model = settings_of_model(folder).build().eval().requires_grad_(False)
    model.load_state_dict(load_tensors(folder / "model.safetensors")[0])

    bars = toy_bars(20, meters=METERS)
    torch.manual_seed(0)
    condition = Condition.unlabelled(torch.randn(20, 2), bars.meter, len(space.styles))
    point, feel = model.encode(bars.velocity, bars.offset, condition.meter)
    code = space.guess(as_patterns(bars))
    np.testing.assert_allclose(code.map, point, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(code.detail[:, : model.config.feel_size], feel, rtol=1e-3, atol=1e-3)
    numpy_condition, logits = as_numpy(condition), model.decode_map(condition)
    np.testing.assert_allclose(space._decoder.map.logits(numpy_condition), logits, rtol=1e-3, atol=1e-3)
    nll, _ = model.token_nll(bars, condition)
    ours = space._decoder.log_likelihood((bars.velocity > 0).numpy(), numpy_condition)
    np.testing.assert_allclose(-ours, nll, rtol=1e-3, atol=0.02)


def test_a_weight_that_two_graphs_hold_is_written_once(tmp_path):
    torch.manual_seed(0)
    own, other = nn.Linear(300, 200), nn.Linear(300, 200)
    x = torch.randn(3, 300)
    twice = {name: OnnxGraph(module, {"x": x}, ("y",)) for name, module in {"a": own, "b": own}.items()}
    (tmp_path / "apart").mkdir()
    (tmp_path / "shared").mkdir()
    write_graphs(tmp_path / "apart", {"a": twice["a"], "b": OnnxGraph(other, {"x": x}, ("y",))})
    write_graphs(tmp_path / "shared", twice)
    assert {path.name for path in (tmp_path / "apart").iterdir()} == {"a.onnx", "b.onnx"}
    assert (tmp_path / "shared" / SHARED_FILE).stat().st_size == 2 * own.weight.numel()  # in half precision
    assert (tmp_path / "shared" / "b.onnx").stat().st_size < 5_000
    apart, shared = networks(tmp_path / "apart"), networks(tmp_path / "shared")
    for name in twice:
        np.testing.assert_array_equal(shared(name, x=x)[0], apart("a", x=x)[0])
