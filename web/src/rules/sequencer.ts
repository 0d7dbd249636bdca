/** The rules of playing, the twin of `clave/play/sequencer.py`: `tests/fixtures/sequencer.json` holds both to them. */

import type { Point, BarPattern } from "./protocol";
import { type Meter, secondsPerStep, STEPS_PER_WHOLE, stepsPerBar, swingSteps } from "./units";

export type JourneyMode = "once" | "loop" | "ping-pong";
export type Quantum = "step" | "beat" | "bar";

export const MAX_LEVEL = 2; // linear, +6 dB

/** A stroke in time: seconds from the start of the first bar, below 0 for an early stroke on its first beat. */
export type Event = readonly [seconds: number, voice: number, velocity: number];

/** Where a stroke sounds, in steps from its bar line: swing moves the step, the played offset is added afterwards. */
export const strokePosition = (step: number, offset: number, swing: number): number => swingSteps(step, swing) + offset;

/** All strokes of these bars in the order they sound; voices in their own order where two sound at once. */
export function events(patterns: readonly BarPattern[], tempoBpm: number, swing: number): Event[] {
  const stepSeconds = secondsPerStep(tempoBpm);
  const found: Event[] = [];
  let barStart = 0;
  for (const { meter, strokes } of patterns) {
    for (const [voice, step, velocity, offset] of strokes)
      found.push([(barStart + strokePosition(step, offset, swing)) * stepSeconds, voice, velocity]);
    barStart += stepsPerBar(meter);
  }
  return found.sort((one, other) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2]);
}

export const durationSeconds = (patterns: readonly BarPattern[], tempoBpm: number): number =>
  patterns.reduce((steps, { meter }) => steps + stepsPerBar(meter), 0) * secondsPerStep(tempoBpm);

/** How loud a stroke sounds, linear: half the velocity is 12 dB less. */
export const velocityGain = (velocity: number): number => velocity * velocity;

/** Which voices sound: the soloed ones if any voice is soloed, else all; a muted voice never does. */
export function audible(muted: readonly boolean[], soloed: readonly boolean[]): boolean[] {
  const anyone = soloed.some(Boolean);
  return muted.map((mute, voice) => !mute && (soloed[voice] === true || !anyone));
}

/** How far a journey of so many bars has come in this bar, counted from 0: 0 is its start, 1 its end. */
export function along(bar: number, bars: number, mode: JourneyMode): number {
  const last = bars - 1;
  if (last === 0) return 0;
  if (mode === "once") return Math.min(bar, last) / last;
  if (mode === "loop") return (bar % bars) / last;
  return (last - Math.abs(last - (bar % (2 * last)))) / last;
}

/** One round of the journey from A to B, a point for each bar; ping-pong goes back as well. */
export function journey(a: Point, b: Point, bars: number, mode: JourneyMode): Point[] {
  const round = mode === "ping-pong" ? Math.max(1, 2 * bars - 2) : bars;
  return Array.from({ length: round }, (_, bar) => {
    const t = along(bar, bars, mode);
    return [(1 - t) * a[0] + t * b[0], (1 - t) * a[1] + t * b[1]] as const;
  });
}

/** What this bar plays, counted from 0: the last of each `fillEvery` bars is a fill, the others are `section`; 0 places none. */
export const sectionOf = (bar: number, fillEvery: number, section = "beat"): string =>
  fillEvery > 0 && (bar + 1) % fillEvery === 0 ? "fill" : section;

/** Bars that are played one after the other, again and again, and what stands in for each when a fill is due. */
export interface Round {
  readonly bars: readonly BarPattern[];
  readonly fills: readonly BarPattern[]; // one a bar, or none
  readonly journey: boolean; // else it is the loop at one place
}

export interface Turn {
  readonly bar: number; // of the round
  readonly fill: boolean;
  readonly pattern: BarPattern;
}

/** What a round plays in this bar, counted from 0. */
export function turnOf({ bars, fills }: Round, bar: number, fillEvery: number): Turn {
  const within = bar % bars.length;
  const fill = sectionOf(bar, fillEvery) === "fill" ? fills[within] : undefined;
  return { bar: within, fill: fill !== undefined, pattern: fill ?? bars[within]! };
}

/** Whole rounds as they are heard, as many as it takes to hear a fill. */
export function heardRounds(round: Round, fillEvery: number): BarPattern[] {
  const rounds = round.fills.length > 0 ? Math.max(1, Math.ceil(fillEvery / round.bars.length)) : 1;
  return Array.from({ length: rounds * round.bars.length }, (_, bar) => turnOf(round, bar, fillEvery).pattern);
}

/** How many steps a beat has: 16 in 4/4 and 3/4, and 24 in 6/8, which is counted in dotted quarters. */
export function stepsPerBeat([beats, unit]: Meter): number {
  const compound = unit >= 8 && beats > 3 && beats % 3 === 0;
  return (STEPS_PER_WHOLE / unit) * (compound ? 3 : 1);
}

/** Where a change made at this position of the bar takes effect; one made exactly on a boundary takes effect there. */
export function nextBoundary(positionSteps: number, quantum: Quantum, meter: Meter): number {
  const size = quantum === "step" ? 1 : quantum === "beat" ? stepsPerBeat(meter) : stepsPerBar(meter);
  return Math.ceil(positionSteps / size) * size;
}
