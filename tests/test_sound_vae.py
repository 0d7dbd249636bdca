import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from clave import checkpoint
from clave.clip import Clip
from clave.recipes import SOUND_RECIPES, sound
from clave.sound_space import SoundSpace
from clave.sound_vae import FRAMES, SoundConfig, Sounds, surprise, tilted
from clave.space_folder import write_settings
from clave.spectrum import BANDS, FLOOR
from clave.train import begin, fit, negative_log_likelihood, score

SMALL = SoundConfig(detail_size=5, channels=16, width=24)
TOY = replace(sound(), model=SMALL, epochs=6, batch_size=8, warmup_epochs=1)


def toy_sounds(count: int = 16, seed: int = 0) -> Sounds:
    """Bursts of noise in one band or another, which die away sooner or later."""
    rng = torch.Generator().manual_seed(seed)
    voice = torch.arange(count) % 8
    band, frame = torch.arange(BANDS)[:, None], torch.arange(FRAMES)
    centre = 10 * voice[:, None, None] + 20 * torch.rand(count, 1, 1, generator=rng)
    slope = 0.05 + 0.2 * torch.rand(count, 1, 1, generator=rng)
    level = 3 - slope * frame - 0.002 * (band - centre).square()
    return Sounds(torch.log(level.exp() + FLOOR), voice, torch.ones(count))


def noise(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("recipe", SOUND_RECIPES.values(), ids=SOUND_RECIPES.keys())
def test_every_recipe_builds_and_takes_a_finite_step(recipe):
    run = begin(replace(recipe(), epochs=1, batch_size=4))
    spectrum = recipe().model.spectrum()
    picture = torch.randn(4, spectrum.bands, spectrum.frames, generator=noise()) - 3
    progress = next(fit(run, Sounds(picture, torch.arange(4), torch.ones(4))))
    assert math.isfinite(progress.total)
    assert "sound" in progress.losses


def test_the_same_seed_learns_the_same_and_learning_helps():
    before = score(begin(TOY).model.eval(), toy_sounds(), TOY)
    totals = []
    for _ in range(2):
        run = begin(TOY)
        totals.append([progress.total for progress in fit(run, toy_sounds())][-1])
    assert totals[0] == totals[1]
    assert score(run.model.eval(), toy_sounds(), TOY)["sound"] < before["sound"]


def test_the_standard_deviation_is_bounded_whatever_comes_in():
    model = SMALL.build().eval()
    for size in (0.0, 1.0, 1e4):
        point, detail = size * torch.randn(64, 2, generator=noise()), size * torch.randn(64, 5, generator=noise(1))
        mean, std = model.decode(point, detail, torch.eye(8).repeat(8, 1))
        assert mean.isfinite().all()
        assert SMALL.least_std * 0.999 <= std.min() <= std.max() <= SMALL.most_std * 1.001


def test_surprise_is_the_gaussian_s():
    rng = noise()
    x, mean = torch.randn(3, 4, 5, generator=rng), torch.randn(3, 4, 5, generator=rng)
    std = torch.rand(3, 4, 5, generator=rng) + 0.1
    expected = -torch.distributions.Normal(mean, std).log_prob(x).mean((1, 2))
    torch.testing.assert_close(surprise(x, mean, std), expected)


def test_a_tilt_leaves_silence_and_the_middle_alone():
    silent = torch.full((50, BANDS, FRAMES), math.log(FLOOR))
    loud = torch.full((50, BANDS, FRAMES), 2.0)
    ones, voice = torch.ones(50), torch.zeros(50, dtype=torch.int64)
    torch.testing.assert_close(tilted(Sounds(silent, voice, ones), 0.3, noise()).picture, silent)
    moved = tilted(Sounds(loud, voice, ones), 0.3, noise()).picture - 2
    assert 0.2 < moved[:, 0].abs().max() <= 0.3001
    torch.testing.assert_close(moved[:, 0], -moved[:, -1], atol=1e-3, rtol=0)
    assert moved[:, BANDS // 2].abs().max() < 0.01


def test_weights_scale_what_a_sound_counts():
    model, sounds = SMALL.build().eval(), toy_sounds(1)
    once = model.losses(sounds, noise())
    twice = model.losses(Sounds(sounds.picture, sounds.voice, 2 * sounds.weight), noise())
    for name, value in once.items():
        torch.testing.assert_close(twice[name], 2 * value)


def test_more_draws_never_say_that_a_sound_is_less_likely():
    model, sounds = SMALL.build().eval(), toy_sounds(6)
    few, many = (negative_log_likelihood(model, sounds, draws=draws).mean() for draws in (1, 64))
    assert many < few


def test_the_networks_that_are_played_say_what_the_model_says(tmp_path):
    model = SMALL.build().eval().requires_grad_(False)
    model.load_state_dict(checkpoint.halved(model.state_dict()))
    checkpoint.write_sound_onnx(tmp_path, model)
    write_settings(
        tmp_path,
        "sound",
        voices=["kick", "tom"],
        detail_size=5,
        picture=[BANDS, FRAMES],
        centre=[[0, 0]] * 8,
        spread=[[1, 1]] * 8,
        card={"name": "toy", "licence": "", "credit": ""},
    )
    space, sounds = SoundSpace(tmp_path), toy_sounds(3)
    told = torch.zeros(3, 8)
    told[:, 4] = 1
    seen = model.see(sounds.picture, told)
    point = model.locate(seen)
    detail = model.describe(seen, point, told)
    code = space.place(sounds.picture.numpy(), "tom")
    np.testing.assert_allclose(code.map, point, atol=1e-4)
    np.testing.assert_allclose(code.detail, detail, atol=1e-4)
    np.testing.assert_allclose(space.pictures(code, "tom"), model.decode(point, detail, told)[0], atol=1e-3)
    expected = model.expect(point, told)
    np.testing.assert_allclose(space.expected(code.map, "tom").detail, expected.mean, atol=1e-4)
    assert isinstance(space.at(code.map[:1], "tom")[0], Clip)


def test_a_recipe_survives_json():
    assert checkpoint.recipe_from_dict(checkpoint.recipe_to_dict(sound())) == sound()
