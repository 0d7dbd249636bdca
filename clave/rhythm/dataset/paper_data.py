"""The data of the 2019 paper as its authors had them: one bar a file, by their matrices or read from MIDI as they did.

Their folder holds `midi/` and, if they are there, `matrices/`: a NumPy file of 8 x 64 for each MIDI file. Matrices go
first; without them the first bar of each MIDI file is read by the paper's drum map and truncating grid.
"""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from clave.errors import CorpusError
from clave.music.kit import VOICES
from clave.music.shapes import Bool, Float32
from clave.music.units import COMMON_TIME, METERS, steps_per_bar
from clave.rhythm.dataset.bar_table import Selection
from clave.rhythm.dataset.data_set import NO_STYLE, Corpus, CorpusReport, count_labels
from clave.rhythm.dataset.labels import label
from clave.rhythm.dataset.scanning import Progress, scan
from clave.rhythm.dataset.splitting import same_strokes

AUTHORS_ROWS = ("kick", "snare", "clap", "open hi-hat", "closed hi-hat", "tom", "cymbal", "other")
"""The voices of the authors' matrices, row by row."""
_OUR_ROWS = [AUTHORS_ROWS.index(voice.name) for voice in VOICES]
_SHAPE = (len(VOICES), steps_per_bar(COMMON_TIME))


class PaperData(NamedTuple):
    """One bar a file, in 4/4, all of them beats, and where they come from."""

    bars: Corpus
    source: str  # "the authors' matrices" or "MIDI files"


def read_paper_data(folder: Path, progress: Progress | None = None) -> PaperData:
    """The bars of this folder, repeats included; what has no strokes is left out and counted.

    Raises CorpusError for a folder without such bars, and for a matrix that is none, by name.
    """
    matrices = folder / "matrices"
    if matrices.is_dir():
        return PaperData(_from_matrices(matrices), "the authors' matrices")
    midi = folder / "midi"
    selection = Selection(drum_map="paper", grid="paper", first_bars=1, fewest_strokes=1)
    bars = scan(midi if midi.is_dir() else folder, selection, styles="name", progress=progress).in_meter(COMMON_TIME)
    if not len(bars):
        raise CorpusError(f"{folder}: no file begins with a bar of 4/4, and the paper knows no other meter")
    return PaperData(replace(bars, section=np.zeros_like(bars.section)), "MIDI files")


def without_repeats(bars: Corpus) -> Corpus:
    """The first of the bars that strike the same cells, whatever their velocities."""
    _, first = np.unique(same_strokes(bars), return_index=True)
    return bars.subset(np.sort(first))


def _from_matrices(folder: Path) -> Corpus:
    paths = sorted(folder.glob("*.npy"))
    if not paths:
        raise CorpusError(f"{folder}: no matrices (.npy files of 8 x 64)")
    every = np.stack([_matrix(path) for path in paths])
    struck = every.reshape(len(every), -1).max(axis=1)
    if not struck.any():
        raise CorpusError(f"{folder}: none of its {len(paths)} matrices has a stroke")
    names = [path.stem for path, kept in zip(paths, struck, strict=True) if kept]
    return _corpus(folder, names, every[struck].astype(np.float32), empty=int((~struck).sum()))


def _matrix(path: Path) -> Bool[np.ndarray, "8 64"]:
    """One of the authors' matrices, its rows in our order."""
    try:
        matrix = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise CorpusError(f"{path}: not a matrix that can be read ({error})") from error
    if getattr(matrix, "shape", None) != _SHAPE or matrix.dtype.kind not in "biuf":
        found = f"{matrix.dtype} {list(matrix.shape)}" if isinstance(matrix, np.ndarray) else "an archive"
        raise CorpusError(f"{path}: a matrix is {_SHAPE[0]} voices x {_SHAPE[1]} steps of 0 and 1, got {found}")
    if not np.isin(matrix, (0, 1)).all():
        raise CorpusError(f"{path}: a matrix holds 0 and 1 alone, got {matrix.min():g} to {matrix.max():g}")
    return matrix[_OUR_ROWS] > 0


def _corpus(folder: Path, names: list[str], velocity: Float32[np.ndarray, "bar 8 64"], empty: int) -> Corpus:
    facts = label(folder, names, "name")
    styles = tuple(sorted({name for name in facts.style if name}))
    count = len(names)
    style = np.array([styles.index(name) if name else NO_STYLE for name in facts.style])
    meter, section = np.full(count, METERS.index(COMMON_TIME)), np.zeros(count, np.int64)
    _, group = np.unique(velocity.reshape(count, -1), axis=0, return_inverse=True)
    groups = int(group.max()) + 1
    report = CorpusReport(
        folder=str(folder), files=count + empty, files_read=count, refused={}, bars=count,
        dropped_bars={"no strokes": empty} if empty else {}, duplicate_bars=count - groups, groups=groups,
        strokes_moved=0, strokes_merged=0, notes_not_in_map={}, drum_maps={}, styles_from=facts.styles_from, splits={},
        remarks={}, **count_labels(velocity, meter, style, section, styles),
    )  # fmt: skip
    return Corpus(
        velocity, np.zeros_like(velocity), meter, style, section, np.arange(count), np.zeros(count, np.int64), group,
        styles, tuple(names), ("",) * count, ("",) * count, report,
    )  # fmt: skip
