import math
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

from clave import sounds
from clave.audio.paper_log_spectrogram import PAPER_FLOOR, PaperSpectrogram
from clave.errors import SpaceError, TrainingError
from clave.music.kit import VOICES
from clave.sound.space import load_sound
from clave.training import checkpoint
from clave.training.loop import begin, fit
from clave.training.models.paper_sound_vae import PaperSoundConfig, negative_log_likelihood
from clave.training.models.sound_model import Sounds
from clave.training.recipes import paper_sound, sound_by_name
from clave.training.sound_data import to_sounds
from clave.training.sound_run import learn_sound
from clave.training.tensor_file import load_tensors

BANDS, FRAMES = 410, 157
NARROW = PaperSoundConfig(latent_size=6, wide=12, narrow=12)
TOY = replace(
    paper_sound(), model=NARROW, epochs=4, batch_size=12, rows_at_once=5, keep_every_epochs=2, warmup_epochs=2,
    learning_rate=1e-3,
)  # fmt: skip


def noise(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def log_spectrograms(level: float, count: int = 4) -> Sounds:
    """Magnitudes all of about this level."""
    magnitude = level * torch.rand(count, BANDS, FRAMES, generator=noise())
    return Sounds(torch.log(magnitude + PAPER_FLOOR), torch.arange(count) % 8, torch.ones(count))


def test_the_network_is_the_paper_s():
    model = PaperSoundConfig().build()
    spectrum = PaperSpectrogram()
    assert (spectrum.bands, spectrum.frames) == (BANDS, FRAMES)
    x = torch.zeros(1, 1, 410, 157)
    assert model.convolutions[:-1](x).shape == (1, 32, 16, 20)
    assert model.convolutions(x).shape == (1, 10_240)
    assert model.encoder(model.convolutions(x)).shape == (1, 512)
    assert model.latent(torch.zeros(1, 512)).shape == (1, 2 * 128)
    assert model.decoder_input(torch.zeros(1, 128 + 8)).shape == (1, 32, 16, 20)
    assert model.decoder(torch.zeros(1, 32, 16, 20)).shape == (1, 2, 410, 157)
    assert sum(value.numel() for value in model.parameters()) == 22_306_170


def test_log_spectrograms_of_any_size_come_back_in_their_size():
    for bands, frames in ((103, 40), (11, 5), (64, 33)):
        model = replace(NARROW, bands=bands, frames=frames).build()
        mean, log_std = model.likelihood(torch.zeros(2, 6), torch.eye(8)[:2])
        assert mean.shape == log_std.shape == (2, bands, frames)


def test_the_recipe_is_the_paper_s():
    recipe = sound_by_name("paper")
    assert (recipe.epochs, recipe.batch_size, recipe.learning_rate) == (500, 200, 1e-4)
    assert recipe.weight("kl", 0) == 0
    assert recipe.weight("kl", 500) == 4
    assert recipe.weight("sound", 0) == 1


def test_surprise_is_the_gaussian_s():
    x, mean, log_std = torch.randn(3, 2, 4, 5, generator=noise()).unbind()
    expected = -torch.distributions.Normal(mean, log_std.exp()).log_prob(x).sum((1, 2))
    torch.testing.assert_close(negative_log_likelihood(x, mean, log_std), expected)


@pytest.mark.parametrize("level", [0.0, 1e-6, 1.0, 64.0])
def test_losses_are_finite_whatever_comes_in(level):
    run = begin(replace(TOY, batch_size=4))
    with torch.no_grad():
        for parameter in run.model.decoder.parameters():  # as far gone as weights can be that painted little else
            parameter.mul_(30)
    for progress in fit(run, log_spectrograms(level)):
        assert math.isfinite(progress.total)
    assert all(parameter.isfinite().all() for parameter in run.model.parameters())


def test_the_standard_deviation_stays_within_its_bounds():
    model = NARROW.build()
    for size in (0.0, 1.0, 1e5):
        mean, log_std = model.likelihood(size * torch.randn(8, 6, generator=noise()), torch.eye(8))
        std = log_std.exp()
        assert mean.isfinite().all()
        assert NARROW.least_std * 0.999 <= std.min() <= std.max() <= NARROW.most_std * 1.001


def test_it_knows_the_voice_in_its_decoder_alone():
    model = NARROW.build().eval()
    x, (kick, snare) = log_spectrograms(1.0, 1).log_spectrogram, torch.eye(8)[:2].split(1)
    assert torch.equal(model.features(x, kick), model.features(x, snare))
    point, detail = torch.zeros(1, 2), torch.zeros(1, 4)
    z = torch.cat([point, detail], dim=1)
    assert not torch.equal(model.likelihood(z, kick)[0], model.likelihood(z, snare)[0])


@pytest.mark.parametrize("count", [3, 40])  # fewer than the latent has dimensions, and more
def test_map_and_detail_are_whitened_principal_axes(count):
    model = NARROW.build().eval()
    with torch.no_grad():
        model.latent.weight.mul_(100)
    some = log_spectrograms(1.0, count)
    some = Sounds(some.log_spectrogram * torch.rand(count, 1, 1, generator=noise(1)), some.voice, some.weight)
    before = model.posterior(some.log_spectrogram)
    voice = some.voices
    z = before.mean
    model.fit_axes(some, batch=7)
    features = model.features(some.log_spectrogram, voice)
    torch.testing.assert_close(model.axes.T @ model.axes, torch.eye(6), atol=1e-5, rtol=0)
    torch.testing.assert_close(features.mean(0), torch.zeros(6), atol=1e-3, rtol=0)
    widths = (features * model.spread).var(0)
    assert (widths.diff() <= 1e-4 * widths[0]).all()  # the widest first
    variance = (before.log_std.exp().square() @ model.axes.square()).mean(0) / model.spread.square()
    torch.testing.assert_close(features.square().mean(0) + variance, torch.ones(6), atol=1e-3, rtol=0)
    again = model.decode(model.encode_map(features), model.encode_detail(features, features[:, :2], voice), voice)
    straight = torch.log(model.likelihood(z, voice)[0].clamp(min=0) + PAPER_FLOOR)
    torch.testing.assert_close(again, straight, atol=1e-3, rtol=1e-3)  # through the axes and back
    rows = some.voice == 1
    torch.testing.assert_close(model.expected_detail(torch.zeros(8, 2), torch.eye(8))[1], features[rows, 2:].mean(0))
    one = torch.ones(8, 4)
    origin, voices = torch.zeros(8, 2), torch.eye(8)
    residual = model.sample_detail(origin, one, voices) - model.expected_detail(origin, voices)
    torch.testing.assert_close(residual[1], model.detail_std[1])


@pytest.fixture(scope="module")
def corpus():
    """Six kits of the factory's, one drum a voice each, as the paper saw them."""
    made = sounds.made(6, spectrogram=PaperSpectrogram())
    kit = np.arange(len(made)) // 8
    return replace(made, kit=kit, group=kit, kits=tuple(f"kit {number}" for number in range(6)))


@pytest.fixture(scope="module")
def run(corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return folder, list(learn_sound(corpus, TOY, folder, limit=24))


def test_a_run_leaves_a_space_one_can_play(run, corpus):
    folder, epochs = run
    assert [epoch.number for epoch in epochs] == [1, 2, 3, 4]
    space = load_sound(folder)
    assert isinstance(space.spectrogram, PaperSpectrogram)
    assert space.detail_size == 4
    clips = space.sample(2, "snare", seed=1) + space.at([[0.5, -1.0]], "kick", variation=1.0, seed=2)
    assert all(clip.peak == pytest.approx(0.9) and clip.seconds <= 0.5 for clip in clips)
    code = space.encode(clips, "snare")
    assert code.detail.shape == (3, 4)
    assert len(space.decode(code, "snare")) == 3
    assert space.log_spectrograms(space.sample_codes(2, "clap"), "clap").shape == (2, BANDS, FRAMES)
    assert len(space.kit().clips) == len(VOICES)
    assert sum(len(space.corpus(voice)) for voice in VOICES) == 24  # what it learned from, no more
    with pytest.raises(SpaceError, match="silen"):
        space.encode([type(clips[0])(np.zeros(100, np.float32))], "kick")


def test_points_of_a_voice_lie_around_the_centre_of_its_map(run):
    there = load_sound(run[0]).corpus("tom").map
    np.testing.assert_allclose(there.mean(axis=0), 0, atol=0.05)


def test_the_space_paints_what_the_model_does(run):
    folder, _ = run
    space = load_sound(folder)
    model = NARROW.build().eval()
    tensors, _ = load_tensors(folder / "model.safetensors")
    model.load_state_dict(tensors)
    code = space.sample_codes(3, "tom", seed=4)
    one_hot = torch.zeros(3, 8)
    one_hot[:, VOICES.index(next(voice for voice in VOICES if voice.name == "tom"))] = 1
    with torch.no_grad():
        point = torch.from_numpy(space.to_network(code.map, "tom"))
        expected = model.decode(point, torch.from_numpy(code.detail), one_hot)
    np.testing.assert_allclose(space.log_spectrograms(code, "tom"), expected, atol=2e-3)


def test_a_run_that_was_killed_goes_on_to_the_same_weights(run, corpus, tmp_path):
    folder, _ = run
    assert len(list(islice(learn_sound(corpus, TOY, tmp_path, limit=24), 3))) == 3  # the second is kept
    with pytest.raises(TrainingError, match="other data"):
        next(learn_sound(corpus, TOY, tmp_path, limit=25, resume=True))
    again = list(learn_sound(corpus, TOY, tmp_path, limit=24, resume=True))
    assert [epoch.number for epoch in again] == [3, 4]
    for name in ("model.safetensors", "best.safetensors", "decoder.onnx"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_a_run_that_turns_not_finite_stops_at_its_step_and_keeps_the_last_checkpoint(corpus, tmp_path):
    learning = learn_sound(corpus, TOY, tmp_path, limit=24)
    assert [next(learning).number for _ in range(2)] == [1, 2]
    kept = (tmp_path / "checkpoint.safetensors").read_bytes()
    is_kick = corpus.voice[:, None, None] == 0
    broken = replace(corpus, log_spectrogram=np.where(is_kick, np.float32(200), corpus.log_spectrogram))
    learning.close()
    run, _ = checkpoint.load(tmp_path)
    with pytest.raises(TrainingError, match=r"the loss is not finite at step \d"):
        list(fit(run, to_sounds(broken)))
    assert all(parameter.isfinite().all() for parameter in run.model.parameters())
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == kept
    assert checkpoint.load(tmp_path)[0].step == 4
