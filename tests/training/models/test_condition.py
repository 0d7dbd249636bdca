import pytest
import torch
from toy_bars import as_numpy, toy_bars

from clave.music.units import METERS
from clave.training.models.bars import SECTIONS, one_hot
from clave.training.models.condition import Condition


def noise(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("keep", [0.0, 0.3, 1.0])
def test_style_and_section_are_each_kept_with_the_probability_given(keep):
    bars = toy_bars(2000, meters=METERS)
    condition = Condition.of(bars, torch.randn(2000, 2), keep, noise())
    styled, sectioned = condition.style.any(dim=1), condition.section.any(dim=1)
    assert styled.float().mean() == pytest.approx(keep, abs=0.04)
    assert sectioned.float().mean() == pytest.approx(keep, abs=0.04)
    assert (styled & sectioned).float().mean() == pytest.approx(keep**2, abs=0.04)  # independently
    assert torch.equal(condition.style[styled], bars.style[styled])
    assert torch.equal(condition.section[sectioned], one_hot(bars.section, len(SECTIONS))[sectioned])
    assert torch.equal(condition.meter, one_hot(bars.meter, len(METERS)))


def test_the_labels_are_the_same_at_another_point():
    bars, point = toy_bars(5), torch.randn(5, 2)
    condition = Condition.of(bars, torch.zeros(5, 2), 1.0, noise())
    there = condition.at(point)
    assert torch.equal(there.map, point)
    assert torch.equal(there.style, condition.style)


def test_an_unlabelled_condition_has_a_meter_alone():
    condition = Condition.unlabelled(torch.ones(3, 2), torch.tensor([0, 2, 3]), styles=4)
    assert condition.style.shape == (3, 4)
    assert not condition.style.any()
    assert not condition.section.any()
    assert condition.meter.argmax(dim=1).tolist() == [0, 2, 3]


def test_it_is_the_twin_of_the_condition_that_plays():
    condition = Condition.of(toy_bars(6, meters=METERS), torch.randn(6, 2), 1.0, noise())
    played = as_numpy(condition)
    assert list(condition.inputs()) == list(played.inputs())
    for name, column in condition.inputs().items():
        assert played.inputs()[name].tolist() == column.tolist()
