"""Little data gets as many steps as learning takes."""

from dataclasses import replace

import pytest
import torch
from toy_sounds import TOY, toy_corpus

from clave.sound.dataset import SoundCorpus
from clave.training.loop import begin, fit
from clave.training.models.rhythm_vae import RhythmConfig
from clave.training.models.sound_vae import LEAST_SIZE, SoundConfig
from clave.training.recipes import rhythm, sound
from clave.training.small_runs import LEAST_MAP_STEPS, LEAST_STEPS, fitted, fitted_to_bars
from clave.training.sound_data import to_sounds


@pytest.mark.parametrize("examples", [1, 9, 30, 200, 1500, 5000])
def test_a_run_has_a_floor_of_steps(examples: int) -> None:
    recipe = fitted(sound(), examples)
    assert recipe.epochs * max(1, examples // recipe.batch_size) >= LEAST_STEPS
    assert recipe.warmup_epochs / recipe.epochs == pytest.approx(30 / 130)
    assert recipe.batch_size <= max(8, examples)
    assert (recipe == sound()) == (examples >= 3072)


def test_a_short_run_reaches_its_learning_rate() -> None:
    run = begin(replace(TOY, annealed=True, epochs=5, batch_size=48))
    rates = [(next(steps := fit(run, to_sounds(toy_corpus()))), run.optimizer.param_groups[0]["lr"])[1]]
    rates += [run.optimizer.param_groups[0]["lr"] for _ in steps]
    assert rates[0] == pytest.approx(TOY.learning_rate)
    assert rates == sorted(rates, reverse=True)


def test_fewer_sounds_than_components_leave_none_without_a_size() -> None:
    few: SoundCorpus = toy_corpus().subset(torch.arange(3).numpy())
    model = SoundConfig(components=8, residual_size=8, band_shapes=6, frame_shapes=6, width=8, encoder_width=8).build()
    model.fit_components(to_sounds(few))
    assert float((model.spread.min() / model.spread.max()).square()) >= 0.99 * LEAST_SIZE
    other = to_sounds(toy_corpus())
    assert float(model.features(other.log_spectrogram, other.voices).abs().max()) < 1000


@pytest.mark.parametrize("bars", [1, 20, 160, 2000, 100_000])
def test_the_map_of_bars_has_a_floor_of_steps_too(bars: int) -> None:
    recipe = fitted_to_bars(rhythm(3), bars)
    assert isinstance(recipe.model, RhythmConfig)
    training = recipe.model.map_training
    assert training.epochs * max(1, bars // training.batch_size) >= LEAST_MAP_STEPS
    assert recipe.epochs * max(1, bars // recipe.batch_size) >= LEAST_STEPS
    assert (recipe == rhythm(3)) == (bars == 100_000)
