"""What `--in` names: an index, a saved corpus, a run, or a folder of files; as an index of bars or of sounds."""

from collections.abc import Callable, Iterable
from pathlib import Path

from clave.errors import CorpusError, SpaceError
from clave.files.audio_file import SUFFIXES
from clave.files.sharded.building import read_index
from clave.files.sharded.place import place_at
from clave.latent import index_folder
from clave.latent.index_folder import Batch, Names, index_in_memory
from clave.rhythm import bar_index, dataset
from clave.rhythm.bar_index import BarIndex, StoredBars, open_bar_index
from clave.rhythm.dataset import BARS_FILE, MIDI_SUFFIXES, Corpus
from clave.rhythm.dataset.built import stream_corpus
from clave.rhythm.rhythm_vector import VECTOR
from clave.rhythm.similar import FOLDER, open_space_bars
from clave.rhythm.space import RhythmSpace
from clave.sound import dataset as sound_dataset
from clave.sound import sound_index
from clave.sound.dataset import SoundCorpus
from clave.sound.sound_index import RUN_FILE, SoundIndex, open_sound_index
from clave.sound.space import SoundSpace

KINDS = ("bars", "sounds")  # of a corpus

Reading = Callable[[int, int], None]
"""Called with the number of files read and of all files."""


def bars_in(path: Path | None, rhythm: RhythmSpace, reading: Reading | None = None) -> BarIndex:
    """The bars to search in; None is what the space was learned from. Raises ClaveError for what has none."""
    if path is None:
        return rhythm.bars
    if is_index(path):
        return open_bar_index(path)
    if (path / FOLDER).is_dir():
        return open_space_bars(path, rhythm.decode)
    batches, names = bar_batches(path, reading)
    index = index_in_memory(VECTOR, batches, names)
    return BarIndex(index, StoredBars(index).patterns)


def bar_batches(path: Path, reading: Reading | None = None) -> tuple[Iterable[Batch], Names]:
    """The bars there as rows of an index; those of a built corpus are read as they are needed."""
    if dataset.is_built(path):
        stream = stream_corpus(path)
        return bar_index.batches_of_stream(stream), stream.names
    corpus = corpus_in(path, reading)
    return bar_index.batches_of(corpus), bar_index.names_of(corpus)


def sounds_in(path: Path | None, sound: SoundSpace, reading: Reading | None = None) -> SoundIndex:
    """The sounds to search in, in the same way."""
    if path is None:
        return sound.sounds
    if is_index(path) or is_index(path / FOLDER):
        return open_sound_index(path if is_index(path) else path / FOLDER, sound)
    corpus = sound_corpus_in(path, sound, reading).themselves()
    batches = sound_index.batches_of(sound, corpus)
    return SoundIndex(index_in_memory(sound_index.made_by(sound), batches, sound_index.names_of(corpus)), sound)


def write_index(
    path: Path, out: Path, sound: Callable[[], SoundSpace], reading: Reading | None = None
) -> tuple[str, int]:
    """Write an index of a corpus or a folder of files: whether it is of bars or of sounds, and how many they are."""
    if holds_bars(path):
        return bar_index.KIND, bar_index.write_bar_index(out, *bar_batches(path, reading))
    space = sound()
    return sound_index.KIND, sound_index.write_sound_index(out, space, sound_corpus_in(path, space, reading))


def kind_to_build(folder: str, out: str, said: str | None) -> str:
    """What the corpus is to hold, bars or sounds: as it is said, as the one at `out`, or by the files of the folder.

    Raises CorpusError for another word, and for a folder that holds both or neither.
    """
    if said is not None:
        if said not in KINDS:
            raise CorpusError(f"a corpus is of {' or of '.join(KINDS)}, got {said!r}")
        return said
    before = read_index(place_at(out))
    if before is not None:
        return before.kind
    names = [file.name.lower() for file in place_at(folder).find((*MIDI_SUFFIXES, *SUFFIXES)).files]
    midi = sum(name.endswith(MIDI_SUFFIXES) for name in names)
    if midi and midi < len(names):
        raise CorpusError(
            f"{folder} holds {midi} MIDI files and {len(names) - midi} sounds: say --kind bars or --kind sounds"
        )
    if not names:
        raise CorpusError(f"{folder} holds neither MIDI files nor sounds, nor does any folder in it")
    return KINDS[not midi]


def is_index(path: Path) -> bool:
    """Whether this folder is an index."""
    return (path / index_folder.CONFIG).is_file() and (path / index_folder.PROJECTION).is_file()


def holds_bars(path: Path) -> bool:
    """Whether bars lie there rather than sounds. Raises CorpusError if neither does."""
    if (path / BARS_FILE).is_file():
        return True
    if (path / RUN_FILE).is_file():
        return False
    built = read_index(place_at(path))
    if built is not None:
        return built.kind == bar_index.KIND
    if not path.is_dir():
        raise CorpusError(f"{path} is not a folder")
    for each in path.rglob("*"):
        if each.suffix.lower() in MIDI_SUFFIXES:
            return True
        if each.suffix.lower() in SUFFIXES:
            return False
    raise CorpusError(f"{path} holds neither MIDI files nor sounds, nor does any folder in it")


def corpus_in(path: Path, reading: Reading | None = None) -> Corpus:
    """The bars of a saved corpus or a run, or of the MIDI files in a folder."""
    if (path / BARS_FILE).is_file():
        return Corpus.load(path)
    return dataset.scan(path, dataset.Selection(fewest_strokes=1), progress=reading)


def sound_corpus_in(path: Path, sound: SoundSpace, reading: Reading | None = None) -> SoundCorpus:
    """The sounds of a saved corpus, a run or a built corpus, or of the sound files in a folder."""
    if (path / RUN_FILE).is_file():
        corpus = SoundCorpus.load(path)
        wanted = (sound.spectrogram.bands, sound.spectrogram.frames)
        if corpus.log_spectrogram.shape[1:] != wanted:
            raise SpaceError(
                f"{path} holds log spectrograms of {corpus.log_spectrogram.shape[1:]}, and this space takes {wanted}: "
                "search in the folder of the sound files themselves"
            )
        return corpus
    if sound_dataset.is_built(path):
        return sound_dataset.open_corpus(path, spectrogram=sound.spectrogram)
    return sound_dataset.scan(path, variants=0, spectrogram=sound.spectrogram, progress=reading)
