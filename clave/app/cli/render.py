"""`clave render`: a saved project as files."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from clave.app.cli.options import MAX_BARS, Home, Loop, OnGrid, Out, RhythmFolder, SoundFolder, Stems

ProjectFile = Annotated[Path, typer.Argument(metavar="PROJECT", help="A project: a JSON file that Clave saved.")]
BarCount = Annotated[
    int | None,
    typer.Option("--bars", metavar="N", min=1, max=MAX_BARS, help="How many bars; else as many as the project has."),
]


def render(
    project: ProjectFile,
    bars: BarCount = None,
    stems: Stems = False,
    loop: Loop = False,
    on_grid: OnGrid = False,
    rhythm: RhythmFolder = None,
    sound: SoundFolder = None,
    home: Home = None,
    out: Out = Path(),
) -> None:
    """Write a saved project, its song included, as groove.mid, groove.wav and groove.svg.

    A sound whose file is missing is silent, and a space other than the one it was made with plays in its place: both
    are reported.
    """
    from clave.app.cli.performing import open_library, project_player, write_performance
    from clave.play.formats import WriteOptions
    from clave.play.project import load

    loaded = load(project)
    with closing(open_library(home)) as library:
        performance = project_player(rhythm, sound, library, project).perform(loaded, bars)
        count = len(performance.bars)
        print(f"{project}: {'1 bar' if count == 1 else f'{count} bars'}, {performance.seconds:.2f} s")
        write_performance(performance, out, WriteOptions(stems=stems, tail="wrap" if loop else "cut", on_grid=on_grid))
