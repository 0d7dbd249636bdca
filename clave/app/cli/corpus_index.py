"""`clave corpus index`: an index of a corpus, for many searches."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from clave.app.cli.finding import SoundSpaceFolder
from clave.app.cli.progress import following

IndexedCorpus = Annotated[
    Path, typer.Argument(metavar="CORPUS", help="A folder of MIDI files or one-shots, a run, or a built corpus.")
]
IndexOut = Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder for the index; an old one goes.")]


def index(corpus: IndexedCorpus, out: IndexOut, sound: SoundSpaceFolder = None) -> None:
    """Make an index of bars or sounds for `clave similar --in`: exact up to 100,000, by FAISS above.

    An index of sounds belongs to the sound space that made it.
    """
    from clave.app import corpora
    from clave.sound.space import load_sound

    with following() as follow:
        kind, count = corpora.write_index(corpus, out, lambda: load_sound(sound), partial(follow, "reading"))
    print(f"{out}: an index of {count:,} {kind}; search it with: clave similar FILE --in {out}")
