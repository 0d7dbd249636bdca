"""The paper's pattern VAE on the paper's data: as given, and with other latent sizes and betas.

    python benchmarks/paper_variants.py FOLDER [--latents 2 3 4 6 8] [--betas 0 1 4] [--epochs 200]

FOLDER (or $CLAVE_DATA/grooves/paper-1095) holds the authors' `midi/`. First bars, the paper's drum map and truncating
grid; of bars with the same hits one is kept, while the authors' own split parts such bars. Trained to the last
epoch, as the paper did; thresholds are tuned on a part of train, F1 is also given at the paper's 0.3. A minute a row.
"""

import argparse
import math
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from clave import corpus
from clave.music.units import COMMON_TIME
from clave.rhythm import scores as evaluate
from clave.training import recipes
from clave.training.loop import begin, fit, negative_log_likelihood, score
from clave.training.models.bars import Bars
from clave.training.models.rhythm_model import RhythmModel
from clave.training.rhythm_data import divide, to_bars

PAPER_THRESHOLD = math.log(0.3 / 0.7)  # "cells above 0.3 counted as hits"


def main(folder: Path, latents: list[int], betas: list[float], epochs: int) -> None:
    divided = divide(distinct_bars(folder))
    train, tuning, held_out = (to_bars(part) for part in (divided.train, divided.tuning, divided.validation))
    print(f"{len(train)} bars to learn from, {len(tuning)} to tune on, {len(held_out)} to score\n")
    print("| latent | beta | reconstruction | KL | ELBO | NLL (256) | hit F1 | hit F1 at 0.3 | CPU seconds |")
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for latent in latents:
        for beta in betas:
            recipe = replace(recipes.paper(latent, beta), epochs=epochs)
            run = begin(recipe)
            started = time.process_time()
            for _ in fit(run, train):
                pass
            seconds = time.process_time() - started
            parts = score(run.model.eval(), held_out, recipe)
            nll = float(negative_log_likelihood(run.model, held_out).mean())
            threshold = evaluate.best_threshold(decoded(run.model, tuning), hits(tuning))
            f1, f1_paper = (
                evaluate.hit_f1(decoded(run.model, held_out), hits(held_out), each)
                for each in (threshold, PAPER_THRESHOLD)
            )
            elbo = -parts["hits"] - parts["kl_map"]
            print(
                f"| {latent} | {beta:g} | {parts['hits']:.1f} | {parts['kl_map']:.1f} | {elbo:.1f} | {nll:.1f} "
                f"| {f1:.3f} | {f1_paper:.3f} | {seconds:.0f} |",
                flush=True,
            )


def distinct_bars(folder: Path) -> corpus.Corpus:
    """The first bar of each of the authors' files, read as they did; of those with the same hits one is kept."""
    selection = corpus.Selection(drum_map="paper", grid="paper", first_bars=1, fewest_strokes=1)
    bars = corpus.scan(folder / "midi", selection, styles="name").in_meter(COMMON_TIME)
    _, distinct = np.unique(bars.hits.reshape(len(bars), -1), axis=0, return_index=True)  # whatever their velocities
    return bars.subset(np.sort(distinct))


@torch.no_grad()
def decoded(model: RhythmModel, bars: Bars):
    """Hit logits from the mean of the latent."""
    point = model.locate(model.see(bars.velocity, bars.offset))
    return model.decode(point, point[:, :0]).hit_logit.numpy()


def hits(bars: Bars):
    """The activation matrices."""
    return bars.hits.numpy() > 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--latents", type=int, nargs="+", default=[2, 3, 4, 6, 8])
    parser.add_argument("--betas", type=float, nargs="+", default=[0, 1, 4])
    parser.add_argument("--epochs", type=int, default=200)
    given = parser.parse_args()
    if given.folder is None and "CLAVE_DATA" not in os.environ:
        parser.error("name the folder of the paper's data, or set CLAVE_DATA")
    main(
        given.folder or Path(os.environ["CLAVE_DATA"], "grooves", "paper-1095"),
        given.latents,
        given.betas,
        given.epochs,
    )
