"""`clave export`: files for other programs, in the formats of one table."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
    str,
    typer.Option(
        "--tail",
        metavar="cut|wrap|ring",
        help="End of a sound file: cut; wrapped into the beginning, a seamless loop; or ringing out.",
    ),
]
WhichModel = Annotated[str, typer.Argument(metavar="[rhythm|sound]", help="Which space.")]
ModelFormats = Annotated[str, typer.Option("--format", metavar="NAME", help="onnx.")]
SampleRate = Annotated[int, typer.Option("--rate", metavar="HZ", help="Of sound files: 44100 or 48000.")]
Layers = Annotated[
    int, typer.Option("--layers", metavar="N", help="Sounds of each voice for strokes of different strength, 1 to 4.")
]
Takes = Annotated[
    int, typer.Option("--takes", metavar="N", help="Of each sound, played in turn; 1 to 16, neighbours on its map.")
]


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
def export_groove(
    project: MaybeProject = None,
    formats: GrooveFormats = ["midi"],  # noqa: B006 -- typer copies it
    apart: Apart = "",
    on_grid: OnGrid = False,
    stems: Stems = False,
    tail: TailOption = "cut",
    rate: SampleRate = 44_100,
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
    rhythm: RhythmFolder = None,
    sound: SoundFolder = None,
    home: Home = None,
    out: Out = Path(),
) -> None:
    """Write what a project plays now, its scene, or a groove that these options make, as `clave groove` does.

    What a format cannot hold is written as near as it can, and said.
    """
    from clave.app.cli.performing import open_library, project_player
    from clave.play.groove_project import GrooveOptions
    from clave.play.project import load

    options = _write_options(stems, tail, on_grid, apart, rate)
    with closing(open_library(home)) as library:
        if project is not None:
            player = project_player(rhythm, sound, library, project)
            made = load(project).changed(song=())
        else:
            blend, time = style_or_blend(style), time_signature(meter)
            groove = GrooveOptions(
                points=() if at is None else (at,), bars=bars, style=blend, meter=time, fill_every=fill_every,
                variation=variation, tempo_bpm=tempo, swing=swing, seed=seed,
            )  # fmt: skip
            made, player = _groove(groove, rhythm, (kit, sound), library)
        _write(player, made, out, formats, options)


@app.command("song")
def export_song(
    project: ProjectFile,
    formats: GrooveFormats = ["midi"],  # noqa: B006 -- typer copies it
    apart: Apart = "",
    on_grid: OnGrid = False,
    stems: Stems = False,
    tail: TailOption = "ring",
    rate: SampleRate = 44_100,
    rhythm: RhythmFolder = None,
    sound: SoundFolder = None,
    home: Home = None,
    out: Out = Path(),
) -> None:
    """Write the whole song of a project: its scenes in their order, with their tempos and meters.

    What a format cannot hold is written as near as it can, and said.
    """
    from clave.app.cli.performing import open_library, project_player
    from clave.errors import ExportError
    from clave.play.project import load

    options = _write_options(stems, tail, on_grid, apart, rate)
    loaded = load(project)
    if not loaded.song:
        raise ExportError(f"{project} has no song, only a scene: `clave export groove {project}` writes that")
    with closing(open_library(home)) as library:
        _write(project_player(rhythm, sound, library, project), loaded, out, formats, options)


@app.command("model")
def export_model(
    which: WhichModel = "rhythm",
    rhythm: RhythmFolder = None,
    sound: SoundFolder = None,
    formats: ModelFormats = "onnx",
    out: Out = Path(),
) -> None:
    """Write a space as ONNX networks, with a README of their inputs, outputs and units and an example that runs."""
    from clave.errors import ExportError
    from clave.play.formats.model import write_rhythm_model, write_sound_model
    from clave.rhythm.space import load_rhythm
    from clave.sound.space import load_sound

    if formats != "onnx":
        raise ExportError(f"a model is written as onnx; got the format {formats!r}")
    if which not in ("rhythm", "sound"):
        raise ExportError(f"a model is rhythm or sound, got {which!r}")
    lines = (
        write_rhythm_model(load_rhythm(rhythm), out) if which == "rhythm" else write_sound_model(load_sound(sound), out)
    )
    print("\n".join(lines))


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


def _write_options(stems: bool, tail: str, on_grid: bool, apart: str, rate: int) -> "WriteOptions":
    """The same words as choices; ExportError for what is none of them."""
    from clave.play.formats.options import WriteOptions, apart_named, tail_named

    return WriteOptions(stems, tail_named(tail), on_grid, apart_named(apart), rate)


def _write(player: "Player", project: "Project", out: Path, formats: Sequence[str], options: "WriteOptions") -> None:
    """Perform a project, write it, and say what was written and lost."""
    from clave.play.formats import check_groove_formats, write_files

    check_groove_formats(formats)  # before it is performed
    performance = player.perform(project)
    count = len(performance.bars)
    print(f"{'1 bar' if count == 1 else f'{count} bars'}, {performance.seconds:.2f} s")
    for line in write_files(performance, out, options, tuple(formats)):
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
