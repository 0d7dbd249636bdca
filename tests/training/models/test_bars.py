from dataclasses import replace

import pytest
import torch
from toy_bars import paper_bars, toy_bars

from clave.music.units import METERS, steps_per_bar
from clave.rhythm.dataset import labels
from clave.training.models.bars import (
    BAR_STEPS,
    SECTIONS,
    SIXTEENTH_COUNT,
    STEP_COUNT,
    drop_voice,
    exchange_voices,
    one_hot,
    rotate,
)


def noise(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_longest_bar_gives_the_width():
    assert STEP_COUNT == 80 == 4 * SIXTEENTH_COUNT
    assert BAR_STEPS.tolist() == [64, 48, 48, 80]
    assert SECTIONS == labels.SECTIONS


def test_inside_is_what_the_meter_says():
    bars = toy_bars(8, meters=METERS)
    assert bars.inside.sum(dim=1).tolist() == [steps_per_bar(METERS[meter]) for meter in bars.meter]
    assert not (bars.hits * ~bars.inside[:, None]).any()
    assert paper_bars(2).inside.all()


def test_rows_are_chosen_in_all_columns_alike():
    bars = toy_bars(9, meters=METERS)
    some = bars[torch.tensor([7, 2])]
    assert len(some) == 2
    for name in ("velocity", "offset", "style", "section", "meter"):
        assert torch.equal(getattr(some, name), getattr(bars, name)[[7, 2]])
        assert torch.equal(getattr(bars.to("cpu"), name), getattr(bars, name))


def test_one_hot_is_one_at_the_index():
    assert one_hot(torch.tensor([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_a_bar_loses_one_voice_with_the_probability_given():
    bars = toy_bars(400)
    assert torch.equal(drop_voice(bars, 0.0, noise()).velocity, bars.velocity)
    silenced = drop_voice(bars, 1.0, noise())
    lost = (bars.hits.any(dim=2) & ~silenced.hits.any(dim=2)).sum(dim=1)
    assert set(lost.tolist()) <= {0, 1}  # one voice at most, and that may have been silent before
    assert lost.float().mean() == pytest.approx(3 / 8, abs=0.08)  # three of the eight voices play


def test_a_bar_takes_voices_from_another_of_its_kind():
    bars = toy_bars(400)
    bars = replace(bars, velocity=torch.rand(bars.velocity.shape, generator=noise(1)))  # no two bars are alike
    assert torch.equal(exchange_voices(bars, 0.0, noise()).velocity, bars.velocity)
    whole, some = (exchange_voices(bars, share, noise()) for share in (1.0, 0.25))
    kind = torch.cat([bars.style, bars.section[:, None].float(), bars.meter[:, None].float()], dim=1)
    for row in range(40):
        alike = (kind == kind[row]).all(dim=1)
        assert (alike & (bars.velocity == whole.velocity[row]).all(dim=2).all(dim=1)).any()
        assert (alike & (bars.offset == whole.offset[row]).all(dim=2).all(dim=1)).any()
    changed, all_changed = ((each.velocity != bars.velocity).any(dim=2).float().mean() for each in (some, whole))
    assert all_changed > 0.95
    assert changed == pytest.approx(0.25, abs=0.03)


def test_a_bar_without_another_of_its_kind_keeps_its_voices():
    bars = toy_bars(3)
    lonely = replace(bars, section=torch.zeros(3, dtype=torch.long), style=torch.eye(3))
    assert torch.equal(exchange_voices(lonely, 1.0, noise()).velocity, bars.velocity)


@pytest.mark.parametrize("meter", METERS)
def test_rotation_begins_a_bar_at_another_quarter_of_its_own(meter):
    bars, steps = toy_bars(60, meters=[meter]), steps_per_bar(meter)
    assert torch.equal(rotate(bars, 0.0, noise()).velocity, bars.velocity)
    turned = rotate(bars, 1.0, noise())
    assert not turned.velocity[:, :, steps:].any()
    if meter == (6, 8):  # its beats are no quarters
        assert torch.equal(turned.velocity, bars.velocity)
        return
    seen = set()
    for row in range(len(bars)):
        before, late = bars.velocity[row, :, :steps], bars.offset[row, :, :steps]
        shifts = [
            by for by in range(16, steps, 16) if torch.equal(before.roll(-by, 1), turned.velocity[row, :, :steps])
        ]
        assert any(torch.equal(late.roll(-by, 1), turned.offset[row, :, :steps]) for by in shifts)
        seen |= set(shifts)
    assert seen == set(range(16, steps, 16))


def test_a_bar_is_rotated_with_the_probability_given():
    bars = toy_bars(600)
    bars = replace(bars, velocity=torch.rand(bars.velocity.shape) * bars.inside[:, None])
    turned = rotate(bars, 0.4, noise()).velocity
    assert (turned != bars.velocity).any(dim=(1, 2)).float().mean() == pytest.approx(0.4, abs=0.06)
