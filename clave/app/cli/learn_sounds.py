"""From one-shots that are read to the run that makes a sound space of them: fine-tuned, or from scratch."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from clave.app.cli.learn_choice import Choice, ChosenRun, refuse_many_workers
from clave.app.cli.learn_report import with_epochs

if TYPE_CHECKING:
    from clave.sound.dataset import SoundCorpus
    from clave.training.loop import Recipe
    from clave.training.models.sound_model import OneShotConfig
    from clave.training.start import Start

PAPER = "paper"  # this recipe stays as it was


def sounds_start(out: Path, start: str, count: int) -> "Start":
    """What `--from` means for so many sounds; a run that `out` holds goes on from scratch, as it began."""
    from clave.sound.space import SHIPPED_SOUND
    from clave.training.checkpoint import CHECKPOINT
    from clave.training.start import AUTO, SCRATCH, choose_start
    from clave.training.verdict import SOUNDS_FOR_A_SPACE

    given = SCRATCH if start == AUTO and (out / CHECKPOINT).is_file() else start
    return choose_start(given, "sound", SHIPPED_SOUND, count, SOUNDS_FOR_A_SPACE)


def sounds_run(corpus: "SoundCorpus", out: Path, choice: Choice, limit: int | None = None) -> ChosenRun:
    """The run that learns these sounds into `out`; TrainingError where they are too few to be learned from scratch."""
    from clave.training.sound_data import limited

    start = sounds_start(out, choice.start, len(corpus.themselves()))
    if start.space is None:
        return _from_scratch(corpus, out, choice, limit, start.why)
    return _fine_tuning(limited(corpus.themselves(), limit, choice.seed), start.space, out, choice, start.why)


def _from_scratch(corpus: "SoundCorpus", out: Path, choice: Choice, limit: int | None, why: str) -> ChosenRun:
    from clave.training import sound_data, sound_run

    parts = sound_data.divide(corpus, choice.seed)
    learned = len(parts.train) if limit is None else min(limit, len(parts.train))
    counts = f"{learned} sounds to learn from, {len(parts.tuning)} to tune on, {len(parts.validation)} to score"
    recipe = with_epochs(sound_recipe(choice.recipe, choice.seed, learned), choice.epochs, out)
    return ChosenRun(
        "sound", f"{why}\n{counts}", recipe.epochs,
        lambda session: sound_run.learn_sound(
            corpus, recipe, out, card=choice.card, limit=limit, resume=choice.resume, session=session
        ),
    )  # fmt: skip


def sound_recipe(name: str, seed: int, sounds: int) -> "Recipe":
    """The recipe of this name, with steps enough for so many sounds; that of the paper is as it was."""
    from clave.training import recipes
    from clave.training.small_runs import fitted

    recipe = replace(recipes.sound_by_name(name), seed=seed)
    return recipe if name == PAPER else fitted(recipe, sounds)


def sound_model(name: str) -> "OneShotConfig":
    """The settings of the model of this recipe; TrainingError for a name that is none."""
    from clave.training import recipes, sound_run

    return sound_run.sound_config(recipes.sound_by_name(name))


def _fine_tuning(corpus: "SoundCorpus", space: Path, out: Path, choice: Choice, why: str) -> ChosenRun:
    refuse_many_workers(choice)
    from clave.training.sound_fine_tuning import fine_tune_sound

    unused = [f"--{name}" for name in ("epochs", "minutes") if getattr(choice, name) is not None]
    if unused:
        why += f"\nnot used: {' and '.join(unused)}, as this takes seconds and has no epochs"
    return ChosenRun(
        "sound", why, 1,
        lambda session: fine_tune_sound(
            corpus, space, out, card=choice.card, again=choice.resume, session=session
        ),
    )  # fmt: skip
