"""What formats of other programs can hold of a performance, and what they cannot."""

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.music.sampled_kit import SampledKit, SampledVoice
from clave.music.units import STEPS_PER_QUARTER, seconds_per_step
from clave.play.performance import Performance, Strike
from clave.play.produced import played_sounds

AUDIBLE_MS = 1.0  # by which strokes may be moved without a word


def kit_of_beginning(performance: Performance) -> SampledKit:
    """The sounds of the beginning, as they are played, each as loud as its first stroke."""
    voices: list[SampledVoice] = []
    for voice, layers in zip(range(len(VOICES)), played_sounds(performance), strict=False):
        first = next((strike for strike in performance.strikes if strike.voice == voice), None)
        peak = max(1.0, *(clip.peak for clip in layers))
        fitted = tuple((Clip(clip.samples / np.float32(peak), clip.sample_rate),) for clip in layers)
        level, pan = (1.0, 0.0) if first is None else (first.level, first.pan)
        voices.append(SampledVoice(fitted, peak * level, pan))
    return SampledKit(performance.kit_name, tuple(voices))


def with_probability(performance: Performance) -> Iterator[tuple[Strike, float]]:
    """All strokes that may sound, each with its probability."""
    decided = {each.strike for each in performance.uncertain}
    yield from ((strike, 1.0) for strike in performance.strikes if strike not in decided)
    yield from ((each.strike, each.probability) for each in performance.uncertain)


def decided(performance: Performance) -> list[str]:
    """A line for formats that know no probability."""
    return ["lost: probability; the strokes are those that chance decided for"] if performance.uncertain else []


def apart(performance: Performance) -> list[str]:
    """A line for formats that decide on each stroke by itself, where chance decides on a ratchet as a whole."""
    cells = Counter((each.strike.bar, each.strike.voice, each.cell) for each in performance.uncertain)
    ratchets = sum(count > 1 for count in cells.values())
    if not ratchets:
        return []
    return [f"lost: {ratchets} ratchets sound as a whole or not at all; there each stroke is decided on"]


def rounded(performance: Performance, positions: Callable[[Strike], float], per_step: int) -> list[str]:
    """A line where ticks, so many a step, move strokes by more than AUDIBLE_MS; `positions` is what is written."""
    worst = 0.0
    for strike in performance.strikes:
        at = max(0.0, positions(strike))
        steps = abs(np.floor(at * per_step + 0.5) / per_step - at)
        worst = max(worst, 1000 * steps * seconds_per_step(performance.tempo.bpm_at(at)))
    if worst <= AUDIBLE_MS:
        return []
    return [f"lost: up to {worst:.1f} ms of timing, as there are {per_step * STEPS_PER_QUARTER} ticks a quarter"]


def losses(performance: Performance, *, tempo: bool = True, early: bool = True) -> list[str]:
    """Lines on what a format with one kit and no effects loses; of tempo ramps and early strokes only where it does."""
    said: list[str] = []
    if tempo and any(bar.start_bpm != bar.end_bpm for bar in performance.tempo.bars):
        said.append("lost: tempo changes at bar lines only, a ramp in steps of a bar that last as long")
    if early and (count := sum(strike.position < 0 for strike in performance.strikes)):
        said.append(f"lost: {count} strokes before the beginning are moved to it")
    if any(strike.sound >= len(VOICES) for strike in performance.strikes):
        said.append("lost: sounds that change along the way; those of the beginning play")
    if any(strike.filter for strike in performance.strikes):
        said.append("lost: the filters of the voices")
    if any(strike.send for strike in performance.strikes):
        said.append("lost: the room, and what drive, glue and limiter do")
    return said
