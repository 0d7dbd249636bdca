import { expect, test } from "vitest";
import { nextPart, type Part, type Plan } from "./conductor";
import type { WirePattern } from "./protocol";

const bar = (voice: number, meter: [number, number] = [4, 4]): WirePattern => ({ meter, strokes: [[voice, 0, 1, 0]] });
const [old, fresh] = [bar(0), bar(1)];
const plan = (changes: Partial<Plan>): Plan => ({ pattern: old, quantum: "bar", journey: null, ...changes });

/** Steps through one bar and tells at which step the fresh pattern first sounds. */
function takenAt(from: number, wanted: Plan, start: Part = { pattern: old, bar: null }): number | null {
  let part = start;
  for (let step = from; step < 128; step++) {
    part = nextPart(part, wanted, step % 64);
    if (part.pattern === wanted.pattern) return step;
  }
  return null;
}

test.each([
  ["step", 5, 5],
  ["beat", 5, 16],
  ["beat", 16, 16],
  ["bar", 5, 64],
] as const)("a change is heard at the next %s: asked at %i, taken at %i", (quantum, asked, taken) => {
  expect(takenAt(asked, plan({ pattern: fresh, quantum }))).toBe(taken);
});

test("a bar of another meter waits for the bar line", () => {
  expect(takenAt(5, plan({ pattern: bar(1, [3, 4]), quantum: "step" }))).toBe(64);
});

test("a journey begins at its first bar and moves on at every bar line", () => {
  const journey = [bar(2), bar(3), bar(4)];
  const heard: (number | null)[] = [];
  let part: Part | null = { pattern: old, bar: null };
  for (let step = 60; step < 64 * 5; step++) {
    part = nextPart(part, plan({ journey }), step % 64);
    if (step % 64 === 32) heard.push(part.bar);
    if (step < 64) expect(part.pattern).toBe(old);
  }
  expect(heard).toEqual([0, 1, 2, 0]);
});

test("leaving a journey waits for the chosen boundary", () => {
  expect(takenAt(3, plan({ pattern: old, quantum: "beat" }), { pattern: fresh, bar: 2 })).toBe(16);
});

test("an edited bar of the journey is taken at the boundary, in the same bar", () => {
  const journey = [bar(2), bar(3)];
  const rewritten = [bar(2), bar(5)];
  const part = nextPart({ pattern: journey[1]!, bar: 1 }, plan({ journey: rewritten, quantum: "step" }), 7);
  expect(part).toEqual({ pattern: rewritten[1], bar: 1 });
});
