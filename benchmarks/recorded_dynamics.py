"""How recorded strokes differ from those that a rhythm space draws, measured again without learning the space again.

    python benchmarks/recorded_dynamics.py FOLDER [--space SPACE] [--write]

FOLDER (or $CLAVE_DATA/grooves/groove-midi) is the Groove MIDI data set, whose training part the space has learned.
`clave learn rhythm` measures the same at its end. `--write` stores it in the config.json of the space (the shipped
one), as is needed when another prior is put into it.
"""

import json
from pathlib import Path

from measuring import add_folder, options, print_table
from rhythm_quality import SHIPPED, learned_from

from clave.latent.space_folder import open_space
from clave.rhythm.recorded_dynamics import SETTING
from clave.rhythm.space import RhythmSpace
from clave.rhythm.space_format import RHYTHM_FORMAT
from clave.training import recorded_dynamics, rhythm_data

STEP_MS = 31.25  # of a step at 120 bpm


def main() -> None:
    parser = options(__doc__)
    add_folder(parser, "grooves/groove-midi")
    parser.add_argument("--space", type=Path, default=SHIPPED, metavar="SPACE")
    parser.add_argument("--write", action="store_true", help="store it in the space")
    given = parser.parse_args()
    files = open_space(given.space, RHYTHM_FORMAT)
    files.settings.pop(SETTING, None)
    bars = rhythm_data.divide(learned_from(given.folder, beside_ours=True)).train
    measured = recorded_dynamics.measure(RhythmSpace(files), rhythm_data.beats(rhythm_data.recorded(bars)))
    known = measured[SETTING]
    print_table(
        ("voice", "offsets vary by, ms", "velocity drawn -> recorded, at the 10th, 50th and 90th of 100"),
        (
            (
                name,
                f"{STEP_MS * std:.1f}",
                "; ".join(_at(known["velocity"].get(name), share) for share in (0.1, 0.5, 0.9)),
            )
            for name, std in known["offset_std"].items()
        ),
    )
    if given.write:
        path = given.space / "config.json"
        stored = json.loads(path.read_text("utf-8")) | measured
        path.write_text(json.dumps(stored, indent=2) + "\n", "utf-8")


def _at(curve: list[list[float]] | None, share: float) -> str:
    if curve is None:
        return ""
    drawn, recorded = (row[round(share * (len(row) - 1))] for row in curve)
    return f"{drawn:.2f} -> {recorded:.2f}"


if __name__ == "__main__":
    main()
