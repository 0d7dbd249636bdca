"""`clave export`: files for other programs, in the formats of one table."""

from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clave.app.cli.option_groups import with_groups
from clave.app.cli.options import (
    SPACE_KIT,
    At,
    Bars,
    FillEvery,
    Home,
    KitCharacter,
    KitOption,
    MeterOption,
    OnGrid,
    Out,
    RhythmFolder,
    Seed,
    SoundFolder,
    Stems,
    Style,
    Swing,
    Tempo,
    Variation,
)
from clave.app.cli.values import amounts_by_name, style_or_blend, time_signature

if TYPE_CHECKING:
    from clave.app.cli.performing import Player
    from clave.app.kit_library import KitLibrary
    from clave.play.formats import WriteOptions
    from clave.play.groove_project import GrooveOptions
    from clave.play.project.document import Project

GROOVE_NAMES = ("midi", "wav", "svg", "flac", "dawproject", "strudel", "tidal", "h2song", "h2pattern")
KIT_NAMES = ("sfz", "decentsampler", "samples", "h2drumkit")
MODEL_NAMES = ("onnx", "torchscript")
"""The keys of the tables in `clave.play.formats`, which are loaded when a command runs; a test holds both equal."""

app = typer.Typer(no_args_is_help=True, help="Write files for other programs.")

ProjectFile = Annotated[
    Path,
    typer.Argument(metavar="PROJECT", exists=True, dir_okay=False, help="A project: a JSON file that Clave saved."),
]
MaybeProject = Annotated[
    Path | None,
    typer.Argument(
        metavar="[PROJECT]", exists=True, dir_okay=False, help="A saved project; without one, as the options say."
    ),
]
GrooveFormats = Annotated[
    list[str],
    typer.Option("--format", metavar="NAME", help=f"{', '.join(GROOVE_NAMES)}; again for more than one."),
]
KitFormats = Annotated[
    list[str],
    typer.Option("--format", metavar="NAME", help=f"{', '.join(KIT_NAMES)}; again for more than one."),
]
Apart = Annotated[str, typer.Option("--apart", metavar="bar|voice", help="A MIDI file for each bar or each voice.")]
TailOption = Annotated[
    str | None,
    typer.Option(
        "--tail",
        metavar="cut|wrap|ring",
        help="End of a sound file: cut, as a groove is; wrapped into the beginning, a seamless loop; or ringing out, "
        "as a song does.",
    ),
]
WhichModel = Annotated[str, typer.Argument(metavar="[rhythm|sound]", help="Which space.")]
ModelFormats = Annotated[str, typer.Option("--format", metavar="NAME", help=f"{' or '.join(MODEL_NAMES)}.")]
SampleRate = Annotated[int, typer.Option("--rate", metavar="HZ", help="Of sound files: 44100 or 48000.")]
Layers = Annotated[
    int, typer.Option("--layers", metavar="N", help="Sounds of each voice for strokes of different strength, 1 to 4.")
]
Takes = Annotated[
    int, typer.Option("--takes", metavar="N", help="Of each sound, played in turn; 1 to 16, neighbours on its map.")
]


@dataclass(frozen=True)
class Writing:
    """What a groove and a song are written with, and where."""

    formats: GrooveFormats = field(default_factory=lambda: ["midi"])
    apart: Apart = ""
    on_grid: OnGrid = False
    stems: Stems = False
    tail: TailOption = None
    rate: SampleRate = 44_100
    rhythm: RhythmFolder = None
    sound: SoundFolder = None
    home: Home = None
    out: Out = Path()

    def options(self, usual_tail: str) -> "WriteOptions":
        """The same words as choices; ExportError for what is none of them."""
        from clave.play.formats import check_groove_formats
        from clave.play.formats.options import WriteOptions, apart_named, tail_named

        check_groove_formats(self.formats)  # before anything is performed
        tail, apart = tail_named(self.tail or usual_tail), apart_named(self.apart)
        return WriteOptions(self.stems, tail, self.on_grid, apart, self.rate)


@app.command("kit")
def export_kit(
    project: MaybeProject = None,
    formats: KitFormats = ["sfz"],  # noqa: B006 -- typer copies it
    layers: Layers = 4,
    takes: Takes = 4,
    kit: KitOption = SPACE_KIT,
    kit_character: KitCharacter = None,
    seed: Seed = 0,
    sound: SoundFolder = None,
    home: Home = None,
    out: Out = Path(),
) -> None:
    """Write a kit for samplers: of each voice, sounds for several velocities and several takes, played in turn.

    The takes of a sound from a map are drawn around it by its space: a multisampled kit that was never recorded. Those
    of built-in kits and files are small changes of tune and decay.
    """
    from clave.app.cli.performing import Player, chosen_kit, open_library, print_remarks, project_player
    from clave.play.formats import KitOptions, check_kit_formats, write_kit
    from clave.play.kit_takes import sampled_kit
    from clave.play.project import Scene, load

    options = KitOptions(layers, takes)
    check_kit_formats(formats)  # before anything is decoded
    with closing(open_library(home)) as library:
        if project is None:
            chosen = chosen_kit(kit, sound, library, seed, amounts_by_name("--kit-character", kit_character or ""))
            scene, player = Scene(kit=chosen.kit), Player(None, chosen.space, library)
        else:
            scene, player = load(project).scene, project_player(None, sound, library, project)
        made, remarks = sampled_kit(scene, player.sound, options, player.find_file())
        print_remarks(remarks)
        for line in write_kit(made, out, tuple(formats)):
            print(line)


