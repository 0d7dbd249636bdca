import math

import numpy as np
import pytest
import torch
from torch import nn

from clave.training.models.vae import MAX_LOG_STD, Gaussian, log_mean_exp, residual_network

NOISE = torch.Generator().manual_seed(0)


def gaussian(mean: list[float], std: list[float]) -> Gaussian:
    return Gaussian(torch.tensor([mean]), torch.tensor([std]).log())


def test_density_is_that_of_torch():
    ours = gaussian([0.5, -1.0], [2.0, 0.1])
    theirs = torch.distributions.Normal(ours.mean, ours.log_std.exp())
    value = torch.tensor([[0.3, -0.9]])
    torch.testing.assert_close(ours.log_density(value), theirs.log_prob(value).sum(-1))


def test_divergence_is_that_of_torch_and_zero_to_itself():
    a, b = gaussian([0.5, -1.0], [2.0, 0.1]), gaussian([0.0, 1.0], [1.0, 0.5])
    normals = [torch.distributions.Normal(each.mean, each.log_std.exp()) for each in (a, b)]
    torch.testing.assert_close(a.kl_to(b), torch.distributions.kl_divergence(*normals))
    torch.testing.assert_close(a.kl_to(a), torch.zeros(1, 2))


def test_draws_have_the_mean_and_the_deviation_asked_for():
    wide = Gaussian(torch.full((20_000, 2), 3.0), torch.full((20_000, 2), math.log(0.5)))
    draws = wide.sample(torch.Generator().manual_seed(1))
    assert draws.mean(0).tolist() == pytest.approx([3, 3], abs=0.02)
    assert draws.std(0).tolist() == pytest.approx([0.5, 0.5], rel=0.03)


def test_deviations_are_bounded_whatever_the_network_says():
    extreme = Gaussian.from_parameters(torch.tensor([[0.0, 0.0, 1e9, -1e9]]))
    assert extreme.log_std.tolist() == [[MAX_LOG_STD, -MAX_LOG_STD]]


def test_log_mean_exp_is_the_mean_and_does_not_overflow():
    values = torch.tensor([[1.0, 1000.0], [2.0, 1000.0]])
    expected = [math.log((math.e + math.e**2) / 2), 1000.0]
    np.testing.assert_allclose(log_mean_exp(values), expected, rtol=1e-6)


def test_the_decoder_network_is_made_of_what_a_page_can_run():
    network = residual_network(4, 8, 2, 3)
    leaves = {type(each) for each in network.modules() if not list(each.children())}
    assert leaves <= {nn.Linear, nn.LayerNorm, nn.SiLU}
    assert network(torch.zeros(5, 4)).shape == (5, 3)
