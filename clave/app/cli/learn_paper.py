"""`clave learn rhythm --recipe paper --experiment`: the 2019 paper's own experiment, as a table."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import typer

from clave.app.cli.learn_report import ProgressForm, reporting, train
from clave.app.cli.reports import naming_refused_files
from clave.errors import TrainingError


def refuse(recipe: str, chosen: Sequence[str]) -> None:
    """A usage error for another recipe, and for options that an experiment does not take."""
    if recipe != "paper":
        raise typer.BadParameter(f"--experiment is the paper's own: say --recipe paper, got --recipe {recipe}")
    if chosen:
        raise typer.BadParameter(f"an experiment reads and trains as the paper did: leave out {', '.join(chosen)}")


def experiment(
    folder: Path | None,
    out: Path,
    *,
    epochs: int | None,
    seed: int,
    resume: bool,
    threads: int | None,
    form: ProgressForm,
) -> None:
    """Read the paper's data, train what is compared, print the table, and leave it beside the runs."""
    from clave.evaluation.rhythm import paper_experiment
    from clave.rhythm.dataset.paper_data import read_paper_data

    assert folder is not None, "without --factory, the command asks for a folder"
    if not resume and any((out / name).exists() for name in paper_experiment.RUNS):
        raise TrainingError(f"{out} already holds an experiment: go on with --resume or choose another folder")
    with reporting(form) as report:
        with naming_refused_files():
            data = read_paper_data(folder, partial(report.follow, "reading"))
        parts = paper_experiment.halves(data, seed)
        print(
            f"{len(data.bars)} bars, one a file, from {data.source}; {len(parts.distinct)} of them differ; "
            + "; ".join(f"{count} left out ({why})" for why, count in data.bars.report.dropped_bars.items())
        )
        train(
            lambda session: paper_experiment.learn(
                parts, out, seed=seed, epochs=epochs, resume=resume, session=session
            ),
            report, out, threads=threads,
        )  # fmt: skip
        result = paper_experiment.measure(parts, out, data.source, seed)
        paths = paper_experiment.write(result, out)
        print(paths[0].read_text("utf-8"))
        for path in paths:
            print(path)
        print(f"play the paper's map with: clave play --rhythm {out / paper_experiment.PAPER}")
