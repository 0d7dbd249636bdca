"""What softer strokes sound like: recorded drums with velocity layers, and ours made of their hardest stroke.

Each drum that was recorded at several velocities (KITS) gives pairs: its loudest stroke, and one that is 3 to 24 dB
softer. Of the pairs, by voice:

* how the centroid of the first 20 ms (attack) and of the next 80 ms (body), and the time until the energy to come is
  20 dB down (T20) change, in octaves for each 10 dB softer: least squares through 0, its standard error by bootstrap;
* the band level error between the soft recording and the hard one turned down ("level"), or our layer of it ("ours"):
  octaves from 63 Hz in four stretches of time, down to 30 dB below the loudest, root mean square in dB.

"takes" is the same error between two recordings within 1.2 dB: what is left to chance. HELD_OUT had no part in the
slopes. Then, for kits drawn from the shipped sound space: the same changes by our layers, and by
the space's own shift towards less brightness, half a standard deviation a layer; and what both cost.

Usage: python benchmarks/velocity_layers.py FOLDER [--quick] [--json FILE]; FOLDER (or $CLAVE_DATA/oneshots) is that of
the one-shots with their manifest.csv.
"""

import csv
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from measuring import add_folder, options, print_table, write_json

from clave.audio import velocity_layers
from clave.audio.loudness import k_weighted_energy
from clave.files import audio_file
from clave.music.clip import Clip
from clave.music.kit import VOICES, Voice, voice
from clave.sound.space import SoundSpace, load_sound

KITS = ("GMRockKit", "Millo_MultiLayered2", "Millo_MultiLayered3", "ForzeeStereo", "BJA_Pacific", "The_Black_Pearl_1.0")
HELD_OUT = ("Discord_Standard", "Marching_Snare", "Marching_Tenor", "Marching_Bass", "Standard", "Room_1")
LAYER = re.compile(r"[-_ ](Softest|Soft|Med|Hardest|Hard|v?\d+)(?P<hand>-[LR])?$")
RATE = 44_100
LOUD_SECONDS = 0.4  # of a stroke, by which its level is measured
LENGTH = round(1.2 * RATE)
SOFTER_DB = (3.0, 24.0)
SAME_DB = 1.2
STRETCHES = (0.0, 0.012, 0.05, 0.2, 1.2)  # seconds
OCTAVES_HZ = 62.5 * 2.0 ** np.arange(0.5, 9)
FLOOR_DB = 30.0
TRENDS = ("attack", "body", "T20")
DRAWS = 300  # of the bootstrap
DRAWN_KITS = 12
SHIFTS = (-0.5, -1.0, -1.5)  # standard deviations
SOURCES = ("ours", "space")


@dataclass(frozen=True, eq=False)
class Stroke:
    """A recorded stroke, from its onset."""

    samples: np.ndarray
    level_db: float


@dataclass(frozen=True, eq=False)
class Pair:
    """A drum struck hard, and more softly."""

    hard: Stroke
    soft: Stroke
    voice: int

    @property
    def softer_db(self) -> float:
        """Below 0."""
        return self.soft.level_db - self.hard.level_db


def strokes(folder: Path, kits: Sequence[str]) -> dict[tuple[str, str, str], list[Stroke]]:
    """The strokes of each drum, by kit, voice and name."""
    drums: dict[tuple[str, str, str], list[Stroke]] = defaultdict(list)
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            stem = Path(row["path"]).stem
            if row["kit"] in kits and LAYER.search(stem):
                drums[row["kit"], row["voice"], LAYER.sub(r"\g<hand>", stem)].append(stroke(folder / row["path"]))
    return drums


