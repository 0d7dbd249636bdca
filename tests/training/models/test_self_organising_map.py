"""Bars find their places: the whole square is used, and bars that are alike lie near each other."""

import torch

from clave.training.models import self_organising_map
from clave.training.models.self_organising_map import SelfOrganisingMap


def made_up(kinds: int = 30, of_each: int = 40, cells: int = 64) -> tuple[torch.Tensor, torch.Tensor]:
    """Bars of so many kinds, each a random bar with a few cells changed; and the kind of each."""
    noise = torch.Generator().manual_seed(0)
    kind = torch.arange(kinds).repeat_interleave(of_each)
    bars = (torch.rand((kinds, cells), generator=noise) < 0.3)[kind] ^ (
        torch.rand((len(kind), cells), generator=noise) < 0.03
    )
    return bars.float(), kind


def test_alike_bars_lie_near_each_other_and_the_square_is_used() -> None:
    hits, kind = made_up()
    place = self_organising_map.fit(hits, torch.ones_like(hits), side=12, rounds=20).place.float()
    centre = torch.stack([place[kind == each].mean(dim=0) for each in kind.unique()])
    own = (place - centre[kind]).norm(dim=1).mean()
    apart = (centre[:, None] - centre).norm(dim=2).sum() / (len(centre) * (len(centre) - 1))
    assert own < 0.3 * apart
    assert len(place.unique(dim=0)) > 12 * 12 / 4
    assert (place.amin(dim=0) <= 1).all()
    assert (place.amax(dim=0) >= 10).all()


def test_what_lies_after_the_end_of_a_bar_does_not_count() -> None:
    hits, _ = made_up()
    inside = torch.ones_like(hits)
    inside[:, 48:] = 0
    short = hits * inside
    noisy = short.clone()
    whole = self_organising_map.fit(short, inside, side=8, rounds=6).place
    assert torch.equal(whole, self_organising_map.fit(noisy, inside, side=8, rounds=6).place)
    filled = self_organising_map.fit(hits, torch.ones_like(hits), side=8, rounds=6).place
    assert not torch.equal(whole, filled)


def test_points_lie_within_their_places() -> None:
    found = SelfOrganisingMap(4, torch.tensor([[0, 0], [3, 1]]))
    points = found.points(3.0, torch.Generator().manual_seed(0))
    assert ((points[0] >= -3) & (points[0] < -1.5)).all()
    assert points[1, 0] >= 1.5
    assert -1.5 <= points[1, 1] < 0
