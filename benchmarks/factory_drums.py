"""Whether our own drums do what recorded ones do: measures of both, by voice.

Recorded are the one-shots of tier A in a folder with a manifest.csv (CC0, MIT, Unlicense), near copies left out;
voices count alike, and sources by the root of their size. Ours are those that `clave learn sound --factory N` makes.
clave/evaluation/sound/stroke.py says what each measure is. With --fit, the script looks for parameters of our drums
that measure as the recorded ones do, and prints them as clave/sound/drum_synth/draws.py has them (half an hour).

Usage: python benchmarks/factory_drums.py FOLDER [--count N] [--fit] [--quick] [--json FILE]; FOLDER (or
$CLAVE_DATA/oneshots) is that of the one-shots.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from measuring import add_folder, options, print_table, write_json

from clave import factory, sounds
from clave.errors import ClaveError
from clave.evaluation.sound.stroke import StrokeMeasures, measure
from clave.files import audio_file
from clave.music.clip import Clip
from clave.music.kit import VOICES, Voice, voice
from clave.sound.dataset.splitting import weights_of
from clave.sound.drum_synth.draws import ANY_DRUM
from clave.sound.drum_synth.drums import DRUMS

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
NAMES = StrokeMeasures.names()
BY_RATIO = ["attack_ms", "strike_hz", "attack_hz", "body_hz", "t30_s"]  # measures that the ear hears by ratio
LEAST = {"attack_ms": 0.3}
COPY = 0.03  # octaves, or decibels times 20: sounds that are no farther apart in any measure are copies
OCTAVES_HZ = 44.0 * 2.0 ** np.arange(10)
FIRST, EACH, ROUNDS = 500, 300, 3  # drums that a fit makes
NEAREST = 4  # of our drums stand for a recorded one


@dataclass(frozen=True, eq=False)
class Measured:
    """Drums of one voice: their measures, the octaves that they fill, and what each of them counts."""

    measures: np.ndarray  # sound x measure
    octaves_db: np.ndarray  # sound x octave
    weight: np.ndarray  # sound

    @property
    def quantiles(self) -> np.ndarray:
        """Quantile x measure."""
        columns = [weighted_quantiles(column, self.weight) for column in self.measures.T]
        return np.stack(columns, axis=1)

    @property
    def features(self) -> np.ndarray:
        """All measures on scales by which differences compare."""
        return np.concatenate([by_ear(self.measures), self.octaves_db], axis=1)


def by_ear(measures: np.ndarray) -> np.ndarray:
    """Measures with octaves in place of hertz and seconds."""
    scaled = measures.copy()
    for name in BY_RATIO:
        column = NAMES.index(name)
        scaled[:, column] = np.log2(np.maximum(measures[:, column], LEAST.get(name, 1e-3)))
    return scaled


def weighted_quantiles(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    order = np.argsort(values)
    reached = np.cumsum(weight[order]) - weight[order] / 2
    return np.interp(QUANTILES, reached / weight.sum(), values[order])


def octaves_db(clip: Clip) -> np.ndarray:
    """Energy by octave below all of it, -50 dB at least."""
    power = np.square(np.abs(np.fft.rfft(clip.samples.astype(np.float64), 1 << 17)))
    hz = np.fft.rfftfreq(1 << 17, 1 / clip.sample_rate)
    bands = np.array([power[(hz >= low) & (hz < high)].sum() for low, high in pairwise(OCTAVES_HZ)])
    return np.maximum(-50, 10 * np.log10(bands / bands.sum() + 1e-12))


def recorded(folder: Path, limit: int | None) -> dict[str, Measured]:
    """The recorded one-shots by voice."""
    rows: dict[str, list[tuple[str, np.ndarray, np.ndarray]]] = {each.name: [] for each in VOICES}
    with (folder / "manifest.csv").open(newline="", encoding="utf-8-sig") as file:
        listed = [row for row in csv.DictReader(file) if row["tier"] == "A"]
    for row in listed[:: max(1, len(listed) // limit) if limit else 1]:
        try:
            clip = audio_file.read(folder / row["path"])
            rows[voice(row["voice"]).name].append((row["source"], measure(clip).row(), octaves_db(clip)))
        except ClaveError as error:
            print(f"{row['path']}: {error}")
    return {name: _measured(found) for name, found in rows.items() if found}


def _measured(found: list[tuple[str, np.ndarray, np.ndarray]]) -> Measured:
    measures = np.stack([each[1] for each in found])
    scaled = by_ear(measures)
    scaled[:, [NAMES.index(name) for name in NAMES if name.endswith("_db")]] /= 20
    kept: list[int] = []
    for number, row in enumerate(scaled):
        if not kept or np.abs(scaled[kept] - row).max(axis=1).min() > COPY:
            kept.append(number)
    sources = np.unique([found[number][0] for number in kept], return_inverse=True)[1]
    weight = weights_of(np.zeros(len(kept), np.int64), sources)
    return Measured(measures[kept], np.stack([found[number][2] for number in kept]), weight)


def ours(count: int) -> dict[str, Measured]:
    """Drums of the synthesizer, as training has them."""

    def of(each: Voice) -> Measured:
        clips = [clip for number in range(count) if (clip := sounds.made_clip(each, number)).peak > 0]
        rows = np.stack([measure(clip).row() for clip in clips])
        return Measured(rows, np.stack([octaves_db(clip) for clip in clips]), np.ones(len(clips)))

    return {each.name: of(each) for each in VOICES}


def rows(real: dict[str, Measured], made: dict[str, Measured]) -> Iterator[list[str]]:
    """A row of text for each voice and measure."""
    for name, measured in real.items():
        for column, what in enumerate(NAMES):
            a, b = measured.quantiles[:, column], made[name].quantiles[:, column]
            digits = ".0f" if what.endswith("_hz") else ".2f" if what in ("t30_s", "noisiness") else ".1f"
            spans = [f"{each[2]:{digits}} ({each[0]:{digits}} to {each[4]:{digits}})" for each in (a, b)]
            off = f"{np.log2(b[2] / a[2]):+.2f} octaves" if what in BY_RATIO else f"{b[2] - a[2]:+.2f}"
            yield [name, what, *spans, off, "yes" if a[1] <= b[2] <= a[3] else "no"]


def fitted(each: Voice, real: Measured, first: int, more: int) -> dict[str, tuple[float, float]]:
    """Between which values two thirds of each parameter lie, of the drums of ours that are nearest to recorded ones.

    The first are drawn anywhere and by `draw`; each round adds drums near the best ones, and drums that have every
    parameter from the best ones' mean and standard deviation.
    """
    rng = np.random.default_rng(each.index)
    spans = DRUMS[each.index].ranges()
    places: list[list[float]] = []
    features: list[np.ndarray] = []

    def add(wanted: np.ndarray) -> None:
        values = {name: span.value(place) for (name, span), place in zip(spans.items(), wanted, strict=True)}
        clip = factory.synthesize(DRUMS[each.index](**values), seed=int(rng.integers(2**31)))
        if clip.peak > 0:
            places.append([span.place(values[name]) for name, span in spans.items()])
            features.append(Measured(measure(clip).row()[None], octaves_db(clip)[None], np.ones(1)).features[0])

    for number in range(first):
        drawn = factory.draw(each, rng)
        start = [span.place(getattr(drawn, name)) for name, span in spans.items()]
        add(np.array(start) + 0.08 * rng.standard_normal(len(spans)) if number % 2 else rng.random(len(spans)))
    for _ in range(ROUNDS):
        weight, known = _nearness(real, np.stack(features)), np.array(places)
        mean = weight @ known
        deviation = np.sqrt(weight @ np.square(known - mean))
        for number in range(more):
            near = known[rng.choice(len(known), p=weight)] + rng.choice((0.05, 0.12)) * rng.standard_normal(len(spans))
            add(near if number % 3 else mean + deviation * rng.standard_normal(len(spans)))
    weight, known = _nearness(real, np.stack(features)), np.array(places)
    mean = weight @ known
    deviation = np.sqrt(weight @ np.square(known - mean))
    ends = zip(spans.items(), mean, deviation, strict=True)
    return {name: (span.value(m - s), span.value(m + s)) for (name, span), m, s in ends if name not in ANY_DRUM}


def _nearness(real: Measured, features: np.ndarray) -> np.ndarray:
    """What each of our drums counts: each recorded one shares its weight among the nearest of ours."""
    scale = real.features.std(axis=0) + 1e-3
    scale[len(NAMES) :] *= 1.6  # octaves overlap with the other measures
    far = np.square((real.features[:, None] - features) / scale).sum(axis=2)
    weight = np.zeros(len(features))
    for row, share in zip(far, real.weight / real.weight.sum(), strict=True):
        near = np.argsort(row)[:NEAREST]
        likely = np.exp(-(row[near] - row[near[0]]) / 8)
        weight[near] += share * likely / likely.sum()
    return weight / weight.sum()


def main(argv: list[str] | None = None, out: Callable[[str], None] = print) -> None:
    parser = options(__doc__)
    add_folder(parser, "oneshots")
    parser.add_argument("--count", type=int, default=240, help="drums a voice of the synthesizer")
    parser.add_argument("--fit", action="store_true", help="look for parameters that measure as recorded drums do")
    args = parser.parse_args(argv)
    real = recorded(args.folder, 60 if args.quick else None)
    if args.fit:
        for name, measured in real.items():
            counts = (20, 8) if args.quick else (FIRST, EACH)
            usual = fitted(voice(name), measured, *counts)
            out(f"{name}: " + ", ".join(f"{key}=({low:.4g}, {high:.4g})" for key, (low, high) in usual.items()))
        return
    made = ours(8 if args.quick else args.count)
    head = ("voice", "measure", "recorded: median (10 to 90 %)", "ours", "off", "within the middle half")
    print_table(head, rows(real, made))
    write_json(
        {name: {"recorded": real[name].quantiles.tolist(), "ours": made[name].quantiles.tolist()} for name in real},
        args.json,
    )


if __name__ == "__main__":
    main()
