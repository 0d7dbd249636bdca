"""What is tried: a door, which makes cases and opens them."""

from abc import ABC, abstractmethod
from random import Random


class Door(ABC):
    """One way by which bytes come in. It is made in a process of its own, where `open` may keep what it likes."""

    name: str
    weight: float = 1.0  # of the cases that all doors share
    noisy: bool = False  # whether it may write to standard error
    heavy: bool = False  # takes seconds to begin: left out of a short run over all doors

    @abstractmethod
    def case(self, random: Random) -> bytes:
        """A case, the same for the same generator."""

    @abstractmethod
    def open(self, case: bytes) -> None:
        """Take it as a stranger's. Returns if it is taken; ClaveError if it is refused; anything else is a finding."""

    def patience(self, case: bytes) -> int:  # noqa: ARG002 -- for doors to which cases are not alike
        """How many times the usual time this case may take."""
        return 1

    def warm(self) -> None:  # noqa: B027 -- most have nothing to warm
        """Open what is valid, so that imports and caches do not count for the first case."""


class Broken(Exception):  # noqa: N818 -- a finding, said by a door itself: a status of 500, a value that is not finite
    """What a door finds wrong where nothing was raised."""
