"""Train the stroke network that `clave.loop` ships with, on loops rendered from bars and one-shots.

    .venv/bin/python scripts/training_sounds.py ONESHOTS -o tier-a.csv
    .venv/bin/python scripts/learn_strokes.py GROOVE_MIDI ONESHOTS --list tier-a.csv -o clave/weights/strokes

GROOVE_MIDI is a folder of MIDI files; of one with an official split, only the files for training are taken.
"""

import argparse
import dataclasses
import sys
from pathlib import Path

import numpy as np
import torch

from clave.rhythm.dataset import scan
from clave.sound.dataset import listed
from clave.training.loop_examples import StrokeExamples, make_examples, read_stock
from clave.training.stroke_run import EPOCHS, f_measure, fit, write

HELD_OUT = 0.04  # of the loops: for the F measure in the card


def main() -> None:
    """Render, train, measure and write."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("bars", type=Path)
    ask.add_argument("sounds", type=Path)
    ask.add_argument("--list", type=Path, required=True, dest="listing")
    ask.add_argument("--loops", type=int, default=2500)
    ask.add_argument("--epochs", type=float, default=EPOCHS)
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("-o", "--out", type=Path, required=True)
    given = ask.parse_args()
    torch.set_num_threads(1)  # faster for a network as small as this

    corpus = scan(given.bars)
    training = np.array([corpus.splits[source] in ("train", "") for source in corpus.source])
    known, _ = listed(given.sounds, given.listing)
    stock, credited = read_stock(known, given.sounds, seed=given.seed, on_progress=show)
    examples = make_examples(corpus.subset(training), stock, given.loops, seed=given.seed, on_progress=show)
    learned = examples.loop < given.loops * (1 - HELD_OUT)
    network = fit(subset(examples, learned), epochs=given.epochs, seed=given.seed, on_progress=show)
    measured = f_measure(network, subset(examples, ~learned))
    facts = {"loops": given.loops, "candidates": len(examples), "epochs": given.epochs, "seed": given.seed}
    write(given.out, network, credited, facts, measured)
    print(measured)


def subset(examples: StrokeExamples, rows: np.ndarray) -> StrokeExamples:
    """Some of the rows."""
    columns = {each.name: getattr(examples, each.name)[rows] for each in dataclasses.fields(examples)}
    return StrokeExamples(**columns)


def show(task: str, done: int, total: int) -> None:
    """A line now and then."""
    if done % 200 == 0 or done == total:
        print(f"{task} {done} of {total}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
