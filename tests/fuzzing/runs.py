"""The bars and sounds of a run, which `--in RUN` searches and learning goes on with."""

import tempfile
from pathlib import Path

import numpy as np

from fuzzing.models import FolderDoor, check_finite

BARS, ENOUGH = 12, 100


class RunBarsDoor(FolderDoor):
    """The bars of a run."""

    name, weight = "run-bars", 0.3
    unread = ("index.parquet",)

    def __init__(self) -> None:
        from clave.rhythm.dataset.factory import from_factory

        self.source = Path(tempfile.mkdtemp()) / "run"
        from_factory(takes=1).subset(np.arange(BARS)).save(self.source)
        super().__init__()

    def play(self) -> None:
        """All bars, as they are and as rows of an index."""
        from clave.rhythm.bar_index import batches_of
        from clave.rhythm.dataset import Corpus

        corpus = Corpus.load(self.folder)
        for bar in corpus.subset(np.arange(min(ENOUGH, len(corpus)))):
            check_finite(bar.pattern.velocity, bar.pattern.offset)
        for batch in batches_of(corpus.subset(np.arange(min(ENOUGH, len(corpus))))):
            check_finite(batch.vectors)


class RunSoundsDoor(FolderDoor):
    """The sounds of a run."""

    name, weight, heavy = "run-sounds", 0.2, True

    def __init__(self) -> None:
        from clave.sound import dataset

        self.source = Path(tempfile.mkdtemp()) / "run"
        dataset.made(1).subset(np.arange(8)).save(self.source)
        super().__init__()

    def play(self) -> None:
        """The sounds themselves, with their sources."""
        from clave.sound.dataset import SoundCorpus
        from clave.sound.sound_index import names_of

        corpus = SoundCorpus.load(self.folder).themselves()
        names = names_of(corpus)
        for source in corpus.source.tolist():
            assert isinstance(names["sources"][source], str)
        check_finite(corpus.log_spectrogram, corpus.gain)
