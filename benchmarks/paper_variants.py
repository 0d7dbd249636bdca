"""The paper's pattern VAE on the paper's data: as given, and with other latent sizes and betas.

    python benchmarks/paper_variants.py FOLDER [--latents 2 3 4 6 8] [--betas 0 1 4] [--epochs 200] [--quick]

FOLDER (or $CLAVE_DATA/grooves/paper-1095) holds the authors' `midi/`. First bars, the paper's drum map and truncating
grid; of bars with the same hits one is kept, while the authors' own split parts such bars. Trained to the last
epoch, as the paper did; thresholds are tuned on a part of train, F1 is also given at the paper's 0.3. A minute a row.
"""

import math
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from measuring import add_folder, options, print_table, write_json

from clave import corpus
from clave.music.units import COMMON_TIME
from clave.rhythm import scores
from clave.training import recipes
from clave.training.loop import Recipe, begin, fit, negative_log_likelihood, score
from clave.training.models.bars import Bars
from clave.training.models.paper_rhythm_vae import PAPER_STEPS, PaperVAE
from clave.training.rhythm_data import divide, to_bars

PAPER_THRESHOLD = math.log(0.3 / 0.7)  # "cells above 0.3 counted as hits"


HEAD = ("latent", "beta", "reconstruction", "KL", "ELBO", "NLL (256)", "hit F1", "hit F1 at 0.3", "CPU seconds")
DIGITS = (0, 1, 1, 1, 1, 1, 3, 3, 0)


def main(folder: Path, latents: list[int], betas: list[float], epochs: int) -> list[dict[str, float]]:
    """Print a row for each variant; return them."""
    divided = divide(distinct_bars(folder))
    parts = [to_bars(part, PAPER_STEPS) for part in (divided.train, divided.tuning, divided.validation)]
    print(f"{len(parts[0])} bars to learn from, {len(parts[1])} to tune on, {len(parts[2])} to score\n")
    rows = [
        variant(replace(recipes.paper(latent, beta), epochs=epochs), *parts) for latent in latents for beta in betas
    ]
    named = [dict(zip(HEAD, row, strict=True)) for row in rows]
    print_table(HEAD, ([f"{value:.{n}f}" for value, n in zip(row, DIGITS, strict=True)] for row in rows))
    return named


def variant(recipe: Recipe, train: Bars, tuning: Bars, held_out: Bars) -> list[float]:
    """Train one to its last epoch and score it; the numbers in the order of HEAD."""
    run = begin(recipe)
    started = time.process_time()
    for _ in fit(run, train):
        pass
    seconds = time.process_time() - started
    losses = score(run.model.eval(), held_out, recipe)
    nll = float(negative_log_likelihood(run.model, held_out).mean())
    threshold = scores.best_threshold(decoded(run.model, tuning), hits(tuning))
    f1 = [scores.hit_f1(decoded(run.model, held_out), hits(held_out), each) for each in (threshold, PAPER_THRESHOLD)]
    elbo = -losses["hits"] - losses["kl_map"]
    latent, beta = recipe.model.latent_size, recipe.weights["kl_map"]
    return [latent, beta, losses["hits"], losses["kl_map"], elbo, nll, *f1, seconds]


def distinct_bars(folder: Path) -> corpus.Corpus:
    """The first bar of each of the authors' files, read as they did; of those with the same hits one is kept."""
    selection = corpus.Selection(drum_map="paper", grid="paper", first_bars=1, fewest_strokes=1)
    bars = corpus.scan(folder / "midi", selection, styles="name").in_meter(COMMON_TIME)
    _, distinct = np.unique(bars.hits.reshape(len(bars), -1), axis=0, return_index=True)  # whatever their velocities
    return bars.subset(np.sort(distinct))


@torch.no_grad()
def decoded(model: PaperVAE, bars: Bars):
    """Hit logits from the mean of the latent."""
    return model.decoder(model.posterior(bars.velocity).mean).view(bars.velocity.shape).numpy()


def hits(bars: Bars):
    """The activation matrices."""
    return bars.hits.numpy() > 0


if __name__ == "__main__":
    parser = options(__doc__)
    add_folder(parser, "grooves/paper-1095")
    parser.add_argument("--latents", type=int, nargs="+", default=[2, 3, 4, 6, 8])
    parser.add_argument("--betas", type=float, nargs="+", default=[0, 1, 4])
    parser.add_argument("--epochs", type=int, default=200)
    given = parser.parse_args()
    if given.quick:
        given.latents, given.betas, given.epochs = [2], [4.0], 1
    write_json({"rows": main(given.folder, given.latents, given.betas, given.epochs)}, given.json)
