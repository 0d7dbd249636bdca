"""What is shown while something is learned: bars and lines in a terminal, or JSON lines for a program.

A program (the page's server is one) reads a JSON object a line, each with a `kind`, and writes `use` or `later` into
standard input to end the training early; the end of its input means `later`. docs/learning.md lists the lines.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import typer

from clave.app.cli.progress import bars, follower
from clave.errors import TrainingError

if TYPE_CHECKING:
    from rich.progress import Progress

    from clave.training.loop import Recipe
    from clave.training.run import Epoch
    from clave.training.session import Estimate, Session, Wish
    from clave.training.workers import Workers

ProgressForm = Literal["bars", "json"]
LINES_A_SECOND = 4.0  # of progress, for a program
QUESTION = "Use what is learned so far [u], keep it to go on later [l], or go on now [Enter]? "
STOPPED = 130  # the exit code after Ctrl-C


@runtime_checkable
class Report(Protocol):
    """Where a command that learns says how far it is."""

    def follow(self, what: str, done: int, whole: int) -> None:
        """So much of this is done."""
        ...

    def estimate(self, estimate: "Estimate") -> None:
        """How long it takes here."""
        ...

    def epoch(self, epoch: "Epoch") -> None:
        """One more epoch."""
        ...

    def event(self, kind: str, **facts: Any) -> None:
        """What a program wants to know, and people read in the text that is printed anyway."""
        ...

    def wish(self) -> "Wish | None":
        """Whether the run is to end now, and how."""
        ...

    def listens(self) -> None:
        """A run begins, which may be ended early."""
        ...


def checked_form(name: str) -> ProgressForm:
    """The form of this name; a usage error for another."""
    if name not in ("bars", "json"):
        raise typer.BadParameter(f"progress is shown as bars or json, got {name!r}")
    return "json" if name == "json" else "bars"


@contextmanager
def working(device: str, precision: str, accumulate: int, form: str) -> "Generator[tuple[Workers, Report]]":
    """This process and those that `torchrun` has started with it; all but the first are silent."""
    from clave.training.workers import joined

    shape = checked_form(form)
    with joined(device, precision=precision, accumulate=accumulate) as workers:
        if workers.leads:
            with reporting(shape) as report:
                yield workers, report if workers.count == 1 else LeadReport(report)
        else:
            with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
                yield workers, SilentReport()


@contextmanager
def reporting(form: ProgressForm) -> Generator[Report]:
    """A report of this form, for as long as the block takes."""
    if form == "json":
        report = JsonReport(sys.stdout)
        with redirect_stdout(_Said(report)):
            yield report
        return
    with bars() as progress:
        report = TerminalReport(progress)
        try:
            yield report
        finally:
            report.ends()


class TerminalReport:
    """Progress bars and lines; Ctrl-C asks what to do."""

    def __init__(self, progress: "Progress") -> None:
        self._follow = follower(progress)
        self._progress = progress
        self._interrupted = self._stepping = False
        self._before: Any = None

    def follow(self, what: str, done: int, whole: int) -> None:
        """A bar for each thing."""
        self._follow(what, done, whole)

    def estimate(self, estimate: "Estimate") -> None:
        """A line."""
        self._progress.print(said_of_estimate(estimate), highlight=False)

    def epoch(self, epoch: "Epoch") -> None:
        """A line."""
        self._progress.print(said_of_epoch(epoch), highlight=False)

    def event(self, kind: str, **facts: Any) -> None:
        """Nothing: people read what is printed."""

    def listens(self) -> None:
        """Ctrl-C is a wish once there are steps; a second one before the step ends is as usual."""
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupt)

    def ends(self) -> None:
        """Ctrl-C is as it was."""
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self._interrupted or not self._stepping:
            raise KeyboardInterrupt
        self._interrupted = True

    def wish(self) -> "Wish | None":
        """Asked for at the terminal; later where nobody can be asked."""
        self._stepping = True
        if not self._interrupted:
            return None
        self._interrupted = False
        if not sys.stdin.isatty():
            return "later"
        self._progress.stop()
        try:
            answer = input(QUESTION).strip().lower()
        except (KeyboardInterrupt, EOFError):
            answer = "l"
        self._progress.start()
        return "use" if answer.startswith("u") else "later" if answer.startswith("l") else None


class JsonReport:
    """A JSON object a line."""

    def __init__(self, out: Any, commands: Iterable[str] | None = None) -> None:
        self._out, self._commands = out, sys.stdin if commands is None else commands
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}
        self._first: dict[str, tuple[float, int]] = {}
        self._wish: Wish | None = None

    def event(self, kind: str, **facts: Any) -> None:
        """One line."""
        with self._lock:
            self._out.write(json.dumps({"kind": kind, **facts}) + "\n")
            self._out.flush()

    def follow(self, what: str, done: int, whole: int) -> None:
        """A few lines a second, with the seconds that are left."""
        now = time.monotonic()
        start, done_then = self._first.setdefault(what, (now, done))
        if done < whole and now - self._last.get(what, -1.0) < 1 / LINES_A_SECOND:
            return
        self._last[what] = now
        pace = (now - start) / (done - done_then) if done > done_then else None
        left = None if pace is None else round(pace * (whole - done), 1)
        self.event("progress", what=what, done=done, whole=whole, left=left)

    def estimate(self, estimate: "Estimate") -> None:
        """One line."""
        seconds = estimate.epoch_seconds * estimate.epochs
        self.event("estimate", seconds=round(seconds, 3), epochs=estimate.epochs, text=said_of_estimate(estimate))

    def epoch(self, epoch: "Epoch") -> None:
        """One line."""
        self.event(
            "epoch", number=epoch.number, epochs=epoch.epochs, seconds=round(epoch.seconds, 2), best=epoch.best,
            scores=epoch.scores, text=said_of_epoch(epoch),
        )  # fmt: skip

    def listens(self) -> None:
        """Commands are read in a thread."""
        threading.Thread(target=self._read, name="commands", daemon=True).start()

    def _read(self) -> None:
        for line in self._commands:
            word = line.strip()
            if word in ("use", "later"):
                self._wish = "use" if word == "use" else "later"
                return
        self._wish = self._wish or "later"

    def wish(self) -> "Wish | None":
        """What was last read."""
        return self._wish


class SilentReport:
    """That of a worker beside the first: it says nothing, and ends when the first one does."""

    def follow(self, what: str, done: int, whole: int) -> None:
        """Nothing."""

    def estimate(self, estimate: "Estimate") -> None:
        """Nothing."""

    def epoch(self, epoch: "Epoch") -> None:
        """Nothing."""

    def event(self, kind: str, **facts: Any) -> None:
        """Nothing."""

    def listens(self) -> None:
        """Signals go to all workers at once, and it is the first that heeds them."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)

    def wish(self) -> "Wish | None":
        """None of its own."""
        return None


