"""`clave learn FOLDER`: from a folder of MIDI, of sounds or of both to spaces to play."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from clave.app.cli.learn_bars import bars_run
from clave.app.cli.learn_choice import Choice
from clave.app.cli.learn_report import Report, is_playable, say_learned, working
from clave.app.cli.learn_sounds import sound_model, sounds_run, sounds_start
from clave.app.cli.options import (
    NOT_STATED,
    Accumulate,
    AnyFolder,
    AnyRecipe,
    Credit,
    Device,
    DrumMap,
    Epochs,
    Licence,
    Look,
    Minutes,
    PrecisionName,
    ProgressOption,
    Resume,
    Seed,
    SpacesOut,
    StartFrom,
    Styles,
    Threads,
)
from clave.app.cli.progress import require_packages
from clave.app.cli.reports import naming_refused_files, print_bars, print_sounds
from clave.errors import CorpusError, TrainingError, printable
from clave.training.start import AUTO, SHIPPED

if TYPE_CHECKING:
    from clave.rhythm.dataset import Corpus
    from clave.sound.dataset import SoundCorpus

app = typer.Typer()  # its one command is part of `clave learn`
FULL, QUICK = "full", "quick"
LISTED_FILES = 50  # refused ones, for a program


class LearnCommands(TyperGroup):
    """`learn FOLDER` is `learn folder FOLDER`, unless it is named as a command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As usual, with the command named."""
        return super().parse_args(ctx, with_command(args, list(self.commands)))


def with_command(arguments: Sequence[str], commands: Sequence[str]) -> list[str]:
    """The arguments with `folder` before them, where they do not begin with a command or ask for help."""
    if not arguments or arguments[0] in (*commands, "--help"):
        return list(arguments)
    return ["folder", *arguments]


@app.command("folder")
def learn_folder(
    folder: AnyFolder,
    out: SpacesOut = None,
    look: Look = False,
    recipe: AnyRecipe = FULL,
    start: StartFrom = AUTO,
    styles: Styles = "auto",
    drum_map: DrumMap = None,
    epochs: Epochs = None,
    minutes: Minutes = None,
    threads: Threads = None,
    device: Device = "auto",
    precision: PrecisionName = "float32",
    accumulate: Accumulate = 1,
    seed: Seed = 0,
    resume: Resume = False,
    progress: ProgressOption = "bars",
    licence: Licence = NOT_STATED,
    credit: Credit = "",
) -> None:
    """Learn from whatever drums a folder holds: a rhythm space from MIDI, a sound space from one-shots.

    Says what it found, what it uses and how long it takes here, and writes bars and sounds to listen to while it
    trains. Ctrl-C asks whether to use what is learned so far or to go on later, with --resume. A few files become part
    of the shipped space (--from shipped); some thousand bars, or sounds, are a space of their own.
    """
    require_packages("torch", "safetensors", "onnx", "pyarrow")
    if recipe not in (FULL, QUICK):
        raise TrainingError(f"no recipe {recipe!r} for a folder; there are: {FULL}, {QUICK}")
    place = out or Path(f"{folder.resolve().name}-space")
    card = {"licence": licence, "credit": credit}
    with working(device, precision, accumulate, progress) as (workers, report):
        choice = Choice(recipe, start, epochs, minutes, threads, seed, resume, card, workers)
        bars, sounds = read_folder(folder, report, place, choice, styles=styles, drum_map=drum_map)
        if look:
            return
        _refuse_other_runs(place, resume)
        both = bars is not None and sounds is not None
        shared = choice if minutes is None or not both else choice._replace(minutes=minutes / 2)
        learned = [
            *([] if bars is None else _learn_bars(bars, place / "rhythm", shared, report)),
            *([] if sounds is None else _learn_sounds(sounds, place / "sound", shared, report)),
        ]
        if not learned:
            raise TrainingError(f"nothing in {folder} was enough to learn from")
        if good := [f"--{space.name} {space}" for space in learned if is_playable(space)]:
            print(f"play it with: clave play {' '.join(good)}")
        else:
            print(f"{place} holds nothing yet that is good enough to play")


def adapt(
    folder: AnyFolder,
    out: SpacesOut = None,
    styles: Styles = "auto",
    drum_map: DrumMap = None,
    epochs: Epochs = None,
    minutes: Minutes = None,
    threads: Threads = None,
    seed: Seed = 0,
    resume: Resume = False,
    progress: ProgressOption = "bars",
    licence: Licence = NOT_STATED,
    credit: Credit = "",
) -> None:
    """Make a few files of your own part of the shipped spaces, in minutes: bars of MIDI, drum sounds or both.

    The maps bend where your files lie, and keep the rest. The same as `clave learn FOLDER --from shipped`.
    """
    learn_folder(
        folder, out, False, FULL, SHIPPED, styles, drum_map, epochs, minutes, threads,
        seed=seed, resume=resume, progress=progress, licence=licence, credit=credit,
    )  # fmt: skip


def read_folder(
    folder: Path, report: Report, place: Path, choice: Choice, *, styles: str, drum_map: str | None
) -> "tuple[Corpus | None, SoundCorpus | None]":
    """The bars and the one-shots of a folder, with a report of each; CorpusError where it holds neither."""
    from clave.files import audio_file
    from clave.files.sharded.building import read_index
    from clave.files.sharded.place import place_at
    from clave.rhythm import dataset
    from clave.rhythm.dataset import scanning
    from clave.sound import dataset as sound_dataset

    if not folder.is_dir():
        raise CorpusError(f"{folder} is not a folder")
    if (built := read_index(place_at(folder))) is not None:
        command = {"bars": "rhythm", "sounds": "sound"}.get(built.kind, built.kind)
        raise CorpusError(
            f"{folder} is a built corpus of {built.kind}; learn from it with: clave learn {command} {folder} -o DIR"
        )
    midi_count = sum(path.suffix.lower() in scanning.MIDI_SUFFIXES for path in folder.rglob("*"))
    sound_count = len(audio_file.sound_files(folder).paths)
    if not midi_count and not sound_count:
        raise CorpusError(
            f"{folder} holds neither MIDI files ({', '.join(scanning.MIDI_SUFFIXES)}) nor sounds "
            f"({', '.join(audio_file.SUFFIXES)}), nor does any folder in it"
        )
    print(f"{printable(str(folder))}: {midi_count} MIDI files and {sound_count} sound files found")
    bars = sounds = None
    with naming_refused_files():
        if midi_count:
            licence = choice.card["licence"]
            stated = "" if licence == NOT_STATED else licence
            selection = dataset.Selection(drum_map=drum_map)
            bars = _unless_useless(
                partial(dataset.scan, folder, selection, styles=styles, licence=stated,
                        progress=partial(report.follow, "reading MIDI")),
                alone=not sound_count,
            )  # fmt: skip
        if sound_count:
            model = sound_model(_sound_recipe(choice.recipe))
            fresh = sounds_start(place / "sound", choice.start, sound_count).space is None
            sounds = _unless_useless(
                partial(sound_dataset.scan, folder, variants=model.variants if fresh else 0,
                        spectrogram=model.spectrogram(), progress=partial(report.follow, "reading sounds")),
                alone=bars is None,
            )  # fmt: skip
    if bars is not None:
        print_bars(bars.report)
        each = bars.report
        _found(report, "rhythm", each.files, each.files_read, len(bars), each.refused)
    if sounds is not None:
        print_sounds(sounds.report)
        known = sounds.report
        _found(report, "sound", known.files, known.files - len(known.refused), known.sounds, known.refused)
    return bars, sounds


def _found(report: Report, what: str, files: int, read: int, used: int, refused: Any) -> None:
    listed = dict(list(refused.items())[:LISTED_FILES])
    report.event("found", what=what, files=files, read=read, used=used, refused=len(refused), refusals=listed)


def _unless_useless(scan: Any, *, alone: bool) -> Any:
    """What a scan gives; None, with the reason said, where it finds nothing to use and there is something else."""
    try:
        return scan()
    except CorpusError as error:
        if alone:
            raise
        print(f"not used: {error}")
        return None


def _learn_bars(corpus: "Corpus", out: Path, choice: Choice, report: Report) -> list[Path]:
    """The space that was learned; none, with the reason said, where there is too little to learn from."""
    try:
        run = bars_run(corpus, out, choice._replace(recipe="rhythm" if choice.recipe == FULL else QUICK))
    except (TrainingError, CorpusError) as error:
        print(f"bars not used: {error}")
        return []
    run.follow(out, choice, report)
    say_learned("rhythm", out, report)
    return [out]


def _learn_sounds(corpus: "SoundCorpus", out: Path, choice: Choice, report: Report) -> list[Path]:
    """The same for one-shots."""
    try:
        run = sounds_run(corpus, out, choice._replace(recipe=_sound_recipe(choice.recipe)))
    except (TrainingError, CorpusError) as error:
        print(f"sounds not used: {error}")
        return []
    run.follow(out, choice, report)
    say_learned("sound", out, report)
    return [out]


def _sound_recipe(recipe: str) -> str:
    return "sound" if recipe == FULL else QUICK


def _refuse_other_runs(place: Path, resume: bool) -> None:
    from clave.training import checkpoint

    held = [each for each in ("rhythm", "sound") if (place / each / checkpoint.CHECKPOINT).exists()]
    if held and not resume:
        raise TrainingError(f"{place / held[0]} already holds a run: go on with --resume or choose another folder (-o)")
