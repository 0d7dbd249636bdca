"""Bars of a space's own corpus that are like a bar: the index that is part of its folder, or the bars of its run."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from clave.errors import SpaceError
from clave.latent.code import Code
from clave.latent.index_folder import Batch, check_made_by, index_in_memory, open_index, write_index
from clave.latent.space_folder import folder_hash
from clave.music.pattern import Pattern
from clave.rhythm.bar_index import BARS_AT_ONCE, KIND, BarIndex, CodedBars, StoredBars, batches_of, names_of
from clave.rhythm.rhythm_vector import VECTOR, rhythm_vectors

if TYPE_CHECKING:
    from clave.rhythm.dataset.data_set import Corpus

FOLDER = "similar"  # in the folder of a space
LARGEST = 127  # of 8 bits, signed


@runtime_checkable
class CodingSpace(Protocol):
    """A space that encodes bars."""

    folder: Path

    def encode(self, patterns: Sequence[Pattern]) -> Code:
        """Their codes."""
        ...


def open_space_bars(folder: Path, decode: Callable[[Code], list[Pattern]]) -> BarIndex:
    """The index of the bars that the space in a folder was learned from; `decode` is its own.

    A folder that holds neither an index nor the bars of its run, such as the one that ships, has our own grooves to
    search in. Raises SpaceError for an index of another space.
    """
    from clave.rhythm.dataset.data_set import BARS_FILE, Corpus
    from clave.rhythm.dataset.factory import TAKES_BESIDE, from_factory

    if (folder / FOLDER).is_dir():
        index = open_index(folder / FOLDER, KIND)
        made_of = list(index.names.get("space", ()))
        if made_of != [folder_hash(folder)]:
            raise SpaceError(f"{index.folder} keeps codes of another space ({', '.join(made_of)}): make it anew")
        return BarIndex(index, CodedBars(index, decode).patterns)
    corpus = Corpus.load(folder) if (folder / BARS_FILE).is_file() else from_factory(takes=TAKES_BESIDE)
    index = index_in_memory(VECTOR, batches_of(corpus), names_of(corpus))
    check_made_by(index, VECTOR, "this Clave's rhythm vectors")
    return BarIndex(index, StoredBars(index).patterns)


def write_space_bars(space: CodingSpace, corpus: "Corpus") -> int:
    """Write the index of a space's own corpus into its folder: the codes of these bars instead of their strokes."""
    parts = [
        corpus.subset(np.arange(at, min(at + BARS_AT_ONCE, len(corpus)))) for at in range(0, len(corpus), BARS_AT_ONCE)
    ]
    codes = [space.encode(part.patterns) for part in parts]
    largest = np.abs(np.concatenate([code.detail for code in codes])).max(axis=0)
    scale = (np.maximum(largest, 1e-6) / LARGEST).astype(np.float32)
    types = {"source": np.int32, "number": np.int32, "style": np.int16, "section": np.int8, "meter": np.int8}
    batches = (
        Batch(
            rhythm_vectors(part.patterns),
            {name: getattr(part, name).astype(kind) for name, kind in types.items()}
            | {"point": code.map.astype(np.float16), "detail": np.rint(code.detail / scale).astype(np.int8)},
        )
        for part, code in zip(parts, codes, strict=True)
    )
    names = {
        **names_of(corpus), "space": [folder_hash(space.folder)], "detail_scale": [f"{each:.9g}" for each in scale],
    }  # fmt: skip
    return write_index(space.folder / FOLDER, KIND, VECTOR, batches, names)
