/** The tempo and phase behind the pulses of a MIDI clock that comes in: the twin of `clave/play/live/pulse_line.py`, which says how and why. */

import { PULSES_PER_QUARTER } from "./midiMessages";

const SHORTEST_SECONDS = 60 / PULSES_PER_QUARTER / 420; // between two pulses
const LONGEST_SECONDS = 60 / PULSES_PER_QUARTER / 19;
const LOCKED_PULSES = 12;
const MEMORY_SECONDS = 6;
const QUICK_PULSES = 14; // the memory after a line was found to bend
const MOST_EXPLANATIONS = 12;
const LOST_COST = 4; // natural logarithms of how rare a lost pulse and a change of tempo are
const CHANGE_COST = 12;
const HOPELESS_COST = 14; // above the cheapest
const MOST_SLOTS = 11; // from one pulse to the next
const ANOTHER_TEMPO = 0.5; // standard deviation of a new interval, of the old one
const FIRST_NOISE_SECONDS = 0.001;
const FIRST_PULSES = 4;
const NOISE_PULSES = 100; // that the noise is known by, at most
const BEND = 1.3; // the mean of residuals, in standard deviations, above which a line bends
const BEND_SHARE = 1 / 8;
const FADING = 0.5;
const SAME_INTERVAL = 1e-3;
const SAME_SECONDS = 3e-4;

/** One explanation, and what it costs. Variances are those of a noise of 1. */
interface Line {
  readonly index: number; // of the latest pulse
  readonly seconds: number; // when that one was, by the line
  readonly interval: number;
  readonly phaseVariance: number;
  readonly covariance: number;
  readonly intervalVariance: number;
  readonly pulses: number; // that it rests on
  readonly noisePulses: number; // that its noise is known by
  readonly noiseSquares: number;
  readonly mean: number; // of the residuals, in standard deviations
  readonly cost: number;
}

const START = {
  phaseVariance: 1,
  covariance: 1,
  intervalVariance: 2,
  pulses: 2,
  noisePulses: FIRST_PULSES,
  noiseSquares: FIRST_PULSES * FIRST_NOISE_SECONDS ** 2,
  mean: 0,
  cost: 0,
};

const isInterval = (seconds: number): boolean => seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS;

/** The same line with this pulse, so many pulses after the latest; null where it would be no clock. */
function after(line: Line, seconds: number, slots: number): Line | null {
  const phase = line.phaseVariance + slots * (2 * line.covariance + slots * line.intervalVariance);
  const both = line.covariance + slots * line.intervalVariance;
  const expected = line.seconds + slots * line.interval;
  const residual = seconds - expected;
  const spread = phase + 1;
  const interval = line.interval + (residual * both) / spread;
  if (!isInterval(interval)) return null;
  const variance = (line.noiseSquares / line.noisePulses) * spread;
  const unlikely = Math.log(variance) / 2 + ((line.noisePulses + 1) / 2) * Math.log1p(residual ** 2 / (variance * line.noisePulses));
  const noisePulses = line.noisePulses + 1;
  const kept = Math.min(1, NOISE_PULSES / noisePulses);
  const memory = Math.max(QUICK_PULSES, MEMORY_SECONDS / interval) * FADING;
  const fades = line.pulses + 1 > memory ? 1 / (1 - 1 / memory) : 1;
  const next: Line = {
    index: line.index + slots,
    seconds: expected + (residual * phase) / spread,
    interval,
    phaseVariance: (phase / spread) * fades,
    covariance: (both / spread) * fades,
    intervalVariance: (line.intervalVariance - both ** 2 / spread) * fades,
    pulses: line.pulses + 1,
    noisePulses: noisePulses * kept,
    noiseSquares: (line.noiseSquares + residual ** 2 / spread) * kept,
    mean: line.mean + (residual / Math.sqrt(variance) - line.mean) * BEND_SHARE,
    cost: line.cost + unlikely + LOST_COST * (slots - 1),
  };
  return Math.abs(next.mean) > BEND && next.pulses > QUICK_PULSES ? shortened(next) : next;
}

