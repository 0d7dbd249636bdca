import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { projectOf, scoreOf } from "../../tests/givenBars";
import { passTime } from "../../tests/passTime";
import { arrange } from "../rules/arrange";
import type { Wanted } from "../rules/conductor";
import type { Scene } from "../rules/project";
import type { BarPattern } from "../rules/protocol";
import { secondsPerStep } from "../rules/units";
import { AHEAD_HIDDEN_SECONDS, AHEAD_SECONDS, Clock } from "./clock";
import { Transport } from "./transport";

type Struck = { voice: number; velocity: number; time: number; queuedAt: number };

const pattern: BarPattern = {
  meter: [4, 4],
  strokes: [
    [0, 0, 1, 0],
    [0, 32, 0.5, -1.5],
    [2, 12, 0.75, 0.25],
    [1, 63, 0.25, 1.9],
  ],
};

let now = 0;
let struck: Struck[] = [];
let silenced = 0;
let wanted: Wanted;
let clock: Clock;

beforeEach(() => {
  vi.useFakeTimers();
  now = 10;
  struck = [];
  play([pattern]);
  clock = new Clock(
    new Transport({ now: () => now }),
    () => wanted,
    [{ strike: (voice, velocity, time) => void struck.push({ voice, velocity, time, queuedAt: now }), step() {}, release() {}, silence: () => (silenced += 1) }],
  );
});
afterEach(() => {
  clock.stop();
  vi.useRealTimers();
});

/** What is to be heard from now on. */
function play(loop: readonly BarPattern[], changes: Partial<Scene> = {}, tempoBpm = 120): void {
  wanted = { bars: scoreOf(loop, changes, tempoBpm), quantum: "bar" };
}

/** Audio time and timers pass together. */
function pass(seconds: number, tickSeconds = 0.025): void {
  passTime(seconds, tickSeconds, (tick) => (now += tick));
}

const start = () => struck[0]!.time;
const times = (voice: number) => struck.filter((each) => each.voice === voice).map(({ time }) => time - start());

const tempo = (...changes: [bar: number, bpm: number, ramp: boolean][]) => changes.map(([bar, tempo_bpm, ramp]) => ({ bar, tempo_bpm, ramp }));
const lane = { ...projectOf([pattern]).scene.lanes[0]!, nudge_ms: 12, ratchet: 3, probability: 0.6 };

test.each<[string, Partial<Scene>]>([
  ["straight", {}],
  ["swung", { swing: 2 / 3 }],
  ["with a step of tempo", { tempo: tempo([0, 120, false], [1, 77, false]) }],
  ["with ramps of tempo", { tempo: tempo([0, 90, false], [2, 180, true], [3, 60, true]), swing: 0.6 }],
  ["through lanes", { lanes: projectOf([pattern]).scene.lanes.map((each, voice) => (voice < 2 ? lane : each)) }],
  ["modulated", { modulations: [{ parameter: "tempo", shape: "sine", period: 3, unit: "bars", phase: 0.1, depth: 30, values: [], seed: 0 }] }],
])("plays what a performance has, within a hundredth of a sample, %s", (_, changes) => {
  const other: BarPattern = { meter: [3, 4], strokes: [[0, 0, 1, -1.9], [1, 47, 0.5, 1.9], [2, 4, 1, 0]] };
  play([pattern, other], changes);
  clock.start();
  pass(25);
  const { strikes, tempo: curve } = arrange(projectOf([pattern, other], changes), new Map(), 6);
  const before = (seconds: number) => seconds < curve.seconds - 1;
  const found = struck.map((each) => ({ ...each, time: each.time - 10.06 })).filter(({ time }) => before(time)).sort((one, another) => one.time - another.time || one.voice - another.voice); // prettier-ignore
  const planned = strikes.filter(({ seconds }) => before(seconds));
  expect(found.length).toBeGreaterThan(10);
  expect(found.map(({ voice, velocity }) => [voice, velocity])).toEqual(planned.map(({ voice, velocity }) => [voice, velocity]));
  found.forEach(({ time }, n) => expect(Math.abs(time - Math.max(0, planned[n]!.seconds))).toBeLessThan(0.01 / 44_100));
});

test("the tempo and the swing of a launch come with its first stroke", () => {
  const four: BarPattern = { meter: [4, 4], strokes: [[0, 0, 1, 0], [0, 16, 1, 0], [0, 36, 1, 0]] }; // prettier-ignore
  const beforeIt = scoreOf([four], {}, 120);
  wanted = { bars: beforeIt, quantum: "bar" };
  clock.start();
  pass(1);
  wanted = { bars: scoreOf([four], { swing: 0.6 }, 240), quantum: "bar", entry: { id: 1, bar: 0, quantum: "bar" } };
  pass(2.5);
  const step = secondsPerStep(120);
  expect(times(0).slice(0, 6)).toEqual([0, 16 * step, 36 * step, 64 * step, 72 * step, (64 + 18.4) * step].map((time) => expect.closeTo(time, 6)));
});

