"""Learning from the page: one training process at a time, which is followed by its JSON lines."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from clave.app.kit_library import home
from clave.app.learn_protocol import (
    LearnedSpace,
    LearnFound,
    LearnPhase,
    LearnProgress,
    LearnStart,
    LearnState,
    LearnWay,
)
from clave.app.protocol import VerdictInfo
from clave.errors import TrainingError
from clave.files import audio_file, whole_file
from clave.latent.verdict import verdict_in

NEEDED = ("torch", "safetensors", "onnx", "pyarrow")
LINES, EPOCHS = 60, 12  # that the page shows
FREE_BYTES = 500_000_000  # of the disk, which dropped files leave free
STOP_SECONDS = 10.0  # that a process may take which is told to stop before its first step
BESIDE_SUFFIXES = (".csv", ".json", ".txt")  # tables of styles, lists of sounds, licences
SUFFIXES = (".mid", ".midi", ".smf", ".kar", ".rmi", *audio_file.SUFFIXES, *BESIDE_SUFFIXES)
CHOSEN = "plays.json"  # in the folder of all spaces: which of them plays
WAYS: dict[LearnWay, tuple[str, ...]] = {"auto": (), "scratch": ("--from", "scratch"), "quick": ("--recipe", "quick")}
Kind = Literal["rhythm", "sound"]
KINDS: tuple[Kind, ...] = ("rhythm", "sound")
STATED: dict[int, LearnPhase] = {0: "learned", 130: "stopped"}  # by exit code


class Learner:
    """Starts, follows and stops `clave learn FOLDER`; the spaces lie in `folder`, by name."""

    def __init__(
        self, folder: Path | None = None, command: Sequence[str] = (sys.executable, "-m", "clave", "learn")
    ) -> None:
        self.switch: Callable[[Path | None, Path | None], None] | None = None  # what makes a space play
        self.in_use: str | None = None
        self._folder, self._command = folder, tuple(command)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._forget("", "")
        self._phase: LearnPhase = "idle"

    @property
    def folder(self) -> Path:
        """Where spaces of one's own are kept."""
        return self._folder or home() / "learned"

    def state(self) -> LearnState:
        """What the page shows."""
        with self._lock:
            place = self.folder / self._name
            previews: list[Kind] = [each for each in KINDS if self._name and (place / each / "preview.wav").is_file()]
            return LearnState(
                unavailable=unavailable(), phase=self._phase, name=self._name, folder=self._source,
                said=list(self._said), found=list(self._found), begins=self._begins, progress=self._progress,
                estimate=self._estimate, epochs=list(self._epochs), previews=previews, error=self._error,
                spaces=self.spaces(), in_use=self.in_use,
            )  # fmt: skip

    def spaces(self) -> list[LearnedSpace]:
        """The spaces of one's own, by name."""
        if not self.folder.is_dir():
            return []
        found: list[LearnedSpace] = []
        for place in sorted(path for path in self.folder.iterdir() if path.is_dir()):
            rhythm, sound = ((place / each / "config.json").is_file() for each in KINDS)
            resumable = any((place / each / "checkpoint.json").is_file() for each in KINDS)
            files = sum(each.is_file() for each in self._dropped(place.name).rglob("*"))
            if rhythm or sound or resumable or files:
                found.append(LearnedSpace(name=place.name, rhythm=rhythm, sound=sound, resumable=resumable,
                                          files=files, verdict=_worst(place)))  # fmt: skip
        return found

    def keep_file(self, name: str, file: str, content: bytes) -> None:
        """Keep a dropped file, to learn from.

        TrainingError for a path that leaves its folder, for another kind, and where the disk is nearly full.
        """
        parts = [part for part in Path(file.replace("\\", "/")).parts if part not in ("/", "")]
        if not parts or ".." in parts or Path(parts[-1]).suffix.lower() not in SUFFIXES:
            raise TrainingError(f"{file} is not a file to learn from: they end in {', '.join(SUFFIXES)}")
        place = self._dropped(name).joinpath(*(whole_file.safe_name(part, "file") for part in parts))
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(place.parent).free
            if free - len(content) < FREE_BYTES:
                raise TrainingError(
                    f"{file} is not kept: the disk of {self.folder} has {free / 1e6:.0f} MB left, of which "
                    f"{FREE_BYTES / 1e6:.0f} MB stay free; remove folders of spaces that you no longer need there"
                )
            whole_file.write(place, content)
        except OSError as error:
            raise TrainingError(f"{file} cannot be kept: {error.strerror or error}") from error

    def start(self, chosen: LearnStart, drum_map: str | None = None) -> None:
        """Begin, with this drum map; TrainingError where something is missing, or while another is learned."""
        if (missing := unavailable()) is not None:
            raise TrainingError(missing)
        source = self._dropped(chosen.name) if chosen.folder is None else Path(chosen.folder)
        try:
            source = source.expanduser()
            is_there = source.is_dir()
        except (OSError, RuntimeError) as error:  # a name that is too long, a home of nobody
            raise TrainingError(f"{source} is not a folder: {error}") from error
        if not is_there:
            raise TrainingError(
                f"{source} is not a folder" if chosen.folder is not None else "drop some files first, or name a folder"
            )
        options = [str(source), "-o", str(self.folder / chosen.name), "--progress", "json"]
        options += WAYS[chosen.way]
        options += [] if drum_map is None else ["--drum-map", drum_map]
        options += ["--look"] if chosen.look else []
        options += ["--resume"] if chosen.resume else []
        options += [] if chosen.minutes is None else ["--minutes", str(chosen.minutes)]
        options += [] if chosen.epochs is None else ["--epochs", str(chosen.epochs)]
        with self._lock:
            if self._process is not None:
                raise TrainingError(f"{self._name} is being learned: stop it first, or wait")
            self._forget(chosen.name, str(source))
            self._phase = "looking"
            self._process = subprocess.Popen(
                [*self._command, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True, encoding="utf-8", start_new_session=os.name == "posix",
            )  # fmt: skip
            threading.Thread(target=self._follow, args=(self._process, chosen.look), daemon=True).start()

    def stop(self, *, use: bool) -> None:
        """Have the process end: with a space of what is learned so far, or only kept. What has no step yet is ended."""
        with self._lock:
            process, trains = self._process, self._trains
        if process is None or process.stdin is None:
            raise TrainingError("nothing is being learned")
        if not trains:
            process.terminate()
            return
        try:
            process.stdin.write("use\n" if use else "later\n")
            process.stdin.flush()
        except OSError:  # it has just ended
            return

    def use(self, name: str | None) -> None:
        """Play this space from now on, None: what it was started with. It plays after a restart too.

        TrainingError where that cannot be.
        """
        if self.switch is None:
            raise TrainingError("this instrument plays one space: start it again with clave play --rhythm FOLDER")
        self.switch(*self._there(name))
        self.in_use = name
        self.folder.mkdir(parents=True, exist_ok=True)
        whole_file.write(self.folder / CHOSEN, json.dumps({"name": name}).encode())

    def resume_use(self) -> None:
        """Play the space that was chosen before the restart; TrainingError or SpaceError where it is gone or broken."""
        try:
            name = json.loads((self.folder / CHOSEN).read_text("utf-8"))["name"]
        except (OSError, ValueError, KeyError, TypeError):
            return
        if name is not None and self.switch is not None:
            self.switch(*self._there(str(name)))
            self.in_use = name

    def _there(self, name: str | None) -> tuple[Path | None, Path | None]:
        """The folders of the rhythm and the sound space of this name, as far as they are there."""
        if name is None:
            return None, None
        rhythm, sound = (
            place if (place / "config.json").is_file() else None
            for place in (self.folder / name / each for each in KINDS)
        )
        if rhythm is None and sound is None:
            raise TrainingError(f"{self.folder / name} holds no space that plays: learn it to an end first")
        return rhythm, sound

    def preview(self, what: Kind) -> Path:
        """The WAV of what is being learned; it need not be there."""
        return self.folder / self._name / what / "preview.wav"

    def close(self) -> None:
        """A process that still trains keeps what it has, as its input ends."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def _dropped(self, name: str) -> Path:
        return self.folder / name / "files"

    def _forget(self, name: str, source: str) -> None:
        self._name, self._source = name, source
        self._said, self._epochs = deque[str](maxlen=LINES), deque[str](maxlen=EPOCHS)
        self._found: list[LearnFound] = []
        self._progress: LearnProgress | None = None
        self._estimate = self._error = self._begins = ""
        self._trains = False

    def _follow(self, process: "subprocess.Popen[str]", look: bool) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        errors: list[str] = []
        beside = threading.Thread(target=lambda: errors.extend(process.stderr or ()), daemon=True)
        beside.start()
        with process:  # closes its pipes
            for line in process.stdout:
                try:
                    event: dict[str, Any] = json.loads(line)
                except ValueError:
                    event = {"kind": "said", "text": line.rstrip()}
                with self._lock:
                    self._take(event)
            beside.join()
        code = process.returncode
        with self._lock:
            self._process, self._progress = None, None
            self._phase = "found" if look and code == 0 else STATED.get(code, "stopped" if code < 0 else "failed")
            if self._phase == "failed":
                last = errors[-1].strip() if errors else f"it ended with {code}"
                self._error = last.removeprefix("clave: error: ")

    def _take(self, event: dict[str, Any]) -> None:
        facts = {name: value for name, value in event.items() if name != "kind"}
        match event.get("kind"):
            case "said":
                self._said.append(str(facts.get("text", "")))
            case "found":
                self._found.append(LearnFound(**facts))
            case "progress":
                self._progress = LearnProgress(**facts)
                self._trains = self._trains or facts["what"] == "training"
            case "training":
                self._phase, self._trains, self._estimate = "training", False, ""
                self._begins = str(facts.get("begins", ""))
            case "estimate":
                self._estimate = str(facts["text"])
            case "epoch":
                self._epochs.append(str(facts["text"]))
            case _:
                pass


def unavailable() -> str | None:
    """Why nothing can be learned here; None where it can."""
    missing = [each for each in NEEDED if find_spec(each) is None]
    if not missing:
        return None
    return f"{', '.join(missing)} missing: learning needs the extra `train`, pip install 'clave[train]'"


def _worst(place: Path) -> VerdictInfo | None:
    verdicts = [verdict for each in KINDS if (verdict := verdict_in(place / each)) is not None]
    worst = min(verdicts, key=lambda verdict: verdict.playable, default=None)
    return None if worst is None else VerdictInfo(**worst.to_dict())
