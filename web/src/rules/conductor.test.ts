import { expect, test } from "vitest";
import { given, projectOf, scoreOf } from "../../tests/givenBars";
import { nextPart, type Part, type Wanted } from "./conductor";
import { naturalBars } from "./plan";
import type { Scene } from "./project";
import type { BarPattern } from "./protocol";
import { placeAt } from "./scene";
import { Score } from "./score";
import type { Quantum } from "./sequencer";

const bar = (voice: number, meter: [number, number] = [4, 4]): BarPattern => ({ meter, strokes: [[voice, 0, 1, 0]] });
const [old, fresh] = [bar(0), bar(1)];
const wanted = (loop: readonly BarPattern[], changes: Partial<Scene> = {}, quantum: Quantum = "bar"): Wanted => ({ bars: scoreOf(loop, changes), quantum });
const start = (loop: readonly BarPattern[] = [old]): Part => nextPart(null, wanted(loop), 0, 0);
const voices = ({ strokes }: BarPattern): number => strokes[0]![0];

/** A journey over four bars, each of which the space has made: the first plays voice 2, the next 3, and so on. */
function journey(quantum: Quantum = "bar", fillEvery = 0): Wanted {
  const path = { points: [[0, 0], [3, 0]] as const, curve: "line", smoothing: 0, bars: 4, way: "loop", between: "map", quantum: "bar", travelling: true, edits: [], stops: null } as const;
  const project = projectOf([old], { ...placeAt([0, 0], projectOf([old]).scene.settings, 1), path, fill_every: fillEvery });
  const made = { get: (key: string) => bar(2 + (JSON.parse(key) as { point: [number, number] }).point[0], [4, 4]) };
  return { bars: new Score(project, made), quantum };
}

/** Steps on and returns at which step the wanted bar sounds. */
function takenAt(from: number, coming: Wanted, before: Part): number | null {
  let now = before;
  for (let step = from; step < 128; step++) {
    now = nextPart(now, coming, step % 64, Math.floor(step / 64));
    if (now.bars === coming.bars) return step;
  }
  return null;
}

/** The voices that sound bar after bar, as a clock steps through them: what is wanted at each turn. */
function played(turns: number, planned: (turn: number) => Wanted): number[] {
  const heard: number[] = [];
  let now: Part | null = null;
  for (let turn = 0; turn < turns; turn++) {
    let step = 0;
    do now = nextPart(now, planned(turn), step++, turn);
    while (step < now.bar.planned.steps);
    heard.push(voices(now.bar.pattern));
  }
  return heard;
}

test.each([
  ["step", 5, 5],
  ["beat", 5, 16],
  ["beat", 16, 16],
  ["bar", 5, 64],
] as const)("a change is heard at the next %s: made at %i, taken at %i", (quantum, madeAt, taken) => {
  expect(takenAt(madeAt, wanted([fresh], {}, quantum), start())).toBe(taken);
});

test("a bar of another meter waits for the bar line", () => {
  expect(takenAt(5, wanted([bar(1, [3, 4])], {}, "step"), start())).toBe(64);
  const six = start([bar(0, [6, 8])]);
  expect(nextPart(six, wanted([fresh], {}, "step"), 24, 0)).toBe(six);
  expect(nextPart(six, wanted([fresh], {}, "step"), 0, 1).bar.pattern).toEqual(fresh);
});

test("in 6/8 a change at the next beat waits for a dotted quarter", () => {
  const [six, other] = [bar(0, [6, 8]), bar(1, [6, 8])];
  const at = (step: number) => voices(nextPart(start([six]), wanted([other], {}, "beat"), step, 0).bar.pattern);
  expect([at(16), at(23), at(24)]).toEqual([0, 0, 1]);
});

test("a journey begins at its first bar, at a bar line, and moves on at every one", () => {
  const [loop, away] = [wanted([old]), journey()];
  expect(played(7, (turn) => (turn < 2 ? loop : away))).toEqual([0, 0, 2, 3, 4, 5, 2]);
  const before = start();
  expect(nextPart(before, journey("step"), 5, 0)).toBe(before);
});

