"""The shape that every training run has: begun or resumed in a folder, trained epoch by epoch, its best model kept."""

import hashlib
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from clave.errors import TrainingError
from clave.training import checkpoint
from clave.training.loop import Recipe, Run, begin, fit, score
from clave.training.models.vae import VAE, Examples
from clave.training.progress import OnProgress, of_task
from clave.training.recipes import recipe_to_dict
from clave.training.run_log import write_log
from clave.training.tensor_file import halved, load_tensors, save_tensors

BEST_FILE = "best.safetensors"


@dataclass(frozen=True)
class Epoch:
    """One epoch: its losses by name, on the training part and on the tuning part, in nats per example."""

    number: int
    epochs: int
    seconds: float
    train: dict[str, float]
    tuning: dict[str, float]
    best: bool  # whether its weights are the ones to keep so far


@dataclass(frozen=True)
class BestModel:
    """A trained model as it was after its best epoch, rounded as it will be stored."""

    model: Any
    epoch: int


@dataclass
class FolderRun:
    """A run with the folder that it is kept in."""

    run: Run
    folder: Path
    data: str  # the fingerprint of what is trained on
    begun: bool = False  # whether what comes before the first step is done
    best: dict[str, Any] = field(default_factory=lambda: {"epoch": 0, "total": None})
    log: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def save(self) -> None:
        """Keep the run, to be resumed from here."""
        checkpoint.save(self.folder, self.run, data=self.data, best=self.best, log=self.log)


def fingerprint(names: object, columns: Iterable[np.ndarray]) -> str:
    """Sixteen hex digits that change with any of these names and numbers: what tells one data set from another."""
    digest = hashlib.sha256(repr(names).encode())
    for column in columns:
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()[:16]


def open_run(recipe: Recipe, data: str, folder: Path, *, resume: bool = False, device: str | None = None) -> FolderRun:
    """A new run in this folder, or with `resume` the one that it holds; `data` is the fingerprint of the data.

    Raises TrainingError if the folder holds a run with other settings or on other data, or any without `resume`.
    """
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    exists = (folder / checkpoint.CHECKPOINT).is_file()
    if exists and not resume:
        raise TrainingError(f"{folder} already holds a run: go on with it (resume) or choose another folder")
    if not exists:
        folder.mkdir(parents=True, exist_ok=True)
        return FolderRun(begin(recipe, device), folder, data)
    run, facts = checkpoint.load(folder, device)
    kept, wanted = (chosen_settings(each) for each in (run.recipe, recipe))
    different = [f"{name} {kept[name]} instead of {wanted[name]}" for name in kept if kept[name] != wanted[name]]
    if different:
        raise TrainingError(f"{folder} holds a run of other settings: {', '.join(different)}")
    if facts.get("data", data) != data:
        raise TrainingError(f"{folder} holds a run on other data: go on with the same files, labels and drum map")
    return FolderRun(run, folder, data, True, facts["best"], facts["log"])


def train(
    opened: FolderRun, training: Examples, tuning: Examples, on_progress: OnProgress | None = None
) -> Generator[Epoch, None, BestModel]:
    """Train to the end, one yield per epoch, and return the best model.

    What a model computes from its training examples without gradients is computed before the first step and after the
    last: `VAE.before_training` and `VAE.after_training`.
    """
    run = opened.run
    if not opened.begun:
        run.model.before_training(training.to(run.device), of_task(on_progress, "preparing"))
        run.average.load_state_dict(run.model.state_dict())
        opened.save()
    ready = [_prepared(run.model, examples.to(run.device), run.recipe.seed) for examples in (training, tuning)]
    yield from _epochs(opened, *ready)
    model = run.average
    model.load_state_dict(load_tensors(opened.folder / BEST_FILE)[0])
    model.load_state_dict(halved(model.state_dict()))
    model.cpu().after_training(training)
    return BestModel(model, int(opened.best["epoch"]))


def _prepared(model: VAE[Any], examples: Examples, seed: int) -> Examples:
    device = next(model.parameters()).device
    return model.prepared(examples, torch.Generator(device=device).manual_seed(seed))


def _epochs(opened: FolderRun, training: Examples, tuning: Examples) -> Iterator[Epoch]:
    """Each epoch is logged; its weights are kept if they are the best, and some epochs are kept to be resumed from."""
    run, recipe = opened.run, opened.run.recipe
    steps_per_epoch = max(1, len(training) // recipe.batch_size)
    started, sums = time.monotonic(), dict[str, float]()
    for progress in fit(run, training):
        for name, value in {**progress.losses, "total": progress.total}.items():
            sums[name] = sums.get(name, 0.0) + value
        if progress.step % steps_per_epoch:
            continue
        number = progress.step // steps_per_epoch
        trained = {name: value / steps_per_epoch for name, value in sums.items()}
        tuned = score(run.average, tuning.to(run.device), recipe)
        improved = recipe.keeps_last or opened.best["total"] is None or tuned["total"] < opened.best["total"]
        if improved:
            opened.best = {"epoch": number, "total": tuned["total"]}
            save_tensors(opened.folder / BEST_FILE, run.average.state_dict())
        seconds = time.monotonic() - started
        opened.log.append({"epoch": number, "seconds": seconds, "train": trained, "tuning": tuned})
        stops = recipe.patience_epochs is not None and number - opened.best["epoch"] >= recipe.patience_epochs
        if stops or number % recipe.keep_every_epochs == 0 or number == recipe.epochs:
            opened.save()
        write_log(opened.folder, opened.log)
        yield Epoch(number, recipe.epochs, seconds, trained, tuned, improved)
        started, sums = time.monotonic(), {}
        if stops:
            break


def chosen_settings(recipe: Recipe) -> dict[str, Any]:
    """The settings of a recipe that a person chooses; the vocabulary follows from the data, and is long."""
    settings = recipe_to_dict(recipe)
    return {**settings, "model": {name: value for name, value in settings["model"].items() if name != "vocabulary"}}
