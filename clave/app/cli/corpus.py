"""`clave corpus`: data sets that are kept, to learn from again and again."""

import typer

app = typer.Typer(no_args_is_help=True, help="Make and fetch data sets to learn from.")


@app.callback()
def corpus() -> None:
    """Make and fetch data sets to learn from."""
