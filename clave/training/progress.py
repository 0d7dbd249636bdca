"""How far a task that takes long has come: what its caller is called with."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

OnProgress = Callable[[str, int, int], None]
"""Called with the name of a task, how many of its parts are done, and how many there are."""

OnCount = Callable[[int, int], None]
"""The same for a single task: called with how many parts are done, and how many there are."""

Item = TypeVar("Item")


def of_task(on_progress: OnProgress | None, task: str) -> OnCount:
    """The progress of one task of this name; does nothing where nobody wants to know."""

    def count(done: int, total: int) -> None:
        if on_progress is not None:
            on_progress(task, done, total)

    return count


def counted(items: Iterable[Item], total: int, on_count: OnCount) -> Iterator[Item]:
    """The same items; each counts as done when the next one is asked for."""
    for done, item in enumerate(items, start=1):
        yield item
        on_count(done, total)
