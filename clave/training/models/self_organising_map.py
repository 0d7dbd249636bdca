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
    """The map of these bars; `inside` is 1 where a cell is part of its bar. It begins with two principal components."""
    mean = hits.mean(dim=0)
    place = _by_components(hits - mean, side)
    for number in range(rounds):
        first = side / 4
        width = first * (SHRINKS_TO / first) ** (number / max(1, rounds - 1))
        struck, counted = (_smoothed(_summed(each, place, side), side, width) for each in (hits, inside))
        probability = (struck + COUNTED_BESIDE * mean) / (counted + COUNTED_BESIDE)
        logit = torch.logit(probability.clamp(MOST_CERTAIN, 1 - MOST_CERTAIN))
        place = (hits @ logit.T - inside @ functional.softplus(logit).T).argmax(dim=1)
    return SelfOrganisingMap(side, torch.stack([place % side, place // side], dim=1))


def _by_components(centred: Float[Tensor, "bar cell"], side: int) -> Int[Tensor, " bar"]:
    """A place for each bar by the rank of its first two principal components."""
    _, axes = torch.linalg.eigh(centred.T @ centred)
    ranks = (centred @ axes[:, -2:]).argsort(dim=0).argsort(dim=0)
    column, row = (ranks * side // len(centred)).unbind(dim=1)
    return row * side + column


def _summed(values: Float[Tensor, "bar cell"], place: Int[Tensor, " bar"], side: int) -> Float[Tensor, "place cell"]:
    return values.new_zeros((side * side, values.shape[1])).index_add_(0, place, values)


def _smoothed(values: Float[Tensor, "place cell"], side: int, width: float) -> Float[Tensor, "place cell"]:
    """Each place with those around it, weighted by a normal distribution of so many places."""
    axis = torch.arange(side, device=values.device, dtype=values.dtype)
    weight = torch.exp(-0.5 * ((axis[:, None] - axis) / width).square())
    return torch.einsum("ra,abk,cb->rck", weight, values.view(side, side, -1), weight).flatten(0, 1)
