"""From bars that are read to the run that makes a rhythm space of them: fine-tuned, or from scratch."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from clave.app.cli.learn_choice import Choice, ChosenRun, refuse_many_workers
from clave.app.cli.learn_report import with_epochs

if TYPE_CHECKING:
    from clave.rhythm.dataset import Corpus
    from clave.training.start import Start


def bars_run(corpus: "Corpus", out: Path, choice: Choice) -> ChosenRun:
    """The run that learns these bars into `out`; TrainingError where they are too few to be learned from scratch."""
    start = _start(corpus, out, choice)
    return (
        _from_scratch(corpus, out, choice, start.why)
        if start.space is None
        else _fine_tuning(corpus, start.space, out, choice, start.why)
    )


def _start(corpus: "Corpus", out: Path, choice: Choice) -> "Start":
    import numpy as np

    from clave.rhythm.dataset import same_strokes
    from clave.rhythm.space import SHIPPED_RHYTHM
    from clave.training.start import AUTO, choose_start
    from clave.training.tuning_checkpoint import start_of_run
    from clave.training.verdict import BARS_FOR_A_SPACE

    held = start_of_run(out) if choice.resume and choice.start == AUTO else None
    different = len(np.unique(same_strokes(corpus)))
    return choose_start(held or choice.start, "rhythm", SHIPPED_RHYTHM, different, BARS_FOR_A_SPACE)


def _from_scratch(corpus: "Corpus", out: Path, choice: Choice, why: str) -> ChosenRun:
    from clave.training import checkpoint, recipes, rhythm_data, rhythm_run
    from clave.training.small_runs import fitted_to_bars

    parts = rhythm_data.divide(corpus, choice.seed)
    counts = (
        f"{len(parts.train)} bars to learn from, {len(parts.tuning)} to tune on, {len(parts.validation)} to score; "
        f"held out: {rhythm_data.HELD_OUT[parts.by]}"
    )
    recipe = replace(recipes.by_name(choice.recipe, len(corpus.styles)), seed=choice.seed)
    if choice.resume and (kept := checkpoint.kept_recipe(out)) and kept.name == recipe.name:
        recipe = replace(kept, seed=choice.seed)
    elif choice.epochs is None and choice.recipe != "paper":  # which is as it was
        recipe = fitted_to_bars(recipe, len(parts.train))
    recipe = with_epochs(recipe, choice.epochs, out)
    return ChosenRun(
        "rhythm", f"{why}\n{counts}", recipe.epochs,
        lambda session: rhythm_run.learn_rhythm(
            corpus, recipe, out, card=choice.card, resume=choice.resume, session=session
        ),
    )  # fmt: skip


def _fine_tuning(corpus: "Corpus", space: Path, out: Path, choice: Choice, why: str) -> ChosenRun:
    refuse_many_workers(choice)
    from clave.training.fine_tune import FineTuning
    from clave.training.rhythm_fine_tuning import ROUND, fine_tune_rhythm
    from clave.training.tuning_checkpoint import kept_settings

    settings = kept_settings(out) or FineTuning(seed=choice.seed)
    if choice.epochs is not None:
        settings = replace(settings, steps=choice.epochs * ROUND)
    return ChosenRun(
        "rhythm", why, -(-settings.steps // ROUND),
        lambda session: fine_tune_rhythm(
            corpus, space, out, settings, card=choice.card, resume=choice.resume, session=session
        ),
    )  # fmt: skip
