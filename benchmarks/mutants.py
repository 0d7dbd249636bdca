"""How many small mistakes the tests notice: a Markdown table by subject, and the mutants that survive.

python benchmarks/mutants.py [--only pattern ...] [--each 30] [--seed 0] [--named TEXT ...] [--json FILE]

Mutates modules one change at a time in a copy of the checkout and runs the tests named for them in SUBJECTS, one
process at a time, until one fails. A mutant is killed by a failure or by taking far longer than the tests do; one that
no test could notice is named in `benchmarks/equivalent_mutants.txt`, with the reason, and does not count. `--named`
tries mutants again by their names.
"""

import argparse
import ast
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from mutations import Mutation, mutated, mutations

ROOT = Path(__file__).parents[1]
EQUIVALENT = Path(__file__).parent / "equivalent_mutants.txt"
PATIENCE, MORE_SECONDS = 4, 20  # a mutant may take so many times as long as the tests do, and so many seconds more
MAX_MEMORY = 8 << 30  # address space of the tests, in bytes


@dataclass(frozen=True)
class Subject:
    """Modules, and the tests that are to notice a mistake in them."""

    modules: tuple[str, ...]  # paths or patterns below clave/
    tests: tuple[str, ...]  # paths below tests/, the quickest first
    without: str = ""  # what pytest's -k leaves out: tests that take seconds


