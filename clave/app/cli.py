"""The command line. Each option is declared once, here; engines are loaded by the command that needs them."""

import re
import sys
import threading
import webbrowser
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from numpy.typing import ArrayLike

from clave.errors import ClaveError, CorpusError, KitError, MissingExtraError, SpaceError, TrainingError
from clave.music.kit import VOICES
from clave.music.units import MAX_SWING, MAX_TEMPO_BPM, MIN_SWING, MIN_TEMPO_BPM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.progress import ProgressColumn

    from clave.music.kit import Kit
    from clave.music.pattern import Pattern
    from clave.music.units import Meter
    from clave.rhythm.dataset import CorpusReport
    from clave.rhythm.space import RhythmSpace
    from clave.sound.dataset import SoundReport
    from clave.sound.space import SoundSpace
    from clave.training.run import Epoch

Point = tuple[float, float]

DEFAULT_PORT = 8064  # eight voices, 64 steps
SPACE_KIT = "space"  # drawn from a sound space
NO_SOUND = "none"  # instead of a sound space
MAX_BARS = 1024
MAX_PHRASE = 64  # bars
PHRASE_VARIATION = 0.25  # enough to hear that its bars are not the same
NOT_STATED = "not stated"
REFUSED_SHOWN = 20  # files; report.json has them all

RhythmFolder = Annotated[
    Path | None, typer.Option("--rhythm", metavar="DIR", help="A rhythm space of your own; else the one that ships.")
]
SoundFolder = Annotated[
    str | None,
    typer.Option(
        "--sound", metavar="DIR|none", help="A sound space of your own; else the one that ships; none: kits only."
    ),
]
Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        help="Folder of the kits you keep; else the variable CLAVE_HOME, or the system's place for such.",
    ),
]
Port = Annotated[
    int,
    typer.Option(
        "--port", metavar="N", min=0, max=65_535, help="Port on 127.0.0.1; if taken, the next free one; 0: any."
    ),
]
NoOpen = Annotated[bool, typer.Option("--no-open", help="Serve only, open no browser.")]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder for what is written; made if missing.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", min=0, max=2**32 - 1, help="Same seed, same result.")]

At = Annotated[tuple[float, float] | None, typer.Option("--at", metavar="X Y", help="Stay at this point of the map.")]
From = Annotated[tuple[float, float] | None, typer.Option("--from", metavar="X Y", help="Travel from this point ...")]
To = Annotated[tuple[float, float] | None, typer.Option("--to", metavar="X Y", help="... to this one, a step a bar.")]
Style = Annotated[
    str | None,
    typer.Option(
        "--style",
        metavar="NAME|BLEND",
        help="In the manner of this style, or of a blend whose shares add up to 1: funk=0.7,samba=0.3.",
    ),
]
Section = Annotated[str, typer.Option("--section", metavar="NAME", help="What part the bar plays: beat or fill.")]
Density = Annotated[
    float | None,
    typer.Option("--density", metavar="0..1", min=0, max=1, help="From 0, sparse, to 1, busy; else as learned."),
]
Variation = Annotated[
    float | None,
    typer.Option(
        "--variation",
        metavar="0..1",
        min=0,
        max=1,
        help=f"How far each bar strays from what is expected there; else 0, and {PHRASE_VARIATION} in a phrase.",
    ),
]
MeterOption = Annotated[str, typer.Option("--meter", metavar="N/UNIT", help="Time signature: 4/4, 3/4, 6/8, 5/4.")]
FillEvery = Annotated[
    int, typer.Option("--fill-every", metavar="N", min=0, help="The last of each N bars is a fill; 0: none is.")
]
Phrase = Annotated[
    int,
    typer.Option(
        "--phrase", metavar="N", min=0, max=MAX_PHRASE, help="Bars come in phrases of N that agree with each other."
    ),
]
Feel = Annotated[
    float | None,
    typer.Option(
        "--feel", metavar="0..1", min=0, max=1, help="Play the strokes anew as a drummer of the style does, so far."
    ),
]
Shift = Annotated[
    str | None,
    typer.Option(
        "--shift",
        metavar="NAME=X,...",
        help="Move density, syncopation, swing, loudness by X standard deviations: density=1,swing=-0.5.",
    ),
]
Bars = Annotated[int, typer.Option("--bars", metavar="N", min=1, max=MAX_BARS, help="How many bars.")]
Tempo = Annotated[
    float, typer.Option("--tempo", metavar="BPM", min=MIN_TEMPO_BPM, max=MAX_TEMPO_BPM, help="Quarter notes a minute.")
]
Swing = Annotated[
    float,
    typer.Option(
        "--swing",
        metavar="SHARE",
        min=MIN_SWING,
        max=MAX_SWING,
        help="Place of the second 16th: 0.5 straight, 0.667 triplet.",
    ),
]
KitOption = Annotated[
    str,
    typer.Option(
        "--kit",
        metavar="NAME|FOLDER|JSON",
        help="space: drawn by the seed from the sound space; or see `clave kits`; or a folder of WAVs, or a JSON file.",
    ),
]
Stems = Annotated[bool, typer.Option("--stems", help="Also write stems/, one WAV a voice.")]
Loop = Annotated[bool, typer.Option("--loop", help="Let the end ring into the beginning: a WAV that loops seamlessly.")]
OnGrid = Annotated[bool, typer.Option("--on-grid", help="MIDI strokes on their steps, without their feel.")]

