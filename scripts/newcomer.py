"""Run every command of the README and the tour in order, as a newcomer would; run it as `scripts/newcomer`.

Commands and Python are read from the blocks of the page, so that there is no second list of them. A command must exit
with 0, print no traceback and no "nan", and leave what it names behind: the folder of `-o` with new files in it, WAVs
that sound, MIDI files and JSON that can be read. What serves until it is stopped must come up, answer and stop. A block
of text right after a block of commands is what they print. The tables below shorten what would take hours, and name
what cannot run unattended, with the reason; both are printed.
"""

import argparse
import array
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import wave
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\S*")
INVITATION = re.compile(r"http://\S+\?token=\S+")  # what --host prints for other devices
PAGES = ("README.md", "docs/first-minute.md")
LONGEST_SECONDS = 1200  # of one command

SHORTENED: Mapping[str, str] = {
    "clave learn my-drums": "--minutes 0.3",
    "clave adapt my-loops": "--epochs 1",
    "clave learn rhythm my-midi": "--epochs 1",
    "clave learn rhythm --factory": "--recipe quick --epochs 1",
    "clave learn sound": "--epochs 1 --variants 0",
    "clave evaluate rhythm": "--no-peers --samples 20",
    "clave evaluate sound": "--draws 4 --sounds 1",
    "clave play": "--no-open --port 0",
    "scripts/play": "--no-open --port 0",
    "clave live house.json --osc-out": "--seconds 2",
}  # by how a command begins: what is appended to it
LEFT_OUT: Mapping[str, str] = {
    "scripts/test": "the whole test suite, a run of its own",
    "clave live house.json --audio": "needs a sound device and a MIDI port called pads",
    "clave corpus get": "downloads, and asks whether the licence is accepted",
}
BEFORE: Mapping[str, str] = {
    "clave compare my-rhythm other-rhythm": "cp -r my-rhythm other-rhythm",
}  # what the reader has done besides


@dataclass(frozen=True)
class Step:
    """One command, or one block of Python."""

    language: str  # sh or python
    text: str
    output: str = ""  # what the page says that it prints

    @property
    def title(self) -> str:
        """A line that names it."""
        return self.text if self.language == "sh" else f"Python, {len(self.text.splitlines())} lines"


class FailedError(Exception):
    """What a step did not do."""


def steps(page: str) -> Iterator[Step]:
    """What a page lets its reader run, in order; a block of Python goes on where the ones before it ended."""
    so_far = ""
    for language, code, output in BLOCK.findall(page):
        if language == "python":
            so_far += code
            yield Step(language, so_far, output)
            continue
        lines = [line.split("  #")[0].strip() for line in code.replace("\\\n", " ").splitlines()]
        lines = [line for line in lines if line and not line.startswith("#")]
        for line in lines:
            yield Step(language, line, output if line == lines[-1] else "")


def beginning(table: Mapping[str, str], line: str) -> str:
    """The entry of the longest beginning of this command; empty for none."""
    found = [key for key in table if line.startswith(key)]
    return table[max(found, key=len)] if found else ""


def shortened(line: str) -> str:
    """A command as it is run."""
    return f"{line} {beginning(SHORTENED, line)}".strip()


def run(step: Step, folder: Path, clone: Path, environment: Mapping[str, str]) -> None:
    """Run one step in a folder and check what it did. Raises FailedError."""
    if step.language == "python":
        said = finished([str(clone / ".venv/bin/python"), "-c", step.text], folder, environment)
    elif step.text.startswith(("scripts/", "pip ")):
        said = at_its_end(shortened(step.text), clone, environment)
    else:
        before = snapshot(folder)
        if first := beginning(BEFORE, step.text):
            finished(shlex.split(first), folder, environment)
        said = at_its_end(shortened(step.text), folder, environment)
        check_files(step.text, folder, before)
    check_output(said, step.output)


def at_its_end(line: str, folder: Path, environment: Mapping[str, str]) -> str:
    """What a command printed, when it has ended; one that serves is asked for its page and stopped before."""
    words = shlex.split(line)
    serves = words[:2] == ["clave", "play"] or words[0] == "scripts/play"
    return served(words, folder, environment) if serves else finished(words, folder, environment)


