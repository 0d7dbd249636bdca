import math

import pytest
import torch
from torch import nn
from toy_bars import toy_bars

from clave.recipes import paper, quick, rhythm
from clave.rhythm_vae import (
    CELLS,
    PaperConfig,
    PaperVAE,
    RhythmConfig,
    Strokes,
    hit_cross_entropy,
    rotated,
    without_a_voice,
)
from clave.train import begin

CONFIGS = [PaperConfig(), PaperConfig(latent_size=5), RhythmConfig(styles=2, detail_size=6), RhythmConfig(styles=0)]


def noise(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def bars_for(config):
    bars = toy_bars(12)
    if isinstance(config, RhythmConfig) and config.styles == 0:
        return type(bars)(bars.velocity, bars.offset, bars.style[:, :0], bars.section)
    return bars


@pytest.mark.parametrize("config", CONFIGS, ids=repr)
def test_every_model_encodes_decodes_and_gives_finite_losses(config):
    model, bars = config.build(), bars_for(config)
    seen = model.see(bars.velocity, bars.offset)
    point = model.locate(seen)
    detail = model.describe(seen, point)
    strokes = model.decode(point, detail)
    assert point.shape == (12, model.map_size)
    assert detail.shape == (12, model.detail_size)
    assert strokes.hit_logit.shape == strokes.velocity.shape == strokes.offset.shape == (12, 8, 64)
    assert ((strokes.velocity > 0) & (strokes.velocity < 1)).all()
    assert (strokes.offset.abs() < 2).all()
    losses = model.losses(bars, noise())
    assert torch.isfinite(torch.stack(list(losses.values()))).all()
    assert losses["kl_map"] >= 0
    assert torch.isfinite(model.log_weight(bars, noise())).all()


def test_the_papers_network_has_the_papers_sizes():
    sizes = [tuple(each.weight.shape) for each in PaperVAE(PaperConfig()).modules() if isinstance(each, nn.Linear)]
    assert sizes == [(800, 512), (4, 800), (800, 2), (512, 800)]


@pytest.mark.parametrize("recipe", [rhythm(18), quick(3)], ids=lambda recipe: recipe.name)
def test_our_decoder_stays_small_and_plain(recipe):
    decoder = begin(recipe).model.decoder
    assert sum(each.numel() for each in decoder.parameters()) < 2_000_000
    leaves = {type(each) for each in decoder.modules() if not list(each.children())}
    assert leaves <= {nn.Linear, nn.LayerNorm, nn.SiLU}


def test_style_reaches_neither_the_map_nor_the_decoder():
    model, bars = RhythmConfig(styles=2, detail_size=4).build(), toy_bars(6)
    swapped = type(bars)(bars.velocity, bars.offset, bars.style.flip(1), bars.section)
    for part in ("hits", "kl_map"):  # what depends on map and decoder alone
        assert model.losses(bars, noise())[part] == model.losses(swapped, noise())[part]
    assert model.losses(bars, noise())["style"] != model.losses(swapped, noise())["style"]


def test_style_and_section_move_the_expected_detail():
    model = RhythmConfig(styles=2, detail_size=4).build()
    point, beat, fill = torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    plain = model.expect(point, torch.zeros(1, 2), beat).mean
    assert not torch.equal(plain, model.expect(point, torch.tensor([[1.0, 0.0]]), beat).mean)
    assert not torch.equal(plain, model.expect(point, torch.zeros(1, 2), fill).mean)


def test_unlabelled_bars_teach_no_style():
    model, bars = RhythmConfig(styles=2).build(), toy_bars(6)
    unlabelled = type(bars)(bars.velocity, bars.offset, torch.zeros_like(bars.style), bars.section)
    assert model.losses(unlabelled, noise())["style"] == 0


def test_cross_entropy_of_a_fair_coin_is_log_two_a_cell():
    bars, flat = toy_bars(3), torch.zeros(3, 8, 64)
    torch.testing.assert_close(
        hit_cross_entropy(Strokes(flat, flat, flat), bars), torch.full((3,), CELLS * math.log(2)).float()
    )


def test_importance_weights_bound_the_likelihood_of_a_known_model():
    """With a decoder that ignores its latent, log p(x) is known exactly, and every weight must average to it."""
    model, bars = PaperVAE(PaperConfig()), toy_bars(4)
    nn.init.zeros_(model.decoder[2].weight)
    nn.init.constant_(model.decoder[2].bias, -1.0)
    exact = -hit_cross_entropy(model.decode(torch.zeros(4, 2), torch.zeros(4, 0)), bars)
    draws = torch.stack([model.log_weight(bars, noise(seed)) for seed in range(400)])
    estimate = torch.logsumexp(draws, 0) - math.log(400)
    torch.testing.assert_close(estimate, exact, atol=0.3, rtol=0)


def test_a_voice_falls_silent_in_the_share_of_bars_asked_for():
    bars = toy_bars(400)
    assert torch.equal(without_a_voice(bars, 0.0, noise()).velocity, bars.velocity)
    silenced = without_a_voice(bars, 1.0, noise())
    lost = (bars.hits.any(dim=2) & ~silenced.hits.any(dim=2)).sum(dim=1)
    assert set(lost.tolist()) <= {0, 1}  # one voice at most, and that may have been silent before
    assert lost.float().mean() == pytest.approx(3 / 8, abs=0.08)  # three of the eight voices play


def test_rotation_begins_a_bar_at_another_quarter():
    bars = toy_bars(50)
    assert torch.equal(rotated(bars, 0.0, noise()).velocity, bars.velocity)
    turned = rotated(bars, 1.0, noise())
    for before, after, late, later in zip(bars.velocity, turned.velocity, bars.offset, turned.offset, strict=True):
        shifts = [shift for shift in (16, 32, 48) if torch.equal(before.roll(-shift, dims=1), after)]
        assert shifts
        assert any(torch.equal(late.roll(-shift, dims=1), later) for shift in shifts)


def test_recipes_build():
    for recipe in (paper(), paper(latent_size=8, beta=0), rhythm(18), quick()):
        assert begin(recipe).step == 0
