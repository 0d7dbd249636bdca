"""How many hands a bar needs: a drummer has two of them, and two feet.

The kick is played with a foot. The closed hi-hat is too where a cymbal is struck at the same step: the right hand rides
while the foot closes the hat (drum maps read the pedal's note 44 as closed hi-hat). Both hats are one instrument, so
that they need one hand together; snare, tom and cymbal need one each. Claps and other percussion count for nothing:
they are played by a machine or by somebody else, on top of a whole kit (if the same two hands had to play them too, the
templates of motown, samba and disco would be impossible in most of their bars), and recorded drummers have none.
Strokes need hands at the same time if they lie on the same of the 64 steps: a flam or a roll is played by two hands in
turn.
"""

import numpy as np

from clave.music.kit import VOICES, voice
from clave.music.shapes import Bool, Float, Int

HANDS = 2
SURE = 0.5  # probability of a stroke from which it sounds although it needs a third hand: as often as in real bars

_SNARE, _CLOSED, _OPEN, _TOM, _CYMBAL = BY_HAND = [
    voice(name).index for name in ("snare", "closed hi-hat", "open hi-hat", "tom", "cymbal")
]
SUBSETS: Bool[np.ndarray, "subset 5"] = (np.arange(32)[:, None] >> np.arange(5) & 1) > 0  # of the voices by hand


def hand_count(hits: Bool[np.ndarray, "*row voice step"]) -> Int[np.ndarray, "*row step"]:
    """The number of hands that the strokes at each step need."""
    hat = hits[..., _OPEN, :] | (hits[..., _CLOSED, :] & ~hits[..., _CYMBAL, :])
    return hat.astype(np.int64) + hits[..., _SNARE, :] + hits[..., _TOM, :] + hits[..., _CYMBAL, :]


def extra_hands(hits: Bool[np.ndarray, "*row voice step"]) -> Int[np.ndarray, "*row"]:
    """How many hands more than two a bar needs, added up over its steps: 0 is playable."""
    return np.maximum(hand_count(hits) - HANDS, 0).sum(axis=-1)


def _extra_of_subsets() -> Int[np.ndarray, " subset"]:
    hits = np.zeros((len(SUBSETS), len(VOICES), 1), np.bool_)
    hits[:, BY_HAND, 0] = SUBSETS
    return extra_hands(hits)


EXTRA_HANDS = _extra_of_subsets()


def playable(
    hits: Bool[np.ndarray, "row voice step"],
    probability: Float[np.ndarray, "row voice step"],
    sure: float = SURE,
) -> Bool[np.ndarray, "row voice step"]:
    """The likeliest strokes of these that two hands can play, and what is so sure that it sounds all the same.

    At a step that needs more than two hands, those strokes are left whose sum of probabilities is the highest, where
    each hand beyond the second costs `sure`; above 1, nobody ever has a third hand.
    """
    row, step = np.nonzero(hand_count(hits) > HANDS)
    if not row.size:
        return hits
    cells = row[:, None], BY_HAND, step[:, None]
    value = probability[cells] @ SUBSETS.T - sure * EXTRA_HANDS
    silent = (SUBSETS & ~hits[cells][:, None]).any(axis=2)  # subsets that hold what is not struck
    kept = hits.copy()
    kept[cells] = SUBSETS[np.where(silent, -np.inf, value).argmax(axis=1)]
    return kept
