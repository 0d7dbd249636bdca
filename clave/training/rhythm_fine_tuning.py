"""A whole fine-tuning of a rhythm space: from a few bars to a folder that holds a space to play."""

import copy
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from clave.errors import TrainingError
from clave.files import whole_file
from clave.latent.space_folder import SpaceFolder, folder_hash, open_space
from clave.rhythm.dataset import Corpus, split
from clave.rhythm.scores import hit_f1
from clave.rhythm.space import RhythmSpace
from clave.rhythm.space_format import RHYTHM_FORMAT
from clave.training import tuning_checkpoint
from clave.training.checkpoint import CHECKPOINT
from clave.training.fine_tune import FineTuning, MapTuning, Step, begin, find, fine_tune_map
from clave.training.fine_tuned_space import write_fine_tuned
from clave.training.models.bars import Bars
from clave.training.models.condition import Condition
from clave.training.models.grid_map import GridMap
from clave.training.models.rhythm_vae import RhythmVAE
from clave.training.more_styles import in_styles, styles_of_both, with_styles
from clave.training.progress import of_task
from clave.training.replay import Replay
from clave.training.rhythm_data import in_meters, to_bars
from clave.training.rhythm_run import corpus_fingerprint
from clave.training.rhythm_shown import SHOWN
from clave.training.run import PREVIEW_SECONDS, Epoch
from clave.training.run_lock import only_run
from clave.training.run_log import write_log
from clave.training.session import Estimate, RunStoppedError, Session
from clave.training.shipped import load_rhythm_model

ROUND = 100  # steps: an epoch of a fine-tuning
MEASURED_STEPS = 5
REHEARSED = 0.2  # of the files, held out of a shorter fine-tuning, which says what new bars of the kind are like
REHEARSAL = 1 / 3  # of the steps
LEAST_REHEARSED = 5  # groups of files: of fewer, there is no such rehearsal


@dataclass
class Tuned:
    """A run with its folder, and what is known before its first step."""

    folder: Path
    start: SpaceFolder
    corpus: Corpus  # in the styles of both
    model: RhythmVAE
    bars: Bars
    kept: Replay
    tuning: MapTuning
    log: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @property
    def threshold(self) -> float:
        """The logit from which on a cell is struck."""
        return float(self.start.settings["threshold"])

    def data(self) -> dict[str, str]:
        """What tells this run from one on other bars, or from another space."""
        return {"content": corpus_fingerprint(self.corpus), "space_hash": folder_hash(self.start.path)}

    def save(self) -> None:
        """Keep it, to go on from here."""
        space = str(self.start.path.resolve())
        tuning_checkpoint.save(self.folder, self.tuning, space=space, log=self.log, **self.data())


def fine_tune_rhythm(
    corpus: Corpus,
    start: Path,
    folder: Path,
    settings: FineTuning | None = None,
    *,
    card: Mapping[str, Any] | None = None,
    resume: bool = False,
    session: Session | None = None,
) -> Iterator[Epoch]:
    """Teach the space in `start` these bars, one yield per 100 steps; at the end `folder` holds the space it became.

    The space keeps settings, threshold, bars and homes of the one it began with; styles, sources and points of the new
    bars are added. A run that is asked to stop is kept, or becomes a space as far as it is. Raises TrainingError for a
    space that cannot be fine-tuned, when another process learns into `folder`, or when it holds another run.
    """
    session = session or Session()
    with only_run(folder), whole_file.naming(folder):
        if start.resolve() == folder.resolve():
            raise TrainingError(f"{folder} is the space to begin with: choose another folder for what it becomes")
        tuned = _open(corpus, start, folder, settings or FineTuning(), resume)
        corpus.save(folder)
        whole = yield from _rounds(tuned, session)
        held_out = _rehearsed(tuned, session) if whole else {}
        write_fine_tuned(tuned.start, tuned.model, tuned.corpus, folder, tuned.tuning.settings, card or {}, held_out)


def _open(corpus: Corpus, start: Path, folder: Path, settings: FineTuning, resume: bool) -> Tuned:
    exists = (folder / CHECKPOINT).is_file()
    if exists and not resume:
        raise TrainingError(f"{folder} already holds a run: go on with it (resume) or choose another folder")
    source = open_space(start, RHYTHM_FORMAT)
    space = RhythmSpace(source)
    usable = in_meters(corpus, space.network_meters)
    styles = styles_of_both(space.styles, usable)
    own = in_styles(usable, styles)
    model, bars, kept = with_styles(load_rhythm_model(start), len(styles)), to_bars(own), Replay.of(space, styles)
    tuned = Tuned(folder, source, own, model, bars, kept, begin(model.map_decoder, bars, settings))
    if exists:
        tuned.log = tuning_checkpoint.load(folder, tuned.tuning, **tuned.data())["log"]
    else:
        tuned.save()
    return tuned


