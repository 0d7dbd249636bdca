"""`clave compare`: runs, spaces and evaluations side by side."""

from pathlib import Path
from typing import Annotated

import typer

from clave.app.cli.options import on_this_machine
from clave.app.cli.progress import require_packages


def _here(folder: Path | None) -> Path | None:
    return None if folder is None else on_this_machine(folder)


Runs = Annotated[
    list[Path],
    typer.Argument(metavar="RUN...", help="Folders of runs, spaces, evaluations or experiments, two and more."),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, with the settings that are alike too.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="As CSV, for a spreadsheet.")]
CompareOut = Annotated[
    Path | None,
    typer.Option(
        "-o", "--out", metavar="DIR", callback=_here,
        help="Write compare.md, compare.json and compare.csv there too.",
    ),
]  # fmt: skip


def compare(runs: Runs, as_json: AsJson = False, as_csv: AsCsv = False, out: CompareOut = None) -> None:
    """Compare training runs, spaces and evaluations: settings that differ, scores, parameters and seconds.

    A column each, read from the files that they left: nothing is computed. What cannot be read is named below.
    """
    if as_json and as_csv:
        raise typer.BadParameter("a table is printed as JSON or as CSV, not both")
    require_packages("torch", "safetensors")
    import json

    from clave.evaluation import compare as comparing
    from clave.evaluation import tables

    found = comparing.compare(runs)
    result, text, cells = comparing.to_dict(found), comparing.markdown(found), comparing.table(found)
    if as_json:
        print(json.dumps(result, indent=2))
    else:
        print(tables.csv_table(*cells) if as_csv else text, end="")
    if out is not None:
        for path in tables.write_table(out, "compare", text, result, *cells):
            print(path)
