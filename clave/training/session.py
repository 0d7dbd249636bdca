"""How a run is carried out here and now: its device, its time limit, its observers, and how it is asked to stop.

None of it is part of the recipe, and the same run goes on elsewhere with another session.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from clave.errors import TrainingError
from clave.training.models.vae import VAE, Examples
from clave.training.progress import OnProgress
from clave.training.workers import Workers, alone

Wish = Literal["use", "later"]
"""How a run is to end early: with a space of the best so far, or only kept, to go on later."""


def no_wish() -> Wish | None:
    """Train to the end."""
    return None


@dataclass(frozen=True)
class Estimate:
    """How long a run takes here, from a few measured steps."""

    step_seconds: float
    epoch_seconds: float  # without scores and checkpoints
    epochs: int  # that are left


@dataclass(frozen=True)
class Session:
    """How a run is carried out here and now."""

    workers: Workers = field(default_factory=alone)  # this process, and those that train with it
    minutes: float | None = None  # of training at most; the epochs of a new run are fitted to it
    wish: Callable[[], Wish | None] = no_wish  # asked after each step
    on_progress: OnProgress | None = None
    on_estimate: Callable[[Estimate], None] | None = None
    shows: bool = False  # scores that a person can read after each epoch, and previews in the folder of the run


class RunStoppedError(TrainingError):
    """A run was asked to stop, and is kept in its folder."""

    def __init__(self, folder: Path, step: int, last_step: int) -> None:
        super().__init__(f"stopped after step {step} of {last_step}; the same command with --resume goes on")
        self.folder, self.step, self.last_step = folder, step, last_step


@dataclass(frozen=True)
class Shown:
    """What a kind of space shows of itself while it is trained."""

    scores: Callable[[VAE[Any], Examples], dict[str, float]]  # on examples that it does not learn from
    preview: Callable[[VAE[Any], Examples, Path], None]  # writes preview files into a folder
