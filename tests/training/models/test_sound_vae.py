import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from toy_sounds import SMALL

from clave.audio.log_spectrogram import BANDS, FLOOR, FRAMES, LONG_BANDS
from clave.latent.space_folder import write_settings
from clave.music.clip import Clip
from clave.sound.space import SOUND_FORMAT, load_sound
from clave.training.loop import begin, fit, score
from clave.training.models.sound_model import Sounds
from clave.training.models.sound_vae import augmented
from clave.training.onnx_export import write_graphs
from clave.training.recipes import SOUND_RECIPES, sound
from clave.training.tensor_file import halved

TOY = replace(sound(), model=SMALL, epochs=30, batch_size=8, warmup_epochs=1, averaging=0.5)


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
    spectrogram = recipe().model.spectrogram()
    log_spectrogram = torch.randn(4, spectrogram.bands, spectrogram.frames, generator=noise()) - 3
    progress = next(fit(run, Sounds(log_spectrogram, torch.arange(4), torch.ones(4))))
    assert math.isfinite(progress.total)
    assert {"flow", "kl_map"} <= progress.losses.keys() or "sound" in progress.losses


def prepared(sounds: Sounds):
    model = SMALL.build()
    model.fit_components(sounds)
    return model.eval().requires_grad_(False)


def test_the_same_seed_learns_the_same_and_learning_helps():
    before = score(begin(TOY).model.eval(), toy_sounds(), TOY)
    totals = []
    for _ in range(2):
        run = begin(TOY)
        run.model.fit_components(toy_sounds())
        totals.append([progress.total for progress in fit(run, toy_sounds())][-1])
    assert totals[0] == totals[1]
    assert score(run.model.eval(), toy_sounds(), TOY)["flow"] < 0.9 * before["flow"]


def test_the_detail_is_what_principal_component_analysis_says():
    sounds = toy_sounds(64)
    whole = replace(SMALL, band_shapes=40, frame_shapes=24, residual_size=0).build()  # enough for these sounds
    whole.fit_components(sounds)
    weight = torch.ones(BANDS, 1)
    weight[LONG_BANDS:] = 2
    residual = ((sounds.log_spectrogram - sounds.log_spectrogram.mean(0)) * weight).flatten(1)
    _, size, axes = torch.linalg.svd(residual, full_matrices=False)
    features = whole.features(sounds.log_spectrogram, sounds.voices)
    detail = whole.encode_detail(features, torch.zeros(64, 2), sounds.voices)
    deviation = size[:5] / 8  # root of 64 sounds
    torch.testing.assert_close(detail.square().mean().sqrt(), torch.tensor(1.0), atol=1e-3, rtol=0)
    torch.testing.assert_close(detail.std(0, correction=0), (deviation / deviation.mean()).sqrt(), atol=2e-3, rtol=0)
    along = (residual @ axes[:5].T / deviation).abs()
    torch.testing.assert_close((detail / detail.std(0, correction=0)).abs(), along, atol=2e-2, rtol=0)

    again = whole.decode(torch.zeros(64, 2), detail, sounds.voices)
    best = (residual @ axes[:5].T @ axes[:5]).unflatten(1, (BANDS, FRAMES)) / weight + sounds.log_spectrogram.mean(0)
    torch.testing.assert_close(again, best, atol=2e-2, rtol=0)


def test_the_residual_is_what_the_components_leave_of_the_largest_shapes():
    sounds, voices = toy_sounds(64), toy_sounds(64).voices
    errors = []
    for size in (0, 6, 40, 80):
        model = replace(SMALL, residual_size=size).build()
        model.fit_components(sounds)
        detail = model.encode_detail(model.features(sounds.log_spectrogram, voices), torch.zeros(64, 2), voices)
        assert detail.shape == (64, 5 + size)
        again = model.decode(torch.zeros(64, 2), detail, voices)
        errors.append((again - sounds.log_spectrogram)[:, :LONG_BANDS].square().mean())
        assert size in (0, 80) or len(set(model.residual_shapes.tolist())) == size
    assert errors[0] > 1.1 * errors[1] > 1.1 * errors[2]
    every = replace(SMALL, components=80, residual_size=0).build()  # there are 80 shapes
    every.fit_components(sounds)
    features = every.features(sounds.log_spectrogram, voices)
    again = every.decode(torch.zeros(64, 2), every.encode_detail(features, torch.zeros(64, 2), voices), voices)
    best = (again - sounds.log_spectrogram)[:, :LONG_BANDS].square().mean()
    torch.testing.assert_close(errors[3], best, rtol=1e-2, atol=0)


