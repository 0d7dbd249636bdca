"""A folder of MIDI files as a data set: which bars it holds, in what style, and what was left out and why.

`scan` reads the files a batch at a time, here or in other processes, and collects their bars in a `Corpus`, which can
be saved and loaded. `build` keeps them as Parquet, in a folder or a bucket, for `open_corpus`. The style of a file
comes from its name and folder (`labels`). A `split` keeps the bars of a file together, and files that share a bar,
unless it goes by bars. `from_factory` makes a corpus of our own grooves, with no files at all.
"""

from clave.errors import CorpusError
from clave.files.sharded.building import is_built
from clave.music.arguments import guard
from clave.rhythm.dataset.bar_table import Selection
from clave.rhythm.dataset.bars import CorpusBar
from clave.rhythm.dataset.built import build, open_corpus
from clave.rhythm.dataset.data_set import BARS_FILE, NO_STYLE, Corpus, CorpusReport
from clave.rhythm.dataset.factory import FACTORY, FILLS, LICENCE, TAKES, TAKES_BESIDE, from_factory, learnable_styles
from clave.rhythm.dataset.labels import GROOVE_MIDI, SECTIONS, STYLE_WORDS, Facts, folder_styles, label, style_in
from clave.rhythm.dataset.scanning import MIDI_SUFFIXES, Progress, find_files, scan
from clave.rhythm.dataset.splitting import joined, same_strokes, split

__all__ = [
    "BARS_FILE",
    "FACTORY",
    "FILLS",
    "GROOVE_MIDI",
    "LICENCE",
    "MIDI_SUFFIXES",
    "NO_STYLE",
    "SECTIONS",
    "STYLE_WORDS",
    "TAKES",
    "TAKES_BESIDE",
    "Corpus",
    "CorpusBar",
    "CorpusReport",
    "Facts",
    "Progress",
    "Selection",
    "build",
    "find_files",
    "folder_styles",
    "from_factory",
    "is_built",
    "joined",
    "label",
    "learnable_styles",
    "open_corpus",
    "same_strokes",
    "scan",
    "split",
    "style_in",
]

guard(globals(), CorpusError)