def finished(words: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    """What a command printed. Raises FailedError unless it exits with 0 in time."""
    try:
        done = subprocess.run(
            words, cwd=folder, env=environment, text=True, timeout=LONGEST_SECONDS, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise FailedError(f"there is no {words[0]}") from error
    except subprocess.TimeoutExpired as error:
        raise FailedError(f"not done after {LONGEST_SECONDS} s") from error
    if done.returncode:
        raise FailedError(f"exit code {done.returncode}: {done.stdout.strip()[-600:]}")
    return done.stdout


def served(words: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    """What a server printed: its page is fetched, then it is stopped as by Ctrl-C. Raises FailedError."""
    with subprocess.Popen(
        words, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as running:  # fmt: skip
        try:
            said, page = fetched(running, INVITATION if "--host" in words else ADDRESS)
            running.send_signal(signal.SIGINT)
            said += running.communicate(timeout=60)[0]
        except (OSError, subprocess.TimeoutExpired) as error:
            raise FailedError(f"it did not answer, or did not stop after Ctrl-C: {error}") from error
        finally:
            running.kill()
    if "<title>Clave" not in page:
        raise FailedError(f"its page is not that of Clave: {page[:200]}")
    if running.returncode not in (0, 130, -signal.SIGINT):
        raise FailedError(f"after Ctrl-C, exit code {running.returncode}: {said.strip()[-600:]}")
    return said


def fetched(running: "subprocess.Popen[str]", address: "re.Pattern[str]") -> tuple[str, str]:
    """What a server printed up to its address, and the page there."""
    assert running.stdout is not None
    said = ""
    while not (found := address.search(said)):
        line = running.stdout.readline()
        if not line:
            raise FailedError(f"it stopped before it served: {said.strip()[-600:]}")
        said += line
    with urllib.request.urlopen(found.group(), timeout=60) as answer:
        return said, answer.read().decode()


def snapshot(folder: Path) -> dict[Path, int]:
    """Files and when they changed."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def check_files(line: str, folder: Path, before: Mapping[Path, int]) -> None:
    """FailedError unless a command left behind what `-o` and `--save` name, and its files are whole.

    A stem may be silent: not every voice plays.
    """
    words = shlex.split(line)
    changed = [path for path, at in snapshot(folder).items() if before.get(path) != at]
    for option, name in pairwise(words):
        if option in ("-o", "--save") and not any((folder / name) in (path, *path.parents) for path in changed):
            raise FailedError(f"it wrote nothing to {name}")
    for path in changed:
        if path.suffix == ".wav" and path.parent.name != "stems" and not sounds(path):
            raise FailedError(f"{path.name} is silent")
        if path.suffix == ".mid" and path.read_bytes()[:4] != b"MThd":
            raise FailedError(f"{path.name} is no MIDI file")
        if path.suffix == ".json" and not isinstance(json.loads(path.read_text("utf-8")), dict | list):
            raise FailedError(f"{path.name} holds neither an object nor a list")
        if path.stat().st_size == 0 and not path.name.startswith("."):  # as locks are
            raise FailedError(f"{path.name} is empty")


def sounds(path: Path) -> bool:
    """Whether a WAV has samples other than 0."""
    try:
        with wave.open(str(path)) as file:
            return any(array.array("B", file.readframes(file.getnframes())))
    except wave.Error:
        return path.stat().st_size > 100  # in floating point, which this module does not read


def check_output(said: str, expected: str) -> None:
    """FailedError for a traceback, for numbers that are not finite, and unless each expected line is printed."""
    if "Traceback (most recent call last)" in said:
        raise FailedError(f"it printed a traceback: {said.strip()[-600:]}")
    if re.search(r"(?<![\w./-])-?(nan|inf)(?![\w./-])", said):
        raise FailedError(f"it printed a number that is none: {said.strip()[-600:]}")
    missing = [line for line in expected.splitlines() if line not in said.splitlines()]
    if missing:
        raise FailedError(f"it did not print {missing[0]!r}: {said.strip()[-600:]}")


def cloned(place: Path) -> Path:
    """What is committed, in a folder of its own."""
    clone = place / "clave"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", str(clone)], check=True)
    return clone


def surroundings(clone: Path, place: Path) -> dict[str, str]:
    """The environment of a command: the programs of the clone, its code, and a home of its own."""
    path = os.pathsep.join((str(clone / ".venv/bin"), os.environ["PATH"]))
    mine = {"PATH": path, "PYTHONPATH": str(clone), "CLAVE_HOME": str(place / "home"), "COLUMNS": "120"}
    return {**os.environ, **mine}


def walk(chosen: Sequence[Step], folder: Path, clone: Path) -> list[str]:
    """Run steps and say of each what came of it and how long it took; return the failures."""
    has_material = folder.is_dir()
    folder.mkdir(parents=True, exist_ok=True)
    environment, failures = surroundings(clone, folder.parent), list[str]()
    for step in chosen:
        if reason := beginning(LEFT_OUT, step.text):
            print(f"   left out  {step.title}  ({reason})", flush=True)
            continue
        started = time.monotonic()
        try:
            if not has_material and step.text.startswith("clave "):
                material = str(clone / "scripts" / "newcomer_material.py")
                finished([str(clone / ".venv/bin/python"), material, str(folder)], folder, environment)
                has_material = True
            run(step, folder, clone, environment)
            verdict = "ok"
        except FailedError as error:
            verdict = "FAILED"
            failures.append(f"{step.title}\n    {error}")
        added = f"  [{beginning(SHORTENED, step.text)}]".replace("  []", "")
        print(f"{time.monotonic() - started:7.1f} s  {verdict:<6}  {step.title}{added}", flush=True)
    return failures


def main() -> None:
    """Clone, run, say what failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", metavar="PAGE", default=PAGES, help="in this order")
    parser.add_argument("--here", action="store_true", help="this checkout as it is set up, instead of a fresh clone")
    parser.add_argument("--only", default="", metavar="TEXT", help="only commands that contain it")
    parser.add_argument(
        "--from", default="", metavar="TEXT", dest="first", help="begin with the first that contains it"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="a folder for everything, which stays; --here goes on in it"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newcomer-") as temporary:
        place = (given.keep or Path(temporary)).resolve()
        place.mkdir(parents=True, exist_ok=True)
        clone = ROOT if given.here else cloned(place)
        failures = list[str]()
        for page in given.pages:
            print(f"== {page}", flush=True)
            found = list(steps((clone / page).read_text("utf-8")))
            first = next((at for at, step in enumerate(found) if given.first in step.text), len(found))
            chosen = [step for step in found[first:] if given.only in step.text]
            failures += walk(chosen, place / "work" / Path(page).stem, clone)
    for failure in failures:
        print(f"\nFAILED: {failure}")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