test("every stroke is queued before it sounds, and not long before", () => {
  clock.start();
  pass(6);
  const earliest = 2 * secondsPerStep(120);
  for (const { time, queuedAt } of struck) {
    expect(time).toBeGreaterThanOrEqual(queuedAt);
    expect(time - queuedAt).toBeLessThanOrEqual(AHEAD_SECONDS + 2 * earliest + 1e-9);
  }
});

/** Every 64th is struck, early or late. */
const everyStep: BarPattern = { meter: [4, 4], strokes: Array.from({ length: 64 }, (_, step) => [step % 8, step, 0.5, Math.sin(step) / 4]) };

test("under the hand strokes are queued shortly before they sound, none too late, and again far ahead when it is gone", () => {
  play([everyStep]);
  clock.start();
  clock.underHand = true;
  pass(4, 0.01);
  const early = Math.max(...everyStep.strokes.map(([, , , offset]) => -offset)) * secondsPerStep(120);
  const later = struck.filter(({ queuedAt }) => queuedAt > 11);
  expect(later.length).toBeGreaterThan(80);
  for (const { time, queuedAt } of later) {
    expect(time).toBeGreaterThan(queuedAt);
    expect(time - queuedAt).toBeLessThan(0.03 + 2 * early);
  }
  clock.underHand = false;
  struck = [];
  pass(1, 0.01);
  expect(Math.max(...struck.map(({ time, queuedAt }) => time - queuedAt))).toBeGreaterThan(AHEAD_SECONDS - 0.01);
});

test("under the hand a page that is late queues further ahead, so that no stroke is late twice", () => {
  play([everyStep]);
  clock.start();
  clock.underHand = true;
  pass(1, 0.01);
  pass(0.05, 0.05); // something else took 50 ms
  const since = now;
  pass(0.2, 0.01);
  pass(0.05, 0.05); // and once more
  pass(0.2, 0.01);
  expect(struck.filter(({ queuedAt }) => queuedAt > since).every(({ time, queuedAt }) => time > queuedAt)).toBe(true);
});

test("an early stroke of the next bar is queued in time, though its own bar has none", () => {
  const straight: BarPattern = { meter: [4, 4], strokes: [[0, 0, 1, 0], [0, 63, 1, 0]] }; // prettier-ignore
  const early: BarPattern = { meter: [4, 4], strokes: [[1, 0, 1, -1.9], [0, 32, 1, 0]] }; // prettier-ignore
  play([straight, early]);
  clock.start();
  clock.underHand = true;
  pass(8, 0.01);
  expect(times(1).slice(0, 2)).toEqual([2 - 1.9 / 32, 6 - 1.9 / 32].map((time) => expect.closeTo(time, 6)));
  expect(struck.slice(1).every(({ time, queuedAt }) => time > queuedAt)).toBe(true);
});

test("an early stroke on the very first beat sounds at the start, not before", () => {
  play([{ meter: [4, 4], strokes: [[0, 0, 1, -1.9], [1, 0, 1, 0]] }], {}, 20);
  clock.start();
  pass(0.2);
  const [early, onTime] = struck;
  expect(early!.time).toBeGreaterThan(10);
  expect(early!.time).toBe(onTime!.time);
});

test("a hidden page queues far enough ahead for timers that come once a second", () => {
  clock.start();
  clock.hidden = true;
  pass(8, 1);
  expect(Math.max(...struck.map(({ time, queuedAt }) => time - queuedAt))).toBeGreaterThan(AHEAD_HIDDEN_SECONDS - 1.5);
  expect(times(0).slice(0, 4)).toEqual([0, 1 - 1.5 / 32, 2, 3 - 1.5 / 32].map((time) => expect.closeTo(time, 6)));
  expect(struck.slice(4).every(({ time, queuedAt }) => time > queuedAt)).toBe(true);
});

test("a new bar is heard from the bar line on, another tempo at once and without a jump", () => {
  clock.start();
  pass(0.5);
  const coming: BarPattern = { meter: [4, 4], strokes: [[7, 0, 1, 0], [7, 16, 1, 0]] };
  play([coming]);
  pass(2);
  expect(times(7)[0]).toBeCloseTo(2, 6);
  expect(times(0)).toHaveLength(2);
  play([coming], {}, 60);
  pass(6);
  const [, second, third] = times(7);
  expect(third! - second!).toBeGreaterThan(2.6); // three beats at 60 bpm, less what had been queued
  expect(third! - second!).toBeLessThanOrEqual(3 + 1e-9);
});

test("the playhead follows the swung steps and knows the bar", () => {
  play([pattern], { swing: 0.75 });
  clock.start();
  pass(3);
  const zero = start();
  expect(clock.playhead(zero - 0.01)).toBeNull();
  expect(clock.playhead(zero + 6 * secondsPerStep(120))!.position).toBeCloseTo(4, 6); // the swung second 16th
  expect(clock.playhead(zero + 2 + 16 * secondsPerStep(120))).toMatchObject({ position: expect.closeTo(16, 6), part: { bar: { pattern } } });
});

