"""What a run says at its end, in plain words: whether the space is good, and what its data can carry.

For example, 20 loops learned from scratch: "not good yet: of the strokes of bars it has not learned, the map finds
F1 0.21; the shipped space 0.73. 163 bars carry a fine-tuned space, not one of their own (3000 bars do)."
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

BARS_FOR_A_SPACE = 3000  # different bars, about, from which a map of one's own begins to be worth the while
SOUNDS_FOR_A_SPACE = 1000  # the same of sounds
WORST_F1_SHARE = 0.85  # of the shipped space's hit F1: a good space reaches so much of it
BEST_KEPT_LOSS = 0.02  # of hit F1 or recognition: what a fine-tuned space may lose of what was there
WORST_RECOGNISED = 0.7  # share of draws that are recognised as their voice
WORST_STROKE_RATIO = 1.8  # strokes of a click beside those of the bars: more is noise, less than its inverse a hole
MAX_HOLES = 0.35  # share of the map without a bar or a sound nearby
SMALL_ERROR_DB = 1.5  # decoded sounds may be so much worse than the shipped space's


@dataclass(frozen=True)
class Verdict:
    """Whether a space is good, in one word and in a few sentences."""

    good: bool
    lines: tuple[str, ...]
    measured: Mapping[str, float]  # what the lines are about

    @property
    def text(self) -> str:
        """All of it as one paragraph."""
        return f"{'good' if self.good else 'not good yet'}: " + " ".join(self.lines)

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it: the "verdict" of config.json."""
        return {**asdict(self), "measured": dict(self.measured)}


def of_rhythm(measured: Mapping[str, float], *, bars: int, fine_tuned: bool) -> Verdict:
    """The verdict on a rhythm space.

    `measured` may have hit F1 by the map alone of the bars it was given (`own`), of bars held out (`held_out`), of what
    was there before (`kept`, a share), each also as `shipped_own` and so on; and the strokes of a click over those of
    its bars (`stroke_ratio`) and the share of the map without a bar nearby (`holes`).
    """
    lines, good = list[str](), True
    for name, what in (("held_out", "bars it has not learned"), ("own", "your bars")):
        if name in measured and f"shipped_{name}" in measured:
            mine, theirs = measured[name], measured[f"shipped_{name}"]
            good = good and mine >= WORST_F1_SHARE * theirs
            lines.append(f"of the strokes of {what} the map finds F1 {mine:.2f} (the shipped space {theirs:.2f}).")
    if "kept" in measured:
        good = good and measured["kept"] >= 1 - BEST_KEPT_LOSS
        lines.append(f"of what was on the map before, {measured['kept']:.1%} is as it was.")
    if "stroke_ratio" in measured:
        ratio = measured["stroke_ratio"]
        if not 1 / WORST_STROKE_RATIO <= ratio <= WORST_STROKE_RATIO:
            good = False
            lines.append(f"a click has {ratio:.1f} times the strokes of a bar: that is noise, no music.")
    if "holes" in measured and measured["holes"] > MAX_HOLES:
        lines.append(f"{measured['holes']:.0%} of the map has no bar nearby.")
    return Verdict(good, (*lines, _carries(bars, "bars", BARS_FOR_A_SPACE, fine_tuned)), measured)


def of_sound(measured: Mapping[str, float], *, sounds: int, fine_tuned: bool) -> Verdict:
    """The verdict on a sound space.

    `measured` may have the share of draws that are recognised as their voice (`recognised`), the error of the given
    sounds encoded and decoded (`error_db`), both also as `shipped_...`, and `holes`.
    """
    lines, good = list[str](), True
    if "recognised" in measured:
        mine, theirs = measured["recognised"], measured.get("shipped_recognised", 1.0)
        good = mine >= min(WORST_RECOGNISED, theirs)
        lines.append(f"{mine:.0%} of its draws are heard as the voice they are of (the shipped space {theirs:.0%}).")
    if "error_db" in measured and "shipped_error_db" in measured:
        mine, theirs = measured["error_db"], measured["shipped_error_db"]
        good = good and mine <= theirs + SMALL_ERROR_DB
        lines.append(f"sounds come back within {mine:.1f} dB (the shipped space {theirs:.1f} dB).")
    if "holes" in measured and measured["holes"] > MAX_HOLES:
        lines.append(f"{measured['holes']:.0%} of its emptiest map has no sound nearby.")
    return Verdict(good, (*lines, _carries(sounds, "sounds", SOUNDS_FOR_A_SPACE, fine_tuned)), measured)


def _carries(count: int, what: str, enough: int, fine_tuned: bool) -> str:
    """What so much data can carry."""
    if fine_tuned:
        return f"{count} {what} became part of a space that knew many before."
    if count < enough:
        return (
            f"{count} {what} carry a fine-tuned space (--from shipped), hardly one of their own: "
            f"that takes about {enough}."
        )
    return f"{count} {what} carry a space of their own."
