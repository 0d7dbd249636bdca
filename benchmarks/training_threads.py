"""Seconds of a training step with one thread and with all cores, for each recipe; rounds take turns.

python benchmarks/training_threads.py [ROUNDS]
"""

import statistics
import sys
import time
from dataclasses import replace
from itertools import islice

import torch

from clave.rhythm.dataset import from_factory
from clave.sound.dataset import made
from clave.training.loop import begin, fit
from clave.training.models.sound_model import OneShotConfig
from clave.training.recipes import by_name, sound_by_name
from clave.training.rhythm_data import to_bars
from clave.training.sound_data import to_sounds

STEPS = 3
RECIPES = (("rhythm", "quick"), ("rhythm", "rhythm"), ("rhythm", "paper"), ("sound", "quick"), ("sound", "sound"))


def seconds_a_step(run, examples, threads: int) -> float:
    torch.set_num_threads(threads)
    steps = fit(run, examples)
    next(steps)
    started = time.perf_counter()
    list(islice(steps, STEPS))
    return (time.perf_counter() - started) / STEPS


def examples_of(kind: str, name: str):
    if kind == "rhythm":
        corpus = from_factory(("funk", "house"), takes=40)
        recipe = by_name(name, len(corpus.styles))
        model = recipe.model.fitted_to(corpus.hits)
        run = begin(replace(recipe, model=model, epochs=100))
        bars = to_bars(corpus, model.step_count)
        points = torch.randn(len(bars), 4, 2, generator=torch.Generator().manual_seed(0))  # as if they had been found
        return run, replace(bars, point=points[:, 0], turned_point=points[:, 1:])
    recipe = sound_by_name(name)
    assert isinstance(recipe.model, OneShotConfig)
    corpus = made(34, 0, spectrogram=recipe.model.spectrogram())
    run = begin(replace(recipe, epochs=100))
    sounds = to_sounds(corpus)
    run.model.before_training(sounds, lambda *_: None)
    return run, sounds


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    cores = torch.get_num_threads()
    print(f"| recipe | parameters | batch | 1 thread, ms a step | {cores} threads | ratio (median of {rounds}) |")
    print("|---|---|---|---|---|---|")
    for kind, name in RECIPES:
        run, examples = examples_of(kind, name)
        pairs = [(seconds_a_step(run, examples, 1), seconds_a_step(run, examples, cores)) for _ in range(rounds)]
        one, every = (1000 * statistics.median(each) for each in zip(*pairs, strict=True))
        ratio = statistics.median(single / several for single, several in pairs)
        size = sum(weight.numel() for weight in run.model.parameters()) / 1e6
        print(
            f"| {kind} {name} | {size:.2f} M | {run.recipe.batch_size} | {one:.0f} | {every:.0f} | {ratio:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
