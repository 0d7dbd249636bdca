"""Write tests/fixtures/static_page.json.gz: bars of the shipped space and MIDI files, for a page without a server.

`python tests/make_static_fixture.py`; a test holds it up to date, and web/src/static/ makes the same.
"""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from random_projects import made_up, random_project

from clave.app.static_page.rhythm_files import rhythm_files
from clave.errors import MidiError
from clave.play.arrange import arrange, requests
from clave.play.decoding import decode_bars
from clave.play.formats import midi_bytes
from clave.play.project.bars import BarPattern, Generated, GenerationSettings, Leg, Phrase
from clave.rhythm.space import RhythmSpace, load_rhythm

FIXTURE = Path(__file__).parent / "fixtures" / "static_page.json.gz"
CLICKS, VARIED, FILLS, PHRASES, LEGS = 160, 8, 1, 1, 1
MIDI_PROJECTS = 16  # of `random_projects`


def drawn_settings(rhythm: RhythmSpace, rng: np.random.Generator, **changes: Any) -> GenerationSettings:
    """Any style or blend, meter, density and seed."""
    first, second = map(str, rng.choice(list(rhythm.styles), 2, replace=False))
    style = [None, first, {first: 0.25, second: 0.75}][rng.integers(3)]
    meter = rhythm.meters[rng.integers(len(rhythm.meters))] if rng.random() < 0.5 else (4, 4)
    density = None if rng.random() < 0.6 else round(float(rng.random()), 3)
    seed = int(rng.integers(2**31))
    return GenerationSettings(**({"style": style, "meter": meter, "density": density, "seed": seed} | changes))


def drawn_point(rng: np.random.Generator) -> tuple[float, float]:
    """A point of the map as the page sends it, now and then beyond its edge."""
    x, y = rng.uniform(-3.2, 3.2, 2).round(3).tolist()
    return x, y


def drawn_bars(rhythm: RhythmSpace) -> list[Generated]:
    """Clicks, variations that hear a bar and that do not, fills, phrases and bars of journeys."""
    rng = np.random.default_rng(0)
    bars = [Generated(point=drawn_point(rng), settings=drawn_settings(rhythm, rng)) for _ in range(CLICKS)]
    for place in range(VARIED):
        settings = drawn_settings(rhythm, rng, variation=round(float(rng.uniform(0.05, 1)), 2))
        heard = Generated(point=drawn_point(rng), settings=settings).as_heard() if place % 2 else None
        bars.append(Generated(point=drawn_point(rng), settings=settings, hears=heard))
    for place in range(FILLS):
        settings = drawn_settings(rhythm, rng, section="fill", variation=0.4 * (place % 2))
        bars.append(Generated(point=drawn_point(rng), settings=settings))
    for _ in range(PHRASES):
        settings, point = drawn_settings(rhythm, rng, variation=0.3, density=None, meter=(4, 4)), drawn_point(rng)
        bars += [Generated(point=point, settings=settings, phrase=Phrase(bars=4, index=n, fill=True)) for n in (1, 3)]
    for _ in range(LEGS):
        settings, start = drawn_settings(rhythm, rng), drawn_point(rng)
        end = (round(start[0] + 0.4, 3), start[1])
        leg = {share: Leg(start=start, end=end, share=share) for share in (0.4, 0.6)}
        bars += [Generated(point=start, settings=settings, leg=each) for each in leg.values()]
    return bars


def facts() -> dict[str, Any]:
    """What an exported page knows of the space."""
    return json.loads(rhythm_files(load_rhythm())["rhythm.json"])


def bar_cases() -> list[dict[str, Any]]:
    """Each bar, and its strokes."""
    rhythm = load_rhythm()
    bars = drawn_bars(rhythm)
    return [
        {"bar": bar.model_dump(mode="json"), "strokes": BarPattern.of(pattern).model_dump(mode="json")["strokes"]}
        for bar, pattern in zip(bars, decode_bars(bars, rhythm), strict=True)
    ]


def midi_cases(count: int = MIDI_PROJECTS) -> list[dict[str, Any]]:
    """Random projects with made-up bars, and the digest of their MIDI file, or why there is none."""
    cases: list[dict[str, Any]] = []
    for seed in range(count):
        project, bars = random_project(seed), 4 + seed % 5
        performance = arrange(project, made_up(requests(project, bars)), bars)
        try:
            digest = hashlib.sha256(midi_bytes(performance)).hexdigest()
        except MidiError as error:
            digest = str(error)
        cases.append({"project": project.model_dump(mode="json"), "bars": bars, "digest": digest})
    return cases


def random_cases() -> list[dict[str, Any]]:
    """What NumPy's generator draws for some seeds; of a thousand normal numbers, the last ones."""
    cases: list[dict[str, Any]] = []
    for seed in (0, 7, 2**31 + 5, 2**40 + 3):
        rng = np.random.default_rng(seed)
        drawn = {"normal": rng.standard_normal(1000)[-8:].tolist(), "gumbel": rng.gumbel(size=4).tolist()}
        drawn |= {"below": [int(rng.integers(8)) for _ in range(3)], "choice": int(rng.choice(3, p=(0.7, 0.16, 0.14)))}
        cases.append({"seed": seed, **drawn, "uniform": rng.random()})
    return cases


if __name__ == "__main__":
    cases = {"facts": facts(), "random": random_cases(), "bars": bar_cases(), "midi": midi_cases()}
    text = json.dumps(cases, separators=(",", ":"))
    FIXTURE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
