import { expect, test } from "vitest";
import { nextPart, type Part, type Plan } from "./conductor";
import type { BarPattern } from "./protocol";
import { heardRounds } from "./sequencer";
import { stepsPerBar } from "./units";

const bar = (voice: number, meter: [number, number] = [4, 4]): BarPattern => ({ meter, strokes: [[voice, 0, 1, 0]] });
const [old, fresh] = [bar(0), bar(1)];
const plan = (changes: Partial<Plan>): Plan => ({ bars: [old], fills: [], fillEvery: 0, journey: false, quantum: "bar", ...changes });
const part = (changes: Partial<Part>): Part => ({ pattern: old, bar: 0, fill: false, journey: false, since: 0, ...changes });

/** Steps on and returns at which step the plan's first bar sounds. */
function takenAt(from: number, wanted: Plan, start = part({})): number | null {
  let now = start;
  for (let step = from; step < 128; step++) {
    now = nextPart(now, wanted, step % 64, Math.floor(step / 64));
    if (now.pattern === wanted.bars[0]) return step;
  }
  return null;
}

/** The bars that sound one after the other, as a clock steps through them: what the plan says at each turn. */
function played(turns: number, planned: (turn: number) => Plan): BarPattern[] {
  const heard: BarPattern[] = [];
  let now: Part | null = null;
  for (let turn = 0; turn < turns; turn++) {
    let step = 0;
    do now = nextPart(now, planned(turn), step++, turn);
    while (step < stepsPerBar(now.pattern.meter));
    heard.push(now.pattern);
  }
  return heard;
}

test.each([
  ["step", 5, 5],
  ["beat", 5, 16],
  ["beat", 16, 16],
  ["bar", 5, 64],
] as const)("a change is heard at the next %s: made at %i, taken at %i", (quantum, madeAt, taken) => {
  expect(takenAt(madeAt, plan({ bars: [fresh], quantum }))).toBe(taken);
});

test("a bar of another meter waits for the bar line", () => {
  expect(takenAt(5, plan({ bars: [bar(1, [3, 4])], quantum: "step" }))).toBe(64);
  const six = part({ pattern: bar(0, [6, 8]) });
  expect(nextPart(six, plan({ bars: [fresh], quantum: "step" }), 24, 0)).toBe(six);
  expect(nextPart(six, plan({ bars: [fresh], quantum: "step" }), 0, 1).pattern).toBe(fresh);
});

test("in 6/8 a change at the next beat waits for a dotted quarter", () => {
  const [six, other] = [bar(0, [6, 8]), bar(1, [6, 8])];
  const at = (step: number) => nextPart(part({ pattern: six }), plan({ bars: [other], quantum: "beat" }), step, 0).pattern;
  expect([at(16), at(23), at(24)]).toEqual([six, six, other]);
});

test("a journey begins at its first bar, at a bar line, and moves on at every one", () => {
  const journey = [bar(2), bar(3), bar(4)];
  const heard = played(7, (turn) => (turn < 2 ? plan({}) : plan({ bars: journey, journey: true })));
  expect(heard).toEqual([old, old, ...journey, ...journey.slice(0, 2)]);
  expect(nextPart(part({}), plan({ bars: journey, journey: true, quantum: "step" }), 5, 0)).toEqual(part({}));
});

test("leaving a journey waits for the chosen boundary", () => {
  expect(takenAt(3, plan({ quantum: "beat" }), part({ pattern: fresh, bar: 2, journey: true }))).toBe(16);
});

test("an edited bar of the journey is taken at the boundary, in the same bar", () => {
  const rewritten = [bar(2), bar(5)];
  const now = nextPart(part({ pattern: bar(3), bar: 1, journey: true, since: 4 }), plan({ bars: rewritten, journey: true, quantum: "step" }), 7, 5);
  expect(now).toEqual(part({ pattern: rewritten[1]!, bar: 1, journey: true, since: 4 }));
});

test("every fourth bar is a fill, counted from the start of the music, whatever is changed meanwhile", () => {
  const fill = bar(4);
  const heard = played(8, (turn) => plan({ bars: [turn < 2 ? old : fresh], fills: [fill], fillEvery: 4 }));
  expect(heard).toEqual([old, old, fresh, fill, fresh, fresh, fresh, fill]);
});

test("a journey counts its fills from its own first bar, and each is of its place", () => {
  const [journey, fills] = [[bar(1), bar(2), bar(3)], [bar(5), bar(6), bar(7)]];
  const heard = played(10, (turn) => (turn < 2 ? plan({}) : plan({ bars: journey, fills, fillEvery: 4, journey: true })));
  expect(heard.slice(2)).toEqual([journey[0], journey[1], journey[2], fills[0], journey[1], journey[2], journey[0], fills[1]]);
});

test("a phrase ends on its fill, also when it takes the place of a bar in the middle", () => {
  const phrase = [bar(1), bar(2), bar(3), bar(4)];
  const fills = phrase.map(() => bar(5));
  const heard = played(8, (turn) => (turn < 2 ? plan({ fills: [bar(6)], fillEvery: 4 }) : plan({ bars: phrase, fills, fillEvery: 4 })));
  expect(heard).toEqual([old, old, phrase[2], fills[0], ...phrase.slice(0, 3), fills[0]]);
});

test("a fill that has not come yet is the bar itself", () => {
  expect(played(4, () => plan({ fillEvery: 4 }))).toEqual([old, old, old, old]);
});

test("what is heard is what is saved: whole rounds, until a fill was heard", () => {
  const [three, fills] = [[bar(1), bar(2), bar(3)], [bar(5), bar(6), bar(7)]];
  for (const [bars, stand, fillEvery, length] of [
    [[old], [fresh], 8, 8],
    [[old], [], 8, 1],
    [three, fills, 4, 6],
    [three, fills, 0, 3],
    [[...three, old], [...fills, fresh], 4, 4],
  ] as const) {
    const round = { bars, fills: stand, journey: false };
    expect(heardRounds(round, fillEvery)).toEqual(played(length, () => plan({ ...round, fillEvery })));
  }
});
