"""Trying the cases of a door in a forked process, under a clock and a limit on memory."""

import json
import os
import re
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from random import Random
from types import FrameType
from typing import Any

from clave.errors import ClaveError
from fuzzing.door import Broken, Door

MOST_SECONDS = 1.0  # of processor time for a case
MOST_BYTES = 500_000_000  # that a case may add to the process
STOPPED_AT_BYTES = 3_000_000_000  # of address space, so that a bomb does not take the machine with it
STUCK_SECONDS = 60.0  # on the wall clock, for what no signal stops
BEGIN_SECONDS = 300.0  # the same, until a door is open


@dataclass(frozen=True)
class Outcome:
    """What came of a case."""

    seed: int
    kind: str  # "taken", "refused", "foreign", "slow", "large", "noise", "stuck" or "died"
    says: str = ""  # of a finding: the error, with its last place in our code

    @property
    def is_finding(self) -> bool:
        """Whether it is not as it should be."""
        return self.kind not in ("taken", "refused")


class _TooSlow(BaseException):  # no Exception, so that nothing on the way catches it
    pass


def case_of(door: Door, seed: int) -> bytes:
    """The case of this seed."""
    return door.case(Random(f"{door.name} {seed}"))


def try_cases(make: type[Door], seeds: Sequence[int], given: bytes | None = None) -> Iterator[Outcome]:
    """The outcome of each seed's case, or of the given bytes, in order.

    A process that finds something, is stuck or dies is followed by another.
    """
    left = list(seeds)
    while left:
        before = len(left)
        for outcome in _in_process(make, left, given):
            del left[: left.index(outcome.seed) + 1]
            yield outcome
        if len(left) == before:
            raise RuntimeError(f"{make.__name__} cannot be tried: see above")


def _in_process(make: type[Door], seeds: Sequence[int], given: bytes | None) -> Iterator[Outcome]:
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        _be_the_child(make, seeds, given, into)
    os.close(into)
    at: int | None = None
    finished = False
    try:
        for line in _lines(out):
            if line is None:
                os.kill(child, signal.SIGKILL)
                yield Outcome(seeds[0] if at is None else at, "stuck", f"no answer for {STUCK_SECONDS:.0f} s")
                return
            message: Any = json.loads(line)
            if isinstance(message, int):
                at = message
                continue
            at, finished = None, message is None
            if not finished:
                yield Outcome(**message)
        if not finished and at is not None:
            _, status = os.waitpid(child, 0)
            child = 0
            yield Outcome(at, "died", f"the process ended with {os.waitstatus_to_exitcode(status)}")
    finally:
        os.close(out)
        if child:
            os.waitpid(child, 0)


def _lines(out: int) -> Iterator[bytes | None]:
    """Lines of a pipe to its end; None where none comes for too long."""
    rest, patience = b"", BEGIN_SECONDS
    while True:
        ready = select.select([out], [], [], patience)[0]
        patience = STUCK_SECONDS
        if not ready:
            yield None
            return
        more = os.read(out, 65536)
        if not more:
            return
        *lines, rest = (rest + more).split(b"\n")
        yield from lines


def _be_the_child(make: type[Door], seeds: Sequence[int], given: bytes | None, into: int) -> None:
    try:
        trial = _Trial(make())
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    for seed in seeds:
        os.write(into, b"%d\n" % seed)
        try:
            outcome = trial.outcome(seed, given)
        except BaseException as error:
            outcome = Outcome(seed, "died", f"in the trial itself: {error!r} at {_place(error)}")
        os.write(into, json.dumps(asdict(outcome)).encode() + b"\n")
        if outcome.is_finding:
            os._exit(1)
    os.write(into, b"null\n")
    os._exit(0)


class _Trial:
    """The bounds under which a process tries one case after another."""

    def __init__(self, door: Door) -> None:
        self.door = door
        door.warm()
        limit = _address_space_bytes() + STOPPED_AT_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        signal.signal(signal.SIGPROF, _too_slow)
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115 -- as long as the process
        os.dup2(self._noise.fileno(), 2)

    def outcome(self, seed: int, given: bytes | None) -> Outcome:
        case = case_of(self.door, seed) if given is None else given
        before = _forget_peak()
        try:
            kind, says = self._opened(case)
        except _TooSlow as error:  # here, as the signal may come at any line up to the end of the clock
            most = MOST_SECONDS * self.door.patience(case)
            kind, says = "slow", f"more than {most} s of processor time, at {_place(error)}"
        grown = _peak_bytes() - before
        if kind in ("taken", "refused") and grown > MOST_BYTES:
            kind, says = "large", f"{grown / 1e6:.0f} MB more memory"
        if kind in ("taken", "refused") and (noise := self._said()):
            kind, says = "noise", f"on standard error: {noise}"
        return Outcome(seed, kind, says)

    def _opened(self, case: bytes) -> tuple[str, str]:
        """What came of opening it under the clock."""
        signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS * self.door.patience(case))
        try:
            self.door.open(case)
        except ClaveError:
            return "refused", ""
        except _TooSlow:
            raise
        except Broken as error:
            return "foreign", str(error)
        except BaseException as error:
            return "foreign", f"{type(error).__name__}: {str(error)[:200]}, at {_place(error)}"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        return "taken", ""

    def _said(self) -> str:
        """What was written on standard error."""
        size = os.fstat(self._noise.fileno()).st_size
        if not size or self.door.noisy:
            return ""
        return os.pread(self._noise.fileno(), 200, 0).decode("utf-8", "replace")


def _too_slow(number: int, frame: FrameType | None) -> None:
    raise _TooSlow


def _place(error: BaseException) -> str:
    """The last place in Clave where it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [each for each in frames if "/clave/" in each.filename] or list(frames)
    return f"{ours[-1].filename.rpartition('/clave/')[2]}:{ours[-1].lineno}" if ours else "?"


def _forget_peak() -> int:
    """Measure the peak of the memory anew, where the system can; the peak as it stands then."""
    with suppress(OSError), open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return _peak_bytes()


def _peak_bytes() -> int:
    with suppress(OSError), open("/proc/self/status") as file:
        found = re.search(r"VmHWM:\s*(\d+) kB", file.read())
        if found:
            return 1024 * int(found[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _address_space_bytes() -> int:
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 1_000_000_000


def smaller(make: type[Door], case: bytes, found: Outcome, seconds: float = 20.0) -> bytes:
    """A shorter case with the same finding, as far as cutting parts out comes within the time."""
    until, size = time.monotonic() + seconds, max(1, len(case) // 2)
    while size and time.monotonic() < until:
        at = 0
        while at < len(case) and time.monotonic() < until:
            shorter = case[:at] + case[at + size :]
            [outcome] = try_cases(make, [found.seed], shorter)
            if (outcome.kind, _key(outcome.says)) == (found.kind, _key(found.says)):
                case = shorter
            else:
                at += size
        size //= 2
    return case


def _key(says: str) -> tuple[str, str]:
    return says.partition(":")[0], says.rpartition(", at ")[2]