test("leaving a journey waits for the chosen boundary, and the loop keeps its place in the count", () => {
  const away = nextPart(start(), journey(), 0, 1);
  expect([away.since, away.index]).toEqual([1, 0]);
  expect(takenAt(3, wanted([fresh], {}, "beat"), away)).toBe(16);
  expect(played(5, (turn) => (turn < 2 ? journey() : wanted([bar(5), bar(6), bar(7)])))).toEqual([2, 3, 7, 5, 6]);
});

test("an edited bar of the journey is taken at the boundary, in the same bar", () => {
  const now = nextPart(nextPart(start(), journey(), 0, 4), journey(), 0, 5);
  const again = journey("step");
  expect(nextPart(now, again, 7, 5)).toMatchObject({ bars: again.bars, index: 1, since: 4 });
});

test("every fourth bar is a fill, counted from the start of the music, whatever is changed meanwhile", () => {
  const filled = { fill: given(bar(4)), fill_every: 4 };
  const [before, after] = [wanted([old], filled), wanted([fresh], filled)];
  expect(played(8, (turn) => (turn < 2 ? before : after))).toEqual([0, 0, 1, 4, 1, 1, 1, 4]);
});

test("a phrase ends on its fill, also when it takes the place of a bar in the middle", () => {
  const phrase = [bar(1), bar(2), bar(3), bar(4)];
  const [one, four] = [wanted([old], { fill: given(bar(6)), fill_every: 4 }), wanted(phrase, { fill: given(bar(5)), fill_every: 4 })];
  expect(played(8, (turn) => (turn < 2 ? one : four))).toEqual([0, 0, 3, 5, 1, 2, 3, 5]);
});

test("what is saved is what is heard: whole loops, until a fill was heard", () => {
  for (const [loop, fillEvery, length] of [
    [[old], 8, 8],
    [[bar(1), bar(2), bar(3)], 4, 6],
    [[bar(1), bar(2), bar(3)], 0, 3],
    [[bar(1), bar(2), bar(3), old], 4, 4],
  ] as const)
    expect(naturalBars(projectOf(loop, { fill_every: fillEvery }))).toBe(length);
});

const launched = (by: Wanted, quantum: Quantum, bar = 0, origin?: number): Wanted => ({ ...by, entry: { id: 7, bar, quantum, ...(origin === undefined ? {} : { origin }) } });

test("a launch begins with its first bar, at the chosen boundary, and counts its bars from there", () => {
  const loop = wanted([old]);
  const phrase = [bar(1), bar(2), bar(3)];
  expect(played(7, (turn) => (turn < 2 ? loop : launched(wanted(phrase), "bar")))).toEqual([0, 0, 1, 2, 3, 1, 2]);
  expect(played(6, (turn) => (turn < 2 ? loop : launched(journey(), "bar", 2)))).toEqual([0, 0, 4, 5, 2, 3]);
  for (const [quantum, at] of [["step", 5], ["beat", 16], ["bar", 64]] as const) expect(takenAt(5, launched(wanted(phrase), quantum), start())).toBe(at); // prettier-ignore
  const midway = nextPart(start(), launched(wanted(phrase), "step"), 5, 1);
  expect([midway.index, midway.since]).toEqual([0, 1]);
  expect(nextPart(start(), launched(journey(), "step"), 5, 1).index).toBe(0); // a path as well
});

test("another launch begins anew, and what goes on from what sounds keeps its place", () => {
  const first = nextPart(start(), launched(journey(), "bar"), 0, 3);
  expect(nextPart(first, launched(journey(), "bar"), 0, 5)).toMatchObject({ index: 2, since: 3 });
  const again = nextPart(first, { ...journey(), entry: { id: 8, bar: 0, quantum: "bar" } }, 0, 5);
  expect([again.index, again.since]).toEqual([0, 5]);
  expect(nextPart(first, { ...wanted([bar(1), bar(2)]), entry: { id: 9, bar: 0, quantum: "step", origin: 4 } }, 9, 5)).toMatchObject({ index: 1, since: 4 });
});

test("while nothing changes, the part stays the same", () => {
  const loop = wanted([old]);
  const now = nextPart(null, loop, 0, 0);
  expect(nextPart(now, loop, 9, 0)).toBe(now);
  expect(nextPart(now, loop, 0, 1)).not.toBe(now); // the next bar
});
