"""What is chosen for a run that learns, whatever it learns from, and the run that comes of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from clave.app.cli.learn_report import Report, train

if TYPE_CHECKING:
    from clave.training.run import Epoch
    from clave.training.session import Session


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
        train(self.begin, report, out, minutes=choice.minutes, threads=choice.threads)
