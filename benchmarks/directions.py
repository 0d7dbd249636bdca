"""What a shift does to what one hears, through decoded sounds: the table of docs/sound-directions.md.

python benchmarks/directions.py [SPACE]
"""

import sys
import warnings

import numpy as np
from scipy.stats import spearmanr

from clave import descriptors
from clave.sound_space import load_sound

SHIFTS = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
SOUNDS = 5  # a voice; every other one strays from what is expected by half a deviation


def main() -> None:
    """One line for each voice and direction."""
    warnings.simplefilter("ignore", RuntimeWarning)  # of means of nothing, where no sound has a pitch
    space = load_sound(sys.argv[1] if len(sys.argv) > 1 else None)
    print(
        "| voice | direction | rank correlation | moved by 1 | others moved by 1, at most | by 2 |\n" + "|---" * 6 + "|"
    )
    for voice in space.voices:
        deviation = np.nanstd(space.corpus(voice).heard, axis=0)
        rng = np.random.default_rng(99)
        points = rng.standard_normal((SOUNDS, 2)).astype(np.float32)
        halfway = np.arange(SOUNDS) % 2 == 1
        begin = space.expected(points, voice)
        begin.detail[halfway] = space.code_at(points, voice, variation=0.5, seed=99).detail[halfway]
        for name in space.directions(voice):
            index = descriptors.NAMES.index(name)
            heard = np.array(
                [descriptors.measured(space.decode(space.shifted(begin, voice, {name: by}), voice)) for by in SHIFTS]
            )
            known = np.isfinite(heard[:, :, index]).all(axis=0)
            ranks = [spearmanr(SHIFTS, column).statistic for column in heard[:, known, index].T]
            change = (heard - heard[2]) / deviation
            slope = np.nanmean(change[4] - change[0], axis=0)[index] / 4
            others = [np.delete(np.nanmean(np.abs(change[rows]), axis=(0, 1)), index) for rows in ([1, 3], [0, 4])]
            cells = [f"{np.mean(ranks):.2f}", f"{slope:.2f}", *(f"{np.nanmax(each):.2f}" for each in others)]
            print(f"| {voice} | {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
