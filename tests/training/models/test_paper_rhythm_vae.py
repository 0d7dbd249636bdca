import math
from dataclasses import replace

import pytest
import torch
from torch import nn
from toy_bars import paper_bars

from clave.training.loop import begin
from clave.training.models.condition import Condition
from clave.training.models.map_search import hit_cross_entropy
from clave.training.models.paper_rhythm_vae import PAPER_CELLS, PaperConfig, PaperVAE
from clave.training.models.vae import log_mean_exp
from clave.training.recipes import paper


def noise(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("config", [PaperConfig(), PaperConfig(latent_size=5)], ids=repr)
def test_it_encodes_decodes_and_gives_finite_losses(config):
    model, bars = config.build(), paper_bars(12)
    nothing = torch.zeros(12, 0)
    point = model.encode_map(bars.velocity, bars.offset, nothing)
    assert (model.map_size, model.detail_size) == (config.latent_size, 0)
    assert point.shape == (12, config.latent_size)
    assert model.decode_map(Condition(point, nothing, nothing, nothing)).shape == (12, 8, 64)
    losses = model.losses(bars, noise())
    assert list(losses) == ["hits", "kl_map"]
    assert torch.isfinite(torch.stack(list(losses.values()))).all()
    assert losses["kl_map"] >= 0
    assert torch.isfinite(model.log_weights(bars, 3, noise())).all()


def test_the_papers_network_has_the_papers_sizes():
    sizes = [tuple(each.weight.shape) for each in PaperVAE(PaperConfig()).modules() if isinstance(each, nn.Linear)]
    assert sizes == [(800, 512), (4, 800), (800, 2), (512, 800)]
    assert PAPER_CELLS == 512


def test_it_knows_hits_alone():
    model, bars = PaperConfig().build(), paper_bars(6)
    softer = replace(bars, velocity=0.5 * bars.velocity, offset=0 * bars.offset)
    nothing = torch.zeros(6, 0)
    assert torch.equal(
        model.encode_map(bars.velocity, bars.offset, nothing), model.encode_map(softer.velocity, softer.offset, nothing)
    )


def test_importance_weights_bound_the_likelihood_of_a_known_model():
    """With a decoder that ignores its latent, log p(x) is known exactly, and every weight must average to it."""
    model, bars = PaperVAE(PaperConfig()), paper_bars(4)
    nn.init.zeros_(model.decoder[2].weight)
    nn.init.constant_(model.decoder[2].bias, -1.0)
    exact = -hit_cross_entropy(torch.full((4, 8, 64), -1.0), bars)
    torch.testing.assert_close(log_mean_exp(model.log_weights(bars, 400, noise())), exact, atol=0.3, rtol=0)


def test_the_recipe_is_the_papers():
    recipe = paper()
    assert (recipe.batch_size, recipe.epochs, recipe.learning_rate, recipe.weights["kl_map"]) == (8, 200, 1e-3, 4.0)
    assert not recipe.annealed
    for each in (recipe, paper(latent_size=8, beta=0)):
        assert begin(each).step == 0
    assert math.isclose(recipe.weight("kl_map", 25), 2.0)
