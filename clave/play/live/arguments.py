"""What a control takes: numbers in a range, switches, words; each checks what comes from outside."""

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from clave.errors import ControlError

Value = float | int | bool | str
Values = tuple[Value, ...]

MOST_DIGITS = 18  # of a whole number in JSON: more than 64 bits hold
LONGEST_TEXT = 200_000  # characters: a UDP packet holds 65,507 bytes, a WebSocket message more


@dataclass(frozen=True)
class Number:
    """A number in [low, high]."""

    name: str
    low: float
    high: float
    unit: str = ""

    def read(self, given: object) -> float:
        """The number; whole ones and switches count as numbers. ControlError for anything else, or out of range."""
        if not _is_number(given):
            raise ControlError(f"{self.name} is a number, got {_shown(given)}")
        if not self.low <= given <= self.high:
            raise ControlError(f"{self.name} lies in {self.range}, got {given:g}")
        return float(given)

    @property
    def range(self) -> str:
        """In words, such as "[-3, 3] map units"."""
        return f"[{self.low:g}, {self.high:g}]" + (f" {self.unit}" if self.unit else "")


@dataclass(frozen=True)
class Whole:
    """A whole number from low to high."""

    name: str
    low: int
    high: int
    unit: str = ""

    def read(self, given: object) -> int:
        """The number; one that a fader sends as 3.0 is 3. ControlError for anything else, or out of range."""
        if not _is_number(given) or given != int(given):
            raise ControlError(f"{self.name} is a whole number, got {_shown(given)}")
        if not self.low <= given <= self.high:
            raise ControlError(f"{self.name} is a whole number in {self.range}, got {int(given)}")
        return int(given)

    @property
    def range(self) -> str:
        """In words, such as "1 to 8 strokes"."""
        return f"{self.low} to {self.high}" + (f" {self.unit}" if self.unit else "")


@dataclass(frozen=True)
class Switch:
    """On or off."""

    name: str
    range: str = "0 or 1"

    def read(self, given: object) -> bool:
        """True for 1, 1.0 and true. ControlError for anything but those and their contrary."""
        if not isinstance(given, int | float) or given not in (0, 1):
            raise ControlError(f"{self.name} is 0 or 1, got {_shown(given)}")
        return bool(given)


@dataclass(frozen=True)
class Word:
    """One of some words."""

    name: str
    words: tuple[str, ...]

    def read(self, given: object) -> str:
        """The word. ControlError for another one."""
        if not isinstance(given, str) or given not in self.words:
            raise ControlError(f"{self.name} is one of {', '.join(self.words)}; got {_shown(given)}")
        return given

    @property
    def range(self) -> str:
        """The words."""
        return ", ".join(self.words)


@dataclass(frozen=True)
class Text:
    """Any text; `range` says what is expected of it."""

    name: str
    range: str = "text"

    def read(self, given: object) -> str:
        """The text. ControlError for what is none, or longer than 200,000 characters."""
        if not isinstance(given, str):
            raise ControlError(f"{self.name} is text, got {_shown(given)}")
        if len(given) > LONGEST_TEXT:
            raise ControlError(f"{self.name} has at most {LONGEST_TEXT} characters, got {len(given)}")
        if any("\ud800" <= letter <= "\udfff" for letter in given):
            raise ControlError(f"{self.name} is text without lone surrogates, got {_shown(given)}")
        return given


Argument = Number | Whole | Switch | Word | Text


def read_arguments(kinds: Sequence[Argument], given: Sequence[object], optional: int = 0, repeats: int = 0) -> Values:
    """The arguments, checked.

    The last `optional` ones may be left out; the last `repeats` ones may come again and again.

    Raises ControlError for too few, too many, or one that is not of its kind.
    """
    names = " ".join(kind.name for kind in kinds) or "no arguments"
    least, most = len(kinds) - optional, len(kinds)
    more = max(0, len(given) - most)
    fits = least <= len(given) and (more == 0 or (repeats > 0 and more % repeats == 0))
    if not fits:
        raise ControlError(f"it takes {names}{' ...' if repeats else ''}, got {len(given)} argument(s)")
    last = kinds[most - repeats :] if repeats else ()
    taken = [*kinds, *(last[place % repeats] for place in range(len(given) - most))] if repeats else kinds
    return tuple(kind.read(each) for kind, each in zip(taken, given, strict=False))


def from_json_text(name: str, text: str) -> Any:
    """The value that JSON text says; ControlError if it is none, or holds a number that is not finite."""
    try:
        return json.loads(text, parse_constant=_finite, parse_float=_finite, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise ControlError(f"{name} is JSON: {error}") from error


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"numbers are finite, got {text[:20]}")
    return number


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(f"whole numbers have at most {MOST_DIGITS} digits, got {len(text)}")
    return int(text)


def _is_number(given: object) -> TypeGuard[int | float]:
    """Whether it is a number that is finite, and small enough to be compared with floats."""
    return isinstance(given, int | float) and abs(given) <= sys.float_info.max


def _shown(given: object) -> str:
    text = repr(given)
    return text if len(text) <= 80 else text[:77] + "..."