/** The tempo changes with the latest pulse. */
const another = (line: Line): Line => ({
  ...line,
  phaseVariance: line.phaseVariance + 1,
  covariance: 0,
  intervalVariance: (ANOTHER_TEMPO * line.interval) ** 2 / (line.noiseSquares / line.noisePulses),
  pulses: 1,
  mean: 0,
  cost: line.cost + CHANGE_COST,
});

/** The line bends: only its last pulses count. */
function shortened(line: Line): Line {
  const n = QUICK_PULSES;
  return {
    ...line,
    phaseVariance: Math.max(line.phaseVariance, (2 * (2 * n - 1)) / (n * (n + 1))),
    covariance: Math.max(line.covariance, 6 / (n * (n + 1))),
    intervalVariance: Math.max(line.intervalVariance, 12 / (n * (n * n - 1))),
    pulses: n,
    mean: 0,
  };
}

const areAlike = (one: Line, other: Line): boolean =>
  one.index === other.index && Math.abs(one.interval - other.interval) < SAME_INTERVAL * one.interval && Math.abs(one.seconds - other.seconds) < SAME_SECONDS;

export class PulseLine {
  private first: number | null = null; // time of the first pulse
  private lines: readonly Line[] = []; // explanations, the cheapest first

  /** Of the latest pulse, counted from 0. */
  get index(): number {
    return this.lines[0]?.index ?? 0;
  }

  /** When that one was, by the line. */
  get seconds(): number {
    return this.lines[0]?.seconds ?? this.first ?? 0;
  }

  /** From pulse to pulse; 0 before the second pulse. */
  get interval(): number {
    return this.lines[0]?.interval ?? 0;
  }

  /** It knows the tempo well enough to be followed. */
  get locked(): boolean {
    return (this.lines[0]?.pulses ?? 0) >= LOCKED_PULSES;
  }

  get tempoBpm(): number | null {
    return this.interval > 0 ? 60 / PULSES_PER_QUARTER / this.interval : null;
  }

  indexAt(seconds: number): number {
    return this.interval > 0 ? this.index + (seconds - this.seconds) / this.interval : this.index;
  }

  /** Pulses come again after a pause, and this is the first: keep the tempo, and begin the line here. */
  forgetTime(seconds: number, index: number): void {
    this.lines = this.lines.slice(0, 1).map((line) => ({ ...another(line), index, seconds, intervalVariance: 2, pulses: 2, cost: 0 }));
  }

  pulse(seconds: number): void {
    if (this.first === null) {
      this.first = seconds;
    } else if (this.lines.length === 0) {
      const gap = seconds - this.first;
      if (gap <= LONGEST_SECONDS) this.lines = [{ ...START, index: 1, seconds, interval: Math.max(gap, SHORTEST_SECONDS) }];
      else this.first = seconds;
    } else {
      const kept = cheapest(this.lines.flatMap((line) => explanations(line, seconds)).sort((one, other) => one.cost - other.cost));
      if (kept.length > 0) this.lines = kept;
    }
  }
}

/** The line goes on, or has lost pulses, or is another from its latest pulse on. */
function explanations(line: Line, seconds: number): Line[] {
  const near = Math.floor((seconds - line.seconds) / line.interval + 0.5);
  const ways = [after(line, seconds, 1), after(another(line), seconds, 1)];
  if (near > 1 && near <= MOST_SLOTS) ways.push(after(line, seconds, near));
  return ways.filter((each) => each !== null);
}

/** Those that are worth keeping, with costs above that of the first. */
function cheapest(lines: readonly Line[]): readonly Line[] {
  const kept: Line[] = [];
  for (const line of lines) {
    if (line.cost > lines[0]!.cost + HOPELESS_COST || kept.length === MOST_EXPLANATIONS) break;
    if (!kept.some((each) => areAlike(line, each))) kept.push(line);
  }
  return kept.map((each) => ({ ...each, cost: each.cost - lines[0]!.cost }));
}
