/** Tempo over the bars of a performance, through steps and ramps: the twin of `clave/play/tempo.py`. */

import type { TempoChange } from "./project";
import { secondsPerStep, STEPS_PER_QUARTER } from "./units";

/** The tempo of one bar, linear in musical time from its start to its end. */
export interface BarTempo {
  readonly steps: number;
  readonly startBpm: number;
  readonly endBpm: number;
}

/** How many of these ascending numbers are at most this one. */
export function countUpTo(ascending: readonly number[], value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The tempo at the start and at the end of this bar. A ramp goes in equal parts a bar from the change before it to the bar of its own change. */
export function tempoOfBar(changes: readonly TempoChange[], bar: number): readonly [number, number] {
  const place = changes.findLastIndex((change) => change.bar <= bar);
  const now = changes[place]!;
  const then = changes[place + 1];
  if (!then?.ramp) return [now.tempo_bpm, now.tempo_bpm];
  const rise = (then.tempo_bpm - now.tempo_bpm) / (then.bar - now.bar);
  return [now.tempo_bpm + rise * (bar - now.bar), now.tempo_bpm + rise * (bar + 1 - now.bar)];
}

/** The integral of the time a step takes, 60 / (16 bpm), over so many steps from the start of the bar. */
function secondsInto(bar: BarTempo, steps: number): number {
  const rise = bar.endBpm - bar.startBpm;
  if (rise === 0) return steps * secondsPerStep(bar.startBpm);
  return ((60 * bar.steps) / (STEPS_PER_QUARTER * rise)) * Math.log(1 + (rise * steps) / (bar.steps * bar.startBpm));
}

/** When a position sounds: seconds from the start, for positions in steps from the start. Before the first bar and after the last one, the tempo stays what it is there. */
export class TempoCurve {
  private readonly starts = [0];
  private readonly times = [0];
  private readonly pieces: BarTempo[] = [];

  constructor(readonly bars: readonly BarTempo[]) {
    for (const bar of bars) {
      const last = this.pieces.at(-1);
      const goesOn = last && bar.startBpm === bar.endBpm && last.startBpm === last.endBpm && last.endBpm === bar.startBpm;
      const piece = goesOn ? { ...last, steps: last.steps + bar.steps } : bar;
      if (goesOn) [this.pieces, this.starts, this.times].forEach((list) => list.pop());
      this.pieces.push(piece);
      this.starts.push(this.starts.at(-1)! + piece.steps);
      this.times.push(this.times.at(-1)! + secondsInto(piece, piece.steps));
    }
  }

  /** Length of all bars. */
  get steps(): number {
    return this.starts.at(-1)!;
  }

  /** How long they last. */
  get seconds(): number {
    return this.times.at(-1)!;
  }

  private get firstBpm(): number {
    return this.pieces[0]?.startBpm ?? 120;
  }

  /** When this position sounds; below 0 before the start. */
  secondsAt(positionSteps: number): number {
    if (positionSteps < 0 || this.pieces.length === 0) return positionSteps * secondsPerStep(this.firstBpm);
    if (positionSteps >= this.steps) return this.seconds + (positionSteps - this.steps) * secondsPerStep(this.pieces.at(-1)!.endBpm);
    const piece = countUpTo(this.starts, positionSteps) - 1;
    return this.times[piece]! + secondsInto(this.pieces[piece]!, positionSteps - this.starts[piece]!);
  }

  /** The tempo at this position. */
  bpmAt(positionSteps: number): number {
    if (this.pieces.length === 0) return 120;
    const piece = Math.min(Math.max(countUpTo(this.starts, positionSteps) - 1, 0), this.pieces.length - 1);
    const { steps, startBpm, endBpm } = this.pieces[piece]!;
    const share = Math.min(Math.max((positionSteps - this.starts[piece]!) / steps, 0), 1);
    return startBpm + (endBpm - startBpm) * share;
  }
}
