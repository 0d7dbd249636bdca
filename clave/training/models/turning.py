"""Bars turned by quarters, which the prior of the tokens learns to tell from music: so it knows where beat 1 is."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from clave.music.shapes import Bool, Float, Int
from clave.music.units import COMMON_TIME, METERS, STEPS_PER_QUARTER, steps_per_bar
from clave.training.models.bars import Bars, exchange_voices
from clave.training.models.condition import Condition
from clave.training.models.map_search import DecodeMap, search_lattice
from clave.training.models.noise import Noise, integers, part_of
from clave.training.models.settings import NonNegative, Share
from clave.training.models.vae import normal_like

TURNS = 3  # of a bar in 4/4: it may begin at any of its other quarters
LATTICE = 64  # places of the map, a side, where turned bars are looked for; the prior hears their points with noise
STEPS = steps_per_bar(COMMON_TIME)


def turned(
    velocity: Float[Tensor, "batch voice step"], quarters: Int[Tensor, " batch"]
) -> Float[Tensor, "batch voice step"]:
    """Bars in 4/4 so many quarters later, each with its own number: after one, what was struck on 4 comes on 1."""
    steps = torch.arange(STEPS, device=velocity.device)
    source = (steps - STEPS_PER_QUARTER * quarters.unsqueeze(1)) % STEPS
    later = velocity[:, :, :STEPS].gather(2, source.unsqueeze(1).expand(-1, velocity.shape[1], -1))
    return torch.cat([later, velocity[:, :, STEPS:]], dim=2)


def in_common_time(bars: Bars) -> Bool[Tensor, " batch"]:
    """Which of the bars can be turned."""
    return bars.meter == METERS.index(COMMON_TIME)


def points_of_turned(decode_map: DecodeMap, bars: Bars, noise: torch.Generator) -> Float[Tensor, "batch turn map"]:
    """Where the map has each bar when it is turned by 1 to TURNS quarters; zeros for bars in other meters."""
    points = torch.zeros(len(bars), TURNS, 2, device=bars.velocity.device)
    rows = torch.nonzero(in_common_time(bars))[:, 0]
    straight = bars[rows]
    for turn in range(TURNS if len(rows) else 0):
        quarters = torch.full_like(rows, turn + 1)
        later = replace(straight, velocity=turned(straight.velocity, quarters))
        points[rows, turn] = search_lattice(decode_map, later, LATTICE, noise)
    return points


@dataclass(frozen=True)
class Turning:
    """What the prior of the tokens learns from turned bars."""

    margin: NonNegative = 10.0  # nats by which a bar shall be likelier than the same one begun at another quarter
    voice_exchange_prob: Share = 0.3  # with which each voice comes from another bar of the style, see `exchange_voices`


def with_exchanged(bars: Bars, settings: Turning, noise: torch.Generator) -> Bars:
    """The bars with `exchanged` voices, and a `turning_weight`: 1 on average, 0 for those that cannot be turned.

    Those can be that are in 4/4 and hear no bar before; voices are exchanged among them.
    """
    alone = in_common_time(bars) if bars.follows is None else in_common_time(bars) & ~bars.follows
    rows = torch.nonzero(alone)[:, 0]
    exchanged, weight = bars.velocity.clone(), torch.zeros(len(bars), device=bars.velocity.device)
    if len(rows):
        exchanged[rows] = exchange_voices(bars[rows].alone(), settings.voice_exchange_prob, noise).velocity
        weight[rows] = len(bars) / len(rows)
    return replace(bars, exchanged=exchanged, turning_weight=weight)


def turning_loss(
    nll_of: Callable[[Bars, Condition, Noise], Float[Tensor, " batch"]],
    bars: Bars,
    condition: Condition,
    settings: Turning,
    point_std: float,
    noise: Noise,
) -> Float[Tensor, ""]:
    """By how much bars fall short of the margin over the same ones begun at another quarter, in nats a bar.

    softplus(margin - lead), weighted by `turning_weight`; for each bar, the quarter is drawn. The bars are those of
    `with_exchanged`: with voices of others, there are more to tell apart than those that are learned by heart. `nll_of`
    gives -log p(tokens); the points of turned bars get normal noise of `point_std`, in map units, as those of
    `condition` have. A bar that is the same when it is turned does not count.
    """
    assert bars.turning_weight is not None
    assert bars.turned_point is not None
    assert bars.exchanged is not None
    rows = torch.nonzero(bars.turning_weight)[:, 0]
    if not len(rows):
        return bars.velocity.new_zeros(())
    noise, straight = part_of(noise, 0, rows), replace(bars, velocity=bars.exchanged)[rows].alone()
    turn = integers(TURNS, len(rows), noise)
    later = replace(straight, velocity=turned(straight.velocity, turn + 1))
    point = bars.turned_point[rows, turn]
    point = point + point_std * normal_like(point, noise)
    lead = nll_of(later, condition[rows].at(point), noise) - nll_of(straight, condition[rows], noise)
    differs = (later.hits != straight.hits).flatten(1).any(dim=1)
    short = bars.turning_weight[rows] * differs * functional.softplus(settings.margin - lead)
    return (short if straight.weight is None else straight.weight * short).sum() / len(bars)
