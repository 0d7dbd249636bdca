"""What each of two workers does in `training/test_workers.py`: started by torch's launcher, it leaves a JSON file."""

import json
import os
import signal
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import torch
from toy_bars import TOY, toy_bars

from clave.errors import TrainingError
from clave.music.units import METERS
from clave.training.loop import begin, fit
from clave.training.models.bars import Bars
from clave.training.models.rhythm_vae import RhythmVAE
from clave.training.run import open_run, train
from clave.training.run_lock import only_run
from clave.training.session import RunStoppedError, Session
from clave.training.workers import Workers, joined

RECIPE = replace(TOY, batch_size=13, epochs=2)  # 13 rows are no even parts
STEPS = 8  # in all: four an epoch
STOPPED_AT, FEW = 3, 4


def bars() -> Bars:
    """Some with a bar before them, some longer than others."""
    plain, points = toy_bars(52, meters=METERS), torch.randn(52, 4, 2, generator=torch.Generator().manual_seed(0))
    before, follows = plain.hits.roll(1, 0) > 0, torch.arange(52) % 3 > 0
    return replace(plain, before=before, follows=follows, point=points[:, 0], turned_point=points[:, 1:])


def without_the_map() -> None:
    """The map's own training is not what is tested here."""
    RhythmVAE.before_training = lambda *_: None
    RhythmVAE.prepared = lambda _model, examples, _noise: examples


def losses(workers: Workers, steps: int = STEPS) -> list[dict[str, float]]:
    """Of the steps of a run."""
    taken = islice(fit(begin(RECIPE), bars(), workers), steps)
    return [{**step.losses, "total": step.total} for step in taken]


def learn(folder: Path, workers: Workers, *, stop: int | None = None, resume: bool = False) -> str:
    """Learn in a folder, until a step after which the first worker wishes to stop; what was said in the end."""
    taken = 0

    def wish() -> str | None:
        nonlocal taken
        taken += 1
        return "later" if taken == stop else None

    try:
        with workers.lead_holds(only_run(folder)):
            opened = open_run(RECIPE, "bars", folder, resume=resume, workers=workers)
            epochs = sum(1 for _ in train(opened, bars(), bars()[:8], Session(workers, wish=wish)))
            return f"{epochs} epochs"
    except (TrainingError, RunStoppedError) as error:
        return str(error)


def main(place: Path) -> None:
    """All that two workers are asked in the tests; in the end the second one dies."""
    without_the_map()
    said: dict[str, object] = {}
    with joined("cpu") as workers:
        said["losses"] = losses(workers)
        said["accumulated"] = losses(replace(workers, accumulate=3), FEW)
        said["bf16"] = [step["total"] for step in losses(replace(workers, precision="bf16"), FEW)]
        said["stopped"] = learn(place / "stopped", workers, stop=STOPPED_AT)
        said["went on"] = learn(place / "alone", workers, resume=True)
        said["again"] = learn(place / "alone", workers)
        said["held"] = learn(place / "held", workers)
        try:
            workers.agree("corpus", f"bars of {workers.rank}")
        except TrainingError as error:
            said["disagreed"] = str(error)
        try:
            workers.parts(1)
        except TrainingError as error:
            said["too many"] = str(error)
        (place / f"{workers.rank}.json").write_text(json.dumps(said), "utf-8")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # as `clave learn` does
        steps = fit(begin(RECIPE), bars(), workers)
        list(islice(steps, 2))
        if workers.rank == 1:
            os._exit(9)
        try:
            list(steps)
        except TrainingError as error:
            (place / "lost.txt").write_text(str(error), "utf-8")
            raise SystemExit(1) from error


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1]))