def test_the_average_is_weighted():
    sounds = toy_sounds(4)
    model = SMALL.build()
    model.fit_components(replace(sounds, weight=torch.tensor([3.0, 1.0, 0.0, 0.0])))
    torch.testing.assert_close(model.average, 0.75 * sounds.log_spectrogram[0] + 0.25 * sounds.log_spectrogram[1])


def test_augmentation_leaves_silence_alone():
    silent = torch.full((50, BANDS, FRAMES), math.log(FLOOR))
    loud = torch.full((50, BANDS, FRAMES), 2.0)
    ones, voice = torch.ones(50), torch.zeros(50, dtype=torch.int64)
    torch.testing.assert_close(augmented(Sounds(silent, voice, ones), 0.3, 10.0, noise()).log_spectrogram, silent)
    moved = augmented(Sounds(loud, voice, ones), 0.3, 0.0, noise()).log_spectrogram - 2
    assert 0.3 < moved.abs().max() <= 0.6001
    torch.testing.assert_close(moved[:, :LONG_BANDS], moved[:, :LONG_BANDS, :1].expand(-1, -1, FRAMES))
    damped = augmented(Sounds(loud, voice, ones), 0.0, 10.0, noise()).log_spectrogram - 2
    assert damped[:, 0].diff(dim=1).max() < 0.12  # a decay that is never much slower
    assert damped[:, :, 0].abs().max() < 1e-5  # the onset stays
    assert damped[:, 0, -1].min() < -3


def test_weights_scale_what_a_sound_counts():
    model, sounds = SMALL.build().eval(), toy_sounds(1)
    once = model.losses(sounds, noise())
    twice = model.losses(Sounds(sounds.log_spectrogram, sounds.voice, 2 * sounds.weight), noise())
    for name, value in once.items():
        torch.testing.assert_close(twice[name], 2 * value)


def test_the_networks_that_are_played_say_what_the_model_says(tmp_path):
    model = prepared(toy_sounds(24))
    torch.nn.init.normal_(model.flow.output.weight, std=0.1, generator=noise())
    model.load_state_dict(halved(model.state_dict()))
    write_graphs(tmp_path, model.onnx_graphs())
    write_settings(
        tmp_path,
        SOUND_FORMAT,
        voices=["kick", "tom"],
        detail_size=11,
        drawn_size=5,
        spectrogram="drum",
        log_spectrogram_shape=[BANDS, FRAMES],
        centre=[[0, 0]] * 8,
        spread=[[1, 1]] * 8,
        card={"name": "toy", "licence": "", "credit": ""},
    )
    space, sounds = load_sound(tmp_path), toy_sounds(3)
    one_hot = torch.zeros(3, 8)
    one_hot[:, 4] = 1
    features = model.features(sounds.log_spectrogram, one_hot)
    point = model.encode_map(features)
    detail = model.encode_detail(features, point, one_hot)
    code = space.encode_log_spectrograms(sounds.log_spectrogram.numpy(), "tom")
    np.testing.assert_allclose(code.map, point, atol=1e-4)
    np.testing.assert_allclose(code.detail, detail, atol=1e-4)
    np.testing.assert_allclose(space.log_spectrograms(code, "tom"), model.decode(point, detail, one_hot), atol=2e-3)
    assert np.abs(code.detail[:, 5:]).max() > 0.1  # a residual, which nothing that is drawn has
    expected = space.expected(code.map, "tom").detail
    np.testing.assert_allclose(expected[:, :5], model.expected_detail(point, one_hot), atol=1e-3)
    assert not expected[:, 5:].any()
    rng = np.random.default_rng(1)
    points, start = (torch.from_numpy(rng.standard_normal((3, size)).astype(np.float32)) for size in (2, 5))
    sampled = space.sample_codes(3, "tom", seed=1).detail
    np.testing.assert_allclose(sampled[:, :5], model.sample_detail(points, start, one_hot), atol=2e-3)
    assert not sampled[:, 5:].any()
    assert isinstance(space.at(code.map[:1], "tom")[0], Clip)