def _rounds(tuned: Tuned, session: Session) -> Generator[Epoch, None, bool]:
    """Train until the end, or the session wishes for one; each round is kept. Returns whether it came to its end."""
    tuning, began = tuned.tuning, time.monotonic()
    deadline = None if session.minutes is None else began + 60 * session.minutes
    count, first, previewed_at = of_task(session.on_progress, "training"), tuning.step, -PREVIEW_SECONDS
    steps: list[Step] = []
    for step in fine_tune_map(tuning, tuned.bars, tuned.kept):
        steps.append(step)
        if step.number == first + MEASURED_STEPS:
            _fit_to_time(tuning, (time.monotonic() - began) / MEASURED_STEPS, session, deadline, new=first == 0)
        count(step.number, tuning.settings.steps)
        wish = session.wish() or ("use" if deadline is not None and time.monotonic() > deadline else None)
        last = step.number == tuning.settings.steps
        if step.number % ROUND == 0 or last:
            epoch = _end_of_round(tuned, steps, time.monotonic() - began)
            if session.shows and (last or time.monotonic() - previewed_at > PREVIEW_SECONDS):
                SHOWN.preview(tuned.model, replace(tuned.bars, point=tuning.points), tuned.folder)
                previewed_at = time.monotonic()
            yield epoch
            steps, began = [], time.monotonic()
        elif wish:
            tuned.save()
        if wish == "later" and not last:
            raise RunStoppedError(tuned.folder, step.number, tuning.settings.steps)
        if wish:
            return last
    return True


def _end_of_round(tuned: Tuned, steps: Sequence[Step], seconds: float) -> Epoch:
    """Score the map on the bars that it learns, and keep the run."""
    tuning = tuned.tuning
    losses = {name: float(np.mean([getattr(step, name) for step in steps])) for name in ("own", "forgotten")}
    scores = {"hit_f1_own": own_f1(tuning.decoder, tuned.bars, tuning.points, tuned.threshold)}
    number, rounds = (-(-count // ROUND) for count in (tuning.step, tuning.settings.steps))
    tuned.log.append({"epoch": number, "seconds": seconds, "train": losses, "tuning": {}, "scores": scores})
    tuned.save()
    write_log(tuned.folder, tuned.log)
    return Epoch(number, rounds, seconds, losses, {}, True, scores)


def _fit_to_time(
    tuning: MapTuning, step_seconds: float, session: Session, deadline: float | None, *, new: bool
) -> None:
    """Fit the rounds of a new run to the time that is left, and say how long it takes."""
    if deadline is not None and new:
        rounds = max(1, int((deadline - time.monotonic()) / (step_seconds * ROUND)))
        tuning.settings = replace(tuning.settings, steps=min(tuning.settings.steps, rounds * ROUND))
    if session.on_estimate is not None:
        rounds = -(-(tuning.settings.steps - tuning.step) // ROUND)
        session.on_estimate(Estimate(step_seconds, step_seconds * ROUND, rounds))


def _rehearsed(tuned: Tuned, session: Session) -> dict[str, float]:
    """Hit F1 of files that a shorter fine-tuning has not learned, and that of the space it began with.

    What is kept has learned all files. Empty where the files are few, or the session wishes for an end.
    """
    if len(np.unique(tuned.corpus.group)) < LEAST_REHEARSED:
        return {}
    held_out = split(tuned.corpus, by="stratified", share=REHEARSED, seed=tuned.tuning.settings.seed)
    if held_out.all() or not held_out.any():
        return {}
    rest, unheard = to_bars(tuned.corpus.subset(~held_out)), to_bars(tuned.corpus.subset(held_out))
    settings = replace(tuned.tuning.settings, steps=max(1, int(REHEARSAL * tuned.tuning.settings.steps)))
    tuning = begin(copy.deepcopy(tuned.tuning.before), rest, settings)
    count = of_task(session.on_progress, "trying it on files it has not learned")
    for step in fine_tune_map(tuning, rest, tuned.kept):
        count(step.number, settings.steps)
        if session.wish():
            return {}
    found: dict[str, float] = {}
    for name, decoder in (("held_out", tuning.decoder), ("shipped_held_out", tuning.before)):
        points = find(decoder, unheard, settings.search_points, torch.Generator().manual_seed(settings.seed))
        found[name] = own_f1(decoder, unheard, points, tuned.threshold)
    return found


@torch.no_grad()
def own_f1(decoder: GridMap, bars: Bars, points: torch.Tensor, threshold: float) -> float:
    """Hit F1 of bars at these points of the map."""
    logit = decoder(Condition.unlabelled(points, bars.meter, decoder.styles))
    inside = bars.inside.unsqueeze(1).expand_as(logit)
    return hit_f1(logit[inside].numpy()[None], (bars.hits > 0)[inside].numpy()[None], threshold)
