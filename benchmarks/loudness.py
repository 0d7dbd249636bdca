"""How loud projects are: random points of the map, and the built-in kits.

Each point plays four bars at 112 quarters a minute, as a new project has them; measured is what `clave render` writes,
with the meter of ITU-R BS.1770-4 in `clave/audio/loudness.py`. "As they are" is the same without the gain of bars,
room and bus. Usage: python benchmarks/loudness.py [--quick] [--json FILE].
"""

from dataclasses import replace

import numpy as np
from measuring import options, print_table, write_json

import clave
from clave.audio.loudness import integrated, true_peak_db
from clave.play.performance import Performance
from clave.play.project import Generated, KitVoice, Project, ProjectKit, Scene, TempoChange
from clave.play.render import render_stereo
from clave.sound import drum_synth

TEMPO_BPM = 112
BARS = 4
KIT_POINTS = 5


def project(point: np.ndarray, kit: str) -> Project:
    """A new project at this point of the map, on this kit."""
    x, y = point.tolist()
    voices = tuple(KitVoice(origin="factory", kit=kit) for _ in range(8))
    tempo = (TempoChange(bar=0, tempo_bpm=TEMPO_BPM),)
    bars = (Generated(point=(x, y)),) * BARS
    return Project(scene=Scene(bars=bars, kit=ProjectKit(name=kit, voices=voices), tempo=tempo))


def measured(performance: Performance) -> tuple[float, float]:
    """LUFS and dBTP."""
    sides = np.stack([side.samples for side in render_stereo(performance)])
    return integrated(sides, performance.sample_rate), true_peak_db(sides)


def main() -> None:
    """Measure and print."""
    given = options(__doc__).parse_args()
    rhythm = clave.load_rhythm()
    rng = np.random.default_rng(0)
    places = rhythm.corpus.map[rng.choice(len(rhythm.corpus.map), 20 if given.quick else 100, replace=False)]
    found: dict[str, list[tuple[float, float]]] = {"as they are": [], "as a project": []}
    for place in places:
        performance = clave.perform(project(place, "analogue"), rhythm=rhythm)
        found["as a project"].append(measured(performance))
        found["as they are"].append(measured(replace(performance, production=None)))
    kits: dict[str, list[tuple[float, float]]] = {
        kit.name: [measured(clave.perform(project(place, kit.name), rhythm=rhythm)) for place in places[:KIT_POINTS]]
        for kit in drum_synth.KITS
    }
    rows, numbers = [], {}
    for name, pairs in {**found, **{f"kit {name}": pairs for name, pairs in kits.items()}}.items():
        lufs, peaks = np.array(pairs).T
        own = {
            "mean_lufs": lufs.mean(),
            "spread_db": np.ptp(lufs),
            "deviation_db": lufs.std(),
            "true_peak_db": peaks.max(),
        }
        numbers |= {f"{name}, {what}": float(value) for what, value in own.items()}
        rows.append((name, len(pairs), *(f"{value:.2f}" for value in own.values())))
    print_table(("what", "points", "LUFS, mean", "spread dB", "standard deviation", "highest dBTP"), rows)
    means = [np.mean([lufs for lufs, _ in pairs]) for pairs in kits.values()]
    numbers["kits, spread of means"] = float(np.ptp(means))
    print(f"\nkits: their means lie within {np.ptp(means):.2f} dB")
    write_json(numbers, given.json)


if __name__ == "__main__":
    main()
