"""`clave corpus get` and `clave corpus list`: public data by name, its licence shown and accepted first."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clave.errors import DownloadError

if TYPE_CHECKING:
    from rich.progress import TaskID

    from clave.files.public_data.fetching import Progress
    from clave.files.public_data.recipe import Recipe

DataName = Annotated[
    str, typer.Argument(metavar="NAME|RECIPE.toml", help="One of `clave corpus list`, or a recipe of your own.")
]
DataOut = Annotated[
    Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder for the data; else one of its name, here.")
]
AcceptLicence = Annotated[
    bool, typer.Option("--accept-licence", help="Accept its licence without being asked: read it before.")
]
Again = Annotated[bool, typer.Option("--again", help="Fetch it anew, although it is there.")]


def get(name: DataName, out: DataOut = None, accept_licence: AcceptLicence = False, again: Again = False) -> None:
    """Fetch public data: shows its licence and what that allows, asks, downloads, checks and unpacks.

    A broken connection is gone on with, also by the same command later. Wrong bytes are refused and deleted. Needs the
    extra `corpus`.
    """
    from clave.files.public_data.fetching import fetch
    from clave.files.public_data.recipe import recipe

    found = recipe(name)
    _show(found)
    _accept(found, accept_licence)
    target = Path(found.name) if out is None else out
    with _following() as follow:
        fetched = fetch(found, target, again=again, progress=follow)
    if not fetched.unpacked:
        print(f"{target}: is there already; --again fetches it anew")
        return
    for file in fetched.unpinned:
        print(f"{file}: its hash is not pinned, so that the first download is trusted: {fetched.hashes[file]}")
    learn = "rhythm" if found.kind == "bars" else "sound"
    print(
        f"{target}: {fetched.unpacked:,} bytes unpacked; learn from it with: clave learn {learn} {target} -o my-{learn}"
    )


def list_recipes() -> None:
    """List the public data that `clave corpus get` knows, with licences and what they allow."""
    from clave.files.public_data.recipe import names, recipe

    for name in names():
        print(name)
        _show(recipe(name), "  ")


def _show(found: "Recipe", before: str = "") -> None:
    size = "not known" if found.size is None else f"{found.size:,} bytes"
    unpinned = [file.name for file in found.files if file.hash is None]
    lines = {
        "": found.title, "licence": f"{found.licence} ({found.licence_url})", "to learn from": found.train,
        "to give away what was learned": found.ship, "to give away the data": found.redistribute,
        "credit": found.citation, "from": found.homepage, "download": size,
        "hash": f"not pinned for {', '.join(unpinned)}" if unpinned else "pinned",
    }  # fmt: skip
    for what, text in lines.items():
        print(f"{before}{what}: {text}" if what else f"{before}{text}")


def _accept(found: "Recipe", accepted: bool) -> None:
    if accepted:
        return
    if not sys.stdin.isatty():
        raise DownloadError(f"{found.name} is fetched once its licence is accepted: read it, then add --accept-licence")
    typer.confirm("Do you accept this licence?", abort=True)


@contextmanager
def _following() -> "Generator[Progress]":
    """A bar for each file, with what has arrived of it."""
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    with Bars(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def follow(name: str, arrived: int, whole: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name)
            bars.update(tasks[name], completed=arrived, total=whole)

        yield follow
