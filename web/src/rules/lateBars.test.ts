/** Any bar is planned by itself, as it is when all bars before it are planned too; the twin of `tests/play/test_from_any_bar.py`. */

import { expect, test } from "vitest";
import { type Case, readCompressed } from "../../tests/madeUp";
import { meterOf } from "./bars";
import { Walks } from "./modulation";
import { Plan, plannedBars } from "./plan";
import { type Modulation, NEW_PROJECT, NEW_SCENE } from "./project";

const { cases } = readCompressed<{ cases: Case[] }>("arrange.json.gz");

test("bars begin where those before them end, whichever is looked at first", () => {
  for (const { project } of cases.slice(0, 60)) {
    const alone = new Plan(project).bar(30);
    const bars = plannedBars(project, 31);
    let start = 0;
    for (const bar of bars) {
      expect(bar.start).toBe(start);
      start += bar.steps;
    }
    expect({ ...alone, value: null, moves: null }).toEqual({ ...bars[30], value: null, moves: null });
    expect(alone.value("swing", 0.5, 3)).toBe(bars[30]!.value("swing", 0.5, 3));
  }
});

test("bars of several meters go round, and a fill of another meter has its place", () => {
  const given = (meter: [number, number]) => ({ kind: "given", pattern: { meter, strokes: [] }, source: null, point: null }) as never;
  const scene = { ...NEW_SCENE, bars: [given([4, 4]), given([3, 4])], fill: given([6, 8]), fill_every: 3 };
  const round = 64 + 48 + 48 + 48 + 64 + 48; // bars 3 and 6 are fills
  const bar = new Plan({ ...NEW_PROJECT, scene }).bar(60_004);
  expect(meterOf(bar.pieces[0]![1])).toEqual([4, 4]);
  expect(bar.start).toBe(10_000 * round + 64 + 48 + 48 + 48);
});

test("a walk is walked once for all plans", () => {
  const wave: Modulation = { parameter: "swing", shape: "random", period: 1, unit: "beats", phase: 0, depth: 0.1, values: [], seed: 3 };
  const project = { ...NEW_PROJECT, seed: 5, scene: { ...NEW_SCENE, modulations: [wave] } };
  const walks = new Walks();
  const late = new Plan(project, walks).bar(5000).swing;
  expect(new Plan(project).bar(5000).swing).toBe(late);
  const walk = walks.of(5, 3);
  expect((walk as unknown as { places: number[] }).places.length).toBeGreaterThan(20_000);
  new Plan(project, walks).bar(5000);
  expect(walks.of(5, 3)).toBe(walk);
  for (let seed = 10; seed < 80; seed++) walks.of(5, seed);
  expect(walks.of(5, 3)).not.toBe(walk);
});

test("beats are counted from where a scene began, in each round of a song", () => {
  const saw: Modulation = { parameter: "swing", shape: "saw", period: 100, unit: "beats", phase: 0.5, depth: 0.1, values: [], seed: 0 };
  const scene = { ...NEW_SCENE, swing: 0.5, modulations: [saw] };
  const part = { scene: 0, bars: 3, fill: false, morph_bars: 0 };
  const plan = new Plan({ ...NEW_PROJECT, scenes: [scene], song: [part, { ...part, bars: 2 }] });
  const beats = [0, 1, 2, 3, 4, 5, 5001, 5003, 5004].map((bar) => Math.round((plan.bar(bar).swing - 0.5) * 500));
  expect(beats).toEqual([0, 4, 8, 0, 4, 0, 4, 0, 4]);
});
