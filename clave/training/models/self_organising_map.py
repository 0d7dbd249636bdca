"""Where the bars of a corpus lie on a square map before any network is trained: a self-organising map.

Kohonen, "Self-organizing maps", 3rd edition, 2001, section 3.6: the batch map. Each place of a square grid holds the
probability of a hit in each cell; each bar goes to the place where it is likeliest; each place becomes the average of
the bars around it, in a neighbourhood that shrinks from a quarter of the map to half a place. The whole square is used
in the end, and bars that are alike lie near each other, which is what a search by likelihood alone does not find.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from clave.music.shapes import Float, Int

SHRINKS_TO = 0.5  # places: the last width of the neighbourhood
MOST_CERTAIN = 1e-3  # the probability of a hit lies between this and 1 minus this
NARROWEST = 0.75  # places: the neighbourhood that a grid of fewer places must still have
FEWEST_PLACES = 16  # along each axis, to begin with
BARS_AT_ONCE = 2048  # whose scores are held
COUNTED_BESIDE = 0.05  # bars: the average bar counts so much in each place


@dataclass(frozen=True)
class SelfOrganisingMap:
    """The place of each bar."""

    side: int  # places along each axis
    place: Int[Tensor, "bar axis"]  # column and row, counted from 0

    def points(self, edge: float, noise: torch.Generator) -> Float[Tensor, "bar map"]:
        """A point for each bar, anywhere in its place; the map reaches from -edge to edge."""
        within = torch.rand(self.place.shape, generator=noise, device=self.place.device)
        return (2 * (self.place + within) / self.side - 1) * edge


def fit(
    hits: Float[Tensor, "bar cell"], inside: Float[Tensor, "bar cell"], *, side: int = 48, rounds: int = 40
) -> SelfOrganisingMap:
    """The map of these bars; `inside` is 1 where a cell is part of its bar. It begins with two principal components.

    As long as the neighbourhood is wide, fewer places than in the end do the same for less work.
    """
    mean = hits.mean(dim=0)
    meters, meter = torch.unique(inside, dim=0, return_inverse=True)
    struck = hits.any(dim=0)
    now = _places_for(side / 4, side)
    place = _by_components(hits - mean, now)
    for number in range(rounds):
        first = side / 4
        width = first * (SHRINKS_TO / first) ** (number / max(1, rounds - 1))
        before, now = now, _places_for(width, side)
        place = _on_other_grid(place, before, now)
        summed, counted = (
            _smoothed(_summed(each, place, now), now, width * now / side)
            for each in (hits, functional.one_hot(meter, len(meters)).to(hits.dtype))
        )
        probability = (summed + COUNTED_BESIDE * mean) / (counted @ meters + COUNTED_BESIDE)
        logit = torch.logit(probability.clamp(MOST_CERTAIN, 1 - MOST_CERTAIN))
        place = _likeliest(hits[:, struck], meter, logit[:, struck], meters @ functional.softplus(logit).T)
    place = _on_other_grid(place, now, side)
    return SelfOrganisingMap(side, torch.stack([place % side, place // side], dim=1))


def _places_for(width: float, side: int) -> int:
    """Places along each axis for a neighbourhood of so many of the final places: halved while that is wide enough."""
    places = side
    while places % 2 == 0 and places > FEWEST_PLACES and width * places / side / 2 >= NARROWEST:
        places //= 2
    return places


def _on_other_grid(place: Int[Tensor, " bar"], before: int, now: int) -> Int[Tensor, " bar"]:
    """The same places where the square has more of them along each axis; bars of one place spread over its new ones."""
    if before == now:
        return place
    fine = now // before
    bar = torch.arange(len(place), device=place.device)
    column, row = place % before * fine + bar % fine, place // before * fine + bar // fine % fine
    return row * now + column


def _likeliest(
    hits: Float[Tensor, "bar cell"],
    meter: Int[Tensor, " bar"],
    logit: Float[Tensor, "place cell"],
    silence: Float[Tensor, "meter place"],
) -> Int[Tensor, " bar"]:
    """The place where each bar is likeliest; `silence` is what all cells of a meter cost, in nats, unstruck."""
    by_cell = logit.T.contiguous()
    parts = zip(hits.split(BARS_AT_ONCE), meter.split(BARS_AT_ONCE), strict=True)
    return torch.cat([(bars @ by_cell - silence[kind]).argmax(dim=1) for bars, kind in parts])


def _by_components(centred: Float[Tensor, "bar cell"], side: int) -> Int[Tensor, " bar"]:
    """A place for each bar by the rank of its first two principal components."""
    _, axes = torch.linalg.eigh((centred.T @ centred).double())  # in single precision it may not converge
    ranks = (centred @ axes[:, -2:].to(centred.dtype)).argsort(dim=0).argsort(dim=0)
    column, row = (ranks * side // len(centred)).unbind(dim=1)
    return row * side + column


def _summed(values: Float[Tensor, "bar cell"], place: Int[Tensor, " bar"], side: int) -> Float[Tensor, "place cell"]:
    return values.new_zeros((side * side, values.shape[1])).index_add_(0, place, values)


def _smoothed(values: Float[Tensor, "place cell"], side: int, width: float) -> Float[Tensor, "place cell"]:
    """Each place with those around it, weighted by a normal distribution of so many places."""
    axis = torch.arange(side, device=values.device, dtype=values.dtype)
    weight = torch.exp(-0.5 * ((axis[:, None] - axis) / width).square())
    return torch.einsum("ra,abk,cb->rck", weight, values.view(side, side, -1), weight).flatten(0, 1)
