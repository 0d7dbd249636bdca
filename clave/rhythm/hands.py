"""How many hands a bar needs: a drummer has two of them, and two feet.

The kick is played with a foot. The closed hi-hat is too where a cymbal is struck at the same step: the right hand rides
while the foot closes the hat (drum maps read the pedal's note 44 as closed hi-hat). Both hats are one instrument, so
that they need one hand together; snare, tom and cymbal need one each. Claps and other percussion count for nothing: they
are played by a machine or by somebody else, on top of a whole kit (if they had to be played by the same two hands, the
templates of motown, samba and disco would be impossible in most of their bars), and recorded drummers have none. Strokes
need hands at the same time if they lie on the same of the 64 steps: a flam or a roll is played by two hands in turn.
"""

import numpy as np

from clave.music.kit import VOICES, voice
from clave.music.shapes import Bool, Float, Int

HANDS = 2
SURE = 0.4  # probability of a stroke from which it sounds although it needs a third hand: as often as in real bars

_CLOSED, _OPEN, _CYMBAL = (voice(name).index for name in ("closed hi-hat", "open hi-hat", "cymbal"))
_ALONE = [voice(name).index for name in ("snare", "tom", "cymbal")]
_SUBSETS: Bool[np.ndarray, "subset voice"] = (np.arange(2 ** len(VOICES))[:, None] >> np.arange(len(VOICES)) & 1) > 0


def hand_count(hits: Bool[np.ndarray, "*row voice step"]) -> Int[np.ndarray, "*row step"]:
    """The number of hands that the strokes at each step need."""
    hat = hits[..., _OPEN, :] | (hits[..., _CLOSED, :] & ~hits[..., _CYMBAL, :])
    return hits[..., _ALONE, :].sum(axis=-2) + hat


def extra_hands(hits: Bool[np.ndarray, "*row voice step"]) -> Int[np.ndarray, "*row"]:
    """How many hands more than two a bar needs, added up over its steps: 0 is playable."""
    return np.maximum(hand_count(hits) - HANDS, 0).sum(axis=-1)


_EXTRA: Int[np.ndarray, " subset"] = extra_hands(_SUBSETS[:, :, None])


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
    struck, likely = hits[row, :, step], probability[row, :, step]
    among = (_SUBSETS & ~struck[:, None]).any(axis=2)  # subsets that hold what is not struck
    value = likely @ _SUBSETS.T - sure * _EXTRA
    kept = hits.copy()
    kept[row, :, step] = _SUBSETS[np.where(among, -np.inf, value).argmax(axis=1)]
    return kept
