import json
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
import torch
from toy_bars import TINY, TOY, as_numpy, as_patterns, paper_bars, toy_bars, untrained

from clave import load_rhythm
from clave.errors import TrainingError
from clave.latent.space_folder import renamed
from clave.music.units import METERS
from clave.rhythm.space import SHIPPED_RHYTHM
from clave.rhythm.space_format import MODEL_SETTINGS_1
from clave.rhythm.token_sampler import LAGS
from clave.rhythm.tokens import TOKEN_CELLS
from clave.training import checkpoint, recipes
from clave.training.loop import begin, fit
from clave.training.models.bars import SIXTEENTH_COUNT, one_hot
from clave.training.models.condition import Condition
from clave.training.models.paper_rhythm_vae import PaperConfig
from clave.training.models.rhythm_vae import OLD_KEYS, RhythmConfig
from clave.training.onnx_export import write_graphs
from clave.training.recipes import paper, rhythm
from clave.training.tensor_file import halved, load_tensors, save_tensors

VERSION_1 = Path(__file__).parents[1] / "fixtures" / "rhythm_space_1"


@pytest.mark.parametrize("recipe", [TOY, rhythm(18), paper(latent_size=3, beta=1.0)], ids=lambda each: each.name)
def test_recipes_survive_json(recipe):
    assert recipes.recipe_from_dict(json.loads(json.dumps(recipes.recipe_to_dict(recipe)))) == recipe


def test_settings_of_another_kind_are_refused():
    with pytest.raises(TrainingError, match="not a recipe"):
        recipes.recipe_from_dict({"name": "x", "model": {"kind": "gan"}})


def test_a_run_goes_on_from_a_checkpoint_as_if_it_had_never_stopped(tmp_path):
    bars = toy_bars()
    whole = begin(TOY)
    list(fit(whole, bars))

    stopped = begin(TOY)
    list(islice(fit(stopped, bars), 7))  # in the middle of an epoch
    checkpoint.save(tmp_path, stopped, best={"epoch": 1})
    resumed, facts = checkpoint.load(tmp_path)
    assert resumed.step == 7
    assert facts == {"best": {"epoch": 1}}
    list(fit(resumed, bars))
    for a, b in ((whole.model, resumed.model), (whole.average, resumed.average)):
        for ours, theirs in zip(a.parameters(), b.parameters(), strict=True):
            assert torch.equal(ours, theirs)


def test_what_is_no_checkpoint_is_refused(tmp_path):
    with pytest.raises(TrainingError, match="there is no"):
        checkpoint.load(tmp_path)
    (tmp_path / checkpoint.CHECKPOINT).write_bytes(b"\x80\x04 a pickle, perhaps")
    with pytest.raises(TrainingError, match="not a safetensors file"):
        checkpoint.load(tmp_path)
    save_tensors(tmp_path / checkpoint.CHECKPOINT, {"x": torch.zeros(1)}, {})
    with pytest.raises(TrainingError, match="holds no recipe"):
        checkpoint.load(tmp_path)


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
    close(onnx("dynamics", hits=bars.hits, feel=feel, **inputs), played)

    features, embedding = model.condition_features(condition), model.token_prior.embed_tokens()
    state = torch.zeros(rows, 2 * TINY.prior_width)
    for sixteenth in range(3):
        before = (torch.rand(rows, len(LAGS), TOKEN_CELLS) < 0.1).float()
        lagged = torch.randint(len(TINY.vocabulary) + 2, (rows, len(LAGS)))
        place = bars.meter * SIXTEENTH_COUNT + sixteenth
        step = model.token_prior.step(before, lagged, features, place, state, embedding.half().float())
        close(onnx("token_prior", before=before, lagged=lagged, place=place, state=state, **inputs), step)
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


def test_half_precision_is_for_the_large_tensors():
    kept = halved({"large": torch.zeros(64, 64), "small": torch.zeros(64)})
    assert (kept["large"].dtype, kept["small"].dtype) == (torch.float16, torch.float32)


def settings_of_model(folder):
    settings = json.loads((folder / "config.json").read_text())["model"]
    assert settings.pop("kind") == "rhythm"
    return RhythmConfig.from_settings(settings)


@pytest.mark.parametrize("folder", [SHIPPED_RHYTHM, VERSION_1], ids=["shipped", "version 1"])
def test_the_onnx_of_a_space_is_its_weights(folder):
    space = load_rhythm(folder)
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


def test_a_checkpoint_from_before_version_2_is_loaded(tmp_path):
    """Its tensors and settings have the old names; the order of the parameters, and so the optimizer, is the same."""
    run = begin(TOY)
    list(islice(fit(run, toy_bars()), 3))
    checkpoint.save(tmp_path, run)
    tensors, metadata = load_tensors(tmp_path / checkpoint.CHECKPOINT)
    old_key = {new: old for old, new in reversed(OLD_KEYS)}
    settings = json.loads(metadata["settings"])
    old_setting = {new: old for old, new in MODEL_SETTINGS_1.items()}
    settings["recipe"]["model"] = renamed(settings["recipe"]["model"], old_setting)
    assert "sketch_width" in settings["recipe"]["model"]
    save_tensors(
        tmp_path / checkpoint.CHECKPOINT,
        {_with_old_name(name, old_key): value for name, value in tensors.items()},
        {"settings": json.dumps(settings)},
    )
    assert "model/sketcher.0.weight" in load_tensors(tmp_path / checkpoint.CHECKPOINT)[0]

    resumed, _ = checkpoint.load(tmp_path)
    assert resumed.recipe == run.recipe
    for live in (run, resumed):
        list(islice(fit(live, toy_bars()), 3))
    for ours, theirs in zip(run.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def _with_old_name(name: str, old_key: dict[str, str]) -> str:
    part, _, key = name.partition("/")
    for new, old in sorted(old_key.items(), key=lambda names: -len(names[0])):
        if part != "optimizer" and key.startswith(new):
            return f"{part}/{old}{key.removeprefix(new)}"
    return name
