"""How well a MIDI clock is followed: phase and tempo through jitter, lost pulses and jumps of tempo.

    python benchmarks/midi_clock.py [--seeds 40] [--seconds 12] [--json FILE]

Simulated, so it needs no port. A row is one kind of leader over all seeds. The phase error is that of the position
which the transport plays from, at each tick of 2 ms, in ms at the leader's tempo.
"""

import argparse
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from clave.play.live.midi_follow import ClockFollower
from clave.play.live.midi_messages import CLOCK, START, STEPS_PER_PULSE

TICK_SECONDS, JITTER_SECONDS, LOST, BEFORE_SECONDS = 0.002, 0.003, 0.01, 5.0
LOCKED_MS = 2.0


class Case(NamedTuple):
    """A leader: its tempos one after the other, and how its pulses jitter."""

    name: str
    bpm: tuple[float, ...]
    gaussian: bool


CASES = [
    Case(f"{' -> '.join(f'{each:g}' for each in bpm)} bpm, jitter {kind}", bpm, gaussian)
    for gaussian, kind in ((False, "within ±3 ms"), (True, "Gaussian, 3 ms standard deviation"))
    for bpm in ((90.0, 140.0), (140.0, 90.0), (120.0,), (174.0,))
]


def follow(case: Case, seed: int, seconds: float) -> tuple[np.ndarray, float]:
    """Rows of time, phase error in ms, tempo; and when the last tempo begins."""
    rng, now, times, changed = np.random.default_rng(seed), 10.0, [], 10.0
    for bpm in case.bpm:
        changed = now
        for _ in range(int((seconds if bpm == case.bpm[-1] else BEFORE_SECONDS) * bpm * 24 / 60)):
            times.append(now)
            now += 60 / 24 / bpm
    noise = (
        rng.normal(0, JITTER_SECONDS, len(times)) if case.gaussian else rng.uniform(-1, 1, len(times)) * JITTER_SECONDS
    )
    kept = rng.random(len(times)) >= LOST
    kept[:24] = True  # where the first beat is cannot be known otherwise
    coming = [(9.99, (START,)), *((each, (CLOCK,)) for each in np.sort((np.array(times) + noise)[kept]).tolist())][::-1]
    follower, rows, pulses = ClockFollower(), [], np.arange(len(times))
    for tick in np.arange(10.0, now - 0.1, TICK_SECONDS).tolist():
        while coming and coming[-1][0] <= tick:
            follower.hear(*coming.pop())
        follower.update(tick)
        if follower.playing:
            off = follower.position(tick) / STEPS_PER_PULSE - np.interp(tick, times, pulses)
            rows.append((tick, off * 60_000 / 24 / case.bpm[-1], follower.tempo_bpm or np.nan))
    return np.array(rows), changed


def measure(case: Case, seeds: int, seconds: float) -> dict[str, float]:
    worst, locked, tempo, miscounted = [], [], [], 0
    for seed in range(seeds):
        rows, changed = follow(case, seed, seconds)
        beats = (rows[:, 0] - changed) * case.bpm[-1] / 60
        pulse_ms = 60_000 / 24 / case.bpm[-1]
        whole = round(float(np.median(rows[-500:, 1])) / pulse_ms)
        miscounted += whole != 0
        off = np.abs(rows[:, 1] - whole * pulse_ms)
        worst.append(off[beats > 2].max())
        locked.append(beats[off > LOCKED_MS].max(initial=0))
        tempo.append(np.nanmax(np.abs(rows[beats > 8, 2] - case.bpm[-1])))
    return {
        "locked_beats_p95": float(np.quantile(locked, 0.95)),
        "phase_ms_median": float(np.median(worst)),
        "phase_ms_p95": float(np.quantile(worst, 0.95)),
        "tempo_bpm_p95": float(np.quantile(tempo, 0.95)),
        "miscounted": miscounted,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=12.0, help="at the last tempo")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    print("1 % of the pulses lost; worst phase error from beat 2 on, worst tempo error from beat 8 on\n")
    print("| leader | within 2 ms from beat, p95 | phase, median | p95 | tempo, p95 | off by a pulse |")
    print("|---|---|---|---|---|---|")
    found = {}
    for case in CASES:
        found[case.name] = row = measure(case, given.seeds, given.seconds)
        of = f"{row['miscounted']:.0f} of {given.seeds}"
        print(
            f"| {case.name} | {row['locked_beats_p95']:.2f} | {row['phase_ms_median']:.2f} ms"
            f" | {row['phase_ms_p95']:.2f} ms | {row['tempo_bpm_p95']:.3f} bpm | {of} |",
            flush=True,
        )
    if given.json:
        given.json.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
