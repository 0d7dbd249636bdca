"""A few files of one drummer fine-tune the shipped rhythm space: what is learned, what is kept, and how long it takes.

python benchmarks/small_data.py FOLDER             # FOLDER: Groove MIDI; five cases, some minutes of one core
python benchmarks/small_data.py FOLDER --scratch rhythm  # and the first learned from scratch instead
python benchmarks/small_data.py FOLDER --paper MIDI  # and 20 files of a folder that the space has never seen

Hit F1 by the map alone, each bar found on the map as `rhythm.locate` finds it. "own" are the files that are learned,
"other" more files of the same drummer, "old" what Groove MIDI holds out of other drummers. The shipped space has
learned the training part of Groove MIDI, so that the fair cases are the drummers' held-out files.
"""

import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from measuring import add_folder, options

from clave.rhythm import dataset
from clave.rhythm.dataset import Corpus
from clave.rhythm.space import SHIPPED_RHYTHM, RhythmSpace, load_rhythm
from clave.training import recipes
from clave.training.fine_tune import FineTuning
from clave.training.rhythm_fine_tuning import fine_tune_rhythm
from clave.training.rhythm_run import learn_rhythm
from clave.training.rhythm_verdict import map_f1
from clave.training.threads import use_threads

OTHER_FILES, OLD_BARS, SEED = 60, 1000, 0


@dataclass(frozen=True)
class Case:
    """Some files of one drummer; a `part` is one of Groove MIDI's own split."""

    drummer: str
    files: int
    part: str

    @property
    def name(self) -> str:
        """For a row of the table."""
        return f"{self.drummer}, {self.files} files, {self.part}"


CASES = (
    Case("drummer1", 20, "validation"),
    Case("drummer7", 5, "validation"),
    Case("drummer1", 5, "validation"),
    Case("drummer7", 20, "train"),
    Case("drummer3", 5, "train"),
)


def of_files(corpus: Corpus, files: Sequence[int]) -> Corpus:
    """The bars of these files."""
    return corpus.subset(np.isin(corpus.source, files))


def files_of(corpus: Corpus, case: Case) -> tuple[list[int], list[int]]:
    """Own and other files of a case, drawn by the seed."""
    found = [
        index
        for index, (source, part) in enumerate(zip(corpus.sources, corpus.splits, strict=True))
        if source.startswith(f"{case.drummer}/") and part == case.part
    ]
    order = [found[place] for place in np.random.default_rng(SEED).permutation(len(found))]
    return order[: case.files], order[case.files : case.files + OTHER_FILES]


def old_bars(corpus: Corpus, drummer: str) -> Corpus:
    """Some of what Groove MIDI holds out of other drummers."""
    files = [
        index
        for index, (source, part) in enumerate(zip(corpus.sources, corpus.splits, strict=True))
        if part not in ("train", "") and not source.startswith(f"{drummer}/")
    ]
    held_out = of_files(corpus, files)
    return held_out.subset(np.sort(np.random.default_rng(SEED).permutation(len(held_out))[:OLD_BARS]))


def measured(name: str, own: Corpus, other: Corpus, old: Corpus, *, steps: int) -> dict[str, Any]:
    """One row: hit F1 before and after, and what it cost."""
    shipped = load_rhythm()
    own = replace(own, splits=("",) * len(own.splits))  # a folder of one's own says nothing of a split
    with tempfile.TemporaryDirectory() as place:
        began, wall = time.process_time(), time.perf_counter()
        for _ in fine_tune_rhythm(own, SHIPPED_RHYTHM, Path(place) / "space", FineTuning(steps=steps)):
            pass
        cost = {"processor_s": time.process_time() - began, "wall_s": time.perf_counter() - wall}
        space = load_rhythm(Path(place) / "space")
        return {"case": name, "bars": len(own), **beside(space, shipped, own, other, old), **cost, **said(space)}


def beside(space: RhythmSpace, shipped: RhythmSpace, own: Corpus, other: Corpus, old: Corpus) -> dict[str, Any]:
    """Hit F1 by both maps."""
    parts = {"own": own.patterns, "other": other.patterns, "old": old.patterns}
    return {name: [map_f1(each, bars) for each in (shipped, space)] for name, bars in parts.items() if bars}


def said(space: RhythmSpace) -> dict[str, Any]:
    """The verdict of the run itself."""
    assert space.verdict is not None
    return {"playable": space.verdict.playable, "says": space.verdict.says}


def from_scratch(own: Corpus, other: Corpus, old: Corpus, recipe: str) -> dict[str, Any]:
    """The same files, learned by a recipe instead."""
    own = replace(own, splits=("",) * len(own.splits))
    with tempfile.TemporaryDirectory() as place:
        began, wall = time.process_time(), time.perf_counter()
        for _ in learn_rhythm(own, recipes.by_name(recipe, len(own.styles)), Path(place) / "space"):
            pass
        cost = {"processor_s": time.process_time() - began, "wall_s": time.perf_counter() - wall}
        space = load_rhythm(Path(place) / "space")
        rows = beside(space, load_rhythm(), own, other, old)
        return {"case": f"from scratch ({recipe})", "bars": len(own), **rows, **cost, **said(space)}


def main() -> None:
    """Print a row for each case, and write them as JSON."""
    parser = options(__doc__)
    add_folder(parser, "grooves/groove-midi")
    parser.add_argument("--scratch", metavar="RECIPE", help="learn the first case from scratch too, by this recipe")
    parser.add_argument("--paper", type=Path, metavar="MIDI", help="a folder of MIDI that the space has never seen")
    given = parser.parse_args()
    use_threads(1)
    steps = 30 if given.quick else FineTuning().steps
    corpus, rows = dataset.scan(Path(given.folder)), []

    def add(row: dict[str, Any]) -> None:
        rows.append(row)
        print(json.dumps(row), flush=True)
        if given.json:
            given.json.write_text(json.dumps(rows, indent=2) + "\n", "utf-8")

    for case in CASES[: 1 if given.quick else None]:
        own, other = (of_files(corpus, files) for files in files_of(corpus, case))
        add(measured(case.name, own, other, old_bars(corpus, case.drummer), steps=steps))
    if given.paper:
        unseen = dataset.scan(given.paper)
        order = np.random.default_rng(SEED).permutation(len(unseen.sources))
        own, other = (of_files(unseen, files.tolist()) for files in (order[:20], order[20 : 20 + OTHER_FILES]))
        add(measured("a folder never seen, 20 files", own, other, old_bars(corpus, ""), steps=steps))
    if given.scratch:
        own, other = (of_files(corpus, files) for files in files_of(corpus, CASES[0]))
        add(from_scratch(own, other, old_bars(corpus, CASES[0].drummer), given.scratch))


if __name__ == "__main__":
    main()
