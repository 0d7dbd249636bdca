"""A map decoder learns bars: alike ones lie at one place, which decodes to what they have in common."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from clave.errors import TrainingError
from clave.music.units import METERS
from clave.rhythm.map_prior import MAP_EDGE
from clave.training.models.bars import SECTIONS, STEP_COUNT, VOICE_COUNT, Bars
from clave.training.models.condition import Condition
from clave.training.models.feature_grid import FeatureGrid
from clave.training.models.map_search import hit_cross_entropy, search_lattice
from clave.training.models.map_training import MapTraining, train_map

KINDS, OF_EACH, STYLES = 12, 24, 2
QUICK = MapTraining(
    side=8,
    start_epochs=2,
    epochs=40,
    lattice=16,
    batch_size=32,
    learning_rate=0.03,
    voice_exchange_prob=0.0,
    averaging=0.9,
)


class SmallMap(nn.Module):
    """Tables and one linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.grid = FeatureGrid((4, 12), 8, MAP_EDGE)
        self.head = nn.Linear(self.grid.size + STYLES + len(SECTIONS) + len(METERS), VOICE_COUNT * STEP_COUNT)

    def forward(self, condition: Condition) -> torch.Tensor:
        labels = [condition.style, condition.section, condition.meter]
        return self.head(torch.cat([self.grid(condition.map), *labels], dim=1)).unflatten(1, (VOICE_COUNT, -1))

    def unlabelled(self, point: torch.Tensor, meter: torch.Tensor) -> torch.Tensor:
        return self(Condition.unlabelled(point, meter, STYLES))


def made_up() -> Bars:
    """Bars of so many kinds, all bars of a kind alike."""
    noise = torch.Generator().manual_seed(0)
    velocity = (torch.rand((KINDS, VOICE_COUNT, STEP_COUNT), generator=noise) < 0.1).float()
    bars = Bars(
        velocity.repeat(OF_EACH, 1, 1),
        torch.zeros(KINDS * OF_EACH, VOICE_COUNT, STEP_COUNT),
        torch.eye(STYLES)[torch.arange(KINDS * OF_EACH) % STYLES],
        torch.zeros(KINDS * OF_EACH, dtype=torch.long),
        torch.zeros(KINDS * OF_EACH, dtype=torch.long),
    )
    return replace(bars, velocity=bars.velocity * bars.inside[:, None])


def trained(seed: int, settings: MapTraining = QUICK) -> tuple[SmallMap, torch.Tensor, list[float]]:
    torch.manual_seed(0)
    model, losses = SmallMap(), list[float]()
    points = train_map(
        model, made_up(), torch.Generator().manual_seed(seed), settings, lambda _, loss: losses.append(loss)
    )
    return model, points, losses


Whole = tuple[SmallMap, torch.Tensor, list[float]]


@pytest.fixture(scope="module")
def whole() -> Whole:
    return trained(1)


def test_bars_are_learned_at_the_points_that_are_returned(whole: Whole) -> None:
    model, points, losses = whole
    bars = made_up()
    with torch.no_grad():
        nats = hit_cross_entropy(model.unlabelled(points, bars.meter), bars)
        elsewhere = hit_cross_entropy(model.unlabelled(points.flip(0), bars.meter), bars)
    assert len(losses) == QUICK.epochs
    assert losses[-1] < 0.3 * losses[0]
    assert nats.mean() < 0.3 * elsewhere.mean()
    assert points.abs().max() <= MAP_EDGE
    assert all((points[kind::KINDS] == points[kind]).all() for kind in range(KINDS))  # bars that are alike


def test_the_same_generator_gives_the_same_map_and_another_one_another() -> None:
    short = replace(QUICK, epochs=3)
    (model, points, _), (again, same, _), (_, other, _) = (trained(seed, short) for seed in (1, 1, 2))
    assert torch.equal(points, same)
    assert all(torch.equal(*pair) for pair in zip(model.parameters(), again.parameters(), strict=True))
    assert not torch.equal(points, other)


def test_the_weights_are_averages_over_the_steps() -> None:
    fast, slow = (trained(1, replace(QUICK, epochs=3, averaging=keep))[0] for keep in (0.0, 0.99))
    assert fast.head.weight.detach().norm() > slow.head.weight.detach().norm()


def test_a_bar_is_looked_for_on_the_whole_lattice(whole: Whole) -> None:
    model, bars = whole[0], made_up()
    found = search_lattice(model.unlabelled, bars, 64, torch.Generator().manual_seed(3))
    points = MAP_EDGE * (2 * torch.rand((500, 2), generator=torch.Generator().manual_seed(4)) - 1)
    with torch.no_grad():
        best = hit_cross_entropy(model.unlabelled(found, bars.meter), bars)
        for row in range(KINDS):
            same = bars[torch.full((500,), row)]
            assert best[row] <= hit_cross_entropy(model.unlabelled(points, same.meter), same).min() + 1.0


def test_no_bars_and_losses_that_are_not_finite_are_refused() -> None:
    with pytest.raises(TrainingError, match="got none"):
        train_map(SmallMap(), made_up()[:0], torch.Generator())
    broken = SmallMap()
    with torch.no_grad():
        broken.head.bias.fill_(torch.nan)
    with pytest.raises(TrainingError, match="nan in epoch 1"):
        train_map(broken, made_up(), torch.Generator(), replace(QUICK, epochs=1))