def from_onset(samples: np.ndarray) -> np.ndarray:
    """1.2 s from 1 ms before a sound reaches a tenth of its peak."""
    onset = int(np.argmax(np.abs(samples) > np.abs(samples).max() / 10))
    return np.pad(samples[max(0, onset - RATE // 1000) :].astype(np.float64), (0, LENGTH))[:LENGTH]


def stroke(path: Path) -> Stroke:
    """A file from its onset."""
    samples = from_onset(audio_file.read(path).samples)
    return Stroke(samples, 10 * np.log10(k_weighted_energy(samples[: round(LOUD_SECONDS * RATE)], RATE) + 1e-20))


def pairs_of(drums: Iterable[tuple[tuple[str, str, str], list[Stroke]]]) -> list[Pair]:
    """The hardest stroke of each drum with each that is softer, as SOFTER_DB says."""
    found: list[Pair] = []
    for (_, name, _), own in drums:
        hard = max(own, key=lambda each: each.level_db)
        pairs = [Pair(hard, each, voice(name).index) for each in own]
        found += [pair for pair in pairs if SOFTER_DB[0] < -pair.softer_db < SOFTER_DB[1]]
    return found


def layer(pair: Pair) -> np.ndarray:
    """Our layer of the hard stroke, at the level of the soft one."""
    (made,) = velocity_layers.softer_clips(Clip(pair.hard.samples), pair.voice, [pair.softer_db])
    return made.samples * 10 ** (pair.softer_db / 20)


def trends(samples: np.ndarray) -> np.ndarray:
    """Centroid of attack and body, and T20: all as octaves."""
    edges = [round(each * RATE) for each in (0.0, 0.02, 0.1)]
    found: list[float] = []
    for start, end in pairwise(edges):
        power = np.abs(np.fft.rfft(samples[start:end] * np.hanning(end - start), 8192)) ** 2
        hz = np.fft.rfftfreq(8192, 1 / RATE)
        heard = hz > 50
        found.append(float(np.log2((hz * power)[heard].sum() / power[heard].sum())))
    to_come = np.cumsum(samples[::-1] ** 2)[::-1]
    return np.array([*found, np.log2(max(1, int(np.argmax(to_come < to_come[0] / 100))) / RATE)])


def slopes(changes: np.ndarray, softer_db: np.ndarray) -> np.ndarray:
    """Octaves for each 10 dB softer."""
    return -10 * (changes * softer_db[:, None]).sum(axis=0) / (softer_db**2).sum()


def bands(samples: np.ndarray) -> np.ndarray:
    """The level in dB of each octave in each stretch of time."""
    rows: list[list[float]] = []
    for start, end in pairwise(STRETCHES):
        part = samples[round(start * RATE) : round(end * RATE)]
        power = np.abs(np.fft.rfft(part)) ** 2 / len(part)
        place = np.searchsorted(OCTAVES_HZ, np.fft.rfftfreq(len(part), 1 / RATE))
        rows.append(np.bincount(place, power, len(OCTAVES_HZ) + 1)[: len(OCTAVES_HZ)].tolist())
    power = np.array(rows)
    return 10 * np.log10(np.maximum(power, power.max() * 1e-6))


def error(one: np.ndarray, other: np.ndarray) -> float:
    """Between two tables of bands: what is loud in either counts most."""
    loudest = np.maximum(one, other)
    weight = np.clip((loudest - loudest.max() + FLOOR_DB) / FLOOR_DB, 0, 1)
    return float(np.sqrt((weight * np.clip(one - other, -25, 25) ** 2).sum() / weight.sum()))


def measured(pairs: Sequence[Pair]) -> dict[str, object]:
    """All figures of a voice."""
    softer = np.array([pair.softer_db for pair in pairs])
    hard = np.array([trends(pair.hard.samples) for pair in pairs])
    real = np.array([trends(pair.soft.samples) for pair in pairs]) - hard
    made = [layer(pair) for pair in pairs]
    ours = np.array([trends(each) for each in made]) - hard
    rng = np.random.default_rng(0)
    draws = [rng.choice(len(pairs), len(pairs)) for _ in range(DRAWS)]
    spread = np.std([slopes(real[draw], softer[draw]) for draw in draws], axis=0)
    soft = [bands(pair.soft.samples) for pair in pairs]
    level = [error(bands(pair.hard.samples) + pair.softer_db, each) for pair, each in zip(pairs, soft, strict=True)]
    own = [error(bands(each), wanted) for each, wanted in zip(made, soft, strict=True)]
    return {
        "pairs": len(pairs),
        "real": slopes(real, softer).tolist(),
        "error_of_real": spread.tolist(),
        "ours": slopes(ours, softer).tolist(),
        "level_db": float(np.mean(level)),
        "layer_db": float(np.mean(own)),
        "better": float(np.mean(np.array(own) < np.array(level))),
    }


def takes(drums: Iterable[tuple[tuple[str, str, str], list[Stroke]]]) -> dict[int, float]:
    """By voice: how far two recordings of one drum, equally loud, are apart."""
    found: dict[int, list[float]] = defaultdict(list)
    for (_, name, _), own in drums:
        for place, one in enumerate(own):
            for other in own[place + 1 :]:
                apart = other.level_db - one.level_db
                if abs(apart) < SAME_DB:
                    found[voice(name).index].append(error(bands(one.samples) + apart, bands(other.samples)))
    return {row: float(np.mean(each)) for row, each in found.items()}


def report(title: str, drums: dict[tuple[str, str, str], list[Stroke]], least: int = 4) -> dict[str, object]:
    """Print the table of these drums, and give its numbers."""
    pairs, same = pairs_of(drums.items()), takes(drums.items())
    numbers: dict[str, object] = {}
    rows: list[list[str]] = []
    for each in VOICES:
        own = [pair for pair in pairs if pair.voice == each.index]
        if len(own) < least:
            continue
        found = measured(own)
        numbers[each.name] = found = {**found, "takes_db": same.get(each.index)}
        real, spread, ours = (np.array(found[name]) for name in ("real", "error_of_real", "ours"))
        changes = [f"{a:+.2f} ± {b:.2f} / {c:+.2f}" for a, b, c in zip(real, spread, ours, strict=True)]
        errors = [
            f"{found[name]:.1f}" if found[name] is not None else "-" for name in ("level_db", "layer_db", "takes_db")
        ]
        rows.append([each.name, str(len(own)), *changes, *errors, f"{100 * found['better']:.0f} %"])
    print_table(
        [title, "pairs", *(f"{name}: real / ours" for name in TRENDS), "level", "ours", "takes", "better"], rows
    )
    return numbers


def shifted(space: SoundSpace, which: Voice, point: tuple[float, float]) -> list[Clip]:
    """The sounds of a point with three shifts towards less brightness."""
    codes = [space.code_at([point], which, 0.0, 0, None, {"brightness": each}) for each in SHIFTS]
    return [space.decode(code, which)[0] for code in codes]


def drawn_kits(count: int) -> dict[str, object]:
    """Print what layers of drawn kits change, and how long they take, one kit after the other."""
    space = load_sound()
    seconds = {"kit": 0.0, "ours": 0.0, "space": 0.0}
    changes: dict[tuple[str, str], list[np.ndarray]] = defaultdict(list)
    for seed in range(count):
        began = time.perf_counter()
        kit, places = space.kit(seed=seed), space.places(seed)
        seconds["kit"] += (time.perf_counter() - began) / count
        for each in VOICES:
            hard = trends(from_onset(kit[each].samples))
            for name in SOURCES:
                began = time.perf_counter()
                if name == "ours":
                    made = velocity_layers.softer_clips(kit[each], each)
                else:
                    made = shifted(space, each, places[each.name])
                seconds[name] += (time.perf_counter() - began) / count
                changes[name, each.name] += [trends(from_onset(clip.samples)) - hard for clip in made]
    softer = np.tile(velocity_layers.LEVELS_DB, count)
    found = {
        name: {each.name: slopes(np.array(changes[name, each.name]), softer) for each in VOICES} for name in SOURCES
    }
    rows = [
        [each.name, *(f"{found[name][each.name][place]:+.2f}" for place in range(3) for name in SOURCES)]
        for each in VOICES
    ]
    print_table(["drawn kits", *(f"{trend}: {name}" for trend in TRENDS for name in SOURCES)], rows)
    print_table(["seconds a kit", *seconds], [["", *(f"{each:.2f}" for each in seconds.values())]])
    return {"seconds": seconds, **{name: {key: row.tolist() for key, row in found[name].items()} for name in SOURCES}}


def main() -> None:
    """Measure and print."""
    parser = options(__doc__)
    add_folder(parser, "oneshots")
    given = parser.parse_args()
    kits = KITS[:1] if given.quick else KITS
    numbers = {"fitted": report("fitted", strokes(given.folder, kits))}
    if not given.quick:
        numbers["held out"] = report("held out", strokes(given.folder, HELD_OUT))
    numbers["drawn"] = drawn_kits(1 if given.quick else DRAWN_KITS)
    write_json(numbers, given.json)


if __name__ == "__main__":
    main()
