/** Python and page play by the same rules: both read the same cases. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { projectOf } from "../../tests/givenBars";
import { arrange } from "./arrange";
import { EMPTY_BAR } from "./pattern";
import { Plan } from "./plan";
import type { Path } from "./project";
import type { Point, BarPattern } from "./protocol";
import { roundPoints } from "./scene";
import { audible, nextBoundary, type Quantum, velocityGain } from "./sequencer";
import { shareAt } from "./travel";
import type { Meter } from "./units";

type Event = readonly [seconds: number, voice: number, velocity: number];

interface Cases {
  events: { name: string; patterns: BarPattern[]; tempo_bpm: number; swing: number; events: Event[] }[];
  journeys: { a: Point; b: Point; bars: number; mode: Path["way"]; points: Point[]; places: number[] }[];
  sections: { fill_every: number; section: string; sections: string[] }[];
  boundaries: { position_steps: number; quantum: Quantum; meter: Meter; boundary_steps: number }[];
  audible: { muted: boolean[]; soloed: boolean[]; audible: boolean[] }[];
  velocity_gains: { velocity: number; gain: number }[];
}

const cases = JSON.parse(readFileSync(new URL("../../../tests/fixtures/sequencer.json", import.meta.url), "utf8")) as Cases;

function near(found: readonly number[], wanted: readonly number[], digits = 11): void {
  expect(found.length).toBe(wanted.length);
  found.forEach((value, n) => expect(value).toBeCloseTo(wanted[n]!, digits));
}

test("there are cases of every kind", () => {
  for (const [kind, list] of Object.entries(cases)) expect(list, kind).not.toHaveLength(0);
});

describe("events", () => {
  test.each(cases.events)("$name", ({ patterns, tempo_bpm, swing, events: wanted }) => {
    const { strikes } = arrange(projectOf(patterns, { swing }, tempo_bpm), new Map());
    const found = strikes.map(({ seconds, voice, velocity }): Event => [seconds, voice, velocity]);
    expect(found.map(([, voice]) => voice)).toEqual(wanted.map(([, voice]) => voice));
    near(found.map(([seconds]) => seconds), wanted.map(([seconds]) => seconds), 9);
    near(found.map(([, , velocity]) => velocity), wanted.map(([, , velocity]) => velocity), 7); // single precision
  });
});

test.each(cases.journeys)("a journey of $bars bars, $mode", ({ a, b, bars, mode, points, places }) => {
  const path: Path = { points: [a, b], curve: "line", smoothing: 0, bars, way: mode, between: "strokes", quantum: "bar", travelling: true, edits: [], stops: null };
  near(roundPoints({ ...projectOf([EMPTY_BAR]).scene, path }).flat(), points.flat());
  near(places.map((_, bar) => shareAt(path, bar)), places);
});

test.each(cases.sections)("$section, with a fill every $fill_every bars", ({ fill_every, section, sections }) => {
  const plan = new Plan(projectOf([EMPTY_BAR], { fill_every }));
  expect(sections.map((_, bar) => (plan.bar(bar).address.fill ? "fill" : section))).toEqual(sections);
});

test.each(cases.boundaries)("$position_steps: the next $quantum of $meter", ({ position_steps, quantum, meter, boundary_steps }) => {
  expect(nextBoundary(position_steps, quantum, meter)).toBeCloseTo(boundary_steps, 11);
});

test.each(cases.audible)("mute and solo, case %#", ({ muted, soloed, audible: wanted }) => {
  expect(audible(muted, soloed)).toEqual(wanted);
});

test.each(cases.velocity_gains)("velocity $velocity", ({ velocity, gain }) => near([velocityGain(velocity)], [gain]));
