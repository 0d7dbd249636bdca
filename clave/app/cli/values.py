"""Values that are typed as text: blends, amounts by name, time signatures."""

import re
from typing import TYPE_CHECKING

import typer

from clave.errors import SpaceError

if TYPE_CHECKING:
    from clave.music.units import Meter
    from clave.rhythm.space import RhythmSpace


def style_or_blend(text: str | None) -> "str | dict[str, float] | None":
    """A style by its name, or a blend of several: `funk=0.7,samba=0.3`."""
    return amounts_by_name("--style", text) if text and "=" in text else text


def amounts_by_name(option: str, text: str) -> dict[str, float]:
    """Numbers by name, from `density=1,swing=-0.5`."""
    found: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        typed = re.fullmatch(r"\s*(\S.*?)\s*=\s*([+-]?(\d+\.?\d*|\.\d+))\s*", part)
        if typed is None:
            raise typer.BadParameter(f"{option} is NAME=NUMBER, with commas between several, got {part!r} in {text!r}")
        if typed[1] in found:
            raise typer.BadParameter(f"{option} says each name once, got {typed[1]!r} twice in {text!r}")
        found[typed[1]] = float(typed[2])
    return found


def time_signature(text: str) -> "Meter":
    """A time signature: `6/8`."""
    typed = re.fullmatch(r"(\d{1,3})/(\d{1,3})", text)
    if typed is None:
        raise typer.BadParameter(f"--meter is a time signature such as 6/8, got {text!r}")
    return int(typed[1]), int(typed[2])


def shift_by_name(rhythm: "RhythmSpace", text: str | None) -> dict[str, float]:
    """How far the attributes of bars are shifted, from `density=1,swing=-0.5`; SpaceError for other names."""
    amounts = amounts_by_name("--shift", text or "")
    unknown = [name for name in amounts if name not in rhythm.directions]
    if unknown:
        known = ", ".join(rhythm.directions) or "nothing: this space is a map without detail"
        raise SpaceError(f"--shift moves {known}; got {unknown[0]}")
    return amounts
