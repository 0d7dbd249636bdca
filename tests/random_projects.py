"""Projects drawn at random over every field of theirs, and made-up bars for what they ask."""

import random
from typing import Any

import numpy as np

from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.units import Meter, steps_per_bar
from clave.play.arrange import SILENCE, Decoded, Requests, bar_key, requests, sound_key
from clave.play.chance import GOLDEN, chance
from clave.play.performance import Performance
from clave.play.project import PARAMETERS, Edited, Generated, Given, Project
from clave.play.project.saving import from_document

METERS: tuple[Meter, ...] = ((4, 4), (3, 4), (6, 8), (5, 4), (7, 8), (9, 16), (3, 32))
STYLES = (None, "funk", {"funk": 0.3, "rock": 0.7})
WAYS = ("once", "loop", "ping-pong")
QUANTA = ("step", "beat", "bar")


class Drawing:
    """Draws one project, as the JSON document that it is."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def number(self, low: float, high: float) -> float:
        """Of three digits, so that the file stays small; never -0."""
        return round(self.random.uniform(low, high), 3) + 0.0

    def now_and_then(self, share: float) -> bool:
        return self.random.random() < share

    def point(self) -> list[float]:
        return [self.number(-2, 2), self.number(-2, 2)]

    def seed(self) -> int:
        return self.random.choice((0, 7, self.random.randrange(2**32)))

    def settings(self, meter: Meter) -> dict[str, Any]:
        shift = {name: self.number(-3, 3) for name in ("density", "syncopation", "swing", "loudness")}
        return {
            "style": self.random.choice(STYLES), "section": self.random.choice(("beat", "fill")), "meter": meter,
            "variation": self.number(0, 1), "density": self.random.choice((None, self.number(0, 1))),
            "shift": shift, "seed": self.seed(),
        }  # fmt: skip

    def pattern(self, meter: Meter) -> dict[str, Any]:
        steps = range(steps_per_bar(meter))
        places = [(voice, step) for voice in range(8) for step in steps if self.now_and_then(0.05)]
        return {"meter": meter, "strokes": [(*at, self.number(0.01, 1), self.number(-2, 1.99)) for at in places]}

    def plain_bar(self, meter: Meter) -> dict[str, Any]:
        if self.now_and_then(0.25):
            own = {"source": "own.mid", "point": self.point()} if self.now_and_then(0.5) else {}
            return {"kind": "given", "pattern": self.pattern(meter), **own}
        bars = self.random.choice((2, 4))
        phrase = {"bars": bars, "index": self.random.randrange(bars), "fill": self.now_and_then(0.2)}
        chosen = phrase if self.now_and_then(0.3) else None
        return {"kind": "generated", "point": self.point(), "settings": self.settings(meter), "phrase": chosen}

    def operation(self, meter: Meter, deep: bool) -> dict[str, Any]:
        steps = steps_per_bar(meter)
        kind = self.random.choice(("cells", "cells", "humanise", "shift", "complete", "taps"))
        one = {"style": self.random.choice(STYLES), "seed": self.seed()}
        cells = [(self.random.randrange(8), self.random.randrange(steps)) for _ in range(self.random.randint(1, 6))]
        how = {
            "cells": {"cells": [(*at, self.random.choice((0, self.number(0, 1))), self.number(-2, 1)) for at in cells]},
            "humanise": {"amount": self.number(0, 1), "like": self.bar(meter, deep=False) if deep else None, **one},
            "shift": {"shift": self.settings(meter)["shift"]},
            "complete": {"keep": [(*at, self.random.randint(1, steps - at[1])) for at in cells], **one},
            "taps": {"taps": [(self.number(0, steps - 1), self.number(0.01, 1))], **one},
        }
        return {"kind": kind, **how[kind]}

    def operations(self, meter: Meter, deep: bool = True) -> list[dict[str, Any]]:
        return [self.operation(meter, deep) for _ in range(self.random.randint(1, 3))]

    def bar(self, meter: Meter, deep: bool = True) -> dict[str, Any]:
        base = self.plain_bar(meter)
        return (
            {"kind": "edited", "base": base, "operations": self.operations(meter, deep)}
            if self.now_and_then(0.3)
            else base
        )

    def rounds(self) -> dict[str, Any]:
        cycle = [self.now_and_then(0.6) for _ in range(self.random.randint(1, 5))]
        return {"cycle": cycle, "first": self.random.choice(("too", "too", "never", "only"))}

    def lane(self, meter: Meter) -> dict[str, Any]:
        drawn = {
            "hold": lambda: self.bar(self.random.choice((meter, meter, (3, 4)))),
            "density": lambda: self.number(0, 1), "probability": lambda: self.number(0, 1),
            "ratchet": lambda: self.random.randint(1, 8), "ratchet_probability": lambda: self.number(0, 1),
            "rounds": self.rounds, "ratchet_rounds": self.rounds,
            "accent": lambda: self.number(-1, 1), "nudge_ms": lambda: self.number(-50, 50),
            "swing": lambda: self.number(0.25, 0.75), "loop_steps": lambda: self.random.randint(1, 200),
        }  # fmt: skip
        return {name: draw() for name, draw in drawn.items() if self.now_and_then(0.2)}

    def sound(self) -> dict[str, Any]:
        shift = {name: self.number(-3, 3) for name in ("brightness", "decay", "pitch", "noisiness")}
        played = {"gain": self.number(0, 2), "tune": self.number(-24, 24), "decay": self.number(0.05, 4)}
        point = {"point": self.point(), "variation": self.number(0, 1), "seed": self.seed(), "shift": shift}
        file = {"from": "file", "file": f"{self.random.randrange(4):064x}", "file_name": "a sound.wav"}
        source = self.random.choice((
            {"from": "map", **point}, {"from": "map", **point, "detail": [self.number(-1, 1) for _ in range(3)]},
            {"from": "factory", "kit": self.random.choice(("analogue", "room"))}, file, {**file, **point, "twin": True},
        ))  # fmt: skip
        chosen = {"velocity_layers": self.now_and_then(0.4), "locked": self.now_and_then(0.2)}
        return {**source, **(played if self.now_and_then(0.5) else {}), **chosen}

    def tempo(self) -> list[dict[str, Any]]:
        bars = sorted({0, *(self.random.randrange(1, 12) for _ in range(self.random.choice((0, 0, 1, 3))))})
        return [
            {"bar": bar, "tempo_bpm": self.number(60, 200), "ramp": bar > 0 and self.now_and_then(0.5)} for bar in bars
        ]

    def path(self, meter: Meter, anchors: int) -> dict[str, Any]:
        own = self.random.choice((2, 3, 3, 7, 12))
        bars, way = self.random.choice((1, 2, 3, 5, 8)), self.random.choice(WAYS)
        edits = {
            (self.random.randrange(2 * bars), self.now_and_then(0.3)) for _ in range(self.random.choice((0, 0, 2)))
        }
        still = self.point() if self.now_and_then(0.1) else None
        stops = sorted(self.number(0, 1) for _ in range(self.random.choice((0, bars, bars))))
        return {
            "stops": stops if self.now_and_then(0.4) else None,
            "points": [] if anchors > 1 and self.now_and_then(0.3) else [still or self.point() for _ in range(own)],
            "curve": self.random.choice(("line", "smooth")), "smoothing": self.random.choice((0, self.number(0, 1))),
            "bars": bars, "way": way, "between": self.random.choice(("strokes", "strokes", "map")),
            "quantum": self.random.choice(QUANTA), "travelling": self.now_and_then(0.8),
            "edits": [{"bar": bar, "fill": fill, "operations": self.operations(meter)} for bar, fill in sorted(edits)],
        }  # fmt: skip

    def modulation(self, parameter: str) -> dict[str, Any]:
        low, high, _, _ = PARAMETERS[parameter]
        size = min(high - low, 4)
        shape = self.random.choice(("sine", "triangle", "saw", "square", "steps", "random"))
        values = [self.number(-1, 1) for _ in range(self.random.randint(1, 5))] if shape == "steps" else []
        return {
            "parameter": parameter, "shape": shape,
            "period": self.random.choice((self.number(0.1, 6), self.random.randint(1, 12))),
            "unit": self.random.choice(("bars", "beats")),
            "phase": self.number(0, 0.999), "depth": self.number(-size, size), "values": values, "seed": self.seed(),
        }  # fmt: skip

    def automation(self, parameter: str) -> dict[str, Any]:
        low, high, _, _ = PARAMETERS[parameter]
        bars = sorted({self.number(0, 10) for _ in range(self.random.randint(1, 4))})
        points = [{"bar": bar, "value": self.number(max(low, -3), min(high, 200))} for bar in bars]
        loop = self.random.choice((None, None, self.random.randint(1, 8)))
        return {
            "parameter": parameter, "breakpoints": points, "loop_bars": loop, "quantum": self.random.choice(QUANTA),
        }  # fmt: skip

    def scene(self) -> dict[str, Any]:
        meter = self.random.choice(METERS)
        mixed = self.random.choice((meter, self.random.choice(METERS)))
        anchors = [
            {"name": f"anchor {number}", "point": self.point()} for number in range(self.random.choice((0, 2, 4)))
        ]
        moving = self.random.sample(sorted(PARAMETERS), self.random.choice((0, 0, 4, 12)))
        waving = [name for name in moving if self.now_and_then(0.7)] * self.random.choice((1, 2))
        return {
            "name": "a scene", "tempo": self.tempo(), "swing": self.number(0.25, 0.75),
            "settings": self.settings(meter),
            "bars": [self.bar(self.random.choice((meter, mixed))) for _ in range(self.random.choice((1, 1, 2, 4)))],
            "fill": self.bar(meter) if self.now_and_then(0.2) else None,
            "fill_every": self.random.choice((0, 0, 1, 3, 4)),
            "anchors": anchors, "path": self.path(meter, len(anchors)) if self.now_and_then(0.5) else None,
            "kit": {"name": "a kit", "voices": [self.sound() for _ in VOICES]} if self.now_and_then(0.3) else {},
            "mix": [self.mix() if self.now_and_then(0.5) else {} for _ in VOICES],
            "room": {"size": self.random.choice(("booth", "room", "hall")), "level": self.number(0, 1)},
            "bus": {"drive": self.number(0, 1), "glue": self.number(0, 1)},
            "lanes": [self.lane(meter) if self.now_and_then(0.5) else {} for _ in VOICES],
            "modulations": [self.modulation(name) for name in waving],
            "automations": [self.automation(name) for name in moving if self.now_and_then(0.4)],
        }  # fmt: skip

    def mix(self) -> dict[str, Any]:
        mute, solo = self.now_and_then(0.1), self.now_and_then(0.1)
        own = {"level": self.number(0, 2), "pan": self.number(-1, 1), "mute": mute, "solo": solo}
        kind = self.random.choice(("off", "lowpass", "highpass", "bandpass"))
        cutoff, resonance = self.number(20, 20_000), self.number(-3, 24)
        return {**own, "filter": kind, "cutoff_hz": cutoff, "resonance_db": resonance, "send": self.number(0, 1)}

    def part(self, scenes: list[int]) -> dict[str, Any]:
        bars = self.random.randint(1, 6)
        morph = self.random.choice((0, self.random.randint(0, bars)))
        return {"scene": self.random.choice(scenes), "bars": bars, "fill": self.now_and_then(0.4), "morph_bars": morph}

    def file(self) -> dict[str, Any]:
        bars = [
            {"bar": bar, "pattern": self.pattern((4, 4)), "point": self.point()}
            for bar in range(self.random.randint(1, 3))
        ]
        return {
            "name": "own.mid",
            "tempo_bpm": self.random.choice((None, 97.5)),
            "bars": bars,
            "said": ["3 bars read."],
        }

    def project(self) -> dict[str, Any]:
        scenes = [self.scene() if self.now_and_then(0.8) else None for _ in range(self.random.choice((0, 0, 3)))]
        there = [place for place, scene in enumerate(scenes) if scene]
        song = [self.part(there) for _ in range(self.random.choice((0, 1, 3)))] if there else []
        return {
            "format": "clave project", "version": 1, "seed": self.seed(), "scene": self.scene(),
            "scenes": scenes, "song": song, "material": [self.file() for _ in range(self.random.choice((0, 0, 2)))],
        }  # fmt: skip


def random_project(seed: int) -> Project:
    """The project of this seed."""
    return from_document(Drawing(seed).project())


def made_up_pattern(index: int, meter: Meter) -> Pattern:
    """A bar for the request of this number: what a space could have answered, the same in the page."""
    voice, step = np.mgrid[: len(VOICES), : steps_per_bar(meter)].astype(np.uint32)
    struck = chances(index, voice, step, 0) < np.where(step % 4 == 0, 0.3, 0.03)
    offset = np.where(step % 3 == 0, 4 * chances(index, voice, step, 2) - 2, 0)
    velocity = np.where(struck, 1 - chances(index, voice, step, 1), 0)
    return Pattern(velocity.astype(np.float32), np.where(struck, offset, 0).astype(np.float32), meter)


def chances(seed: int, *place: Any) -> Any:
    """`clave.play.chance.chance` for many places at once."""
    mixed = _mixed(np.array([seed ^ GOLDEN], np.uint32))  # arrays may overflow, which is meant here
    for part in place:
        mixed = _mixed((mixed ^ np.asarray(part, np.uint32)) + np.uint32(GOLDEN))
    return mixed / 2**32


def _mixed(word: Any) -> Any:
    word = np.asarray(word, np.uint32)
    word = (word ^ word >> np.uint32(16)) * np.uint32(0x85EBCA6B)
    word = (word ^ word >> np.uint32(13)) * np.uint32(0xC2B2AE35)
    return word ^ word >> np.uint32(16)


def made_up(asked: Requests) -> Decoded:
    """Made-up answers to all that is asked."""
    bars = {bar_key(bar): made_up_pattern(index, bar.meter) for index, bar in enumerate(asked.bars)}
    return Decoded(bars, {sound_key(voice, sound): SILENCE for voice, sound in asked.sounds})


def asked_of(project: Project, bars: int) -> Decoded:
    return made_up(requests(project, bars))


def heard(asked: Requests) -> list[float | str]:
    """Of each requested bar, what it hears: the sum of the place of a generated bar, "given", or "nothing"."""
    bases = [bar.base if isinstance(bar, Edited) else bar for bar in asked.bars]
    hears = [base.hears if isinstance(base, Generated) else None for base in bases]
    return [
        "nothing" if each is None else "given" if isinstance(each, Given) else round(sum(each.point), 9) + 0.0
        for each in hears
    ]


def digest(performance: Performance) -> list[list[float]]:
    """For each bar: how many strokes, and what their times, velocities, levels, pans and sounds add up to, weighted by
    place so that a stroke in the place of another shows; and last, the same of the velocities of its source."""
    sums = [[0.0] * 7 for _ in performance.bars]
    for bar, source in enumerate(performance.sources):
        velocity = source.pattern.velocity
        for voice, step in zip(*velocity.nonzero(), strict=True):
            sums[bar][6] += (1 + chance(0, int(voice), int(step))) * float(velocity[voice, step])
    for each in performance.events():
        weight = 1 + chance(0, each.voice, each.step)
        for place, value in enumerate((1 / weight, each.seconds, each.velocity, each.level, each.pan, each.sound)):
            sums[each.bar][place] += weight * value
    return [[round(value, 12) + 0.0 for value in each] for each in sums]
