/**
 * Between which offsets a stroke is read on its own step, and the step that a reader of MIDI files puts it on: the twin
 * of `clave/music/step_range.py` and of `Pattern.from_strokes`, where the rules are explained.
 */

import { type BarStroke, VOICE_COUNT } from "../rules/protocol";
import { clamp, STEPS_PER_QUARTER, STEPS_PER_SIXTEENTH } from "../rules/units";
import type { Hits } from "./likelyBar";

const TICKS = 30; // of a step
const TICKS_OF_QUARTER = TICKS * STEPS_PER_QUARTER;
const [EARLY, LATE] = [TICKS / 2, TICKS / 2 - 1]; // ticks before and after a step that are nearest to it
const ALWAYS = 99; // ticks, beyond all offsets
const FAR = 7; // steps between two strokes from which there is room for every offset
const GRID = [[0, 0], [120, 4], [160, 5], [240, 8], [320, 11], [360, 12], [480, 16]] as const; // tick and step of each place in a quarter
const MAX_LOUDNESS = 2 ** 24;

type Rule = readonly [first: number, last: number, left: number, right: number, middle: number]; // of a step in its quarter
const RULES: readonly Rule[] = [
  [-60, 59, 0, 0, 0], [-15, 14, 1, 0, ALWAYS], [-15, 14, 2, 2, 0], [-15, 14, 0, 1, -ALWAYS],
  [-60, 19, 0, 0, 0], [-10, 49, 0, 0, 0], [-15, 14, 1, 0, ALWAYS], [-15, 14, 2, 1, -10],
  [-40, 39, 0, 0, 0], [-15, 14, 1, 2, 10], [-15, 14, 0, 1, -ALWAYS], [-50, 9, 0, 0, 0],
  [-20, 59, 0, 0, 0], [-15, 14, 1, 0, ALWAYS], [-15, 14, 2, 2, 0], [-15, 14, 0, 1, -ALWAYS],
]; // prettier-ignore

export interface StepRanges {
  readonly low: Float32Array; // steps, by cell: voice * steps + step
  readonly high: Float32Array;
  readonly displaced: boolean; // there is a stroke that no offset has read on its own step
}

/** Ticks beside its own step that each of two strokes so many steps apart has. */
const room = (apart: number): number => (apart === 0 ? 0 : Math.floor((Math.min(apart, FAR) - 1) / 2) * TICKS);

/** The offsets, both ends included, at which each stroke of this bar is read on its own step. */
export function stepRanges(hits: Hits): StepRanges {
  const steps = hits.length / VOICE_COUNT;
  const low = new Float32Array(hits.length);
  const high = new Float32Array(hits.length);
  let displaced = false;
  for (let voice = 0; voice < VOICE_COUNT; voice++) {
    const struck = [...hits.subarray(voice * steps, (voice + 1) * steps).keys()].filter((step) => hits[voice * steps + step]);
    const own = ownRanges(struck, steps);
    for (const [step, [first, last]] of own) {
      const range = within(step, first, last, own, steps);
      low[voice * steps + step] = range.low / TICKS;
      high[voice * steps + step] = range.high / TICKS;
      displaced ||= range.displaced;
    }
  }
  return { low, high, displaced };
}

/** First and last tick of each stroke of a voice, as its place in the quarter and its neighbours leave room. */
function ownRanges(struck: readonly number[], steps: number): Map<number, [first: number, last: number]> {
  const ranges = new Map<number, [number, number]>();
  struck.forEach((step, place) => {
    const rest = steps % STEPS_PER_QUARTER;
    const first = RULES[step === 0 && rest ? rest : step % STEPS_PER_QUARTER]![0]; // the bar line is nearest to as much as the place it falls on
    const last = RULES[step % STEPS_PER_QUARTER]![1];
    const before = Math.min(step - (struck[place - 1] ?? -Infinity), step + STEPS_PER_SIXTEENTH);
    const after = Math.min((struck[place + 1] ?? Infinity) - step, steps - step);
    ranges.set(step, [Math.max(first, -EARLY - room(before)), Math.min(last, LATE + room(after))]);
  });
  for (const step of struck) // the strokes that one between them needs have to stay nearest to their place
    for (const near of besides(step))
      if (near !== null && ranges.has(near)) {
        const range = ranges.get(near)!;
        ranges.set(near, [Math.max(range[0], -EARLY), Math.min(range[1], LATE)]);
      }
  return ranges;
}

