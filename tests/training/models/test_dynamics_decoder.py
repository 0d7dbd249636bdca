import math

import pytest
import torch
from toy_bars import toy_bars

from clave.training.models.dynamics_decoder import KINDS, OFFSET_STD, VELOCITY_STD, DynamicsDecoder, PlayedCells


def test_dynamics_depend_on_the_whole_bar_and_keep_their_ranges():
    torch.manual_seed(0)
    dynamics, hits = DynamicsDecoder(3, 8), toy_bars(2).hits
    condition = torch.randn(2, 3)
    played = dynamics(hits, condition)
    assert ((played.level > 0) & (played.level < 1)).all()
    assert (played.offset.abs() < 2).all()
    for std, (low, high) in ((played.level_std, VELOCITY_STD), (played.offset_std, OFFSET_STD)):
        assert low <= std.min() <= std.max() <= high
    assert played.level.shape == (2, KINDS, *hits.shape[1:])
    with_one_more = hits.clone()
    with_one_more[:, 7, 63] = 1
    changed = dynamics(with_one_more, condition).offset != played.offset
    assert changed[:, :, :4].any()


def test_before_training_the_kinds_are_soft_middle_and_loud():
    torch.manual_seed(0)
    level = DynamicsDecoder(3, 8)(toy_bars(2).hits, torch.zeros(2, 3)).level.mean(dim=(0, 2, 3))
    assert level.tolist() == pytest.approx([0.3, 0.6, 0.9], abs=0.1)


def test_the_likelihood_is_that_of_a_mixture_and_a_normal_distribution_where_there_is_a_hit():
    bars = toy_bars(3)
    shape = (3, 2, *bars.hits.shape[1:])
    share, level = torch.tensor([0.25, 0.75]).view(1, 2, 1, 1), torch.tensor([0.2, 0.8]).view(1, 2, 1, 1)
    played = PlayedCells(
        share.log().expand(shape), level.expand(shape), torch.full(shape, 0.1),
        torch.full_like(bars.offset, 0.5), torch.full_like(bars.offset, 0.4),
    )  # fmt: skip
    velocity, offset = played.nll(bars)
    for row in range(3):
        struck = bars.hits[row] > 0
        loud, late = bars.velocity[row][struck].double(), bars.offset[row][struck].double()
        kinds = [torch.distributions.Normal(each, 0.1).log_prob(loud).exp() for each in (0.2, 0.8)]
        expected = -(0.25 * kinds[0] + 0.75 * kinds[1]).log().sum()
        assert velocity[row].item() == pytest.approx(expected.item(), rel=1e-5)
        expected = 0.5 * ((late - 0.5) / 0.4).square() + math.log(0.4 * math.sqrt(2 * math.pi))
        assert offset[row].item() == pytest.approx(expected.sum().item(), rel=1e-5)


def test_the_velocity_is_the_mean_of_the_mixture():
    shape = (1, 2, 1, 2)
    logit = torch.tensor([[0.25, 0.5], [0.75, 0.5]]).log().view(shape)
    level = torch.tensor([[0.2, 0.3], [0.8, 0.9]]).view(shape)
    offset = torch.zeros(1, 1, 2)
    assert PlayedCells(logit, level, level, offset, offset).velocity[0, 0].tolist() == pytest.approx([0.65, 0.6])
