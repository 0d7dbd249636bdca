"""How often the ear tells the right voice, on kits it has not learned from, with its threshold and without.

    .venv/bin/python benchmarks/voices.py ONESHOTS [--tier B] [--model DIR] [--json FILE]

ONESHOTS is a folder with manifest.csv: columns path, source, kit, voice and tier. Names play no part here.
"right" is without the threshold, "right where sure" with it.
"""

import argparse
import csv
import json
import time
from pathlib import Path

import numpy as np

from clave import wav
from clave.music.kit import VOICES
from clave.music.kit import voice as voice_of
from clave.sound import voice_classifier as voices


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folder", type=Path)
    ask.add_argument("--tier", default="B")
    ask.add_argument("--model", type=Path, default=voices.SHIPPED_VOICES)
    ask.add_argument("--json", type=Path)
    given = ask.parse_args()

    with (given.folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["tier"] == given.tier]
    clips = [wav.read(given.folder / row["path"]) for row in rows]
    began = time.perf_counter()
    guesses = voices.guess(clips, given.model)
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
    print(f"| voice | sounds | {' | '.join(columns)} |")
    print("|---|---|" + "---|" * len(columns))
    for name, line in lines.items():
        print(f"| {name} | {line['sounds']} | " + " | ".join(f"{line[column]:.1%}" for column in columns) + " |")

    print("\n| confidence | sounds | right |\n|---|---|---|")
    for low, high in ((0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01)):
        among = (confidence >= low) & (confidence < high)
        print(f"| {low:.1f} to {min(high, 1):.1f} | {among.sum()} | {share(right, among):.1%} |")

    print(f"\n| is \\ called | {' | '.join(voice.name for voice in VOICES)} |\n|---|" + "---|" * len(VOICES))
    for voice in there:
        counts = np.bincount(said[truth == voice.index], minlength=len(VOICES))
        print(f"| {voice.name} | {' | '.join(map(str, counts))} |")
    if given.json:
        given.json.write_text(json.dumps({"milliseconds": each_ms, "voices": lines}, indent=2) + "\n")


if __name__ == "__main__":
    main()
