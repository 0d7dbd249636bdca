"""What a run says at its end, in plain words: whether the space can be played, and what its data can carry.

For example, 20 loops learned from scratch: "Of the strokes of bars it has not learned, the map finds F1 0.21 (the
shipped space 0.73). 163 bars carry a fine-tuned space (--from shipped), hardly one of their own: that takes about
3000."
The record itself is `clave.latent.verdict.Verdict`, which a space keeps in its config.json.
"""

from collections.abc import Mapping
from typing import Any

from clave.latent.verdict import Verdict

BARS_FOR_A_SPACE = 3000  # different bars, about, from which a map of one's own begins to be worth the while
SOUNDS_FOR_A_SPACE = 1000  # the same of sounds
WORST_F1_SHARE = 0.85  # of the shipped space's hit F1: a good space reaches so much of it
MAX_LOST_F1 = 0.02  # of hit F1: what a fine-tuned map may lose of bars that were on it before
WORST_RECOGNISED = 0.7  # share of draws that are recognised as their voice
WORST_STROKE_RATIO = 1.8  # strokes of a click beside those of the bars: more is noise, less than its inverse a hole
MAX_HOLES = 0.35  # share of the map without a bar or a sound nearby
SMALL_ERROR_DB = 1.5  # decoded sounds may be so much worse than the shipped space's

RHYTHM_ROWS = {
    "held_out": "hit F1 by the map, bars it has not learned",
    "own": "hit F1 by the map, your bars",
    "old": "hit F1 by the map, bars of the space it began with",
    "stroke_ratio": "strokes of a click beside those of a bar",
    "holes": "share of the map without a bar nearby",
}
SOUND_ROWS = {
    "recognised": "share of draws heard as their voice",
    "error_db": "sounds encoded and decoded, dB",
    "map_error_db": "sounds from their places on the maps alone, dB",
    "changed_db": "change at the sounds that were on the maps before, dB",
    "holes": "share of the emptiest map without a sound nearby",
}
SHIPPED = "shipped_"  # before the name of what was measured of the shipped space


def of_rhythm(measured: Mapping[str, float], *, bars: int, fine_tuned: bool) -> Verdict:
    """The verdict on a rhythm space.

    `measured` may have hit F1 by the map alone of the bars it was given (`own`), of bars held out (`held_out`), and of
    bars that were on the map before (`old`), each also of the shipped space as `shipped_own` and so on; the strokes of
    a click over those of its bars (`stroke_ratio`), and the share of the map without a bar nearby (`holes`).
    """
    lines, good = list[str](), True
    for name, what in (("held_out", "bars it has not learned"), ("own", "your bars")):
        if name in measured and SHIPPED + name in measured:
            mine, theirs = measured[name], measured[SHIPPED + name]
            good = good and mine >= WORST_F1_SHARE * theirs
            lines.append(f"Of the strokes of {what}, the map finds F1 {mine:.2f} (the shipped space {theirs:.2f}).")
    if "old" in measured and SHIPPED + "old" in measured:
        mine, theirs = measured["old"], measured[SHIPPED + "old"]
        good = good and mine >= theirs - MAX_LOST_F1
        lines.append(f"Bars that were on the map before have F1 {mine:.3f} (it was {theirs:.3f}).")
    if "stroke_ratio" in measured:
        ratio = measured["stroke_ratio"]
        if not 1 / WORST_STROKE_RATIO <= ratio <= WORST_STROKE_RATIO:
            good = False
            noise = "that is noise, no music" if ratio > 1 else "the map is silent in places"
            lines.append(f"A click has {ratio:.1f} times the strokes of a bar: {noise}.")
    if "holes" in measured and measured["holes"] > MAX_HOLES:
        lines.append(f"{measured['holes']:.0%} of the map has no bar nearby.")
    carries = _carries(bars, "bars", BARS_FOR_A_SPACE, fine_tuned)
    return Verdict(good, " ".join([*lines, carries]), _rows(measured, RHYTHM_ROWS))


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
        lines.append(f"Sounds come back within {mine:.1f} dB (the shipped space {theirs:.1f} dB).")
    if fine_tuned and "map_error_db" in measured and "shipped_map_error_db" in measured:
        mine, theirs = measured["map_error_db"], measured["shipped_map_error_db"]
        lines.append(f"At their places, the maps give yours within {mine:.1f} dB (it was {theirs:.1f} dB).")
    if "holes" in measured and measured["holes"] > MAX_HOLES:
        lines.append(f"{measured['holes']:.0%} of its emptiest map has no sound nearby.")
    carries = _carries(sounds, "sounds", SOUNDS_FOR_A_SPACE, fine_tuned)
    return Verdict(good, " ".join([*lines, carries]), _rows(measured, SOUND_ROWS))


def _rows(measured: Mapping[str, float], names: Mapping[str, str]) -> tuple[Mapping[str, Any], ...]:
    """What was measured as a table: what it is, this space, and the shipped one where that was measured too."""
    return tuple(
        {"what": what, "this space": round(measured[name], 4)}
        | ({"shipped": round(measured[SHIPPED + name], 4)} if SHIPPED + name in measured else {})
        for name, what in names.items()
        if name in measured
    )


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
