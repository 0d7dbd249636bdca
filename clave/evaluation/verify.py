"""Whether a space is what its card says: its files, its data, its code, and the figures of its table.

Without data nothing here needs torch. A check that cannot be made says what it needs, and does not count as failed.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from clave.errors import CorpusError, SpaceError, TrainingError
from clave.latent.file_hashes import HASHES_FILE, hash_of, read_hashes

RELATIVE, ABSOLUTE = 0.01, 0.002  # by which a figure may differ: what other processors round otherwise
SHOWN_DIGITS = 4  # of a figure in the card
FILES, CARD, CODE, DATA, TABLE = "files", "card", "code", "data", "table"
WITH_TABLE = ("rhythm", "sound")
CARD_FILE, CREDITS_FILE = "card.md", "credits.csv"
DATA_HASH, CODE_HASH, BEGAN_WITH = "data sha256", "code hash", "began with"

State = Literal["same", "differs", "not checked"]
Figures = Mapping[str, float]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: `differs` alone means that the space is not what it says."""

    name: str
    state: State
    says: str


@dataclass(frozen=True)
class Recomputed:
    """What the data of a space give now."""

    data_hash: str
    figures: Callable[[], Figures]
    says: str  # what the data are


Recompute = Callable[[Path, "Space", Path], Recomputed]
"""The data in a folder, for a space of this kind; raises CorpusError or TrainingError where they are none."""


@dataclass(frozen=True)
class Space:
    """What config.json says of a space."""

    kind: str  # "rhythm", "sound", "stroke", "voice"
    card: Mapping[str, Any]
    metrics: Figures  # empty where it states none


def verify(folder: Path, data: Path | None, recompute: Callable[[], Mapping[str, Recompute]]) -> Iterator[Check]:
    """Check a space, one thing after another; a run keeps its data in the folder of its space.

    `recompute` is asked, once data are there, what can be recomputed of each kind. SpaceError for what is no
    space, CorpusError for data that are no folder.
    """
    space = read_space(folder)
    if data is not None and not data.is_dir():
        raise CorpusError(f"{data} is not a folder: name the one that {folder} was learned from")
    yield _files(folder)
    yield _card(folder, space)
    if (credited := _credited(folder, space)) is not None:
        yield credited
    if space.kind not in WITH_TABLE:
        yield Check(TABLE, "not checked", f"a {space.kind} network has no table that could be recomputed here")
        return
    place = data or (folder if _keeps_its_data(folder) else None)
    if place is None:
        yield Check(DATA, "not checked", "name the folder that it was learned from: --data FOLDER")
        yield Check(TABLE, "not checked", "it is measured on held-out data: --data FOLDER")
        return
    yield from _with_data(folder, space, place, recompute()[space.kind], named=data is not None)


def read_space(folder: Path) -> Space:
    """Kind, card and figures; SpaceError for a folder that is no space of Clave's."""
    path = folder / "config.json"
    if not path.is_file():
        raise SpaceError(f"{folder} is not a space: it has no config.json")
    try:
        settings: Any = json.loads(path.read_bytes())
        found = re.fullmatch(r"clave (\w+) space", settings["format"])
        card, metrics = dict(settings.get("card", {})), dict(settings.get("metrics", {}))
        figures = {name: float(value) for name, value in metrics.items()}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SpaceError(f"{path} does not describe a space: {error!r}") from error
    if found is None:
        raise SpaceError(f"{path} does not describe a space: its format is {settings['format']!r}")
    return Space(found[1], card, figures)


def _keeps_its_data(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("bars.npz", "sounds.npz"))


def _files(folder: Path) -> Check:
    hashes = read_hashes(folder)
    if hashes is None:
        return Check(FILES, "not checked", f"there is no {HASHES_FILE}: an older Clave made the space")
    wrong = [_wrong(folder / name, digest) for name, digest in sorted(hashes.items())]
    if named := [each for each in wrong if each]:
        return Check(FILES, "differs", f"{'; '.join(named)}; {HASHES_FILE} says otherwise")
    return Check(FILES, "same", f"{len(hashes)} files have the SHA-256 of {HASHES_FILE}")


