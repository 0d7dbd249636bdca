"""`clave learn`: a space of one's own from a folder."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from clave.app.cli import learn_folder, learn_paper
from clave.app.cli.learn_bars import bars_run
from clave.app.cli.learn_choice import Choice
from clave.app.cli.learn_folder import LearnCommands
from clave.app.cli.learn_report import Report, checked_form, is_playable, say_learned, working
from clave.app.cli.learn_sounds import sound_model, sounds_run, sounds_start
from clave.app.cli.options import (
    NOT_STATED,
    Accumulate,
    Credit,
    Device,
    DropFills,
    DrumMap,
    Epochs,
    FactoryDrums,
    FactoryGrooves,
    Licence,
    Limit,
    Listing,
    MidiFolder,
    Minutes,
    NetworkOut,
    PaperExperiment,
    PrecisionName,
    ProgressOption,
    RecipeName,
    Resume,
    Seed,
    SoundRecipeName,
    SoundsFolder,
    SpaceOut,
    StartFrom,
    Styles,
    Threads,
    Variants,
)
from clave.app.cli.progress import following, require_packages
from clave.app.cli.reports import naming_refused_files, print_bars, print_sounds
from clave.errors import CorpusError, TrainingError
from clave.training.start import AUTO, SCRATCH

if TYPE_CHECKING:
    from clave.audio.log_spectrogram import Spectrogram
    from clave.rhythm.dataset import Corpus, Selection
    from clave.sound.dataset import SoundCorpus

app = typer.Typer(cls=LearnCommands, no_args_is_help=True, help="Learn a space of your own from a folder.")
app.add_typer(learn_folder.app)


@app.command("rhythm")
def learn_rhythm(
    out: SpaceOut,
    folder: MidiFolder = None,
    factory: FactoryGrooves = False,
    recipe: RecipeName = None,
    start: StartFrom = AUTO,
    experiment: PaperExperiment = False,
    styles: Styles = "auto",
    drum_map: DrumMap = None,
    drop_fills: DropFills = False,
    epochs: Epochs = None,
    seed: Seed = 0,
    resume: Resume = False,
    minutes: Minutes = None,
    threads: Threads = None,
    device: Device = "auto",
    precision: PrecisionName = "float32",
    accumulate: Accumulate = 1,
    progress: ProgressOption = "bars",
    licence: Licence = NOT_STATED,
    credit: Credit = "",
) -> None:
    """Learn a rhythm space from a folder of drum MIDI, from our own grooves, or from both.

    Says what was read and what was refused and why (also in report.json and index.parquet), trains, and leaves a space
    to play, with a verdict beside the shipped one. Fewer than some thousand bars fine-tune the shipped space; --recipe
    and --factory learn from scratch, which takes three bars that differ at the least.
    """
    if folder is None and not factory:
        raise typer.BadParameter("there is nothing to learn from: name a folder of MIDI files, or say --factory")
    require_packages("torch", "safetensors", "onnx", "pyarrow")
    from clave.files import midi
    from clave.rhythm import dataset
    from clave.training import recipes

    recipes.by_name(recipe or "rhythm", styles=0)  # a wrong name is refused before all the reading
    if experiment:
        chosen = {
            "--factory": factory, "--styles": styles != "auto", "--drum-map": drum_map, "--drop-fills": drop_fills,
            "--minutes": minutes, "--licence": licence != NOT_STATED, "--credit": credit, "--from": start != AUTO,
        }  # fmt: skip
        learn_paper.refuse(recipe or "rhythm", [name for name, given in chosen.items() if given])
        learn_paper.experiment(
            folder, out, epochs=epochs, seed=seed, resume=resume, threads=threads, form=checked_form(progress)
        )
        return
    if start == AUTO and (recipe or factory):
        start = SCRATCH  # a recipe is one of learning from scratch, and the shipped space knows our grooves
    if drum_map is not None:
        midi.load_drum_map(drum_map)  # and a wrong map once, not for every file
    _refuse_a_second_run(out, resume)
    selection = dataset.Selection(drop_fills=drop_fills, drum_map=drum_map)
    stated = "" if licence == NOT_STATED else licence
    with working(device, precision, accumulate, progress) as (workers, report):
        bars = read_bars(report, folder, selection, factory=factory, styles=styles, licence=stated, seed=seed)
        if folder is None and licence == NOT_STATED:
            licence = dataset.LICENCE
        card = {"licence": licence, "credit": credit}
        choice = Choice(recipe or "rhythm", start, epochs, minutes, threads, seed, resume, card, workers)
        bars_run(bars, out, choice).follow(out, choice, report)
        say_learned("rhythm", out, report)
        if workers.leads and is_playable(out):
            print(f"{out}: a rhythm space; play it with: clave play --rhythm {out}")


@app.command("sound")
def learn_sound(
    folder: SoundsFolder,
    out: SpaceOut,
    recipe: SoundRecipeName = None,
    start: StartFrom = AUTO,
    listing: Listing = None,
    variants: Variants = None,
    limit: Limit = None,
    factory_drums: FactoryDrums = 0,
    epochs: Epochs = None,
    seed: Seed = 0,
    resume: Resume = False,
    minutes: Minutes = None,
    threads: Threads = None,
    device: Device = "auto",
    precision: PrecisionName = "float32",
    accumulate: Accumulate = 1,
    progress: ProgressOption = "bars",
    licence: Licence = NOT_STATED,
    credit: Credit = "",
) -> None:
    """Learn a sound space from a folder of drum one-shots.

    Says what was read and what was refused and why (also in report.json), and leaves a space to play, with a verdict
    beside the shipped one. Voices come from the names of files and folders or a list; where names do not say it, a
    classifier hears the voice. Fewer than some hundred sounds become part of the shipped space, in seconds; --recipe,
    --variants and --factory learn from scratch, which needs three kits that share no sound, since kits are never
    divided, or as many sounds of a single kit.
    """
    require_packages("torch", "safetensors", "onnx")
    from clave.sound import dataset

    name = recipe or "sound"
    model = sound_model(name)
    _refuse_a_second_run(out, resume)
    if start == AUTO and (recipe or factory_drums or variants is not None):
        start = SCRATCH  # a recipe is one of learning from scratch, and the shipped space knows our synthesizer
    if sounds_start(out, start, count_sounds(folder, listing)).space is not None:
        variants = 0  # its networks stay as they are
    with working(device, precision, accumulate, progress) as (workers, report):
        with naming_refused_files():
            count = model.variants if variants is None else variants
            sounds = read_sounds(report, folder, listing, count, model.spectrogram())
            if factory_drums:
                made = dataset.made(
                    factory_drums, seed, spectrogram=model.spectrogram(), progress=partial(report.follow, "making")
                )
                sounds = dataset.joined(sounds, made)
        print_sounds(sounds.report)
        card = {"licence": licence, "credit": credit}
        choice = Choice(name, start, epochs, minutes, threads, seed, resume, card, workers)
        sounds_run(sounds, out, choice, limit).follow(out, choice, report)
        say_learned("sound", out, report)
        if workers.leads and is_playable(out):
            print(f"{out}: a sound space; play it with: clave groove --kit space --sound {out}")


@app.command("voices")
def learn_voices(
    folder: SoundsFolder,
    out: NetworkOut,
    listing: Listing = None,
    factory_drums: FactoryDrums = 0,
    seed: Seed = 0,
) -> None:
    """Learn to tell the voice of a drum from its sound, as `learn sound` does where names do not say it.

    Five networks are trained: four leave out a fourth of the sources each, which says how sure the fifth may be.
    """
    require_packages("torch", "onnx")
    from clave.training import voice_classifier_run
    from clave.training.voice_classifier_data import ExampleCounts

    with following() as follow:
        found = voice_classifier_run.learn_voices(
            folder, out, listing, counts=ExampleCounts(factory_drums=factory_drums), seed=seed, on_progress=follow
        )
    print(
        f"{out}: right for {found.accuracy:.0%} of sounds of unheard sources; {found.sure:.0%} are sure guesses "
        f"(at {found.threshold:.0%} and more), of which {voice_classifier_run.MIN_ACCURACY:.0%} are right"
    )


def read_bars(
    report: Report,
    folder: Path | None,
    selection: "Selection",
    *,
    factory: bool,
    styles: str,
    licence: str,
    seed: int,
) -> "Corpus":
    """The bars in a folder, our own grooves, or both, with a report of each printed."""
    from clave.rhythm import dataset

    parts: list[Corpus] = []
    with naming_refused_files():
        if folder is not None and dataset.is_built(folder):
            _refuse_choices_of_a_build(folder, selection, styles)
            parts.append(dataset.open_corpus(folder))
        elif folder is not None:
            parts.append(
                dataset.scan(
                    folder,
                    selection,
                    styles=styles,
                    licence=licence,
                    progress=partial(report.follow, "reading"),
                )
            )
        if factory:
            takes = dataset.TAKES_BESIDE if parts else dataset.TAKES
            fills = 0 if selection.drop_fills else dataset.FILLS
            parts.append(dataset.from_factory(takes=takes, fills=fills, seed=seed))
    for part in parts:
        print_bars(part.report)
    return parts[0] if len(parts) == 1 else dataset.joined(*parts)


def read_sounds(
    report: Report, folder: Path, listing: Path | None, variants: int, spectrogram: "Spectrogram"
) -> "SoundCorpus":
    """The one-shots in a folder or a built corpus."""
    from clave.sound import dataset

    if not dataset.is_built(folder):
        progress = partial(report.follow, "reading")
        return dataset.scan(folder, listing, variants=variants, spectrogram=spectrogram, progress=progress)
    if listing is not None:
        raise CorpusError(f"{folder} is a corpus that was built: give --list to `clave corpus build` instead")
    return dataset.open_corpus(folder, variants=variants, spectrogram=spectrogram)


def count_sounds(folder: Path, listing: Path | None) -> int:
    """How many one-shots there are to be read, some of which may yet be refused."""
    from clave.sound import dataset

    return dataset.count(folder) if dataset.is_built(folder) else len(dataset.listed(folder, listing)[0])


def _refuse_a_second_run(out: Path, resume: bool) -> None:
    from clave.training import checkpoint

    if (out / checkpoint.CHECKPOINT).exists() and not resume:
        raise TrainingError(f"{out} already holds a run: go on with --resume or choose another folder")


def _refuse_choices_of_a_build(folder: Path, selection: "Selection", styles: str) -> None:
    chosen = {
        "--styles": styles != "auto",
        "--drum-map": selection.drum_map is not None,
        "--drop-fills": selection.drop_fills,
    }
    if any(chosen.values()):
        named = ", ".join(name for name, given in chosen.items() if given)
        raise CorpusError(f"{folder} is a corpus that was built: give {named} to `clave corpus build` instead")
