import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { passTime } from "../../tests/passTime";
import type { BarPattern } from "../rules/protocol";
import { events } from "../rules/sequencer";
import { secondsPerStep } from "../rules/units";
import { AHEAD_HIDDEN_SECONDS, AHEAD_SECONDS, Clock, type Score } from "./clock";

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
let score: Score;
let clock: Clock;

beforeEach(() => {
  vi.useFakeTimers();
  now = 10;
  struck = [];
  score = { bars: [pattern], fills: [], fillEvery: 0, journey: false, quantum: "bar", tempoBpm: 120, swing: 0.5 };
  clock = new Clock(
    () => now,
    () => score,
    [{ strike: (voice, velocity, time) => void struck.push({ voice, velocity, time, queuedAt: now }), step() {}, release() {}, silence: () => (silenced += 1) }],
  );
});
afterEach(() => {
  clock.stop();
  vi.useRealTimers();
});

/** Audio time and timers pass together. */
function pass(seconds: number, tickSeconds = 0.025): void {
  passTime(seconds, tickSeconds, (tick) => (now += tick));
}

const start = () => struck[0]!.time;
const times = (voice: number) => struck.filter((each) => each.voice === voice).map(({ time }) => time - start());

test.each([0.5, 2 / 3])("plays what the sequencer says, to the microsecond, at swing %f", (swing) => {
  score = { ...score, swing };
  clock.start();
  pass(4.5);
  const wanted = events([pattern, pattern], 120, swing);
  const found = struck.filter(({ time }) => time - start() < 4 - 1e-6).sort((one, other) => one.time - other.time);
  expect(found.map(({ voice }) => voice)).toEqual(wanted.map(([, voice]) => voice).slice(0, found.length));
  found.forEach(({ time }, n) => expect(time - start()).toBeCloseTo(wanted[n]![0], 6));
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

test("an early stroke on the very first beat sounds at the start, not before", () => {
  score = { ...score, tempoBpm: 20, bars: [{ meter: [4, 4], strokes: [[0, 0, 1, -1.9], [1, 0, 1, 0]] }] };
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
  score = { ...score, bars: [{ meter: [4, 4], strokes: [[7, 0, 1, 0], [7, 16, 1, 0]] }] };
  pass(2);
  expect(times(7)[0]).toBeCloseTo(2, 6);
  expect(times(0)).toHaveLength(2);
  score = { ...score, tempoBpm: 60 };
  pass(6);
  const [, second, third] = times(7);
  expect(third! - second!).toBeGreaterThan(2.6); // three beats at 60 bpm, less what had been queued
  expect(third! - second!).toBeLessThanOrEqual(3 + 1e-9);
});

test("the playhead follows the swung steps and knows the bar", () => {
  score = { ...score, swing: 0.75 };
  clock.start();
  pass(3);
  const zero = start();
  expect(clock.playhead(zero - 0.01)).toBeNull();
  expect(clock.playhead(zero + 6 * secondsPerStep(120))!.position).toBeCloseTo(4, 6); // the swung second 16th
  expect(clock.playhead(zero + 2 + 16 * secondsPerStep(120))).toMatchObject({ position: expect.closeTo(16, 6), part: { pattern } });
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
  score = { ...score, bars: [{ meter: [4, 4], strokes: Array.from({ length: 16 }, (_, n) => [2, 4 * n, 1, 0] as const) }] };
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
  score = { ...score, bars: [{ meter: [3, 4], strokes: [] }] };
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