/** The places before and after a step that are nearest to it. */
function besides(step: number): readonly [left: number | null, right: number | null] {
  const [, , left, right] = RULES[step % STEPS_PER_QUARTER]!;
  return [left > 0 ? step - left : null, right > 0 ? step + right : null];
}

function within(step: number, first: number, last: number, own: ReadonlyMap<number, unknown>, steps: number): { low: number; high: number; displaced: boolean } {
  const middle = RULES[step % STEPS_PER_QUARTER]![4];
  const [left, right] = besides(step);
  if (left === null && right === null) return { low: first, high: last, displaced: false };
  const low = left !== null && own.has(left) ? first : Math.max(first, middle);
  const high = right !== null && own.has(right) ? last : Math.min(last, middle - 1);
  if (low <= high) return { low, high, displaced: false };
  return { low: first, high: right === steps && middle > first ? Math.min(last, middle - 1) : last, displaced: true };
}

/** The same with strokes on the last step one step earlier, and those in the way as well, where there is room. */
export function clearOfBarLine(hits: Hits): Hits {
  const steps = hits.length / VOICE_COUNT;
  const moved = hits.slice();
  for (let end = steps; end <= moved.length; end += steps) {
    const [first, second, third] = [moved[end - 3], moved[end - 2], moved[end - 1]];
    if (third && !second) moved.set([1, 0], end - 2);
    else if (third && second && !first) moved.set([1, 1, 0], end - 3);
  }
  return moved;
}

/** The same moments on the steps that a reader puts them on; strokes in the order in which they sound. */
export function onReadSteps(strokes: readonly BarStroke[], steps: number): BarStroke[] {
  const given = strokes.map(([voice, step, velocity, offset]) => {
    const tick = Math.floor((step + offset) * TICKS + 0.5);
    return { voice, velocity, tick, own: clamp(Math.floor((tick + TICKS / 2) / TICKS), 0, steps - 1), loudness: Math.floor(velocity * MAX_LOUDNESS) };
  });
  const lost = crowded(given, ({ own }) => own, ({ loudness }) => -loudness); // of a voice on one step, the loudest is kept
  const kept = given.filter((stroke) => !lost.includes(stroke)).map((stroke) => ({ ...stroke, step: cellOf(stroke.tick, stroke.own, steps) }));
  for (;;) {
    const moving = crowded(kept, ({ step }) => step, ({ tick, own, step }) => (step === own ? 0 : Math.abs(tick - step * TICKS)));
    if (moving.length === 0) break;
    for (const stroke of moving) stroke.step = stroke.own;
  }
  return kept.map(({ voice, velocity, tick, step }) => [voice, step, velocity, Math.fround((tick - step * TICKS) / TICKS)]);
}

/** The strokes that share a step with one of the same voice and a lower rank, or the same and first. */
function crowded<S extends { readonly voice: number }>(strokes: readonly S[], stepOf: (stroke: S) => number, rank: (stroke: S) => number): S[] {
  return strokes.filter((one, place) => strokes.some((other, before) => other.voice === one.voice && stepOf(other) === stepOf(one) && (rank(other) < rank(one) || (rank(other) === rank(one) && before < place))));
}

/** The step of the nearest place on the musical grid, or its own where that is nearer to the next bar line. */
function cellOf(tick: number, own: number, steps: number): number {
  const line = tick < 0 ? -steps : 0;
  const since = tick - line * TICKS;
  const quarter = Math.floor(since / TICKS_OF_QUARTER);
  const inQuarter = since - quarter * TICKS_OF_QUARTER;
  const [place, step] = GRID.reduce((best, each) => (Math.abs(each[0] - inQuarter) <= Math.abs(best[0] - inQuarter) ? each : best));
  const next = line + steps;
  const nearest = next * TICKS - tick <= Math.abs(place - inQuarter) ? next : line + quarter * STEPS_PER_QUARTER + step;
  return nearest < steps ? Math.max(nearest, 0) : own;
}
