from dataclasses import replace

import pytest
import torch
from toy_bars import paper_bars, toy_bars

from clave.music.units import METERS, steps_per_bar
from clave.rhythm.dataset import labels
from clave.rhythm.tokens import split_sixteenths
from clave.training.models.bars import (
    BAR_STEPS,
    SECTIONS,
    SIXTEENTH_COUNT,
    STEP_COUNT,
    bar_cells,
    exchange_voices,
    one_hot,
    token_cells,
)


def noise(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_longest_bar_gives_the_width():
    assert STEP_COUNT == 96 == 4 * SIXTEENTH_COUNT
    assert BAR_STEPS.tolist() == [64, 48, 48, 80, 96, 72, 56, 40]
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


def test_bars_may_come_with_those_before_them_or_alone():
    bars = toy_bars(9)
    follows = torch.arange(9) > 0
    in_a_row = replace(bars, before=bars.hits.roll(1, 0) > 0, follows=follows)
    some = in_a_row[torch.tensor([3, 0])]
    assert some.before is not None
    assert torch.equal(some.before[0], bars.hits[2] > 0)
    assert some.follows is not None
    assert some.follows.tolist() == [True, False]
    assert in_a_row.alone().before is None is bars[:2].before


def test_cells_are_cut_as_the_vocabulary_cuts_them_and_joined_again():
    hits = toy_bars(5).hits
    torch.testing.assert_close(token_cells(hits), torch.from_numpy(split_sixteenths((hits > 0).numpy())).float())
    assert torch.equal(bar_cells(token_cells(hits)), hits)


def test_one_hot_is_one_at_the_index():
    assert one_hot(torch.tensor([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]


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


def test_bars_without_any_style_are_of_one_kind():
    bars = toy_bars(12)
    unlabelled = replace(bars, section=torch.zeros(12, dtype=torch.long), style=torch.zeros(12, 0))
    assert not torch.equal(exchange_voices(unlabelled, 1.0, noise()).velocity, bars.velocity)
