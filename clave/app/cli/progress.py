"""What a long command shows while it runs, and the packages that it needs."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from clave.errors import MissingExtraError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

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