class LeadReport:
    """That of the first of several workers: what ends a job, Ctrl-C or the cluster's SIGTERM, keeps the run."""

    def __init__(self, report: Report) -> None:
        self._report, self._ended = report, False
        self.follow, self.estimate, self.epoch, self.event = report.follow, report.estimate, report.epoch, report.event

    def listens(self) -> None:
        """From now on a signal is a wish."""
        self._report.listens()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end)

    def _end(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self._ended = True

    def wish(self) -> "Wish | None":
        """Later, once a signal has come."""
        return "later" if self._ended else self._report.wish()


class _Said:
    """Turns what is printed into lines of a report."""

    def __init__(self, report: JsonReport) -> None:
        self._report, self._text = report, ""

    def write(self, text: str) -> int:
        """Whole lines go out."""
        *lines, self._text = (self._text + text).split("\n")
        for line in lines:
            self._report.event("said", text=line)
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""


def train(
    begin: "Callable[[Session], Iterable[Epoch]]",
    report: Report,
    out: Path,
    *,
    minutes: float | None = None,
    threads: int | None = None,
    workers: "Workers | None" = None,
) -> None:
    """Begin a run and follow it to its end; one that is stopped is kept, and can go on."""
    from clave.training.session import RunStoppedError, Session
    from clave.training.threads import use_threads
    from clave.training.workers import alone

    use_threads(threads)
    session = Session(
        workers or alone(),
        minutes=minutes,
        wish=report.wish,
        on_progress=report.follow,
        on_estimate=report.estimate,
        shows=True,
    )
    try:
        report.listens()
        for epoch in begin(session):
            report.epoch(epoch)
    except RunStoppedError as stopped:
        report.event("stopped", folder=str(out), step=stopped.step, steps=stopped.last_step)
        print(f"clave: stopped; the same command with --resume goes on from {out}", file=sys.stderr)
        sys.exit(STOPPED)
    except KeyboardInterrupt:
        print(f"clave: stopped; with --resume it goes on from the last checkpoint in {out}", file=sys.stderr)
        sys.exit(STOPPED)


def with_epochs(settings: "Recipe", epochs: int | None, out: Path) -> "Recipe":
    """The recipe with so many epochs, else those of the run that `out` holds, else its own."""
    from clave.training import checkpoint

    chosen = epochs or checkpoint.kept_epochs(out)
    return settings if chosen is None else replace(settings, epochs=chosen)


def say_learned(what: str, out: Path, report: Report) -> None:
    """Say how good the space is that was written; a program hears its measurements too."""
    from clave.latent.verdict import verdict_in

    if isinstance(report, SilentReport):
        return  # the first worker may still be writing
    metrics = json.loads((out / "metrics.json").read_text("utf-8"))
    verdict = verdict_in(out)
    report.event("learned", what=what, folder=str(out), metrics=metrics, verdict=verdict and verdict.to_dict())
    if verdict is not None:
        print(f"{out}: {'good' if verdict.playable else 'not good enough to play'}. {verdict.says}")


def is_playable(space: Path) -> bool:
    """Whether the verdict on the space in this folder lets it be played; a space without one may be."""
    from clave.latent.verdict import verdict_in

    verdict = verdict_in(space)
    return verdict is None or verdict.playable


def said_of_estimate(estimate: "Estimate") -> str:
    """How long it takes here, for a person."""
    whole = said_of_time(estimate.epoch_seconds * estimate.epochs)
    epochs = "1 epoch" if estimate.epochs == 1 else f"{estimate.epochs} epochs"
    return f"about {whole} here: {epochs} of {said_of_time(estimate.epoch_seconds)}"


def said_of_time(seconds: float) -> str:
    """A duration as people say it."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def said_of_epoch(epoch: "Epoch") -> str:
    """What an epoch has come to, in what a person can read."""
    scores = epoch.scores
    if "hit_f1_own" in scores:
        parts = [f"your bars have hit F1 {scores['hit_f1_own']:.2f} by two numbers on the map"]
    elif "hit_f1_map" in scores:
        parts = [f"held-out hit F1 {scores['hit_f1_map']:.2f} by two numbers on the map"]
        if "hit_f1_next_16th" in scores:
            parts.append(f"{scores['hit_f1_next_16th']:.2f} 16th by 16th")
    elif "error_db_own" in scores:
        before = scores["error_db_own_before"]
        parts = [
            f"at their places, the maps give your sounds within {scores['error_db_own']:.1f} dB ({before:.1f} before)"
        ]
    elif "error_db_map" in scores:
        parts = [
            f"held-out sounds come back within {scores['error_db_map']:.1f} dB by two numbers on the map",
            f"{scores['error_db_detail']:.1f} dB with their detail",
        ]
    else:
        raise TrainingError("an epoch that is shown has scores that a person can read")
    return f"epoch {epoch.number} of {epoch.epochs}: {', '.join(parts)} ({said_of_time(epoch.seconds)})"