test("after the machine slept the music goes on in time, without a burst", () => {
  clock.start();
  pass(1);
  const before = struck.length;
  now += 100;
  vi.advanceTimersByTime(25);
  expect(struck.length - before).toBeLessThan(3);
  pass(4);
  const late = struck.slice(before).filter(({ voice, velocity }) => voice === 0 && velocity === 1);
  expect((late[0]!.time - start()) % 2).toBeCloseTo(0, 5);
});

test("what a busy page missed is left out: it does not sound all at once", () => {
  play([{ meter: [4, 4], strokes: Array.from({ length: 16 }, (_, n) => [2, 4 * n, 1, 0] as const) }]);
  clock.start();
  pass(1);
  const before = struck.length;
  now += 0.8;
  vi.advanceTimersByTime(25);
  const found = struck.slice(before);
  expect(found.every(({ time, queuedAt }) => time >= queuedAt)).toBe(true);
  expect(found.filter(({ time, queuedAt }) => time < queuedAt + 0.01).length).toBeLessThanOrEqual(1);
  pass(1);
  const gaps = struck.slice(before + 2).map(({ time }, n) => time - struck[before + 1 + n]!.time);
  gaps.forEach((gap) => expect(gap).toBeCloseTo(0.125, 6));
});

test("stopped is stopped, and a new start begins at the bar line", () => {
  clock.start();
  pass(0.3);
  const before = silenced;
  clock.stop();
  expect(silenced).toBe(before + 1); // every output
  const count = struck.length;
  pass(2);
  expect(struck).toHaveLength(count);
  clock.start();
  expect(struck.at(-1)).toMatchObject({ voice: 0, velocity: 1 });
});

test("the playhead counts the bars that were played, and begins anew with the music", () => {
  play([{ meter: [3, 4], strokes: [] }]);
  const started = now + 0.06;
  clock.start();
  pass(4);
  const at = (seconds: number) => clock.playhead(started + seconds)!;
  const steps = (seconds: number) => at(seconds).turn * 48 + at(seconds).position;
  for (const seconds of [0.5, 1.49, 1.51, 2.99, 3.01, 3.9]) expect(steps(seconds)).toBeCloseTo(seconds / secondsPerStep(120), 6);
  clock.stop();
  clock.start();
  pass(0.2);
  expect(clock.playhead(now)!.turn).toBe(0);
});

test("after a seek the music goes on from the start of that bar, and what sounded is ended", () => {
  const third: BarPattern = { meter: [4, 4], strokes: [[5, 0, 1, 0]] };
  play([pattern, pattern, third]);
  clock.start();
  pass(0.5);
  const [count, ends] = [struck.length, silenced];
  clock.seek(2);
  pass(0.2);
  expect(silenced).toBe(ends + 1);
  expect(struck[count]).toMatchObject({ voice: 5, time: expect.closeTo(10.5 + 0.06, 6) });
  expect(clock.playhead(now)).toMatchObject({ turn: 2, part: { index: 2 } });
});

test("a clock that leads from elsewhere says how long steps last", () => {
  clock = new Clock(
    new Transport({ now: () => now, stepSeconds: (planned) => 2 * planned }),
    () => wanted,
    [{ strike: (voice, velocity, time) => void struck.push({ voice, velocity, time, queuedAt: now }), step() {}, release() {}, silence() {} }],
  );
  clock.start();
  pass(5);
  const firsts = struck.filter(({ voice, velocity }) => voice === 0 && velocity === 1).map(({ time }) => time - 10.06);
  expect(firsts).toEqual([0, 4].map((time) => expect.closeTo(time, 6)));
});

test("an output that fails is said, and neither the others nor the steps to come are touched", () => {
  const failures: string[] = [];
  const failing = { strike: (voice: number) => { if (voice === 0) throw new Error("no number"); }, step() {}, release: () => { throw new Error("no port"); }, silence: () => { throw new Error("no port"); } }; // prettier-ignore
  const heard = { strike: (voice: number, velocity: number, time: number) => void struck.push({ voice, velocity, time, queuedAt: now }), step() {}, release() {}, silence() {} };
  clock = new Clock(new Transport({ now: () => now }), () => wanted, [failing, heard], undefined, (error) => failures.push((error as Error).message));
  clock.start();
  pass(4);
  expect(times(0).slice(0, 3)).toEqual([0, 1 - 1.5 / 32, 2].map((time) => expect.closeTo(time, 6)));
  expect(new Set(failures)).toEqual(new Set(["no number", "no port"]));
});

test.each([Number.NaN, Infinity, 0])("a leader whose steps last %s does not stop the time", (seconds) => {
  clock = new Clock(
    new Transport({ now: () => now, stepSeconds: () => seconds }),
    () => wanted,
    [{ strike: (voice, velocity, time) => void struck.push({ voice, velocity, time, queuedAt: now }), step() {}, release() {}, silence() {} }],
  );
  clock.start();
  pass(2);
  expect(struck.length).toBeGreaterThan(2);
  expect(struck.every(({ time }) => Number.isFinite(time))).toBe(true);
});
