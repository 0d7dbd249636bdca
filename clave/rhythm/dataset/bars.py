"""The bars of a corpus one by one, each with where it comes from."""

from typing import NamedTuple

from clave.music.pattern import Pattern


class CorpusBar(NamedTuple):
    """One bar of a corpus."""

    pattern: Pattern
    style: str  # "" where it is not known
    section: str
    source: str  # its file, below the folder
    number: int  # in its file, from 0, the first stroke's bar
    licence: str  # of its file; "" where it is not stated
