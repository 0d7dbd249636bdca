from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from toy_bars import TINY, toy_bars, untrained

from clave.evaluation.rhythm import played_bars
from clave.music.units import METERS
from clave.training.models.bars import Bars
from clave.training.models.condition import Condition
from clave.training.models.turning import TURNS, Turning, points_of_turned, turned, turning_loss, with_exchanged

STYLES = 2
PLAIN = Turning(margin=10.0, voice_exchange_prob=0.0)


def noise(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def ready(bars: Bars) -> Bars:
    """With points, all turned ones at (1, 1)."""
    return replace(bars, point=torch.zeros(len(bars), 2), turned_point=torch.ones(len(bars), TURNS, 2))


def loss(bars: Bars, nll: float, nll_turned: float, settings: Turning = PLAIN) -> float:
    """Where turned bars, those at (1, 1), are given the one and all others the other -log p."""
    condition = Condition.unlabelled(torch.zeros(len(bars), 2), bars.meter, STYLES)

    def nll_of(_bars: Bars, where: Condition, _noise: torch.Generator) -> Tensor:
        return torch.where((where.map == 1).all(dim=1), nll_turned, nll)

    exchanged = with_exchanged(ready(bars), settings, noise())
    return float(turning_loss(nll_of, exchanged, condition, settings, 0.0, noise()))


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_bar_begins_at_another_quarter_as_in_the_evaluation(quarters):
    velocity = toy_bars(5).velocity
    later = turned(velocity, torch.full((5,), quarters))
    assert np.array_equal(later[:, :, :64].numpy(), played_bars.turned(velocity[:, :, :64].numpy(), quarters))
    assert torch.equal(later[:, :, 64:], velocity[:, :, 64:])


def test_each_bar_is_turned_by_its_own_number_of_quarters():
    velocity = toy_bars(3).velocity
    later = turned(velocity, torch.tensor([0, 1, 2]))
    for row in range(3):
        assert torch.equal(later[row], turned(velocity, torch.full((3,), row))[row])


@pytest.mark.parametrize(("lead", "expected"), [(40.0, 0.0), (10.0, np.log(2)), (-20.0, 30.0)])
def test_the_loss_is_what_the_lead_falls_short_of_the_margin(lead, expected):
    bars = toy_bars(40)
    bars.velocity[:, 5, 0] = 0.7  # no turn leaves them as they are
    assert loss(bars, 30.0, 30.0 + lead) == pytest.approx(expected, abs=1e-3)


def test_bars_that_stay_the_same_that_hear_another_or_have_another_meter_do_not_count():
    bars = toy_bars(8)
    assert loss(replace(bars, velocity=torch.zeros_like(bars.velocity)), 30.0, 10.0) == 0
    heard = replace(bars, before=bars.hits > 0, follows=torch.ones(8) > 0)
    assert loss(heard, 30.0, 10.0) == 0 < loss(heard.alone(), 30.0, 10.0)
    assert loss(toy_bars(8, meters=[meter for meter in METERS if meter != (4, 4)]), 30.0, 10.0) == 0


def test_bars_that_count_more_in_training_count_more():
    bars = toy_bars(8)
    twice = loss(replace(bars, weight=torch.full((8,), 2.0)), 30.0, 20.0)
    assert twice == pytest.approx(2 * loss(bars, 30.0, 20.0))


def test_voices_come_from_other_bars_of_the_style_before_bars_are_turned():
    bars, compared = ready(toy_bars(12)), list[Bars]()

    def nll_of(each: Bars, where: Condition, _noise: torch.Generator) -> Tensor:
        compared.append(each)
        return where.map[:, 0]

    condition = Condition.unlabelled(torch.zeros(12, 2), bars.meter, STYLES)
    settings = replace(PLAIN, voice_exchange_prob=0.5)
    turning_loss(nll_of, with_exchanged(bars, settings, noise()), condition, settings, 0.0, noise())
    later, straight = compared
    assert not torch.equal(straight.hits, bars.hits)
    back = [turned(later.hits, torch.full((12,), quarters)) for quarters in (1, 2, 3)]
    for row in range(12):
        assert any(torch.equal(each[row], straight.hits[row]) for each in back)


def test_turned_bars_lie_where_the_map_has_them():
    model, bars = untrained(TINY), toy_bars(6, meters=((4, 4), (3, 4)))
    points = points_of_turned(model.decode_unlabelled, bars, noise())
    assert points.shape == (6, TURNS, 2)
    assert not points[1::2].any()
    assert points[::2].any(dim=2).all()
    assert not torch.equal(points, model.prepared(bars, noise(1)).turned_point)  # other noise, other places


def test_learning_makes_turned_bars_less_likely():
    model = untrained(TINY).requires_grad_(True)
    bars = model.prepared(toy_bars(32), noise())
    optimizer = torch.optim.Adam(model.token_prior.parameters(), lr=1e-2)
    before = float(model.losses(bars, noise())["turning"].detach())
    for step in range(8):
        optimizer.zero_grad()
        model.losses(bars, noise(step))["turning"].backward()
        optimizer.step()
    assert float(model.losses(bars, noise())["turning"].detach()) < 0.7 * before
