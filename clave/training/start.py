"""What a run begins from: a space that is fine-tuned, or fresh weights."""

from dataclasses import dataclass
from pathlib import Path

from clave.errors import TrainingError

AUTO, SHIPPED, SCRATCH = "auto", "shipped", "scratch"


@dataclass(frozen=True)
class Start:
    """The folder of the space that is fine-tuned, None for learning from scratch; and why, for a person."""

    space: Path | None
    why: str


def choose_start(given: str, kind: str, shipped: Path, count: int, enough: int) -> Start:
    """What `--from` means for so many bars (`kind` "rhythm") or sounds ("sound").

    "auto" is the shipped space for fewer than `enough` of them, which is about what a space of their own needs. A path
    may be that of a space, or of a folder with spaces in `rhythm` and `sound`. TrainingError for a path that is
    neither.
    """
    what = {"rhythm": "bars", "sound": "sounds"}[kind]
    if given == SCRATCH:
        return Start(None, f"learning from scratch from {count} {what}, as you chose")
    if given == SHIPPED:
        return Start(shipped, f"fine-tuning the shipped {kind} space with {count} {what}, as you chose")
    if given == AUTO and count < enough:
        return Start(
            shipped,
            f"fine-tuning the shipped {kind} space: {count} {what} are few, a space of their own takes about {enough} "
            "(--from scratch learns one anyway)",
        )
    if given == AUTO:
        return Start(None, f"learning from scratch: {count} {what} carry a space of their own")
    for folder in (Path(given) / kind, Path(given)):
        if (folder / "config.json").is_file():
            return Start(folder, f"fine-tuning {folder} with {count} {what}")
    raise TrainingError(
        f"--from takes {AUTO}, {SHIPPED}, {SCRATCH} or the folder of a {kind} space; {given} holds no config.json"
    )
