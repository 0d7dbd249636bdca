"""The shape that every training run has: begun or resumed in a folder, trained epoch by epoch, its best model kept."""

import copy
import hashlib
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import BaseModel, ValidationError

from clave.errors import TrainingError
from clave.play.project.value import first_rule_broken
from clave.training import checkpoint
from clave.training.loop import Progress, Recipe, Run, begin, fit, score
from clave.training.models.vae import VAE, Examples
from clave.training.progress import of_task
from clave.training.recipes import recipe_to_dict
from clave.training.run_log import write_log
from clave.training.session import Estimate, RunStoppedError, Session, Shown, Wish
from clave.training.tensor_file import halved, load_tensors, save_tensors
from clave.training.workers import Workers, alone

BEST_FILE = "best.safetensors"
KEEP_SECONDS = 300.0  # between checkpoints within an epoch that takes longer
PREVIEW_SECONDS = 30.0  # between previews
MEASURED_STEPS = 2  # after one that warms up


@dataclass(frozen=True)
class Epoch:
    """One epoch: its losses by name, on the training part and on the tuning part, in nats per example."""

    number: int
    epochs: int
    seconds: float
    train: dict[str, float]
    tuning: dict[str, float]
    best: bool  # whether its weights are the ones to keep so far
    scores: dict[str, float] = field(default_factory=dict[str, float])  # that a person can read, if they are shown


@dataclass(frozen=True)
class BestModel:
    """A trained model as it was after its best epoch, rounded as it will be stored."""

    model: Any
    epoch: int


@dataclass
class Part:
    """What an epoch has come to so far."""

    seconds: float = 0.0
    sums: dict[str, float] = field(default_factory=dict[str, float])  # of losses

    def add(self, progress: Progress) -> None:
        """One more step."""
        for name, value in {**progress.losses, "total": progress.total}.items():
            self.sums[name] = self.sums.get(name, 0.0) + value


@dataclass
class FolderRun:
    """A run with the folder that it is kept in."""

    run: Run
    folder: Path
    data: str  # the fingerprint of what is trained on
    begun: bool = False  # whether what comes before the first step is done
    best: dict[str, Any] = field(default_factory=lambda: {"epoch": 0, "total": None})
    log: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    part: Part = field(default_factory=Part)

    def save(self) -> None:
        """Keep the run, to be resumed from here."""
        part = {"seconds": self.part.seconds, "sums": self.part.sums}
        checkpoint.save(self.folder, self.run, content=self.data, best=self.best, log=self.log, part=part)


def fingerprint(names: object, columns: Iterable[np.ndarray]) -> str:
    """Sixteen hex digits that change with any of these names and numbers: what tells one data set from another.

    Give it names, hits, indices and hashes of files: numbers that were computed differ in their last digit from one
    machine, or number of threads, to the next.
    """
    digest = hashlib.sha256(repr(names).encode())
    for column in columns:
        assert column.dtype.kind in "biu", "real numbers are not the same on every machine"
        digest.update(np.ascontiguousarray(column, np.int64).tobytes())
    return digest.hexdigest()[:16]


def open_run(
    recipe: Recipe, data: str, folder: Path, *, resume: bool = False, workers: Workers | None = None
) -> FolderRun:
    """A new run in this folder, or with `resume` the one that it holds; `data` is the fingerprint of the data.

    A run that goes on may have more epochs than before, or fewer. Raises TrainingError if the folder holds a run with
    other settings or on other data, or any without `resume`, and where workers have not the same data or folder.
    """
    workers = workers or alone()
    opened = _open_run(recipe, data, folder, resume, workers.device)
    workers.agree("run", (data, opened.run.step, chosen_settings(opened.run.recipe)))
    return opened


