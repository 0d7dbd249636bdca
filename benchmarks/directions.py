"""What a shift does to what one hears, through decoded sounds: the tables of docs/sound-directions.md.

python benchmarks/directions.py [SPACE] [VOICE ...]
"""

import sys
import time
import warnings

import numpy as np
from scipy.stats import rankdata

from clave.audio import descriptors
from clave.latent.code import Code
from clave.sound import voice_classifier as voices
from clave.sound.space import SoundSpace, load_sound

SHIFTS = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
SOUNDS = 8  # a voice; every other one strays from what is expected by half a deviation


def main() -> None:
    """One line for each voice and direction."""
    warnings.simplefilter("ignore", RuntimeWarning)  # of means of nothing, where no sound has a pitch
    space = load_sound(sys.argv[1] if len(sys.argv) > 1 else None)
    head = ["voice", "direction", "rank correlation", "lowest", "moved by 1", "by 2", "others moved by 1, at most",
            "by 2", "still that voice", "before", "ms a shift"]  # fmt: skip
    print(f"| {' | '.join(head)} |\n{'|---' * len(head)}|")
    for voice in sys.argv[2:] or space.voices:
        real = space.corpus(voice).heard
        if real is None:
            sys.exit(f"{space.folder} does not say what one hears in the sounds that it was learned from")
        deviation = np.nanstd(real, axis=0)
        for name in space.directions(voice):
            index = descriptors.NAMES.index(name)
            begin = beginnings(space, voice, name)
            before = time.perf_counter()
            moved = [space.shifted(begin, voice, {name: by}) for by in SHIFTS]
            milliseconds = 1e3 * (time.perf_counter() - before) / (len(SHIFTS) - 1) / len(begin)
            clips = [space.decode(each, voice) for each in moved]
            heard = np.array([descriptors.measured(each) for each in clips])
            known = np.isfinite(heard[:, :, index]).all(axis=0)
            ranks = [float(np.corrcoef(SHIFTS, rankdata(column))[0, 1]) for column in heard[:, known, index].T]
            change = (heard - heard[2]) / deviation
            by = [np.nanmean(change[2 + n] - change[2 - n], axis=0)[index] / 2 for n in (1, 2)]
            held = [n for n, other in enumerate(descriptors.NAMES) if n != index and other in space.directions(voice)]
            others = [np.nanmax(np.nanmean(np.abs(change[rows][:, :, held]), axis=(0, 1))) for rows in ([1, 3], [0, 4])]
            still = [np.mean([guess.voice.name == voice for guess in voices.guess(each)]) for each in clips]
            cells = [f"{np.mean(ranks):.2f}", f"{np.min(ranks):.2f}", *(f"{each:.2f}" for each in (*by, *others)),
                     f"{np.mean(np.delete(still, 2)):.2f}", f"{still[2]:.2f}", f"{milliseconds:.0f}"]  # fmt: skip
            print(f"| {voice} | {name} | {' | '.join(cells)} |", flush=True)


def beginnings(space: SoundSpace, voice: str, name: str) -> Code:
    """Sounds to be shifted; for pitch, such as have one."""
    points = np.random.default_rng(99).standard_normal((6 * SOUNDS, 2)).astype(np.float32)
    begin = space.expected(points, voice)
    halfway = np.arange(len(begin)) % 2 == 1
    begin.detail[halfway] = space.code_at(points, voice, variation=0.5, seed=99).detail[halfway]
    rows = np.arange(SOUNDS)
    if name == "pitch":
        pitch = descriptors.measured(space.decode(begin, voice))[:, 2]
        rows = np.flatnonzero(np.isfinite(pitch))[:SOUNDS]
    return Code(begin.map[rows], begin.detail[rows])


if __name__ == "__main__":
    main()