def _wrong(path: Path, digest: str) -> str | None:
    if not path.is_file():
        return f"{path.name} is missing"
    return None if hash_of(path) == digest else f"{path.name} was changed"


def _card(folder: Path, space: Space) -> Check:
    path = folder / CARD_FILE
    if not space.metrics or not path.is_file():
        return Check(CARD, "not checked", f"there is no table in {CARD_FILE}, or none in config.json")
    rows = dict(re.findall(r"^\| (\w+) \| (\S+) \|$", path.read_text("utf-8"), re.MULTILINE))
    wrong = [
        f"{name} {rows.get(name, 'missing')} instead of {value:.{SHOWN_DIGITS}g}"
        for name, value in space.metrics.items()
        if rows.get(name) != f"{value:.{SHOWN_DIGITS}g}"
    ]
    if wrong:
        return Check(CARD, "differs", f"{CARD_FILE} has {'; '.join(wrong)} of config.json")
    return Check(CARD, "same", f"the {len(space.metrics)} figures of {CARD_FILE} are those of config.json")


def _credited(folder: Path, space: Space) -> Check | None:
    """Whether the list of credits is of the data that the card names; None where it has to name none."""
    stated = space.card.get(DATA_HASH)
    if stated is None or not (folder / CREDITS_FILE).is_file() or BEGAN_WITH in space.card:
        return None
    from clave.sound.dataset.credits import read_credits
    from clave.sound.dataset.data_hash import data_hash

    credited = read_credits(folder / CREDITS_FILE)
    if data_hash(credited) == stated:
        return Check("credits", "same", f"the {len(credited)} sounds of {CREDITS_FILE} are the data of the card")
    return Check("credits", "differs", f"the sounds of {CREDITS_FILE} are not the data of the card, {stated[:16]}...")


def _with_data(folder: Path, space: Space, place: Path, recompute: Recompute, *, named: bool) -> Iterator[Check]:
    from clave.training.provenance import code_hash

    now, stated = code_hash(space.kind), space.card.get(CODE_HASH)
    yield (
        Check(CODE, "same", f"{now}, as when it was learned")
        if now == stated
        else Check(CODE, "not checked", f"{stated or 'older code, without a hash,'} learned it; this is {now}")
    )
    found = recompute(folder, space, place)
    stated = space.card.get(DATA_HASH)
    if stated is None:
        yield Check(DATA, "not checked", f"{found.says}; the card has no hash of its data")
    elif stated == found.data_hash:
        yield Check(DATA, "same", f"{found.says}, SHA-256 {stated[:16]}...")
    else:
        where = f"{place} holds" if named else "the run keeps"
        yield Check(DATA, "differs", f"{where} other data, {found.data_hash[:16]}... instead of {stated[:16]}...")
        yield Check(TABLE, "not checked", "other data have other figures")
        return
    yield _table(space, found)


def _table(space: Space, found: Recomputed) -> Check:
    if BEGAN_WITH in space.card:
        return Check(TABLE, "not checked", "a fine-tuned space is measured beside the one it began with, as it is made")
    try:
        figures = found.figures()
    except TrainingError as error:
        return Check(TABLE, "not checked", str(error))
    return compared(space.metrics, figures)


def compared(stated: Figures, figures: Figures) -> Check:
    """The figures of the card beside those of now."""
    both = {name: (value, figures[name]) for name, value in stated.items() if name in figures}
    wrong = [
        f"{name} is {now:.{SHOWN_DIGITS}g} now, and {then:.{SHOWN_DIGITS}g} in the card"
        for name, (then, now) in both.items()
        if not math.isclose(then, now, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    ]
    if wrong:
        return Check(TABLE, "differs", "; ".join(wrong))
    if not both:
        return Check(TABLE, "not checked", "the card states none of the figures that are measured now")
    farthest = max(abs(then - now) / max(abs(then), abs(now), 1e-9) for then, now in both.values())
    return Check(TABLE, "same", f"{len(both)} figures recomputed; the farthest is {farthest:.2g} of itself away")
