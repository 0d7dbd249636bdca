"""How much a map of two numbers holds: the map decoder as tables over the map, begun by a self-organising map.

    OMP_NUM_THREADS=1 python benchmarks/map_grids.py FOLDER [--epochs N] [--side PLACES] [--quick] [--json FILE]

The training bars are those of `clave learn rhythm FOLDER --factory`, none of them turned. Measured on held-out beats:
hit F1 of the cells above the threshold that is best on the tuning part, at the likeliest point of each bar; the same
after normal noise of 0.05 map units on that point; and the cross-entropy in nats a bar.
"""

import copy
import math
import time
from pathlib import Path

import numpy as np
import torch
from measuring import options, print_table, write_json
from torch import Tensor, nn

from clave.rhythm import dataset
from clave.rhythm.map_prior import MAP_EDGE, UNIFORM
from clave.rhythm.scores import THRESHOLDS
from clave.training.models import self_organising_map
from clave.training.models.bars import SECTIONS, STEP_COUNT, VOICE_COUNT, Bars
from clave.training.models.condition import Condition
from clave.training.models.feature_grid import FeatureGrid
from clave.training.models.map_search import hit_cross_entropy, search_map
from clave.training.models.vae import normal_like, residual_network
from clave.training.rhythm_data import beats, divide, recorded, to_bars

RESOLUTIONS, FEATURES, WIDTH = (6, 12, 24, 48, 96), 12, 256
BATCH, LEARNING_RATE, START_EPOCHS = 256, 4e-3, 1.5
TRAINING_NOISE, NOISE, NOISE_DRAWS = 0.055, 0.05, 5  # map units
SEARCH_POINTS, LOOK_POINTS = 1024, 16384  # among which a bar is looked for: in training, and when it is measured
AVERAGING = 0.999
METERS = 4


class GridMap(nn.Module):
    """Tables over the map, and a small network that turns what they say and the labels into logits."""

    def __init__(self, styles: int) -> None:
        super().__init__()
        self.styles = styles
        self.grid = FeatureGrid(RESOLUTIONS, FEATURES, MAP_EDGE)
        labels = styles + len(SECTIONS) + METERS
        self.head = residual_network(self.grid.size + labels, WIDTH, 1, VOICE_COUNT * STEP_COUNT)

    def forward(self, condition: Condition) -> Tensor:
        """The logit of a hit in each cell."""
        read = [self.grid(condition.map), condition.style, condition.section, condition.meter]
        return self.head(torch.cat(read, dim=1)).unflatten(1, (VOICE_COUNT, STEP_COUNT))

    def unlabelled(self, point: Tensor, meter: Tensor) -> Tensor:
        """The same without a style and a section."""
        return self(Condition.unlabelled(point, meter, self.styles))


def learned(bars: Bars, epochs: int, side: int) -> GridMap:
    """The averaged map after so many epochs; the points of the bars begin where the self-organising map has them."""
    torch.manual_seed(0)
    noise = torch.Generator().manual_seed(1)
    inside = bars.inside.unsqueeze(1).expand_as(bars.hits).flatten(1).float()
    points = self_organising_map.fit(bars.hits.flatten(1), inside, side=side).points(MAP_EDGE, noise)
    model = GridMap(bars.style.shape[1])
    average = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.02)
    steps = len(bars) // BATCH
    for step in range(epochs * steps):
        if step % steps == 0:
            order = torch.randperm(len(bars), generator=noise)
        rows = order[step % steps * BATCH : (step % steps + 1) * BATCH]
        batch = bars[rows]
        if step >= START_EPOCHS * steps:
            points[rows] = search_map(model.unlabelled, batch, points[rows], SEARCH_POINTS, noise, UNIFORM)
        near = points[rows] + TRAINING_NOISE * normal_like(points[rows], noise)
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * min(1, (step + 1) / 100) * (1 + math.cos(math.pi * step / epochs / steps)) / 2
        loss = hit_cross_entropy(model(Condition.of(batch, near, 0.5, noise)), batch).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        share = max(1 - AVERAGING, 1 / (step + 2))  # at first the average is over all steps
        for own, mean in zip(model.parameters(), average.parameters(), strict=True):
            mean.data.lerp_(own.data, share)
    return average


@torch.no_grad()
def found(model: GridMap, bars: Bars) -> Tensor:
    """The likeliest point of each bar."""
    noise = torch.Generator().manual_seed(2)
    guess = torch.zeros(len(bars), 2)
    for _ in range(2):
        guess = search_map(model.unlabelled, bars, guess, LOOK_POINTS, noise, UNIFORM)
    return guess


@torch.no_grad()
def f1(model: GridMap, points: Tensor, bars: Bars, threshold: float) -> float:
    """Harmonic mean of precision and recall of the cells above the threshold."""
    struck = (model.unlabelled(points, bars.meter) > threshold) & bars.inside.unsqueeze(1)
    hits = bars.hits > 0
    return float(2 * (struck & hits).sum() / (struck.sum() + hits.sum()))


def main() -> None:
    """Learn, measure, print."""
    parser = options(__doc__)
    parser.add_argument("folder", type=Path, help="Groove MIDI")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--side", type=int, default=48, help="places of the self-organising map along each axis")
    given = parser.parse_args()
    own = dataset.from_factory(takes=dataset.TAKES_BESIDE, fills=dataset.FILLS, seed=0)
    parts = divide(dataset.joined(dataset.scan(given.folder, dataset.Selection()), own))
    bars = to_bars(parts.train)
    bars = bars[torch.arange(0, len(bars), 16)] if given.quick else bars
    tuning, held_out = (to_bars(beats(recorded(part))) for part in (parts.tuning, parts.validation))
    started = time.monotonic()
    model = learned(bars, 2 if given.quick else given.epochs, 12 if given.quick else given.side)
    seconds = time.monotonic() - started
    there, here = found(model, tuning), found(model, held_out)
    threshold = max((float(each) for each in THRESHOLDS), key=lambda each: f1(model, there, tuning, each))
    noise = torch.Generator().manual_seed(3)
    noisy = [f1(model, here + NOISE * normal_like(here, noise), held_out, threshold) for _ in range(NOISE_DRAWS)]
    with torch.no_grad():
        nats = float(hit_cross_entropy(model.unlabelled(here, held_out.meter), held_out).mean())
    numbers = {"f1": f1(model, here, held_out, threshold), "noisy_f1": float(np.mean(noisy)), "nats": nats}
    row = (len(bars), f"{numbers['f1']:.3f}", f"{numbers['noisy_f1']:.3f}", f"{nats:.1f}", f"{seconds:.0f}")
    print_table(("bars", "hit F1", "after noise of 0.05", "cross-entropy, nats", "seconds"), [row])
    write_json(numbers, given.json)


if __name__ == "__main__":
    main()
