import math
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
import toy_sounds
from toy_bars import TOY, paper_bars, toy_bars

from clave.audio.log_spectrogram import BANDS, FRAMES
from clave.errors import TrainingError
from clave.music.units import METERS
from clave.training.loop import Recipe, begin, fit, negative_log_likelihood, score
from clave.training.models.sound_model import Sounds
from clave.training.models.vae import Examples
from clave.training.recipes import RHYTHM_RECIPES, by_name, paper


def test_training_lowers_the_loss_of_every_recipe():
    ours, papers = replace(TOY, epochs=20), replace(paper(), batch_size=16, epochs=20, warmup_epochs=2)
    for recipe, bars, part in ((ours, toy_bars(), "tokens"), (papers, paper_bars(), "hits")):
        run = begin(recipe)
        before = score(run.model, bars, recipe)[part]
        steps = list(fit(run, bars))
        assert score(run.model, bars, recipe)[part] < 0.6 * before
        assert steps[-1].step == run.step == 20 * 4


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    def weights(seed: int):
        run = begin(replace(TOY, seed=seed))
        list(islice(fit(run, toy_bars()), 6))
        return torch.nn.utils.parameters_to_vector(run.model.parameters())

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


def test_beta_warms_up():
    recipe = replace(paper(beta=4.0), warmup_epochs=50)
    assert [recipe.weight("kl_map", epoch) for epoch in (0, 25, 50, 200)] == [0, 2, 4, 4]
    assert recipe.weight("hits", 0) == 1
    losses = {"hits": torch.tensor(2.0), "kl_map": torch.tensor(3.0)}
    assert float(recipe.total(losses)) == 2 + 4 * 3


def test_a_loss_that_is_not_finite_stops_before_the_weights_are_touched():
    run = begin(TOY)
    bars = toy_bars()
    list(islice(fit(run, bars), 2))
    with torch.no_grad():
        next(run.model.parameters()).fill_(float("nan"))
    kept = run.step
    with pytest.raises(TrainingError, match=f"not finite at step {kept} "):
        next(fit(run, bars))
    assert run.step == kept


def test_a_slope_that_is_not_finite_stops_before_the_weights_are_touched():
    run = begin(TOY)
    parameter = next(run.model.parameters())
    before = parameter.detach().clone()
    parameter.register_hook(lambda slope: slope * math.inf)
    with pytest.raises(TrainingError, match="the gradient is not finite at step 0 "):
        next(fit(run, toy_bars()))
    assert torch.equal(parameter, before)


@pytest.mark.parametrize("of", ["toy bars", "sounds", "paper"])
def test_a_batch_in_parts_teaches_the_same_as_the_whole(of):
    """Rows of a batch of 13 are learned in parts of 5; noise, dropout and what bars exchange are those of the batch."""
    recipe, examples = parted(of)
    whole, parts = begin(recipe), begin(replace(recipe, rows_at_once=5))
    for one, other in islice(zip(fit(whole, examples), fit(parts, examples), strict=True), 6):
        assert other.total == pytest.approx(one.total, rel=1e-5)
        assert other.losses == pytest.approx(one.losses, rel=1e-4)
    for ours, theirs in zip(whole.model.parameters(), parts.model.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-5)


def parted(of: str) -> tuple[Recipe, Examples]:
    """A recipe and its examples: bars with bars before them, of which some are longer; sounds; the paper's bars."""
    settings = {"batch_size": 13, "epochs": 3}
    if of == "sounds":
        rng = torch.Generator().manual_seed(0)
        sounds = Sounds(
            torch.randn(40, BANDS, FRAMES, generator=rng), torch.arange(40) % 8, torch.rand(40, generator=rng)
        )
        return replace(toy_sounds.TOY, **settings), sounds
    if of == "paper":
        return replace(paper(), **settings), paper_bars()
    bars = toy_bars(64, meters=METERS)
    bars = replace(bars, before=bars.hits.roll(1, 0) > 0, follows=torch.arange(64) % 3 > 0)
    points = torch.randn(64, 4, 2, generator=torch.Generator().manual_seed(0))
    return replace(TOY, **settings), replace(bars, point=points[:, 0], turned_point=points[:, 1:])


def test_the_average_follows_the_weights():
    run = begin(replace(TOY, averaging=0.0))
    list(islice(fit(run, toy_bars()), 3))
    for ours, average in zip(run.model.parameters(), run.average.parameters(), strict=True):
        assert torch.equal(ours, average)


def test_the_likelihood_bound_tightens_with_more_draws():
    run, bars = begin(replace(paper(), batch_size=16, epochs=10, warmup_epochs=1)), paper_bars()
    list(fit(run, bars))
    few, many = (float(negative_log_likelihood(run.model, bars, draws).mean()) for draws in (1, 64))
    assert many < few
    assert np.isfinite(many)


def test_an_unknown_recipe_is_told_which_there_are():
    with pytest.raises(TrainingError, match=", ".join(RHYTHM_RECIPES)):
        by_name("gan", styles=0)
