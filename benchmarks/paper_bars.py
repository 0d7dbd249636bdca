"""Our model and the paper's on the paper's own data: the same bars, the same split, each to its best epoch.

    python benchmarks/paper_bars.py FOLDER [--seeds 0 1 2] [--recipes rhythm paper] [--epochs N] [--batch N] [--quick]

FOLDER (or $CLAVE_DATA/grooves/paper-1095) holds the authors' `midi/`. First bars, the paper's drum map and truncating
grid; of bars with the same hits one is kept. A seed parts the bars anew, and both recipes learn from the same part of
them; thresholds and stopping are tuned on a tenth of it. Styles are those in the names of the files.

A recipe made for more bars wants smaller batches and more epochs here: measure it in a run of its own.
"""

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from measuring import add_folder, options, write_json
from paper_variants import distinct_bars

from clave import load_rhythm
from clave.evaluation.rhythm import metrics
from clave.rhythm.dataset import Corpus
from clave.training import recipes
from clave.training.rhythm_data import beats, divide
from clave.training.rhythm_run import learn_rhythm


def main(folder: Path, seeds: list[int], names: list[str], other: dict[str, int]) -> dict[str, list[float]]:
    """Print a row a run; return the mean over the seeds of each recipe, in the order of the columns."""
    bars = distinct_bars(folder)
    print(f"{len(bars)} distinct bars\n")
    print("| recipe | seed | learned from | scored | best epoch | hit F1, map alone | map + detail | NLL, nats a bar |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    found: dict[str, list[float]] = {}
    for name in names:
        rows = [row(bars, name, seed, other) for seed in seeds]
        if len(rows) > 1:
            means = " | ".join(
                f"{value:.{digits}f}" for value, digits in zip(np.mean(rows, axis=0), (3, 3, 1), strict=True)
            )
            print(f"| {name}, mean | | | | | {means} |", flush=True)
        found[name] = np.mean(rows, axis=0).tolist()
    return found


def row(bars: Corpus, name: str, seed: int, other: dict[str, int]) -> tuple[float, float, float]:
    """One run, printed: hit F1 through the map and through map and detail, and nats a bar, on the bars held out."""
    recipe = replace(recipes.by_name(name, len(bars.styles)), seed=seed, **other)
    parts = divide(bars, seed)
    held_out = beats(parts.validation)
    with tempfile.TemporaryDirectory() as run:
        best = [epoch.number for epoch in learn_rhythm(bars, recipe, Path(run)) if epoch.best][-1]
        space = load_rhythm(run)
        nats = float(json.loads(Path(run, "metrics.json").read_text())["nll"])
        code = space.encode(held_out.patterns)
        guessed = (space.at(code.map), space.decode(code))
    by_map, by_both = (metrics.f1(np.array([bar.hits for bar in each]), held_out.hits) for each in guessed)
    counts = f"{len(parts.train)} | {len(held_out)} | {best}"
    print(f"| {name} | {seed} | {counts} | {by_map:.3f} | {by_both:.3f} | {nats:.1f} |", flush=True)
    return by_map, by_both, nats


if __name__ == "__main__":
    parser = options(__doc__)
    add_folder(parser, "grooves/paper-1095")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--recipes", nargs="+", default=["rhythm", "paper"])
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--batch", type=int, dest="batch_size")
    given = parser.parse_args()
    if given.quick:
        given.epochs = 1
    other = {name: value for name in ("epochs", "batch_size") if (value := getattr(given, name)) is not None}
    write_json(main(given.folder, given.seeds, given.recipes, other), given.json)
