"""What a long command shows while it runs, and the packages that it needs."""

import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from clave.errors import MissingExtraError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from clave.training.run import Epoch

Follow = Callable[[str, int, int], None]  # what is being done, how much of it is done, how much there is


def require_packages(*packages: str) -> None:
    """MissingExtraError, with the extra to install, where one of these is not there."""
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise MissingExtraError(
            f"{', '.join(missing)} missing: this needs the extra `train`, pip install 'clave[train]'"
        )


def bars() -> "Progress":
    """Progress bars, one a task, with the time that is left."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


@contextmanager
def following() -> Generator[Follow]:
    """A bar for each thing that is done, by its name."""
    with bars() as progress:
        yield follower(progress)


def follower(progress: "Progress") -> Follow:
    """Adds a bar for each thing that is done, by its name."""
    tasks: dict[str, TaskID] = {}

    def follow(what: str, done: int, whole: int) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what)
        progress.update(tasks[what], completed=done, total=whole)

    return follow


def train(begin: "Callable[[Follow], Iterable[Epoch]]", epochs: int, unit: str, out: Path) -> None:
    """Begin a run and follow it to its end; Ctrl-C leaves it where it can go on."""
    try:
        with bars() as progress:
            training = progress.add_task("training", total=epochs)
            for epoch in begin(follower(progress)):
                best = ", the best so far" if epoch.best else ""
                progress.print(
                    f"epoch {epoch.number}: {epoch.train['total']:.2f} {unit}, held out "
                    f"{epoch.tuning['total']:.2f}{best} ({epoch.seconds:.1f} s)",
                    highlight=False,
                )
                progress.update(training, completed=epoch.number)
    except KeyboardInterrupt:
        print(f"clave: stopped; the same command with --resume goes on from {out}", file=sys.stderr)
        sys.exit(130)
