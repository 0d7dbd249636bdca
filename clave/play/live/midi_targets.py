"""What a MIDI controller can move, by name, and the control of the desk that each of them is: the one table.

The page has a part of it (`web/src/state/midiTargets.ts`), held to the same ranges by `tests/fixtures/midi.json`.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from clave.play.live.arguments import Value, Whole
from clave.play.live.controls.control import VOICE_SLUGS, Control
from clave.play.live.controls.table import CONTROLS, address_of, find, parameter_of
from clave.play.project.document import Project
from clave.play.project.movement import PARAMETERS
from clave.play.project.voices import MIN_CUTOFF_HZ

Scale = Literal["linear", "whole", "octaves", "press", "strike"]


@dataclass(frozen=True)
class Target:
    """Something that a controller moves. Positions of a control lie in [0, 1] of its range.

    A scale of `octaves` is a frequency in octaves above 20 Hz; `press` does something once the control is in the upper
    half, and `strike` takes its position as a velocity: these two have no value of their own.
    """

    address: str
    low: float
    high: float
    scale: Scale = "linear"

    def argument(self, share: float) -> tuple[Value, ...]:
        """What the control of the desk is given for this position."""
        value = self.low + share * (self.high - self.low)
        if self.scale == "press":
            return ()
        if self.scale == "whole":
            return (round(value),)
        return (MIN_CUTOFF_HZ * 2**value,) if self.scale == "octaves" else (value,)

    def share(self, project: Project) -> float | None:
        """Where it stands, in [0, 1]: the inverse of `argument`; None for what has no value, or none now."""
        (found,) = find(self.address)
        values = found.control.read(project, found.places) if found.control.read is not None else None
        if not values or isinstance(values[0], str):
            return None
        value = math.log2(values[0] / MIN_CUTOFF_HZ) if self.scale == "octaves" else float(values[0])
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


def _moved() -> Iterator[tuple[str, Target]]:
    """The parameters of a project that are one number."""
    for control in CONTROLS:
        if len(control.takes) != 1 or control.change is None:
            continue
        for places in _places(control):
            name = parameter_of(control, places)
            if name is not None:
                low, high, _, _ = PARAMETERS[name]
                yield name, Target(address_of(control, places), low, high, _scale(control, name))


def _places(control: Control) -> list[tuple[int, ...]]:
    return [(row,) for row in range(len(VOICE_SLUGS))] if "{voice}" in control.address else [()]


def _scale(control: Control, name: str) -> Scale:
    if name.endswith(".cutoff"):
        return "octaves"
    return "whole" if isinstance(control.takes[0], Whole) else "linear"


TARGETS: Mapping[str, Target] = {
    **dict(_moved()),
    "volume": Target("/clave/volume", 0, 1),
    **{f"{slug}.strike": Target(f"/clave/voice/{slug}/strike", 0, 1, "strike") for slug in VOICE_SLUGS},
    "play": Target("/clave/transport/toggle", 0, 1, "press"),
    "capture": Target("/clave/capture", 0, 1, "press"),
}
"""By the name that a MIDI map has for it."""