def _open_run(recipe: Recipe, data: str, folder: Path, resume: bool, device: torch.device) -> FolderRun:
    exists = (folder / checkpoint.CHECKPOINT).is_file()
    if exists and not resume:
        raise TrainingError(f"{folder} already holds a run: go on with it (resume) or choose another folder")
    if not exists:
        folder.mkdir(parents=True, exist_ok=True)
        return FolderRun(begin(recipe, device), folder, data)
    run, facts = checkpoint.load(folder, device)
    kept, wanted = (chosen_settings(replace(each, epochs=recipe.epochs)) for each in (run.recipe, recipe))
    different = [f"{name} {kept[name]} instead of {wanted[name]}" for name in kept if kept[name] != wanted[name]]
    if different:
        raise TrainingError(f"{folder} holds a run of other settings: {', '.join(different)}")
    if facts.get("content", data) != data:  # the fingerprints of older runs hold on one machine alone
        raise TrainingError(f"{folder} holds a run on other data: go on with the same files, labels and drum map")
    run.recipe = replace(run.recipe, epochs=recipe.epochs)
    try:
        _Facts.model_validate(facts, strict=True)
    except ValidationError as error:
        raise TrainingError(f"{folder / checkpoint.CHECKPOINT} is broken: {first_rule_broken(error)}") from error
    return FolderRun(run, folder, data, True, facts["best"], facts["log"], Part(**facts.get("part", {})))


class _Epoch(BaseModel):
    epoch: int


class _Best(_Epoch):
    total: float | None


class _Part(BaseModel, extra="forbid"):
    seconds: float = 0.0
    sums: dict[str, float] = {}


class _Facts(BaseModel):
    """What a checkpoint says besides the run itself."""

    best: _Best
    log: list[_Epoch]
    part: _Part = _Part()


def train(
    opened: FolderRun,
    training: Examples,
    tuning: Examples,
    session: Session | None = None,
    shown: Shown | None = None,
) -> Generator[Epoch, None, BestModel]:
    """Train to the end, one yield per epoch, and return the best model.

    What a model computes from its training examples without gradients is computed before the first step and after the
    last: `VAE.before_training` and `VAE.after_training`. A session may wish for an end before: then the best model so
    far is returned, or RunStoppedError raised; either way the run is kept as it was after its last step. The best model
    is the first worker's: the others return what they have.
    """
    run, session, began = opened.run, session or Session(), time.monotonic()
    deadline = None if session.minutes is None else began + 60 * session.minutes
    if not opened.begun:
        run.model.before_training(training.to(run.device), of_task(session.on_progress, "preparing"))
        session.workers.share_weights(run.model)
        run.average.load_state_dict(run.model.state_dict())
        if session.workers.leads:
            opened.save()
    learned_from, scored_on = (
        _prepared(run.model, examples.to(run.device), run.recipe.seed) for examples in (training, tuning)
    )
    if deadline is not None or session.on_estimate is not None:
        _fit_to_time(opened, learned_from, session, deadline)
    yield from _epochs(opened, learned_from, scored_on, session, deadline, shown if session.shows else None)
    model, epoch = run.average, int(opened.best["epoch"])
    if not session.workers.leads:
        return BestModel(model, epoch)
    if _is_best(opened, scored_on):
        epoch = run.step // steps_per_epoch(run, training) + 1
    else:
        model.load_state_dict(load_tensors(opened.folder / BEST_FILE)[0])
    model.load_state_dict(halved(model.state_dict()))
    model.cpu().after_training(training)
    return BestModel(model, epoch)


