"""How loud a bar is going to be, from its strokes and sounds, before it is played; and the gain that makes bars alike.

The page has the same rule (`web/src/rules/program.ts`). A bar is judged as the loop it may be: the K-weighted energy of
each stroke's sound falls into its tenth of a second, four tenths make a block, and blocks 10 LU below the mean do not
count, as in ITU-R BS.1770. Power counts with the exponent LEVELLED, since glue and limiter hold back what is loud for
a moment: fitted to what is measured (`benchmarks/loudness.py`). Rows that are held count as they are held. What else a
player decides, such as mix, lanes and playback settings, is not part of it.
"""

import math
from collections.abc import Sequence

from clave.audio.loudness import RELATIVE_GATE_LU
from clave.music.pattern import Pattern
from clave.play.sequencer import velocity_gain

TARGET_DB = -16.2  # levelled power of a bar that is as loud as others
LEVELLED = 0.7
HOP_SECONDS = 0.1
HOPS_PER_BLOCK = 4
MIN_GAIN, MAX_GAIN = 1.0, 12.0  # a bar of hi-hats alone stays quieter than one with a kick
REST_GAIN = 3.0  # of what belongs to no bar


def bar_gain(pattern: Pattern, energies: Sequence[float], seconds: float) -> float:
    """Linear. `energies` of the eight sounds are K-weighted, in seconds of full scale; the bar lasts `seconds`."""
    hops = max(1, math.floor(seconds / HOP_SECONDS + 0.5))
    energy = [0.0] * hops
    rows, steps = pattern.velocity.nonzero()
    for row, step in zip(rows.tolist(), steps.tolist(), strict=True):
        loud = velocity_gain(float(pattern.velocity[row, step]))
        energy[min(hops - 1, step * hops // pattern.steps)] += loud * loud * energies[row]
    width = min(hops, HOPS_PER_BLOCK)
    levelled = [(each * hops / seconds) ** LEVELLED for each in energy]
    blocks = [sum(levelled[(hop + k) % hops] for k in range(width)) / width for hop in range(hops)]
    gate = sum(blocks) / hops * 10 ** (RELATIVE_GATE_LU / 10)
    counted = [block for block in blocks if block > gate]
    if not counted:
        return REST_GAIN
    power = (sum(counted) / len(counted)) ** (1 / LEVELLED)
    wanted = 10 ** (TARGET_DB / 10)
    return min(MAX_GAIN, max(MIN_GAIN, math.sqrt(wanted / power)))
