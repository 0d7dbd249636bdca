"""`clave evaluate`: how good a space is, as tables and figures."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from clave.app.cli.options import (
    Beside,
    Draws,
    LearnedFactory,
    Listing,
    NoPeers,
    RhythmAndFolder,
    Samples,
    Seed,
    SpaceAndFolder,
    Styles,
    TableOut,
    TestSounds,
)
from clave.app.cli.progress import Follow, following, require_packages

if TYPE_CHECKING:
    from clave.rhythm.dataset import Corpus

app = typer.Typer(no_args_is_help=True, help="Measure a space on what it has not learned from.")


@app.command("rhythm")
def evaluate_rhythm(
    places: RhythmAndFolder,
    out: TableOut,
    samples: Samples = 1000,
    no_peers: NoPeers = False,
    styles: Styles = "auto",
    factory: LearnedFactory = False,
    seed: Seed = 0,
) -> None:
    """Measure a rhythm space on bars that it has not learned from: a table, its numbers and figures.

    FOLDER is the run that the space comes from, which keeps its bars, or the MIDI files that it has learned from; they
    are parted as `learn rhythm` parted them. A run alone is both; a folder alone is for the space that ships.
    """
    if len(places) > 2:
        raise typer.BadParameter(f"a space and a folder, or one of them alone, got {len(places)}")
    require_packages("torch", "matplotlib")
    from clave.evaluation.rhythm import beats, report
    from clave.evaluation.rhythm.evaluate import evaluate
    from clave.rhythm import dataset, space

    folder = places[-1]
    shipped = len(places) == 1 and not (folder / "config.json").is_file()
    measured = space.load_rhythm(None if shipped else places[0])
    learned_with = int(measured.card.get("seed", 0))
    with following() as follow:
        bars = _learned_bars(folder, styles, follow)
        if factory:
            grooves = dataset.from_factory(takes=dataset.TAKES_BESIDE, seed=learned_with)  # as `learn rhythm` adds them
            bars = dataset.joined(bars, grooves)
        data = beats.evaluation_data(bars, learned_with)
        result = evaluate(
            measured, data, sample_count=samples, with_baselines=not no_peers, seed=seed, on_progress=follow
        )
    _print_table(report.write(result, out, measured, data))


@app.command("sound")
def evaluate_sound(
    places: SpaceAndFolder,
    out: TableOut,
    listing: Listing = None,
    beside: Beside = None,
    draws: Draws = 500,
    sounds: TestSounds = 25,
    seed: Seed = 0,
) -> None:
    """Measure a sound space on one-shots of kits that it has not learned from: a table, its numbers and figures.

    SPACE is the one that ships unless another is named. FOLDER also holds what the space has learned from, if it is to
    stand beside its nearest neighbours and principal components.
    """
    if len(places) > 2:
        raise typer.BadParameter(f"a space and a folder, or a folder alone, got {len(places)}")
    require_packages("torch", "matplotlib")
    from clave.evaluation.sound import report
    from clave.evaluation.sound.evaluate import evaluate
    from clave.sound.space import load_sound

    spaces = [load_sound(None if len(places) == 1 else places[0]), *map(load_sound, beside or [])]
    with following() as follow:
        result = evaluate(
            spaces,
            places[-1],
            listing,
            sample_count=draws,
            max_reconstructed=sounds,
            seed=seed,
            on_progress=follow,
        )
    _print_table(report.write(result, out))


def _learned_bars(folder: Path, styles: str, follow: Follow) -> "Corpus":
    """The bars that a run keeps, or those in a folder of MIDI files."""
    from clave.rhythm import dataset

    if (folder / dataset.BARS_FILE).is_file():
        return dataset.Corpus.load(folder)
    return dataset.scan(folder, styles=styles, progress=partial(follow, "reading"))


def _print_table(paths: Iterable[Path]) -> None:
    """The table itself, which is the first of the files that were written, and where they all are."""
    first, *_ = paths = list(paths)
    print(first.read_text(encoding="utf-8"))
    for path in paths:
        print(path)
