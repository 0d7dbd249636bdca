"""How often the voice classifier is right, on kits it has not learned from, with its threshold and without.

    python benchmarks/voice_classifier.py FOLDER [--tier B] [--model DIR] [--quick] [--json FILE]

FOLDER (or $CLAVE_DATA/oneshots) is a folder with manifest.csv: columns path, source, kit, voice and tier. Names play no
part here. "right" is without the threshold, "right where sure" with it.
"""

import csv
import time
from pathlib import Path

import numpy as np
from measuring import add_folder, options, print_table, write_json

from clave import wav
from clave.music.kit import VOICES
from clave.music.kit import voice as voice_of
from clave.sound import voice_classifier as classifier


def main() -> None:
    parser = options(__doc__)
    add_folder(parser, "oneshots")
    parser.add_argument("--tier", default="B")
    parser.add_argument("--model", type=Path, default=classifier.SHIPPED_VOICES)
    given = parser.parse_args()

    with (given.folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["tier"] == given.tier][:: 20 if given.quick else 1]
    clips = [wav.read(given.folder / row["path"]) for row in rows]
    began = time.perf_counter()
    guesses = classifier.guess(clips, given.model)
    each_ms = 1000 * (time.perf_counter() - began) / len(clips)

    truth = np.array([voice_of(row["voice"]).index for row in rows])
    said = np.array([guess.voice.index for guess in guesses])
    sure = np.array([guess.sure for guess in guesses])
    confidence = np.array([guess.confidence for guess in guesses])
    right = said == truth

    def share(of: np.ndarray, among: np.ndarray) -> float:
        return float(of[among].mean()) if among.any() else float("nan")

    there = [voice for voice in VOICES if (truth == voice.index).any()]
    lines = {
        voice.name: {
            "sounds": int((truth == voice.index).sum()),
            "right": share(right, truth == voice.index),
            "sure": share(sure, truth == voice.index),
            "right where sure": share(right, sure & (truth == voice.index)),
            "so called, sure, and right": share(right, sure & (said == voice.index)),
        }
        for voice in there
    }
    columns = ("right", "sure", "right where sure", "so called, sure, and right")
    lines["all"] = {
        "sounds": len(rows),
        "right": float(right.mean()),
        "sure": float(sure.mean()),
        "right where sure": share(right, sure),
        "so called, sure, and right": share(right, sure),
    }
    lines["voices counting alike"] = {
        "sounds": len(rows),
        **{column: float(np.nanmean([lines[voice.name][column] for voice in there])) for column in columns},
    }
    print(f"{len(rows)} sounds of tier {given.tier}, {each_ms:.1f} ms each\n")
    print_table(
        ("voice", "sounds", *columns),
        ((name, line["sounds"], *(f"{line[column]:.1%}" for column in columns)) for name, line in lines.items()),
    )
    print()
    bins = ((0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01))
    within = [(confidence >= low) & (confidence < high) for low, high in bins]
    print_table(
        ("confidence", "sounds", "right"),
        (
            (f"{low:.1f} to {min(high, 1):.1f}", among.sum(), f"{share(right, among):.1%}")
            for (low, high), among in zip(bins, within, strict=True)
        ),
    )
    print()
    print_table(
        ("is \\ called", *(voice.name for voice in VOICES)),
        ((voice.name, *np.bincount(said[truth == voice.index], minlength=len(VOICES))) for voice in there),
    )
    write_json({"milliseconds": each_ms, "voices": lines}, given.json)


if __name__ == "__main__":
    main()
