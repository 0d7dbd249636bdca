"""What the player's bar is like as MIDI control changes, for lights and synthesizers."""

import re

from clave.errors import MidiPortError
from clave.play.live.arguments import Values
from clave.play.live.midi_messages import CONTROL

Range = tuple[float, float]
MAP: Range = (-3.0, 3.0)
RANGES: dict[str, tuple[Range, ...]] = {
    "/clave/player/map": (MAP, MAP),
    "/clave/player/density": ((0.0, 8.0),),
    "/clave/player/syncopation": ((0.0, 8.0),),
}
"""What becomes a control change, and which values are 0 and 127: 95 of 100 bars of the space lie within."""
COUNT = sum(map(len, RANGES.values()))


def numbers_of(text: str) -> tuple[int, ...]:
    """The four numbers of "20,21,22,23". Raises MidiPortError for anything else."""
    numbers = [int(each) if re.fullmatch(r"\d{1,3}", each.strip()) else 128 for each in text.split(",")]
    if len(numbers) != COUNT or max(numbers) > 127 or len(set(numbers)) < COUNT:
        raise MidiPortError(
            f"the player's place, density and syncopation take {COUNT} different controls from 0 to 127, such as "
            f"20,21,22,23; got {text!r}"
        )
    return tuple(numbers)


def control_changes(address: str, values: Values, numbers: tuple[int, ...], channel: int) -> list[tuple[int, ...]]:
    """The messages for one of `RANGES`; none for another address. The channel counts from 1."""
    found: list[tuple[int, ...]] = []
    first = 0
    for each, ranges in RANGES.items():
        if each == address:
            for number, value, (low, high) in zip(numbers[first:], values, ranges, strict=False):
                share = (float(value) - low) / (high - low)
                found.append((CONTROL | channel - 1, number, round(127 * min(max(share, 0.0), 1.0))))
        first += len(ranges)
    return found
