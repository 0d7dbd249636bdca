"""Every option and argument of the commands, each declared once."""

from pathlib import Path
from typing import Annotated

import typer

from clave.music.units import MAX_SWING, MAX_TEMPO_BPM, MIN_SWING, MIN_TEMPO_BPM

DEFAULT_PORT = 8064  # eight voices, 64 steps
SPACE_KIT = "space"  # drawn from a sound space
NO_SOUND = "none"  # instead of a sound space
MAX_BARS = 1024
MAX_PHRASE = 64  # bars
PHRASE_VARIATION = 0.25  # enough to hear that its bars are not the same
NOT_STATED = "not stated"


def on_this_machine(folder: Path) -> Path:
    """The folder itself; an address such as s3://bucket is refused, where a path would make a folder named "s3:"."""
    from clave.files.sharded.place import is_address

    if is_address(folder):
        raise typer.BadParameter(
            f"this is written to a folder of this machine, got {folder}: write it here and copy it"
        )
    return folder


# Spaces, folders, the server
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
        "--port", metavar="N", min=0, max=65_535, help="Port of the page; if taken, the next free one; 0: any."
    ),
]
Host = Annotated[
    str | None,
    typer.Option(
        "--host",
        metavar="[ADDRESS]",
        help="Open it to the local network, at one address of this machine or at all, for whoever has its token.",
    ),
]
AllowOrigin = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-origin",
        metavar="URL",
        help="Let pages of this origin use the instrument too, as https://strudel.cc; give it again for more.",
        show_default=False,
    ),
]
OscHost = Annotated[
    str | None,
    typer.Option(
        "--osc-host",
        metavar="ADDRESS",
        help="Address that OSC comes in at, with --host; else that of --host. Other machines send the token first.",
    ),
]
Audio = Annotated[
    str | None,
    typer.Option("--audio", metavar="[NAME]", help="Sound here: a device by a part of its name, or the usual one."),
]
NoOpen = Annotated[bool, typer.Option("--no-open", help="Serve only, open no browser.")]
SamplesOption = Annotated[
    bool,
    typer.Option(
        "--samples", help="Give the sounds of the kit to Strudel: samples('http://localhost:8064') in its editor."
    ),
]
OscIn = Annotated[
    int | None,
    typer.Option("--osc-in", metavar="PORT", min=0, max=65_535, help="UDP port for OSC; 0: any free one."),
]
OscOut = Annotated[
    list[str] | None,
    typer.Option("--osc-out", metavar="HOST:PORT", help="Where changes are sent by OSC; again for more places."),
]
OscAhead = Annotated[
    float,
    typer.Option(
        "--osc-ahead",
        metavar="MS",
        min=0,
        max=100,
        help="Send strokes this long before their time, which their bundle names; 0: at their time.",
    ),
]
Link = Annotated[
    bool, typer.Option("--link", help="Join the Ableton Link session of this network; needs the extra `link`.")
]
Out = Annotated[
    Path,
    typer.Option(
        "-o", "--out", metavar="DIR", callback=on_this_machine, help="Folder for what is written; made if missing."
    ),
]
SpaceOut = Annotated[
    Path,
    typer.Option("-o", "--out", metavar="DIR", callback=on_this_machine, help="Folder for the space and its run."),
]
NetworkOut = Annotated[
    Path,
    typer.Option("-o", "--out", metavar="DIR", callback=on_this_machine, help="Folder for the network and its card."),
]
TableOut = Annotated[
    Path,
    typer.Option("-o", "--out", metavar="DIR", callback=on_this_machine, help="Folder for the table, made if missing."),
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A folder that `clave learn` has filled.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", min=0, max=2**32 - 1, help="Same seed, same result.")]

# A groove
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
        help=f"How far each bar varies from what is expected there; else 0, and {PHRASE_VARIATION} in a phrase.",
    ),
]
MeterOption = Annotated[
    str, typer.Option("--meter", metavar="N/UNIT", help="Time signature: 4/4, 3/4, 6/8, 5/4, 12/8, 9/8, 7/8, 5/8.")
]
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
        "--feel", metavar="0..1", min=0, max=1, help="How far strokes get the velocities and timing of the style."
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
KitCharacter = Annotated[
    str | None,
    typer.Option(
        "--kit-character",
        metavar="NAME=X,...",
        help="Move the whole kit that is drawn: brighter=1,older=-0.5,bigger=1; below 0 the opposite, in [-3, 3].",
    ),
]
SaveProject = Annotated[
    Path | None,
    typer.Option("--save", metavar="FILE", help="Also write what is played as a project, a JSON file to open again."),
]
Stems = Annotated[bool, typer.Option("--stems", help="Also write stems/, one WAV a voice.")]
Loop = Annotated[bool, typer.Option("--loop", help="Let the end ring into the beginning: a WAV that loops seamlessly.")]
OnGrid = Annotated[bool, typer.Option("--on-grid", help="MIDI strokes on their steps, without their feel.")]

