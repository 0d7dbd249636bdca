"""How many of the 2019 paper's activation matrices come out of its MIDI files bit for bit.

    python benchmarks/paper_matrices.py FOLDER [--quick] [--json FILE]

FOLDER (or $CLAVE_DATA/grooves/paper-1095) holds the authors' `midi/` and `matrices/`.
"""

from collections import Counter

import numpy as np
from measuring import add_folder, options, print_table, write_json

from clave import kit, midi
from clave.rhythm.dataset.paper_data import AUTHORS_ROWS

STEPS = 64
SAME = "the same, bit for bit"


def main() -> None:
    parser = options(__doc__)
    add_folder(parser, "grooves/paper-1095")
    given = parser.parse_args()
    folder = given.folder
    matrices = sorted((folder / "matrices").glob("*.npy"))[:: 20 if given.quick else 1]
    rows = [AUTHORS_ROWS.index(voice.name) for voice in kit.VOICES]
    files = {path.stem: path for path in (folder / "midi").iterdir()}
    outcome: Counter[str] = Counter()
    agree = ours_only = theirs_only = 0
    for matrix in matrices:
        theirs = np.load(matrix)[rows] > 0
        bars = midi.read(files[matrix.stem], drum_map="paper", grid="paper").patterns
        ours = np.concatenate([bar.hits for bar in bars], axis=1)[:, :STEPS]
        ours = np.pad(ours, ((0, 0), (0, STEPS - ours.shape[1])))
        outcome[explain(ours, theirs)] += 1
        agree += int((ours & theirs).sum())
        ours_only += int((ours & ~theirs).sum())
        theirs_only += int((theirs & ~ours).sum())

    total = outcome.total()
    cell_f1 = 2 * agree / (2 * agree + ours_only + theirs_only)
    print(f"{total} matrices, cell F1 {cell_f1:.4f}\n")
    print_table(
        ("outcome", "matrices", "share"),
        ((what, count, f"{count / total:.1%}") for what, count in outcome.most_common()),
    )
    write_json({"matrices": total, "same": outcome[SAME] / total, "cell_f1": cell_f1}, given.json)


def explain(ours: np.ndarray, theirs: np.ndarray) -> str:
    """What became of one matrix, in words."""
    if (ours == theirs).all():
        return SAME
    if not theirs.any():
        return "empty with the authors: the music starts after the first bar, where we begin"
    if not (theirs & ~ours).any():
        return "the authors lack strokes: music21 loses a note that follows another of its pitch too closely"
    if not (ours & ~theirs).any():
        return "we lack strokes"
    return "strokes of a swung file lie a step apart: music21 rounds once more, in floating point"


if __name__ == "__main__":
    main()