SUBJECTS = {
    "pattern": Subject(
        ("music/pattern.py", "music/units.py"),
        ("music/test_pattern_limits.py", "music/test_pattern.py", "music/test_units.py"),
    ),
    "midi": Subject(
        ("files/midi/*.py",),
        ("files/test_midi_edges.py", "files/test_midi_drums_by_hand.py", "files/test_midi_as_it_comes.py",
         "files/test_midi.py"),
        "thousands_of_broken_files or a_million_notes",
    ),
    "sequencer": Subject(("play/sequencer.py",), ("play/test_sequencer.py",)),
    "project": Subject(
        ("play/project/*.py",),
        ("play/project/test_values.py", "play/project/test_bad_input.py", "play/project/test_saving.py"),
        "broken_projects_are_refused or plays_the_same",
    ),
    "arrange": Subject(
        ("play/arrange.py", "play/plan.py", "play/hearing.py", "play/tempo.py", "play/chance.py"),
        ("play/test_arrange_by_hand.py", "play/test_plan.py", "play/test_lanes.py", "play/test_hearing.py",
         "play/test_arrange_fixtures.py"),
    ),
    "render": Subject(
        ("play/render.py", "play/mixdown.py"),
        ("play/test_render_levels.py", "play/test_render.py", "play/test_mixdown.py", "play/test_produced.py"),
    ),
    "space": Subject(
        ("rhythm/space.py", "rhythm/measured_space.py", "rhythm/likelihood.py", "rhythm/token_sampler.py"),
        ("rhythm/test_space_calls.py", "rhythm/test_likelihood.py", "rhythm/test_token_sampler.py",
         "rhythm/test_space.py"),
        "without_styles_plays or several_meters_go_together or likelihood_is_that_of_torch[all]",
    ),
    "infilling": Subject(("rhythm/infilling.py",), ("rhythm/test_infilling_weights.py", "rhythm/test_infilling.py")),
    "nsgt": Subject(("audio/nsgt.py",), ("audio/test_nsgt_by_hand.py", "audio/test_nsgt.py")),
    "phase": Subject(
        ("audio/phase.py",),
        ("audio/test_phase_by_hand.py", "audio/test_phase.py"),
        "more_steps_come_nearer or bands_of_varying_width"
    ),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Mutant:
    """A mutation of a module."""

    module: str  # path below clave/
    tree: ast.Module
    mutation: Mutation

    @property
    def source(self) -> str:
        """The module with the mutation."""
        return mutated(self.tree, self.mutation)

    @property
    def name(self) -> str:
        """As the file of equivalent mutants has it."""
        return f"{self.module} {self.mutation.name}"


@dataclass(frozen=True)
class Killed:
    """How many of the mutants of a subject were killed, and those that were not."""

    subject: str
    mutants: int
    killed: int
    survivors: tuple[str, ...] = ()

    def shown(self) -> tuple[object, ...]:
        """A row of the table."""
        return self.subject, self.mutants, self.killed, f"{self.killed / max(1, self.mutants):.0%}"


class Checkout:
    """A copy of the files that git knows or would add, for mutants to live in; it is gone afterwards."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = subprocess.check_output(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, text=True)
        for name in listed.split("\0"):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)

    def passes(self, subject: Subject, seconds: float, keep_bytecode: bool = False) -> bool:
        """Whether the tests of a subject pass within so many seconds, in a process that is forked for them."""
        if (child := os.fork()) == 0:
            self._run(subject, keep_bytecode)
        end = time.monotonic() + seconds
        while (done := os.waitpid(child, os.WNOHANG)) == (0, 0):
            if time.monotonic() > end:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return False
            time.sleep(0.01)
        return os.waitstatus_to_exitcode(done[1]) == 0

    def _run(self, subject: Subject, keep_bytecode: bool) -> None:
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        os.chdir(self.folder)
        sys.dont_write_bytecode = not keep_bytecode
        sys.path[:0] = [str(self.folder), str(self.folder / "tests")]
        os.environ["PYTHONPATH"] = f"{self.folder}:{self.folder / 'tests'}"
        said = os.open(self.folder / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        options = ["-x", "-q", "-p", "no:cacheprovider"]
        if subject.without:
            options += ["-k", f"not ({subject.without})"]
        code = 70
        try:
            code = int(pytest.main([*options, *(f"tests/{test}" for test in subject.tests)]))
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def kills(self, subject: Subject, mutant: Mutant, seconds: float) -> bool:
        """Whether the tests notice."""
        path = self.folder / "clave" / mutant.module
        path.write_text(mutant.source, "utf-8")
        os.utime(path, (1, 1))  # older than what is compiled of the module, so that it is not taken for it
        try:
            return not self.passes(subject, seconds)
        finally:
            shutil.copy2(ROOT / "clave" / mutant.module, path)


def mutants(subject: Subject) -> Iterator[Mutant]:
    """All mutants of a subject."""
    for pattern in subject.modules:
        for path in sorted((ROOT / "clave").glob(pattern)):
            module, tree = path.relative_to(ROOT / "clave").as_posix(), ast.parse(path.read_text("utf-8"))
            yield from (Mutant(module, tree, mutation) for mutation in mutations(tree))


def equivalent() -> dict[str, str]:
    """The mutants that cannot be noticed, by name, each with the reason."""
    lines = EQUIVALENT.read_text("utf-8").splitlines()
    return dict(line.split("  # ") for line in lines if line and not line.startswith("#"))  # type: ignore[misc]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=SUBJECTS, default=list(SUBJECTS))
    parser.add_argument("--each", type=int, default=30, help="mutants of each subject")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--named", nargs="+", help="instead of a draw, those with one of these texts in their names")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args(arguments)
    _import_libraries()
    known: dict[str, str] = equivalent()
    rows: list[Killed] = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        checkout = Checkout(Path(folder))
        for name in chosen.only:
            every = [mutant for mutant in mutants(SUBJECTS[name]) if mutant.name not in known]
            named = [mutant for mutant in every if any(text in mutant.name for text in chosen.named or ())]
            drawn = random.Random(chosen.seed).sample(every, min(chosen.each, len(every)))
            rows.append(_measure(checkout, name, named if chosen.named else drawn, len(every)))
    from measuring import print_table, write_json  # imports Clave, which only the forked processes may before

    killed, tried = sum(row.killed for row in rows), sum(row.mutants for row in rows)
    print()
    print_table(
        ("subject", "mutants", "killed", "share"),
        [*(row.shown() for row in rows), Killed("all", tried, killed).shown()],
    )
    write_json({row.subject: row.__dict__ for row in rows}, chosen.json)


def _measure(checkout: Checkout, name: str, sample: Sequence[Mutant], all_there_are: int) -> Killed:
    subject = SUBJECTS[name]
    checkout.passes(subject, 600, keep_bytecode=True)  # compiles
    begun = time.monotonic()
    if not checkout.passes(subject, 600):
        sys.exit(f"the tests of {name} fail without a mutant:\n{(checkout.folder / 'said.txt').read_text()[-2000:]}")
    seconds = time.monotonic() - begun
    print(f"{name}: {len(sample)} of {all_there_are} mutants; the tests take {seconds:.1f} s", flush=True)
    survivors: list[str] = []
    for mutant in sample:
        if not checkout.kills(subject, mutant, PATIENCE * seconds + MORE_SECONDS):
            survivors.append(mutant.name)
            print(f"  survives, line {mutant.mutation.line}: {mutant.name}", flush=True)
    print(f"  {len(sample) - len(survivors)} killed", flush=True)
    return Killed(name, len(sample), len(sample) - len(survivors), tuple(survivors))


def _import_libraries() -> None:
    """What tests import from outside Clave, once for all the processes; jaxtyping is pytest's to import."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    import beartype  # noqa: F401
    import mido  # noqa: F401
    import onnxruntime  # noqa: F401
    import scipy.signal  # noqa: F401
    import soundfile  # noqa: F401
    import soxr  # noqa: F401
    import symusic  # noqa: F401
    import torch  # noqa: F401


if __name__ == "__main__":
    main()
