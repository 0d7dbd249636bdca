import json
from dataclasses import replace
from itertools import islice

import numpy as np
import onnxruntime as ort
import pytest
import torch
from toy_bars import TINY, TOY, as_patterns, paper_bars, toy_bars, untrained

from clave import load_rhythm
from clave.errors import TrainingError
from clave.music.units import METERS
from clave.rhythm.space import SHIPPED_RHYTHM
from clave.rhythm.token_sampler import LAGS, Asked
from clave.rhythm.tokens import TOKEN_CELLS
from clave.training import checkpoint
from clave.training.loop import begin, fit
from clave.training.models.bars import SIXTEENTH_COUNT, one_hot
from clave.training.models.paper_rhythm_vae import PaperConfig
from clave.training.models.rhythm_vae import RhythmConfig
from clave.training.recipes import paper, rhythm


@pytest.mark.parametrize("recipe", [TOY, rhythm(18), paper(latent_size=3, beta=1.0)], ids=lambda each: each.name)
def test_recipes_survive_json(recipe):
    assert checkpoint.recipe_from_dict(json.loads(json.dumps(checkpoint.recipe_to_dict(recipe)))) == recipe


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


def doors(folder):
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
def test_onnx_computes_what_torch_computes_at_every_door(styles, rows, tmp_path):
    model = untrained(replace(TINY, styles=styles))
    checkpoint.write_onnx(tmp_path, model, styles)
    onnx, bars = doors(tmp_path), toy_bars(rows, meters=METERS)
    torch.manual_seed(1)
    point, style, section = torch.randn(rows, 2), torch.rand(rows, styles), torch.rand(rows, 2)
    meter, feel = one_hot(bars.meter, len(METERS)), torch.randn(rows, TINY.feel_size)
    asked = {"map": point, "style": style, "section": section, "meter": meter}
    told = point, style, section, meter
    seen = {"velocity": bars.velocity, "offset": bars.offset, "meter": meter}
    close(onnx("encoder", **seen), model.describe(*seen.values()))
    close(onnx("sketch", **asked), [model.sketch(*told)])
    expected = model.expect_feel(*told)
    close(onnx("feel", **asked), [expected.mean, expected.log_std.exp()])
    close(onnx("touch", hits=bars.hits, feel=feel, **asked), model.play(bars.hits, feel, point, meter))
    with np.load(tmp_path / "vocabulary.npz") as file:
        assert tuple(file["bits"]) == TINY.vocabulary

    state = torch.zeros(rows, 2 * TINY.prior_width)
    for sixteenth in range(3):
        before = (torch.rand(rows, len(LAGS), TOKEN_CELLS) < 0.1).float()
        lagged = torch.randint(len(TINY.vocabulary) + 2, (rows, len(LAGS)))
        place = bars.meter * SIXTEENTH_COUNT + sixteenth
        ours = model.prior.step(before, lagged, model.told(*told), place, state)
        close(onnx("prior", before=before, lagged=lagged, place=place, state=state, **asked), ours)
        state = ours[2]


def test_onnx_of_the_papers_model_is_a_map_alone(tmp_path):
    torch.manual_seed(0)
    model = PaperConfig().build().eval().requires_grad_(False)
    model.load_state_dict(checkpoint.halved(model.state_dict()))
    checkpoint.write_onnx(tmp_path, model, style_count=2)
    assert {path.name for path in tmp_path.iterdir()} == {"encoder.onnx", "sketch.onnx"}
    onnx, bars, nothing = doors(tmp_path), paper_bars(5), torch.zeros(5, 0)
    point = model.guess(bars.velocity, bars.offset, nothing)
    close(onnx("encoder", velocity=bars.velocity), [point])
    close(onnx("sketch", map=point), [model.sketch(point, nothing, nothing, nothing)])


def test_half_precision_is_for_the_large_tensors():
    kept = checkpoint.halved({"large": torch.zeros(64, 64), "small": torch.zeros(64)})
    assert (kept["large"].dtype, kept["small"].dtype) == (torch.float16, torch.float32)


def test_the_shipped_onnx_is_the_shipped_weights():
    space = load_rhythm()
    settings = json.loads((SHIPPED_RHYTHM / "config.json").read_text())["model"]
    assert settings.pop("kind") == "rhythm"
    settings["vocabulary"] = tuple(settings["vocabulary"])
    model = RhythmConfig(**settings).build().eval().requires_grad_(False)
    model.load_state_dict(checkpoint.load_tensors(SHIPPED_RHYTHM / "model.safetensors")[0])

    bars = toy_bars(20, meters=METERS)
    asked = torch.randn(20, 2), torch.zeros(20, len(space.styles)), torch.zeros(20, 2), one_hot(bars.meter, len(METERS))
    point, feel = model.describe(bars.velocity, bars.offset, asked[3])
    code = space.guess(as_patterns(bars))
    np.testing.assert_allclose(code.map, point, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(code.detail[:, : model.config.feel_size], feel, rtol=1e-3, atol=1e-3)
    told = Asked(*(each.numpy() for each in asked))
    np.testing.assert_allclose(space._sketch(told), model.sketch(*asked), rtol=1e-3, atol=1e-3)
    cost, _ = model.token_cost(bars, *asked)
    ours = space._deep.speller.log_likelihood(told, (bars.velocity > 0).numpy())
    np.testing.assert_allclose(-ours, cost, rtol=1e-3, atol=0.02)
