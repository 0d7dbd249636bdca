/** Made-up answers to what a project asks, and digests of its strokes: the twin of `tests/random_projects.py`. */

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Performance, Requests, Strike } from "../src/rules/arrange";
import { barKey, meterOf } from "../src/rules/bars";
import { chance } from "../src/rules/chance";
import type { BarPattern, Project } from "../src/rules/project";
import { type Meter, stepsPerBar } from "../src/rules/units";

export interface Case {
  readonly project: Project;
  readonly bars: number;
  readonly natural_bars: number; // as many as the project has by itself
  readonly requests: readonly [bars: number, sounds: number];
  readonly heard: readonly (number | string)[]; // of each requested bar, what it hears
  readonly digest: readonly (readonly number[])[];
  readonly strikes: readonly (readonly number[])[] | null; // for some, every one of them
}

/** Of each requested bar, what it hears: the sum of the place of a generated bar, "given", or "nothing". */
export const heardOf = ({ bars }: Requests): (number | string)[] =>
  bars.map((bar) => {
    const base = bar.kind === "edited" ? bar.base : bar;
    const hears = base.kind === "generated" ? base.hears : null;
    if (hears === null) return "nothing";
    return hears.kind === "given" ? "given" : Math.round((hears.point[0] + hears.point[1]) * 1e9) / 1e9 + 0;
  });

export const fixturePath = (name: string): URL => new URL(`../../tests/fixtures/${name}`, import.meta.url);
export const readCompressed = <T>(name: string): T => JSON.parse(gunzipSync(readFileSync(fixturePath(name))).toString("utf8")) as T;

/** A bar for the request of this number: what a space could have answered, the same in Python. */
export function madeUpPattern(index: number, meter: Meter): BarPattern {
  const strokes: [number, number, number, number][] = [];
  for (let voice = 0; voice < 8; voice++) {
    for (let step = 0; step < stepsPerBar(meter); step++) {
      if (chance(index, voice, step, 0) >= (step % 4 === 0 ? 0.3 : 0.03)) continue;
      strokes.push([voice, step, 1 - chance(index, voice, step, 1), step % 3 === 0 ? 4 * chance(index, voice, step, 2) - 2 : 0]);
    }
  }
  return { meter, strokes };
}

export const madeUp = (asked: Requests): Map<string, BarPattern> => new Map(asked.bars.map((bar, index) => [barKey(bar), madeUpPattern(index, meterOf(bar))]));

/** For each bar: how many strokes, and what their times, velocities, levels, pans and sounds add up to, weighted by place so that a stroke in the place of another shows; and last, the same of the velocities of its source. */
export function digest({ strikes, sources }: Performance): number[][] {
  const sums = sources.map(({ pattern }) => {
    const cells = new Map(pattern.strokes.map(([voice, step, velocity]) => [`${voice} ${step}`, (1 + chance(0, voice, step)) * Math.fround(velocity)]));
    return [0, 0, 0, 0, 0, 0, [...cells.values()].reduce((sum, each) => sum + each, 0)];
  });
  for (const each of strikes) {
    const weight = 1 + chance(0, each.voice, each.step);
    const values = [1 / weight, each.seconds, each.velocity, each.level, each.pan, each.sound];
    values.forEach((value, place) => (sums[each.bar]![place]! += weight * value));
  }
  return sums;
}

const FILTERS = ["off", "lowpass", "highpass", "bandpass"];

/** In the order of Python's fields. */
export const numbersOf = (each: Strike): number[] => [
  each.seconds, each.voice, each.velocity, each.position, each.grid, each.end, each.level, each.pan, each.sound, each.bar, each.step,
  FILTERS.indexOf(each.tone.filter), each.tone.cutoff, each.tone.resonance, each.tone.send,
]; // prettier-ignore