# What to learn from
MidiFolder = Annotated[
    Path | None,
    typer.Argument(metavar="[FOLDER]", help="Drum MIDI files, in it and below; or a built corpus."),
]
FactoryGrooves = Annotated[
    bool, typer.Option("--factory", help="Our own grooves, of fifty styles: instead of a folder, or besides.")
]
PaperExperiment = Annotated[
    bool, typer.Option("--experiment", help="With --recipe paper: the paper's own experiment, as a table.")
]
SoundsFolder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Drum one-shots, in it and below; or a built corpus.")
]
SoundRecipeName = Annotated[
    str | None,
    typer.Option(
        "--recipe", metavar="NAME", help="Learn from scratch: sound, quick (to hear in minutes) or paper (as in 2019)."
    ),
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
    typer.Option("--factory", metavar="N", min=0, max=2000, help="Add N drums of each voice from our own synthesizer."),
]
# What to measure
SpaceAndFolder = Annotated[
    list[Path],
    typer.Argument(metavar="[SPACE] FOLDER", help="A sound space, else the one that ships; and a folder of one-shots."),
]
RhythmAndFolder = Annotated[
    list[Path],
    typer.Argument(metavar="[SPACE] FOLDER", help="A rhythm space, else the one that ships; and its run or its files."),
]
VerifiedModel = Annotated[
    str,
    typer.Argument(metavar="MODEL", help="The folder of a space or of a run; shipped: those that come with Clave."),
]
VerifiedData = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="FOLDER",
        help="What it was learned from: its run, or the MIDI files or one-shots.",
    ),
]  # fmt: skip
Samples = Annotated[
    int, typer.Option("--samples", metavar="N", min=2, max=20000, help="Bars from the prior; fewer are quicker.")
]
NoPeers = Annotated[bool, typer.Option("--no-peers", help="Train no other models for comparison: much quicker.")]
LearnedFactory = Annotated[
    bool, typer.Option("--factory", help="The space has learned from our own grooves too, besides the MIDI files.")
]
Beside = Annotated[
    list[Path] | None,
    typer.Option("--beside", metavar="SPACE", help="Another space to measure in the same run; again for more."),
]
Draws = Annotated[
    int, typer.Option("--draws", metavar="N", min=2, max=5000, help="Of each voice, from the prior; fewer are quicker.")
]
TestSounds = Annotated[
    int, typer.Option("--sounds", metavar="N", min=1, max=5000, help="Of each voice at most, encoded and decoded.")
]
# How to learn
RecipeName = Annotated[
    str | None,
    typer.Option(
        "--recipe",
        metavar="NAME",
        help="Learn from scratch: rhythm, quick (to hear in a minute) or paper (as in 2019).",
    ),
]
Styles = Annotated[
    str,
    typer.Option(
        "--styles", metavar="WHERE", help="Where styles are: info.csv, folder, name, none, auto, or a CSV file,style."
    ),
]
DrumMap = Annotated[
    str | None,
    typer.Option(
        "--drum-map",
        metavar="NAME|TOML",
        help="general-midi, td-11, paper, ezdrummer, bfd ... or a file of yours; else detected from the notes.",
    ),
]
DropFills = Annotated[bool, typer.Option("--drop-fills", help="Leave out files that are fills.")]
Epochs = Annotated[
    int | None,
    typer.Option("--epochs", metavar="N", min=1, help="How many; else the recipe's. In fine-tuning, 100 steps each."),
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the run in DIR, to the same end or another.")]
AnyFolder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Drum MIDI files, drum sounds or both, in it and in folders below.")
]
SpacesOut = Annotated[
    Path | None,
    typer.Option(
        "-o", "--out", metavar="DIR", help="Folder for the spaces: DIR/rhythm and DIR/sound; else FOLDER-space here."
    ),
]
Look = Annotated[bool, typer.Option("--look", help="Only say what is found and what would be used; train nothing.")]
AnyRecipe = Annotated[
    str, typer.Option("--recipe", metavar="NAME", help="What is learned from scratch: full, or quick (some minutes).")
]
Minutes = Annotated[
    float | None,
    typer.Option(
        "--minutes", metavar="N", min=0.01, help="Train at most this long; the epochs of a new run are fitted to it."
    ),
]
StartFrom = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="shipped|scratch|SPACE",
        help="Fine-tune the shipped space, or one of yours, or learn from scratch; auto: shipped where data are few.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option("--threads", metavar="N", min=1, max=1024, help="How many; else 1, which is mostly the fastest."),
]
Device = Annotated[
    str,
    typer.Option(
        "--device", metavar="NAME", help="To train on: auto (a GPU where there is one), cpu, cuda, or cuda:1 and so on."
    ),
]
PrecisionName = Annotated[
    str, typer.Option("--precision", metavar="NAME", help="To train in: float32, or bf16 on a GPU that is made for it.")
]
Accumulate = Annotated[
    int,
    typer.Option("--accumulate", metavar="N", min=1, max=4096, help="Compute a batch in N parts, to the same weights."),
]
ProgressOption = Annotated[
    str,
    typer.Option("--progress", metavar="bars|json", help="json: a JSON object a line, for a program."),
]
Licence = Annotated[
    str, typer.Option("--licence", metavar="TEXT", help="Licence of the data, for the card of the space.")
]
Credit = Annotated[str, typer.Option("--credit", metavar="TEXT", help="Whom to thank for the data; the page shows it.")]