MidiFolder = Annotated[
    Path | None, typer.Argument(metavar="[FOLDER]", help="Drum MIDI files, in it and in folders below.")
]
FactoryGrooves = Annotated[
    bool, typer.Option("--factory", help="Our own grooves, of twenty-three styles: instead of a folder, or besides.")
]
SoundsFolder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Drum one-shots, in it and in folders below.")]
SoundRecipeName = Annotated[
    str, typer.Option("--recipe", metavar="NAME", help="sound, or quick (to hear it in some minutes).")
]
Listing = Annotated[
    Path | None,
    typer.Option(
        "--list",
        metavar="CSV",
        help="Which files, and their voices: columns path, voice; kit, licence, credit if known.",
    ),
]
Variants = Annotated[
    int | None,
    typer.Option(
        "--variants",
        metavar="N",
        min=0,
        max=8,
        help="Of each sound, a little faster or slower, to learn from; 2, and none for the recipe `paper`.",
    ),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help="Learn from no more than N of the sounds, always the same."),
]
FactoryDrums = Annotated[
    int,
    typer.Option(
        "--factory", metavar="N", min=0, max=2000, help="So many drums of each voice from our own synthesizer, besides."
    ),
]
SpaceAndFolder = Annotated[
    list[Path],
    typer.Argument(metavar="[SPACE] FOLDER", help="A sound space, else the one that ships; and a folder of one-shots."),
]
RhythmAndFolder = Annotated[
    list[Path],
    typer.Argument(metavar="[SPACE] FOLDER", help="A rhythm space, else the one that ships; and its run or its files."),
]
Samples = Annotated[
    int, typer.Option("--samples", metavar="N", min=2, max=20000, help="Bars from the prior; fewer are quicker.")
]
NoPeers = Annotated[bool, typer.Option("--no-peers", help="Teach no other models to stand beside it: much quicker.")]
LearnedFactory = Annotated[
    bool, typer.Option("--factory", help="The space has learned from our own grooves too, besides the MIDI files.")
]
Beside = Annotated[
    list[Path] | None,
    typer.Option(
        "--beside", metavar="SPACE", help="Another space to measure in the same run; more than once for more."
    ),
]
Draws = Annotated[
    int, typer.Option("--draws", metavar="N", min=2, max=5000, help="Of each voice, from the prior; fewer are quicker.")
]
TestSounds = Annotated[
    int, typer.Option("--sounds", metavar="N", min=1, max=5000, help="Of each voice at most, encoded and decoded.")
]
RecipeName = Annotated[
    str, typer.Option("--recipe", metavar="NAME", help="rhythm, quick (to hear it in a minute) or paper (as in 2019).")
]
Styles = Annotated[
    str,
    typer.Option(
        "--styles", metavar="WHERE", help="Where styles stand: info.csv, folder, name, none, auto, or a CSV file,style."
    ),
]
DrumMap = Annotated[
    str | None,
    typer.Option(
        "--drum-map",
        metavar="NAME|TOML",
        help="general-midi, td-11, paper or a file of yours; else seen from the notes.",
    ),
]
DropFills = Annotated[bool, typer.Option("--drop-fills", help="Leave out files that are fills.")]
Epochs = Annotated[int | None, typer.Option("--epochs", metavar="N", min=1, help="At most so many; else the recipe's.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the run in DIR, to the same end.")]
Licence = Annotated[
    str, typer.Option("--licence", metavar="TEXT", help="Of the data; stands in the card of the space.")
]
Credit = Annotated[str, typer.Option("--credit", metavar="TEXT", help="Whom to thank for the data; the page shows it.")]

