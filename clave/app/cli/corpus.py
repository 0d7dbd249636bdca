"""`clave corpus`: data sets that are kept, to learn from again and again."""

import os
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from clave.app.cli.options import NOT_STATED, DropFills, DrumMap, Licence, Listing, Styles, Variants
from clave.app.cli.progress import following, require_packages
from clave.app.cli.reports import naming_refused_files, print_bars, print_sounds
from clave.errors import StorageError

if TYPE_CHECKING:
    from clave.files.sharded.workers import Pool

app = typer.Typer(no_args_is_help=True, help="Make and fetch data sets to learn from.")

CorpusFolder = Annotated[
    str,
    typer.Argument(metavar="FOLDER|URL", help="MIDI files or one-shots, in it and below: s3://, gs:// or a folder."),
]
CorpusOut = Annotated[
    str, typer.Option("-o", "--out", metavar="FOLDER|URL", help="Folder or bucket for the corpus; s3://, gs://.")
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", metavar="N", min=1, help="Processes that read files; else one a core.")
]
Cluster = Annotated[
    str | None,
    typer.Option("--cluster", metavar="tcp://HOST:PORT", help="Read on the workers of this Dask scheduler instead."),
]

Kind = Annotated[
    str | None,
    typer.Option("--kind", metavar="bars|sounds", help="What to keep of the folder; else what kind of files it holds."),
]


@app.callback()
def corpus() -> None:
    """Make and fetch data sets to learn from."""


@app.command()
def build(
    folder: CorpusFolder,
    out: CorpusOut,
    kind: Kind = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    styles: Styles = "auto",
    drum_map: DrumMap = None,
    drop_fills: DropFills = False,
    listing: Listing = None,
    variants: Variants = None,
    licence: Licence = NOT_STATED,
) -> None:
    """Build a corpus of bars or of one-shots as Parquet, or bring one up to date: only what has changed is read.

    A folder of MIDI files becomes a corpus of bars, a folder of sounds one of one-shots. A build that was stopped, even
    by kill -9, goes on where it was when the same command is given again; until its end the corpus stays as it was.
    """
    require_packages("pyarrow", "filelock")
    from clave.app import corpora

    pool = _pool(folder, out, jobs, cluster)
    stated = "" if licence == NOT_STATED else licence
    what = corpora.kind_to_build(folder, out, kind)
    of_bars = {"--styles": styles != "auto", "--drum-map": drum_map is not None, "--drop-fills": drop_fills}
    of_sounds = {"--list": listing is not None, "--variants": variants is not None}
    given = [name for name, said in (of_sounds if what == "bars" else of_bars).items() if said]
    if given:
        raise typer.BadParameter(f"{', '.join(given)} mean nothing for a corpus of {what}")
    if what == "sounds":
        from clave.sound.dataset import VARIANTS
        from clave.sound.dataset import build as build_sounds

        count = VARIANTS if variants is None else variants
        with naming_refused_files(), following() as follow:
            reading = partial(follow, "reading")
            sounds = build_sounds(folder, out, listing, variants=count, licence=stated, pool=pool, progress=reading)
        print_sounds(sounds)
        made, learned = f"{sounds.sounds} sounds", "sound"
    else:
        from clave.rhythm import dataset

        chosen = dataset.Selection(drop_fills=drop_fills, drum_map=drum_map)
        with naming_refused_files(), following() as follow:
            reading = partial(follow, "reading")
            bars = dataset.build(folder, out, chosen, styles=styles, licence=stated, pool=pool, progress=reading)
        print_bars(bars)
        made, learned = f"{bars.bars} bars", "rhythm"
    print(f"{out}: a corpus of {made}; learn from it with: clave learn {learned} {out} -o my-{learned}")


def _pool(folder: str, out: str, jobs: int | None, cluster: str | None) -> "Pool | None":
    """What reads the files: None for this process alone."""
    from clave.files.sharded import workers

    if cluster is not None and jobs is not None:
        raise typer.BadParameter("say either --jobs, for processes here, or --cluster")
    count = jobs or os.cpu_count() or 1
    pool = workers.cluster(cluster) if cluster else workers.processes(count) if count > 1 else None
    if pool is not None and not cluster and any(each.startswith("memory:") for each in (folder, out)):
        raise StorageError("memory:// is of this process alone: say --jobs 1")
    return pool