def steps_per_epoch(run: Run, examples: Examples) -> int:
    """How many steps an epoch has."""
    return max(1, len(examples) // run.recipe.batch_size)


def _prepared(model: VAE[Any], examples: Examples, seed: int) -> Examples:
    device = next(model.parameters()).device
    return model.prepared(examples, torch.Generator(device=device).manual_seed(seed))


def _is_best(opened: FolderRun, tuning: Examples) -> bool:
    """Whether the weights of now, within an epoch, are better than the best after one."""
    run, best = opened.run, opened.best["total"]
    if not opened.part.sums:
        return False
    return run.recipe.keeps_last or best is None or score(run.average, tuning, run.recipe)["total"] < best


def _fit_to_time(opened: FolderRun, training: Examples, session: Session, deadline: float | None) -> None:
    """Measure some steps of a copy of the run, fit the epochs of a new one to the time, and say how long it takes."""
    run, per_epoch = opened.run, steps_per_epoch(opened.run, training)
    done = run.step // per_epoch
    if done >= run.recipe.epochs:
        return
    trial = copy.deepcopy(run)
    trial.recipe = replace(trial.recipe, epochs=done + 2 + MEASURED_STEPS)
    steps = fit(trial, training, session.workers)
    next(steps)
    started = time.monotonic()
    taken = sum(1 for _ in islice(steps, MEASURED_STEPS))
    step_seconds = session.workers.lead(lambda: max(1e-9, (time.monotonic() - started) / taken))
    if deadline is not None and run.step == 0:
        end = deadline
        left = session.workers.lead(lambda: end - time.monotonic())
        run.recipe = replace(run.recipe, epochs=min(max(1, int(left / (step_seconds * per_epoch))), run.recipe.epochs))
    if session.on_estimate is not None:
        session.on_estimate(Estimate(step_seconds, step_seconds * per_epoch, run.recipe.epochs - done))


def _epochs(
    opened: FolderRun,
    training: Examples,
    tuning: Examples,
    session: Session,
    deadline: float | None,
    shown: Shown | None,
) -> Generator[Epoch, None, None]:
    """Train until the end or the session wishes for one; checkpoints come after some epochs, and some minutes."""
    run, part, workers = opened.run, opened.part, session.workers
    per_epoch, started = steps_per_epoch(run, training), time.monotonic()
    last_step, kept_at, previewed_at = run.recipe.epochs * per_epoch, started, -PREVIEW_SECONDS
    count, before = of_task(session.on_progress, "training"), part.seconds
    if _has_stopped(opened):
        return
    for progress in fit(run, training, workers):
        part.add(progress)
        part.seconds = before + time.monotonic() - started
        count(progress.step, last_step)
        wish, stops = _wished(session, deadline), False
        if progress.step % per_epoch == 0:
            number, last = progress.step // per_epoch, progress.step == last_step
            epoch, stops = workers.lead(lambda number=number: _end_of_epoch(opened, tuning, number, shown))
            part = opened.part = Part()
            if workers.leads:
                if wish or stops or last or number % run.recipe.keep_every_epochs == 0:
                    opened.save()
                    kept_at = time.monotonic()
                write_log(opened.folder, opened.log)
                if shown is not None and (last or time.monotonic() - previewed_at > PREVIEW_SECONDS):
                    shown.preview(run.average, tuning, opened.folder)
                    previewed_at = time.monotonic()
            yield epoch
            started, before = time.monotonic(), 0.0
        elif workers.leads and (wish or time.monotonic() - kept_at > KEEP_SECONDS):
            opened.save()
            kept_at = time.monotonic()
        if wish == "later" and progress.step < last_step:
            raise RunStoppedError(opened.folder, progress.step, last_step)
        if wish or stops:
            return


def _wished(session: Session, deadline: float | None) -> Wish | None:
    """Whether the run is to end after this step: what the first worker is told."""

    def told() -> Wish | None:
        return session.wish() or ("use" if deadline is not None and time.monotonic() > deadline else None)

    return session.workers.lead(told)


def _end_of_epoch(opened: FolderRun, tuning: Examples, number: int, shown: Shown | None) -> tuple[Epoch, bool]:
    """Score the weights, keep them if they are the best, and add the epoch to the log; and whether training stops."""
    run, recipe, part = opened.run, opened.run.recipe, opened.part
    steps = run.step // number
    trained = {name: value / steps for name, value in part.sums.items()}
    tuned = score(run.average, tuning, recipe)
    improved = recipe.keeps_last or opened.best["total"] is None or tuned["total"] < opened.best["total"]
    if improved:
        opened.best = {"epoch": number, "total": tuned["total"]}
        save_tensors(opened.folder / BEST_FILE, run.average.state_dict())
    scores = {} if shown is None else shown.scores(run.average, tuning)
    row = {"epoch": number, "seconds": part.seconds, "train": trained, "tuning": tuned}
    opened.log.append(row | ({"scores": scores} if scores else {}))
    epoch = Epoch(number, recipe.epochs, part.seconds, trained, tuned, improved, scores)
    return epoch, _has_stopped(opened)


def _has_stopped(opened: FolderRun) -> bool:
    """Whether the scores have not become better for as many epochs as the recipe is patient."""
    patience = opened.run.recipe.patience_epochs
    return patience is not None and bool(opened.log) and opened.log[-1]["epoch"] - opened.best["epoch"] >= patience


def chosen_settings(recipe: Recipe) -> dict[str, Any]:
    """The settings of a recipe that a person chooses; the vocabulary follows from the data, and is long."""
    settings = recipe_to_dict(recipe)
    return {**settings, "model": {name: value for name, value in settings["model"].items() if name != "vocabulary"}}
