"""Train the stroke network that `clave.loop` ships with, on loops rendered from bars and one-shots.

    .venv/bin/python scripts/training_sounds.py ONESHOTS -o tier-a.csv
    .venv/bin/python scripts/learn_strokes.py GROOVE_MIDI ONESHOTS --list tier-a.csv -o clave/weights/strokes

GROOVE_MIDI is a folder of MIDI files; of one with an official split (info.csv), only the files for training are taken,
at about their tempi. With --convolutions strokes.onnx, those of a network that was trained before are kept, and only
what compares the candidates of a loop is trained: minutes instead of an hour.
"""

import argparse
import csv
import dataclasses
import sys
from pathlib import Path

import numpy as np
import torch

from clave.rhythm.dataset import scan
from clave.sound.dataset import listed
from clave.training.loop_examples import StrokeExamples, make_examples, read_stock
from clave.training.models.stroke_net import StrokeNet
from clave.training.stroke_run import EPOCHS, LOOP_EPOCHS, f_measure, fit, fit_whole_loops, take_convolutions, write

HELD_OUT = 0.04  # of the loops: for the F measure in the card


def main() -> None:
    """Render, train, measure and write."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("bars", type=Path)
    ask.add_argument("sounds", type=Path)
    ask.add_argument("--list", type=Path, required=True, dest="listing")
    ask.add_argument("--loops", type=int, default=2500)
    ask.add_argument("--epochs", type=float, default=EPOCHS)
    ask.add_argument("--loop-epochs", type=float, default=LOOP_EPOCHS)
    ask.add_argument("--convolutions", type=Path)
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("-o", "--out", type=Path, required=True)
    given = ask.parse_args()
    torch.set_num_threads(1)  # faster for a network as small as this

    corpus = scan(given.bars)
    training = np.array([corpus.splits[source] in ("train", "") for source in corpus.source])
    known, _ = listed(given.sounds, given.listing)
    stock, credited = read_stock(known, given.sounds, seed=given.seed, on_progress=show)
    examples = make_examples(
        corpus.subset(training), stock, given.loops, tempi=tempi_of(given.bars), seed=given.seed, on_progress=show
    )
    learned = examples.loop < given.loops * (1 - HELD_OUT)
    if given.convolutions is None:
        network = fit(subset(examples, learned), epochs=given.epochs, seed=given.seed, on_progress=show)
    else:
        network = StrokeNet()
        take_convolutions(network, given.convolutions)
    fit_whole_loops(subset(examples, learned), network, epochs=given.loop_epochs, seed=given.seed, on_progress=show)
    measured = f_measure(network, subset(examples, ~learned))
    epochs = {"epochs": given.epochs} if given.convolutions is None else {"convolutions": str(given.convolutions.name)}
    facts = {"loops": given.loops, "candidates": len(examples), **epochs, "loop epochs": given.loop_epochs}
    facts["seed"] = given.seed
    write(given.out, network, credited, facts, measured)
    print(measured)


def tempi_of(folder: Path) -> dict[str, float]:
    """The tempo of each file, where a table says so."""
    table = folder / "info.csv"
    if not table.is_file():
        return {}
    with table.open(newline="", encoding="utf-8") as file:
        return {row["midi_filename"]: float(row["bpm"]) for row in csv.DictReader(file)}


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
