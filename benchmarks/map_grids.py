"""How much a map of two numbers holds: the map decoder as tables over the map, begun by a self-organising map.

    OMP_NUM_THREADS=1 python benchmarks/map_grids.py FOLDER [--epochs N] [--side PLACES] [--quick] [--json FILE]

The training bars are those of `clave learn rhythm FOLDER --factory`, none of them turned. Measured on held-out beats:
hit F1 of the cells above the threshold that is best on the tuning part, at the likeliest point of each bar; the same
after normal noise of 0.05 map units on that point; the cross-entropy in nats a bar; and the balanced accuracy of the
style of most of the 15 nearest training beats.
"""

import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from measuring import options, print_table, write_json
from torch import Tensor

from clave.evaluation.rhythm.metrics import accuracy, style_by_neighbours
from clave.music.units import COMMON_TIME, METERS
from clave.rhythm import dataset
from clave.rhythm.map_prior import UNIFORM
from clave.rhythm.scores import THRESHOLDS
from clave.training.models.bars import SECTIONS, Bars
from clave.training.models.condition import Condition
from clave.training.models.grid_map import GridMap
from clave.training.models.map_search import hit_cross_entropy, search_map
from clave.training.models.map_training import MapTraining, train_map
from clave.training.models.vae import normal_like
from clave.training.rhythm_data import beats, divide, recorded, to_bars

RESOLUTIONS, FEATURES, WIDTH = (6, 12, 24, 48, 96), 16, 384
NOISE, NOISE_DRAWS = 0.05, 5  # map units
LOOK_POINTS = 16384  # among which a bar is looked for when it is measured
BARS_AT_ONCE = 4096
MIN_HITS = 4  # of a beat whose style counts, as in `clave evaluate`


def unlabelled(model: GridMap, point: Tensor, meter: Tensor) -> Tensor:
    """The logits of the map without a style and a section."""
    return model(Condition.unlabelled(point, meter, model.styles))


def learned(bars: Bars, settings: MapTraining) -> GridMap:
    """The map after its training."""
    torch.manual_seed(0)
    model = GridMap(bars.style.shape[1], RESOLUTIONS, FEATURES, WIDTH, 1)
    train_map(model, bars, torch.Generator().manual_seed(1), settings)
    return model


@torch.no_grad()
def found(model: GridMap, bars: Bars) -> Tensor:
    """The likeliest point of each bar."""
    noise, parts = torch.Generator().manual_seed(2), list[Tensor]()
    for start in range(0, len(bars), BARS_AT_ONCE):
        part = bars[start : start + BARS_AT_ONCE]
        guess = torch.zeros(len(part), 2)
        for _ in range(2):
            guess = search_map(partial(unlabelled, model), part, guess, LOOK_POINTS, noise, UNIFORM)
        parts.append(guess)
    return torch.cat(parts)


@torch.no_grad()
def f1(model: GridMap, points: Tensor, bars: Bars, threshold: float) -> float:
    """Harmonic mean of precision and recall of the cells above the threshold."""
    struck = (unlabelled(model, points, bars.meter) > threshold) & bars.inside.unsqueeze(1)
    hits = bars.hits > 0
    return float(2 * (struck & hits).sum() / (struck.sum() + hits.sum()))


def balanced_style(points: Tensor, bars: Bars, train_points: Tensor, train: Bars) -> float:
    """Balanced accuracy of the style of most of the 15 nearest training beats, over beats of 4/4."""
    kept, train_kept = (
        (each.section == SECTIONS.index("beat"))
        & (each.meter == METERS.index(COMMON_TIME))
        & (each.hits.sum(dim=(1, 2)) >= MIN_HITS)
        & each.style.any(dim=1)
        for each in (bars, train)
    )
    own, style = (part.style[rows].argmax(dim=1).numpy() for part, rows in ((bars, kept), (train, train_kept)))
    return accuracy(style_by_neighbours(points[kept].numpy(), train_points[train_kept].numpy(), style), own)["balanced"]


def main() -> None:
    """Learn, measure, print."""
    parser = options(__doc__)
    parser.add_argument("folder", type=Path, help="Groove MIDI")
    parser.add_argument("--epochs", type=int, default=MapTraining.epochs)
    parser.add_argument(
        "--side", type=int, default=MapTraining.side, help="places of the self-organising map along each axis"
    )
    given = parser.parse_args()
    own = dataset.from_factory(takes=dataset.TAKES_BESIDE, fills=dataset.FILLS, seed=0)
    parts = divide(dataset.joined(dataset.scan(given.folder, dataset.Selection()), own))
    bars = to_bars(parts.train)
    bars = bars[torch.arange(0, len(bars), 16)] if given.quick else bars
    tuning, held_out = (to_bars(beats(recorded(part))) for part in (parts.tuning, parts.validation))
    started = time.monotonic()
    settings = MapTraining(side=given.side, epochs=given.epochs)
    model = learned(bars, replace(settings, side=12, epochs=2, lattice=16) if given.quick else settings)
    seconds = time.monotonic() - started
    there, here = found(model, tuning), found(model, held_out)
    threshold = max((float(each) for each in THRESHOLDS), key=lambda each: f1(model, there, tuning, each))
    noise = torch.Generator().manual_seed(3)
    noisy = [f1(model, here + NOISE * normal_like(here, noise), held_out, threshold) for _ in range(NOISE_DRAWS)]
    with torch.no_grad():
        nats = float(hit_cross_entropy(unlabelled(model, here, held_out.meter), held_out).mean())
    style = balanced_style(here, held_out, found(model, bars), bars)
    numbers = {
        "f1": f1(model, here, held_out, threshold), "noisy_f1": float(np.mean(noisy)), "nats": nats, "style": style
    }  # fmt: skip
    shown = [f"{numbers[name]:.3f}" for name in ("f1", "noisy_f1")]
    row = (len(bars), *shown, f"{nats:.1f}", f"{style:.3f}", f"{seconds:.0f}")
    print_table(("bars", "hit F1", "after noise of 0.05", "cross-entropy, nats", "style", "seconds"), [row])
    write_json(numbers, given.json)


if __name__ == "__main__":
    main()
