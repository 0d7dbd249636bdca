"""The command line. Each command loads what it needs when it runs, so that help and refusals come at once."""

import io
import sys

import typer

from clave.app.cli import (
    compare,
    corpus,
    corpus_get,
    corpus_index,
    drum_map,
    evaluate,
    export,
    figures,
    finding,
    groove,
    kits,
    learn,
    learn_folder,
    live,
    loop,
    play,
    render,
    verify,
    version,
)
from clave.app.cli.opening import Commands
from clave.errors import ClaveError

app = typer.Typer(
    name="clave",
    cls=Commands,
    help="A drum instrument that you play as a map.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.callback()(version.version)
app.command()(play.play)
app.command()(groove.groove)
app.command()(render.render)
app.command()(live.live)
app.command()(loop.loop)
app.command()(kits.kits)
app.command()(finding.where)
app.command()(finding.similar)
app.command()(figures.figures)
app.command()(compare.compare)
app.command("drum-map")(drum_map.drum_map)
app.add_typer(export.app, name="export")
app.add_typer(learn.app, name="learn")
app.command()(learn_folder.adapt)
app.add_typer(evaluate.app, name="evaluate")
app.command()(verify.verify)
corpus.app.command()(corpus_get.get)
corpus.app.command()(corpus_index.index)
corpus.app.command("list")(corpus_get.list_recipes)
app.add_typer(corpus.app, name="corpus")


def main() -> None:
    """Run a command; what Clave refuses is one line on stderr and exit code 1.

    A name whose bytes are no letters of UTF-8 is printed with escapes, wherever it is printed.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except (ClaveError, OSError) as error:
        text = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
        print("clave: error:", " ".join(text.split()), file=sys.stderr)
        sys.exit(1)
