"""How good the shipped rhythm space is on unseen bars: what the README shows of `clave evaluate rhythm`.

    python benchmarks/rhythm_quality.py FOLDER [--quick] [--json FILE]

FOLDER (or $CLAVE_DATA/grooves/groove-midi) is the Groove MIDI data set. All peers learn in the same run from the same
bars, which takes about half an hour on one core; `--quick` takes every 40th file, and its numbers mean nothing. The
numbers are those of the official validation split.
"""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from measuring import add_folder, options, print_table, write_json

from clave import corpus

SHIPPED = Path(__file__).parents[1] / "clave" / "weights" / "rhythm"
SPLIT = "validation"


def main() -> None:
    parser = options(__doc__)
    add_folder(parser, "grooves/groove-midi")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        bars, out = Path(scratch, "bars"), Path(scratch, "table")
        folder = part_of(given.folder, Path(scratch, "part"), every=40) if given.quick else given.folder
        learned_from(folder, beside_ours=not given.quick).save(bars)
        command = [sys.executable, "-m", "clave", "evaluate", "rhythm", str(SHIPPED), str(bars), "-o", str(out)]
        subprocess.run(command + ["--samples", "40"] * given.quick, check=True)
        numbers = numbers_of(json.loads((out / "evaluation.json").read_text("utf-8")))
    print_table(("number", "value"), ((name, f"{value:.4g}") for name, value in numbers.items()))
    write_json(numbers, given.json)


def learned_from(folder: Path, *, beside_ours: bool) -> corpus.Corpus:
    """The bars of the shipped space: this data set, and as many of our own as `learn` adds to a folder."""
    bars = corpus.scan(folder)
    return corpus.joined(bars, corpus.from_factory(takes=corpus.TAKES_BESIDE)) if beside_ours else bars


def part_of(folder: Path, part: Path, every: int) -> Path:
    """A folder that looks like the data set, with every so-manieth file of it."""
    part.mkdir()
    with (folder / "info.csv").open(newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        rows = list(table)[::every]
    for row in rows:
        link = part / row["midi_filename"]
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to((folder / row["midi_filename"]).resolve())
    with (part / "info.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, table.fieldnames or ())
        writer.writeheader()
        writer.writerows(rows)
    return part


def numbers_of(table: dict[str, Any]) -> dict[str, float]:
    """What the README shows of an evaluation.json."""
    split, name = table["splits"][SPLIT], table["space"]
    hits, likelihood = split["hits"], {row: values["nats"] for row, values in split["likelihood"].items()}
    styled = {row: values["hits and dynamics"] for row, values in split["style_condition"].items()}
    dynamics = split["dynamics"][f"{name}, encoded and decoded"]
    return {
        "map_f1": hits[f"{name}, map alone"]["f1"],
        "map_f1_noisy": hits[f"{name}, map alone"]["noisy"],
        "rhythmvae_f1": hits["RhythmVAE's network, by its encoder"]["f1"],
        "rhythmvae_searched_f1": hits["RhythmVAE's network, by search"]["f1"],
        "paper_f1": hits["the paper's model, by its encoder"]["f1"],
        "paper_searched_f1": hits["the paper's model, by search"]["f1"],
        "whole_f1": hits[f"{name}, map + detail"]["f1"],
        "whole_numbers": hits[f"{name}, map + detail"]["numbers"],
        "pca64_f1": hits["PCA 64"]["f1"],
        "plain32_f1": hits["plain VAE, 32-D, beta 0.1"]["f1"],
        "nats": likelihood[name],
        "gru_nats": likelihood["GRU, step by step"],
        "paper_nats": likelihood["the paper's model"],
        "plain32_nats": likelihood["plain VAE, 32-D, beta 0.1"],
        "style": styled[f"{name}, with a style"],
        "style_real": styled["real, held out"],
        "style_without": styled[f"{name}, without a style"],
        "velocity_gain": dynamics["velocity_gain"],
        "offset_gain": dynamics["offset_gain"],
    }


if __name__ == "__main__":
    main()
