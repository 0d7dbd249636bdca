"""What a shift of one descriptor does to all of them, in decoded sounds: the table of docs/sound-attribute-shift.md.

python benchmarks/sound_attribute_shift.py [SPACE] [--voices NAME ...] [--quick] [--json FILE]
"""

import sys
import time
import warnings
from pathlib import Path

import numpy as np
from measuring import options, print_table, write_json
from scipy.stats import rankdata

from clave.audio import descriptors
from clave.latent.code import Code
from clave.sound import voice_classifier
from clave.sound.space import SoundSpace, load_sound

SHIFTS = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
SOUNDS = 8  # a voice; every other one strays from what is expected by half a deviation


HEAD = (
    "voice", "descriptor", "rank correlation", "lowest", "moved by 1", "by 2", "others moved by 1, at most", "by 2",
    "still that voice", "before", "ms a shift",
)  # fmt: skip


def main() -> None:
    """One line for each voice and descriptor."""
    warnings.simplefilter("ignore", RuntimeWarning)  # of means of nothing, where no sound has a pitch
    parser = options(__doc__)
    parser.add_argument("space", nargs="?", type=Path)
    parser.add_argument("--voices", nargs="+", metavar="NAME")
    given = parser.parse_args()
    space = load_sound(given.space)
    voices = given.voices or (space.voices[:1] if given.quick else space.voices)
    if any(space.corpus(voice).descriptors is None for voice in voices):
        sys.exit(f"{space.folder} has no descriptors of the sounds that it was learned from")
    rows = {
        (voice, name): shifted(space, voice, name, 2 if given.quick else SOUNDS)
        for voice in voices
        for name in space.directions(voice)
    }
    print_table(HEAD, ((*of, *(f"{value:.2f}" for value in row)) for of, row in rows.items()))
    write_json(
        {f"{voice}, {name}": dict(zip(HEAD[2:], row, strict=True)) for (voice, name), row in rows.items()}, given.json
    )


def shifted(space: SoundSpace, voice: str, name: str, sounds: int) -> list[float]:
    """The numbers of one row, in the order of HEAD."""
    real = space.corpus(voice).descriptors
    assert real is not None
    deviation = np.nanstd(real, axis=0)
    index = descriptors.NAMES.index(name)
    begin = beginnings(space, voice, name, sounds)
    before = time.perf_counter()
    moved = [space.shifted(begin, voice, {name: by}) for by in SHIFTS]
    milliseconds = 1e3 * (time.perf_counter() - before) / (len(SHIFTS) - 1) / len(begin)
    clips = [space.decode(each, voice) for each in moved]
    described = np.array([descriptors.describe_all(each) for each in clips])
    known = np.isfinite(described[:, :, index]).all(axis=0)
    ranks = [float(np.corrcoef(SHIFTS, rankdata(column))[0, 1]) for column in described[:, known, index].T]
    change = (described - described[2]) / deviation
    by = [float(np.nanmean(change[2 + n] - change[2 - n], axis=0)[index]) / 2 for n in (1, 2)]
    held = [n for n, other in enumerate(descriptors.NAMES) if n != index and other in space.directions(voice)]
    others = [float(np.nanmax(np.nanmean(np.abs(change[r][:, :, held]), axis=(0, 1)))) for r in ([1, 3], [0, 4])]
    still = [np.mean([guess.voice.name == voice for guess in voice_classifier.guess(each)]) for each in clips]
    recognised = [float(np.mean(np.delete(still, 2))), float(still[2])]
    return [float(np.mean(ranks)), float(np.min(ranks)), *by, *others, *recognised, milliseconds]


def beginnings(space: SoundSpace, voice: str, name: str, sounds: int) -> Code:
    """Sounds to be shifted; for pitch, such as have one."""
    points = np.random.default_rng(99).standard_normal((6 * sounds, 2)).astype(np.float32)
    begin = space.expected(points, voice)
    halfway = np.arange(len(begin)) % 2 == 1
    begin.detail[halfway] = space.code_at(points, voice, variation=0.5, seed=99).detail[halfway]
    rows = np.arange(sounds)
    if name == "pitch":
        pitch = descriptors.describe_all(space.decode(begin, voice))[:, 2]
        rows = np.flatnonzero(np.isfinite(pitch))[:sounds]
    return Code(begin.map[rows], begin.detail[rows])


if __name__ == "__main__":
    main()
