"""`clave corpus`: data sets that are kept, to learn from again and again."""

import os
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from clave.app.cli.options import NOT_STATED, DropFills, DrumMap, Licence, Styles
from clave.app.cli.progress import following, require_packages
from clave.app.cli.reports import naming_refused_files, print_bars
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


@app.callback()
def corpus() -> None:
    """Make and fetch data sets to learn from."""


@app.command()
def build(
    folder: CorpusFolder,
    out: CorpusOut,
    jobs: Jobs = None,
    cluster: Cluster = None,
    styles: Styles = "auto",
    drum_map: DrumMap = None,
    drop_fills: DropFills = False,
    licence: Licence = NOT_STATED,
) -> None:
    """Build a corpus of bars or of one-shots as Parquet, or bring one up to date: only what has changed is read.

    A folder of MIDI files becomes a corpus of bars, a folder of sounds one of one-shots. A build that was stopped, even
    by kill -9, goes on where it was when the same command is given again; until its end the corpus stays as it was.
    """
    require_packages("pyarrow", "filelock")
    from clave.files.sharded import workers

    if cluster is not None and jobs is not None:
        raise typer.BadParameter("say either --jobs, for processes here, or --cluster")
    count = jobs or os.cpu_count() or 1
    pool = workers.cluster(cluster) if cluster else workers.processes(count) if count > 1 else None
    if pool is not None and not cluster and any(each.startswith("memory:") for each in (folder, out)):
        raise StorageError("memory:// is of this process alone: say --jobs 1")
    stated = "" if licence == NOT_STATED else licence
    _build_bars(folder, out, styles=styles, drum_map=drum_map, drop_fills=drop_fills, licence=stated, pool=pool)


def _build_bars(
    folder: str, out: str, *, styles: str, drum_map: str | None, drop_fills: bool, licence: str, pool: "Pool | None"
) -> None:
    from clave.rhythm import dataset

    selection = dataset.Selection(drop_fills=drop_fills, drum_map=drum_map)
    with naming_refused_files(), following() as follow:
        report = dataset.build(
            folder, out, selection, styles=styles, licence=licence, pool=pool, progress=partial(follow, "reading")
        )
    print_bars(report)
    print(f"{out}: a corpus of {report.bars} bars; learn from it with: clave learn rhythm {out} -o my-rhythm")