@app.command("groove")
@with_groups
def export_groove(
    project: MaybeProject = None,
    *,
    writing: Writing,
    at: At = None,
    style: Style = None,
    fill_every: FillEvery = 0,
    meter: MeterOption = "4/4",
    variation: Variation = None,
    bars: Bars = 8,
    tempo: Tempo = 120.0,
    swing: Swing = 0.5,
    kit: KitOption = SPACE_KIT,
    seed: Seed = 0,
) -> None:
    """Write what a project plays now, its scene, or a groove that these options make, as `clave groove` does.

    What a format cannot hold is approximated, and reported.
    """
    from clave.app.cli.performing import open_library, project_player
    from clave.play.groove_project import GrooveOptions
    from clave.play.project import load

    options = writing.options("cut")
    with closing(open_library(writing.home)) as library:
        if project is not None:
            player = project_player(writing.rhythm, writing.sound, library, project)
            made = load(project).changed(song=())
        else:
            blend, time = style_or_blend(style), time_signature(meter)
            groove = GrooveOptions(
                points=() if at is None else (at,), bars=bars, style=blend, meter=time, fill_every=fill_every,
                variation=variation, tempo_bpm=tempo, swing=swing, seed=seed,
            )  # fmt: skip
            made, player = _groove(groove, writing.rhythm, (kit, writing.sound), library)
        _write(player, made, writing, options)


@app.command("song")
@with_groups
def export_song(project: ProjectFile, *, writing: Writing) -> None:
    """Write the whole song of a project: its scenes in their order, with their tempos and meters.

    What a format cannot hold is approximated, and reported.
    """
    from clave.app.cli.performing import open_library, project_player
    from clave.errors import ExportError
    from clave.play.project import load

    options, loaded = writing.options("ring"), load(project)
    if not loaded.song:
        raise ExportError(f"{project} has no song, only a scene: `clave export groove {project}` writes that")
    with closing(open_library(writing.home)) as library:
        _write(project_player(writing.rhythm, writing.sound, library, project), loaded, writing, options)


@app.command("model")
def export_model(
    which: WhichModel = "rhythm",
    rhythm: RhythmFolder = None,
    sound: SoundFolder = None,
    formats: ModelFormats = "onnx",
    out: Out = Path(),
) -> None:
    """Write the networks of a space for other programs, with a README of inputs, outputs and units.

    onnx: with an example that runs. torchscript: an instrument for nn~ in Max, Pd and SuperCollider (extra `train`).
    """
    from clave.errors import ExportError

    if formats not in MODEL_NAMES:
        raise ExportError(f"a model is written as {' or '.join(MODEL_NAMES)}; got the format {formats!r}")
    if which not in ("rhythm", "sound"):
        raise ExportError(f"a model is rhythm or sound, got {which!r}")
    write = _write_onnx if formats == "onnx" else _write_torchscript
    print("\n".join(write(which, rhythm, sound, out)))


@app.command("page")
def export_page(
    project: MaybeProject = None,
    rhythm: RhythmFolder = None,
    sound: SoundFolder = None,
    out: Out = Path("page"),
) -> None:
    """Write the whole instrument as static files for any web host: it plays without a server, and offline.

    The page decodes bars itself; of sounds it has a grid of each map, and the built-in kits. A project is what it
    opens with. The folder is new, empty, or one that this command has written.
    """
    from clave.app.cli.performing import chosen_sound
    from clave.app.static_page import PageOptions, write_page
    from clave.play.project import load
    from clave.rhythm.space import load_rhythm

    options = PageOptions(project=None if project is None else load(project))
    for line in write_page(out, load_rhythm(rhythm), chosen_sound(sound), options, print):
        print(line)


def _write_onnx(which: str, rhythm: Path | None, sound: str | None, out: Path) -> list[str]:
    from clave.play.formats.model import write_rhythm_model, write_sound_model
    from clave.rhythm.space import load_rhythm
    from clave.sound.space import load_sound

    if which == "rhythm":
        return write_rhythm_model(load_rhythm(rhythm), out)
    return write_sound_model(load_sound(sound), out)


def _write_torchscript(which: str, rhythm: Path | None, sound: str | None, out: Path) -> list[str]:
    from clave.app.cli.progress import require_packages
    from clave.rhythm.space import SHIPPED_RHYTHM
    from clave.sound.space import SHIPPED_SOUND

    require_packages("torch", "safetensors")
    from clave.training.torchscript.export import write_rhythm_torchscript, write_sound_torchscript

    if which == "rhythm":
        return write_rhythm_torchscript(rhythm or SHIPPED_RHYTHM, out)
    return write_sound_torchscript(SHIPPED_SOUND if sound is None else Path(sound), out)


def _write(player: "Player", project: "Project", writing: Writing, options: "WriteOptions") -> None:
    """Perform a project, write it, and say what was written and lost."""
    from clave.play.formats import write_files

    performance = player.perform(project)
    count = len(performance.bars)
    print(f"{'1 bar' if count == 1 else f'{count} bars'}, {performance.seconds:.2f} s")
    for line in write_files(performance, writing.out, options, tuple(writing.formats)):
        print(line)


def _groove(
    options: "GrooveOptions", rhythm: Path | None, sounds: tuple[str, str | None], library: "KitLibrary"
) -> "tuple[Project, Player]":
    """The project that these options make, and what plays it; `sounds` is a kit and a sound space."""
    from clave.app.cli.groove import two_points
    from clave.app.cli.performing import Player, chosen_kit
    from clave.play.groove_project import groove_project
    from clave.rhythm import space

    loaded = space.load_rhythm(rhythm)
    if not options.points:
        points = two_points(loaded, options.style, options.meter, options.seed)
        options = replace(options, points=points)
    chosen = chosen_kit(sounds[0], sounds[1], library, options.seed)
    return groove_project(options, chosen.kit), Player(loaded, chosen.space, library)
