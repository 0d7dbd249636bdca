"""Finds where on the map bars lie while a model is trained: the twin of `clave.rhythm.map_search`, with random points.

Two dimensions are few enough to look everywhere instead of trusting an encoder.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from clave.music.shapes import Float, Int
from clave.rhythm.map_prior import MAP_EDGE
from clave.training.models.bars import BAR_STEPS, Bars
from clave.training.models.map_prior import candidates, log_density
from clave.training.models.vae import normal_like

REFINEMENT_STDS = (0.1, 0.04)  # map units: how closely around the best point the next ones are drawn, round by round
REFINEMENT_POINTS = 5  # of each round
SEARCH_BATCH = 2048  # bars whose scores are held at a time
FEW_BARS = 64  # a meter with fewer bars than a 64th of the points gets a quarter of them

DecodeMap = Callable[[Float[Tensor, "point map"], Int[Tensor, " point"]], Float[Tensor, "point voice step"]]
"""From map points and meters (indices into METERS) to logits of a hit, without a style and a section."""


@torch.no_grad()
def search_map(
    decode_map: DecodeMap,
    bars: Bars,
    guess: Float[Tensor, "batch map"],
    points: int,
    noise: torch.Generator,
    prior: str,
) -> Float[Tensor, "batch map"]:
    """The likeliest point for each bar: of so many random ones and the guess, then of some around the best so far."""
    found = guess.clone()
    for meter in torch.unique(bars.meter).tolist():
        rows = torch.nonzero(bars.meter == meter)[:, 0]
        in_meter = bars[rows]
        count = points if len(rows) > points // FEW_BARS else points // 4
        looked_at = candidates(prior, count, noise)
        steps = int(BAR_STEPS[meter])
        logit = decode_map(looked_at, torch.full((count,), meter, device=guess.device))[:, :, :steps]
        score = in_meter.hits[:, :, :steps].flatten(1) @ logit.flatten(1).T
        score += log_density(prior, looked_at) - functional.softplus(logit).sum(dim=(1, 2))
        best = looked_at[score.argmax(dim=1)]
        found[rows] = _best_of(decode_map, torch.stack([best, guess[rows]]), in_meter, prior)
    for std in REFINEMENT_STDS:
        around = [found + std * normal_like(found, noise) for _ in range(REFINEMENT_POINTS)]
        found = _best_of(decode_map, torch.stack([found, *around]), bars, prior)
    return found


@torch.no_grad()
def search_lattice(decode_map: DecodeMap, bars: Bars, side: int, noise: torch.Generator) -> Float[Tensor, "batch map"]:
    """The likeliest point for each bar of one for each place of a square lattice over the map, anywhere in its place.

    For all bars of a corpus at once, where `search_map` is for a batch: each point is decoded once. The lattice covers
    [-MAP_EDGE, MAP_EDGE] on both axes, where a uniform prior does.
    """
    device = bars.meter.device
    axis = torch.arange(side, device=device)
    place = torch.cartesian_prod(axis, axis)
    within = torch.rand(place.shape, generator=noise, device=device)
    points = (2 * (place + within) / side - 1) * MAP_EDGE
    found = torch.empty((len(bars), 2), device=device)
    for meter in torch.unique(bars.meter).tolist():
        rows = torch.nonzero(bars.meter == meter)[:, 0]
        few = len(rows) <= len(points) // FEW_BARS
        chosen = points[torch.randperm(len(points), generator=noise, device=device)[::4]] if few else points
        steps = int(BAR_STEPS[meter])
        logit = decode_map(chosen, torch.full((len(chosen),), meter, device=device))[:, :, :steps].flatten(1)
        silence = functional.softplus(logit).sum(dim=1)
        hits = bars.hits[rows, :, :steps].flatten(1)
        struck = hits.any(dim=0)  # the other cells add nothing but their silence
        logit_by_cell = logit[:, struck].T.contiguous()
        for part, at in zip(hits[:, struck].split(SEARCH_BATCH), rows.split(SEARCH_BATCH), strict=True):
            found[at] = chosen[(part @ logit_by_cell - silence).argmax(dim=1)]
    return found


def hit_cross_entropy(logit: Float[Tensor, "batch voice step"], bars: Bars) -> Float[Tensor, " batch"]:
    """-log p(hits), in nats a bar; what lies after the end of a bar does not count."""
    cells = functional.binary_cross_entropy_with_logits(logit, bars.hits, reduction="none")
    return (cells * bars.inside.unsqueeze(1)).sum(dim=(1, 2))


def _best_of(
    decode_map: DecodeMap, points: Float[Tensor, "choice batch map"], bars: Bars, prior: str
) -> Float[Tensor, "batch map"]:
    """The one of these points for each bar with the highest log p(hits | point) + log p(point)."""
    scores = torch.stack(
        [log_density(prior, point) - hit_cross_entropy(decode_map(point, bars.meter), bars) for point in points]
    )
    return points[scores.argmax(dim=0), torch.arange(len(bars), device=points.device)]
