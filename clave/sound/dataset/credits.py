"""Whose the sounds of a corpus are, and what may be done with them."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from clave.errors import CorpusError
from clave.files import whole_file
from clave.music.kit import VOICES
from clave.sound.dataset.data_set import SoundCorpus
from clave.sound.dataset.factory import FACTORY_CREDIT


class Credit(NamedTuple):
    """One sound that was learned from: where it is, whose it is, and what may be done with it."""

    path: str
    voice: str
    kit: str
    licence: str
    credit: str
    sha256: str  # of the file; "" for the factory's drums, which number and seed reproduce


def credits_of(corpus: SoundCorpus) -> list[Credit]:
    """A row for each sound, in the order of kits and paths."""
    own = corpus.themselves()
    rows = zip(own.source.tolist(), own.voice.tolist(), own.kit.tolist(), strict=True)
    credited = [
        Credit(
            own.sources[source], VOICES[voice].name, own.kits[kit],
            own.licences[source], own.credits[source], own.hashes[source],
        )
        for source, voice, kit in rows
    ]  # fmt: skip
    return sorted(credited, key=lambda each: (each.kit, each.path))


def write_credits(path: Path, credited: Sequence[Credit]) -> None:
    """The rows as a CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([Credit._fields, *credited])
    whole_file.write(path, text.getvalue().encode())


def read_credits(path: Path) -> list[Credit]:
    """The pair of `write_credits`; CorpusError for a file that is no such table."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [Credit(**row) for row in csv.DictReader(file)]
    except (OSError, ValueError, TypeError, csv.Error) as error:
        raise CorpusError(f"{path} is not a table with the columns {', '.join(Credit._fields)}: {error}") from error


def by_kit(credited: Sequence[Credit]) -> list[tuple[str, str, str, int]]:
    """Kit, licence, credit and number of sounds, a row for each kit and licence; the factory is one kit.

    Where a kit has several makers, they stand by their names alone: what a credit begins with, up to a comma.
    """
    makers: dict[tuple[str, str], Counter[str]] = {}
    for each in credited:
        kit = "factory" if each.credit == FACTORY_CREDIT else each.kit
        makers.setdefault((kit, each.licence), Counter())[each.credit] += 1
    rows = list[tuple[str, str, str, int]]()
    for (kit, licence), credited_to in sorted(makers.items()):
        names = sorted({credit.split(",")[0] for credit in credited_to}, key=str.lower)
        rows.append(
            (kit, licence, next(iter(credited_to)) if len(credited_to) == 1 else ", ".join(names), credited_to.total())
        )
    return rows
