import json
from itertools import islice

import numpy as np
import onnxruntime as ort
import pytest
import torch
from toy_bars import TOY, toy_bars

from clave import Pattern, checkpoint, load_rhythm
from clave.errors import TrainingError
from clave.recipes import paper, rhythm
from clave.rhythm_vae import PaperConfig, RhythmConfig
from clave.space import SHIPPED_RHYTHM
from clave.train import begin, fit


@pytest.mark.parametrize("recipe", [TOY, rhythm(18), paper(latent_size=3, beta=1.0)], ids=lambda each: each.name)
def test_recipes_survive_json(recipe):
    assert checkpoint.recipe_from_dict(checkpoint.recipe_to_dict(recipe)) == recipe


def test_settings_of_another_kind_are_refused():
    with pytest.raises(TrainingError, match="not a recipe"):
        checkpoint.recipe_from_dict({"name": "x", "model": {"kind": "gan"}})


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
    checkpoint.save_tensors(tmp_path / checkpoint.CHECKPOINT, {"x": torch.zeros(1)}, {})
    with pytest.raises(TrainingError, match="holds no recipe"):
        checkpoint.load(tmp_path)


@pytest.mark.parametrize("config", [RhythmConfig(styles=2, detail_size=6), PaperConfig()], ids=repr)
def test_onnx_computes_what_torch_computes(config, tmp_path):
    torch.manual_seed(0)
    model = config.build().eval().requires_grad_(False)
    model.load_state_dict(checkpoint.halved(model.state_dict()))
    checkpoint.write_onnx(tmp_path, model, style_count=2)

    def onnx(name, **inputs):
        session = ort.InferenceSession(tmp_path / name)
        return session.run(None, {each.name: inputs[each.name].numpy() for each in session.get_inputs()})

    bars = toy_bars(5)
    seen = model.see(bars.velocity, bars.offset)
    point = model.locate(seen)
    close = {"rtol": 1e-4, "atol": 1e-5}
    theirs = onnx("encoder.onnx", velocity=bars.velocity, offset=bars.offset)
    np.testing.assert_allclose(theirs[0], point, **close)
    np.testing.assert_allclose(theirs[1], seen, **close)
    detail = model.describe(seen, point)
    strokes = model.decode(point, detail)
    if model.detail_size:
        np.testing.assert_allclose(onnx("detail.onnx", seen=seen, map=point)[0], detail, **close)
        section = torch.tensor([[1.0, 0.0]]).repeat(5, 1)
        expected = model.expect(point, bars.style, section)
        mean, std = onnx("prior.onnx", map=point, style=bars.style, section=section)
        np.testing.assert_allclose(mean, expected.mean, **close)
        np.testing.assert_allclose(std, expected.log_std.exp(), **close)
        decoded = onnx("decoder.onnx", map=point, detail=detail)
    else:
        decoded = onnx("decoder.onnx", map=point)
        assert not (tmp_path / "prior.onnx").exists()
    for ours, theirs in zip((strokes.hit_logit, strokes.velocity, strokes.offset), decoded, strict=True):
        np.testing.assert_allclose(theirs, ours, **close)


def test_half_precision_is_for_the_large_tensors():
    kept = checkpoint.halved({"large": torch.zeros(64, 64), "small": torch.zeros(64)})
    assert (kept["large"].dtype, kept["small"].dtype) == (torch.float16, torch.float32)


def test_the_shipped_onnx_is_the_shipped_weights():
    space = load_rhythm()
    settings = json.loads((SHIPPED_RHYTHM / "config.json").read_text())["model"]
    assert settings.pop("kind") == "rhythm"
    model = RhythmConfig(**settings).build().eval().requires_grad_(False)
    model.load_state_dict(checkpoint.load_tensors(SHIPPED_RHYTHM / "model.safetensors")[0])

    bars = toy_bars(20)
    patterns = [Pattern(*bar) for bar in zip(bars.velocity.numpy(), bars.offset.numpy(), strict=True)]
    code = space.guess(patterns)
    seen = model.see(bars.velocity, bars.offset)
    point = model.locate(seen)
    detail = model.describe(seen, point)
    np.testing.assert_allclose(code.map, point, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(code.detail, detail, rtol=1e-3, atol=1e-3)
    strokes = model.decode(torch.from_numpy(code.map), torch.from_numpy(code.detail))
    np.testing.assert_allclose(space.hit_logits(code), strokes.hit_logit, rtol=1e-3, atol=1e-3)
    velocity, offset = space.feel(code)
    np.testing.assert_allclose(velocity, strokes.velocity, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(offset, strokes.offset, rtol=1e-3, atol=1e-3)
