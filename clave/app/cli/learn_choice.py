"""The settings that all training commands share, and the run that they start."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from clave.app.cli.learn_report import Report, train
from clave.errors import TrainingError

if TYPE_CHECKING:
    from clave.training.run import Epoch
    from clave.training.session import Session
    from clave.training.workers import Workers


class Choice(NamedTuple):
    """The options that `learn FOLDER`, `learn rhythm` and `adapt` share."""

    recipe: str  # of a space that is learned from scratch
    start: str  # as `--from` takes it
    epochs: int | None
    minutes: float | None
    threads: int | None
    seed: int
    resume: bool
    card: dict[str, str]
    workers: "Workers | None" = None


def refuse_many_workers(choice: Choice) -> None:
    """Fine-tuning takes minutes in one process, and is not shared between several."""
    if choice.workers is not None and choice.workers.count > 1:
        raise TrainingError(
            f"a few files become part of a space in one process, got {choice.workers.count}: "
            "say --from scratch, or leave out torchrun"
        )


@dataclass(frozen=True)
class ChosenRun:
    """A run that is about to begin."""

    what: str  # "rhythm" or "sound"
    says: str  # what it begins with, and why
    epochs: int
    begin: "Callable[[Session], Iterable[Epoch]]"

    def follow(self, out: Path, choice: Choice, report: Report) -> None:
        """Follow it to its end; what is stopped is kept, and can go on."""
        print(self.says)
        report.event("training", what=self.what, folder=str(out), epochs=self.epochs, begins=self.says.splitlines()[0])
        train(self.begin, report, out, minutes=choice.minutes, threads=choice.threads, workers=choice.workers)