app = typer.Typer(
    name="clave",
    help="A drum instrument that you play as a map.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
learn = typer.Typer(no_args_is_help=True, help="Learn a space of your own from a folder.")
app.add_typer(learn, name="learn")
evaluate = typer.Typer(no_args_is_help=True, help="Measure a space on what it has not learned from.")
app.add_typer(evaluate, name="evaluate")


def main() -> None:
    """Run a command; what Clave refuses is one line on stderr and exit code 1."""
    try:
        app()
    except (ClaveError, OSError) as error:
        said = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
        print("clave: error:", " ".join(said.split()), file=sys.stderr)
        sys.exit(1)


@app.command()
def play(
    rhythm: RhythmFolder = None,
    sound: SoundFolder = None,
    home: Home = None,
    port: Port = DEFAULT_PORT,
    no_open: NoOpen = False,
) -> None:
    """Serve the instrument on 127.0.0.1 and open its page."""
    from clave.app import kit_library as shelf
    from clave.app import server
    from clave.rhythm import space

    if not server.page_is_built():
        print("clave: the page is not built; in a source checkout run scripts/play", file=sys.stderr)
    with closing(shelf.Shelf((home or shelf.home()) / shelf.FILE)) as kept:
        instrument = server.create_app(space.load_rhythm(rhythm), _sound(sound), shelf=kept)
        with server.listen(port) as on:  # a port is taken once there is something to play
            taken = int(on.getsockname()[1])
            if port not in (0, taken):
                print(f"Port {port} is taken; using {taken}.")
            url = f"http://127.0.0.1:{taken}/"
            print(f"Clave plays at {url}  (Ctrl-C stops it)", flush=True)
            if not no_open:
                threading.Thread(target=webbrowser.open, args=[url], daemon=True).start()
            server.serve(instrument, on)


@app.command()
def groove(
    at: At = None,
    from_: From = None,
    to: To = None,
    style: Style = None,
    section: Section = "beat",
    fill_every: FillEvery = 0,
    phrase: Phrase = 0,
    meter: MeterOption = "4/4",
    density: Density = None,
    variation: Variation = None,
    feel: Feel = None,
    shift: Shift = None,
    bars: Bars = 8,
    tempo: Tempo = 120.0,
    swing: Swing = 0.5,
    seed: Seed = 0,
    kit: KitOption = SPACE_KIT,
    stems: Stems = False,
    loop: Loop = False,
    on_grid: OnGrid = False,
    rhythm: RhythmFolder = None,
    sound: SoundFolder = None,
    home: Home = None,
    out: Out = Path(),
) -> None:
    """Write a groove without a page: groove.mid, groove.wav and groove.svg.

    Without a point, it travels between two points drawn by the seed, in the style if one is named. With variation, bars
    that stay at a point stray from it each in its own way; those of a journey stray alike, so that it is of one piece.
    A phrase stays at one point; it ends with a fill if its length is also that of --fill-every.
    """
    if at is not None and (from_ is not None or to is not None):
        raise typer.BadParameter("stay --at a point or travel --from one --to another, not both")
    if (from_ is None) != (to is None):
        raise typer.BadParameter("a journey needs both --from and --to")
    if phrase and (density is not None or section != "beat" or fill_every not in (0, phrase)):
        raise typer.BadParameter(
            f"a phrase knows no --density and no --section, and its fill is its last bar: --fill-every {phrase} or 0"
        )
    from clave.files import audio_file as wav
    from clave.files import midi
    from clave.music import pattern_svg as picture
    from clave.play.render import fitted, mix, render_stems
    from clave.play.sequencer import journey, section_of
    from clave.rhythm import space

    blend, shifts, time = _style(style), _amounts("--shift", shift or ""), _meter(meter)
    loaded = space.load_rhythm(rhythm)
    places = -(-bars // (phrase or 1))
    if at is not None:
        points, where = (at,) * places, _place(at)
    else:
        if from_ is None or to is None:
            from_, to = _two_points(loaded, blend, time, seed)
        points, where = journey(from_, to, places), f"from {_place(from_)} to {_place(to)}"
    strays = variation if variation is not None else PHRASE_VARIATION if phrase else 0.0
    patterns: list[Pattern] = []
    for place, point in enumerate(points):
        own_seed = seed + (place if at is not None else 0)
        if phrase:
            count = min(phrase, bars - len(patterns))
            patterns += loaded.phrase(point, count, blend, strays, fill_every > 0, own_seed, meter=time)
        else:
            part = section_of(place, fill_every, section)
            patterns += loaded.at([point], blend, part, strays, density, own_seed, meter=time)
    if feel is not None:
        patterns = [loaded.feel(bar, blend, feel, seed=seed + place) for place, bar in enumerate(patterns)]
    if shifts:
        patterns = [loaded.shifted(bar, shifts) for bar in patterns]
    sounds = _kit(kit, sound, home, seed)
    voices = fitted(render_stems(patterns, sounds, tempo_bpm=tempo, swing=swing, tail="wrap" if loop else "cut"))
    clip = mix(voices)

    out.mkdir(parents=True, exist_ok=True)
    length = "1 bar" if bars == 1 else f"{bars} bars"
    told = "".join(f", {word}" for word in (meter if meter != "4/4" else None, style) if word)
    print(f"{length} at {tempo:g} bpm, {where}{told}, seed {seed}")
    written = midi.write(out / "groove.mid", patterns, tempo_bpm=tempo, swing=swing, on_grid=on_grid)
    clamped = f", {written.clamped} moved to the beginning, which they came before" if written.clamped else ""
    print(f"{out / 'groove.mid'}: {written.strokes} strokes{clamped}")
    wav.write(out / "groove.wav", clip)
    print(f"{out / 'groove.wav'}: {clip.seconds:.2f} s, kit {sounds.name}")
    (out / "groove.svg").write_text(picture.svg(patterns), "utf-8")
    print(f"{out / 'groove.svg'}")
    if stems:
        (out / "stems").mkdir(exist_ok=True)
        for voice, stem in zip(VOICES, voices, strict=True):
            wav.write(out / "stems" / f"{voice.name.replace(' ', '-')}.wav", stem)
        print(f"{out / 'stems'}: one WAV a voice")


@app.command()
def kits(home: Home = None) -> None:
    """List the kits that are built in, and those that you keep."""
    from clave.app import kit_library as shelf
    from clave.sound import drum_synth as factory

    for each in factory.KITS:
        print(f"{each.name:10}{each.label}")
    kept_at = (home or shelf.home()) / shelf.FILE
    if kept_at.is_file():
        with closing(shelf.Shelf(kept_at)) as kept:
            for each in kept.kits():
                versions = "1 version" if each.versions == 1 else f"{each.versions} versions"
                print(f"{each.name:10}kept, {versions}, the last of {each.changed[:10]}")


@learn.command("rhythm")
def learn_rhythm(
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder for the space and its run.")],
    folder: MidiFolder = None,
    factory: FactoryGrooves = False,
    recipe: RecipeName = "rhythm",
    styles: Styles = "auto",
    drum_map: DrumMap = None,
    drop_fills: DropFills = False,
    epochs: Epochs = None,
    seed: Seed = 0,
    resume: Resume = False,
    licence: Licence = NOT_STATED,
    credit: Credit = "",
) -> None:
    """Learn a rhythm space from a folder of drum MIDI, from our own grooves, or from both.

    Says what was read and what was refused and why (also in report.json and index.parquet), trains, and leaves a space
    to play. Three bars that differ are the least; several files and some hundred bars are worth the while.
    """
    if folder is None and not factory:
        raise typer.BadParameter("there is nothing to learn from: name a folder of MIDI files, or say --factory")
    _needs_train("torch", "safetensors", "onnx", "pyarrow")
    from rich.progress import Progress

    from clave.files import midi
    from clave.rhythm import dataset as corpus
    from clave.training import checkpoint, recipes, rhythm_data, rhythm_run

    recipes.by_name(recipe, styles=0)  # a wrong name is told before all the reading
    if drum_map is not None:
        midi.load_drum_map(drum_map)  # and a wrong map once, not for every file
    if (out / checkpoint.CHECKPOINT).exists() and not resume:
        raise TrainingError(f"{out} already holds a run: go on with --resume or choose another folder")
    try:
        with Progress(*_columns()) as progress:
            reading = progress.add_task("reading", total=None)
            parts: list[corpus.Corpus] = []
            if folder is not None:
                parts.append(
                    corpus.scan(
                        folder,
                        corpus.Selection(drop_fills=drop_fills, drum_map=drum_map),
                        styles=styles,
                        licence="" if licence == NOT_STATED else licence,
                        progress=lambda done, files: progress.update(reading, completed=done, total=files),
                    )
                )
            if factory:
                takes = corpus.TAKES_BESIDE if parts else corpus.TAKES
                parts.append(corpus.from_factory(takes=takes, fills=0 if drop_fills else corpus.FILLS, seed=seed))
    except CorpusError as error:
        for line in _refusals(error.refused):
            print(line, file=sys.stderr)
        raise
    for part in parts:
        _tell(part.report)
    bars = parts[0] if len(parts) == 1 else corpus.joined(*parts)

    divided = rhythm_data.divide(bars, seed)
    sizes = (
        f"{len(divided.train)} bars to learn from, {len(divided.tuning)} to tune on, {len(divided.validation)} to score"
    )
    print(f"{sizes}; held out: {rhythm_data.HELD_OUT[divided.by]}")
    settings = replace(recipes.by_name(recipe, len(bars.styles)), seed=seed)
    settings = settings if epochs is None else replace(settings, epochs=epochs)
    if folder is None and licence == NOT_STATED:
        licence = corpus.LICENCE
    run = rhythm_run.learn_rhythm(bars, settings, out, card={"licence": licence, "credit": credit}, resume=resume)
    _train(run, settings.epochs, "nats a bar", out)
    print(f"{out}: a rhythm space; play it with: clave play --rhythm {out}")


@learn.command("sound")
def learn_sound(
    folder: SoundsFolder,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder for the space and its run.")],
    recipe: SoundRecipeName = "sound",
    listing: Listing = None,
    variants: Variants = None,
    limit: Limit = None,
    factory_drums: FactoryDrums = 0,
    epochs: Epochs = None,
    seed: Seed = 0,
    resume: Resume = False,
    licence: Licence = NOT_STATED,
    credit: Credit = "",
) -> None:
    """Learn a sound space from a folder of drum one-shots.

    Says what was read and what was refused and why (also in report.json), trains, and leaves a space to play. Voices
    come from the names of files and folders or a list; sounds whose names say nothing are listened to. Kits are never
    parted: three that share no sound are the least, or as many sounds of a single kit.
    """
    _needs_train("torch", "safetensors", "onnx")
    from rich.progress import Progress

    from clave.sound import dataset as sounds
    from clave.training import checkpoint, recipes, sound_run
    from clave.training.models import sound_vae

    if (out / checkpoint.CHECKPOINT).exists() and not resume:
        raise TrainingError(f"{out} already holds a run: go on with --resume or choose another folder")
    settings = replace(recipes.sound_by_name(recipe), seed=seed)
    model = settings.model
    assert isinstance(model, sound_vae.OneShotConfig)
    settings = settings if epochs is None else replace(settings, epochs=epochs)
    try:
        with Progress(*_columns()) as progress:
            reading = progress.add_task("reading", total=None)
            found = sounds.scan(
                folder,
                listing,
                variants=model.variants if variants is None else variants,
                spectrum=model.spectrum(),
                progress=lambda done, files: progress.update(reading, completed=done, total=files),
            )
            if factory_drums:
                making = progress.add_task("making")
                made = sounds.made(
                    factory_drums,
                    seed,
                    spectrum=model.spectrum(),
                    progress=lambda done, drums: progress.update(making, completed=done, total=drums),
                )
                found = sounds.joined(found, made)
    except CorpusError as error:
        for line in _refusals(error.refused):
            print(line, file=sys.stderr)
        raise
    _tell_sounds(found.report)
    card = {"licence": licence, "credit": credit}
    run = sound_run.learn_sound(found, settings, out, card=card, limit=limit, resume=resume)
    _train(run, settings.epochs, model.unit, out)
    print(f"{out}: a sound space; play it with: clave groove --kit space --sound {out}")


@learn.command("voices")
def learn_voices(
    folder: SoundsFolder,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder for the network and its card.")],
    listing: Listing = None,
    factory_drums: FactoryDrums = 0,
    seed: Seed = 0,
) -> None:
    """Learn to tell the voice of a drum by listening, as `learn sound` does where names say nothing.

    Five networks are trained: four leave out a fourth of the sources each, which says how sure the fifth may be.
    """
    _needs_train("torch", "onnx")
    from rich.progress import Progress

    from clave.training import voice_classifier_run
    from clave.training.voice_classifier_data import ExampleCounts

    with Progress(*_columns()) as progress:
        task = progress.add_task("reading", total=None)
        found = voice_classifier_run.learn_voices(
            folder,
            out,
            listing,
            counts=ExampleCounts(factory_drums=factory_drums),
            seed=seed,
            on_progress=lambda what, done, of: progress.update(task, description=what, completed=done, total=of),
        )
    print(
        f"{out}: right for {found.accuracy:.0%} of sounds of unheard sources; {found.sure:.0%} are sure guesses "
        f"(at {found.threshold:.0%} and more), of which {voice_classifier_run.MIN_ACCURACY:.0%} are right"
    )


@evaluate.command("rhythm")
def evaluate_rhythm(
    places: RhythmAndFolder,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder for the table, made if missing.")],
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
    _needs_train("torch", "matplotlib")
    from rich.progress import Progress, TaskID

    from clave.evaluation.rhythm import beats, evaluate, report
    from clave.rhythm import dataset as corpus
    from clave.rhythm import space

    folder = places[-1]
    ours = len(places) == 1 and not (folder / "config.json").is_file()
    measured = space.load_rhythm(None if ours else places[0])
    learned_with = int(measured.card.get("seed", 0))
    with Progress(*_columns()) as progress:
        tasks: dict[str, TaskID] = {}

        def follow(what: str, done: int, whole: int) -> None:
            task = tasks[what] if what in tasks else tasks.setdefault(what, progress.add_task(what))
            progress.update(task, completed=done, total=whole)

        if (folder / corpus.BARS_FILE).is_file():
            bars = corpus.Corpus.load(folder)
        else:
            bars = corpus.scan(folder, styles=styles, progress=lambda done, files: follow("reading", done, files))
        if factory:
            bars = corpus.joined(bars, corpus.from_factory(seed=learned_with))
        data = beats.evaluation_data(bars, learned_with)
        result = evaluate.evaluate(
            measured, data, sample_count=samples, with_baselines=not no_peers, seed=seed, on_progress=follow
        )
    paths = report.write(result, out, measured, data)
    print(paths[0].read_text(encoding="utf-8"))
    for path in paths:
        print(path)


@evaluate.command("sound")
def evaluate_sound(
    places: SpaceAndFolder,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder for the table, made if missing.")],
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
    _needs_train("torch", "matplotlib")
    from rich.progress import Progress, TaskID

    from clave.evaluation.sound import evaluate, report
    from clave.sound.space import load_sound

    spaces = [load_sound(None if len(places) == 1 else places[0]), *map(load_sound, beside or [])]
    with Progress(*_columns()) as progress:
        tasks: dict[str, TaskID] = {}

        def follow(what: str, done: int, whole: int) -> None:
            task = tasks[what] if what in tasks else tasks.setdefault(what, progress.add_task(what))
            progress.update(task, completed=done, total=whole)

        result = evaluate.evaluate(
            spaces, places[-1], listing,
            sample_count=draws, max_reconstructed=sounds, seed=seed, on_progress=follow,
        )  # fmt: skip
    paths = report.write(result, out)
    print(paths[0].read_text(encoding="utf-8"))
    for path in paths:
        print(path)


@app.command()
def figures(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A folder that `clave learn` has filled.")],
) -> None:
    """Draw the paper's figures for a training run, as PNGs in RUN/figures."""
    _needs_train("matplotlib")
    from clave.evaluation import rhythm_figures, sound_figures

    drawing = sound_figures if sound_figures.is_sound_run(run) else rhythm_figures
    for path in drawing.draw(run):
        print(path)


def _columns() -> "tuple[ProgressColumn, ...]":
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    return TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()


def _train(run: "Iterable[Epoch]", epochs: int, unit: str, out: Path) -> None:
    """Follow a run to its end; Ctrl-C leaves it where it can go on."""
    from rich.progress import Progress

    try:
        with Progress(*_columns()) as progress:
            training = progress.add_task("training", total=epochs)
            for epoch in run:
                kept = ", the best so far" if epoch.best else ""
                progress.print(
                    f"epoch {epoch.number}: {epoch.train['total']:.2f} {unit}, held out "
                    f"{epoch.tuning['total']:.2f}{kept} ({epoch.seconds:.1f} s)",
                    highlight=False,
                )
                progress.update(training, completed=epoch.number)
    except KeyboardInterrupt:
        print(f"clave: stopped; the same command with --resume goes on from {out}", file=sys.stderr)
        sys.exit(130)


def _needs_train(*packages: str) -> None:
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise MissingExtraError(
            f"{', '.join(missing)} missing: this needs the extra `train`, pip install 'clave[train]'"
        )


def _refusals(refused: Mapping[str, str]) -> list[str]:
    """A line for each file that was refused, with the reason."""
    return [f"  refused: {file}: {' '.join(reason.split())}" for file, reason in refused.items()]


def _tell(report: "CorpusReport") -> None:
    """What a folder held, or what the factory gave, for a person."""
    what = "MIDI files" if report.drum_maps else "takes"
    print(f"{report.folder}: {report.files} {what}, {report.files_read} read, {len(report.refused)} refused")
    _tell_refused(report.refused)
    rows = {
        "bars": {"kept": report.bars, **report.dropped_bars, "the same as an earlier one": report.duplicate_bars},
        "meters": report.meters,
        f"styles, from {report.styles_from}": {**report.styles, "without one": report.without_style},
        "sections": report.sections,
        "strokes": {**report.strokes, "moved": report.strokes_moved, "merged": report.strokes_merged},
        "drum maps": report.drum_maps,
        "notes not in the map": report.notes_not_in_map,
        "remarks": report.remarks,
    }
    _tell_counts(rows)


def _tell_sounds(report: "SoundReport") -> None:
    """The same for one-shots."""
    print(f"{report.folder}: {report.files} sound files, {report.sounds} kept, {len(report.refused)} refused")
    _tell_refused(report.refused)
    _tell_counts(
        {
            f"voices, from {report.voices_from}": report.voices,
            "of these by listening": Counter(str(each["voice"]) for each in report.guessed.values()),
            "left out": {"copies of others": report.copies},
            "groups": {"of kits that share no sound": report.groups},
            "remarks": report.remarks,
        }
    )
    for file, guess in list(report.guessed.items())[:REFUSED_SHOWN]:
        print(f"  by listening: {file}: {guess['voice']} at {guess['confidence']:.0%}")
    if len(report.guessed) > REFUSED_SHOWN:
        print(f"  ... and {len(report.guessed) - REFUSED_SHOWN} more, in report.json")


def _tell_refused(refused: "Mapping[str, str]") -> None:
    for line in _refusals(refused)[:REFUSED_SHOWN]:
        print(line)
    if len(refused) > REFUSED_SHOWN:
        print(f"  ... and {len(refused) - REFUSED_SHOWN} more, in report.json")


def _tell_counts(rows: "Mapping[str, Mapping[str, int] | Mapping[int, int]]") -> None:
    for name, counts in rows.items():
        told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        if told:
            print(f"  {name}: {told}")


def _style(text: str | None) -> "str | dict[str, float] | None":
    """A style by its name, or a blend of several: `funk=0.7,samba=0.3`."""
    return _amounts("--style", text) if text and "=" in text else text


def _amounts(option: str, text: str) -> dict[str, float]:
    """Numbers by name, from `density=1,swing=-0.5`."""
    found: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        told = re.fullmatch(r"\s*(\S.*?)\s*=\s*([+-]?(\d+\.?\d*|\.\d+))\s*", part)
        if told is None:
            raise typer.BadParameter(f"{option} is NAME=NUMBER, with commas between several, got {part!r} in {text!r}")
        if told[1] in found:
            raise typer.BadParameter(f"{option} says each name once, got {told[1]!r} twice in {text!r}")
        found[told[1]] = float(told[2])
    return found


def _meter(text: str) -> "Meter":
    told = re.fullmatch(r"(\d{1,3})/(\d{1,3})", text)
    if told is None:
        raise typer.BadParameter(f"--meter is a time signature such as 6/8, got {text!r}")
    return int(told[1]), int(told[2])


def _two_points(
    rhythm: "RhythmSpace", style: "str | Mapping[str, float] | None", meter: "Meter", seed: int
) -> tuple[Point, Point]:
    """Two bars of the corpus, where a journey begins and ends: of this style, or blend, if one is named.

    They are of this meter where the corpus has such bars of the style.
    """
    corpus = rhythm.corpus
    share = dict(zip(rhythm.styles, map(float, rhythm.weights(style)), strict=True))  # names the styles there are
    weight = np.array([1.0 if style is None else share.get(name, 0) for name in corpus.styles])
    if style is not None:
        bars = Counter(corpus.styles)
        weight /= [bars[name] for name in corpus.styles]
    if not weight.any():
        raise SpaceError(f"no bar of the corpus is labelled {style!r}: name a point by --at, or two by --from and --to")
    in_meter = weight * [each == meter for each in corpus.meters]
    weight = in_meter if in_meter.any() else weight
    first, last = np.random.default_rng(seed).choice(len(corpus), 2, p=weight / weight.sum())
    return _point(corpus.map[first]), _point(corpus.map[last])


def _point(row: ArrayLike) -> Point:
    x, y = np.asarray(row, np.float64)
    return float(x), float(y)


def _sound(which: str | None) -> "SoundSpace | None":
    """The sound space in this folder, the one that ships, or none."""
    from clave.sound import space as sound_space

    return None if which == NO_SOUND else sound_space.load_sound(which)


def _kit(which: str, sound: str | None, home: Path | None, seed: int) -> "Kit":
    """A built-in kit by name, a folder of WAVs, a kept kit by name, one in a JSON file, or one that the seed draws."""
    from clave.files import audio_file as wav
    from clave.sound import drum_synth as factory
    from clave.sound import voice_classifier as voices

    built_in, a_folder = which in {each.name for each in factory.KITS}, Path(which).is_dir()
    if (built_in or a_folder) and sound not in (None, NO_SOUND):
        raise typer.BadParameter(f"--sound goes with a kit that is decoded, got --kit {which}")
    if built_in:
        return factory.kit(which)
    if not a_folder or which == SPACE_KIT:
        return _made_kit(which, sound, home, seed)
    reading = wav.read_kit(which, missing=factory.kit(), listen=voices.sure)
    print(reading)
    return reading.kit


def _made_kit(which: str, sound: str | None, home: Path | None, seed: int) -> "Kit":
    """A kit whose sounds are decoded: drawn by the seed, kept under that name, or in a JSON file."""
    from clave.app import kit_library as shelf
    from clave.app.kit_builder import BUILT_IN, Workshop, read_kit_file

    kept_at = (home or shelf.home()) / shelf.FILE
    with closing(shelf.Shelf(kept_at if kept_at.is_file() else None)) as kept:
        if which == SPACE_KIT:
            workshop = Workshop(_sound(sound), BUILT_IN, kept)
            return workshop.kit(workshop.draw(seed), SPACE_KIT)
        found = read_kit_file(Path(which)) if Path(which).is_file() else kept.named(which)
        if found is None:
            names = ", ".join([SPACE_KIT, *(kit.name for kit in BUILT_IN), *(kit.name for kit in kept.kits())])
            raise KitError(f"no kit {which!r}, nor a folder or file of that name; there are: {names}")
        return Workshop(_sound(sound), BUILT_IN, kept).kit(found.voices, found.name)


def _place(point: Point) -> str:
    return f"({point[0]:.2f}, {point[1]:.2f})"
