"""What a command prints about the files that it has read."""

import sys
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from clave.errors import CorpusError

if TYPE_CHECKING:
    from clave.rhythm.dataset import CorpusReport
    from clave.sound.dataset import SoundReport

REFUSED_SHOWN = 20  # files; report.json has them all


@contextmanager
def naming_refused_files() -> Generator[None]:
    """Where nothing can be learned from a folder, each of its files with the reason, a line each on stderr."""
    try:
        yield
    except CorpusError as error:
        for line in _refusals(error.refused):
            print(line, file=sys.stderr)
        raise


def print_bars(report: "CorpusReport") -> None:
    """What a folder of MIDI held, or what our own grooves gave."""
    what = "MIDI files" if report.drum_maps else "takes"
    print(f"{report.folder}: {report.files} {what}, {report.files_read} read, {len(report.refused)} refused")
    _print_refused(report.refused)
    _print_counts(
        {
            "bars": {"kept": report.bars, **report.dropped_bars, "the same as an earlier one": report.duplicate_bars},
            "meters": report.meters,
            f"styles, from {report.styles_from}": {**report.styles, "without one": report.without_style},
            "sections": report.sections,
            "strokes": {**report.strokes, "moved": report.strokes_moved, "merged": report.strokes_merged},
            "drum maps": report.drum_maps,
            "notes not in the map": report.notes_not_in_map,
            "remarks": report.remarks,
            "not looked into": report.left_out,
        }
    )


def print_sounds(report: "SoundReport") -> None:
    """What a folder of one-shots held."""
    print(f"{report.folder}: {report.files} sound files, {report.sounds} kept, {len(report.refused)} refused")
    _print_refused(report.refused)
    _print_counts(
        {
            f"voices, from {report.voices_from}": report.voices,
            "of these by listening": Counter(str(each["voice"]) for each in report.guessed.values()),
            "left out": {"copies of others": report.copies},
            "groups": {"of kits that share no sound": report.groups},
            "remarks": report.remarks,
            "not looked into": report.left_out,
        }
    )
    _print_first(
        [
            f"  by listening: {file}: {guess['voice']} at {guess['confidence']:.0%}"
            for file, guess in report.guessed.items()
        ]
    )


def _refusals(refused: Mapping[str, str]) -> list[str]:
    """A line for each file that was refused, with the reason."""
    return [f"  refused: {file}: {' '.join(reason.split())}" for file, reason in refused.items()]


def _print_refused(refused: Mapping[str, str]) -> None:
    _print_first(_refusals(refused))


def _print_first(lines: list[str]) -> None:
    for line in lines[:REFUSED_SHOWN]:
        print(line)
    if len(lines) > REFUSED_SHOWN:
        print(f"  ... and {len(lines) - REFUSED_SHOWN} more, in report.json")


def _print_counts(rows: "Mapping[str, Mapping[str, int] | Mapping[int, int]]") -> None:
    for name, counts in rows.items():
        listed = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        if listed:
            print(f"  {name}: {listed}")
