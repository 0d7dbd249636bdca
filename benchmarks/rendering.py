"""How fast grooves become sound, beside fluidsynth and plain mixing.

    python benchmarks/rendering.py [SF2] [--quick] [--json FILE]

Speeds are in times real time, the best of several runs. Plain mixing adds whole samples at rounded places: no
fractions of a sample, no choke groups, no loops. fluidsynth plays the same MIDI file with a General MIDI bank (SF2 or
the system's), and starts anew each time as a program.
"""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from measuring import best_seconds, options, print_table, write_json

from clave import factory, midi
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit
from clave.music.pattern import Pattern
from clave.play import sequencer
from clave.play.render import render, render_stems

BANKS = ("/usr/share/sounds/sf2/TimGM6mb.sf2", "/usr/share/sounds/sf2/default-GM.sf2")
TEMPO_BPM, SWING = 117.0, 0.56


def groove(bars, seed=0):
    """Bars as a drummer plays them: hats on eighths and ghosts, all a little off the grid."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(bars):
        chance = np.zeros((len(VOICES), 64))
        chance[0, ::8], chance[0, ::32] = 0.35, 1
        chance[1, 16::32], chance[1, ::4] = 1, 0.12
        chance[2, ::8], chance[2, ::4] = 0.9, 0.3
        chance[3, 4::8], chance[4, 48::4], chance[5, 0], chance[6, 48], chance[7, ::4] = 0.1, 0.2, 0.3, 0.3, 0.1
        hits = rng.random(chance.shape) < chance
        velocity = rng.uniform(0.2, 1.0, hits.shape).astype(np.float32)
        made.append(
            Pattern.from_hits(hits, velocity, rng.normal(0, 0.15, hits.shape).clip(-0.45, 0.45).astype(np.float32))
        )
    return made


def plainly(patterns, kit):
    """The least that a mixer can do."""
    rate = kit.clips[0].sample_rate
    row = np.zeros(round(sequencer.duration_seconds(patterns, TEMPO_BPM) * rate) + 2 * rate, np.float32)
    for event in sequencer.events(patterns, TEMPO_BPM, SWING):
        sound = kit.clips[event.voice].samples
        start = max(0, round(event.seconds * rate))
        row[start : start + len(sound)] += event.velocity**2 * sound
    return row


def timing_error_samples(strokes=300):
    """The largest distance of a rendered onset from its place, in samples, for strokes anywhere."""
    rng = np.random.default_rng(1)
    pulse = np.exp(-0.5 * ((np.arange(81) - 40) / 4) ** 2).astype(np.float32)
    kit = Kit((Clip(pulse), *[Clip(np.zeros(1, np.float32))] * 7))
    worst = 0.0
    for _ in range(strokes):
        hits, offset = np.zeros((8, 64), bool), np.zeros((8, 64), np.float32)
        step = int(rng.integers(4, 56))
        hits[0, step], offset[0, step] = True, rng.uniform(-2, 2)
        bar = Pattern.from_hits(hits, None, offset)
        made = render([bar], kit, TEMPO_BPM).samples.astype(np.float64)
        centre = (np.arange(len(made)) * made).sum() / made.sum()
        worst = max(worst, abs(centre - 40 - sequencer.events([bar], TEMPO_BPM)[0].seconds * 44_100))
    return worst


def ways(patterns, kit, bank, folder):
    """Each way to turn these bars into sound, by name."""
    found = {
        "clave, cut": lambda: render(patterns, kit, TEMPO_BPM, SWING),
        "clave, loop": lambda: render(patterns, kit, TEMPO_BPM, SWING, tail="wrap"),
        "clave, 8 stems": lambda: render_stems(patterns, kit, TEMPO_BPM, SWING),
        "plain mixing": lambda: plainly(patterns, kit),
    }
    if bank and shutil.which("fluidsynth"):
        midi.write(Path(folder) / "groove.mid", patterns, TEMPO_BPM, SWING)
        command = ["fluidsynth", "-ni", "-r", "44100", "-F", f"{folder}/x.wav", bank, f"{folder}/groove.mid"]
        found["fluidsynth"] = lambda: subprocess.run(command, check=True, capture_output=True)
    return found


def main():
    parser = options(__doc__)
    parser.add_argument("bank", nargs="?", default=next((path for path in BANKS if Path(path).exists()), None))
    given = parser.parse_args()
    started = time.perf_counter()
    kits = [factory.kit(each.name) for each in factory.KITS]
    kit_ms = 1000 * (time.perf_counter() - started) / len(kits)
    print(f"a built-in kit of 8 sounds: {kit_ms:.0f} ms (mean of {len(kits)})")
    error = timing_error_samples(20 if given.quick else 300)
    print(f"largest error of an onset: {error:.4f} samples\n")

    rows, numbers = [], {"kit_ms": kit_ms, "onset_error_samples": error}
    for bars in (8,) if given.quick else (8, 64):
        patterns = groove(bars)
        length = sequencer.duration_seconds(patterns, TEMPO_BPM)
        strokes = sum(int(each.hits.sum()) for each in patterns)
        with tempfile.TemporaryDirectory() as folder:
            for name, work in ways(patterns, kits[0], given.bank, folder).items():
                seconds = best_seconds(work, 1 if given.quick else 5)
                rows.append((bars, strokes, name, f"{seconds:.3f}", f"{length / seconds:.0f}"))
                numbers[f"{name}, {bars} bars, times real time"] = length / seconds
    print_table(("bars", "strokes", "way", "seconds", "times real time"), rows)
    write_json(numbers, given.json)


if __name__ == "__main__":
    main()
