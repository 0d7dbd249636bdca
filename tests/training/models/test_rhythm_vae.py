import math
from dataclasses import replace

import pytest
import torch
from torch import nn
from toy_bars import TINY, TOY, toy_bars, untrained

from clave.music.units import METERS, steps_per_bar
from clave.rhythm.tokens import Vocabulary
from clave.training.loop import begin, negative_log_likelihood
from clave.training.models.bars import Bars
from clave.training.models.condition import Condition
from clave.training.models.feature_grid import FeatureGrid
from clave.training.models.map_search import hit_cross_entropy
from clave.training.models.rhythm_vae import fourier_features
from clave.training.models.vae import log_mean_exp
from clave.training.recipes import quick, rhythm

LOSSES = ["map_guess", "tokens", "strokes", "turning", "velocity", "offset", "kl_feel"]


def noise(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def unlabelled(bars: Bars, styles: int = 2) -> Bars:
    return replace(bars, style=torch.zeros(len(bars), styles))


@pytest.fixture(scope="module")
def model():
    return untrained(TINY)


def log_posterior(model, points, bars, row):
    """Of one bar at all of these points."""
    many = bars[torch.full((len(points),), row)]
    return -hit_cross_entropy(model.decode_unlabelled(points, many.meter), many)


def grid(limit: float, step: float) -> torch.Tensor:
    axis = torch.arange(-limit, limit, step)
    return torch.cartesian_prod(axis, axis)


@pytest.mark.parametrize("styles", [2, 0])
@pytest.mark.parametrize("training", [True, False])
def test_losses_are_named_and_finite(styles, training):
    torch.manual_seed(0)
    config = replace(TINY, styles=styles)
    bars = toy_bars(12, meters=METERS)
    if not styles:
        bars = unlabelled(bars, 0)
    losses = config.build().train(training).losses(bars, noise())
    assert list(losses) == LOSSES + ["style_feel"] * bool(styles)
    assert torch.isfinite(torch.stack(list(losses.values()))).all()
    assert losses["kl_feel"] >= 0
    assert set(TOY.weights) <= set(losses) | {"style_feel"}


def test_bars_of_unknown_tokens_alone_can_be_scored():
    model = replace(TINY, vocabulary=(0,)).build().eval()
    bars = toy_bars(1)
    full = replace(bars, velocity=torch.where(bars.inside[:, None], torch.rand_like(bars.velocity), 0))
    assert all(torch.isfinite(value) for value in model.losses(full, noise()).values())


def test_cells_after_the_end_of_a_bar_do_not_count(model):
    bars = unlabelled(toy_bars(len(METERS), meters=METERS))
    after = ~bars.inside[:, None].expand_as(bars.velocity)
    noisy = replace(bars, velocity=torch.where(after, 0.7, bars.velocity))
    logit = torch.randn(bars.velocity.shape, generator=noise())
    torch.testing.assert_close(hit_cross_entropy(logit, bars), hit_cross_entropy(logit, noisy))
    torch.testing.assert_close(hit_cross_entropy(torch.where(after, 9.0, logit), bars), hit_cross_entropy(logit, bars))
    condition = Condition.of(bars, torch.zeros(len(bars), 2), 0.0, noise())
    for ours, theirs in zip(model.token_nll(bars, condition), model.token_nll(noisy, condition), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_cross_entropy_of_a_fair_coin_is_log_two_a_cell():
    bars = toy_bars(len(METERS), meters=METERS)
    expected = [8 * steps_per_bar(meter) * math.log(2) for meter in METERS]
    assert hit_cross_entropy(torch.zeros_like(bars.velocity), bars).tolist() == pytest.approx(expected)


def test_a_bar_has_the_tokens_of_the_vocabulary(model):
    bars = toy_bars(12, seed=5)
    bars.velocity[0, 5, 3] = 1  # a token that nobody played
    expected = torch.from_numpy(Vocabulary(TINY.vocabulary).encode((bars.velocity > 0).numpy()))
    expected[expected < 0] = len(TINY.vocabulary)
    assert torch.equal(model.encode_tokens(bars.hits), expected)
    assert expected[0, 0] == len(TINY.vocabulary)


def test_the_search_finds_a_point_no_worse_than_the_guess_and_nearly_the_best_of_all(model):
    bars = toy_bars(8, meters=METERS)
    guess = torch.randn(8, 2, generator=noise(1))
    found = model.search(bars, guess, points=1536, noise=noise())
    points = grid(3.0, 0.05)
    for row in range(len(bars)):
        reached, begun = (log_posterior(model, point[row : row + 1], bars, row) for point in (found, guess))
        assert reached >= begun
        assert (log_posterior(model, points, bars, row) > reached).float().mean() < 0.01


def test_style_and_section_reach_neither_the_map_nor_its_search(model):
    bars = toy_bars(6)
    other = replace(bars, style=bars.style.flip(1), section=1 - bars.section)
    ours, theirs = (model.losses(each, noise()) for each in (bars, other))
    assert ours["map_guess"] == theirs["map_guess"]
    for part in ("tokens", "kl_feel", "style_feel"):
        assert ours[part] != theirs[part]
    guess = torch.zeros(6, 2)
    assert torch.equal(model.search(bars, guess, 64, noise()), model.search(other, guess, 64, noise()))


def test_prepared_bars_have_the_points_that_the_losses_would_look_for(model):
    bars = model.prepared(toy_bars(6), noise())
    assert bars.point is not None
    for row in range(6):
        reached = log_posterior(model, bars.point[row : row + 1], bars, row)
        assert (log_posterior(model, grid(3.0, 0.1), bars, row) > reached).float().mean() < 0.01
    elsewhere = replace(bars, point=bars.point + 1)
    assert model.losses(bars, noise())["map_guess"] != model.losses(elsewhere, noise())["map_guess"]


def test_the_bar_before_is_heard_as_often_as_the_settings_say(model):
    bars = model.prepared(replace(toy_bars(6), before=toy_bars(6).hits > 0, follows=torch.ones(6) > 0), noise())
    never, always = (untrained(replace(TINY, before_keep_prob=share)) for share in (0.0, 1.0))
    assert never.losses(bars, noise())["tokens"] == never.losses(bars.alone(), noise())["tokens"]
    assert always.losses(bars, noise())["tokens"] != always.losses(bars.alone(), noise())["tokens"]


def test_style_section_and_meter_change_what_is_expected(model):
    def condition(style, section, meter):
        one_hot = torch.eye(len(METERS))[[meter]]
        return Condition(torch.zeros(1, 2), torch.tensor([style]), torch.tensor([section]), one_hot)

    plain = condition([0.0, 0.0], [1.0, 0.0], 0)
    others = (
        condition([1.0, 0.0], [1.0, 0.0], 0),
        condition([0.0, 0.0], [0.0, 1.0], 0),
        condition([0.0, 0.0], [1.0, 0.0], 1),
    )
    for other in others:
        assert not torch.allclose(model.decode_map(plain), model.decode_map(other), atol=1e-3)
        assert not torch.allclose(model.prior_of_feel(plain).mean, model.prior_of_feel(other).mean, atol=1e-3)


def test_unlabelled_bars_teach_no_style(model):
    losses = model.losses(unlabelled(toy_bars(6)), noise())
    assert losses["style_feel"] == 0


def test_fourier_features_are_the_point_with_its_sines_and_cosines():
    point = torch.tensor([[0.3, -1.2]])
    features = fourier_features(point)
    assert features.shape == (1, 18)
    assert features[0, :2].tolist() == point[0].tolist()
    torch.testing.assert_close(features[0, 2:10].square() + features[0, 10:].square(), torch.ones(8))


def test_the_likelihood_is_the_integral_over_the_map(monkeypatch):
    """On two dimensions it can be summed up on a grid; the importance weights must average to the same."""
    model = untrained(TINY, gain=1.0)
    bars = unlabelled(toy_bars(4, seed=2, meters=METERS))
    points, cell = grid(3.0, 0.1) + 0.05, 0.1**2
    for row in range(len(bars)):
        many = bars[torch.full((len(points),), row)]
        nll, _ = model.token_nll(many, Condition.unlabelled(points, many.meter, 2))
        assert nll.std() > 0.5  # it depends on the point
        log_joint = -math.log(36) - nll
        exact = torch.logsumexp(log_joint, dim=0) + math.log(cell)
        best = points[log_joint.argmax()]  # where a search would be in a model that has learned
        monkeypatch.setattr(model, "search", lambda mine, *_, best=best: best.repeat(len(mine), 1))
        weights = model.log_weights(bars[torch.full((300,), row)], 30, noise(row))
        assert weights.shape == (30, 300)
        share = torch.softmax(weights.flatten(), dim=0)
        error = share.square().sum().sqrt().item()  # of the mean of the weights, relative
        assert error < 0.1
        assert log_mean_exp(weights.flatten()[:, None]).item() == pytest.approx(exact.item(), abs=3.5 * error)


def test_the_likelihood_of_a_list_is_that_of_each(model):
    bars = unlabelled(toy_bars(3))
    assert negative_log_likelihood(model, bars, 8).shape == (3,)


@pytest.mark.parametrize("recipe", [rhythm(18), quick(3)], ids=lambda recipe: recipe.name)
def test_what_decodes_a_point_stays_small_and_plain(recipe):
    vocabulary = tuple(range(1200))
    model = begin(replace(recipe, model=replace(recipe.model, vocabulary=vocabulary))).model
    parts = (model.map_decoder, model.dynamics)
    count = sum(each.numel() for part in parts for each in part.parameters())
    assert count < 2_000_000
    leaves = {type(each) for part in parts for each in part.modules() if not list(each.children())}
    assert leaves <= {nn.Linear, nn.LayerNorm, nn.SiLU, nn.GRU, nn.ParameterList}
    assert isinstance(model.map_decoder.grid, FeatureGrid)


def test_recipes_build_and_know_their_vocabulary():
    for recipe in (rhythm(18), rhythm(0), quick()):
        assert begin(recipe).step == 0
    assert TINY.build().detail_size == 62
