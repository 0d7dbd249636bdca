"""A whole kit brighter, older, bigger: words for moves of all its sounds at once, as shifts of their descriptors."""

from collections.abc import Mapping

from clave.errors import SpaceError

CHARACTER: Mapping[str, Mapping[str, float]] = {
    "brighter": {"brightness": 1.0},
    "older": {"brightness": -0.7, "decay": -0.4, "noisiness": 0.5},
    "bigger": {"brightness": -0.2, "decay": 0.7, "pitch": -1.0},
}
"""What each word moves, in standard deviations of a voice's sounds; below 0 it means the contrary.

Old machines and tapes have less treble, more noise, and shorter memories than those of today. A bigger drum is lower
and rings longer (Fletcher, Rossing, "The Physics of Musical Instruments", 1998).
"""
MAX_CHARACTER = 3.0  # of a word, either way
MAX_SHIFT = 3.0  # standard deviations, of a sound
SHIFT_DIGITS = 2  # as a link says it


def character_shift(character: Mapping[str, float] | None) -> dict[str, float]:
    """The shift of each sound of a kit, from amounts by word: `{"brighter": 1, "older": -0.5}`.

    Raises SpaceError for other words, and for what is no number within [-3, 3].
    """
    shift: dict[str, float] = {}
    for word, amount in (character or {}).items():
        if word not in CHARACTER:
            raise SpaceError(f"a kit is moved {', '.join(CHARACTER)}, or the contrary; got {word!r}")
        if not abs(amount) <= MAX_CHARACTER:
            raise SpaceError(
                f"a kit is moved by a number within [-{MAX_CHARACTER:g}, {MAX_CHARACTER:g}], got {word} {amount}"
            )
        for name, weight in CHARACTER[word].items():
            shift[name] = shift.get(name, 0.0) + weight * amount
    within = {name: round(max(-MAX_SHIFT, min(MAX_SHIFT, amount)), SHIFT_DIGITS) for name, amount in shift.items()}
    return {name: amount for name, amount in within.items() if amount}
