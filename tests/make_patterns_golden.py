"""Write tests/golden/patterns.json: bars of the rhythm space that ships, which every machine decodes as the same."""

import json
from pathlib import Path
from typing import Any

from clave.music.pattern import Pattern
from clave.rhythm.space import RhythmSpace, load_rhythm

FILE = Path(__file__).with_name("golden") / "patterns.json"
POINTS = [[x, y] for x in (-2.0, 0.3, 1.7) for y in (-1.5, 0.2, 2.1)]


def decoded(space: RhythmSpace) -> dict[str, list[Pattern]]:
    """Bars in every way in which a space makes them."""
    return {
        "points": space.at(POINTS),
        "points in a style": space.at(POINTS, style="funk", section="fill"),
        "variations": space.at(POINTS, variation=0.5, seed=3),
        "draws": space.sample(6, style="house", seed=1),
        "waltzes": space.sample(3, meter=(3, 4), seed=2),
        "encoded": space.decode(space.encode(space.at(POINTS[:4], seed=4))),
    }


def row(pattern: Pattern) -> list[list[Any]]:
    """Its strokes: voice, step, velocity and offset."""
    return [[each.voice, each.step, round(each.velocity, 3), round(each.offset, 3)] for each in pattern.strokes()]


if __name__ == "__main__":
    bars = {name: [row(pattern) for pattern in patterns] for name, patterns in decoded(load_rhythm()).items()}
    lines = (f'"{name}": [\n' + ",\n".join(json.dumps(each) for each in rows) + "\n]" for name, rows in bars.items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
