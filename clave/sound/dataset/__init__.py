"""A folder of one-shots as a data set: which drums it holds, of which voice, and what was left out and why.

`scan` finds the files (`listing`), analyses each by itself, here or in other processes (`analysis`), and sorts out what
comes back in one place (`scanning`, `assembly`). The result is a `SoundCorpus`, which can be saved and loaded. Kits
stay whole: a `split` never parts sounds of a kit, nor kits that share a sound. `made` gives a corpus of drums from our
own synthesizer, with no files at all. `build` keeps a folder's sounds as FLAC in Parquet, for `open_corpus`.
"""

from clave.errors import CorpusError
from clave.files.sharded.building import is_built
from clave.music.arguments import guard
from clave.sound.dataset.analysis import CLIPPED_SAMPLES, MOST_SEMITONES, SHORTEST_SECONDS, SKETCH_SIZE
from clave.sound.dataset.built import build, count, open_corpus
from clave.sound.dataset.copies import COPY, NEAR_COPY
from clave.sound.dataset.credits import Credit, by_kit, credits_of, read_credits, write_credits
from clave.sound.dataset.data_set import Progress, SoundCorpus, SoundReport, joined
from clave.sound.dataset.factory import (
    DRUMS_A_KIT,
    FACTORY_CREDIT,
    FACTORY_LICENCE,
    FACTORY_NAME,
    factory_drum,
    made,
    made_clip,
)
from clave.sound.dataset.listing import MANIFEST, Listed, listed
from clave.sound.dataset.scanning import COPY_OF, scan
from clave.sound.dataset.sound_shards import VARIANTS
from clave.sound.dataset.splitting import FACTORY_WEIGHT, few, split, weights, weights_of

__all__ = [
    "CLIPPED_SAMPLES",
    "COPY",
    "COPY_OF",
    "DRUMS_A_KIT",
    "FACTORY_CREDIT",
    "FACTORY_LICENCE",
    "FACTORY_NAME",
    "FACTORY_WEIGHT",
    "MANIFEST",
    "MOST_SEMITONES",
    "NEAR_COPY",
    "SHORTEST_SECONDS",
    "SKETCH_SIZE",
    "VARIANTS",
    "Credit",
    "Listed",
    "Progress",
    "SoundCorpus",
    "SoundReport",
    "build",
    "by_kit",
    "count",
    "credits_of",
    "factory_drum",
    "few",
    "is_built",
    "joined",
    "listed",
    "made",
    "made_clip",
    "open_corpus",
    "read_credits",
    "scan",
    "split",
    "weights",
    "weights_of",
    "write_credits",
]

guard(globals(), CorpusError)
