"""Bars as text for live coding, in Strudel (JavaScript) and in Tidal (Haskell), and the names of sounds there.

Both share a notation for sequences within a cycle: `bd ~ sd ~` are four equal parts, `bd@3 sd` gives the first three of
four, `<[a] [b]>` plays one bar a cycle, and `bd?0.3` leaves a stroke out three times in ten. Bars on 16ths are written
as 16ths; others by weights, in steps of a 64th, which hold every moment to a thousandth of a step.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clave.music.kit import VOICES
from clave.music.units import STEPS_PER_QUARTER, STEPS_PER_SIXTEENTH, Meter, meter_name

NAMES = ("bd", "sd", "hh", "oh", "mt", "cr", "cp", "perc")
"""How the voices are called there, in the order of VOICES."""

DIGITS = 3


@dataclass(frozen=True, order=True)
class Hit:
    """A stroke within its bar."""

    step: float  # from the start of the bar, in 64ths; within the bar
    gain: float  # linear
    sound: int = 0  # which of the voice's sounds
    probability: float = 1.0


@dataclass(frozen=True)
class LiveBar:
    """A bar: its hits by voice, in order of time."""

    meter: Meter
    steps: int
    voices: tuple[tuple[Hit, ...], ...]


@dataclass(frozen=True)
class Piece:
    """Bars that go round and round, at one tempo, on a bank of sounds."""

    name: str
    bank: str
    tempo_bpm: float
    bars: tuple[LiveBar, ...]


def sample_name(bank: str, voice: int) -> str:
    """What the sounds of a voice are called: Strudel finds `bd` of a bank under `BANK_bd`."""
    return f"{bank}_{NAMES[voice]}"


def strudel_text(piece: Piece) -> str:
    """The piece for strudel.cc; its samples are read from the strudel.json that is named in it."""
    lines = [
        f"// {_title(piece)}",
        "// its sounds: serve this folder, for example by `npx @strudel/sampler`, and name the place here",
        "samples('http://localhost:5432/strudel.json')",
        f"setcpm({_number(_cycles_per_minute(piece))})",
        "stack(",
    ]
    for voice in _sounding(piece):
        gain = _gains(piece, voice, lambda gain: gain)
        lines.append(f'  s("{_sounds(piece, voice, NAMES[voice])}").gain("{gain}"),')
    return "\n".join([*lines, f').bank("{piece.bank}")']) + "\n"


def tidal_text(piece: Piece) -> str:
    """The piece for Tidal, with SuperDirt, where a sound is as loud as the fourth power of its gain."""
    lines = [
        f"-- {_title(piece)}",
        "-- its sounds: load the folder of samples beside this file into SuperDirt, ~dirt.loadSoundFiles(...)",
        f"setcps ({_number(_cycles_per_minute(piece))}/60)",
        "d1 $ stack [",
    ]
    layers: list[str] = []
    for voice in _sounding(piece):
        gain = _gains(piece, voice, lambda gain: gain**0.25)
        layers.append(f'  s "{_sounds(piece, voice, sample_name(piece.bank, voice))}" # gain "{gain}"')
    return "\n".join([*lines, ",\n".join(layers), "  ]"]) + "\n"


def _title(piece: Piece) -> str:
    count, meters = len(piece.bars), ", ".join(dict.fromkeys(meter_name(bar.meter) for bar in piece.bars))
    bars = "1 bar" if count == 1 else f"{count} bars"
    return f"{' '.join(piece.name.split())}: {bars} of {meters} at {piece.tempo_bpm:g} bpm, by Clave"


def _cycles_per_minute(piece: Piece) -> float:
    """A cycle is a bar where all are equally long, else a quarter."""
    return piece.tempo_bpm if _mixed(piece) else piece.tempo_bpm * STEPS_PER_QUARTER / piece.bars[0].steps


def _mixed(piece: Piece) -> bool:
    return len({bar.steps for bar in piece.bars}) > 1


def _sounding(piece: Piece) -> list[int]:
    return [voice for voice in range(len(VOICES)) if any(bar.voices[voice] for bar in piece.bars)]


def _sounds(piece: Piece, voice: int, name: str) -> str:
    def said(hit: Hit) -> str:
        own = name if hit.sound == 0 else f"{name}:{hit.sound}"
        return own if hit.probability >= 1 else f"{own}?{_number(1 - hit.probability)}"

    return _cycles(piece, voice, said)


def _gains(piece: Piece, voice: int, curve: Callable[[float], float]) -> str:
    """One number where all are alike, else a sequence of the same form as that of the sounds."""
    said = {_number(curve(hit.gain)) for bar in piece.bars for hit in bar.voices[voice]}
    return said.pop() if len(said) == 1 else _cycles(piece, voice, lambda hit: _number(curve(hit.gain)))


def _cycles(piece: Piece, voice: int, said: Callable[[Hit], str]) -> str:
    bars = [_bar(bar.voices[voice], bar.steps, said) for bar in piece.bars]
    if len(set(bars)) == 1 and not _mixed(piece):
        return bars[0]
    if not _mixed(piece):
        return f"<{' '.join(f'[{bar}]' for bar in bars)}>"
    quarters = [_number(bar.steps / STEPS_PER_QUARTER) for bar in piece.bars]
    return f"<{' '.join(f'[{bar}]@{long}' for bar, long in zip(bars, quarters, strict=True))}>"


def _bar(hits: Sequence[Hit], steps: int, said: Callable[[Hit], str]) -> str:
    if not hits:
        return "~"
    places = [round(hit.step, DIGITS) for hit in hits]
    if steps % STEPS_PER_SIXTEENTH == 0 and all(place % STEPS_PER_SIXTEENTH == 0 for place in places):
        cells = ["~"] * (steps // STEPS_PER_SIXTEENTH)
        for hit, place in zip(hits, places, strict=True):
            cells[int(place) // STEPS_PER_SIXTEENTH] = said(hit)
        return " ".join(cells)
    parts = [f"~@{_number(places[0])}"] if places[0] > 0 else []
    for hit, place, after in zip(hits, places, [*places[1:], float(steps)], strict=True):
        parts.append(f"{said(hit)}@{_number(after - place)}")
    return " ".join(parts)


def _number(value: float) -> str:
    return f"{value:.{DIGITS}f}".rstrip("0").rstrip(".") or "0"
