"""`clave --version`."""

from typing import Annotated

import typer


def _print(wanted: bool) -> bool:
    if wanted:
        from clave import __version__

        typer.echo(f"clave {__version__}")
        raise typer.Exit
    return wanted


Version = Annotated[bool, typer.Option("--version", callback=_print, is_eager=True, help="Print the version.")]


def version(_version: Version = False) -> None:
    """A drum instrument that you play as a map."""
